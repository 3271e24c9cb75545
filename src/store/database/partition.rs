//! The monthly partitions of transactions and postings on PostgreSQL.
//!
//! Start at [`Tx::months_of`], to be called before rows are written. A partition is made and attached in a
//! commit of its own: attaching takes a lock that does not block writers, and many nights may need the same
//! month at once. Within a transaction that needs a second connection, which a pooler may not have; so a night
//! makes its months ahead ([`Tx::months_ahead`]). SQLite has no partitions.

use super::month::{Cut, Month};
use super::pool::Pool;
use super::row::day_number;
use super::sql::{Connection, params};
use super::tx::Tx;
use crate::store::StoreError;
use chrono::{Months, NaiveDate};
use std::collections::BTreeSet;
use std::sync::PoisonError;

/// One process makes partitions at a time, until its commit.
const WAIT: &str = "select pg_advisory_xact_lock(7100720)";

impl Tx {
    /// Makes the partitions of a night's month and the next, unless they are archived; earlier nights made the
    /// earlier months.
    pub(crate) fn months_ahead(
        &self,
        night: NaiveDate,
        archived_until: Option<i64>,
    ) -> Result<(), StoreError> {
        let ahead = [Some(night), night.checked_add_months(Months::new(1))];
        let stays = |day: &NaiveDate| archived_until.is_some_and(|until| day_number(*day) < until);
        self.months_of(ahead.into_iter().flatten().filter(|day| !stays(day)))
    }

    /// Ensures partitions for transactions booked on these days.
    pub(crate) fn months_of(
        &self,
        days: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<(), StoreError> {
        self.months(Cut::Booked, days)
    }

    /// Ensures partitions for rows of these days.
    pub(crate) fn months(
        &self,
        cut: Cut,
        days: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<(), StoreError> {
        if !self.connection.dialect().cuts_months() {
            return Ok(());
        }
        let mut last = None;
        let mut wanted = BTreeSet::new();
        for day in days {
            let month = Month::of(cut, day);
            if last != month {
                wanted.extend(month);
                last = month;
            }
        }
        let pool = self.pool();
        let mut known = pool.months.lock().unwrap_or_else(PoisonError::into_inner);
        let missing: Vec<Month> = wanted.difference(&known).copied().collect();
        if missing.is_empty() {
            return Ok(());
        }
        let absent = absent(&self.connection, &missing)?;
        if !absent.is_empty() {
            if self.is_in_transaction() {
                make(&*Pool::acquire(pool)?, &absent)?;
            } else {
                make(&self.connection, &absent)?;
            }
        }
        for month in &missing {
            // A transaction that already writes to a table does not notice new partitions; taking a new lock
            // makes it look again.
            for table in month.cut.tables() {
                let partition = month.partition(table);
                self.connection.execute_batch(&format!("select 1 from {partition} limit 0"))?;
            }
        }
        known.extend(missing);
        Ok(())
    }
}

/// The months for which some table has no partition.
fn absent(connection: &Connection, months: &[Month]) -> Result<Vec<Month>, StoreError> {
    let mut absent = Vec::new();
    for month in months {
        for table in month.cut.tables() {
            if !exists(connection, &month.partition(table))? {
                absent.push(*month);
                break;
            }
        }
    }
    Ok(absent)
}

fn exists(connection: &Connection, partition: &str) -> Result<bool, StoreError> {
    let sql = "select 1 from pg_inherits where inhrelid = to_regclass(?1)";
    connection.prepare_cached(sql)?.exists(params![partition])
}

/// Makes the partitions of months, on a connection outside any transaction.
fn make(connection: &Connection, months: &[Month]) -> Result<(), StoreError> {
    connection.begin(None)?;
    let made = make_on(connection, months);
    if made.is_ok() {
        connection.commit()?
    } else {
        connection.rollback()?
    }
    made
}

fn make_on(connection: &Connection, months: &[Month]) -> Result<(), StoreError> {
    connection.execute_batch(WAIT)?;
    for month in months {
        let Some((from, to)) = month.bounds() else { continue };
        for table in month.cut.tables() {
            let partition = month.partition(table);
            if exists(connection, &partition)? {
                continue;
            }
            connection.execute_batch(&format!(
                "create table {partition} (like {table} including defaults including constraints);
                 alter table {table} attach partition {partition} for values from ({from}) to ({to})"
            ))?;
        }
    }
    Ok(())
}
