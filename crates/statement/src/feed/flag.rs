//! Remarks for a person about a file that was parsed all the same.
//!
//! The store keeps the code and the English detail; [`KeptFlag`] gives staff both languages, from the flag or from the
//! stored form.
//!
//! Invariant: a code is permanent and never reused for something else.

use remittance::{Language, Localized};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::fmt;

/// A remark for a person about a file that was parsed all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Opening + credits − debits differs from closing.
    BalanceBroken { line: u64, account: Option<String>, expected: Decimal, found: Decimal },
    /// A row's running balance does not follow from the row before it.
    RunningBalanceBroken { line: u64, expected: Decimal, found: Decimal },
    /// A declared count or sum differs from the content.
    ControlSum { line: u64, what: &'static str, declared: String, found: String },
    /// Anything else that is odd but harmless.
    Oddity { line: u64, odd: Odd, found: String },
}

/// An oddity that affects no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    AmbiguousDate,
    AmountWithoutComma,
    BalanceUnreadable,
    BookedOnStatementDay,
    BookedOnValueDate,
    ColumnNotRead,
    ControlCharacter,
    EncodingAssumed,
    EntryInOtherCurrency,
    MessageNotClosed,
    NegativeAmount,
    NoClosingBalance,
    NoOpeningBalance,
    NoStatement,
    OpeningNotClosing,
    PageMissing,
    RepeatedInFile,
    RunningBalanceBreaks,
    RunningBalanceWithoutOrder,
    SeveralCurrencies,
    StatementRepeated,
    TextAfterBalance,
    ValueDateImpossible,
    ZeroAmount,
}

impl Odd {
    pub(super) const ALL: [Self; 24] = [
        Self::AmbiguousDate,
        Self::AmountWithoutComma,
        Self::BalanceUnreadable,
        Self::BookedOnStatementDay,
        Self::BookedOnValueDate,
        Self::ColumnNotRead,
        Self::ControlCharacter,
        Self::EncodingAssumed,
        Self::EntryInOtherCurrency,
        Self::MessageNotClosed,
        Self::NegativeAmount,
        Self::NoClosingBalance,
        Self::NoOpeningBalance,
        Self::NoStatement,
        Self::OpeningNotClosing,
        Self::PageMissing,
        Self::RepeatedInFile,
        Self::RunningBalanceBreaks,
        Self::RunningBalanceWithoutOrder,
        Self::SeveralCurrencies,
        Self::StatementRepeated,
        Self::TextAfterBalance,
        Self::ValueDateImpossible,
        Self::ZeroAmount,
    ];

    /// A permanent kebab-case code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AmbiguousDate => "ambiguous-date",
            Self::AmountWithoutComma => "amount-without-comma",
            Self::BalanceUnreadable => "balance-unreadable",
            Self::BookedOnStatementDay => "booked-on-statement-day",
            Self::BookedOnValueDate => "booked-on-value-date",
            Self::ColumnNotRead => "column-not-read",
            Self::ControlCharacter => "control-character",
            Self::EncodingAssumed => "encoding-assumed",
            Self::EntryInOtherCurrency => "entry-in-other-currency",
            Self::MessageNotClosed => "message-not-closed",
            Self::NegativeAmount => "negative-amount",
            Self::NoClosingBalance => "no-closing-balance",
            Self::NoOpeningBalance => "no-opening-balance",
            Self::NoStatement => "no-statement",
            Self::OpeningNotClosing => "opening-not-closing",
            Self::PageMissing => "page-missing",
            Self::RepeatedInFile => "repeated-in-file",
            Self::RunningBalanceBreaks => "running-balance-breaks",
            Self::RunningBalanceWithoutOrder => "running-balance-without-order",
            Self::SeveralCurrencies => "several-currencies",
            Self::StatementRepeated => "statement-repeated",
            Self::TextAfterBalance => "text-after-balance",
            Self::ValueDateImpossible => "value-date-impossible",
            Self::ZeroAmount => "zero-amount",
        }
    }
}

