//! Base adjustment 基数调整 and rate adjustment 比例调整.
//!
//! A base changes once per employee, employer and calendar year, a rate once per employer and
//! contribution year; [`crate::policy::OncePer`] explains the two readings of the handbook. A base that new limits have
//! put outside may be adjusted back inside at any time, and that does not count. A rate adjustment cannot be revoked.

use super::enrolment::check_rates;
use super::entering::{check_month, enter};
use super::{AdjustRate, Output};
use crate::centre::Work;
use crate::enrolment::{EmployerAccount, RatePeriod};
use crate::policy::{BaseLimits, Policy};
use crate::refusal::Refusal;
use crate::register::{BaseAdjusted, BaseLine, RegisterContent, register_id};
use crate::{Id, Money, YearMonth};

/// Refuses a base outside the month's limits.
pub(super) fn check_base(
    policy: &Policy,
    month: YearMonth,
    employee_id: &Id,
    base: Money,
) -> Result<(), Refusal> {
    let BaseLimits { floor: least, cap: most } = policy.bases.in_month(month);
    let (employee, value) = (employee_id.clone(), base);
    if base < least {
        return Err(Refusal::BaseBelowFloor { employee, value, month, least, most });
    }
    if base > most {
        return Err(Refusal::BaseAboveCap { employee, value, month, least, most });
    }
    Ok(())
}

/// Applies one line of a base adjustment.
pub(super) fn base(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    month: YearMonth,
    line: &BaseLine,
) -> Result<BaseAdjusted, Refusal> {
    let policy = work.policy();
    let mut account = work.account(&employer.employer_id, &line.employee_id)?;
    if !account.is_active() {
        return Err(Refusal::AccountSealed { employee: line.employee_id.clone() });
    }
    check_base(&policy, month, &line.employee_id, line.base)?;
    // New limits force this change, so it does not use up the employer's choice.
    let counted = policy.bases.in_month(month).judge(account.base).is_none();
    let once_per = policy.base_once_per;
    let same = |before: &&YearMonth| once_per.same_span(&policy, **before, month);
    if counted && policy.one_of_base_and_rate {
        check_rates_unadjusted(&policy, employer, month, &line.employee_id)?;
    }
    if let (true, Some(before)) = (counted, account.base_adjusted.iter().find(same)) {
        let (employee, before) = (line.employee_id.clone(), *before);
        return Err(Refusal::BaseAlreadyAdjusted { employee, before, once_per });
    }
    let base_before = account.base;
    account.base = line.base;
    if counted {
        account.base_adjusted.push(month);
    }
    work.put(account);
    Ok(BaseAdjusted {
        employee_id: line.employee_id.clone(),
        base_before,
        base: line.base,
        counted,
    })
}

/// Refuses a base adjustment after a rate adjustment in the contribution year: only one of the two is allowed.
fn check_rates_unadjusted(
    policy: &Policy,
    employer: &EmployerAccount,
    month: YearMonth,
    employee_id: &Id,
) -> Result<(), Refusal> {
    let year = policy.contribution_year(month);
    let mut adjustments = employer.rates.iter().skip(1);
    match adjustments.find(|row| policy.contribution_year(row.from) == year) {
        None => Ok(()),
        Some(row) => {
            let employee = employee_id.clone();
            Err(Refusal::RatesAdjustedInstead { employee, before: row.from })
        }
    }
}

/// Refuses a rate adjustment after a base adjustment in the contribution year: only one of the two is allowed.
fn check_bases_unadjusted(work: &Work<'_>, op: &AdjustRate) -> Result<(), Refusal> {
    let policy = work.policy();
    let year = policy.contribution_year(op.month);
    for account in work.centre.accounts_of(&op.employer_id) {
        let mut adjusted = account.base_adjusted.iter();
        if let Some(before) = adjusted.find(|month| policy.contribution_year(**month) == year) {
            let employee = account.employee_id.clone();
            return Err(Refusal::BaseAdjustedInstead { employee, before: *before });
        }
    }
    Ok(())
}

/// Adjusts the employer's rates from a roster month on.
pub(super) fn rate(work: &mut Work<'_>, op: &AdjustRate) -> Result<Output, Refusal> {
    let policy = work.policy();
    let mut employer = work.enrolled(&op.employer_id)?;
    let limits = policy.rates.in_month(op.month);
    check_rates(limits, op.employer_rate, op.employee_rate)?;
    let once_per = policy.rate_once_per;
    // The first row is the enrolment's, not an adjustment; approved rates are no adjustment of the employer either.
    let mut adjustments = employer.rates.iter().filter(|row| !row.approved).skip(1);
    if let Some(before) = adjustments.find(|row| once_per.same_span(&policy, row.from, op.month)) {
        return Err(Refusal::RateAlreadyAdjusted { before: before.from, once_per });
    }
    if policy.one_of_base_and_rate {
        check_bases_unadjusted(work, op)?;
    }
    // A future month is fine: rates are kept with their first month.
    if op.month < employer.roster_month {
        check_month(&employer, op.month)?;
    }
    let AdjustRate { employer_rate, employee_rate, month, .. } = *op;
    let period = RatePeriod { from: month, employer_rate, employee_rate, approved: false };
    employer.rates.push(period);
    employer.rates.sort_by_key(|row| row.from);
    let ordinal = employer.next_ordinal();
    enter(work, employer, ordinal, month, RegisterContent::AdjustRate(period), "adjust_rate")?;
    let register_id = Some(register_id(&op.employer_id, ordinal));
    Ok(Output { register_id, ..Output::default() })
}
