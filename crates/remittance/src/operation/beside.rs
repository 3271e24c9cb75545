//! Checks the name and document number that a sheet has beside an employee's number: all must be one person's.
//!
//! Start at [`file`], which files a register from a sheet, and [`Centre::check_register`], which only reports what
//! would be refused. A number from a numeric cell may have lost its zeros: if another employee's number differs only in
//! those, it could be either.
//!
//! Invariant: one refusal reports every problem, each with its row and its parameters.

use super::{FileRegister, Operation, Output};
use super::{entering, filing};
use crate::Id;
use crate::centre::{Centre, Work};
use crate::enrolment::EmployerAccount;
use crate::refusal::{Offender, Refusal, Several};
use crate::register::RegisterRequest;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The other values of a row beside the employee's number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// The line of the register, from 1.
    pub row: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_no: Option<String>,
    /// The number comes from a numeric cell, which drops leading zeros.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub zeros_lost: bool,
}

impl Centre {
    /// Everything in a register that would be refused, each line with its row; nothing is changed.
    ///
    /// It needs the same data loaded as filing does.
    pub fn check_register(&mut self, register: &FileRegister) -> Vec<Offender> {
        match self.apply(&Operation::FileRegister(register.clone()), 0) {
            Ok(applied) => {
                self.undo(applied.changes);
                Vec::new()
            }
            Err(refusal) => refusal.offenders(),
        }
    }
}

/// Files a register from a sheet.
pub(super) fn file(work: &mut Work<'_>, op: &FileRegister) -> Result<Output, Refusal> {
    let employer = filing::filer(work, &op.employer_id, &op.register)?;
    let mut offenders = disagreeing(work, &employer, op);
    let names = names(work, op);
    let wrong: BTreeSet<Option<u64>> = offenders.iter().map(|offender| offender.row).collect();
    let filed = filing::file(work, &op.employer_id, op.month, &op.register);
    match filed {
        Ok(output) if offenders.is_empty() => return Ok(named(work, op, output)),
        Ok(_) => {}
        Err(refusal) => {
            // When the lines themselves were accepted, the month was already checked.
            let lines = matches!(refusal, Refusal::Several(_));
            offenders.extend(
                refusal
                    .offenders()
                    .into_iter()
                    .filter(|found| found.row.is_none() || !wrong.contains(&found.row)),
            );
            if lines && let Err(refusal) = entering::check_month(&employer, op.month) {
                offenders.push(Offender { row: None, name: None, refusal });
            }
        }
    }
    for offender in &mut offenders {
        offender.name = offender.row.and_then(|row| names.get(&row)).cloned();
    }
    offenders.sort_by_key(|offender| offender.row.unwrap_or(u64::MAX));
    Err(match (op.register.len(), offenders.len(), offenders.pop()) {
        // A register of one line gets that line's own refusal.
        (1, 1, Some(only)) => only.refusal,
        (_, _, last) => {
            offenders.extend(last);
            let empty = Refusal::RegisterEmpty { employer: op.employer_id.clone() };
            Several::new(offenders).map_or(empty, Refusal::Several)
        }
    })
}

/// The rows whose name or document is not that of the number's holder.
fn disagreeing(work: &Work<'_>, employer: &EmployerAccount, op: &FileRegister) -> Vec<Offender> {
    let employer_id = &employer.employer_id;
    let alike = op.beside.iter().any(|beside| beside.zeros_lost).then(|| {
        let mut alike: BTreeMap<String, Vec<Id>> = BTreeMap::new();
        for account in work.centre.accounts_of(employer_id) {
            let id = account.employee_id.clone();
            alike.entry(id.as_str().trim_start_matches('0').to_owned()).or_default().push(id);
        }
        alike
    });
    let mut offenders = Vec::new();
    for beside in &op.beside {
        let Some(id) = op.register.employee(beside.row) else { continue };
        let key = (employer_id.clone(), id.clone());
        let Some(account) = work.centre.accounts.get(&key) else { continue };
        let (row, name) = (Some(beside.row), None);
        let mut refuse = |refusal| offenders.push(Offender { row, name: name.clone(), refusal });
        let alike = alike.as_ref().filter(|_| beside.zeros_lost);
        let others = alike.and_then(|alike| alike.get(id.as_str().trim_start_matches('0')));
        if let Some(other) = others.into_iter().flatten().find(|other| *other != id) {
            // A name or a document beside the number says which of them is meant.
            if beside.name.is_none() && beside.id_no.is_none() {
                let (employee, expected) = (id.clone(), other.to_string());
                refuse(Refusal::NumberAmbiguous { employee, expected });
                continue;
            }
        }
        if let Some(value) =
            beside.name.as_ref().filter(|value| folded(value) != folded(&account.name))
        {
            let (employee, value, name) = (id.clone(), value.clone(), account.name.clone());
            refuse(Refusal::NameDiffers { employee, value, name });
        } else if beside.id_no.as_ref().is_some_and(|value| !same_document(value, &account.id_no)) {
            let (employee, name) = (id.clone(), account.name.clone());
            refuse(Refusal::DocumentDiffers { employee, name });
        }
    }
    offenders
}

/// Whether a number equals that of a document's key, which begins with its type.
fn same_document(value: &str, key: &str) -> bool {
    let number = key.rsplit(':').next().unwrap_or(key);
    value.trim().eq_ignore_ascii_case(number)
}

/// A name prepared for comparison: no blanks, and one kind of dot between its parts.
fn folded(name: &str) -> String {
    let point = |c| if matches!(c, '·' | '•' | '‧' | '・' | '．' | '.') { '·' } else { c };
    name.chars().filter(|c| !c.is_whitespace()).map(point).flat_map(char::to_uppercase).collect()
}

/// The names of the people in the lines, by row.
fn names(work: &Work<'_>, op: &FileRegister) -> BTreeMap<u64, String> {
    let rows = 1..=u64::try_from(op.register.len()).unwrap_or(0);
    if let RegisterRequest::Open(lines) = &op.register {
        return rows.zip(lines.iter().map(|line| line.name.clone())).collect();
    }
    let name = |row: u64| {
        let key = (op.employer_id.clone(), op.register.employee(row)?.clone());
        work.centre.accounts.get(&key).map(|account| (row, account.name.clone()))
    };
    rows.filter_map(name).collect()
}

/// Adds the people in a register to the answer, by number and name.
fn named(work: &Work<'_>, op: &FileRegister, mut output: Output) -> Output {
    let names = names(work, op);
    let given = |row: u64| op.register.employee(row).cloned();
    output.employees = names
        .into_iter()
        .map(|(row, name)| crate::answer::Employee { row, employee_id: given(row), name })
        .collect();
    output
}
