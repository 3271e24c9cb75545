//! Decides the outcome of each bank transaction, and gives the reason.
//!
//! Start at [`decide`]: it is the whole policy, top to bottom in order of precedence. The contract's rules 1 and 2 (the
//! parts of one notice) are `parts.rs` over `subset_sum.rs`; rules 3 and 4 (several references, probable readings) and
//! the exceptions to ignore rules are `claims.rs`; reversals by the bank are `reversal.rs`; payments and returns of
//! refunds are `refund.rs`; a payer who probably meant another notice is `disagree.rs`; movements that are no payments
//! are `classifier.rs`. Every decision carries an [`Explanation`]. [`suggest`] helps a person with open items; it
//! settles nothing. `remark.rs` finds references in remarks.
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

/// The bank of a collection account (转入银行), numbered by the caller: one bank has one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankIndex(pub u16);

/// The payer's bank, numbered by the caller; all unknown ones may share a number.
///
/// Used only if `same_paying_bank` is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayingBank(pub u32);

/// A transaction without a final decision: new in this run, awaiting its month, or in open suspense.
///
/// Transactions that a person decided, or that were matched, returned or ignored before, are not items.
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
    /// Empty if the bank gives none.
    pub counterparty_account: &'a str,
    /// Empty if the bank gives none.
    pub counterparty_name: &'a str,
    pub claim: Claim,
    pub kind: Kind,
    /// The refund that its remark names.
    pub refund: Option<RefundReference>,
    /// The bank's details contradict its booking: nothing that they name is settled.
    pub contradicted: bool,
}

/// What earlier runs and the centre's lists say of the items; empty if no item needs it.
#[derive(Clone, Debug, Default)]
pub struct Known<'k> {
    /// Credits that are no longer items and that a reversal among the items could reverse: same account, same amount,
    /// of any age.
    pub credits: Vec<Credit<'k>>,
    /// Due refunds, those that the items name, and those that a marked return may have brought back.
    pub refunds: Vec<Refund<'k>>,
    pub payers: Payers,
    /// The notices of probable readings that an earlier payment named with certainty.
    pub named_before: BTreeSet<PaymentReference>,
}

/// The outcome of a transaction, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub outcome: Outcome,
    /// Only for suspense.
    pub reason: Option<Reason>,
    /// Only for ignored: the rule, whose id is the reason.
    pub rule: Option<RuleIndex>,
    /// The notices that it settles; none unless matched.
    pub notices: Notices,
    /// They are paid together with what is reserved for them of their employers' advance balances: the payments bring
    /// the rest ([`NoticeFact::payable`]).
    pub with_advance: bool,
    pub explanation: Explanation,
}

/// The notices that a transaction settles, alone or with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notices {
    None,
    One(PaymentReference),
    /// By the contract's rule 3; in rising order.
    Several(Box<[PaymentReference]>),
}

/// Decides every item; the decisions are in item order, but do not depend on it.
///
/// `notices` must contain what the items and [`Payers::slips`] name.
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
    // 0. A movement that pays or returns one of our refunds says so itself and is nothing else.
    refund::tie(&mut night);
    // 1. Rule 5: what the bank reversed, or may have reversed, counts for nothing else.
    reversal::take_back(&mut night);
    // 2. Rule 6: what is no payment, or names no notice, is decided alone; so is a movement whose details contradict
    //    it. The rest claims notices.
    let mut claims = claims::read(&mut night);
    // 3. Rule 1: the parts of a notice that sum to it exactly, if only one set does. A part that is exact alone, but
    //    whose payer probably meant a notice one slip away, is held out until 6.
    let (open, suspects) = parts::settle(&mut night, &mut claims.certain);
    // 4. Rule 3: one transaction for several notices that are still open, the earliest first, if all of them are
    //    certain readings.
    let several = claims::settle_several(&mut night, &claims);
    // 5. Rule 4: a probable reading settles alone and exactly, if nothing in 1 to 4 names its notice with certainty
    //    (held back, waiting, open or settled), no other probable reading names it, now or before, and the payer is not
    //    known to pay for another employer.
    let probable = claims::confirm_probable(&mut night, &claims);
    // 6. What 3 held out settles after all if the notice that it may have meant is settled by now.
    disagree::decide(&mut night, suspects);
    // 7. Rule 2: what the parts of still open notices wait for, or why they stay open; and why the claims of 4 and 5
    //    settle nothing. This comes last, so that a repeated run says the same.
    parts::leave_open(&mut night, open);
    claims::refuse(&mut night, several);
    claims::refuse_probable(&mut night, probable);
    let undecided = || Decision::suspense(Reason::NoReference, Explanation::NoReference);
    night.decisions.into_iter().map(|decision| decision.unwrap_or_else(undecided)).collect()
}

/// The inputs of one call of [`decide`] and its decisions so far.
struct Run<'n, 'a> {
    items: &'n [Item<'a>],
    notices: &'n NoticeBook,
    known: &'n Known<'n>,
    rules: &'n MatchingRules,
    calendar: &'n WorkingDays,
    as_of: NaiveDate,
    /// Notices settled in this run, by their place in the book.
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

    /// Whether an item is still undecided.
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

/// An index of four bytes as a place in a slice.
fn place(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

impl Item<'_> {
    /// The order in which equal amounts and rivals are served: booked date, time, serial.
    ///
    /// A booking without a time comes before those with one. The account only orders equal serials.
    fn order(&self) -> impl Ord + '_ {
        (self.booked_on, self.booked_time, self.serial, self.account)
    }
}

impl Decision {
    fn matched(reference: PaymentReference, explanation: Explanation) -> Self {
        let notices = Notices::One(reference);
        Self { notices, ..Self::plain(Outcome::Matched, explanation) }
    }

    /// As [`Decision::matched`], together with the advance balance if the explanation names one.
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

    /// A decision without a reason, a rule or a notice.
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
