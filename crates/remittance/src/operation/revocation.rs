//! Revocation 业务撤销: undoes what is submitted and not paid, in reverse order only.
//!
//! The order is the handbook's: the notice, then the list, then the registers, the latest first. Paid things and rate
//! adjustments are never revoked. Every refusal names the latest thing that must be undone first, so following the
//! refusals always leads to the end.
//!
//! Two readings are ours. A paid list does not block an older unpaid supplement, which has its own notice. Rate
//! adjustments block nothing: they hold from their month on, whatever is undone.

use super::later::check_later;
use super::transfer;
use super::{Output, Revoke};
use crate::bound::sum;
use crate::centre::Work;
use crate::employee::{AccountStatus, Supplemented};
use crate::log::LogKind;
use crate::refusal::{Filed, Refusal};
use crate::register::{
    Moved, Register, RegisterContent, RegisterStatus, register_id, register_ordinal,
};
use crate::{Id, Money, YearMonth};

/// Revokes one register.
pub(super) fn revoke(work: &mut Work<'_>, op: &Revoke) -> Result<Output, Refusal> {
    let register = find(work, op)?;
    check_register(work, &register)?;
    let (employer_id, ordinal) = (register.employer_id.clone(), register.ordinal);
    if let RegisterContent::TransferOut(moved) | RegisterContent::TransferIn(moved) =
        &register.content
    {
        return revoke_transfer(work, &register, moved);
    }
    take_back(work, &register)?;
    let id = register.register_id();
    work.put(Register { status: RegisterStatus::Revoked, ..register });
    log(work, &employer_id, &id)?;
    Ok(Output { register_id: Some(register_id(&employer_id, ordinal)), ..Output::default() })
}

fn log(work: &mut Work<'_>, employer_id: &Id, id: &str) -> Result<(), Refusal> {
    let mut employer = work.employer(employer_id)?;
    let ordinal = employer.next_ordinal();
    work.put(employer);
    work.note(employer_id, ordinal, LogKind::Revoked, "revoke", id.to_owned(), None);
    Ok(())
}

/// The register, by its id or by the line that filed it.
fn find(work: &Work<'_>, op: &Revoke) -> Result<Register, Refusal> {
    let employer_id = &op.employer_id;
    work.employer(employer_id)?;
    let employer = employer_id.clone();
    let ordinal = match (&op.register_id, op.op_line) {
        (Some(id), _) => register_ordinal(employer_id, id),
        (None, Some(line)) => work.centre.lines.get(&(employer_id.clone(), line)).copied(),
        (None, None) => return Err(Refusal::RegisterNotNamed { employer }),
    };
    let register = ordinal.and_then(|o| work.centre.registers.get(&(employer_id.clone(), o)));
    let Some(register) = register else {
        return Err(Refusal::UnknownRegister { employer });
    };
    let for_months: Vec<YearMonth> =
        register.supplements().iter().map(|line| line.for_month).collect();
    if register.month != op.month && !for_months.contains(&op.month) {
        let (expected, register) = (register.month, register.register_id());
        return Err(Refusal::RegisterOfAnotherMonth { register, month: op.month, expected });
    }
    Ok(Register::clone(register))
}

/// Refuses unless the register is the latest thing in effect.
fn check_register(work: &Work<'_>, register: &Register) -> Result<(), Refusal> {
    let id = register.register_id();
    match register.status {
        RegisterStatus::Submitted => {}
        RegisterStatus::Completed => return Err(Refusal::RegisterCompleted { register: id }),
        RegisterStatus::Revoked => return Err(Refusal::RegisterRevoked { register: id }),
    }
    if matches!(register.content, RegisterContent::AdjustRate(_)) {
        return Err(Refusal::RateAdjustmentStays { register: id });
    }
    if let Some(reference) = register.reference {
        return Err(Refusal::RegisterOnNotice { register: id, reference });
    }
    let employer = work.employer(&register.employer_id)?;
    let (filed, ordinal) = (Filed::Register(id), register.ordinal);
    check_later(work.centre, &employer, filed, ordinal, register.is_supplement())
}

