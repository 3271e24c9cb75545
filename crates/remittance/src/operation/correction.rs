//! Corrects what was paid: returns part of a line to the employer's advance balance, in red.

use super::{CorrectPaid, Output};
use crate::bound::{difference, sum};
use crate::centre::{Movement, Work};
use crate::correction::{Correction, LineKey};
use crate::counter::{Counter, persons};
use crate::employee::{EmployeeAccount, EntryKind, Supplemented};
use crate::ledger::{Posting, VoucherKind};
use crate::log::LogKind;
use crate::refusal::Refusal;
use crate::register::{RegisterStatus, SupplementLine, register_ordinal};
use crate::{Id, Money, PaymentReference, Subject};

/// A paid line: its notice, and what is left of it.
struct PaidLine {
    reference: PaymentReference,
    employer_share: Money,
    employee_share: Money,
}

/// Reduces one employee's paid line.
pub(super) fn correct_paid(work: &mut Work<'_>, op: &CorrectPaid) -> Result<Output, Refusal> {
    let counter = persons(op.by.as_deref(), op.approved_by.as_deref())?.because(&op.reason)?;
    let mut employer = work.employer(&op.employer_id)?;
    if op.amount <= Money::ZERO {
        let (employee, value) = (op.employee_id.clone(), op.amount);
        return Err(Refusal::CorrectionNotPositive { employee, value });
    }
    let register = register(op)?;
    let line = paid_line(work, op, register)?;
    let (employer_share, employee_share) = shares(op, &line)?;
    let mut account = work.located(&op.employer_id, &op.employee_id)?;
    if account.balance < op.amount {
        let (employee, held, needed) = (account.employee_id, account.balance, op.amount);
        return Err(Refusal::HeldTooLittle { employee, held, needed });
    }
    let left = difference(sum(line.employer_share, line.employee_share)?, op.amount)?;
    lower_year(work, op, &mut account)?;
    if left.is_zero() {
        free_month(work, op, &mut account, register)?;
    }
    let ordinal = employer.next_ordinal();
    let here = account.employer_id == op.employer_id;
    let red = Money::from_fen(-op.amount.fen());
    let from = if here { Subject::Contributions } else { Subject::Transit };
    // Both on the credit side, the first in red: neither account shows turnover that never happened.
    let postings = [Posting::credit(from, red), Posting::credit(Subject::Advance, op.amount)];
    let kind = VoucherKind::Correction;
    work.post(&mut employer, ordinal, kind, Some(line.reference), &postings)?;
    work.put(employer);
    let voucher = if here { ordinal } else { carry(work, &account.employer_id, red, &line)? };
    let movement = Movement {
        kind: EntryKind::Correction,
        for_month: Some(op.month),
        amount: red,
        employer_share: Money::from_fen(-employer_share.fen()),
        employee_share: Money::from_fen(-employee_share.fen()),
    };
    work.enter(&mut account, movement, Some(line.reference), voucher)?;
    work.put(account);
    work.put(Correction {
        employer_id: op.employer_id.clone(),
        ordinal,
        employee_id: op.employee_id.clone(),
        month: op.month,
        register,
        reference: line.reference,
        on: work.on,
        employer_share,
        employee_share,
        reason: counter.reason.clone(),
        by: op.by.clone().unwrap_or_default(),
        approved_by: counter.approved_by.clone(),
    });
    note(work, op, ordinal, &line, counter);
    let amount = Some(op.amount);
    let (reference, employee_id) = (Some(line.reference), Some(op.employee_id.clone()));
    Ok(Output { reference, employee_id, amount, ..Output::default() })
}

fn note(work: &mut Work<'_>, op: &CorrectPaid, ordinal: u32, line: &PaidLine, counter: Counter) {
    let was = Money::together([line.employer_share, line.employee_share]);
    let left = was.checked_sub(op.amount).unwrap_or_default();
    let subject = match &op.register_id {
        Some(register_id) => format!("{} {register_id} {}", op.employee_id, op.month),
        None => format!("{} {}", op.employee_id, op.month),
    };
    let counter = counter.changed(was.to_string(), left.to_string());
    let amount = Some(op.amount);
    let kind = LogKind::Corrected;
    work.note_counter(&op.employer_id, ordinal, kind, "correct_paid", subject, amount, counter);
}

/// The supplement, if one is given.
fn register(op: &CorrectPaid) -> Result<Option<u32>, Refusal> {
    let Some(register_id) = &op.register_id else { return Ok(None) };
    match register_ordinal(&op.employer_id, register_id) {
        Some(ordinal) => Ok(Some(ordinal)),
        None => Err(Refusal::UnknownRegister { employer: op.employer_id.clone() }),
    }
}

/// The line with its notice, less earlier corrections.
fn paid_line(
    work: &Work<'_>,
    op: &CorrectPaid,
    register: Option<u32>,
) -> Result<PaidLine, Refusal> {
    let found = match register {
        None => listed(work, op)?,
        Some(ordinal) => supplemented(work, op, ordinal)?,
    };
    let key = LineKey { employee_id: &op.employee_id, month: op.month, register };
    let corrections = work.centre.corrections(&op.employer_id);
    let mut line = found;
    for earlier in corrections.filter(|correction| correction.is_of(key)) {
        line.employer_share = difference(line.employer_share, earlier.employer_share)?;
        line.employee_share = difference(line.employee_share, earlier.employee_share)?;
    }
    Ok(line)
}

