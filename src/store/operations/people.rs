//! Loads the accounts of the same people at other employers, for limits per person.
//!
//! Start at [`Books::people`]. Monthly and yearly limits, and where a person is active, are judged over all
//! employers; all other rules concern one employer.
//!
//! Invariant: one look-up per identity number, in batches, never a statement per person.

use super::super::StoreError;
use super::Books;
use super::load::AccountColumns;
use crate::remittance::document::identity;
use crate::remittance::register::{OpenLine, RegisterRequest};
use crate::remittance::{EmployeeAccount, Id};
use crate::store::database::columns::columns_of;
use crate::store::database::listed::{LIST, query_in, rare};
use chrono::NaiveDate;
use std::collections::BTreeSet;

impl Books<'_> {
    /// Loads every account of these identity numbers.
    pub(super) fn people(&mut self, id_nos: &[String]) -> Result<(), StoreError> {
        let key = rare(&self.tx.connection, "e.id_no = v.column1");
        let listed = query_in(&self.tx.connection, LIST, "employee", &key, "e");
        let sql = format!(
            "select {}, b.employer_id from {listed}
             join employer_book b on b.centre_id = ?1 and b.employer_no = e.employer_no",
            columns_of::<AccountColumns<'_>>()
        );
        let mut found: Vec<(i64, EmployeeAccount)> = Vec::new();
        self.tx.ask(
            &sql,
            id_nos,
            |row, id_no| row.bind(id_no),
            |row| {
                let (columns, employer_id): (AccountColumns<'_>, Id) = row.read()?;
                found.push((columns.employee_no, columns.account(&employer_id)?));
                Ok(())
            },
        )?;
        for (seat, row) in found {
            let key = (row.employer_id.clone(), row.employee_id.clone());
            if self.centre.account(&key.0, &key.1).is_none() {
                self.seats.insert(key, seat);
                self.centre.load(row);
            }
        }
        Ok(())
    }

    /// One employee's accounts at other employers.
    pub(super) fn person(&mut self, employer_id: &Id, employee_id: &Id) -> Result<(), StoreError> {
        self.account(employer_id, employee_id)?;
        let id_no = self.centre.account(employer_id, employee_id).map(|row| row.id_no.clone());
        self.people(id_no.as_slice())
    }

    /// The accounts elsewhere of all employees whom an employer remits for.
    pub(super) fn people_listed(&mut self, employer_id: &Id) -> Result<(), StoreError> {
        self.accounts(employer_id)?;
        let active = self.centre.accounts_of(employer_id).filter(|account| account.is_active());
        let id_nos: Vec<String> = active.map(|account| account.id_no.clone()).collect();
        self.people(&id_nos)
    }

    /// The accounts elsewhere of the people in a register whose own accounts are loaded.
    pub(super) fn people_of(
        &mut self,
        employer_id: &Id,
        request: &RegisterRequest,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        let of_account =
            |employee_id: &Id| Some(self.centre.account(employer_id, employee_id)?.id_no.clone());
        let id_nos: BTreeSet<String> = match request {
            RegisterRequest::Open(lines) => {
                let checked = |line: &OpenLine| identity(line.id_type, &line.id_no, on).ok();
                lines.iter().filter_map(checked).collect()
            }
            RegisterRequest::Unseal(lines) => {
                lines.iter().filter_map(|line| of_account(&line.employee_id)).collect()
            }
            RegisterRequest::Supplement(lines) => {
                lines.iter().filter_map(|line| of_account(&line.employee_id)).collect()
            }
            RegisterRequest::Seal(_)
            | RegisterRequest::AdjustBase(_)
            | RegisterRequest::Transfer(_) => BTreeSet::new(),
        };
        self.people(&id_nos.into_iter().collect::<Vec<_>>())
    }
}
