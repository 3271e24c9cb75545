//! Employees: an account with entries, on a list, or written by an operation cannot be undone.

use super::super::change::SEAT;
use super::super::employees::known::{self, Known};
use super::super::employees::write::{Written, next_seats, set_openings, take_away};
use super::super::{FieldChange, RowChange, RowEffect};
use super::{Kept, Rests, Undoing};
use crate::remittance::Money;
use crate::store::StoreError;
use crate::store::database::columns::insert_into;
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::sql::params;
use crate::store::database::tx::{Binder, Tx};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The rows to write.
#[derive(Default)]
struct Restored {
    gone: Vec<(i64, i64)>,
    written: Vec<Written>,
    openings: Vec<((i64, i64), Money)>,
    /// Accounts that move back to another employer, each as it was there, and their numbers.
    moved: Vec<(String, Known)>,
    /// Employers that may have no accounts left.
    left: Vec<i64>,
}

impl Undoing<'_> {
    pub(super) fn employees(
        &mut self,
        kept: &Kept,
        changes: &[RowChange],
    ) -> Result<(), StoreError> {
        let standing = self.standing(changes)?;
        let mut restored = Restored::default();
        for change in changes {
            let employer_id = change.employer_id.clone().unwrap_or_default();
            match standing.get(&(employer_id, change.key.clone())) {
                None => self.stands_in_the_way(change, Rests::Gone),
                Some(known) => self.restore(change, known, &mut restored)?,
            }
        }
        self.clear(kept)?;
        take_away(self.tx, &restored.gone)?;
        super::super::employees::write::change(self.tx, &restored.written)?;
        set_openings(self.tx, &restored.openings)?;
        self.move_back(&restored.moved)?;
        self.forget_numbers(&restored.left)
    }

    /// The current accounts of an import.
    fn standing(
        &self,
        changes: &[RowChange],
    ) -> Result<HashMap<(String, String), Known>, StoreError> {
        let numbers: Vec<&str> = changes.iter().map(|change| change.key.as_str()).collect();
        let mut standing = HashMap::new();
        known::some(self.tx, &numbers, &[], |view| {
            let key = (view.employer_id.to_owned(), view.employee_id.to_owned());
            standing.insert(key, view.keep()?);
            Ok(())
        })?;
        Ok(standing)
    }

    fn restore(
        &mut self,
        change: &RowChange,
        known: &Known,
        restored: &mut Restored,
    ) -> Result<(), StoreError> {
        let rests = match (known.has_entries, known.by_operation) {
            (true, _) => Some(Rests::Entries),
            (false, true) => Some(Rests::Operation),
            (false, false) => None,
        };
        let terms = |change: &FieldChange| change.field != "opening_balance";
        let is_added = change.effect == RowEffect::Added;
        if let Some(rests) = rests.filter(|_| is_added || change.changed.iter().any(terms)) {
            self.stands_in_the_way(change, rests);
            return Ok(());
        }
        if is_added {
            restored.gone.push(known.place());
            restored.left.push(known.employer_no);
            return Ok(());
        }
        let mut was = known.clone();
        let mut employer = None;
        for field in &change.changed {
            if field.field == SEAT {
                was.seat = field.before.as_deref().and_then(|seat| seat.parse().ok()).unwrap_or(1);
                continue;
            }
            self.unless_changed(change, field, said(known, &field.field).as_deref());
            let before = field.before.clone().unwrap_or_default();
            match &*field.field {
                "name" => was.name = before,
                "id_no" => was.id_no = before,
                "base" => was.base = yuan(&before)?,
                "status" => was.standing = known::EmployeeState::read(&before, "")?,
                "opening_balance" if before.is_empty() => was.opening = Money::ZERO,
                "opening_balance" => was.opening = yuan(&before)?,
                _ => employer = Some(before),
            }
        }
        if let Some(employer_id) = employer {
            restored.gone.push(known.place());
            restored.left.push(known.employer_no);
            restored.moved.push((employer_id, was));
            return Ok(());
        }
        if was.opening != known.opening {
            restored.openings.push((known.place(), was.opening));
        }
        if change.changed.iter().any(terms) {
            restored.written.push(Written {
                place: was.place(),
                status: was.standing.code().to_owned(),
                name: was.name,
                id_no: was.id_no,
                base: was.base,
            });
        }
        Ok(())
    }

    /// Moves accounts back to their former employers.
    fn move_back(&self, moved: &[(String, Known)]) -> Result<(), StoreError> {
        let employers: Vec<&str> = moved.iter().map(|(employer, _)| employer.as_str()).collect();
        let numbers = numbers(self.tx, &employers)?;
        let mut seats = next_seats(self.tx, numbers.values().copied())?;
        let mut placed = Vec::with_capacity(moved.len());
        for (employer_id, known) in moved {
            let number = *numbers.get(employer_id).ok_or(StoreError::NoRow)?;
            placed.push(((number, known.seat), known));
        }
        let taken = self.taken(&placed)?;
        // If another account now has the number, the account gets the next one.
        for ((number, seat), _) in placed.iter_mut().filter(|(place, _)| taken.contains(place)) {
            let next = seats.entry(*number).or_insert(1);
            *seat = *next;
            *next += 1;
        }
        placed.sort_by_key(|(place, _)| *place);
        let centre = self.tx.centre_id;
        insert_into!(self.tx, "employee", &placed, |((number, seat), known)| {
            centre_id: centre,
            employer_no: *number,
            employee_no: *seat,
            employee_id: &known.employee_id,
            name: &known.name,
            id_no: &known.id_no,
            base_fen: known.base.fen(),
            status: known.standing.code(),
            detail: None::<&str>,
            opened_for: None::<i64>,
            years: "[]",
            base_adjusted: "[]",
            balance_fen: 0,
            entries: 0,
        })?;
        let openings: Vec<((i64, i64), Money)> = placed
            .iter()
            .filter(|(_, known)| !known.opening.is_zero())
            .map(|(place, known)| (*place, known.opening))
            .collect();
        set_openings(self.tx, &openings)
    }

    /// The numbers already in use.
    fn taken(&self, placed: &[((i64, i64), &Known)]) -> Result<BTreeSet<(i64, i64)>, StoreError> {
        let key = "e.employer_no = v.column1 and e.employee_no = v.column2";
        let listed = query_in(&self.tx.connection, LIST, "employee", key, "e");
        let sql = format!("select e.employer_no, e.employee_no from {listed}");
        let mut taken = BTreeSet::new();
        let bind = |row: &mut Binder<'_, '_>, ((number, seat), _): &((i64, i64), &Known)| {
            row.bind(*number)?;
            row.bind(*seat)
        };
        self.tx.ask(&sql, placed, bind, |row| {
            taken.insert(row.read()?);
            Ok(())
        })?;
        Ok(taken)
    }

    /// Deletes the numbers of employers without accounts and books; the import may have assigned them.
    fn forget_numbers(&self, numbers: &[i64]) -> Result<(), StoreError> {
        let sql = "delete from employer_book where centre_id = ?1 and body is null
            and employer_no in (select v.column1 from (values …) v)
            and not exists (select 1 from employee e where e.centre_id = employer_book.centre_id
                and e.employer_no = employer_book.employer_no)
            and not exists (select 1 from employer_record r
                where r.centre_id = employer_book.centre_id
                    and r.employer_no = employer_book.employer_no)";
        let numbers: BTreeSet<i64> = numbers.iter().copied().collect();
        let numbers: Vec<i64> = numbers.into_iter().collect();
        self.tx.change(sql, &numbers, |row, number| row.bind(*number))
    }
}

