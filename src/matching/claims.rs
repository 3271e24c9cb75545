//! Claims: which notices the remaining credits name, and what a claim on several, or a probable one, does.
//!
//! Start at [`read`]. Rule 3 of the contract is [`settle_several`]; a reading that rests on a repair is
//! [`confirm_probable`]. Parts of one notice are not here but in `parts.rs`.
//!
//! Rivals of one night: the parts of a notice (rule 1) come before one transaction for several notices
//! (rule 3), certain readings before probable ones, and among equals the earliest booked is served. That
//! is what would have happened had each come on a night of its own, in that order.

use super::because::{Named, NoticeState, Together, Unconfirmed};
use super::{Because, Decision, Item, Kind, Night, NoticeFact, Notices, place};
use crate::remark::Claim;
use crate::remittance::{Direction, Money, NoticeStatus, Outcome, PaymentReference, Reason};

/// A certain claim on one notice, small enough to sort a million of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) reference: PaymentReference,
    pub(super) index: u32,
    pub(super) amount: Money,
}

/// What the undecided credits claim; indices into the items.
#[derive(Default)]
pub(super) struct Claims {
    pub(super) certain: Vec<Part>,
    pub(super) several: Vec<u32>,
    pub(super) probable: Vec<u32>,
}

/// Decides what claims nothing, and collects what does.
pub(super) fn read(night: &mut Night<'_, '_>) -> Claims {
    let mut claims = Claims { certain: Vec::with_capacity(night.items.len()), ..Claims::default() };
    for (index, item) in (0_u32..).zip(night.items) {
        if night.decisions.get(place(index)).is_some_and(Option::is_some) {
            continue;
        }
        if let Some(decision) = no_payment(night, item) {
            night.set(index, decision);
            continue;
        }
        let part = |reference| Part { reference, index, amount: item.amount };
        match &item.claim {
            Claim::Certain(reference) => claims.certain.push(part(*reference)),
            Claim::Probable(_) => claims.probable.push(index),
            Claim::Several(references) => match references.split_first() {
                // A reference written several times is one reference.
                Some((first, rest)) if rest.iter().all(|other| other == first) => {
                    claims.certain.push(part(*first));
                }
                Some(_) => claims.several.push(index),
                None => night.set(index, unread(Reason::NoReference, Because::NoReference)),
            },
            Claim::Truncated => {
                night.set(index, unread(Reason::UnreadableReference, Because::Truncated));
            }
            Claim::None => night.set(index, unread(Reason::NoReference, Because::NoReference)),
        }
    }
    claims
}

fn unread(reason: Reason, because: Because) -> Decision {
    Decision::suspense(reason, because)
}

/// The decision on a movement that is no payment; `None` for one that is.
fn no_payment(night: &Night<'_, '_>, item: &Item<'_>) -> Option<Decision> {
    let rule = match (item.kind, item.direction) {
        (Kind::Ignored(rule), _) => rule,
        (Kind::Reversal, Direction::Credit) => night.rules.reversal_credit(),
        (Kind::Reversal | Kind::Remittance, Direction::Debit) => night.rules.debit(),
        (Kind::Remittance, Direction::Credit) => return None,
    };
    let certain = matches!(item.claim, Claim::Certain(_) | Claim::Several(_));
    let absolute = night.rules.rule(rule).is_none_or(|rule| rule.even_with_reference);
    let ignored = !certain || absolute || item.direction == Direction::Debit;
    ignored.then(|| Decision::ignored(rule, Because::Rule))
}

/// The items in the order in which rivals are served.
fn in_order(night: &Night<'_, '_>, mut indices: Vec<u32>) -> Vec<u32> {
    let item = |index: &u32| night.items.get(place(*index));
    indices.sort_by(|one, other| item(one).map(Item::order).cmp(&item(other).map(Item::order)));
    indices
}

