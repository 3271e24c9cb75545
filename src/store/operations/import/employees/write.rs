//! Writes the effects of a list of employees: a few statements for all of them, rows in key order.

use super::super::{COMPARED_TOGETHER, Importing, Unfit};
use super::known::Known;
use super::{Effect, Found, Listed, Met, RowJudgement};
use crate::import::{EmployeeRow, Given};
use crate::remittance::Money;
use crate::store::StoreError;
use crate::store::database::columns::insert_into;
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::operations::{OPENING, OPENING_GONE};
use std::collections::{BTreeMap, BTreeSet};

/// The employers' numbers in the database; `None` if one has none yet.
pub(super) type Numbers<'r> = BTreeMap<&'r str, Option<i64>>;

/// Updates the fields of an account that a list gives; unsealing clears the reason of the seal.
pub(in crate::store::operations::import) const CHANGE: &str = "
    update employee set name = v.column3, id_no = v.column4, base_fen = v.column5, status = v.column6,
        detail = case when status = v.column6 then detail end
    from (values …) v
    where employee.centre_id = ?1 and employee.employer_no = v.column1
        and employee.employee_no = v.column2";

pub(in crate::store::operations::import) const GONE: &str = "
    delete from employee where centre_id = ?1
        and (employer_no, employee_no) in (select v.column1, v.column2 from (values …) v)";

/// An account to be written: the person and the terms.
pub(in crate::store::operations::import) struct Written {
    pub(in crate::store::operations::import) place: (i64, i64),
    pub(in crate::store::operations::import) name: String,
    pub(in crate::store::operations::import) id_no: String,
    pub(in crate::store::operations::import) base: Money,
    pub(in crate::store::operations::import) status: String,
}

impl Importing<'_> {
    /// The employers that a list names; an unknown one is refused at each of its rows.
    pub(super) fn employers_of<'r>(
        &mut self,
        listed: &Listed<'r>,
    ) -> Result<Numbers<'r>, StoreError> {
        let named: BTreeSet<&str> = listed.rows.iter().map(|row| &*row.employer_id).collect();
        let named: Vec<&str> = named.into_iter().collect();
        let key = "e.employer_id = v.column1";
        let from = query_in(&self.tx.connection, LIST, "employer", key, "e");
        let sql = format!(
            "select e.employer_id, b.employer_no from {from}
             left join employer_book b on b.centre_id = ?1 and b.employer_id = e.employer_id"
        );
        let mut found: BTreeMap<String, Option<i64>> = BTreeMap::new();
        self.tx.ask(
            &sql,
            &named,
            |row, employer| row.bind(*employer),
            |row| {
                let (employer_id, number) = row.read()?;
                found.insert(employer_id, number);
                Ok(())
            },
        )?;
        for (place, row) in listed.rows.iter().enumerate() {
            if !found.contains_key(&row.employer_id) {
                self.refuse(place, "employer_id", &row.employer_id, Unfit::UnknownEmployer);
            }
        }
        Ok(named.into_iter().filter_map(|name| Some((name, *found.get(name)?))).collect())
    }
}

