//! Monthly remittance 单位汇缴: the month's list (汇缴清册) is made, and the roster month moves on.
//!
//! A line is base × rate, each side rounded on its own. Making a list again means deleting it
//! first, which moves the roster month back. Nobody is listed above the cap: such a list is refused
//! and the refusal names the employee.

use super::centre::{Centre, Work, difference, rosters_from, sum};
use super::employee::EmployeeAccount;
use super::enrolment::EmployerAccount;
use super::log::LogKind;
use super::operation::{DeleteRoster, Output, Remit};
use super::refusal::{Refusal, RefusalCode, refuse};
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
    let mut lines = Vec::with_capacity(active.len());
    let mut total = Money::ZERO;
    for account in active {
        let line = list(work, &employer, op.month, EmployeeAccount::clone(&account))?;
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
        return refuse(
            RefusalCode::RosterExists,
            format!(
                "the list of {month} is made; delete it with delete_roster first, or remit {next}"
            ),
        );
    }
    if month != next {
        let what = format!("the next month to remit is {next}, found {month}");
        return refuse(RefusalCode::MonthNotNext, what);
    }
    Ok(())
}

/// One employee's line, with the year's total moved on.
fn list(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    month: YearMonth,
    mut account: EmployeeAccount,
) -> Result<RosterLine, Refusal> {
    let policy = Arc::clone(&work.centre.policy);
    let employee_id = account.employee_id.clone();
    let cap = policy.bases.in_month(month).cap;
    if account.base > cap {
        let what = format!(
            "the base of {employee_id} is {}, above the cap of {cap} in {month}; adjust it first",
            account.base
        );
        return refuse(RefusalCode::BaseAboveCap, what);
    }
    let rates = employer.rates_in(month);
    let (employer_rate, employee_rate) = (rates.employer_rate, rates.employee_rate);
    let shares =
        policy.monthly_contribution(account.base, employer_rate, employee_rate, month).ok_or_else(
            || Refusal::new(RefusalCode::AmountTooLarge, format!("base {}", account.base)),
        )?;
    let monthly = sum(shares.employer_share, shares.employee_share)?;
    let year = policy.contribution_year(month);
    let total = sum(account.year_total(year), monthly)?;
    // The whole year's cap is twelve times the highest month: only who is past half needs a look.
    let year_cap = policy.year_cap(year);
    if total > year_cap {
        let what = format!(
            "{employee_id} would have {total} in contribution year {year}, the cap is {year_cap}; revoke a supplement, or seal the account"
        );
        return refuse(RefusalCode::CapExceeded, what);
    }
    let base = account.base;
    account.set_year_total(year, total);
    work.put(account);
    let (employer_share, employee_share) = (shares.employer_share, shares.employee_share);
    Ok(RosterLine { employee_id, base, employer_share, employee_share })
}

/// Deletes the latest list; its month is then the next to remit again.
pub(super) fn delete(work: &mut Work<'_>, op: &DeleteRoster) -> Result<Output, Refusal> {
    let mut employer = work.employer(&op.employer_id)?;
    let Some(roster) = work.centre.roster(&op.employer_id, op.month).cloned() else {
        let what = format!("{} has no list of {}; remit makes one", op.employer_id, op.month);
        return refuse(RefusalCode::RosterMissing, what);
    };
    revocation::check_roster(work.centre, &roster)?;
    let year = work.policy().contribution_year(op.month);
    for line in roster.lines.iter() {
        let mut account = work.located(&op.employer_id, &line.employee_id)?;
        let monthly = sum(line.employer_share, line.employee_share)?;
        let total = difference(account.year_total(year), monthly)?;
        account.set_year_total(year, total);
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
