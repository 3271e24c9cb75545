//! Months: the partitions that transactions and postings lie in on PostgreSQL.
//!
//! Start at [`Tx::months_of`], which whoever writes rows calls before. A partition is made and
//! attached in a commit of its own: attaching takes a lock that writers do not mind, and many nights may
//! need the same month at once. In the middle of a transaction that takes another connection, which a
//! pooler may not have: so a night makes its months ahead ([`Tx::months_ahead`]). On SQLite nothing is cut.

use super::month::{Cut, Month};
use super::pool::Pool;
use super::row::day_number;
use super::sql::{Connection, params};
use super::tx::Tx;
use crate::store::StoreError;
use chrono::{Months, NaiveDate};
use std::collections::BTreeSet;
use std::sync::PoisonError;

/// One maker of partitions at a time, until its commit.
const WAIT: &str = "select pg_advisory_xact_lock(7100720)";

impl Tx {
    /// Makes the month of a night and the next, as far as they are not archived: the months before were made by
    /// the nights before.
    pub(crate) fn months_ahead(
        &self,
        night: NaiveDate,
        archived_until: Option<i64>,
    ) -> Result<(), StoreError> {
        let ahead = [Some(night), night.checked_add_months(Months::new(1))];
        let stays = |day: &NaiveDate| archived_until.is_some_and(|until| day_number(*day) < until);
        self.months_of(ahead.into_iter().flatten().filter(|day| !stays(day)))
    }

    /// Makes sure that transactions booked on these days have a place.
    pub(crate) fn months_of(
        &self,
        days: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<(), StoreError> {
        self.months(Cut::Booked, days)
    }

    /// Makes sure that rows of these days have a place.
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
            // A transaction that writes to a table already does not look whether it got new
            // partitions; a lock it did not hold before makes it look.
            for table in month.cut.tables() {
                let partition = month.partition(table);
                self.connection.execute_batch(&format!("select 1 from {partition} limit 0"))?;
            }
        }
        known.extend(missing);
        Ok(())
    }
}

/// Those of the months of which a table has no partition.
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

/// Makes the partitions of months, on a connection that is in no transaction.
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
