//! Access news, mailed to approvers: read from the trail, each entry once.
//!
//! It covers changes requested, confirmed, dropped or effective after a day; changes at the command line; and
//! proposals and approvals by a person whose access another person recently renewed.

use crate::store::database::columns::columns_of;
use crate::store::database::sql::params;
use crate::store::{Store, StoreError};
use crate::suspense::trail::TrailEntry;

/// Entries per mail; the rest follow in the next one.
const MOST: i64 = 500;

const NEWS: &str = "from trail t
    where t.centre_id = ?1 and t.sequence > coalesce((select a.sequence from access_told a
            where a.centre_id = ?1), 0)
        and (t.event in ('access-asked', 'access-confirmed', 'access-dropped')
            or (t.event in ('person-added', 'person-changed', 'person-locked', 'token-made',
                    'token-revoked')
                and (t.role = 'operator' or t.detail like '%\"unopposed\"%'))
            or (t.detail like '%\"renewed_by\"%' and t.event in ('proposed', 'edited', 'approved',
                    'approved-first', 'reversed', 'refund-asked', 'refund-changed', 'refund-paid',
                    'refund-returned', 'counter-asked', 'counter-approved')))
    order by t.sequence limit ?2";

impl Store {
    /// The entries not yet mailed, oldest first, each with its sequence number.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn access_news(&self) -> Result<Vec<(i64, TrailEntry)>, StoreError> {
        let tx = self.reading()?;
        let entry = columns_of::<TrailEntry>();
        let sql = format!("select t.sequence, {entry} {NEWS}");
        tx.connection.fetch_all(&sql, params![tx.centre_id, MOST])
    }

    /// Records that all entries up to this one were mailed.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn mark_access_told(&self, sequence: i64) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let sql = "insert into access_told (centre_id, sequence)
            values (?1, ?2)
            on conflict (centre_id) do update set sequence = excluded.sequence";
        tx.connection.prepare_cached(sql)?.execute(params![tx.centre_id, sequence])?;
        Ok(())
    }
}