/// Writes the effect of each row.
pub(super) fn employees(
    tx: &Tx,
    listed: &Listed<'_>,
    found: &[Found],
    verdicts: &[RowJudgement],
    mut numbers: Numbers<'_>,
) -> Result<(), StoreError> {
    let moves: Vec<&(Known, Effect)> = verdicts.iter().filter_map(RowJudgement::moves).collect();
    let left: Vec<(i64, i64)> = moves.iter().map(|(from, _)| from.place()).collect();
    take_away(tx, &left)?;
    let coming =
        |verdict: &RowJudgement| matches!(verdict, RowJudgement::New | RowJudgement::Moves(_));
    let rows = listed.rows.iter().zip(verdicts).enumerate();
    let coming: Vec<usize> =
        rows.filter(|(_, (_, verdict))| coming(verdict)).map(|(place, _)| place).collect();
    number_employers(tx, listed, &coming, &mut numbers)?;
    let fresh = seated(tx, listed, &coming, &numbers)?;
    let centre = tx.centre_id;
    let row = |place: &usize| listed.rows.get(*place).ok_or(StoreError::NoRow);
    insert_into!(tx, "employee", &fresh, |(number, seat, place)| {
        centre_id: centre,
        employer_no: *number,
        employee_no: *seat,
        employee_id: &row(place)?.employee_id,
        name: &row(place)?.name,
        id_no: listed.id_no(*place),
        base_fen: row(place)?.base.fen(),
        status: row(place)?.status.code(),
        detail: None::<&str>,
        opened_for: None::<i64>,
        years: "[]",
        base_adjusted: "[]",
        balance_fen: 0,
        entries: 0,
    })?;
    let known: Vec<(usize, &Met, &Effect)> = known_rows(found, verdicts).collect();
    for some in known.chunks(COMPARED_TOGETHER) {
        let rows = some.iter();
        let written: Vec<Written> = rows
            .filter_map(|(place, known, effect)| written(listed, *place, known, effect))
            .collect();
        change(tx, &written)?;
    }
    openings(tx, listed, &fresh, verdicts, &known)
}

/// Rows with an existing account, and their effects.
fn known_rows<'f>(
    found: &'f [Found],
    verdicts: &'f [RowJudgement],
) -> impl Iterator<Item = (usize, &'f Met, &'f Effect)> {
    let both = found.iter().zip(verdicts).enumerate();
    both.filter_map(|(place, pair)| match pair {
        (Found::Accounts(accounts), RowJudgement::Known(effect)) => {
            Some((place, accounts.own.as_ref()?, &**effect))
        }
        _ => None,
    })
}

impl RowJudgement {
    fn moves(&self) -> Option<&(Known, Effect)> {
        match self {
            Self::Moves(moves) => Some(moves),
            Self::Refused | Self::Same | Self::New | Self::Known(_) => None,
        }
    }
}

/// An account as a row changes it, if it changes more than the opening balance.
fn written(listed: &Listed<'_>, place: usize, known: &Met, effect: &Effect) -> Option<Written> {
    let row = listed.rows.get(place)?;
    let terms = ["name", "id_no", "base", "status"];
    terms.iter().any(|field| effect.changes(field)).then(|| {
        let id_no = known.id_no.as_deref().unwrap_or(listed.id_no(place));
        Written {
            place: known.place,
            name: row.name.clone(),
            id_no: id_no.to_owned(),
            base: row.base,
            status: row.status.code().to_owned(),
        }
    })
}

/// Updates existing accounts.
pub(in crate::store::operations::import) fn change(
    tx: &Tx,
    written: &[Written],
) -> Result<(), StoreError> {
    tx.change(CHANGE, written, |row, one| {
        row.bind(one.place.0)?;
        row.bind(one.place.1)?;
        row.bind(&one.name)?;
        row.bind(&one.id_no)?;
        row.bind(one.base.fen())?;
        row.bind(&one.status)
    })
}

/// Deletes accounts with their opening balances.
pub(in crate::store::operations::import) fn take_away(
    tx: &Tx,
    places: &[(i64, i64)],
) -> Result<(), StoreError> {
    for sql in [GONE, OPENING_GONE] {
        tx.change(sql, places, |row, (number, seat)| {
            row.bind(*number)?;
            row.bind(*seat)
        })?;
    }
    Ok(())
}

/// Assigns numbers to employers without one, in the order of first mention.
fn number_employers(
    tx: &Tx,
    listed: &Listed<'_>,
    coming: &[usize],
    numbers: &mut Numbers<'_>,
) -> Result<(), StoreError> {
    let sql = "select coalesce(max(employer_no), 0) from employer_book where centre_id = ?1";
    let centre = tx.centre_id;
    let mut last: i64 = tx.connection.fetch_one(sql, params![centre])?;
    let mut fresh: Vec<(i64, &str)> = Vec::new();
    for row in coming.iter().filter_map(|place| listed.rows.get(*place)) {
        if let Some(number @ None) = numbers.get_mut(&*row.employer_id) {
            last += 1;
            *number = Some(last);
            fresh.push((last, &row.employer_id));
        }
    }
    insert_into!(tx, "employer_book", &fresh, |(number, employer_id)| {
        centre_id: centre,
        employer_no: *number,
        employer_id: *employer_id,
        body: None::<&str>,
    })
}

