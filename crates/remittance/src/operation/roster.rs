//! Makes the list of a month, and deletes the latest one.

use super::later;
use super::{DeleteRoster, Output, Remit};
use crate::bound::sum;
use crate::centre::Work;
use crate::employee::EmployeeAccount;
use crate::enrolment::{EmployerAccount, RatePeriod};
use crate::log::LogKind;
use crate::policy::{BaseLimits, MonthlyContribution, Policy};
use crate::refusal::{Offender, Refusal, Several};
use crate::roster::{Roster, RosterLine};
use crate::{Money, YearMonth};
use std::sync::Arc;

/// Makes the list of the next month.
pub(super) fn remit(work: &mut Work<'_>, op: &Remit) -> Result<Output, Refusal> {
    let mut employer = work.enrolled(&op.employer_id)?;
    check_next(&employer, op.month)?;
    let of_employer = work.centre.accounts_of(&op.employer_id);
    let active: Vec<_> = of_employer.filter(|account| account.is_active()).cloned().collect();
    let terms = Terms::new(work.policy(), &employer, op.month);
    let (mut lines, mut offenders) = (Vec::with_capacity(active.len()), Vec::new());
    let mut total = Money::ZERO;
    for account in active {
        let mut account = EmployeeAccount::clone(&account);
        match terms.line(work, &mut account) {
            Ok(line) => {
                work.put(account);
                total = sum(total, sum(line.employer_share, line.employee_share)?)?;
                lines.push(line);
            }
            // The user fixing the list wants every problem at once.
            Err(refusal) => offenders.push(Offender { row: None, name: None, refusal }),
        }
    }
    if let Some(several) = Several::new(offenders) {
        return Err(Refusal::Several(several));
    }
    let headcount = lines.len();
    let ordinal = employer.next_ordinal();
    employer.roster_month = op.month.next();
    work.put(Roster {
        employer_id: op.employer_id.clone(),
        month: op.month,
        ordinal,
        made_on: op.on,
        total,
        reference: None,
        paid_on: None,
        lines: Arc::new(lines),
    });
    let roster_month = Some(employer.roster_month);
    work.put(employer);
    let subject = op.month.to_string();
    work.note(&op.employer_id, ordinal, LogKind::Submitted, "remit", subject, Some(total));
    let output = Output { headcount: Some(headcount), total: Some(total), ..Output::default() };
    Ok(Output { roster_month, ..output })
}

fn check_next(employer: &EmployerAccount, month: YearMonth) -> Result<(), Refusal> {
    let next = employer.roster_month;
    if month >= employer.first_month && month < next {
        return Err(Refusal::ListMade { month, next });
    }
    if month != next {
        return Err(Refusal::MonthNotNext { month, next });
    }
    Ok(())
}

/// Values shared by every line of a list.
struct Terms {
    policy: Arc<Policy>,
    rates: RatePeriod,
    month: YearMonth,
    bases: BaseLimits,
    year: i32,
    month_cap: Money,
    year_cap: Money,
}

impl Terms {
    fn new(policy: Arc<Policy>, employer: &EmployerAccount, month: YearMonth) -> Self {
        let year = policy.contribution_year(month);
        Self {
            rates: employer.rates_in(month),
            month,
            bases: policy.bases.in_month(month),
            year,
            month_cap: policy.month_cap(month),
            year_cap: policy.year_cap(year),
            policy,
        }
    }

    /// One employee's line; records in the account that it is listed and what is asked.
    fn line(&self, work: &Work<'_>, account: &mut EmployeeAccount) -> Result<RosterLine, Refusal> {
        let month = self.month;
        let RatePeriod { employer_rate, employee_rate, .. } = self.rates;
        let (employee_id, base) = (account.employee_id.clone(), account.base);
        self.check_base(account)?;
        check_unlisted(&self.policy, account, month)?;
        let shares = self.policy.monthly_contribution(base, employer_rate, employee_rate, month);
        let Some(MonthlyContribution { employer_share, employee_share }) = shares else {
            return Err(Refusal::BaseTooLarge { employee: employee_id, value: base });
        };
        let monthly = sum(employer_share, employee_share)?;
        self.check_caps(work, account, monthly)?;
        account.ask(self.year, month, monthly)?;
        account.set_listed(self.year, month, true);
        Ok(RosterLine { employee_id, base, employer_share, employee_share })
    }

    /// Refuses a base outside the present limits: they changed since, or a core system gave it.
    fn check_base(&self, account: &EmployeeAccount) -> Result<(), Refusal> {
        let (employee, value, month) = (account.employee_id.clone(), account.base, self.month);
        let BaseLimits { floor: least, cap: most } = self.bases;
        if value > most {
            return Err(Refusal::BaseOvertaken { employee, value, month, most });
        }
        if value < least {
            return Err(Refusal::BaseLeftBehind { employee, value, month, least });
        }
        Ok(())
    }

    fn check_caps(
        &self,
        work: &Work<'_>,
        account: &EmployeeAccount,
        monthly: Money,
    ) -> Result<(), Refusal> {
        let (month, year, cap_per) = (self.month, self.year, self.policy.cap_per);
        let (of_month, of_year) = work.asked(account, month);
        let employee = account.employee_id.clone();
        let (value, most) = (sum(of_month, monthly)?, self.month_cap);
        if cap_per.month() && value > most {
            return Err(Refusal::ListAboveMonthCap { employee, value, month, most });
        }
        let (value, most) = (sum(of_year, monthly)?, self.year_cap);
        if cap_per.year() && value > most {
            return Err(Refusal::ListAboveYearCap { employee, value, year, most });
        }
        Ok(())
    }
}

/// Refuses an employee who is already in a list of the month, at the employer before a transfer.
pub(super) fn check_unlisted(
    policy: &Policy,
    account: &EmployeeAccount,
    month: YearMonth,
) -> Result<(), Refusal> {
    if !account.is_listed(policy.contribution_year(month), month) {
        return Ok(());
    }
    let employee = account.employee_id.clone();
    Err(Refusal::ListedElsewhere { employee, month, next: month.next() })
}

/// Deletes the latest list; its month is again the next to remit.
pub(super) fn delete(work: &mut Work<'_>, op: &DeleteRoster) -> Result<Output, Refusal> {
    let mut employer = work.employer(&op.employer_id)?;
    let Some(roster) = work.centre.roster(&op.employer_id, op.month).cloned() else {
        return Err(Refusal::ListMissing { employer: op.employer_id.clone(), month: op.month });
    };
    later::check_roster(work.centre, &roster)?;
    roster.check_lines()?;
    let year = work.policy().contribution_year(op.month);
    for line in roster.lines.iter() {
        let mut account = work.located(&op.employer_id, &line.employee_id)?;
        let monthly = sum(line.employer_share, line.employee_share)?;
        account.ask(year, op.month, Money::from_fen(-monthly.fen()))?;
        account.set_listed(year, op.month, false);
        work.put(account);
    }
    work.remove::<Roster>((op.employer_id.clone(), op.month));
    let ordinal = employer.next_ordinal();
    employer.roster_month = op.month;
    work.put(employer);
    let subject = op.month.to_string();
    let total = Some(roster.total);
    work.note(&op.employer_id, ordinal, LogKind::Revoked, "delete_roster", subject, total);
    Ok(Output { roster_month: Some(op.month), total, ..Output::default() })
}
