//! The parts of one notice: rules 1 and 2 of the contract.
//!
//! Start at [`settle`]: it walks the certain claims notice by notice. One part that pays its notice to the fen is the
//! plain case and costs nothing more. [`exact`] is rule 1, [`open_verdict`] is rule 2. A split is what one receiving
//! bank booked in one month; sets never cross splits.
//!
//! Invariant: the outcome of a notice's parts depends on the parts alone, never on their order of arrival.

use super::claims::{Part, state_of};
use super::disagree::{self, Suspect};
use super::explanation::{NoticeState, PartsSummary, PartsVerdict};
use super::subset_sum::{self, SubsetSum};
use super::suggest::EmployerIndex;
use super::summary::{Placed, standing, sum};
use super::{BankIndex, Decision, Explanation, NoticeFact, PayingBank, Run, place};
use remittance::{Money, Outcome, PaymentReference, Reason, YearMonth};
use std::collections::{BTreeMap, BTreeSet};

/// The parts of a notice that rule 1 does not settle, and their state.
pub(super) struct Open {
    notice: usize,
    parts: Vec<u32>,
    standing: PartsSummary,
}

/// What one bank booked in one month, from one paying bank if that matters.
type Split = (YearMonth, BankIndex, PayingBank);

/// Applies rule 1 to every named notice; returns the open ones and those that the payer's account makes doubtful. The
/// claims are left in the order of references.
pub(super) fn settle(night: &mut Run<'_, '_>, certain: &mut [Part]) -> (Vec<Open>, Vec<Suspect>) {
    certain.sort_unstable();
    let (mut open, mut suspects) = (Vec::new(), Vec::new());
    let (book, mut from, trusted) = (night.notices, 0, night.known.payers.is_empty());
    for parts in certain.chunk_by(|one, next| one.reference == next.reference) {
        let Some(first) = parts.first() else { continue };
        let reference = first.reference;
        let Some((notice, fact)) = book.find_from(&mut from, reference) else {
            suspend_all(night, parts, Reason::UnknownReference, reference, NoticeState::Unknown);
            continue;
        };
        match state_of(fact, false) {
            // Four of five payments end here, so this path carries no extra data.
            NoticeState::Open(due) if trusted && parts.len() == 1 && due == first.amount => {
                night.pay(notice);
                let explanation = Explanation::Alone { reference, due };
                night.set(first.index, Decision::matched(reference, explanation));
            }
            NoticeState::Open(_) if trusted => {
                open.extend(settle_open(night, notice, fact, parts, &mut suspects));
            }
            NoticeState::Open(_) => {
                let parts = disagree::hold_out(night, notice, fact, parts, &mut suspects);
                open.extend(settle_open(night, notice, fact, &parts, &mut suspects));
            }
            state @ NoticeState::Revoked(_) => {
                suspend_all(night, parts, Reason::NoticeRevoked, reference, state);
            }
            state @ NoticeState::Paid(_) => {
                suspend_all(night, parts, Reason::NoticeAlreadyPaid, reference, state);
            }
            NoticeState::Unknown => {}
        }
    }
    (open, suspects)
}

/// Rule 1 for one open notice; one payment that equals it needs no search.
fn settle_open(
    night: &mut Run<'_, '_>,
    notice: usize,
    fact: &NoticeFact,
    parts: &[Part],
    suspects: &mut Vec<Suspect>,
) -> Option<Open> {
    let (reference, due) = (fact.reference, fact.amount);
    match parts {
        [] => None,
        [only] if only.amount == due => {
            night.pay(notice);
            night.set(
                only.index,
                Decision::matched(reference, Explanation::Alone { reference, due }),
            );
            None
        }
        _ => settle_parts(night, notice, fact, parts, suspects),
    }
}

fn suspend_all(
    night: &mut Run<'_, '_>,
    parts: &[Part],
    reason: Reason,
    reference: PaymentReference,
    state: NoticeState,
) {
    for part in parts {
        let explanation = Explanation::Notice { reference, state };
        night.set(part.index, Decision::suspense(reason, explanation));
    }
}

