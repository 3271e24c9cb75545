//! A connection for work on one centre, and its transaction.
//!
//! Start at [`Tx::open`], which takes a connection from the store's pool and returns it when dropped. Verbs get
//! theirs from [`super::within`]. [`Tx::insert`] loads many rows: multi-row inserts on SQLite, COPY on
//! PostgreSQL. A query or update for many rows takes a list of them ([`super::listed`]).
//!
//! Invariant: a connection returns to the pool only without an open transaction.

use super::claim::Claimed;
use super::listed::written_out;
use super::pool::Pool;
use super::seal::{Gathered, RowSeal, Sealed, step};
use super::sql::postgres::copy::CopyIn;
use super::sql::{Bind, Connection, OwnedValue, value_lists};
use crate::remittance::Author;
use crate::store::{Store, StoreError};
use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::sync::Arc;

/// A connection for work on one centre.
#[derive(Debug)]
pub(crate) struct Tx {
    pub(crate) connection: PooledConnection,
    pub(crate) centre_id: i64,
    claim: Option<Claimed>,
    statement_timeout: Option<u32>,
    mode: Cell<Mode>,
    /// Whether a verb that joined the transaction failed, or rolled back.
    spoiled: Cell<bool>,
    /// The acting person; the employers' logs repeat it.
    author: RefCell<Author>,
}

thread_local! {
    /// How many read transactions are open on this thread.
    static READING: Cell<u32> = const { Cell::new(0) };
}

/// The open transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Mode {
    Idle,
    /// Read-only: every statement sees the same state.
    Reading,
    Writing,
}

/// A connection that returns to its pool.
#[derive(Debug)]
pub(crate) struct PooledConnection {
    connection: Option<Connection>,
    pool: Arc<Pool>,
}

impl PooledConnection {
    pub(in crate::store) const fn new(connection: Connection, pool: Arc<Pool>) -> Self {
        Self { connection: Some(connection), pool }
    }
}

impl Deref for PooledConnection {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "it is there until it is dropped")]
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a lent connection is there")
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.release(connection);
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let ended = match self.mode.get() {
            Mode::Idle => true,
            Mode::Reading => {
                READING.set(READING.get().saturating_sub(1));
                self.connection.rollback().is_ok()
            }
            // Work abandoned half-way wrote nothing; the connection is closed with it.
            Mode::Writing => false,
        };
        if !ended {
            self.connection.connection = None;
        }
    }
}

impl Tx {
    pub(crate) fn open(store: &Store) -> Result<Self, StoreError> {
        // On SQLite a committing writer waits for this thread's other transaction to end and blocks new readers
        // meanwhile: a deadlock.
        debug_assert_eq!(
            READING.get(),
            0,
            "a verb inside of a transaction that reads must join it"
        );
        Ok(Self {
            connection: Pool::acquire(&store.pool)?,
            centre_id: store.centre_id,
            claim: store.claim.clone(),
            statement_timeout: store.pool.statement_timeout(),
            mode: Cell::new(Mode::Idle),
            spoiled: Cell::new(false),
            author: RefCell::default(),
        })
    }

    pub(in crate::store) const fn claim(&self) -> Option<&Claimed> {
        self.claim.as_ref()
    }

    pub(in crate::store) const fn pool(&self) -> &Arc<Pool> {
        &self.connection.pool
    }

    pub(in crate::store) const fn mode(&self) -> Mode {
        self.mode.get()
    }

    pub(in crate::store) const fn is_spoiled(&self) -> bool {
        self.spoiled.get()
    }

    pub(in crate::store) fn set_author(&self, author: Author) {
        self.author.replace(author);
    }

    pub(in crate::store) fn author(&self) -> Author {
        self.author.borrow().clone()
    }

    /// Begins a read transaction; it ends when this value is dropped.
    pub(in crate::store) fn begin_reading(&self) -> Result<(), StoreError> {
        self.connection.begin_reading(self.statement_timeout)?;
        self.mode.set(Mode::Reading);
        READING.set(READING.get() + 1);
        Ok(())
    }