/// Restores the previous value that each line records.
fn take_back(work: &mut Work<'_>, register: &Register) -> Result<(), Refusal> {
    let at = &register.employer_id;
    match &register.content {
        RegisterContent::Open(lines) => {
            for line in lines.iter().rev() {
                close(work, at, &line.employee_id)?;
            }
        }
        RegisterContent::Unseal(lines) => {
            for line in lines.iter().rev() {
                let mut account = work.account(at, &line.employee_id)?;
                account.base = line.base_before;
                account.status = AccountStatus::Sealed { reason: line.reason_before.clone() };
                work.put(account);
            }
        }
        RegisterContent::Seal(lines) => {
            for line in lines.iter().rev() {
                let mut account = work.account(at, &line.employee_id)?;
                account.status = AccountStatus::Active;
                work.put(account);
            }
        }
        RegisterContent::SealReason(line) => {
            let mut account = work.account(at, &line.employee_id)?;
            account.status = AccountStatus::Sealed { reason: line.reason_before.clone() };
            work.put(account);
        }
        RegisterContent::AdjustBase(lines) => {
            for line in lines.iter().rev() {
                let mut account = work.account(at, &line.employee_id)?;
                account.base = line.base_before;
                if line.counted {
                    account.base_adjusted.pop();
                }
                work.put(account);
            }
        }
        RegisterContent::Supplement(_) => take_back_supplement(work, register)?,
        RegisterContent::AdjustRate(_)
        | RegisterContent::TransferOut(_)
        | RegisterContent::TransferIn(_) => {}
    }
    Ok(())
}

/// Removes an account, unless money was posted to it.
fn close(work: &mut Work<'_>, employer_id: &Id, employee_id: &Id) -> Result<(), Refusal> {
    let account = work.account(employer_id, employee_id)?;
    if account.entries > 0 || !account.opening.is_zero() {
        return Err(Refusal::MoneyPosted { employee: employee_id.clone() });
    }
    work.remove::<crate::employee::EmployeeAccount>((employer_id.clone(), employee_id.clone()));
    Ok(())
}

fn take_back_supplement(work: &mut Work<'_>, register: &Register) -> Result<(), Refusal> {
    let policy = work.policy();
    for line in register.supplements() {
        // The account may have been transferred since; the year's total moved with it.
        let mut account = work.located(&register.employer_id, &line.employee_id)?;
        let year = policy.contribution_year(line.for_month);
        let amount = sum(line.employer_share, line.employee_share)?;
        account.ask(year, line.for_month, Money::from_fen(-amount.fen()))?;
        account.set_supplemented(year, Supplemented { month: line.for_month, amount }, false);
        work.put(account);
    }
    Ok(())
}

/// Returns a transferred account; the registers of both employers are revoked together.
fn revoke_transfer(
    work: &mut Work<'_>,
    register: &Register,
    moved: &Moved,
) -> Result<Output, Refusal> {
    work.employer(&moved.other_employer)?;
    let key = (moved.other_employer.clone(), moved.other_ordinal);
    let Some(other) = work.centre.registers.get(&key).map(|other| Register::clone(other)) else {
        return Err(Refusal::OtherHalfNotLoaded { register: register.register_id() });
    };
    check_register(work, &other)?;
    let out = matches!(register.content, RegisterContent::TransferOut(_));
    let (old, new) = if out { (register, &other) } else { (&other, register) };
    let mut old_employer = work.employer(&old.employer_id)?;
    let mut new_employer = work.employer(&new.employer_id)?;
    let account = work.account(&new.employer_id, &moved.employee_id)?;
    let (out_ordinal, in_ordinal) = (new_employer.next_ordinal(), old_employer.next_ordinal());
    let (from, to) = ((&mut new_employer, out_ordinal), (&mut old_employer, in_ordinal));
    transfer::relocate(work, from, to, account)?;
    work.put(old_employer);
    work.put(new_employer);
    for half in [old, new] {
        work.put(Register { status: RegisterStatus::Revoked, ..half.clone() });
    }
    let (kind, old_id, new_id) = (LogKind::Revoked, old.register_id(), new.register_id());
    work.note(&old.employer_id, in_ordinal, kind, "revoke", old_id, None);
    work.note(&new.employer_id, out_ordinal, kind, "revoke", new_id, None);
    Ok(Output { register_id: Some(register.register_id()), ..Output::default() })
}
