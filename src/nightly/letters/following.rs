//! Reports what became of items that were in suspense, and which notices their money was for are still open.
//!
//! Start at [`Writer::follow`]. The notices are those that the remark names or that staff read in it. Where none of
//! them was paid, they are the notices that the employer owes. Only the employer's own notices are reported.
//!
//! Invariant: everything reported is read inside the night's commit, after its settlements were written.

use super::Writer;
use super::due::{DAYS_TO_ACT, Notification, WORKING_DAYS_TO_ACT, working_days_after};
use crate::alert::{About, DigestItem, Due, OpenNotice, Solution, Whereabouts};
use crate::nightly::RunError;
use crate::remittance::{BankTransaction, Money, Outcome, PaymentReference, YearMonth};
use crate::store::{NotificationRow, Owed, OwedNotice, Recording};
use crate::suspense::Act;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// How many notices a letter lists when the payer named none; the rest are counted.
const OTHERS_MAX: usize = 5;

/// A cleared item, before its open notices are known.
pub(super) struct Followed {
    row: NotificationRow,
    item: DigestItem,
    /// The notices that the remark names or that staff read in it.
    named: BTreeSet<PaymentReference>,
}

impl Writer<'_> {
    /// Adds a cleared item.
    pub(super) fn followed(
        &self,
        row: NotificationRow,
        transaction: &BankTransaction<'_>,
    ) -> Option<Followed> {
        let mut named: BTreeSet<PaymentReference> =
            [row.notice, row.reference, row.read_as].into_iter().flatten().collect();
        // Once staff have interpreted the remark, its own parse no longer counts.
        if row.read_as.is_none() {
            for (_, reading) in self.readings(transaction) {
                named.extend(reading.reference);
                named.extend(reading.candidates);
            }
        }
        let item = self.item_about(&row, About::Settled(Solution::Elsewhere), transaction)?;
        Some(Followed { row, item, named })
    }

    /// Adds to each item where its money is and which notices stay open.
    pub(super) fn follow(
        &self,
        recording: &Recording,
        followed: Vec<Followed>,
    ) -> Result<Vec<Notification>, RunError> {
        if followed.is_empty() {
            return Ok(Vec::new());
        }
        let named: BTreeSet<PaymentReference> = followed
            .iter()
            .flat_map(|one| one.named.iter().chain(one.row.shares.iter().map(|(notice, _)| notice)))
            .copied()
            .collect();
        let owners = recording.employers_of(&named.iter().copied().collect::<Vec<_>>())?;
        let employers: BTreeSet<String> =
            followed.iter().map(|one| one.row.employer_id.clone()).collect();
        let owed = recording.owed(&employers, &named)?;
        Ok(followed.into_iter().filter_map(|one| self.notification(one, &owed, &owners)).collect())
    }

    fn notification(
        &self,
        followed: Followed,
        owed: &Owed,
        owners: &BTreeMap<PaymentReference, String>,
    ) -> Option<Notification> {
        let Followed { row, mut item, named } = followed;
        let is_own = |notice: &PaymentReference| owners.get(notice) == Some(&row.employer_id);
        let notices = notices(&row, item.amount).into_iter().filter(|(one, _)| is_own(one));
        let notices: Vec<_> = notices.collect();
        let solution = solution(&row, !notices.is_empty())?;
        let own: BTreeSet<PaymentReference> = named.into_iter().filter(is_own).collect();
        let mut whereabouts = open(solution, &own, owed, &row.employer_id);
        whereabouts.notices = notices;
        whereabouts.rest = row
            .rest
            .as_ref()
            .filter(|(employer_id, _)| *employer_id == row.employer_id)
            .map(|(_, rest)| *rest);
        item.about = About::outcome(solution, &whereabouts);
        item.whereabouts = whereabouts;
        if item.asks_for_something() {
            item.until = self.pay_by(solution, item.booked_on);
        }
        Some(Notification { key: row.key, due: Due::Outcome, said: row.told.outcome, item })
    }

    /// By when the missing part should arrive: within the month of the other parts, or as soon as possible. `None`
    /// where that month is over.
    fn pay_by(&self, solution: Solution, booked_on: NaiveDate) -> Option<NaiveDate> {
        let (night, calendar) = (self.tools.settings.as_of, &self.tools.rules.calendar);
        let last = |day| calendar.last_working_day(YearMonth::of(day));
        if solution == Solution::Awaiting {
            return Some(last(booked_on)).filter(|last| *last >= night);
        }
        let last = last(night);
        if (last - night).num_days() >= DAYS_TO_ACT {
            return Some(last);
        }
        Some(working_days_after(calendar, night, WORKING_DAYS_TO_ACT))
    }
}

