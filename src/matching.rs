//! Decides what becomes of each bank transaction, and says why.
//!
//! Start at [`decide`]: it is the whole policy, top to bottom in order of precedence. The contract's
//! rules 1 and 2 (the parts of one notice) are `parts.rs` over `cover.rs`; rule 3 and probable readings
//! are `claims.rs`; what a bank takes back is `reversal.rs`; what is no payment at all is `sieve.rs`.
//! [`Because`] is the explanation that every decision carries. [`suggest`] helps a person with what
//! hangs; it settles nothing. How a reference is found in a remark is not here but in `remark.rs`.
//!
//! Invariant: nothing here reads a clock, a file or a database. Given the same transactions and
//! notices, in any order, it gives the same decisions, which is what lets us replay a disputed day.

pub mod because;
mod claims;
pub mod cover;
mod notice_book;
mod parts;
mod reversal;
mod sieve;
pub mod suggest;
#[cfg(test)]
mod table;

pub use because::Because;
pub use notice_book::{NoticeBook, NoticeFact};
pub use reversal::wants_earlier;
pub use sieve::{Kind, Sieve};

use crate::calendar::WorkingDays;
use crate::remark::Claim;
use crate::remittance::{Direction, Money, Outcome, PaymentReference, Reason};
use crate::rulebook::matching::{MatchingRules, RuleIndex};
use chrono::{NaiveDate, NaiveTime};

/// One of the centre's collection accounts, numbered by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountIndex(pub u16);

/// The bank of a collection account (转入银行), numbered by the caller: equal numbers are one bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankIndex(pub u16);

/// The bank that the payer paid from, numbered by the caller; all unknown ones may share a number.
///
/// Looked at only where `same_paying_bank` is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayingBank(pub u32);

/// A transaction that is not finally decided: new tonight, awaiting its month, or in open suspense.
///
/// What a person has decided, and what was matched, returned or ignored before, is no item.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    pub account: AccountIndex,
    pub bank: BankIndex,
    pub paying_bank: PayingBank,
    /// With the account, the identity of the transaction.
    pub serial: &'a str,
    pub booked_on: NaiveDate,
    pub booked_time: Option<NaiveTime>,
    pub direction: Direction,
    pub amount: Money,
    /// Empty where the bank gives none.
    pub counterparty_account: &'a str,
    pub claim: Claim,
    pub kind: Kind,
}

/// A credit that settled its notices on an earlier night; needed for the debits that take one back.
#[derive(Clone, Debug)]
pub struct Settled<'a> {
    pub account: AccountIndex,
    pub serial: &'a str,
    pub booked_on: NaiveDate,
    pub amount: Money,
    pub counterparty_account: &'a str,
    pub references: &'a [PaymentReference],
}

/// What becomes of a transaction, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub outcome: Outcome,
    /// Given for suspense alone.
    pub reason: Option<Reason>,
    /// Given for ignored alone: the rule whose id is the reason.
    pub rule: Option<RuleIndex>,
    /// The notices that it settles; none unless matched.
    pub notices: Notices,
    pub because: Because,
}

/// The notices that a transaction settles, alone or with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notices {
    None,
    One(PaymentReference),
    /// By the contract's rule 3; rising.
    Several(Box<[PaymentReference]>),
}

/// Decides every item; the answers stand in the order of the items, but do not depend on it.
///
/// `settled` needs to hold no more than the settled credits that a reversal among the items could take
/// back (same account, same amount); [`wants_earlier`] says whether those of late are enough.
#[must_use]
pub fn decide(
    items: &[Item<'_>],
    notices: &NoticeBook,
    settled: &[Settled<'_>],
    rules: &MatchingRules,
    calendar: &WorkingDays,
    as_of: NaiveDate,
) -> Vec<Decision> {
    let mut night = Night {
        items,
        notices,
        rules,
        calendar,
        as_of,
        paid: vec![false; notices.len()],
        decisions: vec![None; items.len()],
    };
    // 1. What the bank took back counts for nothing else.
    reversal::take_back(&mut night, settled);
    // 2. What is no payment, or names no notice, is decided by itself; the rest claims notices.
    let claims = claims::read(&mut night);
    // 3. Rule 1: the parts of a notice that sum to it exactly, if only one set does.
    let open = parts::settle(&mut night, claims.certain);
    // 4. Rule 3: one transaction for several notices that are still open, the earliest first.
    let several = claims::settle_several(&mut night, claims.several);
    // 5. A probable reading settles alone and exactly, and only what no certain one claims.
    let probable = claims::confirm_probable(&mut night, claims.probable);
    // 6. Rule 2: what the parts of the notices still open wait for, or hang on; and why the claims of
    //    4 and 5 settle nothing. Said last, so that a night run again says the same.
    parts::leave_open(&mut night, open);
    claims::refuse(&mut night, several.into_iter().chain(probable));
    let undecided = || Decision::suspense(Reason::NoReference, Because::NoReference);
    night.decisions.into_iter().map(|decision| decision.unwrap_or_else(undecided)).collect()
}

/// What one call of [`decide`] knows and has decided so far.
struct Night<'n, 'a> {
    items: &'n [Item<'a>],
    notices: &'n NoticeBook,
    rules: &'n MatchingRules,
    calendar: &'n WorkingDays,
    as_of: NaiveDate,
    /// Notices settled tonight, by their place in the book.
    paid: Vec<bool>,
    decisions: Vec<Option<Decision>>,
}

impl Night<'_, '_> {
    fn set(&mut self, index: u32, decision: Decision) {
        if let Some(place) = self.decisions.get_mut(place(index)) {
            debug_assert!(place.is_none(), "an item is decided once");
            *place = Some(decision);
        }
    }

    fn pay(&mut self, notice: usize) {
        if let Some(paid) = self.paid.get_mut(notice) {
            debug_assert!(!*paid, "a notice is settled once");
            *paid = true;
        }
    }

    fn is_paid(&self, notice: usize) -> bool {
        self.paid.get(notice).copied().unwrap_or(false)
    }
}

/// An index kept in four bytes, as a place in a slice.
fn place(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

impl Item<'_> {
    /// The order in which equal amounts are taken and rivals are served: booked date, time, serial.
    ///
    /// A booking without a time comes before those with one. The account only parts equal serials.
    fn order(&self) -> impl Ord + '_ {
        (self.booked_on, self.booked_time, self.serial, self.account)
    }
}

impl Decision {
    fn matched(reference: PaymentReference, because: Because) -> Self {
        let notices = Notices::One(reference);
        Self { outcome: Outcome::Matched, reason: None, rule: None, notices, because }
    }

    fn suspense(reason: Reason, because: Because) -> Self {
        let reason = Some(reason);
        Self { reason, ..Self::plain(Outcome::Suspense, because) }
    }

    fn ignored(rule: RuleIndex, because: Because) -> Self {
        Self { rule: Some(rule), ..Self::plain(Outcome::Ignored, because) }
    }

    /// A decision that names neither a reason, a rule nor a notice.
    fn plain(outcome: Outcome, because: Because) -> Self {
        Self { outcome, reason: None, rule: None, notices: Notices::None, because }
    }
}

impl Notices {
    #[must_use]
    pub fn as_slice(&self) -> &[PaymentReference] {
        match self {
            Self::None => &[],
            Self::One(reference) => std::slice::from_ref(reference),
            Self::Several(references) => references,
        }
    }
}
