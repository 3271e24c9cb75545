//! Files a register: checks and applies every line, or none.
//!
//! Start at [`file`]. Lines that open, unseal and seal are here; bases are in `adjustment.rs`, supplements in
//! `supplement.rs`. A register is filed for the next month to remit: to change a month with a list, delete the list
//! first.

use super::enrolment::named;
use super::entering::{check_month, enter};
use super::{CorrectSealReason, DiscardRegister, Output, SaveRegister, SubmitRegister};
use super::{adjustment, roster, supplement, transfer};
use crate::centre::Work;
use crate::document::identity;
use crate::employee::{AccountStatus, EmployeeAccount, employee_id};
use crate::enrolment::EmployerAccount;
use crate::log::LogKind;
use crate::policy::Policy;
use crate::refusal::{Refusal, all_of};
use crate::register::{
    Draft, OpenLine, Opened, ReasonCorrected, RegisterContent, RegisterRequest, SealLine,
    UnsealLine, Unsealed, register_id, register_ordinal,
};
use crate::{Id, Money, YearMonth};
use std::collections::BTreeSet;

/// Files a register and applies it.
pub(super) fn file(
    work: &mut Work<'_>,
    employer_id: &Id,
    month: YearMonth,
    request: &RegisterRequest,
) -> Result<Output, Refusal> {
    let mut employer = filer(work, employer_id, request)?;
    let ordinal = employer.next_ordinal();
    let (content, output) = take_effect(work, &employer, month, request)?;
    // A transfer has already entered its registers, at both employers.
    let Some(content) = content else { return Ok(output) };
    enter(work, employer, ordinal, month, content, request.operation())?;
    Ok(Output { register_id: Some(register_id(employer_id, ordinal)), ..output })
}

/// The employer; it needs rates if the register is about money, and none for sealing an account.
pub(super) fn filer(
    work: &Work<'_>,
    employer_id: &Id,
    request: &RegisterRequest,
) -> Result<EmployerAccount, Refusal> {
    match request {
        RegisterRequest::Seal(_) | RegisterRequest::Transfer(_) => work.employer(employer_id),
        RegisterRequest::Open(_)
        | RegisterRequest::Unseal(_)
        | RegisterRequest::AdjustBase(_)
        | RegisterRequest::Supplement(_) => work.enrolled(employer_id),
    }
}

/// Checks the lines and applies them. The month is checked last, so that a line that could never be accepted says so
/// first.
fn take_effect(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    month: YearMonth,
    request: &RegisterRequest,
) -> Result<(Option<RegisterContent>, Output), Refusal> {
    if request.is_empty() {
        return Err(Refusal::RegisterEmpty { employer: employer.employer_id.clone() });
    }
    let content = match request {
        RegisterRequest::Open(lines) => {
            let mut seen = BTreeSet::new();
            let opened = all_of(lines, |line| open(work, employer, month, line, &mut seen))?;
            RegisterContent::Open(opened)
        }
        RegisterRequest::Unseal(lines) => {
            RegisterContent::Unseal(all_of(lines, |line| unseal(work, employer, month, line))?)
        }
        RegisterRequest::Seal(lines) => {
            RegisterContent::Seal(all_of(lines, |line| seal(work, employer, line))?)
        }
        RegisterRequest::AdjustBase(lines) => RegisterContent::AdjustBase(all_of(lines, |line| {
            adjustment::base(work, employer, month, line)
        })?),
        RegisterRequest::Supplement(lines) => supplement::supplement(work, employer, lines)?,
        RegisterRequest::Transfer(lines) => {
            return Ok((None, transfer::several(work, employer, month, lines)?));
        }
    };
    check_month(employer, month)?;
    let output = single(work, employer, month, &content, request.len())?;
    Ok((Some(content), output))
}

