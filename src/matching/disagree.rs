//! A payment that is exact alone, from an account that is registered with another employer.
//!
//! Start at [`hold_out`]. Where that other employer has an open notice over the same amount one slip away
//! from what was written, the payer probably meant that one, and a person must look (`payer-disagrees`).
//! Whether it is still open is known only once everything else is settled: so [`decide`] comes last, and
//! what has no such notice any more settles as it was written.
//!
//! Invariant: a night run again finds the same notices open, and so says the same.

use super::because::{NoticeState, PayerDisagrees};
use super::claims::Part;
use super::payers::references;
use super::{Because, Decision, Night, NoticeFact, place};
use crate::remittance::{Money, NoticeStatus, PaymentReference, Reason};

/// A payment that may have been meant for another notice.
pub(super) struct Suspect {
    index: u32,
    /// The place of the notice that was written.
    notice: usize,
    reference: PaymentReference,
    due: Money,
    /// The notices that may have been meant, with their places; rising.
    meant: Vec<(usize, PaymentReference)>,
}

/// Takes the payments of doubtful payers out of the parts of a notice that is open.
pub(super) fn hold_out(
    night: &Night<'_, '_>,
    notice: usize,
    fact: &NoticeFact,
    parts: &[Part],
    suspects: &mut Vec<Suspect>,
) -> Vec<Part> {
    let (reference, due) = (fact.reference, fact.amount);
    let mut rest = Vec::with_capacity(parts.len());
    for part in parts {
        let meant = if part.amount == due { meant(night, part.index, fact) } else { Vec::new() };
        if meant.is_empty() {
            rest.push(*part);
        } else {
            suspects.push(Suspect { index: part.index, notice, reference, due, meant });
        }
    }
    rest
}

/// The open notices of the payer's employers over the same amount, one slip away.
fn meant(night: &Night<'_, '_>, index: u32, fact: &NoticeFact) -> Vec<(usize, PaymentReference)> {
    let employers = night.known.payers.employers(index);
    if employers.is_empty() || employers.contains(&fact.employer) {
        return Vec::new();
    }
    let fits = |reference: PaymentReference| {
        let (place, other) = night.notices.find(reference)?;
        let open = other.status == NoticeStatus::Awaiting && other.amount == fact.amount;
        (open && employers.contains(&other.employer)).then_some((place, reference))
    };
    let mut meant: Vec<(usize, PaymentReference)> =
        references(fact.reference).filter_map(fits).collect();
    meant.sort_unstable();
    meant.dedup();
    meant
}

/// Decides the suspects, now that all else is settled, the earliest first.
pub(super) fn decide(night: &mut Night<'_, '_>, mut suspects: Vec<Suspect>) {
    suspects.sort_by(|one, other| {
        let order =
            |suspect: &Suspect| night.items.get(place(suspect.index)).map(|item| item.order());
        order(one).cmp(&order(other))
    });
    // What settles may be the notice that another suspect was thought to mean: until nothing changes.
    loop {
        let settles = |suspect: &Suspect| {
            !night.is_paid(suspect.notice)
                && suspect.meant.iter().all(|(notice, _)| night.is_paid(*notice))
        };
        let Some(found) = suspects.iter().position(settles) else { break };
        let Suspect { index, notice, reference, due, .. } = suspects.remove(found);
        night.pay(notice);
        night.set(index, Decision::matched(reference, Because::Alone { reference, due }));
    }
    for Suspect { index, notice, reference, due, meant } in suspects {
        let open = meant.iter().find(|(place, _)| !night.is_paid(*place));
        let decision = match open {
            Some((_, nearest)) if !night.is_paid(notice) => {
                let disagrees = PayerDisagrees { reference, due, nearest: *nearest };
                let because = Because::PayerDisagrees(Box::new(disagrees));
                Decision::suspense(Reason::PayerDisagrees, because)
            }
            Some(_) | None => {
                let because = Because::Notice { reference, state: NoticeState::Paid(due) };
                Decision::suspense(Reason::NoticeAlreadyPaid, because)
            }
        };
        night.set(index, decision);
    }
}
