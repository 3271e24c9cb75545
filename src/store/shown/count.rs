//! How many items hang, and how much: by bank, reason, stage, person and age, counted in one pass.
//!
//! Start at [`Store::counts`]. A page shows beside each filter what it would leave; asking once for
//! each would read every item a dozen times. So one statement counts by all of them together, into
//! [`Cell`]s, and a page adds up the cells it needs.

use super::super::bulk::Bulk;
use super::super::listing::reason;
use super::super::row::{day, day_number};
use super::super::sql::{Bind, OwnedValue, Row};
use super::super::suspense::stage;
use super::super::{Store, StoreError};
use super::queue::{Assigned, HANGING, QueueFilter, conditions};
use crate::remittance::{Money, Reason};
use crate::report::Tally;
use crate::suspense::{Age, Stage};
use chrono::{Days, NaiveDate};

/// Items that are alike in everything a page filters by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub bank: String,
    pub bank_name: String,
    pub reason: Option<Reason>,
    pub stage: Stage,
    pub assigned: Assigned,
    pub age: Age,
    pub tally: Tally,
    /// The earliest booking among them.
    pub oldest_on: NaiveDate,
}

/// The cells, and whether they are all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub cells: Vec<Cell>,
    /// More hang than were counted: every figure is "at least".
    pub cut: bool,
}

/// Ages of which a booking day is the latest, in days before the night: 0–7, 8–30, 31–60.
const AGE_LIMITS: [u64; 3] = [7, 30, 60];

impl Store {
    /// Counts what hangs and passes the filter, the oldest `items_max` of it; ages are those of a day.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn counts(
        &self,
        filter: &QueueFilter,
        as_of: NaiveDate,
        items_max: u32,
    ) -> Result<Counts, StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = format!(
            "select bank, min(bank_name), reason, state, assignee, band, count(*),
                cast(sum(fen) as bigint), min(booked_on)
             from (select a.bank, a.bank_name, d.reason, i.state, coalesce(i.assignee, '') as assignee,
                case when i.booked_on >= ?13 then 1 when i.booked_on >= ?14 then 2
                    when i.booked_on >= ?15 then 3 else 4 end as band,
                case t.direction when 1 then t.amount_fen else -t.amount_fen end as fen, i.booked_on
                {HANGING} order by i.booked_on, i.account_id, i.serial limit ?16) found
             group by bank, reason, state, assignee, band
             order by bank, reason, state, assignee, band"
        );
        let mut values = conditions(bulk.centre_id, filter);
        for days in AGE_LIMITS {
            let since = as_of.checked_sub_days(Days::new(days)).unwrap_or(as_of);
            values.push(OwnedValue::Integer(day_number(since)));
        }
        values.push(OwnedValue::Integer(items_max.into()));
        let values: Vec<&dyn Bind> = values.iter().map(|value| value as &dyn Bind).collect();
        let cells = bulk.connection.prepare_cached(&sql)?.query_all(&values, cell)?;
        let counted: u64 = cells.iter().map(|cell| cell.tally.count).sum();
        Ok(Counts { cells, cut: counted >= u64::from(items_max) })
    }
}

fn cell(row: &Row<'_>) -> Result<Cell, StoreError> {
    let assignee = row.text(4)?;
    Ok(Cell {
        bank: row.get(0)?,
        bank_name: row.get(1)?,
        reason: row.get::<Option<i64>>(2)?.map(reason).transpose()?,
        stage: stage(row.get(3)?)?,
        assigned: match assignee {
            "" => Assigned::Nobody,
            person => Assigned::To(person.to_owned()),
        },
        age: match row.get::<i64>(5)? {
            1 => Age::UpTo7,
            2 => Age::UpTo30,
            3 => Age::UpTo60,
            _ => Age::Over60,
        },
        tally: Tally {
            count: row.get::<i64>(6)?.cast_unsigned(),
            amount: Money::from_fen(row.get(7)?),
        },
        oldest_on: day(row.get(8)?)?,
    })
}

impl Counts {
    /// All of them together.
    #[must_use]
    pub fn total(&self) -> Tally {
        self.of(|_| true)
    }

    /// Those cells together that are wanted.
    #[must_use]
    pub fn of(&self, wanted: impl Fn(&Cell) -> bool) -> Tally {
        self.cells.iter().filter(|cell| wanted(cell)).map(|cell| cell.tally).sum()
    }

    /// The earliest booking of all.
    #[must_use]
    pub fn oldest_on(&self) -> Option<NaiveDate> {
        self.cells.iter().map(|cell| cell.oldest_on).min()
    }
}
