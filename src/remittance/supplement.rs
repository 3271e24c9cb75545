//! Supplement 补缴: what is paid on top of the monthly remittance, never instead of it or twice.
//!
//! An amount for one employee and one month, split between the two sides as that month's rates
//! split a contribution. With what the lists ask for, an employee's contribution year stays within
//! the year's cap. A supplement that equals one still unpaid is a slip, not a second supplement.

use super::centre::{Work, sum};
use super::employee::AccountStatus;
use super::enrolment::EmployerAccount;
use super::refusal::Refusal;
use super::register::{RegisterContent, SupplementLine, SupplementRequest};
use super::{Money, YearMonth};
use std::collections::BTreeSet;

/// Puts the lines of a supplement into effect.
pub(super) fn supplement(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    lines: &[SupplementRequest],
) -> Result<RegisterContent, Refusal> {
    let mut taken = Vec::with_capacity(lines.len());
    let mut seen = BTreeSet::new();
    for line in lines {
        let supplement = take(work, employer, line)?;
        let SupplementRequest { employee_id, for_month, amount } = line.clone();
        let key = (employer.employer_id.clone(), employee_id, for_month, amount);
        if work.centre.unpaid.contains_key(&key) || !seen.insert(key) {
            let (employee, month) = (line.employee_id.clone(), line.for_month);
            return Err(Refusal::SupplementFiled { employee, month, value: line.amount });
        }
        taken.push(supplement);
    }
    Ok(RegisterContent::Supplement(taken))
}

fn take(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    line: &SupplementRequest,
) -> Result<SupplementLine, Refusal> {
    let SupplementRequest { employee_id, for_month, amount } = line;
    let employee = employee_id.clone();
    let policy = work.policy();
    let mut account = work.account(&employer.employer_id, employee_id)?;
    if matches!(account.status, AccountStatus::Sealed { .. }) && !policy.supplement_sealed {
        return Err(Refusal::AccountSealed { employee });
    }
    if *amount <= Money::ZERO {
        return Err(Refusal::SupplementNotPositive { employee, value: *amount });
    }
    if *for_month > employer.roster_month {
        return Err(Refusal::SupplementToCome { month: *for_month, most: employer.roster_month });
    }
    let year = policy.contribution_year(*for_month);
    let (asked, cap) = (account.year_total(year), policy.year_cap(year));
    let total = sum(asked, *amount)?;
    if total > cap {
        let (value, held) = (total, asked);
        return Err(Refusal::SupplementAboveYearCap { employee, value, year, cap, held });
    }
    account.set_year_total(year, total);
    work.put(account);
    let (employer_share, employee_share) = split(employer, *for_month, *amount)?;
    Ok(SupplementLine {
        employee_id: employee,
        for_month: *for_month,
        employer_share,
        employee_share,
    })
}

/// Splits an amount by the month's rates: the employer's side to the nearest fen, the rest is the
/// employee's, so the two are the amount.
fn split(
    employer: &EmployerAccount,
    month: YearMonth,
    amount: Money,
) -> Result<(Money, Money), Refusal> {
    let rates = employer.rates_in(month);
    let employer_rate = i128::from(rates.employer_rate.ten_thousandths());
    let both = employer_rate + i128::from(rates.employee_rate.ten_thousandths());
    let share = (i128::from(amount.fen()) * employer_rate * 2 + both).checked_div(both * 2);
    let share = share.and_then(|fen| i64::try_from(fen).ok()).map(Money::from_fen);
    let parts = share.and_then(|share| Some((share, amount.checked_sub(share)?)));
    parts.ok_or(Refusal::AmountNotSplit { value: amount })
}
