//! A movement on one of the centre's accounts, as the bank reported it.
//!
//! A transaction is the bank's fact and never changes. `remark.rs` derives what its remark says, `matching.rs` decides
//! its outcome; neither is stored here.

use super::Money;
use crate::{Language, Localized};
use chrono::{NaiveDate, NaiveTime};
use std::borrow::Cow;
use std::fmt;

/// Which way the money went, seen from the centre's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// 贷: money in.
    Credit,
    /// 借: money out.
    Debit,
}

impl Direction {
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Credit => Self::Debit,
            Self::Debit => Self::Credit,
        }
    }
}

/// The fields in which a bank passes on what the payer wrote, or writes itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RemarkField {
    /// 附言: the payer's words to the payee.
    Postscript,
    /// 用途: what the payer says the money is for.
    Purpose,
    /// 摘要: usually the bank's own word for the kind of movement.
    Summary,
    /// 备注.
    Note,
}

/// One booked movement, borrowed from the parser's buffer.
///
/// Invariant: `amount` is more than zero; only `direction` says the direction. Identity: (`account`, `serial`).
/// `serial` is never empty here: if a bank gives none, `feed` makes one from content and ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BankTransaction<'a> {
    /// The centre's own account (归集专户), in the bank's digits.
    pub account: &'a str,
    /// 交易流水号.
    pub serial: &'a str,
    /// The day the bank booked it: the day that decides the month.
    pub booked_on: NaiveDate,
    pub booked_time: Option<NaiveTime>,
    pub direction: Direction,
    pub amount: Money,
    /// The account's balance after the movement.
    pub balance: Option<Money>,
    pub counterparty: Counterparty<'a>,
    pub remarks: Remarks<'a>,
    /// The bank marks it as reversing an earlier movement (冲正标志).
    pub reversal: bool,
    /// The file contradicts itself about it: no reference in it settles.
    pub contradicted: bool,
}

/// The counterparty of a movement; a field the bank does not give is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counterparty<'a> {
    pub account: &'a str,
    pub name: &'a str,
    /// 对方行号 (联行号).
    pub bank_code: &'a str,
    /// 对方开户行.
    pub bank_name: &'a str,
}

/// The free texts of a movement; a field the bank does not give is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remarks<'a> {
    pub postscript: &'a str,
    pub purpose: &'a str,
    pub summary: &'a str,
    pub note: &'a str,
}

impl Direction {
    /// As the contract's JSON writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
        }
    }
}

impl RemarkField {
    /// The order in which fields are read unless a bank's profile names another (contract, "Reading a remark").
    pub const DEFAULT_ORDER: [Self; 4] =
        [Self::Postscript, Self::Purpose, Self::Summary, Self::Note];
}

impl Localized for RemarkField {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Postscript => language.choose("附言", "Postscript"),
            Self::Purpose => language.choose("用途", "Purpose"),
            Self::Summary => language.choose("摘要", "Summary"),
            Self::Note => language.choose("备注", "Bank note"),
        })
    }
}

impl<'a> Remarks<'a> {
    #[must_use]
    pub const fn field(&self, field: RemarkField) -> &'a str {
        match field {
            RemarkField::Postscript => self.postscript,
            RemarkField::Purpose => self.purpose,
            RemarkField::Summary => self.summary,
            RemarkField::Note => self.note,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