/// The answer for a register of one line; a longer one gives the count.
fn single(
    work: &Work<'_>,
    employer: &EmployerAccount,
    month: YearMonth,
    content: &RegisterContent,
    count: usize,
) -> Result<Output, Refusal> {
    let employee_id = match content {
        RegisterContent::Open(lines) => lines.first().map(|line| &line.employee_id),
        RegisterContent::Unseal(lines) => lines.first().map(|line| &line.employee_id),
        RegisterContent::Seal(lines) => lines.first().map(|line| &line.employee_id),
        RegisterContent::AdjustBase(lines) => lines.first().map(|line| &line.employee_id),
        RegisterContent::Supplement(lines) => lines.first().map(|line| &line.employee_id),
        RegisterContent::SealReason(_)
        | RegisterContent::AdjustRate(_)
        | RegisterContent::TransferOut(_)
        | RegisterContent::TransferIn(_) => None,
    };
    let amount: Option<Money> = match content {
        RegisterContent::Supplement(lines) => {
            let shares = lines.iter().flat_map(|line| [line.employer_share, line.employee_share]);
            Some(Money::together(shares))
        }
        RegisterContent::Open(_)
        | RegisterContent::Unseal(_)
        | RegisterContent::Seal(_)
        | RegisterContent::SealReason(_)
        | RegisterContent::AdjustBase(_)
        | RegisterContent::AdjustRate(_)
        | RegisterContent::TransferOut(_)
        | RegisterContent::TransferIn(_) => None,
    };
    let (Some(employee_id), 1) = (employee_id, count) else {
        return Ok(Output { headcount: Some(count), amount, ..Output::default() });
    };
    let account = work.account(&employer.employer_id, employee_id)?;
    let rates = employer.rates_in(month);
    let (employer_rate, employee_rate) = (rates.employer_rate, rates.employee_rate);
    let policy = work.policy();
    let monthly = policy.monthly_contribution(account.base, employer_rate, employee_rate, month);
    let output = Output { employee_id: Some(employee_id.clone()), amount, ..Output::default() };
    Ok(if account.is_active() { output.with_monthly(monthly) } else { output })
}

fn open(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    month: YearMonth,
    line: &OpenLine,
    seen: &mut BTreeSet<String>,
) -> Result<Opened, Refusal> {
    let employer_id = &employer.employer_id;
    let name = named("name", &line.name)?;
    let id_no = identity(line.id_type, &line.id_no, work.on)?;
    if !seen.insert(id_no.clone()) {
        return Err(Refusal::PersonTwice { name });
    }
    if let Some(holder) = work.centre.documents.get(&(id_no.clone(), employer_id.clone())) {
        return Err(held_already(work, employer_id, holder));
    }
    let taken = |id: &Id| work.centre.accounts.get(&(employer_id.clone(), id.clone())).is_some();
    let employee_id = match &line.employee_id {
        Some(id) if taken(id) => {
            return Err(Refusal::EmployeeNumberTaken { employee: id.clone() });
        }
        Some(id) => id.clone(),
        None => free(&id_no, taken),
    };
    work.check_active_once(&id_no, employer_id)?;
    // A person without a number is named: a number that was only generated means nothing to the reader.
    let told = line.employee_id.clone().unwrap_or_else(|| name.as_str().into());
    adjustment::check_base(&work.policy(), month, &told, line.base)?;
    work.put(EmployeeAccount {
        employer_id: employer_id.clone(),
        employee_id: employee_id.clone(),
        name,
        id_no,
        base: line.base,
        status: AccountStatus::Active,
        opened_for: month,
        years: Vec::new(),
        base_adjusted: Vec::new(),
        balance: Money::ZERO,
        opening: Money::ZERO,
        entries: 0,
    });
    Ok(Opened { employee_id, base: line.base })
}

/// Why a person who has or had an account here cannot open one.
fn held_already(work: &Work<'_>, employer_id: &Id, employee_id: &Id) -> Refusal {
    let (employer, employee) = (employer_id.clone(), employee_id.clone());
    let account = work.centre.accounts.get(&(employer.clone(), employee.clone()));
    match account.map(|account| &account.status) {
        Some(AccountStatus::Sealed { .. }) => Refusal::AccountSealedHere { employer, employee },
        Some(AccountStatus::Transferred { to }) => {
            Refusal::AccountWentAway { employee, to_employer: to.clone() }
        }
        // A merged number holds no identity; this arm is for completeness.
        Some(AccountStatus::Active | AccountStatus::Merged { .. }) | None => {
            Refusal::AccountExists { employer, employee }
        }
    }
}

/// The employee's number; the next candidate while another person of the employer has it.
fn free(id_no: &str, taken: impl Fn(&Id) -> bool) -> Id {
    let mut attempt = 0;
    loop {
        let id = employee_id(id_no, attempt);
        if !taken(&id) {
            return id;
        }
        attempt += 1;
    }
}

fn unseal(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    month: YearMonth,
    line: &UnsealLine,
) -> Result<Unsealed, Refusal> {
    let mut account = work.account(&employer.employer_id, &line.employee_id)?;
    let Some(reason_before) = account.seal_reason().map(str::to_owned) else {
        return Err(Refusal::NothingToUnseal { employee: line.employee_id.clone() });
    };
    let base_before = account.base;
    let base = line.base.unwrap_or(base_before);
    work.check_active_once(&account.id_no, &employer.employer_id)?;
    adjustment::check_base(&work.policy(), month, &line.employee_id, base)?;
    roster::check_unlisted(&work.policy(), &account, month)?;
    account.base = base;
    account.status = AccountStatus::Active;
    work.put(account);
    Ok(Unsealed { employee_id: line.employee_id.clone(), base_before, base, reason_before })
}

