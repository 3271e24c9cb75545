//! The subjects (科目) of the centre's books that reconciliation and settlement post to.
//!
//! Numbers follow the fund's chart of accounts (101 住房公积金存款, 201 住房公积金, 219 其他应付款);
//! the five-digit ones are our own below 219. The code that posts to them explains their movements.

use crate::{Language, Localized};
use std::borrow::Cow;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// 住房公积金存款: the money at the banks, by collection account.
    BankDeposit,
    /// 住房公积金: what belongs to employees, through their employer's settled notices.
    Contributions,
    /// 待清分收款: received, and undecided or waiting for the rest of its notice.
    Receipts,
    /// 挂账: received, and no notice could be found without guessing.
    Suspense,
    /// 单位暂存款: an employer's advance balance.
    Advance,
    /// 应退款项: staff decided to return it.
    Refund,
    /// 待分摊: paid by a notice without lines.
    Clearing,
    /// 内部转移: in transit between two employers; zero over the whole centre.
    Transit,
    /// 非缴存往来: movements that are no remittances, and reversals by a bank.
    Other,
}

impl Subject {
    pub const ALL: [Self; 9] = [
        Self::BankDeposit,
        Self::Contributions,
        Self::Receipts,
        Self::Suspense,
        Self::Advance,
        Self::Refund,
        Self::Clearing,
        Self::Transit,
        Self::Other,
    ];

    /// The subject's number, for the store and the auditors.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::BankDeposit => 101,
            Self::Contributions => 201,
            Self::Receipts => 21901,
            Self::Suspense => 21902,
            Self::Advance => 21903,
            Self::Refund => 21904,
            Self::Clearing => 21905,
            Self::Transit => 21906,
            Self::Other => 21909,
        }
    }

    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.number() == number)
    }
}

impl Localized for Subject {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::BankDeposit => language.choose("住房公积金存款", "Bank deposit"),
            Self::Contributions => language.choose("住房公积金", "Contributions"),
            Self::Receipts => language.choose("待清分收款", "Receipts to be cleared"),
            Self::Suspense => language.choose("挂账", "Suspense"),
            Self::Advance => language.choose("单位暂存款", "Advance balance"),
            Self::Refund => language.choose("应退款项", "To be refunded"),
            Self::Clearing => language.choose("待分摊", "Clearing"),
            Self::Transit => language.choose("内部转移", "Transit"),
            Self::Other => language.choose("非缴存往来", "Not remittances"),
        })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number(), self.in_language(Language::Chinese))
    }
}
