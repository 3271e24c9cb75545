//! Where a night's files are taken in, one after the other.
//!
//! Start at [`IngestSession::begin`]. The session has the connection, and what one file tells the next: which branches and
//! which identities this night met.

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

/// Where files are taken in: a connection that lives as long as the night's intake.
#[derive(Debug)]
pub struct IngestSession<'r> {
    tx: Tx,
    reader: &'r Reader,
    branches: RefCell<BranchKeys>,
    /// A second connection, on PostgreSQL where much comes in.
    identities: Option<Identities>,
    /// Hashes of the identities that files brought since it was opened, for whoever writes rows together:
    /// one that is here may be known, and is looked up; one that is not was not met tonight.
    met: RefCell<HashSet<u64>>,
    met_as: RandomState,
}

impl Store {
    /// Opens the session; `reader` says what remarks mean. On PostgreSQL with a second connection where much comes in.
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
    /// Begins a file; `working_set` shows where its rows will start.
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
        // Numbered in the order in which they are taken in; the lease sees to it that one takes in at a time.
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

    /// Whether this very file was taken in before.
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

    /// Notes that nothing of a file was taken in, and why.
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

    /// Notes that a file which was in quarantine is in.
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
