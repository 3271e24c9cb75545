//! The bulk connection: SQLite's own prepared statements, for work that is counted in millions.
//!
//! sqlx hands every row to a worker thread and back; that is right for a page of the desk and far
//! too slow for a night's million rows. So the paths below it (`import`, `intake`, `verdict`,
//! `slate`) prepare a statement once and run it on this thread. Both drivers link the same SQLite.

use super::{Store, StoreError};
use rusqlite::{Connection, OpenFlags, Statement, ToSql};

/// Page cache of the bulk connection, in KiB: holds the inner pages of every tree a night appends
/// to, and bounds its memory.
const CACHE_KIB: i64 = 128 * 1024;

/// Rows a statement; more of them gain nothing.
const ROWS_TOGETHER: usize = 32;

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

    /// Inserts rows that are not there yet, many a statement. `bind` gives the values of one row, as
    /// many as the table has columns.
    ///
    /// A statement of its own for each row opens the table and finds the place anew each time; rows
    /// in the order of their keys are written a third faster together (measured: 0.40 s against
    /// 0.58 s for a million decisions).
    pub(crate) fn insert<R>(
        &self,
        table: &'static str,
        columns: usize,
        rows: &[R],
        mut bind: impl FnMut(&mut Binder<'_, '_>, &R) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let row = format!("({})", vec!["?"; columns].join(", "));
        let sql =
            |count: usize| format!("insert into {table} values {}", vec![&*row; count].join(", "));
        let chunks = rows.chunks_exact(ROWS_TOGETHER);
        let rest = chunks.remainder();
        let mut many = self.connection.prepare(&sql(ROWS_TOGETHER))?;
        let mut one = self.connection.prepare(&sql(1))?;
        let mut write = |statement: &mut Statement<'_>, rows: &[R]| -> Result<(), StoreError> {
            let mut binder = Binder { statement, next: 1 };
            for row in rows {
                bind(&mut binder, row)?;
            }
            Ok(statement.raw_execute().map(|_| ())?)
        };
        for chunk in chunks {
            write(&mut many, chunk)?;
        }
        rest.chunks(1).try_for_each(|row| write(&mut one, row))
    }
}

/// Gives values to a statement, one after the other.
pub(crate) struct Binder<'a, 's> {
    statement: &'a mut Statement<'s>,
    next: usize,
}

impl Binder<'_, '_> {
    pub(crate) fn bind(&mut self, value: impl ToSql) -> Result<(), StoreError> {
        self.statement.raw_bind_parameter(self.next, value)?;
        self.next += 1;
        Ok(())
    }
}
