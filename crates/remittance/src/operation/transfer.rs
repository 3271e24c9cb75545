//! Transfer 职工转移: moves a sealed account to another employer of the same city.
//!
//! It arrives sealed, with its balance and the year's total. A forwarding record remains at the old employer, so that
//! an unpaid list there is posted to the account wherever it is. For another city the employee applies personally
//! (异地转移接续).

use super::entering::{check_month, enter};
use super::{Output, Transfer};
use crate::centre::{Movement, Work};
use crate::employee::{AccountStatus, EmployeeAccount, EntryKind};
use crate::enrolment::EmployerAccount;
use crate::ledger::{Posting, VoucherKind};
use crate::refusal::{Refusal, all_of};
use crate::register::{Moved, RegisterContent, TransferLine, register_id};
use crate::{Id, Money, Subject, YearMonth};

/// Transfers one employee.
pub(super) fn transfer(work: &mut Work<'_>, op: &Transfer) -> Result<Output, Refusal> {
    one(work, &op.employee_id, (&op.from_employer, &op.to_employer), Some(&op.city))
}

/// Transfers the employees of a bulk register, all or none; each line has its own registers, so that each can be
/// revoked alone.
pub(super) fn several(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    month: YearMonth,
    lines: &[TransferLine],
) -> Result<Output, Refusal> {
    let from = &employer.employer_id;
    let done = all_of(lines, |line| {
        one(work, &line.employee_id, (from, &line.to_employer), line.city.as_deref())
    })?;
    let done = done.into_iter().last().unwrap_or_default();
    check_month(employer, month)?;
    let headcount = Some(lines.len());
    Ok(if lines.len() == 1 { done } else { Output { headcount, ..Output::default() } })
}

fn one(
    work: &mut Work<'_>,
    employee_id: &Id,
    (from_employer, to_employer): (&Id, &Id),
    city: Option<&str>,
) -> Result<Output, Refusal> {
    let mut from = work.employer(from_employer)?;
    let account = work.account(from_employer, employee_id)?;
    let employee = employee_id.clone();
    // A template may omit the city: the hall transfers to no other.
    if let Some(city) = city.filter(|city| !work.policy().in_city(city)) {
        return Err(Refusal::OutsideCity { employee, city: city.to_owned() });
    }
    let mut to = work.employer(to_employer)?;
    if from_employer == to_employer {
        let (employee, employer) = (employee_id.clone(), to_employer.clone());
        return Err(Refusal::SameEmployer { employee, employer });
    }
    if account.is_active() {
        let (employee, employer) = (employee_id.clone(), from_employer.clone());
        return Err(Refusal::SealBeforeTransfer { employee, employer });
    }
    check_room(work, &account, to_employer)?;
    let (out_ordinal, in_ordinal) = (from.next_ordinal(), to.next_ordinal());
    relocate(work, (&mut from, out_ordinal), (&mut to, in_ordinal), account)?;
    let (out_month, in_month) = (from.roster_month, to.roster_month);
    let moved = |other: &Id, other_ordinal| Moved {
        employee_id: employee_id.clone(),
        other_employer: other.clone(),
        other_ordinal,
    };
    let out = RegisterContent::TransferOut(moved(to_employer, in_ordinal));
    let into = RegisterContent::TransferIn(moved(from_employer, out_ordinal));
    enter(work, to, in_ordinal, in_month, into, "transfer")?;
    enter(work, from, out_ordinal, out_month, out, "transfer")?;
    let register_id = Some(register_id(from_employer, out_ordinal));
    Ok(Output { employee_id: Some(employee_id.clone()), register_id, ..Output::default() })
}

/// Refuses an arrival if the person, or somebody with that number, already has an account.
fn check_room(work: &Work<'_>, account: &EmployeeAccount, to: &Id) -> Result<(), Refusal> {
    let employee_id = &account.employee_id;
    let holder = work.centre.documents.get(&(account.id_no.clone(), to.clone()));
    let there = work.centre.accounts.get(&(to.clone(), employee_id.clone()));
    let elsewhere = holder.is_some_and(|holder| holder != employee_id);
    let live = there.is_some_and(|there| {
        there.id_no != account.id_no || !matches!(there.status, AccountStatus::Transferred { .. })
    });
    if elsewhere || live {
        let (employee, employer) = (employee_id.clone(), to.clone());
        return Err(Refusal::NoRoomForTransfer { employee, employer });
    }
    Ok(())
}

/// Moves an account with its balance; the old employer keeps a forwarding record, the new account starts its own
/// history.
pub(super) fn relocate(
    work: &mut Work<'_>,
    (from, out_ordinal): (&mut EmployerAccount, u32),
    (to, in_ordinal): (&mut EmployerAccount, u32),
    mut leaving: EmployeeAccount,
) -> Result<(), Refusal> {
    let balance = leaving.balance;
    let key = (to.employer_id.clone(), leaving.employee_id.clone());
    let (entries, base_adjusted) = match work.centre.accounts.get(&key) {
        Some(sign) => (sign.entries, sign.base_adjusted.clone()),
        None => (0, Vec::new()),
    };
    let mut arriving = EmployeeAccount {
        employer_id: to.employer_id.clone(),
        balance: Money::ZERO,
        entries,
        base_adjusted,
        ..leaving.clone()
    };
    if !balance.is_zero() {
        let whole = |kind, amount| Movement {
            kind,
            for_month: None,
            amount,
            employer_share: Money::ZERO,
            employee_share: Money::ZERO,
        };
        let out = whole(EntryKind::TransferOut, Money::from_fen(-balance.fen()));
        work.enter(&mut leaving, out, None, out_ordinal)?;
        work.enter(&mut arriving, whole(EntryKind::TransferIn, balance), None, in_ordinal)?;
        let (debit, credit) = (Posting::debit, Posting::credit);
        let out = [debit(Subject::Contributions, balance), credit(Subject::Transit, balance)];
        work.post(from, out_ordinal, VoucherKind::TransferOut, None, &out)?;
        let into = [debit(Subject::Transit, balance), credit(Subject::Contributions, balance)];
        work.post(to, in_ordinal, VoucherKind::TransferIn, None, &into)?;
    }
    leaving.base = Money::ZERO;
    leaving.opening = Money::ZERO;
    leaving.years = Vec::new();
    leaving.status = AccountStatus::Transferred { to: to.employer_id.clone() };
    work.put(leaving);
    work.put(arriving);
    Ok(())
}
