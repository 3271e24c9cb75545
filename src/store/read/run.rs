//! Runs: the past nights, and the files each ingested.

use super::super::{Store, StoreError};
use crate::remittance::{Outcome, Tally};
use crate::store::database::columns::columns;
use crate::store::database::row::day_number;
use crate::store::database::sql::{Connection, params};
use chrono::NaiveDate;

/// A night in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunLine {
    pub as_of: NaiveDate,
    pub received: Tally,
    pub matched: Tally,
    pub opened: Tally,
    pub closing: Tally,
}

columns! { impl RunLine {
    as_of,
    received = "received_count, received_fen, received_over",
    matched = "matched_count, matched_fen, matched_over",
    opened = "opened_count, opened_fen, opened_over",
    closing = "closing_count, closing_fen, closing_over",
} }

impl Store {
    /// Nights, the latest first, at most `limit`, before a day if one is given.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn runs(&self, before: Option<NaiveDate>, limit: u32) -> Result<Vec<RunLine>, StoreError> {
        let tx = self.reading()?;
        let from = "from night where centre_id = ?1 and as_of < ?2 order by as_of desc limit ?3";
        let values = params![tx.centre_id, before.map_or(i64::MAX, day_number), limit];
        tx.connection.select_all(from, values)
    }

    /// A night's new decisions, by outcome; signed.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn run_outcomes(&self, as_of: NaiveDate) -> Result<Vec<(Outcome, Tally)>, StoreError> {
        let tx = self.reading()?;
        outcomes(&tx.connection, tx.centre_id, day_number(as_of))
    }

    /// The payments that await the rest of their notice.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn awaiting_total(&self) -> Result<Tally, StoreError> {
        let tx = self.reading()?;
        let sql = "select count(*), cast(coalesce(sum(t.amount_fen), 0) as text), 0 from decision d
            join bank_transaction t using (centre_id, account_id, serial, booked_on)
            where d.centre_id = ?1 and d.outcome = 2";
        tx.connection.fetch_one(sql, params![tx.centre_id])
    }
}

/// A night's new decisions, by outcome; signed.
pub(super) fn outcomes(
    connection: &Connection,
    centre: i64,
    night: i64,
) -> Result<Vec<(Outcome, Tally)>, StoreError> {
    let sql = "select outcome, count, amount_fen, amount_over from night_outcome
        where centre_id = ?1 and as_of = ?2 order by outcome";
    connection.fetch_all(sql, params![centre, night])
}
