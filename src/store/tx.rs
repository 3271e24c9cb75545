//! A connection at work for one centre, and how many rows go in at once.
//!
//! Start at [`Tx::open`], which takes a connection from the store's pool and gives it back in the
//! end. Many rows go in by [`Tx::insert`]: on SQLite many a statement, on PostgreSQL by COPY; what is
//! asked or changed for many takes a list of them ([`super::listed`]).
//!
//! Invariant: a connection goes back only with no transaction open.

use super::lease::Claimed;
use super::listed::written_out;
use super::pool::Pool;
use super::seal::{Gathered, RowSeal, Sealed, step};
use super::sql::postgres::CopyIn;
use super::sql::{Bind, Connection, OwnedValue};
use super::{Store, StoreError};
use crate::remittance::Author;
use std::cell::Cell;
use std::ops::Deref;
use std::sync::Arc;

/// A connection for work on one centre.
#[derive(Debug)]
pub(crate) struct Tx {
    pub(crate) connection: PooledConnection,
    pub(crate) centre_id: i64,
    claim: Option<Claimed>,
    statement_timeout: Option<u32>,
    in_transaction: Cell<bool>,
    /// Who works with it; the logs of employers repeat it.
    pub(super) author: Author,
}

/// A connection that goes back to its pool.
#[derive(Debug)]
pub(crate) struct PooledConnection {
    connection: Option<Connection>,
    pool: Arc<Pool>,
}

impl PooledConnection {
    pub(super) const fn new(connection: Connection, pool: Arc<Pool>) -> Self {
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
        // Whoever left in the middle of a transaction wrote nothing; the connection ends with it.
        if self.in_transaction.get() {
            self.connection.connection = None;
        }
    }
}

impl Tx {
    /// Takes a connection for somebody.
    pub(crate) fn open_for(store: &Store, author: Author) -> Result<Self, StoreError> {
        let mut tx = Self::open(store)?;
        tx.author = author;
        Ok(tx)
    }

    /// Takes a connection.
    pub(crate) fn open(store: &Store) -> Result<Self, StoreError> {
        Ok(Self {
            connection: Pool::acquire(&store.pool)?,
            centre_id: store.centre_id,
            claim: store.claim.clone(),
            statement_timeout: store.pool.statement_timeout(),
            in_transaction: Cell::new(false),
            author: Author::default(),
        })
    }

    pub(super) const fn claim(&self) -> Option<&Claimed> {
        self.claim.as_ref()
    }

    pub(super) const fn pool(&self) -> &Arc<Pool> {
        &self.connection.pool
    }

    /// Begins a transaction. On SQLite it takes the write lock at once, so that it cannot fail
    /// half-way for another writer's sake.
    pub(crate) fn begin(&self) -> Result<(), StoreError> {
        match &*self.connection {
            Connection::Sqlite(..) => self.connection.execute_batch("begin immediate")?,
            Connection::Postgres(..) => match self.statement_timeout {
                None => self.connection.execute_batch("begin")?,
                // For this transaction alone: a session's setting would be lost behind a pooler.
                Some(milliseconds) => self.connection.execute_batch(&format!(
                    "begin; set local statement_timeout = {milliseconds}"
                ))?,
            },
        }
        self.in_transaction.set(true);
        self.connection.sealing().begin(true);
        Ok(())
    }

    /// Commits, if the centre is still whose it was.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.fence()?;
        step::write(&self.connection)?;
        match self.connection.execute_batch("commit") {
            Ok(()) => {
                self.in_transaction.set(false);
                self.connection.sealing().begin(false);
                Ok(())
            }
            Err(error) if error.is_passing() => Err(StoreError::CommitUnknown(Box::new(error))),
            Err(error) => Err(error),
        }
    }

    pub(super) const fn is_in_transaction(&self) -> bool {
        self.in_transaction.get()
    }

    /// Undoes the open transaction, if there is one.
    pub(crate) fn rollback(&self) -> Result<(), StoreError> {
        if self.in_transaction.get() {
            self.connection.execute_batch("rollback")?;
            self.in_transaction.set(false);
            self.connection.sealing().begin(false);
        }
        Ok(())
    }

    /// Does the work in one transaction: all of it, or none where it fails.
    pub(crate) fn atomically<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.atomically_or_not(|connection| work(connection).map(|value| (value, true)))
    }

    /// Does the work in one transaction, which is kept only where the work says so.
    pub(crate) fn atomically_or_not<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<(T, bool), StoreError>,
    ) -> Result<T, StoreError> {
        self.begin()?;
        match work(&self.connection) {
            Ok((value, true)) => self.commit().map(|()| value),
            Ok((value, false)) => self.rollback().map(|()| value),
            Err(error) => {
                // What failed is the news; that the lost connection cannot roll back is not.
                let _ = self.rollback();
                Err(error)
            }
        }
    }

    /// Inserts rows that are not there yet, as many together as the database likes. `columns` names all columns of
    /// the table but the seal, in its order: a seal is made of the values as they come, and the server says types in
    /// it. `bind` gives the values of one row.
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

    /// Inserts rows with the seals that they have, every column given: from another database of the centre.
    pub(crate) fn insert_as_is<R>(
        &self,
        table: &'static str,
        columns: usize,
        rows: &[R],
        bind: impl FnMut(&mut Binder<'_, '_>, &R) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.put_in(table, (table, columns), None, rows, bind)
    }

    /// `into` is the table with how many of its columns; `seal_at` says where in the table the seal stands that is
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
        let mut client = match &*self.connection {
            Connection::Sqlite(connection, _) => {
                let sql = format!("insert into {into} values …");
                return written_out(connection, None, &sql, columns, rows, bind, |statement| {
                    statement.raw_execute()?;
                    Ok(())
                });
            }
            Connection::Postgres(client, _) => client.borrow_mut(),
        };
        let mut types = self.connection.pool.column_types(&mut client, table)?.to_vec();
        if let Some(seal_at) = seal_at.filter(|seal_at| *seal_at < types.len()) {
            let seal = types.remove(seal_at);
            types.push(seal);
        }
        if types.len() != columns {
            return Err(StoreError::Writer);
        }
        let mut copy = CopyIn::begin(&mut client, into, &types)?;
        let mut seal = RowSeal::default();
        for row in rows {
            copy.row()?;
            let mut binder = Binder::Copy { copy: &mut copy, seal: std::mem::take(&mut seal) };
            bind(&mut binder, row)?;
            seal = binder.into_seal();
        }
        copy.finish()
    }
}

/// A row with values of its own.
pub(crate) type OwnedRow = Vec<OwnedValue>;

/// Gives values, one after the other.
pub(crate) enum Binder<'b, 's> {
    Bound { statement: &'b mut rusqlite::Statement<'s>, next: usize, seal: RowSeal },
    Copy { copy: &'b mut CopyIn<'s>, seal: RowSeal },
    Kept(&'b mut Vec<OwnedValue>),
}

impl Binder<'_, '_> {
    /// Kept values as a statement takes them.
    pub(crate) fn given(kept: &[OwnedValue]) -> Vec<&dyn Bind> {
        kept.iter().map(|value| value as &dyn Bind).collect()
    }

    /// How many values were given.
    pub(crate) fn given_so_far(&self) -> usize {
        match self {
            Self::Bound { next, .. } => next - 1,
            Self::Copy { .. } => 0,
            Self::Kept(kept) => kept.len(),
        }
    }

    /// From here on the values given are a row's, to be sealed.
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
