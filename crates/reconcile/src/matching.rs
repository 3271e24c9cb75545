//! Decides what becomes of each bank transaction, and says why.
//!
//! Start at [`decide`]: it is the whole policy, top to bottom in order of precedence. The contract's
//! rules 1 and 2 (the parts of one notice) are `parts.rs` over `subset_sum.rs`; rules 3 and 4 (several references,
//! probable readings) and what an ignore rule yields to are `claims.rs`; what a bank takes back is
//! `reversal.rs`; what pays a refund or brings it back is `refund.rs`; a payer who speaks for another notice is `disagree.rs`; what is no payment is `classifier.rs`.
//! [`Explanation`] is the explanation that every decision carries. [`suggest`] helps a person with what
//! is open; it settles nothing. How a reference is found in a remark is not here but in `remark.rs`.
//!
//! Invariant: nothing here reads a clock, a file or a database. Given the same transactions and
//! notices, in any order, it gives the same decisions, which is what lets us replay a disputed day.

mod claims;
mod classifier;
mod disagree;
pub mod explanation;
mod notice_book;
mod parts;
mod payers;
mod refund;
#[cfg(test)]
mod refund_tests;
mod reversal;
pub mod subset_sum;
pub mod suggest;
mod summary;
#[cfg(test)]
mod table;

pub use classifier::{Kind, TransactionClassifier};
pub use explanation::Explanation;
pub use notice_book::{NoticeBook, NoticeFact};
pub use payers::{Directory, Payers, wants_names};
pub use refund::{PaidBy, Refund};
pub use reversal::{Credit, CreditState};

use crate::calendar::WorkingDays;
use crate::remark::Claim;
use crate::rulebook::matching::{MatchingRules, RuleIndex};
use chrono::{NaiveDate, NaiveTime};
use remittance::{Direction, Money, Outcome, PaymentReference, Reason, RefundReference};
use std::collections::BTreeSet;

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
    /// Empty where the bank gives none.
    pub counterparty_name: &'a str,
    pub claim: Claim,
    pub kind: Kind,
    /// The refund that its remark names.
    pub refund: Option<RefundReference>,
    /// The bank's details contradict its booking: nothing that they name is settled.
    pub contradicted: bool,
}

/// What earlier nights and the centre's lists say of the items; empty where no item asks for it.
#[derive(Clone, Debug, Default)]
pub struct Known<'k> {
    /// The credits that are no items any more and that a reversal among the items could take back: same
    /// account, same amount, of any age.
    pub credits: Vec<Credit<'k>>,
    /// The refunds that are due, those that the items name, and those that a marked return may have brought back.
    pub refunds: Vec<Refund<'k>>,
    pub payers: Payers,
    /// Of the notices that a probable reading names, those that an earlier payment named with certainty.
    pub named_before: BTreeSet<PaymentReference>,
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
    /// They are paid together with what is reserved for them of their employers' advance balances: the
    /// payments bring what is then missing ([`NoticeFact::payable`]).
    pub with_advance: bool,
    pub explanation: Explanation,
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
/// `notices` must hold what the items name and [`Payers::slips`].
#[must_use]
pub fn decide(
    items: &[Item<'_>],
    notices: &NoticeBook,
    known: &Known<'_>,
    rules: &MatchingRules,
    calendar: &WorkingDays,
    as_of: NaiveDate,
) -> Vec<Decision> {
    let mut night = Run {
        items,
        notices,
        known,
        rules,
        calendar,
        as_of,
        paid: vec![false; notices.len()],
        decisions: vec![None; items.len()],
    };
    // 0. What pays a refund of ours, and what brings one back, says so itself and is nothing else.
    refund::tie(&mut night);
    // 1. Rule 5: what the bank took back, or may have taken back, counts for nothing else.
    reversal::take_back(&mut night);
    // 2. Rule 6: what is no payment, or names no notice, is decided by itself; so is what the bank's own
    //    details contradict. The rest claims notices.
    let mut claims = claims::read(&mut night);
    // 3. Rule 1: the parts of a notice that sum to it exactly, if only one set does. A part that is exact
    //    alone and whose payer speaks for a notice one slip away is no part until 6.
    let (open, suspects) = parts::settle(&mut night, &mut claims.certain);
    // 4. Rule 3: one transaction for several notices that are still open, the earliest first, where all of
    //    them are written with certainty.
    let several = claims::settle_several(&mut night, &claims);
    // 5. Rule 4: a probable reading settles alone and exactly, where nothing of 1 to 4 names its notice with
    //    certainty (held back, waiting, open or settled), no other probable one does, now or before, and
    //    the payer does not speak for another employer.
    let probable = claims::confirm_probable(&mut night, &claims);
    // 6. What was held out in 3 settles after all where the notice that it may have meant is settled by now.
    disagree::decide(&mut night, suspects);
    // 7. Rule 2: what the parts of the notices still open wait for, or stay open for; and why the claims of
    //    4 and 5 settle nothing. Said last, so that a night run again says the same.
    parts::leave_open(&mut night, open);
    claims::refuse(&mut night, several);
    claims::refuse_probable(&mut night, probable);
    let undecided = || Decision::suspense(Reason::NoReference, Explanation::NoReference);
    night.decisions.into_iter().map(|decision| decision.unwrap_or_else(undecided)).collect()
}

/// What one call of [`decide`] knows and has decided so far.
struct Run<'n, 'a> {
    items: &'n [Item<'a>],
    notices: &'n NoticeBook,
    known: &'n Known<'n>,
    rules: &'n MatchingRules,
    calendar: &'n WorkingDays,
    as_of: NaiveDate,
    /// Notices settled tonight, by their place in the book.
    paid: Vec<bool>,
    decisions: Vec<Option<Decision>>,
}

impl Run<'_, '_> {
    fn set(&mut self, index: u32, decision: Decision) {
        if let Some(place) = self.decisions.get_mut(place(index)) {
            debug_assert!(place.is_none(), "an item is decided once");
            *place = Some(decision);
        }
    }

    /// Whether an item is not decided yet.
    fn is_open(&self, index: u32) -> bool {
        self.decisions.get(place(index)).is_some_and(Option::is_none)
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
    fn matched(reference: PaymentReference, explanation: Explanation) -> Self {
        let notices = Notices::One(reference);
        Self { notices, ..Self::plain(Outcome::Matched, explanation) }
    }

    /// As [`Decision::matched`], together with the advance balance where the explanation names one.
    fn matched_with(
        reference: PaymentReference,
        explanation: Explanation,
        from_advance: Money,
    ) -> Self {
        let with_advance = !from_advance.is_zero();
        Self { with_advance, ..Self::matched(reference, explanation) }
    }

    fn suspense(reason: Reason, explanation: Explanation) -> Self {
        let reason = Some(reason);
        Self { reason, ..Self::plain(Outcome::Suspense, explanation) }
    }

    fn ignored(rule: RuleIndex, explanation: Explanation) -> Self {
        Self { rule: Some(rule), ..Self::plain(Outcome::Ignored, explanation) }
    }

    /// A decision that names neither a reason, a rule nor a notice.
    fn plain(outcome: Outcome, explanation: Explanation) -> Self {
        let notices = Notices::None;
        Self { outcome, reason: None, rule: None, notices, with_advance: false, explanation }
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
