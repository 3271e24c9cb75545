//! Claims: the notices that the remaining credits name, and the effect of claims on several notices and of probable
//! ones.
//!
//! Start at [`read`]. [`settle_several`] is the contract's rule 3; [`confirm_probable`] is rule 4, for readings that
//! needed a repair; [`no_payment`] has the exceptions to ignore rules, rule 6. `parts.rs` handles the parts of one
//! notice.
//!
//! Rivals in one run: the parts of a notice (rule 1) come before one transaction for several notices (rule 3), and
//! among equals the earliest booked is served. The result is the same as if each had come in a run of its own, in that
//! order. Probable readings have no rivals: one that is not alone settles nothing.

use super::explanation::{Doubt, Named, NoticeState, SeveralNotices, Unconfirmed};
use super::{Decision, Explanation, Item, Kind, NoticeFact, Notices, Run, place};
use crate::remark::Claim;
use remittance::{Direction, Money, NoticeStatus, Outcome, PaymentReference, Reason, Total};
use std::collections::{BTreeMap, BTreeSet};

/// A certain claim on one notice, small enough to sort a million of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) reference: PaymentReference,
    pub(super) index: u32,
    pub(super) amount: Money,
}

/// The claims of the undecided credits; indices into the items.
#[derive(Default)]
pub(super) struct Claims {
    /// In the order of references, after `parts.rs`.
    pub(super) certain: Vec<Part>,
    pub(super) several: Vec<u32>,
    probable: Vec<u32>,
    /// Named with certainty by a held or contradicted item: it settles nothing, but counts as present.
    held: BTreeSet<PaymentReference>,
    /// Named without certainty by an item that settles nothing.
    doubtful: BTreeSet<PaymentReference>,
}

impl Claims {
    /// Whether some payment of the run names the notice with certainty.
    fn names(&self, night: &Run<'_, '_>, reference: PaymentReference) -> bool {
        let certain = || self.certain.binary_search_by_key(&reference, |part| part.reference);
        let several = |index: &u32| match night.items.get(place(*index)).map(|item| &item.claim) {
            Some(Claim::Several(references)) => references.contains(&reference),
            Some(_) | None => false,
        };
        self.held.contains(&reference) || certain().is_ok() || self.several.iter().any(several)
    }

    /// Records what a payment that settles nothing names.
    fn hold(&mut self, claim: &Claim) {
        match claim {
            Claim::Certain(_) | Claim::Several(_) => self.held.extend(claim.references()),
            Claim::Probable(_) | Claim::SeveralDoubtful(_) => {
                self.doubtful.extend(claim.references());
            }
            Claim::None | Claim::Truncated => {}
        }
    }
}

/// Decides items without a claim, and collects the claims of the others.
pub(super) fn read(night: &mut Run<'_, '_>) -> Claims {
    let mut claims = Claims { certain: Vec::with_capacity(night.items.len()), ..Claims::default() };
    for (index, item) in (0_u32..).zip(night.items) {
        if let Some(Some(decided)) = night.decisions.get(place(index)) {
            if decided.outcome == Outcome::Suspense && item.direction == Direction::Credit {
                claims.hold(&item.claim);
            }
            continue;
        }
        if let Some(decision) = no_payment(night, index) {
            night.set(index, decision);
            continue;
        }
        if item.contradicted {
            claims.hold(&item.claim);
            night.set(index, unread(Reason::SeveralReferences, Explanation::Contradicted));
            continue;
        }
        let part = |reference| Part { reference, index, amount: item.amount };
        match &item.claim {
            Claim::Certain(reference) => claims.certain.push(part(*reference)),
            Claim::Probable(_) => claims.probable.push(index),
            Claim::Several(references) => match references.split_first() {
                // A reference that is written several times counts once.
                Some((first, rest)) if rest.iter().all(|other| other == first) => {
                    claims.certain.push(part(*first));
                }
                Some(_) => claims.several.push(index),
                None => night.set(index, unread(Reason::NoReference, Explanation::NoReference)),
            },
            // It settles nothing; its explanation depends on the end of the run.
            Claim::SeveralDoubtful(_) => {
                claims.hold(&item.claim);
                claims.several.push(index);
            }
            Claim::Truncated => {
                night.set(index, unread(Reason::UnreadableReference, Explanation::Truncated));
            }
            Claim::None => night.set(index, unread(Reason::NoReference, Explanation::NoReference)),
        }
    }
    claims
}

fn unread(reason: Reason, explanation: Explanation) -> Decision {
    Decision::suspense(reason, explanation)
}

