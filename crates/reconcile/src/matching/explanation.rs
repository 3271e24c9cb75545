//! Why a transaction was decided as it was: the explanation that every decision carries, as data.
//!
//! Start at [`Explanation`]. `explanation/words.rs` says it to finance staff, in Chinese or English;
//! `explanation/code.rs` writes it as one short line that a store keeps and reads back. The plain case, one
//! payment for one notice, needs no memory of its own.
//!
//! Invariant: an explanation holds what it speaks of (amounts, counts, days), so that it reads the same
//! years later, whatever became of notices and rules.

mod code;
mod words;

pub use code::ExplanationError;

use chrono::NaiveDate;
use remittance::{Money, PaymentReference, RefundReference, Total, YearMonth};

/// The explanation of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explanation {
    /// One payment, one notice, equal to the fen.
    Alone {
        reference: PaymentReference,
        due: Money,
    },
    /// As [`Explanation::Alone`], by a reading that rests on a repair; notice and amount confirm it.
    Confirmed {
        reference: PaymentReference,
        due: Money,
        /// What the employer's advance balance brings of it.
        from_advance: Money,
    },
    /// A probable reading that notice and amount do not both confirm.
    Unconfirmed(Box<Unconfirmed>),
    /// How the parts of a notice stand together.
    Parts(Box<PartsSummary>),
    /// One payment that names several notices.
    SeveralNotices(Box<SeveralNotices>),
    /// The notice that is named takes no money: unknown, revoked or paid.
    Notice {
        reference: PaymentReference,
        state: NoticeState,
    },
    NoReference,
    Truncated,
    /// Exact alone, but the payer is known to pay for another employer, whose notice is one slip away.
    PayerDisagrees(Box<PayerDisagrees>),
    /// The bank's details contradict its booking, so that nothing in them settles.
    Contradicted,
    /// No payment, by the rule that the decision names.
    Rule,
    /// The bank takes back a movement.
    Reversal(Box<ReversalLink>),
    /// A refund left with it, or came back with it.
    Refund(Box<RefundLink>),
}

/// How a notice stood when the decision was made, and what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeState {
    Unknown,
    Open(Money),
    /// Settled, on an earlier night or in this one: which, would change when a night is run again.
    Paid(Money),
    Revoked(Money),
}

/// A probable reading, what came, and how the notice stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconfirmed {
    pub reference: PaymentReference,
    pub received: Money,
    pub state: NoticeState,
    /// What stands in the way where notice and amount do fit.
    pub doubt: Option<Doubt>,
}

/// Why a probable reading settles nothing though its notice is open and asks for exactly what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A payment that names the notice with certainty is at hand, whatever became of it.
    CertainAtHand,
    /// Another probable reading claims the notice too.
    AnotherProbable,
    /// The payer is known to pay for another employer, and not for the notice's.
    OtherPayer,
}

/// A payment whose payer speaks for another notice than its remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayerDisagrees {
    pub reference: PaymentReference,
    /// What came, and what either notice waits for.
    pub due: Money,
    /// What the advance balance would have brought beside it.
    pub from_advance: Money,
    /// The open notice over the same amount, of an employer that the account is registered with.
    pub nearest: PaymentReference,
}

/// Parts of a notice, counted and summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartsSummary {
    pub verdict: PartsVerdict,
    pub reference: PaymentReference,
    pub due: Money,
    /// What the parts sum to; of [`PartsVerdict::Overpaid`] and the two after it, those in one bank and month.
    pub received: Total,
    pub parts: usize,
    /// Receiving banks and booking months of these parts.
    pub banks: usize,
    pub months: usize,
    /// The month of the latest of these parts, and the day from which it is closed.
    pub month: YearMonth,
    pub closes_on: NaiveDate,
    /// What the employer's advance balance brings beside them: of [`PartsVerdict::Exact`] and those that were
    /// searched for what is then missing, what it brought or would have; else what is reserved of it.
    pub from_advance: Money,
}

/// What the parts of a notice amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartsVerdict {
    Exact,
    Overpaid,
    /// Several different sets are exact.
    AmbiguousParts,
    /// Too many parts to prove that only one set is exact.
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
    /// All are open and sum to what came.
    pub exact: bool,
    /// What advance balances bring beside what came; zero unless exact.
    pub from_advance: Money,
    /// All are written with certainty.
    pub certain: bool,
    pub named: Box<[Named]>,
}

/// A notice that is named among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub reference: PaymentReference,
    pub state: NoticeState,
}

/// One side of a movement that the bank takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReversalLink {
    pub role: Role,
    /// The other side's serial and booking day; of several the latest's, of none the own.
    pub serial: Box<str>,
    pub on: NaiveDate,
    /// Credits that the debit may have taken back.
    pub candidates: usize,
}

/// What a movement is in a reversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A credit taken back before it was settled.
    Credit,
    /// The debit that did so.
    Debit,
    /// A debit that takes back a credit which settled a notice.
    DebitOfSettled,
    /// A debit that takes back a credit which staff decided, or have a proposal for.
    DebitOfHandled,
    /// A debit that may take back one of several credits, which claim different things.
    DebitOfOneOf,
    /// One of those credits.
    CreditPerhaps,
    /// A debit that takes back a credit nobody knows.
    DebitOfNone,
}

/// One side of a refund's way out, or back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundLink {
    pub role: RefundRole,
    pub reference: RefundReference,
    /// The other side's serial and booking day: of [`RefundRole::Paid`] the credit that is returned, of
    /// [`RefundRole::PaidAndReturned`] the credit that brought the money back, of the others the debit that
    /// had paid it.
    pub serial: Box<str>,
    pub on: NaiveDate,
}

/// What a movement is to a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundRole {
    /// The debit that paid it.
    Paid,
    /// The debit that paid it; the money came back (退票).
    PaidAndReturned,
    /// The credit that brought it back.
    Returned,
    /// A credit that may have brought it back; a person must say.
    ReturnedPerhaps,
}