/// Rule 1 for one open notice: searches for the only exact set. If there is none and part of the employer's advance
/// balance is reserved for it, searches for the only set that pays the rest.
///
/// The second search starts only if the first has proved that there is no set, and no payment that is exact alone was
/// held out.
fn settle_parts(
    night: &mut Run<'_, '_>,
    notice: usize,
    fact: &NoticeFact,
    parts: &[Part],
    suspects: &mut Vec<Suspect>,
) -> Option<Open> {
    let items = night.items;
    let find = |part: &Part| items.get(place(part.index)).map(|item| (part.index, item));
    let mut placed: Vec<Placed<'_, '_>> = parts.iter().filter_map(find).collect();
    placed.sort_by(|(_, one), (_, other)| one.order().cmp(&other.order()));
    let mut splits = split(night, &placed);
    let mut found = exact(night, fact, &splits, Money::ZERO);
    let held_out = suspects.iter().any(|suspect| suspect.is_of(notice));
    let reserved = fact.reserved();
    if matches!(found, Exact::None) && !reserved.is_zero() && !held_out {
        let rest = disagree::hold_out_payable(night, notice, fact, parts, suspects);
        if rest.len() == placed.len() {
            found = exact(night, fact, &splits, reserved);
        } else {
            // Whether one of them settles it is decided at the end; until then nothing else does.
            placed.retain(|(index, _)| rest.contains(index));
            splits = split(night, &placed);
        }
    }
    let standing = match found {
        Exact::Set(chosen, standing) => {
            night.pay(notice);
            settle_set(night, fact, &placed, &chosen, standing);
            return None;
        }
        Exact::Unproved(standing) => standing,
        Exact::None => open_verdict(night, fact, &splits, &placed),
    };
    let parts: Vec<u32> = placed.into_iter().map(|(index, _)| index).collect();
    (!parts.is_empty()).then_some(Open { notice, parts, standing })
}

/// Settles a notice with the chosen parts; the others are surplus.
fn settle_set(
    night: &mut Run<'_, '_>,
    fact: &NoticeFact,
    parts: &[Placed<'_, '_>],
    chosen: &BTreeSet<u32>,
    standing: PartsSummary,
) {
    for (index, _) in parts {
        let decision = if chosen.contains(index) {
            Decision::matched_with(fact.reference, in_words(standing), standing.from_advance)
        } else {
            left_over(fact)
        };
        night.set(*index, decision);
    }
}

enum Exact {
    /// Settled by these items.
    Set(BTreeSet<u32>, PartsSummary),
    /// Several sets, or too many parts to decide.
    Unproved(PartsSummary),
    None,
}

/// Groups the parts by bank and booking month, keeping their order.
fn split<'n, 'a>(
    night: &Run<'_, '_>,
    parts: &[Placed<'n, 'a>],
) -> BTreeMap<Split, Vec<Placed<'n, 'a>>> {
    let mut splits: BTreeMap<Split, Vec<Placed<'n, 'a>>> = BTreeMap::new();
    for (index, item) in parts {
        let paying = if night.rules.same_paying_bank { item.paying_bank } else { PayingBank(0) };
        let split = (YearMonth::of(item.booked_on), item.bank, paying);
        splits.entry(split).or_default().push((*index, item));
    }
    splits
}

/// Searches every split for the only set that is exact together with this much of the advance balance; of several
/// splits the earliest completed wins.
///
/// A split with several sets, or one too large to search, might have completed earlier, so it stops the notice even if
/// another split has its only set.
fn exact(
    night: &Run<'_, '_>,
    fact: &NoticeFact,
    splits: &BTreeMap<Split, Vec<Placed<'_, '_>>>,
    from_advance: Money,
) -> Exact {
    let missing = fact.amount.fen().saturating_sub(from_advance.fen());
    let mut best: Option<Vec<Placed<'_, '_>>> = None;
    for split in splits.values() {
        let amounts: Vec<i64> = split.iter().map(|(_, item)| item.amount.fen()).collect();
        let verdict = match subset_sum::search(&amounts, missing, night.rules.parts_budget) {
            SubsetSum::None => continue,
            SubsetSum::Unique(places) => {
                let set: Vec<_> = places.iter().filter_map(|at| split.get(*at).copied()).collect();
                if best.as_ref().is_none_or(|best| completed(&set) < completed(best)) {
                    best = Some(set);
                }
                continue;
            }
            SubsetSum::Ambiguous => PartsVerdict::AmbiguousParts,
            SubsetSum::OverBudget => PartsVerdict::TooManyParts,
        };
        return Exact::Unproved(standing(night, fact, split, verdict, from_advance));
    }
    match best {
        Some(set) => {
            let chosen = set.iter().map(|(index, _)| *index).collect();
            Exact::Set(chosen, standing(night, fact, &set, PartsVerdict::Exact, from_advance))
        }
        None => Exact::None,
    }
}

