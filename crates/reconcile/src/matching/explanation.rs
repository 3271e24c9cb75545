//! The explanation that every decision carries, as data.
//!
//! Start at [`Explanation`]. `explanation/words.rs` puts it into words for finance staff, in Chinese or English;
//! `explanation/code.rs` writes it as one short line that a store can keep and parse. The plain case, one payment for
//! one notice, allocates nothing.
//!
//! Invariant: an explanation contains its own amounts, counts and days, so that it reads the same years later, whatever
//! happened to notices and rules.

mod code;
mod words;

pub use code::ExplanationError;

use chrono::NaiveDate;
use remittance::{Money, PaymentReference, RefundReference, Total, YearMonth};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explanation {
    /// One payment, one notice, equal to the fen.
    Alone {
        reference: PaymentReference,
        due: Money,
    },
    /// As [`Explanation::Alone`], by a reading that needed a repair; notice and amount confirm it.
    Confirmed {
        reference: PaymentReference,
        due: Money,
        /// The part that the employer's advance balance pays.
        from_advance: Money,
    },
    /// A probable reading that notice and amount do not both confirm.
    Unconfirmed(Box<Unconfirmed>),
    /// The state of a notice's parts.
    Parts(Box<PartsSummary>),
    /// One payment that names several notices.
    SeveralNotices(Box<SeveralNotices>),
    /// The named notice accepts no money: unknown, revoked or paid.
    Notice {
        reference: PaymentReference,
        state: NoticeState,
    },
    NoReference,
    Truncated,
    /// Exact alone, but the payer usually pays for another employer, whose notice is one slip away.
    PayerDisagrees(Box<PayerDisagrees>),
    /// The bank's details contradict its booking, so nothing in them settles.
    Contradicted,
    /// No payment, by the decision's rule.
    Rule,
    /// The bank reverses a movement.
    Reversal(Box<ReversalLink>),
    /// It paid a refund, or returned one.
    Refund(Box<RefundLink>),
}

/// The state of a notice when the decision was made, and its amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeState {
    Unknown,
    Open(Money),
    /// Settled, in an earlier run or in this one: which one would change in a repeated run.
    Paid(Money),
    Revoked(Money),
}

/// A probable reading, the amount received, and the notice's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconfirmed {
    pub reference: PaymentReference,
    pub received: Money,
    pub state: NoticeState,
    /// The obstacle if notice and amount do fit.
    pub doubt: Option<Doubt>,
}

/// Why a probable reading settles nothing though its notice is open and the amount is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A payment that names the notice with certainty is present, whatever its outcome.
    CertainAtHand,
    /// Another probable reading claims the notice too.
    AnotherProbable,
    /// The payer usually pays for another employer, and not for the notice's.
    OtherPayer,
}

/// A payment whose payer points to another notice than its remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayerDisagrees {
    pub reference: PaymentReference,
    /// The amount received, and what either notice waits for.
    pub due: Money,
    /// What the advance balance would have paid beside it.
    pub from_advance: Money,
    /// The open notice of the same amount, of an employer that the account is registered with.
    pub nearest: PaymentReference,
}

/// Parts of a notice, counted and summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartsSummary {
    pub verdict: PartsVerdict,
    pub reference: PaymentReference,
    pub due: Money,
    /// The sum of the parts; for [`PartsVerdict::Overpaid`] and the two after it, of those in one bank and month.
    pub received: Total,
    pub parts: usize,
    /// Receiving banks and booking months of these parts.
    pub banks: usize,
    pub months: usize,
    /// The month of the latest of these parts, and the day from which it is closed.
    pub month: YearMonth,
    pub closes_on: NaiveDate,
    /// What the employer's advance balance pays beside them: for [`PartsVerdict::Exact`] and for sets searched for the
    /// rest, what it paid or would have paid; otherwise the reserved part.
    pub from_advance: Money,
}

/// The verdict on the parts of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartsVerdict {
    Exact,
    Overpaid,
    /// Several different sets are exact.
    AmbiguousParts,
    /// Too many parts to prove that exactly one set is exact.
    TooManyParts,
    CrossBank,
    CrossMonth,
    Underpaid,
    Awaiting,
}

/// One payment that names several notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeveralNotices {
    pub received: Money,
    /// All are open, and their sum is the amount received.
    pub exact: bool,
    /// What advance balances pay beside the amount received; zero unless exact.
    pub from_advance: Money,
    /// All are certain readings.
    pub certain: bool,
    pub named: Box<[Named]>,
}

/// One of several named notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub reference: PaymentReference,
    pub state: NoticeState,
}

/// One side of a reversal by the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReversalLink {
    pub role: Role,
    /// The other side's serial and booking day; the latest of several, its own if there is none.
    pub serial: Box<str>,
    pub on: NaiveDate,
    /// Credits that the debit may have reversed.
    pub candidates: usize,
}

/// The role of a movement in a reversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A credit reversed before it was settled.
    Credit,
    /// The debit that reversed it.
    Debit,
    /// A debit that reverses a credit which settled a notice.
    DebitOfSettled,
    /// A debit that reverses a credit which staff decided, or have a proposal for.
    DebitOfHandled,
    /// A debit that may reverse one of several credits with different claims.
    DebitOfOneOf,
    /// One of those credits.
    CreditPerhaps,
    /// A debit that reverses an unknown credit.
    DebitOfNone,
}

/// One side of a refund's payment or return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundLink {
    pub role: RefundRole,
    pub reference: RefundReference,
    /// The other side's serial and booking day: for [`RefundRole::Paid`] the returned credit, for
    /// [`RefundRole::PaidAndReturned`] the credit that brought the money back, for the others the debit that paid it.
    pub serial: Box<str>,
    pub on: NaiveDate,
}

/// The role of a movement in a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundRole {
    /// The debit that paid it.
    Paid,
    /// The debit that paid it; the money came back (退票).
    PaidAndReturned,
    /// The credit that brought it back.
    Returned,
    /// A credit that may have brought it back; a person must decide.
    ReturnedPerhaps,
}
