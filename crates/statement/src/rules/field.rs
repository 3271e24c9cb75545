//! The fields of a statement's columns, with their names: in rule files, in Chinese, in English.
//!
//! Start at [`Field`]; its names are in one table, [`NAMES`]. [`name_in_chinese`] also knows the other meanings of
//! headings, so that texts for people have one source.
//!
//! Invariant: the table has the order of the enum, and no name means two fields.

use remittance::{Language, Localized};
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Account,
    Serial,
    Date,
    Time,
    /// The word for the direction.
    Flag,
    Amount,
    Credit,
    Debit,
    Balance,
    Currency,
    CounterpartyAccount,
    CounterpartyName,
    BankCode,
    BankName,
    PayerAccount,
    PayerName,
    PayerBankCode,
    PayerBankName,
    PayeeAccount,
    PayeeName,
    PayeeBankCode,
    PayeeBankName,
    Summary,
    Postscript,
    Purpose,
    Note,
    Reversal,
}

/// Field, name in rule files and in `feed inspect`, Chinese, English.
#[rustfmt::skip] // A table is read by column.
const NAMES: [(Field, &str, &str, &str); Field::COUNT] = [
    (Field::Account, "account", "本方账号", "own account"),
    (Field::Serial, "serial", "流水号", "serial number"),
    (Field::Date, "date", "记账日", "booking day"),
    (Field::Time, "time", "时间", "time of day"),
    (Field::Flag, "flag", "借贷标志", "direction"),
    (Field::Amount, "amount", "金额", "amount"),
    (Field::Credit, "credit", "收入金额", "money in"),
    (Field::Debit, "debit", "支出金额", "money out"),
    (Field::Balance, "balance", "余额", "balance"),
    (Field::Currency, "currency", "币种", "currency"),
    (Field::CounterpartyAccount, "counterparty_account", "对方账号", "other side: account"),
    (Field::CounterpartyName, "counterparty_name", "对方户名", "other side: name"),
    (Field::BankCode, "bank_code", "对方行号", "other side: bank number"),
    (Field::BankName, "bank_name", "对方开户行", "other side: bank"),
    (Field::PayerAccount, "payer_account", "付款方账号", "payer: account"),
    (Field::PayerName, "payer_name", "付款方户名", "payer: name"),
    (Field::PayerBankCode, "payer_bank_code", "付款方行号", "payer: bank number"),
    (Field::PayerBankName, "payer_bank_name", "付款方开户行", "payer: bank"),
    (Field::PayeeAccount, "payee_account", "收款方账号", "payee: account"),
    (Field::PayeeName, "payee_name", "收款方户名", "payee: name"),
    (Field::PayeeBankCode, "payee_bank_code", "收款方行号", "payee: bank number"),
    (Field::PayeeBankName, "payee_bank_name", "收款方开户行", "payee: bank"),
    (Field::Summary, "summary", "摘要", "words: summary"),
    (Field::Postscript, "postscript", "附言", "words: postscript"),
    (Field::Purpose, "purpose", "用途", "words: purpose"),
    (Field::Note, "note", "备注", "words: note"),
    (Field::Reversal, "reversal", "冲正标志", "reversal mark"),
];

/// The other meanings of headings, and what a header can lack, as errors and `feed inspect` write them.
#[rustfmt::skip] // A table is read by column.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("booking day",             "记账日"),
    ("day",                     "日期"),
    ("booking moment",          "记账时间"),
    ("moment",                  "日期或时间"),
    ("nothing",                 "不需要"),
    ("not read",                "未识别"),
    ("unknown",                 "未识别"),
    ("the day",                 "记账日"),
    ("the amount",              "金额"),
    ("the amount of money in",  "收入金额"),
    ("the amount of money out", "支出金额"),
    ("which way the money went (a direction, signs, or balances that prove it)",
                                "收支方向（借贷标志、正负号，或可供验证的余额）"),
];

impl Field {
    /// One more than the last field's number.
    pub const COUNT: usize = Self::Reversal as usize + 1;

    /// Every field, in the order for asking people.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(field, ..)| *field)
    }

    /// Its row; the table has the order of the enum, so the search ends at the field's number.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        let row = NAMES.iter().find(|(field, ..)| *field == self);
        row.map_or(("", "", ""), |(_, code, chinese, english)| (*code, *chinese, *english))
    }

    /// Its name in rule files and in `feed inspect`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.names().0
    }

    /// The field with this name, from rule files or in Chinese.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(_, code, chinese, _)| *code == name || *chinese == name);
        found.map(|(field, ..)| *field)
    }
}

impl Localized for Field {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let (_, chinese, english) = self.names();
        Cow::Borrowed(language.choose(chinese, english))
    }
}

/// The Chinese name of a field or another meaning of a heading; an unknown name is returned unchanged.
#[must_use]
pub fn name_in_chinese(code: &str) -> &str {
    if let Some(field) = NAMES.iter().find(|(_, name, ..)| *name == code) {
        return field.2;
    }
    OTHER_NAMES.iter().find(|(name, _)| *name == code).map_or(code, |(_, chinese)| chinese)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_stands_in_the_order_of_the_enum_and_names_each_once() {
        let mut names = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
        for (place, (field, code, chinese, english)) in NAMES.iter().enumerate() {
            assert_eq!(*field as usize, place, "{code}");
            assert_eq!(
                (
                    field.code(),
                    &*field.in_language(Language::Chinese),
                    &*field.in_language(Language::English)
                ),
                (*code, *chinese, *english)
            );
            assert_eq!((Field::named(code), Field::named(chinese)), (Some(*field), Some(*field)));
            let fresh =
                [names[0].insert(*code), names[1].insert(*chinese), names[2].insert(*english)];
            assert_eq!(fresh, [true; 3], "{code}");
            assert!(chinese.chars().all(|c| !c.is_ascii()), "{chinese}");
        }
    }

    #[test]
    fn what_is_no_field_has_a_chinese_name_too() {
        for (code, want) in [
            ("date", "记账日"),
            ("booking day", "记账日"),
            ("not read", "未识别"),
            ("strange", "strange"),
        ] {
            assert_eq!(name_in_chinese(code), want);
        }
    }
}
