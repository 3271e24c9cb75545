//! Copies a complete centre from one database into another: a move to PostgreSQL, a move back, a rehearsal.
//!
//! Start at [`Store::copy_into`]. [`TABLES`] lists every table of a centre (`tests/statements.rs` compares the
//! list with the migrations). Rows are copied unchanged, in one transaction of the target.
//!
//! Invariant: the target holds none of the centre before, and all of it after; `audit --digest` gives the same
//! on both sides.

use super::month::Cut;
use super::row::day;
use super::sql::{OwnedValue, Read, params};
use super::tx::{OwnedRow, Tx};
use crate::store::error::{StateRefusal, StoreRefusal};
use crate::store::{Store, StoreError};

/// The tables of a centre, in the order in which they are copied.
pub(crate) const TABLES: &[&str] = &[
    "collection_account",
    "employer",
    "payer_account",
    "notice",
    "notice_mark",
    "notice_outstanding",
    "feed",
    "feed_met",
    "bank_branch",
    "bank_transaction",
    "receipt",
    "receipt_digest",
    "statement",
    "booking",
    "set_aside",
    "feed_flag",
    "quarantined_feed",
    "decision",
    "allocation",
    "settlement",
    "journal",
    "suspense_item",
    "letter",
    "outbox",
    "letter_choice",
    "held_letter",
    "held_mark",
    "held_night",
    "call_made",
    "letter_way",
    "hall_message",
    "blocked_address",
    "came_back",
    "address_failure",
    "telling",
    "arrears_told",
    "notice_news",
    "night",
    "night_outcome",
    "employer_book",
    "employee",
    "opening_balance",
    "account_entry",
    "roster",
    "roster_line",
    "notice_part",
    "employer_record",
    "advance_entry",
    "correction",
    "appointment",
    "archived_month",
    "archived_place",
    "archived_account",
    "archived_posting",
    "archived_payment",
    "person",
    "recovery_code",
    "api_token",
    "access_change",
    "access_told",
    "proposal",
    "proposal_item",
    "advance_part",
    "settlement_undone",
    "payer_fact",
    "undone_pair",
    "refund",
    "refund_return",
    "refund_request",
    "counter_request",
    "list_import",
    "list_import_part",
    "trail",
    "trail_head",
    "books_step",
    "books_head",
];

/// Rows in flight at once.
const ROWS_TOGETHER: usize = 8_192;

/// The column by which a table is partitioned into months, counted from 0.
fn cut_by(table: &str) -> Option<(Cut, usize)> {
    if Cut::Booked.tables().contains(&table) {
        Some((Cut::Booked, 3))
    } else if Cut::Posted.tables().contains(&table) {
        Some((Cut::Posted, 4))
    } else {
        None
    }
}

/// How many rows of each table were copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    pub tables: Vec<(&'static str, u64)>,
}

impl Store {
    /// Copies everything of this centre into another database that holds no rows of it yet.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the target holds rows of the centre; [`StoreError`] where either
    /// database fails. Nothing is then copied.
    pub fn copy_into(&self, target: &Self) -> Result<Copied, StoreError> {
        let (from, to) = (Tx::open(self)?, Tx::open(target)?);
        to.atomically(|_| {
            let mut copied = Copied::default();
            for table in TABLES {
                let sql = format!("select 1 from {table} where centre_id = ?1 limit 1");
                if to.connection.prepare_cached(&sql)?.exists(params![to.centre_id])? {
                    let refusal = StateRefusal::TableNotEmpty { table };
                    return Err(StoreError::Refused(StoreRefusal::State(refusal)));
                }
                copied.tables.push((table, copy_table(&from, &to, table)?));
            }
            let archived =
                copied.tables.iter().any(|(table, rows)| *table == ARCHIVED && *rows > 0);
            if archived {
                copy_archived(&from, &to)?;
            } else if to.connection.dialect().identities().is_some() {
                let sql =
                    "insert into transaction_identity (centre_id, account_id, serial, booked_on)
                    select centre_id, account_id, serial, booked_on from bank_transaction
                    where centre_id = ?1";
                to.connection.execute(sql, params![to.centre_id])?;
            }
            Ok(copied)
        })
    }
}

/// The table that lists the archived months.
const ARCHIVED: &str = "archived_month";

/// The identities of archived transactions cannot be derived from the transactions; only another PostgreSQL can
/// keep them.
fn copy_archived(from: &Tx, to: &Tx) -> Result<(), StoreError> {
    if let Some(identities) = to.connection.dialect().identities() {
        return copy_table(from, to, identities).map(|_| ());
    }
    let refusal = StateRefusal::ArchivedInPart { centre_id: to.centre_id };
    Err(StoreError::Refused(StoreRefusal::State(refusal)))
}

fn copy_table(from: &Tx, to: &Tx, table: &'static str) -> Result<u64, StoreError> {
    let mut waiting: Vec<OwnedRow> = Vec::new();
    let mut count = 0;
    let sql = format!("select * from {table} where centre_id = ?1");
    from.connection.prepare_cached(&sql)?.each(params![from.centre_id], |row| {
        // The centre is the first column of every table; its number may differ in the target.
        let mut values: OwnedRow = Vec::with_capacity(row.len());
        values.push(OwnedValue::Integer(to.centre_id));
        for column in 1..row.len() {
            values.push(OwnedValue::from(row.value(column)?));
        }
        count += 1;
        waiting.push(values);
        if waiting.len() == ROWS_TOGETHER {
            write(to, table, &waiting)?;
            waiting.clear();
        }
        Ok(Read::On)
    })?;
    write(to, table, &waiting)?;
    Ok(count)
}

fn write(to: &Tx, table: &'static str, rows: &[OwnedRow]) -> Result<(), StoreError> {
    let Some(first) = rows.first() else { return Ok(()) };
    if let Some((cut, column)) = cut_by(table) {
        let mut days = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(OwnedValue::Integer(number)) = row.get(column) {
                days.push(day(*number)?);
            }
        }
        to.months(cut, days)?;
    }
    to.insert_as_is(table, first.len(), rows, |binder, row| {
        row.iter().try_for_each(|value| binder.bind(value))
    })
}
