//! Corrects an employee's name or identity number, and merges two numbers of one person.
//!
//! Two persons do both at the counter, for every account of the person. A merged number leaves a forwarding record with
//! its entries: lists and supplements that name it settle to the remaining number ([`Work::located`]), and a query for
//! it says where it went.

use super::{CorrectIdentity, MergeEmployees, Output};
use crate::bound::sum;
use crate::centre::{Movement, Work};
use crate::counter::{Counter, persons};
use crate::document::{document, identity};
use crate::employee::{AccountStatus, EmployeeAccount, EntryKind, YearTotal};
use crate::ledger::{Posting, VoucherKind};
use crate::log::LogKind;
use crate::refusal::Refusal;
use crate::{Id, Money, Subject, YearMonth};
use std::collections::BTreeMap;

/// Corrects a person's name or identity number, at every employer where the person has that number.
pub(super) fn correct_identity(
    work: &mut Work<'_>,
    op: &CorrectIdentity,
) -> Result<Output, Refusal> {
    let counter = persons(op.by.as_deref(), op.approved_by.as_deref())?.because(&op.reason)?;
    work.employer(&op.employer_id)?;
    let was = work.account(&op.employer_id, &op.employee_id)?;
    let now = corrected(op, &was)?;
    for mut account in same_person(work, &was) {
        let at = account.employer_id.clone();
        let holder = work.centre.documents.get(&(now.id_no.clone(), at.clone()));
        if let Some(holder) = holder.filter(|holder| **holder != op.employee_id) {
            return Err(Refusal::IdentityHeld { employer: at, employee: holder.clone() });
        }
        account.name.clone_from(&now.name);
        account.id_no.clone_from(&now.id_no);
        work.put(account);
        let counter = counter.clone().changed(described(&was), described(&now));
        log(work, &at, "correct_identity", op.employee_id.to_string(), None, counter)?;
    }
    Ok(Output { employee_id: Some(op.employee_id.clone()), ..Output::default() })
}

/// The corrected account.
fn corrected(op: &CorrectIdentity, was: &EmployeeAccount) -> Result<EmployeeAccount, Refusal> {
    let mut now = was.clone();
    if let Some(name) = &op.name {
        name.trim().clone_into(&mut now.name);
    }
    if op.id_no.is_some() || op.id_type.is_some() {
        now.id_no = new_identity(op, &was.id_no)?;
    }
    if now.name.is_empty() || now == *was {
        return Err(Refusal::NothingChanges { employee: op.employee_id.clone() });
    }
    Ok(now)
}

/// The key of the corrected document; missing fields keep their values.
pub fn new_identity(op: &CorrectIdentity, was: &str) -> Result<String, Refusal> {
    let (kind, number) = document(was);
    let number = op.id_no.as_deref().unwrap_or(number);
    Ok(identity(op.id_type.unwrap_or(kind), number, op.on)?)
}

/// The accounts of one person under one number at all employers, with forwarding records.
fn same_person(work: &Work<'_>, account: &EmployeeAccount) -> Vec<EmployeeAccount> {
    let all = work.centre.accounts.iter().filter(|other| {
        other.employee_id == account.employee_id
            && other.id_no == account.id_no
            && !other.is_merged()
    });
    all.map(|other| EmployeeAccount::clone(other)).collect()
}

fn described(account: &EmployeeAccount) -> String {
    format!("{} {} {}", account.employee_id, account.name, account.id_no)
}

fn log(
    work: &mut Work<'_>,
    employer_id: &Id,
    what: &str,
    subject: String,
    amount: Option<Money>,
    counter: Counter,
) -> Result<(), Refusal> {
    let mut employer = work.employer(employer_id)?;
    let ordinal = employer.next_ordinal();
    work.put(employer);
    let kind = LogKind::Corrected;
    work.note_counter(employer_id, ordinal, kind, what, subject, amount, counter);
    Ok(())
}

/// Merges two numbers of one person, at every employer where the person has the ending number.
pub(super) fn merge(work: &mut Work<'_>, op: &MergeEmployees) -> Result<Output, Refusal> {
    let counter = persons(op.by.as_deref(), op.approved_by.as_deref())?.because(&op.reason)?;
    work.employer(&op.employer_id)?;
    if op.employee_id == op.into {
        return Err(Refusal::SameNumber { employee: op.into.clone() });
    }
    let ends = work.account(&op.employer_id, &op.employee_id)?;
    let stays = survivor(work, op, &ends)?;
    let mut moved = Money::ZERO;
    for account in same_person(work, &ends).into_iter().filter(|account| !account.is_sign()) {
        moved = sum(moved, account.balance)?;
        let (at, amount) = (account.employer_id.clone(), Some(account.balance));
        let (before, after) = (described(&account), described(&stays));
        let counter = counter.clone().changed(before, after);
        let subject = format!("{} {}", op.employee_id, op.into);
        join(work, account, &stays)?;
        log(work, &at, "merge_employees", subject, amount, counter)?;
    }
    Ok(Output { employee_id: Some(op.into.clone()), amount: Some(moved), ..Output::default() })
}

/// The owner of the remaining number: an account at the same employer, or one elsewhere with the same identity number.
fn survivor(
    work: &Work<'_>,
    op: &MergeEmployees,
    ends: &EmployeeAccount,
) -> Result<EmployeeAccount, Refusal> {
    if work.centre.account(&op.employer_id, &op.into).is_some_and(|there| !there.is_sign()) {
        return work.account(&op.employer_id, &op.into);
    }
    let elsewhere = work.centre.accounts.iter().find(|other| {
        other.employee_id == op.into && other.id_no == ends.id_no && !other.is_merged()
    });
    match elsewhere {
        Some(account) => Ok(EmployeeAccount::clone(account)),
        None => Err(Refusal::SurvivorUnknown {
            employer: op.employer_id.clone(),
            into: op.into.clone(),
        }),
    }
}

