//! Which accounts delivered on which night, to detect missing deliveries.

use crate::store::database::row::day_number;
use crate::store::database::sql::params;
use crate::store::{Store, StoreError};
use chrono::NaiveDate;

/// How many nights are looked back on: a month, which holds more working days than any caller needs.
const NIGHTS_MAX: i64 = 31;

impl Store {
    /// The nights that ran before a day, latest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn nights_before(&self, night: NaiveDate) -> Result<Vec<NaiveDate>, StoreError> {
        let tx = self.reading()?;
        let sql = "select as_of from night where centre_id = ?1 and as_of < ?2
            order by as_of desc limit ?3";
        let values = params![tx.centre_id, day_number(night), NIGHTS_MAX];
        tx.connection.fetch_all::<NaiveDate>(sql, values)
    }

    /// The accounts with a delivered file, by the ingesting night, from a given night on.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn feeds_since(&self, first: NaiveDate) -> Result<Vec<(String, NaiveDate)>, StoreError> {
        let tx = self.reading()?;
        // A file without movements has a statement; one without statements has movements.
        let sql = "select a.account_no, f.taken_on
            from feed f
            join receipt r on r.centre_id = f.centre_id and r.feed_id = f.feed_id
            join collection_account a on a.centre_id = r.centre_id and a.account_id = r.account_id
            where f.centre_id = ?1 and f.taken_on >= ?2
            union
            select a.account_no, f.taken_on
            from feed f
            join statement s on s.centre_id = f.centre_id and s.feed_id = f.feed_id
            join collection_account a on a.centre_id = s.centre_id and a.account_id = s.account_id
            where f.centre_id = ?1 and f.taken_on >= ?2";
        let values = params![tx.centre_id, day_number(first)];
        tx.connection.fetch_all::<(_, NaiveDate)>(sql, values)
    }
}