fn listed(work: &Work<'_>, op: &CorrectPaid) -> Result<PaidLine, Refusal> {
    let (employer, employee, month) = (op.employer_id.clone(), op.employee_id.clone(), op.month);
    let Some(roster) = work.centre.roster(&employer, month) else {
        return Err(Refusal::ListMissing { employer, month });
    };
    let (Some(reference), Some(_)) = (roster.reference, roster.paid_on) else {
        return Err(Refusal::ListNotPaid { month });
    };
    match roster.lines.iter().find(|line| line.employee_id == employee) {
        Some(line) => Ok(PaidLine {
            reference,
            employer_share: line.employer_share,
            employee_share: line.employee_share,
        }),
        None => Err(Refusal::NotOnList { employee, month }),
    }
}

fn supplemented(work: &Work<'_>, op: &CorrectPaid, ordinal: u32) -> Result<PaidLine, Refusal> {
    let key = (op.employer_id.clone(), ordinal);
    let found = work.centre.registers.get(&key).filter(|register| register.is_supplement());
    let Some(register) = found else {
        return Err(Refusal::UnknownRegister { employer: op.employer_id.clone() });
    };
    let (Some(reference), RegisterStatus::Completed) = (register.reference, register.status) else {
        return Err(Refusal::SupplementNotPaid { register: register.register_id() });
    };
    let mut line = PaidLine { reference, employer_share: Money::ZERO, employee_share: Money::ZERO };
    let of_employee = register
        .supplements()
        .iter()
        .filter(|line| line.employee_id == op.employee_id && line.for_month == op.month);
    for part in of_employee {
        line.employer_share = sum(line.employer_share, part.employer_share)?;
        line.employee_share = sum(line.employee_share, part.employee_share)?;
    }
    if sum(line.employer_share, line.employee_share)?.is_zero() {
        let (employee, month) = (op.employee_id.clone(), op.month);
        let register = register.register_id();
        return Err(Refusal::NotOnSupplement { employee, month, register });
    }
    Ok(line)
}

/// The part returned of each side, in proportion to what is left of the line. The employer's part is rounded to the
/// nearest fen and the employee's is the rest, so the sum is exact and neither exceeds its side.
fn shares(op: &CorrectPaid, line: &PaidLine) -> Result<(Money, Money), Refusal> {
    let left = sum(line.employer_share, line.employee_share)?;
    if op.amount > left {
        return Err(Refusal::AboveLine {
            employee: op.employee_id.clone(),
            month: op.month,
            reference: line.reference,
            value: op.amount,
            most: left,
        });
    }
    let whole = i128::from(left.fen());
    let share = i128::from(op.amount.fen()) * i128::from(line.employer_share.fen());
    let share = (share * 2 + whole).checked_div(whole * 2);
    let share = share.and_then(|fen| i64::try_from(fen).ok()).map(Money::from_fen);
    let parts = share.and_then(|share| Some((share, op.amount.checked_sub(share)?)));
    parts.ok_or(Refusal::AmountNotSplit { value: op.amount })
}

/// Reduces what the year asks for.
fn lower_year(
    work: &Work<'_>,
    op: &CorrectPaid,
    account: &mut EmployeeAccount,
) -> Result<(), Refusal> {
    let year = work.policy().contribution_year(op.month);
    account.ask(year, op.month, Money::from_fen(-op.amount.fen()))
}

/// When nothing is left of a month, another employer may pay it; when nothing is left of a supplement, it may be filed
/// again.
fn free_month(
    work: &Work<'_>,
    op: &CorrectPaid,
    account: &mut EmployeeAccount,
    register: Option<u32>,
) -> Result<(), Refusal> {
    let year = work.policy().contribution_year(op.month);
    let Some(ordinal) = register else {
        account.set_listed(year, op.month, false);
        return Ok(());
    };
    let key = (op.employer_id.clone(), ordinal);
    let Some(filed) = work.centre.registers.get(&key) else { return Ok(()) };
    let of_line =
        |line: &&SupplementLine| line.employee_id == op.employee_id && line.for_month == op.month;
    for line in filed.supplements().iter().filter(of_line) {
        let amount = sum(line.employer_share, line.employee_share)?;
        account.set_supplemented(year, Supplemented { month: op.month, amount }, false);
    }
    Ok(())
}

/// Posts the return from an account at another employer in that employer's books.
fn carry(work: &mut Work<'_>, at: &Id, red: Money, line: &PaidLine) -> Result<u32, Refusal> {
    let mut other = work.employer(at)?;
    let ordinal = other.next_ordinal();
    let postings =
        [Posting::debit(Subject::Transit, red), Posting::credit(Subject::Contributions, red)];
    let kind = VoucherKind::Correction;
    work.post(&mut other, ordinal, kind, Some(line.reference), &postings)?;
    work.put(other);
    let (subject, amount) = (line.reference.to_string(), Some(Money::from_fen(-red.fen())));
    work.note(at, ordinal, LogKind::Corrected, "correct_paid", subject, amount);
    Ok(ordinal)
}

/// Refuses to reverse a settlement with a corrected line.
pub(super) fn check_uncorrected(
    work: &Work<'_>,
    employer_id: &Id,
    reference: PaymentReference,
) -> Result<(), Refusal> {
    let mut corrections = work.centre.corrections(employer_id);
    let Some(first) = corrections.find(|correction| correction.reference == reference) else {
        return Ok(());
    };
    Err(Refusal::SettlementCorrected {
        reference,
        employee: first.employee_id.clone(),
        month: first.month,
        value: first.amount(),
        day: first.on,
    })
}