/// Merges one account into that of the remaining number, at the same employer.
fn join(
    work: &mut Work<'_>,
    mut ends: EmployeeAccount,
    stays: &EmployeeAccount,
) -> Result<(), Refusal> {
    let mut survivor = room(work, &ends, stays)?;
    survivor.years = years(work, &ends, &survivor)?;
    survivor.base_adjusted.extend(ends.base_adjusted.iter().copied());
    survivor.base_adjusted.sort_unstable();
    survivor.base_adjusted.dedup();
    survivor.opened_for = survivor.opened_for.min(ends.opened_for);
    if ends.is_active() && !survivor.is_active() {
        survivor.status = AccountStatus::Active;
        survivor.base = ends.base;
    }
    survivor.opening = sum(survivor.opening, ends.opening)?;
    ends.opening = Money::ZERO;
    carry(work, &mut ends, &mut survivor)?;
    ends.base = Money::ZERO;
    ends.years = Vec::new();
    ends.status = AccountStatus::Merged { into: stays.employee_id.clone() };
    // The forwarding record first: it releases the identity number that the survivor may take.
    work.put(ends);
    work.put(survivor);
    Ok(())
}

/// The survivor's account there: its own, or a new one that replaces the ending one.
fn room(
    work: &Work<'_>,
    ends: &EmployeeAccount,
    stays: &EmployeeAccount,
) -> Result<EmployeeAccount, Refusal> {
    let at = &ends.employer_id;
    let there = work.centre.account(at, &stays.employee_id);
    let holder = work.centre.documents.get(&(stays.id_no.clone(), at.clone()));
    let third = |holder: &&Id| **holder != ends.employee_id && **holder != stays.employee_id;
    if let Some(holder) = holder.filter(third) {
        let (employee, into) = (holder.clone(), stays.employee_id.clone());
        return Err(Refusal::MergeThatFirst { employer: at.clone(), employee, into });
    }
    let new = |entries, base_adjusted| EmployeeAccount {
        employee_id: stays.employee_id.clone(),
        name: stays.name.clone(),
        id_no: stays.id_no.clone(),
        balance: Money::ZERO,
        opening: Money::ZERO,
        years: Vec::new(),
        entries,
        base_adjusted,
        ..ends.clone()
    };
    match there {
        None => Ok(new(0, Vec::new())),
        Some(there) if there.id_no != stays.id_no || there.is_merged() => {
            let (employer, into) = (at.clone(), stays.employee_id.clone());
            Err(Refusal::AnothersNumber { employer, into })
        }
        Some(sign) if sign.is_sign() => Ok(new(sign.entries, sign.base_adjusted.clone())),
        Some(live) => Ok(live.clone()),
    }
}

/// The sum of what both asked for by year; refuses a month listed twice and a year past the cap.
fn years(
    work: &Work<'_>,
    ends: &EmployeeAccount,
    stays: &EmployeeAccount,
) -> Result<Vec<YearTotal>, Refusal> {
    let policy = work.policy();
    let mut years: BTreeMap<i32, YearTotal> =
        stays.years.iter().map(|row| (row.year, row.clone())).collect();
    for row in &ends.years {
        let Some(known) = years.get_mut(&row.year) else {
            years.insert(row.year, row.clone());
            continue;
        };
        if known.listed & row.listed != 0 {
            let (employee, into) = (ends.employee_id.clone(), stays.employee_id.clone());
            return Err(Refusal::BothListed { employee, into, year: row.year });
        }
        known.listed |= row.listed;
        known.amount = sum(known.amount, row.amount)?;
        for (month, amount) in &row.months {
            let of_month = known.months.entry(*month).or_default();
            *of_month = sum(*of_month, *amount)?;
        }
        known.supplements.extend(&row.supplements);
        let cap = policy.year_cap(row.year);
        if known.amount > cap {
            let (employee, value) = (stays.employee_id.clone(), known.amount);
            return Err(Refusal::MergedAboveYearCap { employee, value, year: row.year, cap });
        }
    }
    Ok(years.into_values().collect())
}

/// Moves the full balance, with an entry on either side and a voucher between them.
fn carry(
    work: &mut Work<'_>,
    ends: &mut EmployeeAccount,
    survivor: &mut EmployeeAccount,
) -> Result<(), Refusal> {
    let balance = ends.balance;
    if balance.is_zero() {
        return Ok(());
    }
    let whole = |kind, amount| Movement {
        kind,
        for_month: None::<YearMonth>,
        amount,
        employer_share: Money::ZERO,
        employee_share: Money::ZERO,
    };
    let mut employer = work.employer(&ends.employer_id)?;
    let ordinal = employer.next_ordinal();
    let postings = [
        Posting::debit(Subject::Contributions, balance),
        Posting::credit(Subject::Contributions, balance),
    ];
    work.post(&mut employer, ordinal, VoucherKind::Merge, None, &postings)?;
    work.put(employer);
    let out = whole(EntryKind::MergeOut, Money::from_fen(-balance.fen()));
    work.enter(ends, out, None, ordinal)?;
    work.enter(survivor, whole(EntryKind::MergeIn, balance), None, ordinal)
}