/// The decision on a movement that is no payment; `None` for a payment.
///
/// A rule yields to any reading of the remark, to a payer in the centre's lists, and to details that contradict the
/// booking: then a person decides. It does not yield when money only moves between the centre's own accounts, goes out,
/// or is returned to it.
pub(super) fn no_payment(night: &Run<'_, '_>, index: u32) -> Option<Decision> {
    let item = night.items.get(place(index))?;
    let (rule, absolute) = match (item.kind, item.direction) {
        (Kind::Ignored(rule), direction) => {
            let always = night.rules.rule(rule).is_none_or(|rule| rule.even_with_reference);
            (rule, always || direction == Direction::Debit)
        }
        (Kind::IgnoredBefore(rule), _) => (rule, true),
        (Kind::Reversal, Direction::Credit) => (night.rules.reversal_credit(), true),
        (Kind::Reversal | Kind::Remittance, Direction::Debit) => (night.rules.debit(), true),
        (Kind::Remittance, Direction::Credit) => return None,
    };
    let yields = item.claim != Claim::None
        || item.contradicted
        || !night.known.payers.employers(index).is_empty();
    (absolute || !yields).then(|| Decision::ignored(rule, Explanation::Rule))
}

/// The items in the order that rivals are served.
fn in_order(night: &Run<'_, '_>, indices: &[u32]) -> Vec<u32> {
    let mut indices = indices.to_vec();
    let item = |index: &u32| night.items.get(place(*index));
    indices.sort_by(|one, other| item(one).map(Item::order).cmp(&item(other).map(Item::order)));
    indices
}

/// Rule 3: a transaction whose references are all open and sum to its amount settles them all. If they do not, but the
/// rest after the reservations of advance balances does, it settles them together with those.
///
/// Returns the claims that settle nothing; their explanation depends on the end of the run.
pub(super) fn settle_several(night: &mut Run<'_, '_>, claims: &Claims) -> Vec<u32> {
    let mut refused = Vec::new();
    for index in in_order(night, &claims.several) {
        let Some(item) = night.items.get(place(index)) else { continue };
        let named = named(night, &item.claim);
        let certain = matches!(item.claim, Claim::Several(_));
        let with_advance = certain && sum_of_open(&named) != Some(item.amount.into());
        let missing = if with_advance { sum_of_payable(night, &named) } else { None };
        if !certain
            || (with_advance && missing.map(|(payable, _)| payable) != Some(item.amount.into()))
        {
            refused.push(index);
            continue;
        }
        let from_advance =
            missing.map(|(_, reserved)| reserved.nearest_money()).unwrap_or_default();
        for each in &named {
            if let (_, Some(notice)) = state(night, each.reference) {
                night.pay(notice);
            }
        }
        let notices = Notices::Several(named.iter().map(|each| each.reference).collect());
        let explanation = together(item.amount, from_advance, (true, true), named);
        let matched = Decision::plain(Outcome::Matched, explanation);
        night.set(index, Decision { notices, with_advance, ..matched });
    }
    refused
}

/// The notices of a claim on several, without duplicates and rising, with their present state.
fn named(night: &Run<'_, '_>, claim: &Claim) -> Box<[Named]> {
    let mut references = claim.references().to_vec();
    references.sort_unstable();
    references.dedup();
    let each = |reference| Named { reference, state: state(night, reference).0 };
    references.into_iter().map(each).collect()
}

fn together(
    received: Money,
    from_advance: Money,
    (exact, certain): (bool, bool),
    named: Box<[Named]>,
) -> Explanation {
    Explanation::SeveralNotices(Box::new(SeveralNotices {
        received,
        exact,
        from_advance,
        certain,
        named,
    }))
}

/// The sum of open notices; `None` if one of them is not open.
fn sum_of_open(named: &[Named]) -> Option<Total> {
    named.iter().try_fold(Total::ZERO, |sum, named| match named.state {
        NoticeState::Open(due) => Some(sum + due.into()),
        NoticeState::Unknown | NoticeState::Paid(_) | NoticeState::Revoked(_) => None,
    })
}

/// The rest of open notices after what is reserved for them of advance balances, and the reserved sum.
///
/// `None` if one of them is not open, if none has a reservation, or if one needs no payment at all. All of them use
/// their reservations: if only some did, the payer's sum could mean several things.
fn sum_of_payable(night: &Run<'_, '_>, named: &[Named]) -> Option<(Total, Total)> {
    let (mut payable, mut reserved) = (Total::ZERO, Total::ZERO);
    for each in named {
        let fact = night.notices.get(each.reference)?;
        let open = matches!(each.state, NoticeState::Open(_)) && fact.payable > Money::ZERO;
        if !open {
            return None;
        }
        payable += fact.payable.into();
        reserved += fact.reserved().into();
    }
    (!reserved.is_zero()).then_some((payable, reserved))
}