/// The notices that an item pays fully or partly, each with the amount.
fn notices(row: &NotificationRow, amount: Money) -> Vec<(PaymentReference, Money)> {
    match (row.told.outcome, row.notice) {
        (Outcome::Matched, None) => row.shares.clone(),
        (Outcome::Matched | Outcome::Awaiting, Some(notice)) => vec![(notice, amount)],
        // A waiting part keeps its notice in `read_as`.
        (Outcome::Awaiting, None) => {
            row.reference.map(|notice| (notice, amount)).into_iter().collect()
        }
        (
            Outcome::Suspense
            | Outcome::Returned
            | Outcome::Ignored
            | Outcome::Advance
            | Outcome::RefundDue
            | Outcome::Refunded,
            _,
        ) => Vec::new(),
    }
}

/// What became of an item from its employer's view; `None` while it is in suspense or waits as a part of another
/// employer's notice, which may still be cancelled.
fn solution(row: &NotificationRow, pays_own: bool) -> Option<Solution> {
    let elsewhere = match &row.act {
        Some(Act::Advance { employer_id: Some(employer_id) }) => *employer_id != row.employer_id,
        Some(
            Act::Advance { employer_id: None }
            | Act::Settle { .. }
            | Act::Split { .. }
            | Act::Refund
            | Act::CorrectReference { .. }
            | Act::NotOurs
            | Act::TakeBack { .. }
            | Act::WaitUntil { .. }
            | Act::Reverse,
        )
        | None => false,
    };
    match row.told.outcome {
        Outcome::Matched if pays_own => Some(Solution::Matched),
        Outcome::Awaiting if pays_own => Some(Solution::Awaiting),
        Outcome::Suspense | Outcome::Awaiting => None,
        Outcome::Matched => Some(Solution::Elsewhere),
        Outcome::Advance if elsewhere => Some(Solution::Elsewhere),
        Outcome::Advance => Some(Solution::Advance),
        Outcome::RefundDue => Some(Solution::RefundDue),
        Outcome::Refunded => Some(Solution::Refunded),
        Outcome::Returned => Some(Solution::Returned),
        Outcome::Ignored => Some(Solution::NotOurs),
    }
}

/// The employer's open notices that the money was or may have been for.
fn open(
    solution: Solution,
    named: &BTreeSet<PaymentReference>,
    owed: &Owed,
    employer_id: &str,
) -> Whereabouts {
    let all = owed.open.get(employer_id).map(Vec::as_slice).unwrap_or_default();
    let meant: Vec<OpenNotice> =
        all.iter().filter(|notice| named.contains(&notice.reference)).map(told).collect();
    if !meant.is_empty() {
        return Whereabouts { open: meant, named: true, ..Whereabouts::default() };
    }
    // Money that was returned or booked to the advance balance, and that names no paid notice, may have been for
    // any of these.
    let may_have_been = match solution {
        Solution::Advance | Solution::RefundDue | Solution::Refunded | Solution::Returned => {
            named.iter().all(|notice| !owed.paid.contains(notice))
        }
        Solution::Matched | Solution::Elsewhere | Solution::NotOurs | Solution::Awaiting => false,
    };
    if !may_have_been {
        return Whereabouts::default();
    }
    let more = all.len().saturating_sub(OTHERS_MAX);
    let open = all.iter().take(OTHERS_MAX).map(told).collect();
    Whereabouts { open, more, ..Whereabouts::default() }
}

pub(super) fn told(notice: &OwedNotice) -> OpenNotice {
    let OwedNotice { reference, month, amount, here, in_suspense } = *notice;
    OpenNotice { reference, month, amount, here, in_suspense }
}
