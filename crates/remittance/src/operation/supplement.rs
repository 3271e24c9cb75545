//! Supplement 补缴: paid on top of the monthly remittance, never instead of it or twice.
//!
//! Start at [`supplement`]. A supplement is an amount for one employee and one month, or an even allocation over a span
//! of months; each month's rates split it between the two sides. Together with the lists of all employers, a person
//! stays within the caps. A fully paid month is not supplemented, and no month twice by the same amount, paid or not:
//! that is a slip.

use crate::bound::sum;
use crate::centre::Work;
use crate::employee::{AccountStatus, EmployeeAccount, Supplemented};
use crate::enrolment::EmployerAccount;
use crate::policy::MonthlyContribution;
use crate::refusal::{Refusal, all_of};
use crate::register::{RegisterContent, SupplementLine, SupplementRequest};
use crate::{Money, YearMonth};

/// Applies the lines of a supplement.
pub(super) fn supplement(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    lines: &[SupplementRequest],
) -> Result<RegisterContent, Refusal> {
    let taken = all_of(lines, |line| take(work, employer, line))?;
    Ok(RegisterContent::Supplement(taken.into_iter().flatten().collect()))
}

/// One request: a line for each of its months.
fn take(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    line: &SupplementRequest,
) -> Result<Vec<SupplementLine>, Refusal> {
    let mut account = work.account(&employer.employer_id, &line.employee_id)?;
    let sealed = matches!(account.status, AccountStatus::Sealed { .. });
    if sealed && !work.policy().supplement_sealed {
        return Err(Refusal::AccountSealed { employee: line.employee_id.clone() });
    }
    let mut taken = Vec::new();
    for (month, amount) in months(work, employer, line)? {
        check_new(work, employer, &account, month, amount)?;
        check_caps(work, &account, month, amount)?;
        let (employer_share, employee_share) = split(employer, month, amount)?;
        let year = work.policy().contribution_year(month);
        account.ask(year, month, amount)?;
        account.set_supplemented(year, Supplemented { month, amount }, true);
        let (employee_id, reason) = (line.employee_id.clone(), line.reason.clone());
        let reason = reason.filter(|reason| !reason.trim().is_empty());
        taken.push(SupplementLine {
            employee_id,
            for_month: month,
            employer_share,
            employee_share,
            reason,
        });
    }
    work.put(account);
    Ok(taken)
}

/// The months of a request with their parts of the amount; the remainder goes to the earliest.
fn months(
    work: &Work<'_>,
    employer: &EmployerAccount,
    line: &SupplementRequest,
) -> Result<Vec<(YearMonth, Money)>, Refusal> {
    let employee = line.employee_id.clone();
    let (first, last) = (line.for_month, line.to_month.unwrap_or(line.for_month));
    if last < first {
        return Err(Refusal::SpanBackward { month: first, to_month: last });
    }
    if last > employer.roster_month {
        return Err(Refusal::SupplementToCome { month: last, most: employer.roster_month });
    }
    let back = work.policy().supplement_months_back;
    let least = YearMonth::from_ordinal(YearMonth::of(work.on).ordinal() - back);
    if first < least {
        return Err(Refusal::SupplementTooOld { employee, month: first, least });
    }
    let count = i64::from(last.months_since(first)) + 1;
    let (part, rest) = (line.amount.fen() / count, line.amount.fen() % count);
    if part <= 0 {
        return Err(Refusal::SupplementNotPositive { employee, value: line.amount });
    }
    let all = std::iter::successors(Some(first), |month| Some(month.next()));
    let parts = (0..count).map(|index| Money::from_fen(part + i64::from(index < rest)));
    Ok(all.zip(parts).collect())
}

/// Refuses a repeated supplement, and a month that is fully paid.
fn check_new(
    work: &Work<'_>,
    employer: &EmployerAccount,
    account: &EmployeeAccount,
    month: YearMonth,
    amount: Money,
) -> Result<(), Refusal> {
    let employee = account.employee_id.clone();
    let key = (employer.employer_id.clone(), employee.clone(), month, amount);
    if work.centre.unpaid.contains_key(&key) {
        return Err(Refusal::SupplementFiled { employee, month, value: amount });
    }
    let policy = work.policy();
    let year = policy.contribution_year(month);
    if account.is_supplemented(year, month, amount) {
        return Err(Refusal::SupplementTwice { employee, month, value: amount });
    }
    let list = work.centre.roster(&employer.employer_id, month);
    let paid = list.is_some_and(|list| list.paid_on.is_some()) && account.is_listed(year, month);
    let rates = employer.rates_in(month);
    let full = policy
        .monthly_contribution(account.base, rates.employer_rate, rates.employee_rate, month)
        .and_then(MonthlyContribution::total);
    let held = account.month_total(year, month);
    if paid && full.is_some_and(|full| held >= full) {
        return Err(Refusal::MonthPaidInFull { employee, month, held });
    }
    Ok(())
}

fn check_caps(
    work: &Work<'_>,
    account: &EmployeeAccount,
    month: YearMonth,
    amount: Money,
) -> Result<(), Refusal> {
    let policy = work.policy();
    let year = policy.contribution_year(month);
    let (of_month, of_year) = work.asked(account, month);
    let employee = account.employee_id.clone();
    let (value, most) = (sum(of_month, amount)?, policy.month_cap(month));
    if policy.cap_per.month() && value > most {
        let held = of_month;
        return Err(Refusal::SupplementAboveMonthCap { employee, value, month, most, held });
    }
    let (value, most) = (sum(of_year, amount)?, policy.year_cap(year));
    if policy.cap_per.year() && value > most {
        let held = of_year;
        return Err(Refusal::SupplementAboveYearCap { employee, value, year, most, held });
    }
    Ok(())
}

/// Splits an amount by the month's rates: the employer's side is rounded to the nearest fen, and the employee's is the
/// rest, so the sum is exact.
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
