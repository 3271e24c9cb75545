//! Runs: the nights there were, and the files each took in.

use super::super::outcomes::{outcomes, tally_at};
use super::super::row::{day, day_number};
use super::super::sql::{Row, params};
use super::super::tx::Tx;
use super::super::{Store, StoreError};
use crate::remittance::{Outcome, Tally};
use chrono::NaiveDate;

/// A night as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunLine {
    pub as_of: NaiveDate,
    pub received: Tally,
    pub matched: Tally,
    pub opened: Tally,
    pub closing: Tally,
}

/// The columns of a night, in the order [`run_line`] reads them.
pub(in super::super) const RUN: &str =
    "as_of, received_count, received_fen, received_over, matched_count, matched_fen,
    matched_over, opened_count, opened_fen, opened_over, closing_count, closing_fen, closing_over";

impl Store {
    /// Nights, the latest first, at most `limit`, before a day where one is given.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn runs(&self, before: Option<NaiveDate>, limit: u32) -> Result<Vec<RunLine>, StoreError> {
        let tx = Tx::open(self)?;
        let sql = format!(
            "select {RUN} from night where centre_id = ?1 and as_of < ?2 order by as_of desc limit ?3"
        );
        let values = params![tx.centre_id, before.map_or(i64::MAX, day_number), limit];
        tx.connection.prepare_cached(&sql)?.query_all(values, run_line)
    }

    /// What a night decided anew, by outcome; signed.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn run_outcomes(&self, as_of: NaiveDate) -> Result<Vec<(Outcome, Tally)>, StoreError> {
        let tx = Tx::open(self)?;
        outcomes(&tx.connection, tx.centre_id, day_number(as_of))
    }

    /// Parts that wait for the rest of their notice.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn awaiting_total(&self) -> Result<Tally, StoreError> {
        let tx = Tx::open(self)?;
        let sql = "select count(*), cast(coalesce(sum(t.amount_fen), 0) as text), 0 from decision d
            join bank_transaction t using (centre_id, account_id, serial, booked_on)
            where d.centre_id = ?1 and d.outcome = 2";
        tx.connection.query_row(sql, params![tx.centre_id], |row| tally_at(row, 0))
    }
}

/// Reads the columns of [`RUN`].
pub(in super::super) fn run_line(row: &Row<'_>) -> Result<RunLine, StoreError> {
    Ok(RunLine {
        as_of: day(row.get(0)?)?,
        received: tally_at(row, 1)?,
        matched: tally_at(row, 4)?,
        opened: tally_at(row, 7)?,
        closing: tally_at(row, 10)?,
    })
}
