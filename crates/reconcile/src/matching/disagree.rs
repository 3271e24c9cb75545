//! A payment that is exact alone, from an account registered with another employer.
//!
//! Start at [`hold_out`]. If that other employer has an open notice of the same amount one slip away from the written
//! one, the payer probably meant that one, and a person must decide (`payer-disagrees`). Whether it is still open is
//! known only after everything else is settled, so [`decide`] comes last; without such a notice the payment settles as
//! written.
//!
//! Invariant: a repeated run finds the same notices open, and so decides the same.

use super::claims::Part;
use super::explanation::{NoticeState, PartsSummary, PayerDisagrees};
use super::payers::references;
use super::summary::alone_with_advance;
use super::{Decision, Explanation, NoticeFact, Run, place};
use remittance::{Money, NoticeStatus, PaymentReference, Reason};

/// A payment that may have been meant for another notice.
pub(super) struct Suspect {
    index: u32,
    /// The place of the written notice.
    notice: usize,
    reference: PaymentReference,
    /// The amount received: that of the notice, or the rest after the advance balance.
    came: Money,
    /// The summary if it settles the notice together with the advance balance.
    with_advance: Option<PartsSummary>,
    /// The notices that may have been meant, with their places; rising.
    meant: Vec<(usize, PaymentReference)>,
}

impl Suspect {
    /// Whether it was held out of this notice's parts.
    pub(super) const fn is_of(&self, notice: usize) -> bool {
        self.notice == notice
    }
}

/// Removes the payments of doubtful payers from the parts of an open notice.
pub(super) fn hold_out(
    night: &Run<'_, '_>,
    notice: usize,
    fact: &NoticeFact,
    parts: &[Part],
    suspects: &mut Vec<Suspect>,
) -> Vec<Part> {
    let (reference, due) = (fact.reference, fact.amount);
    let mut rest = Vec::with_capacity(parts.len());
    for part in parts {
        let meant =
            if part.amount == due { meant(night, part.index, fact, due) } else { Vec::new() };
        if meant.is_empty() {
            rest.push(*part);
        } else {
            let (index, came, with_advance) = (part.index, due, None);
            suspects.push(Suspect { index, notice, reference, came, with_advance, meant });
        }
    }
    rest
}

/// The same for payments that would pay the notice alone together with the advance balance; returns the places of the
/// other items.
pub(super) fn hold_out_payable(
    night: &Run<'_, '_>,
    notice: usize,
    fact: &NoticeFact,
    parts: &[Part],
    suspects: &mut Vec<Suspect>,
) -> Vec<u32> {
    let (reference, came) = (fact.reference, fact.payable);
    let mut rest = Vec::with_capacity(parts.len());
    for part in parts {
        let index = part.index;
        let alone = fact.is_payable(part.amount);
        let meant = if alone { meant(night, index, fact, came) } else { Vec::new() };
        if meant.is_empty() {
            rest.push(index);
        } else {
            let with_advance = alone_with_advance(night, fact, index);
            suspects.push(Suspect { index, notice, reference, came, with_advance, meant });
        }
    }
    rest
}

/// The open notices of the payer's employers that are one slip away and wait for the same amount, with or without their
/// advance balance.
fn meant(
    night: &Run<'_, '_>,
    index: u32,
    fact: &NoticeFact,
    came: Money,
) -> Vec<(usize, PaymentReference)> {
    let employers = night.known.payers.employers(index);
    if employers.is_empty() || employers.contains(&fact.employer) {
        return Vec::new();
    }
    let fits = |reference: PaymentReference| {
        let (place, other) = night.notices.find(reference)?;
        let waits = other.amount == came || other.is_payable(came);
        let open = other.status == NoticeStatus::Awaiting && waits;
        (open && employers.contains(&other.employer)).then_some((place, reference))
    };
    let mut meant: Vec<(usize, PaymentReference)> =
        references(fact.reference).filter_map(fits).collect();
    meant.sort_unstable();
    meant.dedup();
    meant
}

/// Decides the suspects after everything else is settled, the earliest first.
pub(super) fn decide(night: &mut Run<'_, '_>, mut suspects: Vec<Suspect>) {
    suspects.sort_by(|one, other| {
        let order =
            |suspect: &Suspect| night.items.get(place(suspect.index)).map(|item| item.order());
        order(one).cmp(&order(other))
    });
    // A settled notice may be the one that another suspect might have meant, so repeat until nothing changes.
    loop {
        let settles = |suspect: &Suspect| {
            !night.is_paid(suspect.notice)
                && suspect.meant.iter().all(|(notice, _)| night.is_paid(*notice))
        };
        let Some(found) = suspects.iter().position(settles) else { break };
        let Suspect { index, notice, reference, came, with_advance, .. } = suspects.remove(found);
        night.pay(notice);
        let decision = match with_advance {
            None => Decision::matched(reference, Explanation::Alone { reference, due: came }),
            Some(standing) => {
                let explanation = Explanation::Parts(Box::new(standing));
                Decision::matched_with(reference, explanation, standing.from_advance)
            }
        };
        night.set(index, decision);
    }
    for Suspect { index, notice, reference, came, with_advance, meant } in suspects {
        let open = meant.iter().find(|(place, _)| !night.is_paid(*place));
        let decision = match open {
            Some((_, nearest)) if !night.is_paid(notice) => {
                let from_advance = with_advance.map(|one| one.from_advance).unwrap_or_default();
                let nearest = *nearest;
                let disagrees = PayerDisagrees { reference, due: came, nearest, from_advance };
                let explanation = Explanation::PayerDisagrees(Box::new(disagrees));
                Decision::suspense(Reason::PayerDisagrees, explanation)
            }
            Some(_) | None => {
                let due = with_advance.map_or(came, |standing| standing.due);
                let explanation = Explanation::Notice { reference, state: NoticeState::Paid(due) };
                Decision::suspense(Reason::NoticeAlreadyPaid, explanation)
            }
        };
        night.set(index, decision);
    }
}