impl Localized for Odd {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match (language, self) {
            (Language::English, odd) => odd.code(),
            (Language::Chinese, Self::AmbiguousDate) => {
                "日期的月、日顺序有两种读法，已按该银行的格式读取"
            }
            (Language::Chinese, Self::AmountWithoutComma) => {
                "金额没有按规定用逗号作小数点，已按原文读取，请核对"
            }
            (Language::Chinese, Self::BalanceUnreadable) => "余额无法识别，未作余额核对",
            (Language::Chinese, Self::BookedOnStatementDay) => {
                "该笔没有任何日期，账单只涵盖一天，以该日为记账日期"
            }
            (Language::Chinese, Self::BookedOnValueDate) => "该笔没有记账日期，以起息日代替",
            (Language::Chinese, Self::ColumnNotRead) => "该列的标题无法识别，列中文字未读取",
            (Language::Chinese, Self::ControlCharacter) => "附言中有控制字符，已换成空格",
            (Language::Chinese, Self::EncodingAssumed) => {
                "文件未注明字符编码，已按惯例认定，请抽看户名和附言是否有乱码"
            }
            (Language::Chinese, Self::EntryInOtherCurrency) => "该笔的币种与账单的币种不同",
            (Language::Chinese, Self::MessageNotClosed) => "报文没有结束标志，文件可能不完整",
            (Language::Chinese, Self::NegativeAmount) => "金额带有负号，收支方向不明，该笔未读入",
            (Language::Chinese, Self::NoClosingBalance) => {
                "账单有期初余额而没有期末余额，文件可能不完整"
            }
            (Language::Chinese, Self::NoOpeningBalance) => {
                "账单没有期初余额，无法与上一份账单衔接核对"
            }
            (Language::Chinese, Self::NoStatement) => "文件中没有账单",
            (Language::Chinese, Self::OpeningNotClosing) => {
                "期初余额不等于上一份账单的期末余额，中间可能缺少账单"
            }
            (Language::Chinese, Self::PageMissing) => "账单的编号或页次不连续，文件可能缺页",
            (Language::Chinese, Self::RepeatedInFile) => {
                "同一流水号在文件中重复出现，余额未能证明是两笔，按一笔计"
            }
            (Language::Chinese, Self::RunningBalanceBreaks) => "余额不连续之处较多，只列出其中几处",
            (Language::Chinese, Self::RunningBalanceWithoutOrder) => {
                "各笔余额看不出先后次序，未逐笔核对"
            }
            (Language::Chinese, Self::SeveralCurrencies) => "一份账单中有不止一种币种",
            (Language::Chinese, Self::StatementRepeated) => "同一份账单在文件中重复出现",
            (Language::Chinese, Self::TextAfterBalance) => "余额后面有多余的文字",
            (Language::Chinese, Self::ValueDateImpossible) => "起息日不存在，未予采用",
            (Language::Chinese, Self::ZeroAmount) => "金额为零，没有资金变动，未计入流水",
        })
    }
}

/// A stored flag: its code and its English detail.
#[derive(Clone, Copy, Debug)]
pub struct KeptFlag<'a> {
    pub code: &'a str,
    pub detail: &'a str,
}

/// The problem, then the finding; a code of another release keeps its own words.
impl Localized for KeptFlag<'_> {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let Self { code, detail } = self;
        if language == Language::English {
            return format!("{code}: {detail}").into();
        }
        let sentence = match *code {
            "balance-broken" => "余额不衔接：余额与期初（上一笔）余额和发生额不符".into(),
            "running-balance-broken" => "余额不连续：该笔余额与上一笔余额和发生额不符".into(),
            "control-sum" => "控制合计不符：文件自报的笔数或金额，与明细不符".into(),
            other => match Odd::ALL.iter().find(|odd| odd.code() == other) {
                Some(odd) => odd.in_language(language),
                None => return format!("{code}：{detail}").into(),
            },
        };
        match detail_in_chinese(detail) {
            detail if detail.is_empty() => sentence,
            detail => format!("{sentence}（{detail}）").into(),
        }
    }
}