/// Rule 4: a probable reading settles its notice alone. The notice must exist and be open, the amount must be exactly
/// its own or the rest after its reservation, and there must be no [`doubt`].
///
/// It is never a part of a set: among a few sets, some set often fits some amount, and then the amount confirms
/// nothing. Returns those that settle nothing, with the obstacle.
pub(super) fn confirm_probable(
    night: &mut Run<'_, '_>,
    claims: &Claims,
) -> Vec<(u32, Option<Doubt>)> {
    let mut claimed: BTreeMap<PaymentReference, usize> = BTreeMap::new();
    for index in &claims.probable {
        if let Some(Claim::Probable(reference)) =
            night.items.get(place(*index)).map(|one| &one.claim)
        {
            *claimed.entry(*reference).or_default() += 1;
        }
    }
    let mut refused = Vec::new();
    for index in in_order(night, &claims.probable) {
        let Some(item) = night.items.get(place(index)) else { continue };
        let Claim::Probable(reference) = item.claim else { continue };
        let alone = claimed.get(&reference) == Some(&1);
        let doubt = doubt(night, claims, index, reference, alone);
        match state(night, reference) {
            (NoticeState::Open(due), Some(notice))
                if doubt.is_none() && pays(night, reference, item.amount) =>
            {
                night.pay(notice);
                let from_advance = due.checked_sub(item.amount).unwrap_or_default();
                let explanation = Explanation::Confirmed { reference, due, from_advance };
                night.set(index, Decision::matched_with(reference, explanation, from_advance));
            }
            _ => refused.push((index, doubt)),
        }
    }
    refused
}

/// The doubt about a probable reading, though notice and amount may fit.
fn doubt(
    night: &Run<'_, '_>,
    claims: &Claims,
    index: u32,
    reference: PaymentReference,
    alone: bool,
) -> Option<Doubt> {
    if night.known.named_before.contains(&reference) || claims.names(night, reference) {
        return Some(Doubt::CertainAtHand);
    }
    if !alone || claims.doubtful.contains(&reference) {
        return Some(Doubt::AnotherProbable);
    }
    let employers = night.known.payers.employers(index);
    let of_notice = night.notices.get(reference).map(|fact| fact.employer);
    let other = !employers.is_empty() && of_notice.is_some_and(|one| !employers.contains(&one));
    other.then_some(Doubt::OtherPayer)
}

/// Explains probable readings that settled nothing by the state of their notices, after all settlements.
pub(super) fn refuse_probable(night: &mut Run<'_, '_>, refused: Vec<(u32, Option<Doubt>)>) {
    for (index, doubt) in refused {
        let Some(item) = night.items.get(place(index)) else { continue };
        let Claim::Probable(reference) = item.claim else { continue };
        let (received, state) = (item.amount, state(night, reference).0);
        // A different amount is reported first: the rest does not matter then.
        let open = matches!(state, NoticeState::Open(_));
        let doubt = doubt.filter(|_| open && pays(night, reference, received));
        let unconfirmed = Unconfirmed { reference, received, state, doubt };
        let explanation = Explanation::Unconfirmed(Box::new(unconfirmed));
        night.set(index, Decision::suspense(Reason::UnreadableReference, explanation));
    }
}

/// Explains claims on several that settled nothing by the state of their notices, after all settlements.
pub(super) fn refuse(night: &mut Run<'_, '_>, refused: Vec<u32>) {
    for index in refused {
        let Some(item) = night.items.get(place(index)) else { continue };
        let certain = matches!(item.claim, Claim::Several(_));
        let named = named(night, &item.claim);
        let explanation = together(item.amount, Money::ZERO, (false, certain), named);
        night.set(index, Decision::suspense(Reason::SeveralReferences, explanation));
    }
}

/// Whether one payment pays a notice to the fen, alone or together with its reservation.
fn pays(night: &Run<'_, '_>, reference: PaymentReference, received: Money) -> bool {
    let fact = night.notices.get(reference);
    fact.is_some_and(|fact| fact.amount == received || fact.is_payable(received))
}

/// The present state of a notice, and its place in the book if it exists.
fn state(night: &Run<'_, '_>, reference: PaymentReference) -> (NoticeState, Option<usize>) {
    let Some((notice, fact)) = night.notices.find(reference) else {
        return (NoticeState::Unknown, None);
    };
    (state_of(fact, night.is_paid(notice)), Some(notice))
}

/// The state of a notice, given whether it was settled in this run.
pub(super) fn state_of(fact: &NoticeFact, paid_tonight: bool) -> NoticeState {
    match fact.status {
        NoticeStatus::Awaiting if paid_tonight => NoticeState::Paid(fact.amount),
        NoticeStatus::Awaiting => NoticeState::Open(fact.amount),
        NoticeStatus::Paid => NoticeState::Paid(fact.amount),
        NoticeStatus::Revoked => NoticeState::Revoked(fact.amount),
    }
}