fn seal(
    work: &mut Work<'_>,
    employer: &EmployerAccount,
    line: &SealLine,
) -> Result<SealLine, Refusal> {
    let mut account = work.account(&employer.employer_id, &line.employee_id)?;
    if let Some(reason) = account.seal_reason() {
        let (employee, reason) = (line.employee_id.clone(), reason.to_owned());
        return Err(Refusal::AlreadySealed { employee, reason });
    }
    let reason = seal_reason(&work.policy(), &line.reason)?;
    account.status = AccountStatus::Sealed { reason: reason.clone() };
    work.put(account);
    Ok(SealLine { employee_id: line.employee_id.clone(), reason })
}

fn seal_reason(policy: &Policy, word: &str) -> Result<String, Refusal> {
    if let Some(reason) = policy.seal_reason(word) {
        return Ok(reason.code.clone());
    }
    let known = policy.seal_reasons.iter().map(|reason| format!("{} {}", reason.code, reason.name));
    let expected = known.collect::<Vec<_>>().join(", ");
    Err(Refusal::UnknownSealReason { value: word.to_owned(), expected })
}

/// 封存原因变更: corrects why an account is sealed.
pub(super) fn correct_seal_reason(
    work: &mut Work<'_>,
    op: &CorrectSealReason,
) -> Result<Output, Refusal> {
    let mut employer = work.employer(&op.employer_id)?;
    let mut account = work.account(&op.employer_id, &op.employee_id)?;
    let Some(reason_before) = account.seal_reason().map(str::to_owned) else {
        return Err(Refusal::NoSealReason { employee: op.employee_id.clone() });
    };
    let reason = seal_reason(&work.policy(), &op.reason)?;
    account.status = AccountStatus::Sealed { reason: reason.clone() };
    work.put(account);
    let (ordinal, month) = (employer.next_ordinal(), employer.roster_month);
    let employee_id = op.employee_id.clone();
    let corrected = ReasonCorrected { employee_id: employee_id.clone(), reason_before, reason };
    let content = RegisterContent::SealReason(corrected);
    enter(work, employer, ordinal, month, content, "correct_seal_reason")?;
    let register_id = Some(register_id(&op.employer_id, ordinal));
    Ok(Output { employee_id: Some(employee_id), register_id, ..Output::default() })
}

/// Saves a register for later. It is checked as if it were filed, but has no effect.
pub(super) fn save(work: &mut Work<'_>, op: &SaveRegister) -> Result<Output, Refusal> {
    let mut employer = filer(work, &op.employer_id, &op.register)?;
    let output = work.rehearse(|work| {
        take_effect(work, &employer, op.month, &op.register).map(|(_, output)| output)
    })?;
    let ordinal = employer.next_ordinal();
    work.put(employer);
    work.put(Draft {
        employer_id: op.employer_id.clone(),
        ordinal,
        month: op.month,
        saved_on: op.on,
        request: op.register.clone(),
    });
    let id = register_id(&op.employer_id, ordinal);
    work.note(&op.employer_id, ordinal, LogKind::Saved, op.register.operation(), id.clone(), None);
    Ok(Output { register_id: Some(id), ..output })
}

/// Submits a saved register; the submitted one gets its own number.
pub(super) fn submit(work: &mut Work<'_>, op: &SubmitRegister) -> Result<Output, Refusal> {
    let draft = take_draft(work, &op.employer_id, &op.register_id)?;
    file(work, &op.employer_id, draft.month, &draft.request)
}

/// Deletes a saved register.
pub(super) fn discard(work: &mut Work<'_>, op: &DiscardRegister) -> Result<Output, Refusal> {
    take_draft(work, &op.employer_id, &op.register_id)?;
    Ok(Output::default())
}

fn take_draft(work: &mut Work<'_>, employer_id: &Id, id: &str) -> Result<Draft, Refusal> {
    work.employer(employer_id)?;
    let key = register_ordinal(employer_id, id).map(|ordinal| (employer_id.clone(), ordinal));
    let found =
        key.and_then(|key| work.centre.drafts.get(&key).map(|draft| (key, Draft::clone(draft))));
    let Some((key, draft)) = found else {
        let (employer, register) = (employer_id.clone(), id.to_owned());
        return Err(Refusal::UnknownDraft { employer, register });
    };
    work.remove::<Draft>(key);
    Ok(draft)
}
