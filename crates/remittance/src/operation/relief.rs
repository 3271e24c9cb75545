//! Enters deferral and low rates, by approval.

use super::enrolment::check_rates;
use super::{AllowLowRates, Defer, Output};
use crate::Rate;
use crate::centre::Work;
use crate::counter::persons;
use crate::enrolment::{EmployerAccount, RatePeriod};
use crate::log::LogKind;
use crate::policy::RateLimits;
use crate::refusal::Refusal;
use crate::relief::Approval;

/// Defers the payment of months.
pub(super) fn defer(work: &mut Work<'_>, op: &Defer) -> Result<Output, Refusal> {
    let counter = persons(op.by.as_deref(), op.approved_by.as_deref())?.because(&op.reason)?;
    let mut employer = work.employer(&op.employer_id)?;
    let approval = Approval::of(op.from, op.to, &op.approval)?;
    let overlaps = |known: &&Approval| known.from <= approval.to && approval.from <= known.to;
    if let Some(known) = employer.deferrals.iter().find(overlaps) {
        let approval = known.number.clone();
        return Err(Refusal::DeferredAlready { from: known.from, to: known.to, approval });
    }
    let subject = approval.words();
    employer.deferrals.push(approval);
    employer.deferrals.sort_by_key(|known| known.from);
    let ordinal = employer.next_ordinal();
    work.put(employer);
    let kind = LogKind::Approved;
    work.note_counter(&op.employer_id, ordinal, kind, "defer", subject, None, counter);
    Ok(Output::default())
}

/// Allows an employer rates below the minimum for a period; afterwards the previous rates return.
pub(super) fn allow_low_rates(work: &mut Work<'_>, op: &AllowLowRates) -> Result<Output, Refusal> {
    let counter = persons(op.by.as_deref(), op.approved_by.as_deref())?.because(&op.reason)?;
    let mut employer = work.employer(&op.employer_id)?;
    let approval = Approval::of(op.from, op.to, &op.approval)?;
    if op.from < employer.roster_month {
        return Err(Refusal::ListMade { month: op.from, next: employer.roster_month });
    }
    let maximum = work.policy().rates.in_month(op.from).maximum;
    // More than zero: an employer that pays nothing is deferred instead.
    let least = Rate::from_ten_thousandths(1).unwrap_or(Rate::ZERO);
    let limits = RateLimits { minimum: least, maximum };
    check_rates(limits, op.employer_rate, op.employee_rate)?;
    let (before, after) = (employer.rates_in(op.from), employer.rates_in(op.to.next()));
    let low = RatePeriod {
        from: op.from,
        employer_rate: op.employer_rate,
        employee_rate: op.employee_rate,
        approved: true,
    };
    // Rates that would begin inside the period begin after it: `after` has the last of them.
    employer.rates.retain(|known| known.from <= op.from || known.from > op.to);
    insert(&mut employer, low);
    insert(&mut employer, RatePeriod { from: op.to.next(), approved: true, ..after });
    let ordinal = employer.next_ordinal();
    work.put(employer);
    let words = |rates: RatePeriod| format!("{} {}", rates.employer_rate, rates.employee_rate);
    let counter = counter.changed(words(before), words(low));
    let (kind, subject) = (LogKind::Approved, approval.words());
    work.note_counter(&op.employer_id, ordinal, kind, "allow_low_rates", subject, None, counter);
    Ok(Output::default())
}

/// Inserts a period into the rates in order; it replaces an approved one with the same first month.
fn insert(employer: &mut EmployerAccount, period: RatePeriod) {
    employer.rates.retain(|known| !(known.approved && known.from == period.from));
    employer.rates.push(period);
    employer.rates.sort_by_key(|known| known.from);
}