/// Rule 3: a transaction whose references are all open and sum to its amount settles them all.
///
/// Gives back those that settle nothing; what they are told depends on how the night ends.
pub(super) fn settle_several(night: &mut Night<'_, '_>, several: Vec<u32>) -> Vec<u32> {
    let mut refused = Vec::new();
    for index in in_order(night, several) {
        let Some(item) = night.items.get(place(index)) else { continue };
        let named = named(night, &item.claim);
        if sum_of_open(&named) != Some(item.amount) {
            refused.push(index);
            continue;
        }
        for each in &named {
            if let (_, Some(notice)) = state(night, each.reference) {
                night.pay(notice);
            }
        }
        let notices = Notices::Several(named.iter().map(|each| each.reference).collect());
        let because = together(item.amount, true, named);
        night.set(index, Decision { notices, ..Decision::plain(Outcome::Matched, because) });
    }
    refused
}

/// The notices of a claim on several, each once and rising, and how they stand by now.
fn named(night: &Night<'_, '_>, claim: &Claim) -> Box<[Named]> {
    let Claim::Several(references) = claim else { return Box::default() };
    let mut references = references.to_vec();
    references.sort_unstable();
    references.dedup();
    let each = |reference| Named { reference, state: state(night, reference).0 };
    references.into_iter().map(each).collect()
}

fn together(received: Money, exact: bool, named: Box<[Named]>) -> Because {
    Because::Together(Box::new(Together { received, exact, named }))
}

/// What open notices sum to; `None` if one of them is not open.
fn sum_of_open(named: &[Named]) -> Option<Money> {
    named.iter().try_fold(Money::ZERO, |sum, named| match named.state {
        NoticeState::Open(due) => sum.checked_add(due),
        NoticeState::Unknown | NoticeState::Paid(_) | NoticeState::Revoked(_) => None,
    })
}

/// A probable reading settles its notice alone: it exists, is open, and the amount is exactly its.
///
/// It is never a part of a set: with a few sets to choose from, some set often fits some amount, and
/// then the amount confirms nothing.
pub(super) fn confirm_probable(night: &mut Night<'_, '_>, probable: Vec<u32>) -> Vec<u32> {
    let mut refused = Vec::new();
    for index in in_order(night, probable) {
        let Some(item) = night.items.get(place(index)) else { continue };
        let Claim::Probable(reference) = item.claim else { continue };
        match state(night, reference) {
            (NoticeState::Open(due), Some(notice)) if due == item.amount => {
                night.pay(notice);
                let because = Because::Confirmed { reference, due };
                night.set(index, Decision::matched(reference, because));
            }
            _ => refused.push(index),
        }
    }
    refused
}

/// Says of the claims that settled nothing how their notices stand, now that all is settled.
pub(super) fn refuse(night: &mut Night<'_, '_>, refused: impl IntoIterator<Item = u32>) {
    for index in refused {
        let Some(item) = night.items.get(place(index)) else { continue };
        let received = item.amount;
        let decision = if let Claim::Probable(reference) = item.claim {
            let state = state(night, reference).0;
            let because =
                Because::Unconfirmed(Box::new(Unconfirmed { reference, received, state }));
            Decision::suspense(Reason::UnreadableReference, because)
        } else {
            let because = together(received, false, named(night, &item.claim));
            Decision::suspense(Reason::SeveralReferences, because)
        };
        night.set(index, decision);
    }
}

/// How a notice stands by now, and its place in the book if it exists.
fn state(night: &Night<'_, '_>, reference: PaymentReference) -> (NoticeState, Option<usize>) {
    let Some((notice, fact)) = night.notices.find(reference) else {
        return (NoticeState::Unknown, None);
    };
    (state_of(fact, night.is_paid(notice)), Some(notice))
}

/// How a notice stands, given whether it was settled tonight.
pub(super) fn state_of(fact: &NoticeFact, paid_tonight: bool) -> NoticeState {
    match fact.status {
        NoticeStatus::Awaiting if paid_tonight => NoticeState::Paid(fact.amount),
        NoticeStatus::Awaiting => NoticeState::Open(fact.amount),
        NoticeStatus::Paid => NoticeState::Paid(fact.amount),
        NoticeStatus::Revoked => NoticeState::Revoked(fact.amount),
    }
}
