//! Employees: each becomes an ordinary account, which operations then use.
//!
//! Start at `Importing::employees`: 1. load the accounts the list names ([`known`]); 2. decide each row's
//! effect on its account ([`judge`]); 3. check the rows against each other, since a person may be active only
//! once ([`persons`]); 4. write ([`write`]), in a few statements for all rows.
//!
//! Invariant: an account moves to another employer only if the person is the same and nothing depends on it.

mod judge;
pub(super) mod known;
mod listed;
mod persons;
pub(super) mod write;

use self::judge::{Effect, Fault};
use self::known::Known;
use self::listed::Listed;
use super::{Importing, RowChange};
use crate::import::{EmployeeRow, EmployeeStatus};
use crate::remittance::{Money, YearMonth};
use crate::store::StoreError;
use std::borrow::Cow;

/// The size of a list from which a centre's accounts are scanned instead of looked up, if the list is a large
/// enough part of them.
const READ_THROUGH_FROM: usize = 5_000;

/// How many times larger than the list the centre may be for a scan.
const READ_THROUGH_TIMES: usize = 4;

/// The account that a row names.
#[derive(Clone, Debug, Default)]
enum Found {
    #[default]
    Nothing,
    /// It equals the row.
    Same,
    Accounts(Box<Accounts>),
}

#[derive(Clone, Debug, Default)]
struct Accounts {
    /// The account that the row names.
    own: Option<Met>,
    /// Other accounts with the number, at other employers, or of the same person.
    others: Vec<Known>,
}

/// An account that a row names, if it is still needed after comparing both.
#[derive(Clone, Debug)]
struct Met {
    place: (i64, i64),
    opening: Money,
    /// Its document's key, if the list gives it without the type.
    id_no: Option<String>,
    effect: Result<Effect, Box<Fault>>,
}

/// The decision on a row.
#[derive(Clone, Debug)]
enum RowJudgement {
    Refused,
    Same,
    New,
    /// The account of the same number and person at another employer, which moves here.
    Moves(Box<(Known, Effect)>),
    Known(Box<Effect>),
}