/// The numbers of employers; one whose number was deleted with its last account gets a new one.
fn numbers(tx: &Tx, employers: &[&str]) -> Result<BTreeMap<String, i64>, StoreError> {
    let key = "b.employer_id = v.column1";
    let listed = query_in(&tx.connection, LIST, "employer_book", key, "b");
    let sql = format!("select b.employer_id, b.employer_no from {listed}");
    let mut found = BTreeMap::new();
    let bind = |row: &mut Binder<'_, '_>, employer: &&str| row.bind(*employer);
    tx.ask(&sql, employers, bind, |row| {
        let (employer_id, number) = row.read()?;
        found.insert(employer_id, number);
        Ok(())
    })?;
    let sql = "select coalesce(max(employer_no), 0) from employer_book where centre_id = ?1";
    let mut last: i64 = tx.connection.fetch_one(sql, params![tx.centre_id])?;
    for employer_id in employers.iter().filter(|id| !found.contains_key(**id)).collect::<Vec<_>>() {
        last += 1;
        let sql = "insert into employer_book (centre_id, employer_no, employer_id, body)
            values (?1, ?2, ?3, null)";
        tx.connection.execute(sql, params![tx.centre_id, last, *employer_id])?;
        found.insert((*employer_id).to_owned(), last);
    }
    Ok(found)
}

/// A field of an account in the form of a change.
fn said(known: &Known, field: &str) -> Option<String> {
    match field {
        "name" => Some(known.name.clone()),
        "id_no" => Some(known.id_no.clone()),
        "base" => Some(known.base.to_string()),
        "status" => Some(known.standing.code().to_owned()),
        "employer_id" => Some(known.employer_id.clone()),
        _ => {
            Some(known.opening).filter(|amount| !amount.is_zero()).map(|amount| amount.to_string())
        }
    }
}

fn yuan(text: &str) -> Result<Money, StoreError> {
    Money::from_yuan(text)
        .map_err(|_| crate::store::database::row::unknown("list_import_part", "body", text))
}
