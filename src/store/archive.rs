//! Archives completed months: `duizhang archive`.
//!
//! Start at [`Store::archive`]. On PostgreSQL a month of transactions, decisions, allocations and postings is a
//! partition of each table. When nothing in it can change any more, its sums are stored for the audit and the
//! partitions move to the schema `archive`, where a database administrator dumps and drops them. Identities
//! stay: what was booked once is never booked again. Employees' entries stay too: an employee's statement goes
//! back to the first day.
//!
//! Invariant: the audit proves the same sums before and after.

use super::audit::{OUTCOME, STANDING};
use super::{Store, StoreError};
use crate::remittance::YearMonth;
use crate::store::database::month::{Cut, Month};
use crate::store::database::row::day_number;
use crate::store::database::seal;
use crate::store::database::sql::{Connection, params};
use crate::store::database::tx::Tx;
use chrono::NaiveDate;

/// A month that was archived, or must wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedMonth {
    pub month: YearMonth,
    pub transactions: u64,
    /// Transactions without a final decision; if there are any, the month and those after it stay.
    pub unfinished: u64,
}

impl Store {
    /// Archives every month before `before`, the oldest first, up to the first with unfinished transactions in
    /// any centre. `rehearse` only reports what would be done.
    ///
    /// # Errors
    /// [`StoreError::NotCut`] on SQLite, [`StoreError`] where the database fails; a month is one commit.
    pub fn archive(
        &self,
        before: YearMonth,
        on: NaiveDate,
        rehearse: bool,
    ) -> Result<Vec<ArchivedMonth>, StoreError> {
        let tx = self.writing()?;
        if !tx.connection.dialect().cuts_months() {
            return Err(StoreError::NotCut);
        }
        let mut archived = Vec::new();
        for month in months(&tx.connection)?.into_iter().filter(|month| *month < before) {
            let Some(bounds) = (Month { cut: Cut::Booked, month }).bounds() else { continue };
            let looked = look(&tx.connection, month, bounds)?;
            let stays = looked.unfinished > 0;
            archived.push(looked);
            if stays {
                break;
            }
            if !rehearse {
                tx.atomically(|connection| take_off(connection, month, bounds, on))?;
            }
        }
        Ok(archived)
    }
}

/// The months with partitions, oldest first.
fn months(connection: &Connection) -> Result<Vec<YearMonth>, StoreError> {
    let sql =
        "select cast(c.relname as text) from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = to_regclass('bank_transaction') order by 1";
    let names = connection.fetch_all::<String>(sql, params![])?;
    Ok(names.iter().filter_map(|name| month_of(name)).collect())
}

/// The month in a partition's name.
fn month_of(partition: &str) -> Option<YearMonth> {
    let mut words = partition.rsplit('_');
    let (month, year) = (words.next()?, words.next()?);
    YearMonth::new(year.parse().ok()?, month.parse().ok()?)
}

/// Counts a month's transactions and the unfinished ones, over all centres, which share the partitions.
fn look(
    connection: &Connection,
    month: YearMonth,
    (from, until): (i64, i64),
) -> Result<ArchivedMonth, StoreError> {
    let sql = format!(
        "select count(*), cast(coalesce(sum(case when d.outcome is null or d.outcome in (2, 3, 7)
                then 1 else 0 end), 0) as bigint)
            {STANDING} where t.booked_on >= ?1 and t.booked_on < ?2"
    );
    let (transactions, unfinished) = connection.fetch_one(&sql, params![from, until])?;
    Ok(ArchivedMonth { month, transactions, unfinished })
}

/// A sum as two columns (`sql::in_columns`) in PostgreSQL's SQL, as only PostgreSQL archives months.
fn two_columns(what: &str) -> String {
    let sum = format!("sum({what})");
    format!("mod({sum}, 1000000000000000000), div({sum}, 1000000000000000000)")
}

/// Stores a month's sums and moves its partitions.
fn take_off(
    connection: &Connection,
    month: YearMonth,
    (from, until): (i64, i64),
    on: NaiveDate,
) -> Result<(), StoreError> {
    let within = "booked_on >= ?2 and t.booked_on < ?3";
    let kept = [
        format!(
            "insert into archived_place
                (centre_id, month, outcome, direction, count, amount_fen, amount_over)
             select t.centre_id, ?1, {OUTCOME}, t.direction, count(*), {} {STANDING}
             where t.{within} group by 1, 3, 4",
            two_columns("t.amount_fen")
        ),
        format!(
            "insert into archived_account
                (centre_id, month, account_id, credit_fen, credit_over, debit_fen, debit_over)
             select t.centre_id, ?1, t.account_id, {}, {}
             from bank_transaction t where t.{within} group by 1, 3",
            two_columns("case t.direction when 1 then t.amount_fen else 0 end"),
            two_columns("case t.direction when 2 then t.amount_fen else 0 end")
        ),
        format!(
            "insert into archived_posting
                (centre_id, month, debit, credit, amount_fen, amount_over)
             select t.centre_id, ?1, t.debit, t.credit, {}
             from journal t where t.{within} group by 1, 3, 4",
            two_columns("t.amount_fen")
        ),
        format!(
            "insert into archived_payment (centre_id, reference, month, amount_fen)
             select p.centre_id, p.reference, ?1, sum(p.amount_fen) from (
                select t.centre_id, d.notice as reference, t.amount_fen from decision d
                    join bank_transaction t using (centre_id, account_id, serial, booked_on)
                    where d.outcome = 1 and d.notice is not null and t.{within}
                union all
                select t.centre_id, t.reference, t.amount_fen from allocation t where t.{within}
             ) p group by 1, 2"
        ),
    ];
    for sql in kept {
        connection.execute(&sql, params![month.ordinal(), from, until])?;
    }
    let sql = "insert into archived_month (centre_id, month, booked_until, archived_on)
        select centre_id, ?1, ?2, ?3 from centre";
    connection.execute(sql, params![month.ordinal(), until, day_number(on)])?;
    connection.execute_batch("create schema if not exists archive")?;
    let month = Month { cut: Cut::Booked, month };
    for table in month.cut.tables() {
        seal::forget(connection, table, (from, until))?;
        let partition = month.partition(table);
        connection.execute_batch(&format!(
            "alter table {table} detach partition {partition};
             alter table {partition} set schema archive"
        ))?;
    }
    Ok(())
}

impl Tx {
    /// The first booking day of this centre that is not archived.
    pub(super) fn archived_until(&self) -> Result<Option<i64>, StoreError> {
        let sql = "select max(booked_until) from archived_month where centre_id = ?1";
        self.connection.fetch_one(sql, params![self.centre_id])
    }
}