impl Importing<'_> {
    /// Imports employees. A person whom the list has at another employer moves there if nothing was requested
    /// or posted at the old one; an account that an operation or money depends on stays, and is reported.
    pub(super) fn employees(&mut self, rows: &[EmployeeRow]) -> Result<(), StoreError> {
        // 1. Load the accounts the list names.
        let id_nos: Vec<Cow<'_, str>> = rows.iter().map(|row| capitals(&row.id_no)).collect();
        let listed = Listed::new(rows, &id_nos);
        let (mut found, missing) = self.found(&listed)?;
        let numbers = self.employers_of(&listed)?;

        // 2. Decide each row.
        let mut verdicts = Vec::with_capacity(rows.len());
        for (place, (row, found)) in rows.iter().zip(&mut found).enumerate() {
            let verdict = self.verdict(row, listed.id_no(place), found);
            verdicts.push(verdict.unwrap_or_else(|faults| {
                faults
                    .into_iter()
                    .for_each(|(field, found, why)| self.refuse(place, field, &found, why));
                RowJudgement::Refused
            }));
        }

        // 3. Check the rows against each other.
        for (place, (field, found, why)) in
            persons::faults(&listed, &found, &verdicts, self.order.policy.several_employers)
        {
            self.refuse(place, field, &found, why);
        }
        if !self.unfit.is_empty() {
            return Ok(());
        }

        // 4. Write and report.
        write::employees(self.tx, &listed, &found, &verdicts, numbers)?;
        self.say_employees(&listed, &verdicts, missing)
    }

    /// The account of each row, and the accounts that a full list lacks.
    fn found(&self, listed: &Listed<'_>) -> Result<(Vec<Found>, Vec<Known>), StoreError> {
        let mut found = vec![Found::default(); listed.rows.len()];
        let mut missing = Vec::new();
        let full = self.order.full;
        let mut meet = |view: &known::View<'_>| {
            let is_listed = meet(listed, &mut found, view)?;
            if full && !is_listed {
                let known = view.keep()?;
                missing.extend((!known.is_sign()).then_some(known));
            }
            Ok(())
        };
        let many = listed.rows.len() >= READ_THROUGH_FROM;
        if full || (many && known::count(self.tx)? <= listed.rows.len() * READ_THROUGH_TIMES) {
            known::all(self.tx, &mut meet)?;
        } else {
            let numbers: Vec<&str> = listed.rows.iter().map(|row| &*row.employee_id).collect();
            let id_nos: Vec<&str> = listed.id_nos.iter().map(|id_no| &**id_no).collect();
            known::some(self.tx, &numbers, &id_nos, &mut meet)?;
        }
        Ok((found, missing))
    }

    /// The effect of a row on its account.
    fn verdict(
        &self,
        row: &EmployeeRow,
        id_no: &str,
        found: &mut Found,
    ) -> Result<RowJudgement, Vec<Fault>> {
        let accounts = match found {
            Found::Same => return Ok(RowJudgement::Same),
            Found::Nothing => {
                return self.checked(row, id_no, true, true).map(|()| RowJudgement::New);
            }
            Found::Accounts(accounts) => accounts,
        };
        if let Some(own) = &mut accounts.own {
            let effect = std::mem::replace(&mut own.effect, Ok(Effect::default()));
            let effect = effect.map_err(|fault| vec![*fault])?;
            if effect.is_nothing() {
                return Ok(RowJudgement::Same);
            }
            let base = effect.changes("base") || effect.changes("status");
            self.checked(row, id_no, effect.changes("id_no"), base)?;
            return Ok(RowJudgement::Known(Box::new(effect)));
        }
        let same = |known: &&Known| {
            known.employee_id == row.employee_id
                && judge::is_same_document(&known.id_no, id_no)
                && !known.is_fixed()
                && !known.is_sign()
        };
        let mut movable = accounts.others.iter().filter(same);
        let (Some(from), None) = (movable.next(), movable.next()) else {
            return self.checked(row, id_no, true, true).map(|()| RowJudgement::New);
        };
        let mut effect = judge::compare(from, row, id_no).map_err(|fault| vec![fault])?;
        self.checked(row, id_no, effect.changes("id_no"), true)?;
        let (before, after) = (Some(&*from.employer_id), Some(&*row.employer_id));
        effect.changed.extend(super::FieldChange::between("employer_id", before, after));
        let seat = from.seat.to_string();
        effect.changed.extend(super::FieldChange::between(super::change::SEAT, Some(&seat), None));
        Ok(RowJudgement::Moves(Box::new((from.clone(), effect))))
    }

    /// The counter's checks, on the values the list changes.
    fn checked(
        &self,
        row: &EmployeeRow,
        id_no: &str,
        document: bool,
        base: bool,
    ) -> Result<(), Vec<Fault>> {
        let (policy, on) = (&self.order.policy, self.order.list_day);
        let mut faults = Vec::new();
        if document {
            faults.extend(judge::check_document(id_no, on).err());
        }
        if base {
            faults.extend(judge::check_base(policy, YearMonth::of(on), row).err());
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Reports the result of each row.
    fn say_employees(
        &mut self,
        listed: &Listed<'_>,
        verdicts: &[RowJudgement],
        missing: Vec<Known>,
    ) -> Result<(), StoreError> {
        for (row, verdict) in listed.rows.iter().zip(verdicts) {
            let key = &row.employee_id;
            let change = match verdict {
                RowJudgement::Same | RowJudgement::Refused => {
                    self.unchanged();
                    continue;
                }
                RowJudgement::New => RowChange::added(key),
                RowJudgement::Known(effect) => {
                    RowChange::known(key, effect.changed.clone(), effect.kept.clone())
                }
                RowJudgement::Moves(moves) => {
                    RowChange::known(key, moves.1.changed.clone(), moves.1.kept.clone())
                }
            };
            let employer_id = Some(row.employer_id.clone());
            self.note(&RowChange { employer_id, name: Some(row.name.clone()), ..change })?;
        }
        for known in missing {
            let moved = |row: usize| match verdicts.get(row) {
                Some(RowJudgement::Moves(moves)) => moves.0.place() == known.place(),
                _ => false,
            };
            if listed.by_number.rows(&known.employee_id).any(moved) {
                continue;
            }
            let change = RowChange::missing(&known.employee_id);
            let employer_id = Some(known.employer_id);
            self.note(&RowChange { employer_id, name: Some(known.name), ..change })?;
        }
        Ok(())
    }
}

/// Adds an account to the rows it concerns; says whether the list names it.
fn meet(
    listed: &Listed<'_>,
    found: &mut [Found],
    view: &known::View<'_>,
) -> Result<bool, StoreError> {
    let mut named = false;
    for place in listed.by_number.rows(view.employee_id) {
        let (Some(row), Some(found)) = (listed.rows.get(place), found.get_mut(place)) else {
            continue;
        };
        if row.employer_id != view.employer_id {
            found.accounts(|accounts| accounts.beside(view))?;
            continue;
        }
        named = true;
        if judge::is_same(view, row, listed.id_no(place)) {
            *found = Found::Same;
        } else {
            found.accounts(|accounts| {
                accounts.own = Some(Met::of(&view.keep()?, row, listed.id_no(place)));
                Ok(())
            })?;
        }
    }
    for place in listed.by_person.rows(view.id_no) {
        let (Some(row), Some(found)) = (listed.rows.get(place), found.get_mut(place)) else {
            continue;
        };
        if row.employee_id != view.employee_id {
            found.accounts(|accounts| accounts.beside(view))?;
        }
    }
    Ok(named)
}

impl Found {
    /// Calls `f` for the accounts of a row, unless the row equals its account.
    fn accounts(
        &mut self,
        change: impl FnOnce(&mut Accounts) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if matches!(self, Self::Nothing) {
            *self = Self::Accounts(Box::default());
        }
        match self {
            Self::Accounts(accounts) => change(accounts),
            Self::Nothing | Self::Same => Ok(()),
        }
    }
}

impl Met {
    fn of(known: &Known, row: &EmployeeRow, id_no: &str) -> Self {
        let same = judge::is_same_document(&known.id_no, id_no);
        Self {
            place: known.place(),
            opening: known.opening,
            id_no: (same && known.id_no != id_no).then(|| known.id_no.clone()),
            effect: judge::compare(known, row, id_no).map_err(Box::new),
        }
    }
}

impl Accounts {
    /// Adds another account, once; it may be found both by its number and by its person.
    fn beside(&mut self, view: &known::View<'_>) -> Result<(), StoreError> {
        let known = view.keep()?;
        if self.others.iter().all(|other| other.place() != known.place()) {
            self.others.push(known);
        }
        Ok(())
    }
}

/// A document's key with its letters in capitals; the type before it stays.
fn capitals(id_no: &str) -> Cow<'_, str> {
    if id_no.contains(':') || !id_no.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(id_no);
    }
    Cow::Owned(id_no.to_ascii_uppercase())
}

/// Whether a row makes its person active.
fn is_active(row: &EmployeeRow) -> bool {
    row.status == EmployeeStatus::Active
}
