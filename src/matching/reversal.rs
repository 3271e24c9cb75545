//! What the bank takes back: a debit that undoes a credit.
//!
//! Start at [`take_back`]. A debit undoes a credit of the same own account, the same counterparty account
//! and the same amount, booked on the debit's day or before. Where the bank gives no counterparty account
//! nothing ties the two but a reference: then the debit must quote the credit's.
//!
//! Several credits may fit. Those whose reference the debit quotes come first, then the latest booking
//! day. What is left on that day and claims the same is interchangeable: one not yet settled is taken, the
//! latest first. What claims different things is not: then nothing is guessed, the credits are held back,
//! and a person decides.
//!
//! Invariant: a credit is taken back at most once, and a returned credit counts for no notice.

use super::because::{Role, Undone};
use super::{AccountIndex, Because, Decision, Item, Kind, Night, Settled};
use crate::remark::Claim;
use crate::remittance::{Direction, Money, Outcome, PaymentReference, Reason};
use chrono::{NaiveDate, NaiveTime};

/// A credit that a debit may take back.
struct Candidate<'n> {
    key: (AccountIndex, Money),
    counterparty_account: &'n str,
    booked_on: NaiveDate,
    booked_time: Option<NaiveTime>,
    serial: &'n str,
    references: &'n [PaymentReference],
    /// `None` for one that settled its notices on an earlier night.
    index: Option<u32>,
    taken: bool,
    /// Held back, because some debit may have taken it back.
    held: bool,
}

impl Candidate<'_> {
    /// Whether the debit names one of its references.
    fn is_quoted(&self, debit: &Item<'_>) -> bool {
        self.references.iter().any(|each| references(&debit.claim).contains(each))
    }

    /// Whether the debit, of the same account and amount, can mean it.
    fn fits(&self, debit: &Item<'_>) -> bool {
        self.booked_on <= debit.booked_on
            && self.counterparty_account == debit.counterparty_account
            && (!debit.counterparty_account.is_empty() || self.is_quoted(debit))
    }
}

