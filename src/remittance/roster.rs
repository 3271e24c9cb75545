//! Monthly remittance 单位汇缴: the month's list (汇缴清册) is made, and the roster month moves on.
//!
//! A line is base × rate, each side rounded on its own. Making a list again means deleting it
//! first, which moves the roster month back. Nobody is listed above the cap: such a list is refused
//! and the refusal names the employee.

use super::centre::{Centre, Work, difference, rosters_from, sum};
use super::employee::EmployeeAccount;
use super::enrolment::{EmployerAccount, RatePeriod};
use super::log::LogKind;
use super::operation::{DeleteRoster, Output, Remit};
use super::policy::{MonthlyContribution, Policy};
use super::refusal::Refusal;
use super::revocation;
use super::wire::{day, day_or_none};
use super::{Id, Money, PaymentReference, YearMonth};
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// The list of one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    pub employer_id: Id,
    pub month: YearMonth,
    /// Its place in the order of what the employer filed.
    pub ordinal: u32,
    #[serde(with = "day")]
    pub made_on: NaiveDate,
    pub total: Money,
    /// The notice it is on.
    pub reference: Option<PaymentReference>,
    #[serde(with = "day_or_none")]
    pub paid_on: Option<NaiveDate>,
    /// One a remitted employee, in the order of their numbers; shared, not copied.
    #[serde(serialize_with = "write_lines", deserialize_with = "read_lines")]
    pub lines: Arc<Vec<RosterLine>>,
}

/// What one employee's month costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterLine {
    pub employee_id: Id,
    pub base: Money,
    pub employer_share: Money,
    pub employee_share: Money,
}

fn write_lines<S: Serializer>(lines: &Arc<Vec<RosterLine>>, to: S) -> Result<S::Ok, S::Error> {
    lines.as_ref().serialize(to)
}

fn read_lines<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Vec<RosterLine>>, D::Error> {
    Vec::deserialize(from).map(Arc::new)
}

impl Roster {
    #[must_use]
    pub fn headcount(&self) -> usize {
        self.lines.len()
    }

    /// Refuses a list whose lines are not its total: a store may leave lines out where no
    /// operation needs them, but never where money moves by them.
    pub(super) fn check_lines(&self) -> Result<(), Refusal> {
        let shares = self.lines.iter().flat_map(|line| [line.employer_share, line.employee_share]);
        let found: Money = shares.sum();
        if found == self.total {
            return Ok(());
        }
        Err(Refusal::ListLinesDiffer { month: self.month, expected: self.total, found })
    }
}

impl Centre {
    /// The list of an employer's month; `None` while it is not made.
    #[must_use]
    pub fn roster(&self, employer_id: &Id, month: YearMonth) -> Option<&Arc<Roster>> {
        self.rosters.get(&(employer_id.clone(), month))
    }

    /// The accounts of an employer, in the order of their numbers.
    pub fn accounts_of<'a>(
        &'a self,
        employer_id: &'a Id,
    ) -> impl Iterator<Item = &'a Arc<EmployeeAccount>> {
        let all = self.accounts.from_key((employer_id.clone(), Id::from("")));
        all.take_while(move |account| account.employer_id == *employer_id)
    }
}

/// Makes the list of the next month.
pub(super) fn remit(work: &mut Work<'_>, op: &Remit) -> Result<Output, Refusal> {
    let mut employer = work.employer(&op.employer_id)?;
    check_next(&employer, op.month)?;
    let of_employer = work.centre.accounts_of(&op.employer_id);
    let active: Vec<_> = of_employer.filter(|account| account.is_active()).cloned().collect();
    let terms = Terms::new(work.policy(), &employer, op.month);
    let mut lines = Vec::with_capacity(active.len());
    let mut total = Money::ZERO;
    for account in active {
        let mut account = EmployeeAccount::clone(&account);
        let line = terms.line(&mut account)?;
        work.put(account);
        total = sum(total, sum(line.employer_share, line.employee_share)?)?;
        lines.push(line);
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

/// What is the same for every line of a list.
struct Terms {
    policy: Arc<Policy>,
    rates: RatePeriod,
    month: YearMonth,
    base_cap: Money,
    year: i32,
    year_cap: Money,
}

impl Terms {
    fn new(policy: Arc<Policy>, employer: &EmployerAccount, month: YearMonth) -> Self {
        let year = policy.contribution_year(month);
        Self {
            rates: employer.rates_in(month),
            month,
            base_cap: policy.bases.in_month(month).cap,
            year,
            year_cap: policy.year_cap(year),
            policy,
        }
    }

    /// One employee's line, with the year's total moved on.
    fn line(&self, account: &mut EmployeeAccount) -> Result<RosterLine, Refusal> {
        let (year, month) = (self.year, self.month);
        let RatePeriod { employer_rate, employee_rate, .. } = self.rates;
        let (employee, base) = (account.employee_id.clone(), account.base);
        if base > self.base_cap {
            let cap = self.base_cap;
            return Err(Refusal::BaseOvertaken { employee, value: base, month, cap });
        }
        check_unlisted(&self.policy, account, month)?;
        let shares = self.policy.monthly_contribution(base, employer_rate, employee_rate, month);
        let Some(MonthlyContribution { employer_share, employee_share }) = shares else {
            return Err(Refusal::BaseTooLarge { employee, value: base });
        };
        let total = sum(account.year_total(year), sum(employer_share, employee_share)?)?;
        if total > self.year_cap {
            let cap = self.year_cap;
            return Err(Refusal::ListAboveYearCap { employee, value: total, year, cap });
        }
        account.set_listed(year, month, true, total);
        Ok(RosterLine { employee_id: employee, base, employer_share, employee_share })
    }
}

/// Refuses an employee who is on a list of the month already, at the employer before a transfer.
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

/// Deletes the latest list; its month is then the next to remit again.
pub(super) fn delete(work: &mut Work<'_>, op: &DeleteRoster) -> Result<Output, Refusal> {
    let mut employer = work.employer(&op.employer_id)?;
    let Some(roster) = work.centre.roster(&op.employer_id, op.month).cloned() else {
        return Err(Refusal::ListMissing { employer: op.employer_id.clone(), month: op.month });
    };
    revocation::check_roster(work.centre, &roster)?;
    roster.check_lines()?;
    let year = work.policy().contribution_year(op.month);
    for line in roster.lines.iter() {
        let mut account = work.located(&op.employer_id, &line.employee_id)?;
        let monthly = sum(line.employer_share, line.employee_share)?;
        let total = difference(account.year_total(year), monthly)?;
        account.set_listed(year, op.month, false, total);
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

/// The latest list that was made after an ordinal.
pub(super) fn made_after<'a>(
    centre: &'a Centre,
    employer: &'a EmployerAccount,
    ordinal: u32,
) -> Vec<&'a Arc<Roster>> {
    let all = rosters_from(centre, &employer.employer_id, employer.first_month);
    all.filter(|roster| roster.ordinal > ordinal).collect()
}
