//! Employees. Each becomes an account like any other, which operations go on with.
//!
//! Start at `Importing::employees`: 1. who the list names and what is known of them ([`known`]); 2. what each row does
//! to its account ([`judge`]); 3. what rows do to each other, one person being active once ([`persons`]); 4. the
//! writing ([`write`]), few statements for all.
//!
//! Invariant: an account moves to another employer only where the person is the same and nothing rests on it.

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

/// From so many rows on, a centre's accounts are read through rather than asked for, where the list is no small part of
/// them.
const READ_THROUGH_FROM: usize = 5_000;

/// How many times longer than the list the centre's accounts may be to be read through.
const READ_THROUGH_TIMES: usize = 4;

/// What is known of the account that a row names.
#[derive(Clone, Debug, Default)]
enum Found {
    #[default]
    Nothing,
    /// It says what the row says.
    Same,
    Accounts(Box<Accounts>),
}

#[derive(Clone, Debug, Default)]
struct Accounts {
    /// The account that the row names.
    own: Option<Met>,
    /// Others of the number, at other employers, and of the person.
    others: Vec<Known>,
}

/// An account that a row names, as far as it is still wanted once both were compared.
#[derive(Clone, Debug)]
struct Met {
    place: (i64, i64),
    opening: Money,
    /// Its document's key, where the list means it without its type.
    id_no: Option<String>,
    effect: Result<Effect, Box<Fault>>,
}

/// What becomes of a row.
#[derive(Clone, Debug)]
enum RowJudgement {
    Refused,
    Same,
    New,
    /// The account of the same number and person at another employer, which becomes this one.
    Moves(Box<(Known, Effect)>),
    Known(Box<Effect>),
}

impl Importing<'_> {
    /// Takes in employees. One who is at another employer in the list now, and of whom nothing was asked or posted
    /// there, moves; what an operation or money rests on stays and is told.
    pub(super) fn employees(&mut self, rows: &[EmployeeRow]) -> Result<(), StoreError> {
        // 1. Who is named, and what is known of them.
        let id_nos: Vec<Cow<'_, str>> = rows.iter().map(|row| capitals(&row.id_no)).collect();
        let listed = Listed::new(rows, &id_nos);
        let (mut found, missing) = self.found(&listed)?;
        let numbers = self.employers_of(&listed)?;

        // 2. What each row does.
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

        // 3. What they do to each other.
        for (place, (field, found, why)) in
            persons::faults(&listed, &found, &verdicts, self.order.policy.several_employers)
        {
            self.refuse(place, field, &found, why);
        }
        if !self.unfit.is_empty() {
            return Ok(());
        }

        // 4. Writing it, and saying it.
        write::employees(self.tx, &listed, &found, &verdicts, numbers)?;
        self.say_employees(&listed, &verdicts, missing)
    }

    /// What is known of each row, and the accounts that a full list no longer has.
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

    /// What a row does to the account it names.
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

    /// The checks of the counter, on what the list brings anew.
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

    /// Says of each row what became of it.
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

/// Puts an account beside the rows that it concerns; says whether the list names it.
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
    /// Does something to the accounts beside a row, unless it says what is known and needs none.
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
    /// Keeps another account; the same one may be met by its number and by its person.
    fn beside(&mut self, view: &known::View<'_>) -> Result<(), StoreError> {
        let known = view.keep()?;
        if self.others.iter().all(|other| other.place() != known.place()) {
            self.others.push(known);
        }
        Ok(())
    }
}

/// A document's key with its letters as capitals; the type before it stays.
fn capitals(id_no: &str) -> Cow<'_, str> {
    if id_no.contains(':') || !id_no.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(id_no);
    }
    Cow::Owned(id_no.to_ascii_uppercase())
}

/// Whether a row says that its person is active.
fn is_active(row: &EmployeeRow) -> bool {
    row.status == EmployeeStatus::Active
}
