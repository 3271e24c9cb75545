//! Altered notices and transactions that a night holds back.
//!
//! Start at [`note`]: it records each in the audit trail, in the night's commit and once a night; the night's
//! report reads it there ([`Store::held_on`]). No decision rests on such a row; once the row is intact again,
//! the next night decides it.

use super::RunDecisions;
use super::working_set::Held;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::{Store, StoreError, trail};
use crate::suspense::Moment;
use crate::suspense::trail::{NIGHT, TrailEntry, TrailEvent};
use chrono::NaiveDate;

/// Records in the trail what a night holds back.
pub(in crate::store) fn note(tx: &Tx, verdict: &RunDecisions<'_>) -> Result<(), StoreError> {
    let centre = tx.centre_id;
    for held in verdict.working_set.held() {
        let (subject, what) = match held {
            Held::Notice(reference) => (reference.to_string(), "notice"),
            Held::Transaction { account, serial } => {
                let account_id = super::working_set::account_id(*account);
                let sql = "select account_no from collection_account
                    where centre_id = ?1 and account_id = ?2";
                let account_no: String =
                    tx.connection.fetch_one(sql, params![centre, account_id])?;
                (format!("{account_no}/{serial}"), "transaction")
            }
        };
        let night = verdict.as_of.to_string();
        let detail = serde_json::json!({ "what": what, "night": night }).to_string();
        let sql = "select 1 from trail
            where centre_id = ?1 and subject = ?2 and event = ?3 and detail = ?4";
        let values = params![centre, subject, TrailEvent::RowHeld.code(), detail];
        if tx.connection.prepare_cached(sql)?.exists(values)? {
            continue;
        }
        let entry = TrailEntry {
            at: Moment::midnight(verdict.as_of).at,
            actor: NIGHT.to_owned(),
            role: String::new(),
            event: TrailEvent::RowHeld,
            subject,
            detail,
        };
        trail::append(&tx.connection, centre, &entry)?;
    }
    Ok(())
}

/// A row that a night held back: its kind, `notice` or `transaction`, and its reference or id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRow {
    pub what: String,
    pub id: String,
}

impl Store {
    /// What the night of a given day held back.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn held_on(&self, night: NaiveDate) -> Result<Vec<HeldRow>, StoreError> {
        let tx = self.reading()?;
        let sql = "select subject, detail from trail where centre_id = ?1 and event = ?2
            and done_at = ?3 order by sequence";
        let values = params![tx.centre_id, TrailEvent::RowHeld.code(), Moment::midnight(night).at];
        tx.connection.prepare_cached(sql)?.query_all(values, |row| {
            let (id, detail): (_, &str) = row.read()?;
            let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
            let what = detail.get("what").and_then(serde_json::Value::as_str);
            Ok(HeldRow { what: what.unwrap_or_default().to_owned(), id })
        })
    }
}