/// The other language of [`Flag::detail`].
fn detail_in_chinese(detail: &str) -> String {
    if let Some((account, rest)) =
        detail.strip_prefix("account ").and_then(|rest| rest.split_once(": "))
    {
        return format!("账号 {account}，{}", detail_in_chinese(rest));
    }
    if let Some((expected, found)) =
        detail.strip_prefix("expected ").and_then(|rest| rest.rsplit_once(", found "))
    {
        return format!("应为 {expected}，实为 {found}");
    }
    if let Some((what, rest)) = detail.split_once(": declared ")
        && let Some((declared, found)) = rest.rsplit_once(", found ")
    {
        return format!("{what} 自报 {declared}，实为 {found}");
    }
    match detail.strip_prefix("found ") {
        Some("\"\"") => String::new(),
        Some(found) => format!("原文 {found}"),
        None => detail.to_owned(),
    }
}

impl Flag {
    /// The physical line, from 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        match self {
            Self::BalanceBroken { line, .. }
            | Self::RunningBalanceBroken { line, .. }
            | Self::ControlSum { line, .. }
            | Self::Oddity { line, .. } => *line,
        }
    }

    /// A permanent kebab-case code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BalanceBroken { .. } => "balance-broken",
            // Both are the same fault for the reader: a balance that does not follow.
            Self::RunningBalanceBroken { .. } => "balance-broken",
            Self::ControlSum { .. } => "control-sum",
            Self::Oddity { odd, .. } => odd.code(),
        }
    }

    /// The found and the expected value.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::BalanceBroken { account: Some(account), expected, found, .. } => {
                let account = remittance::account::masked(account);
                format!("account {account}: expected {expected}, found {found}")
            }
            Self::BalanceBroken { account: None, expected, found, .. }
            | Self::RunningBalanceBroken { expected, found, .. } => {
                format!("expected {expected}, found {found}")
            }
            Self::ControlSum { what, declared, found, .. } => {
                format!("{what}: declared {declared}, found {found}")
            }
            Self::Oddity { found, .. } => format!("found {found:?}"),
        }
    }
}

impl Localized for Flag {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        KeptFlag { code: self.code(), detail: &self.detail() }.in_language(language)
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.line(), self.code(), self.detail())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_oddity_has_its_own_code_and_words() {
        let kebab = |code: &str| code.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase());
        for (place, odd) in Odd::ALL.iter().enumerate() {
            // The list matches the enum: each at its place, and no code for two.
            assert_eq!(*odd as usize, place, "{odd:?}");
            assert!(kebab(odd.code()), "{odd:?}");
            let found = String::new();
            let words = Flag::Oddity { line: 1, odd: *odd, found }.in_language(Language::Chinese);
            assert!(words.chars().all(|c| !c.is_ascii()), "{odd:?}: {words}");
            assert!(Odd::ALL.iter().filter(|other| other.code() == odd.code()).count() == 1);
        }
        assert_eq!(Odd::ALL.len(), Odd::ZeroAmount as usize + 1);
    }

    #[test]
    fn a_flag_says_the_same_in_both_languages() {
        let amount = |fen| Decimal::new(fen, 2);
        let account = Some("2105400000000000011".to_owned());
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (Flag::BalanceBroken { line: 1, account, expected: amount(12_00), found: amount(13_00) },
             "余额不衔接：余额与期初（上一笔）余额和发生额不符（账号 ····0011，应为 12.00，实为 13.00）"),
            (Flag::RunningBalanceBroken { line: 1, expected: amount(1), found: amount(-1) },
             "余额不衔接：余额与期初（上一笔）余额和发生额不符（应为 0.01，实为 -0.01）"),
            (Flag::ControlSum { line: 1, what: "NbOfTxs", declared: "3".into(), found: "2".into() },
             "控制合计不符：文件自报的笔数或金额，与明细不符（NbOfTxs 自报 3，实为 2）"),
            (Flag::Oddity { line: 1, odd: Odd::AmbiguousDate, found: "01/02/2026".into() },
             "日期的月、日顺序有两种读法，已按该银行的格式读取（原文 \"01/02/2026\"）"),
            (Flag::Oddity { line: 1, odd: Odd::NoStatement, found: String::new() },
             "文件中没有账单"),
        ];
        for (flag, want) in rows {
            assert_eq!(flag.in_language(Language::Chinese), want, "{flag}");
        }
        let later = KeptFlag { code: "later", detail: "found 1" };
        assert_eq!(later.in_language(Language::Chinese), "later：found 1");
    }
}