/// When a set was complete: its latest part, in a total order.
fn completed<'n>(set: &'n [Placed<'_, '_>]) -> Option<impl Ord + 'n> {
    set.last().map(|(_, item)| item.order())
}

/// Rule 2: no set is exact. `overpaid` and the reasons for crossing banks or months do not wait for the month to close.
///
/// All parts of the notice get one verdict. Parts that fall short wait for the month to close. Then the split over
/// banks or months is reported first, as for parts that reach the amount: the payer must fix that before any shortfall.
/// `underpaid` is for parts in one split.
fn open_verdict(
    night: &Run<'_, '_>,
    fact: &NoticeFact,
    splits: &BTreeMap<Split, Vec<Placed<'_, '_>>>,
    parts: &[Placed<'_, '_>],
) -> PartsSummary {
    if let Some(split) = splits.values().find(|split| sum(split) > fact.amount) {
        return standing(night, fact, split, PartsVerdict::Overpaid, Money::ZERO);
    }
    let months: BTreeSet<YearMonth> = splits.keys().map(|(month, ..)| *month).collect();
    let mut standing = standing(night, fact, parts, PartsVerdict::Underpaid, fact.reserved());
    let reached = standing.received >= fact.amount;
    standing.verdict = match (splits.len(), months.len()) {
        _ if !reached && night.as_of < standing.closes_on => PartsVerdict::Awaiting,
        (..=1, _) => PartsVerdict::Underpaid,
        (_, 1) => PartsVerdict::CrossBank,
        _ => PartsVerdict::CrossMonth,
    };
    standing
}

fn in_words(standing: PartsSummary) -> Explanation {
    match standing {
        PartsSummary {
            verdict: PartsVerdict::Exact,
            parts: 1,
            reference,
            due,
            from_advance,
            ..
        } if from_advance.is_zero() => Explanation::Alone { reference, due },
        several => Explanation::Parts(Box::new(several)),
    }
}

fn left_over(fact: &NoticeFact) -> Decision {
    let (reference, state) = (fact.reference, NoticeState::Paid(fact.amount));
    Decision::suspense(Reason::NoticeAlreadyPaid, Explanation::Notice { reference, state })
}

/// Records the state of the parts of notices that are still open at the end.
pub(super) fn leave_open(night: &mut Run<'_, '_>, open: Vec<Open>) {
    for Open { notice, parts, standing } in open {
        let fact = NoticeFact {
            reference: standing.reference,
            amount: standing.due,
            payable: standing.due,
            status: remittance::NoticeStatus::Awaiting,
            employer: EmployerIndex::default(),
        };
        for index in parts {
            let decision = if night.is_paid(notice) {
                left_over(&fact)
            } else {
                match reason(standing.verdict) {
                    Some(reason) => Decision::suspense(reason, in_words(standing)),
                    None => Decision::plain(Outcome::Awaiting, in_words(standing)),
                }
            };
            night.set(index, decision);
        }
    }
}

/// The reason for an open verdict; `None` while it waits.
///
/// Too many parts to search are `ambiguous-parts`: it could not be proved that only one set is exact, and the
/// explanation says so.
fn reason(verdict: PartsVerdict) -> Option<Reason> {
    match verdict {
        PartsVerdict::Overpaid => Some(Reason::Overpaid),
        PartsVerdict::CrossBank => Some(Reason::CrossBank),
        PartsVerdict::CrossMonth => Some(Reason::CrossMonth),
        PartsVerdict::Underpaid => Some(Reason::Underpaid),
        PartsVerdict::AmbiguousParts | PartsVerdict::TooManyParts => Some(Reason::AmbiguousParts),
        PartsVerdict::Awaiting | PartsVerdict::Exact => None,
    }
}
