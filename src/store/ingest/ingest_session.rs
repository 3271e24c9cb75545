//! Ingests a night's files, one after the other.
//!
//! Start at [`IngestSession::begin`]. The session holds the connection and the state shared between files: the
//! branches and identities this night met.

use super::branch::BranchKeys;
use super::identities::{Identities, LOCK_TIMEOUT};
use super::origin::Meetings;
use super::{Intake, Proof, Taken, TransactionBatch};
use crate::remark::Reader;
use crate::store::database::row::day_number;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::{Store, StoreError, WorkingSet};
use chrono::NaiveDate;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::RandomState;

/// The ingest of a night: it keeps its connection until it ends.
#[derive(Debug)]
pub struct IngestSession<'r> {
    tx: Tx,
    reader: &'r Reader,
    branches: RefCell<BranchKeys>,
    /// A second connection, on PostgreSQL for large nights.
    identities: Option<Identities>,
    /// Hashes of the identities ingested since it was opened, for bulk writing: one that is in the set may be
    /// known and is looked up; one that is not was not met tonight.
    met: RefCell<HashSet<u64>>,
    met_as: RandomState,
}

impl Store {
    /// Opens the session; `reader` reads remarks. On PostgreSQL a large night gets a second connection.
    ///
    /// # Errors
    /// [`StoreError`] where the database cannot be opened.
    pub fn ingest_session<'r>(
        &self,
        reader: &'r Reader,
        much: bool,
    ) -> Result<IngestSession<'r>, StoreError> {
        let tx = Tx::open(self)?;
        let beside = much && tx.connection.dialect().writes_beside();
        let beside = beside.then(|| Tx::open(self)).transpose()?;
        Ok(IngestSession {
            tx,
            reader,
            branches: RefCell::default(),
            identities: beside.map(Identities::beside),
            met: RefCell::default(),
            met_as: RandomState::new(),
        })
    }
}

impl IngestSession<'_> {
    /// Begins a file; its rows start at the current end of `working_set`.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn begin(
        &self,
        taken_on: NaiveDate,
        working_set: &WorkingSet,
    ) -> Result<Intake<'_>, StoreError> {
        let archived_until = self.tx.archived_until()?;
        self.tx.months_ahead(taken_on, archived_until)?;
        self.tx.begin()?;
        if let Some(by_key) = self.tx.connection.dialect().asks_by_key() {
            self.tx.connection.execute_batch(&format!("{by_key}; {LOCK_TIMEOUT}"))?;
        }
        let beside = self.identities.as_ref().map(Identities::begin).transpose()?;
        // Numbered in ingest order; the lease ensures that only one process ingests at a time.
        let sql = "select coalesce(max(number), 0) + 1 from feed
            where centre_id = ?1 and number is not null";
        let centre = params![self.tx.centre_id];
        let feed_no = self.tx.connection.fetch_one(sql, centre)?;
        let sql = "select 1 from booking where centre_id = ?1 limit 1";
        let has_bookings =
            self.tx.connection.prepare_cached(sql)?.exists(params![self.tx.centre_id])?;
        Ok(Intake {
            tx: &self.tx,
            branches: &self.branches,
            reader: self.reader,
            met: &self.met,
            met_as: &self.met_as,
            taken_on: day_number(taken_on),
            archived_until,
            taken: Taken::default(),
            receipts: BTreeMap::new(),
            feed_no,
            met_of: Meetings::default(),
            set_aside: Vec::new(),
            told: Vec::new(),
            slate_mark: working_set.len(),
            completed: false,
            met_here: HashSet::new(),
            met_all: self.tx.connection.dialect().copies_in(),
            delivery_mark: working_set.len(),
            proof: Proof::default(),
            days: HashMap::new(),
            has_bookings,
            bookings: BTreeMap::new(),
            parts: TransactionBatch::default(),
            repeated: TransactionBatch::default(),
            silent: TransactionBatch::default(),
            identities: self.identities.as_ref().filter(|_| beside == Some(true)),
            ahead: None,
            met_before: HashSet::new(),
            later: TransactionBatch::default(),
        })
    }

    /// Whether this very file was ingested before.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn knows(&self, feed_id: &str) -> Result<bool, StoreError> {
        let mut select = self
            .tx
            .connection
            .prepare_cached("select 1 from feed where centre_id = ?1 and feed_id = ?2")?;
        select.exists(params![self.tx.centre_id, feed_id])
    }

    /// Records that a file is quarantined, and why.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn quarantine(
        &self,
        folder: &str,
        file_name: &str,
        reason: &str,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        let sql = "insert into quarantined_feed (centre_id, folder, file_name, reason, first_on,
                last_on)
            values (?1, ?2, ?3, ?4, ?5, ?5)
            on conflict (centre_id, folder, file_name) do update set
                reason = excluded.reason,
                last_on = case when quarantined_feed.last_on > excluded.last_on
                    then quarantined_feed.last_on else excluded.last_on end";
        self.tx.connection.prepare_cached(sql)?.execute(params![
            self.tx.centre_id,
            folder,
            file_name,
            reason,
            day_number(on)
        ])?;
        Ok(())
    }

    /// Records that a quarantined file has been ingested.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn release(&self, folder: &str, file_name: &str) -> Result<(), StoreError> {
        let sql = "delete from quarantined_feed
            where centre_id = ?1 and folder = ?2 and file_name = ?3";
        let key = params![self.tx.centre_id, folder, file_name];
        self.tx.connection.prepare_cached(sql)?.execute(key)?;
        Ok(())
    }
}
