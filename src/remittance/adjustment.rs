//! Base adjustment 基数调整 and rate adjustment 比例调整.
//!
//! A base changes once per employee, employer and calendar year, a rate once per employer and
//! contribution year; [`super::policy::OncePer`] says how the handbook's two sentences are read.
//! A base that the limits themselves have overtaken may be brought back inside at any time, and
//! that does not count. A rate adjustment cannot be revoked.

use super::centre::Work;
use super::enrolment::{EmployerAccount, RatePeriod, check_rates};
use super::filing::{check_month, enter};
use super::operation::{AdjustRate, Output};
use super::policy::Policy;
use super::refusal::{Refusal, RefusalCode, refuse};
use super::register::{BaseAdjusted, BaseLine, RegisterContent, register_id};
use super::{Id, Money, YearMonth};

/// Refuses a base outside the month's limits.
pub(super) fn check_base(
    policy: &Policy,
    month: YearMonth,
    employee_id: &Id,
    base: Money,
) -> Result<(), Refusal> {
    let limits = policy.bases.in_month(month);
    match limits.judge(base) {
        None => Ok(()),
        Some(code) => refuse(
            code,
            format!(
                "the base of {employee_id} is {base}; in {month} give one from {} to {}",
                limits.floor, limits.cap
            ),
        ),
    }
}

/// Puts one line of a base adjustment into effect.
pub(super) fn base(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    month: YearMonth,
    line: &BaseLine,
) -> Result<BaseAdjusted, Refusal> {
    let policy = work.policy();
    let mut account = work.account(&employer.employer_id, &line.employee_id)?;
    if !account.is_active() {
        let what = format!("the account of {} is sealed; unseal it first", line.employee_id);
        return refuse(RefusalCode::NotActive, what);
    }
    check_base(&policy, month, &line.employee_id, line.base)?;
    // Overtaken by new limits, the employer has no choice, so it has not used its choice.
    let counted = policy.bases.in_month(month).judge(account.base).is_none();
    let once_per = policy.base_once_per;
    let same = |before: &&YearMonth| once_per.same_span(&policy, **before, month);
    if let (true, Some(before)) = (counted, account.base_adjusted.iter().find(same)) {
        let what = format!(
            "the base of {} was adjusted in {before}; once a {} is allowed",
            line.employee_id,
            once_per.words()
        );
        return refuse(RefusalCode::BaseAlreadyAdjusted, what);
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

/// Adjusts the employer's rates from a roster month on.
pub(super) fn rate(work: &mut Work<'_>, op: &AdjustRate) -> Result<Output, Refusal> {
    let policy = work.policy();
    let mut employer = work.employer(&op.employer_id)?;
    let limits = policy.rates.in_month(op.month);
    check_rates(limits, [("employer's", op.employer_rate), ("employee's", op.employee_rate)])?;
    let once_per = policy.rate_once_per;
    // The first row is the enrolment's choice, not an adjustment.
    let mut adjustments = employer.rates.iter().skip(1);
    if let Some(before) = adjustments.find(|row| once_per.same_span(&policy, row.from, op.month)) {
        let what = format!(
            "the rates were adjusted from {}; once a {} is allowed",
            before.from,
            once_per.words()
        );
        return refuse(RefusalCode::RateAlreadyAdjusted, what);
    }
    // From a month still to come is fine: rates are kept with the month from which they hold.
    if op.month < employer.roster_month {
        check_month(&employer, op.month)?;
    }
    let AdjustRate { employer_rate, employee_rate, month, .. } = *op;
    let period = RatePeriod { from: month, employer_rate, employee_rate };
    employer.rates.push(period);
    employer.rates.sort_by_key(|row| row.from);
    let ordinal = employer.next_ordinal();
    enter(work, employer, ordinal, month, RegisterContent::AdjustRate(period), "adjust_rate")?;
    let register_id = Some(register_id(&op.employer_id, ordinal));
    Ok(Output { register_id, ..Output::default() })
}
