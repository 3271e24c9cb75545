//! What can become of a transaction: outcomes and reasons, with the codes that never change.
//!
//! The codes are the contract's ("Outcomes") and are kept forever; numbers beside them are what the
//! store keeps. How a decision is reached is in `matching.rs`.

use std::fmt;

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It settles, alone or with others, exactly one notice (or several, by the contract's rule 3).
    Matched,
    /// A part of a notice whose month is not closed yet.
    Awaiting,
    /// 挂账: no notice could be found without guessing; a person must look.
    Suspense,
    /// A credit the bank took back before it was settled, or the debit that did so.
    Returned,
    /// Not a remittance, by a rule that is named, or by staff ([`NOT_OURS`]).
    Ignored,
    /// Staff put it to an employer's advance balance (单位暂存款); so it stays when the balance is used.
    Advance,
    /// Staff decided to return it; the money has not left yet.
    RefundDue,
    /// Returned: the bank's debit that paid it is tied to it.
    Refunded,
}

/// The rule that a transaction is ignored by where staff decided that it is no payment to the fund.
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
    /// The payer is known to pay for another employer, whose equal notice is one slip away.
    PayerDisagrees,
    /// A reversal whose credit is not clear, or a credit that it may have taken back.
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

    /// As finance staff say it.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Matched => "已入账",
            Self::Awaiting => "待补足（分笔未齐）",
            Self::Suspense => "挂账",
            Self::Returned => "已退回",
            Self::Ignored => "非缴存款项",
            Self::Advance => "转入暂存款",
            Self::RefundDue => "待退款",
            Self::Refunded => "已退款",
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

    /// As finance staff say it.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::NoReference => "无登记号",
            Self::UnreadableReference => "登记号不可辨认",
            Self::SeveralReferences => "多个登记号",
            Self::UnknownReference => "登记号不存在",
            Self::NoticeRevoked => "通知书已撤销",
            Self::NoticeAlreadyPaid => "通知书已缴清",
            Self::Overpaid => "多缴",
            Self::CrossBank => "跨行分笔",
            Self::CrossMonth => "跨月分笔",
            Self::Underpaid => "少缴",
            Self::AmbiguousParts => "分笔组合不唯一",
            Self::ReversalOfMatched => "已入账款项被冲正",
            Self::PayerDisagrees => "付款单位不符",
            Self::ReversalUnclear => "冲正对应不明",
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
