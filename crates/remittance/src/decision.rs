//! Outcomes and reasons of a transaction, with the codes that never change.
//!
//! The codes are the contract's ("Outcomes") and are kept forever; the store keeps the numbers beside them.
//! `matching.rs` makes the decisions.

use crate::{Language, Localized};
use std::borrow::Cow;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It settles, alone or with others, exactly one notice (or several, by the contract's rule 3).
    Matched,
    /// A part of a notice whose month is not closed yet.
    Awaiting,
    /// 挂账: no notice could be found without guessing; a person must decide.
    Suspense,
    /// A credit that the bank reversed before it was settled, or the debit that reversed it.
    Returned,
    /// Not a remittance, by a named rule or by staff ([`NOT_OURS`]).
    Ignored,
    /// Staff credited it to an employer's advance balance (单位暂存款); it keeps this outcome when the balance is used.
    Advance,
    /// Staff decided to return it; the money has not left the account yet.
    RefundDue,
    /// Returned: linked to the bank's debit that paid it.
    Refunded,
}

/// The rule that ignores a transaction which staff decided is no payment to the fund.
pub const NOT_OURS: &str = "not-ours";

/// Why a transaction is in suspense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    NoReference,
    UnreadableReference,
    SeveralReferences,
    UnknownReference,
    NoticeRevoked,
    NoticeAlreadyPaid,
    Overpaid,
    CrossBank,
    CrossMonth,
    Underpaid,
    AmbiguousParts,
    ReversalOfMatched,
    /// The payer usually pays for another employer, which has an equal notice one slip away.
    PayerDisagrees,
    /// A reversal without a clear credit, or a credit that it may have reversed.
    ReversalUnclear,
}

impl Outcome {
    pub const ALL: [Self; 8] = [
        Self::Matched,
        Self::Awaiting,
        Self::Suspense,
        Self::Returned,
        Self::Ignored,
        Self::Advance,
        Self::RefundDue,
        Self::Refunded,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Awaiting => "awaiting",
            Self::Suspense => "suspense",
            Self::Returned => "returned",
            Self::Ignored => "ignored",
            Self::Advance => "advance",
            Self::RefundDue => "refund-due",
            Self::Refunded => "refunded",
        }
    }

    /// The number the store keeps; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Matched => 1,
            Self::Awaiting => 2,
            Self::Suspense => 3,
            Self::Returned => 4,
            Self::Ignored => 5,
            Self::Advance => 6,
            Self::RefundDue => 7,
            Self::Refunded => 8,
        }
    }

    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.number() == number)
    }
}

impl Localized for Outcome {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Matched => language.choose("已入账", "Matched"),
            Self::Awaiting => language.choose("待补足（分笔未齐）", "Awaiting"),
            Self::Suspense => language.choose("挂账", "Suspense"),
            Self::Returned => language.choose("已退回", "Returned"),
            Self::Ignored => language.choose("非缴存款项", "Ignored"),
            Self::Advance => language.choose("转入暂存款", "Advance"),
            Self::RefundDue => language.choose("待退款", "Refund due"),
            Self::Refunded => language.choose("已退款", "Refunded"),
        })
    }
}

impl Reason {
    pub const ALL: [Self; 14] = [
        Self::NoReference,
        Self::UnreadableReference,
        Self::SeveralReferences,
        Self::UnknownReference,
        Self::NoticeRevoked,
        Self::NoticeAlreadyPaid,
        Self::Overpaid,
        Self::CrossBank,
        Self::CrossMonth,
        Self::Underpaid,
        Self::AmbiguousParts,
        Self::ReversalOfMatched,
        Self::PayerDisagrees,
        Self::ReversalUnclear,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoReference => "no-reference",
            Self::UnreadableReference => "unreadable-reference",
            Self::SeveralReferences => "several-references",
            Self::UnknownReference => "unknown-reference",
            Self::NoticeRevoked => "notice-revoked",
            Self::NoticeAlreadyPaid => "notice-already-paid",
            Self::Overpaid => "overpaid",
            Self::CrossBank => "cross-bank",
            Self::CrossMonth => "cross-month",
            Self::Underpaid => "underpaid",
            Self::AmbiguousParts => "ambiguous-parts",
            Self::ReversalOfMatched => "reversal-of-matched",
            Self::PayerDisagrees => "payer-disagrees",
            Self::ReversalUnclear => "reversal-unclear",
        }
    }

    /// The number the store keeps; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::NoReference => 1,
            Self::UnreadableReference => 2,
            Self::SeveralReferences => 3,
            Self::UnknownReference => 4,
            Self::NoticeRevoked => 5,
            Self::NoticeAlreadyPaid => 6,
            Self::Overpaid => 7,
            Self::CrossBank => 8,
            Self::CrossMonth => 9,
            Self::Underpaid => 10,
            Self::AmbiguousParts => 11,
            Self::ReversalOfMatched => 12,
            Self::PayerDisagrees => 13,
            Self::ReversalUnclear => 14,
        }
    }

    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.number() == number)
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

impl Localized for Reason {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::NoReference => language.choose("无登记号", "No reference"),
            Self::UnreadableReference => language.choose("登记号不可辨认", "Unreadable reference"),
            Self::SeveralReferences => language.choose("多个登记号", "Several references"),
            Self::UnknownReference => language.choose("登记号不存在", "Unknown reference"),
            Self::NoticeRevoked => language.choose("通知书已撤销", "Notice revoked"),
            Self::NoticeAlreadyPaid => language.choose("通知书已缴清", "Notice already paid"),
            Self::Overpaid => language.choose("多缴", "Overpaid"),
            Self::CrossBank => language.choose("跨行分笔", "Across banks"),
            Self::CrossMonth => language.choose("跨月分笔", "Across months"),
            Self::Underpaid => language.choose("少缴", "Underpaid"),
            Self::AmbiguousParts => language.choose("分笔组合不唯一", "Ambiguous parts"),
            Self::ReversalOfMatched => {
                language.choose("已入账款项被冲正", "Reversal of a settled credit")
            }
            Self::PayerDisagrees => language.choose("付款单位不符", "Payer disagrees"),
            Self::ReversalUnclear => language.choose("冲正对应不明", "Reversal unclear"),
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