    pub(crate) fn begin(&self) -> Result<(), StoreError> {
        self.connection.begin(self.statement_timeout)?;
        self.mode.set(Mode::Writing);
        self.connection.sealing().begin(true);
        Ok(())
    }

    /// Commits, if the store still holds the centre's lease.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.fence()?;
        step::write(&self.connection)?;
        match self.connection.commit() {
            Ok(()) => {
                self.mode.set(Mode::Idle);
                self.connection.sealing().begin(false);
                Ok(())
            }
            Err(error) if error.is_passing() => Err(StoreError::CommitUnknown(Box::new(error))),
            Err(error) => Err(error),
        }
    }

    pub(in crate::store) const fn is_in_transaction(&self) -> bool {
        matches!(self.mode.get(), Mode::Writing)
    }

    /// Rolls back the open transaction, if there is one.
    pub(crate) fn rollback(&self) -> Result<(), StoreError> {
        if self.mode.get() == Mode::Writing {
            self.connection.rollback()?;
            self.mode.set(Mode::Idle);
            self.connection.sealing().begin(false);
        }
        Ok(())
    }

    /// Does the work in one transaction; rolls back if it fails.
    pub(crate) fn atomically<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.atomically_or_not(|connection| work(connection).map(|value| (value, true)))
    }

    /// Does the work in one transaction, which commits only if the work says so. Inside another transaction,
    /// that transaction's end decides.
    pub(crate) fn atomically_or_not<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<(T, bool), E>,
    ) -> Result<T, E> {
        match self.mode.get() {
            Mode::Reading => return Err(StoreError::OnlyReading.into()),
            Mode::Writing => {
                let done = work(&self.connection);
                if !matches!(done, Ok((_, true))) {
                    self.spoiled.set(true);
                }
                return done.map(|(value, _)| value);
            }
            Mode::Idle => self.begin()?,
        }
        match work(&self.connection) {
            Ok((value, true)) => Ok(self.commit().map(|()| value)?),
            Ok((value, false)) => Ok(self.rollback().map(|()| value)?),
            Err(error) => {
                // The first failure is reported, not a lost connection's failure to roll back.
                let _ = self.rollback();
                Err(error)
            }
        }
    }

    /// Inserts rows that do not exist yet, in batches of the database's size. `columns` names all columns of
    /// the table except the seal, in its order: the seal is computed from the values in that order, and the
    /// server's COPY gives types in it. `bind` gives the values of one row.
    pub(crate) fn insert<R>(
        &self,
        table: &'static str,
        columns: &str,
        rows: &[R],
        mut bind: impl FnMut(&mut Binder<'_, '_>, &R) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let count = columns.split(", ").count();
        let Some(shape) = self.connection.shape(table)? else {
            let into = format!("{table} ({columns})");
            return self.put_in(table, (&into, count), None, rows, bind);
        };
        if columns != shape.list() {
            let (column, found) = ("columns", columns.to_owned());
            return Err(StoreError::Unknown { table, column, found });
        }
        self.connection.within(|| {
            let mut gathered = Gathered::of(Arc::clone(&shape));
            let into = format!("{table} ({})", shape.whole_list());
            let seal_at = Some(shape.seal_at);
            self.put_in(table, (&into, count + 1), seal_at, rows, |binder, row| {
                binder.begin_seal(&shape.table);
                bind(binder, row)?;
                gathered.put_in(&binder.end_seal()?);
                Ok(())
            })?;
            self.connection.sealing().gather(gathered);
            Ok(())
        })
    }

    /// Inserts rows with their existing seals, every column given: copied from another database of the centre.
    pub(crate) fn insert_as_is<R>(
        &self,
        table: &'static str,
        columns: usize,
        rows: &[R],
        bind: impl FnMut(&mut Binder<'_, '_>, &R) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.put_in(table, (table, columns), None, rows, bind)
    }

    /// `into` is the table with its number of columns; `seal_at` is the table position of the seal, which is
    /// given last.
    fn put_in<R>(
        &self,
        table: &'static str,
        (into, columns): (&str, usize),
        seal_at: Option<usize>,
        rows: &[R],
        mut bind: impl FnMut(&mut Binder<'_, '_>, &R) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let session = match &*self.connection {
            Connection::Sqlite(connection, _) => {
                let text =
                    |rows| format!("insert into {into} values {}", value_lists(1, columns, rows));
                return written_out(connection, None, (text, columns), rows, bind, |statement| {
                    statement.raw_execute()?;
                    Ok(())
                });
            }
            Connection::Postgres(session, _) => session,
        };
        let mut types = self.connection.pool.column_types(session, table)?.to_vec();
        if let Some(seal_at) = seal_at.filter(|seal_at| *seal_at < types.len()) {
            let seal = types.remove(seal_at);
            types.push(seal);
        }
        if types.len() != columns {
            return Err(StoreError::Writer);
        }
        session.copy_in(into, &types, |copy| {
            let mut seal = RowSeal::default();
            for row in rows {
                copy.row()?;
                let mut binder = Binder::Copy { copy, seal: std::mem::take(&mut seal) };
                bind(&mut binder, row)?;
                seal = binder.into_seal();
            }
            Ok(())
        })
    }
}