/// Decides the debits that undo a credit, and the credits they undo.
pub(super) fn take_back(night: &mut Night<'_, '_>, settled: &[Settled<'_>]) {
    let mut debits: Vec<(u32, &Item<'_>)> = (0..).zip(night.items).filter(undoes).collect();
    if debits.is_empty() {
        return;
    }
    // What quotes a reference knows best, so it chooses first.
    debits.sort_by(|(_, one), (_, other)| {
        let silent = |item: &Item<'_>| references(&item.claim).is_empty();
        (silent(one), one.order()).cmp(&(silent(other), other.order()))
    });
    let mut candidates = candidates(night.items, settled, &debits);
    for (position, (index, debit)) in debits.iter().enumerate() {
        let group = fitting(&candidates, debit);
        // Looked for only where it matters; there are few such debits.
        let rivals =
            || debits.iter().skip(position).filter(|(_, other)| alike(debit, other)).count();
        if clear(&candidates, &group, rivals) {
            undo(night, &mut candidates, *index, debit, &group);
        } else {
            hold(night, &mut candidates, *index, debit, &group);
        }
    }
}

/// Whether a debit among the items might take back a credit that settled and was booked before `since`, where
/// `settled` are those booked from then on.
///
/// It cannot where, for each debit, as many later credits fit as there are debits that look for them (and
/// are quoted, where it quotes): the later ones come first, and one of them is left for it.
#[must_use]
pub fn wants_earlier(items: &[Item<'_>], settled: &[Settled<'_>], since: NaiveDate) -> bool {
    let debits: Vec<(u32, &Item<'_>)> = (0..).zip(items).filter(undoes).collect();
    let candidates = candidates(items, settled, &debits);
    debits.iter().any(|(_, debit)| {
        let silent = references(&debit.claim).is_empty();
        let fit = of_key(&candidates, debit)
            .1
            .iter()
            .filter(|one| one.booked_on >= since)
            .filter(|one| one.fits(debit) && (silent || one.is_quoted(debit)));
        let key = (debit.account, debit.amount);
        let rivals = debits.iter().filter(|(_, other)| (other.account, other.amount) == key);
        fit.count() < rivals.count()
    })
}

/// Whether it makes no difference which candidate is taken: all claim the same, or all will be taken.
fn clear(candidates: &[Candidate<'_>], group: &[usize], rivals: impl Fn() -> usize) -> bool {
    let of_group: Vec<_> = group.iter().filter_map(|place| candidates.get(*place)).collect();
    let same = |(one, next): (&&Candidate<'_>, &&Candidate<'_>)| one.references == next.references;
    let interchangeable = of_group.iter().zip(of_group.iter().skip(1)).all(same);
    !of_group.iter().any(|one| one.held) && (interchangeable || rivals() >= group.len())
}

/// Whether two debits look for the same credits.
fn alike(one: &Item<'_>, other: &Item<'_>) -> bool {
    let key = |item: &Item<'_>| (item.account, item.amount, item.booked_on);
    key(one) == key(other)
        && one.counterparty_account == other.counterparty_account
        && one.claim == other.claim
}

fn undoes((_, item): &(u32, &Item<'_>)) -> bool {
    item.direction == Direction::Debit && item.kind == Kind::Reversal
}

/// All credits with the account and the amount of some debit, by key, then in order of booking.
fn candidates<'n>(
    items: &'n [Item<'n>],
    settled: &'n [Settled<'_>],
    debits: &[(u32, &Item<'_>)],
) -> Vec<Candidate<'n>> {
    let mut keys: Vec<_> = debits.iter().map(|(_, debit)| (debit.account, debit.amount)).collect();
    keys.sort_unstable();
    let wanted = |key: &(AccountIndex, Money)| keys.binary_search(key).is_ok();
    let unsettled = (0..).zip(items).filter(|(_, item)| {
        let payment = !matches!(item.kind, Kind::Ignored(_)) || !references(&item.claim).is_empty();
        item.direction == Direction::Credit && payment && wanted(&(item.account, item.amount))
    });
    let unsettled = unsettled.map(|(index, item)| Candidate {
        key: (item.account, item.amount),
        counterparty_account: item.counterparty_account,
        booked_on: item.booked_on,
        booked_time: item.booked_time,
        serial: item.serial,
        references: references(&item.claim),
        index: Some(index),
        taken: false,
        held: false,
    });
    let earlier = settled.iter().filter(|settled| wanted(&(settled.account, settled.amount)));
    let earlier = earlier.map(|settled| Candidate {
        key: (settled.account, settled.amount),
        counterparty_account: settled.counterparty_account,
        booked_on: settled.booked_on,
        booked_time: None,
        serial: settled.serial,
        references: settled.references,
        index: None,
        taken: false,
        held: false,
    });
    let mut all: Vec<_> = unsettled.chain(earlier).collect();
    all.sort_by_key(|one| {
        // Of equals on one day the unsettled ones come last, so that they are taken first.
        (one.key, one.booked_on, one.index.is_some(), one.booked_time, one.serial)
    });
    all
}

/// The references that a claim names.
fn references(claim: &Claim) -> &[PaymentReference] {
    match claim {
        Claim::Certain(reference) | Claim::Probable(reference) => std::slice::from_ref(reference),
        Claim::Several(references) => references,
        Claim::None | Claim::Truncated => &[],
    }
}

/// The candidates with the debit's account and amount, and the place of the first.
fn of_key<'c, 'n>(
    candidates: &'c [Candidate<'n>],
    debit: &Item<'_>,
) -> (usize, &'c [Candidate<'n>]) {
    let key = (debit.account, debit.amount);
    let from = candidates.partition_point(|one| one.key < key);
    let to = candidates.partition_point(|one| one.key <= key);
    (from, candidates.get(from..to).unwrap_or_default())
}

/// The places of the candidates that the debit can mean, in order; all on one day.
fn fitting(candidates: &[Candidate<'_>], debit: &Item<'_>) -> Vec<usize> {
    let quotes = |one: &Candidate<'_>| one.is_quoted(debit);
    let (from, of_key) = of_key(candidates, debit);
    let mut fit: Vec<(usize, &Candidate<'_>)> = (from..).zip(of_key).collect();
    fit.retain(|(_, one)| !one.taken && one.fits(debit));
    if fit.iter().any(|(_, one)| quotes(one)) {
        fit.retain(|(_, one)| quotes(one));
    }
    let latest = fit.iter().map(|(_, one)| one.booked_on).max();
    fit.retain(|(_, one)| Some(one.booked_on) == latest);
    fit.into_iter().map(|(place, _)| place).collect()
}

/// Takes back the last of candidates that are interchangeable.
fn undo(
    night: &mut Night<'_, '_>,
    candidates: &mut [Candidate<'_>],
    index: u32,
    debit: &Item<'_>,
    group: &[usize],
) {
    let chosen = group.last().and_then(|last| candidates.get_mut(*last));
    let Some(credit) = chosen else {
        let because = undone(Role::DebitOfNone, debit.serial, debit.booked_on, 0);
        return night.set(index, Decision::ignored(night.rules.debit(), because));
    };
    credit.taken = true;
    let because = |role| undone(role, credit.serial, credit.booked_on, group.len());
    let Some(credit_index) = credit.index else {
        let because = because(Role::DebitOfSettled);
        return night.set(index, Decision::suspense(Reason::ReversalOfMatched, because));
    };
    night.set(index, Decision::plain(Outcome::Returned, because(Role::Debit)));
    let because = undone(Role::Credit, debit.serial, debit.booked_on, group.len());
    night.set(credit_index, Decision::plain(Outcome::Returned, because));
}

/// Holds back credits of which the debit takes back one, nobody knows which.
///
/// The credits are `ambiguous-parts` (different sets of them may still count), the debit is
/// `reversal-of-matched`: both go to a person, with the explanation.
fn hold(
    night: &mut Night<'_, '_>,
    candidates: &mut [Candidate<'_>],
    index: u32,
    debit: &Item<'_>,
    group: &[usize],
) {
    let latest = group.last().and_then(|last| candidates.get(*last));
    let (serial, on) = latest.map_or(("", debit.booked_on), |one| (one.serial, one.booked_on));
    let because = undone(Role::DebitOfOneOf, serial, on, group.len());
    night.set(index, Decision::suspense(Reason::ReversalOfMatched, because));
    for place in group {
        let Some(credit) = candidates.get_mut(*place) else { continue };
        let first = !std::mem::replace(&mut credit.held, true);
        if let Some(credit_index) = credit.index.filter(|_| first) {
            let because = undone(Role::CreditPerhaps, debit.serial, debit.booked_on, group.len());
            night.set(credit_index, Decision::suspense(Reason::AmbiguousParts, because));
        }
    }
}

fn undone(role: Role, serial: &str, on: NaiveDate, candidates: usize) -> Because {
    Because::Undone(Box::new(Undone { role, serial: serial.into(), on, candidates }))
}