/// The new accounts with their employers' numbers and their own, in key order.
fn seated(
    tx: &Tx,
    listed: &Listed<'_>,
    coming: &[usize],
    numbers: &Numbers<'_>,
) -> Result<Vec<(i64, i64, usize)>, StoreError> {
    let mut seats: BTreeMap<i64, i64> = next_seats(tx, numbers.values().filter_map(|one| *one))?;
    let mut seated = Vec::with_capacity(coming.len());
    for place in coming {
        let Some(row) = listed.rows.get(*place) else { continue };
        let number = numbers.get(&*row.employer_id).copied().flatten().ok_or(StoreError::NoRow)?;
        let seat = seats.entry(number).or_insert(1);
        seated.push((number, *seat, *place));
        *seat += 1;
    }
    seated.sort_unstable();
    Ok(seated)
}

/// The next free account number of each employer.
pub(in crate::store::operations::import) fn next_seats(
    tx: &Tx,
    numbers: impl Iterator<Item = i64>,
) -> Result<BTreeMap<i64, i64>, StoreError> {
    let numbers: Vec<i64> = numbers.collect();
    let sql = "select v.column1, (select cast(coalesce(max(e.employee_no), 0) + 1 as bigint)
            from employee e where e.centre_id = ?1 and e.employer_no = v.column1)
        from (values …) v";
    let mut seats = BTreeMap::new();
    tx.ask(
        sql,
        &numbers,
        |row, number| row.bind(*number),
        |row| {
            let (number, seat) = row.read()?;
            seats.insert(number, seat);
            Ok(())
        },
    )?;
    Ok(seats)
}

/// Writes the balances of accounts in the system before this one.
fn openings(
    tx: &Tx,
    listed: &Listed<'_>,
    fresh: &[(i64, i64, usize)],
    verdicts: &[RowJudgement],
    known: &[(usize, &Met, &Effect)],
) -> Result<(), StoreError> {
    let given = |row: &EmployeeRow, had: Money| match row.opening_balance {
        Given::Absent => had,
        Given::Empty => Money::ZERO,
        Given::Value(amount) => amount,
    };
    let mut set: Vec<((i64, i64), Money)> = Vec::new();
    for (number, seat, place) in fresh {
        let Some(row) = listed.rows.get(*place) else { continue };
        let from = verdicts.get(*place).and_then(RowJudgement::moves);
        let amount = given(row, from.map(|(from, _)| from.opening).unwrap_or_default());
        set.extend((!amount.is_zero()).then_some(((*number, *seat), amount)));
    }
    for (place, known, effect) in known {
        let Some(row) = listed.rows.get(*place) else { continue };
        if effect.changes("opening_balance") {
            set.push((known.place, given(row, known.opening)));
        }
    }
    set_openings(tx, &set)
}

/// Sets opening balances; a zero balance is deleted.
pub(in crate::store::operations::import) fn set_openings(
    tx: &Tx,
    set: &[((i64, i64), Money)],
) -> Result<(), StoreError> {
    let (none, some): (Vec<_>, Vec<_>) =
        set.iter().copied().partition(|(_, amount)| amount.is_zero());
    let none: Vec<(i64, i64)> = none.into_iter().map(|(place, _)| place).collect();
    tx.change(OPENING_GONE, &none, |row, (number, seat)| {
        row.bind(*number)?;
        row.bind(*seat)
    })?;
    tx.change(OPENING, &some, |row, ((number, seat), amount)| {
        row.bind(*number)?;
        row.bind(*seat)?;
        row.bind(amount.fen())
    })
}