/// A row with values of its own.
pub(crate) type OwnedRow = Vec<OwnedValue>;

/// Receives the values of a row, one after the other.
pub(crate) enum Binder<'b, 's> {
    Bound { statement: &'b mut rusqlite::Statement<'s>, next: usize, seal: RowSeal },
    Copy { copy: &'b mut CopyIn<'s>, seal: RowSeal },
    Kept(&'b mut Vec<OwnedValue>),
}

impl Binder<'_, '_> {
    /// Owned values, for a statement.
    pub(crate) fn given(kept: &[OwnedValue]) -> Vec<&dyn Bind> {
        kept.iter().map(|value| value as &dyn Bind).collect()
    }

    /// The number of values so far.
    pub(crate) fn given_so_far(&self) -> usize {
        match self {
            Self::Bound { next, .. } => next - 1,
            Self::Copy { .. } => 0,
            Self::Kept(kept) => kept.len(),
        }
    }

    /// The values from here on are a row's, to be sealed.
    pub(crate) fn begin_seal(&mut self, table: &str) {
        match self {
            Self::Bound { seal, .. } | Self::Copy { seal, .. } => seal.begin(table),
            Self::Kept(_) => {}
        }
    }

    /// Gives the row's seal as the next value.
    pub(crate) fn end_seal(&mut self) -> Result<Sealed, StoreError> {
        let sealed = match self {
            Self::Bound { seal, .. } | Self::Copy { seal, .. } => seal.end(),
            Self::Kept(_) => return Err(StoreError::Writer),
        };
        self.bind(sealed.digest.seal())?;
        Ok(sealed)
    }

    pub(crate) fn into_seal(self) -> RowSeal {
        match self {
            Self::Bound { seal, .. } | Self::Copy { seal, .. } => seal,
            Self::Kept(_) => RowSeal::default(),
        }
    }

    pub(crate) fn bind(&mut self, value: impl Bind) -> Result<(), StoreError> {
        match self {
            Self::Bound { statement, next, seal } => {
                let value = value.value();
                if seal.is_begun() {
                    seal.add(&value);
                }
                statement.raw_bind_parameter(*next, value)?;
                *next += 1;
                Ok(())
            }
            Self::Copy { copy, seal } => {
                let value = value.value();
                if seal.is_begun() {
                    seal.add(&value);
                }
                copy.value(&value)
            }
            Self::Kept(kept) => {
                kept.push(OwnedValue::from(value.value()));
                Ok(())
            }
        }
    }
}
