//! The bulk connection: SQLite's own prepared statements, for work that is counted in millions.
//!
//! sqlx hands every row to a worker thread and back; that is right for a page of the desk and far
//! too slow for a night's million rows. So the paths below it (`import`, `intake`, `verdict`,
//! `slate`) prepare a statement once and run it on this thread. Both drivers link the same SQLite.

use super::{Store, StoreError};
use rusqlite::{Connection, OpenFlags};

/// Page cache of the bulk connection, in KiB: holds the inner pages of every tree a night appends
/// to, and bounds its memory.
const CACHE_KIB: i64 = 128 * 1024;

/// A connection for bulk work on one centre.
#[derive(Debug)]
pub(crate) struct Bulk {
    pub(crate) connection: Connection,
    pub(crate) centre_id: i64,
}

impl Bulk {
    /// Opens a connection beside the pool.
    pub(crate) fn open(store: &Store) -> Result<Self, StoreError> {
        // A connection is used by one thread at a time; SQLite's own locks around every bound value
        // were a tenth of a night.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&store.path, flags)?;
        connection.busy_timeout(super::BUSY_TIMEOUT)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection, centre_id: store.centre_id })
    }

    /// Begins a transaction that takes the write lock at once, so that it cannot fail half-way for
    /// another writer's sake.
    pub(crate) fn begin(&self) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch("begin immediate")?)
    }

    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch("commit")?)
    }

    /// Undoes the open transaction, if there is one.
    pub(crate) fn rollback(&self) -> Result<(), StoreError> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("rollback")?;
        }
        Ok(())
    }

    /// Does the work in one transaction: all of it, or none where it fails.
    pub(crate) fn atomically<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.begin()?;
        match work(&self.connection) {
            Ok(value) => {
                self.commit()?;
                Ok(value)
            }
            Err(error) => {
                self.rollback()?;
                Err(error)
            }
        }
    }
}
