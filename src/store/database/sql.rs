//! One interface to both databases: a statement, its values, its rows, on SQLite or PostgreSQL.
//!
//! Start at [`Connection`]. The verbs of the store write their SQL once, in the dialect both share:
//! placeholders are `?1`, truth is 0 or 1, sums are cast to `bigint`. On SQLite a statement is prepared and
//! cached. On PostgreSQL it is sent with its types and never prepared by name, so that a pooler may give each
//! transaction another server (pgbouncer's transaction mode).
//!
//! The essential differences are elsewhere: how a million rows are loaded ([`super::tx`]), how a database is
//! opened ([`sqlite`], [`postgres`]).

mod dialect;
mod placeholders;
pub(crate) mod postgres;
pub(crate) mod sqlite;
mod value;

pub(crate) use dialect::Dialect;
pub(crate) use placeholders::{placeholders, value_lists};
#[cfg(test)]
pub(crate) use value::Type;
pub(crate) use value::{Bind, Column, OwnedValue, Value, in_columns};

use super::seal::Sealing;
use super::seal::writing::{self, SealedStatement};
use super::tx::OwnedRow;
use crate::store::StoreError;
use postgres::Session;
use sqlx::postgres::PgRow;

/// Values for a statement, in the order of its placeholders.
macro_rules! params {
    () => { &[] as &[&dyn $crate::store::database::sql::Bind] };
    ($($value:expr),+ $(,)?) => { &[$(&$value as &dyn $crate::store::database::sql::Bind),+] as &[&dyn $crate::store::database::sql::Bind] };
}
pub(crate) use params;

/// An open connection to either database.
pub(crate) enum Connection {
    Sqlite(rusqlite::Connection, Sealing),
    Postgres(Box<Session>, Sealing),
}

/// A statement ready to run.
pub(crate) enum Statement<'c> {
    Sqlite(rusqlite::CachedStatement<'c>),
    Postgres {
        session: &'c Session,
        sql: String,
    },
    /// It changes sealed rows.
    Sealed(SealedStatement<'c>),
}

/// The rows of a result. PostgreSQL's are all in memory; a result that may have a million rows is read with
/// [`Statement::each`].
pub(crate) enum Rows<'s> {
    Sqlite(rusqlite::Rows<'s>),
    Postgres { rows: Vec<PgRow>, next: usize },
    Kept { rows: Vec<OwnedRow>, next: usize },
}

/// One row.
#[derive(Clone, Copy)]
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r PgRow),
    Kept(&'r [OwnedValue]),
}

/// Whether a reader wants the next row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    On,
    Enough,
}

impl Connection {
    /// Prepares a statement; SQLite caches it. Sealed rows are sealed with it.
    pub(crate) fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>, StoreError> {
        match self.plan(sql)? {
            Some(plan) => Ok(Statement::sealed(self, plan)),
            None => self.prepare_as_is(sql),
        }
    }

    /// Prepares a statement that is run as written.
    pub(crate) fn prepare_as_is(&self, sql: &str) -> Result<Statement<'_>, StoreError> {
        match self {
            Self::Sqlite(connection, _) => Ok(Statement::Sqlite(connection.prepare_cached(sql)?)),
            Self::Postgres(session, _) => {
                Ok(Statement::Postgres { session, sql: placeholders(sql) })
            }
        }
    }

    /// The connection's knowledge of seals, and the changes of the open transaction.
    pub(crate) const fn sealing(&self) -> &Sealing {
        match self {
            Self::Sqlite(_, sealing) | Self::Postgres(_, sealing) => sealing,
        }
    }

    /// Runs a statement; gives the number of rows it touched.
    pub(crate) fn execute(&self, sql: &str, values: &[&dyn Bind]) -> Result<usize, StoreError> {
        self.prepare_cached(sql)?.execute(values)
    }

    /// Reads the one row of a result.
    pub(crate) fn query_row<T>(
        &self,
        sql: &str,
        values: &[&dyn Bind],
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.prepare_cached(sql)?.query_row(values, read)
    }

    /// Runs several statements that take no values.
    pub(crate) fn execute_batch(&self, sql: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection, _) => Ok(connection.execute_batch(sql)?),
            Self::Postgres(session, _) => session.batch(sql),
        }
    }

    /// Begins a transaction. On SQLite it takes the write lock at once, so that another writer cannot make it
    /// fail half-way. `timeout` is how many milliseconds a statement may take. It holds for this transaction
    /// alone, since a pooler would lose a session's setting.
    pub(crate) fn begin(&self, timeout: Option<u32>) -> Result<(), StoreError> {
        self.begin_as("begin immediate", "begin", timeout)
    }

    /// Begins a read-only transaction in which every statement sees the same state.
    pub(crate) fn begin_reading(&self, timeout: Option<u32>) -> Result<(), StoreError> {
        let on_postgres = "begin isolation level repeatable read read only";
        self.begin_as("begin", on_postgres, timeout)
    }

    fn begin_as(
        &self,
        on_sqlite: &str,
        on_postgres: &str,
        timeout: Option<u32>,
    ) -> Result<(), StoreError> {
        match (self, timeout) {
            (Self::Sqlite(connection, _), _) => Ok(connection.execute_batch(on_sqlite)?),
            (Self::Postgres(session, _), None) => session.begin(on_postgres),
            (Self::Postgres(session, _), Some(milliseconds)) => session
                .begin(&format!("{on_postgres}; set local statement_timeout = {milliseconds}")),
        }
    }

    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.end("commit")
    }

    pub(crate) fn rollback(&self) -> Result<(), StoreError> {
        self.end("rollback")
    }

    fn end(&self, how: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection, _) => Ok(connection.execute_batch(how)?),
            Self::Postgres(session, _) => session.end(how),
        }
    }

    /// Whether the database is read-only: a file on read-only media, a standby, a role that may only read.
    pub(crate) fn is_read_only(&self) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(connection, _) => Ok(connection.is_readonly("main")?),
            Self::Postgres(..) => {
                // A role that owns the schema may write everywhere; one that may not write here may write
                // nowhere.
                let sql = "select case when current_setting('transaction_read_only') = 'on'
                        or not has_table_privilege('_migration', 'insert') then 1 else 0 end";
                let flag: i64 = self.query_row(sql, params![], |row| row.get(0))?;
                Ok(flag == 1)
            }
        }
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(..) => Dialect::Sqlite,
            Self::Postgres(..) => Dialect::Postgres,
        }
    }

    /// Bounds the page cache of a file's connection, in KiB; a server has its own cache.
    pub(crate) fn bound_cache(&self, kib: i64) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection, _) => {
                Ok(connection.pragma_update(None, "cache_size", -kib)?)
            }
            Self::Postgres(..) => Ok(()),
        }
    }
}

impl Statement<'_> {
    /// Runs it; gives the number of rows it touched.
    pub(crate) fn execute(&mut self, values: &[&dyn Bind]) -> Result<usize, StoreError> {
        match self {
            Self::Sqlite(statement) => {
                sqlite::bind(statement, values)?;
                Ok(statement.raw_execute()?)
            }
            Self::Postgres { session, sql } => session.execute(sql, arguments(values)?),
            Self::Sealed(statement) => Ok(statement.run(values)?.touched),
        }
    }

    /// Runs it and gives its rows.
    pub(crate) fn query(&mut self, values: &[&dyn Bind]) -> Result<Rows<'_>, StoreError> {
        match self {
            Self::Sqlite(statement) => {
                sqlite::bind(statement, values)?;
                Ok(Rows::Sqlite(statement.raw_query()))
            }
            Self::Postgres { session, sql } => {
                Ok(Rows::Postgres { rows: session.query(sql, arguments(values)?)?, next: 0 })
            }
            Self::Sealed(statement) => {
                Ok(Rows::Kept { rows: statement.run(values)?.rows, next: 0 })
            }
        }
    }

    /// The same, but trailing values may have no placeholder.
    pub(crate) fn query_some(&mut self, values: &[&dyn Bind]) -> Result<Rows<'_>, StoreError> {
        let places = match self {
            Self::Sqlite(statement) => statement.parameter_count(),
            Self::Postgres { .. } | Self::Sealed(_) => values.len(),
        };
        self.query(values.get(..places).unwrap_or(values))
    }

    /// Reads rows one by one, in constant memory. The connection serves no other query until the reader is
    /// done.
    pub(crate) fn each(
        &mut self,
        values: &[&dyn Bind],
        mut read: impl FnMut(&Row<'_>) -> Result<Read, StoreError>,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) | Self::Sealed(_) => {
                let mut rows = self.query(values)?;
                while let Some(row) = rows.next()? {
                    if read(&row)? == Read::Enough {
                        break;
                    }
                }
                Ok(())
            }
            Self::Postgres { session, sql } => {
                session.each(sql, arguments(values)?, |row| read(&Row::Postgres(row)))
            }
        }
    }

    /// Whether there is any row.
    pub(crate) fn exists(&mut self, values: &[&dyn Bind]) -> Result<bool, StoreError> {
        Ok(self.query(values)?.next()?.is_some())
    }

    /// Reads the first row, if any.
    pub(crate) fn query_row_optional<T>(
        &mut self,
        values: &[&dyn Bind],
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut rows = self.query(values)?;
        match rows.next()? {
            Some(row) => read(&row).map(Some),
            None => Ok(None),
        }
    }

    /// Reads the one row there must be.
    pub(crate) fn query_row<T>(
        &mut self,
        values: &[&dyn Bind],
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.query_row_optional(values, read)?.ok_or(StoreError::NoRow)
    }

    /// Reads all rows into a list.
    pub(crate) fn query_all<T>(
        &mut self,
        values: &[&dyn Bind],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        let mut rows = self.query(values)?;
        while let Some(row) = rows.next()? {
            found.push(read(&row)?);
        }
        Ok(found)
    }
}

impl Rows<'_> {
    /// The next row.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, StoreError> {
        match self {
            Self::Sqlite(rows) => Ok(rows.next()?.map(Row::Sqlite)),
            Self::Postgres { rows, next } => {
                let row = rows.get(*next);
                *next += 1;
                Ok(row.map(Row::Postgres))
            }
            Self::Kept { rows, next } => {
                let row = rows.get(*next);
                *next += 1;
                Ok(row.map(|row| Row::Kept(row)))
            }
        }
    }
}

impl<'r> Row<'r> {
    /// The value in a column, counted from 0.
    pub(crate) fn get<T: Column>(&self, column: usize) -> Result<T, StoreError> {
        T::read(self, column)
    }

    /// Borrows the text in a column; empty where it is null.
    pub(crate) fn text(&self, column: usize) -> Result<&'r str, StoreError> {
        Ok(self.text_or_null(column)?.unwrap_or_default())
    }

    /// Borrows the text in a column.
    pub(crate) fn text_or_null(&self, column: usize) -> Result<Option<&'r str>, StoreError> {
        match self {
            Self::Sqlite(row) => sqlite::text(row, column),
            Self::Postgres(row) => postgres::text(row, column),
            Self::Kept(row) => match writing::value(row, column)? {
                Value::Text(text) => Ok(Some(text)),
                Value::Null(_) => Ok(None),
                found @ Value::Integer(_) => {
                    Err(StoreError::Column { column, found: format!("{found:?}") })
                }
            },
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Sqlite(row) => row.as_ref().column_count(),
            Self::Postgres(row) => postgres::columns(row),
            Self::Kept(row) => row.len(),
        }
    }

    /// The value of a column, of any type.
    pub(crate) fn value(&self, column: usize) -> Result<Value<'r>, StoreError> {
        match self {
            Self::Sqlite(row) => sqlite::value(row, column),
            Self::Postgres(row) => postgres::value(row, column),
            Self::Kept(row) => writing::value(row, column),
        }
    }
}

/// Values for PostgreSQL's driver.
fn arguments(values: &[&dyn Bind]) -> Result<sqlx::postgres::PgArguments, StoreError> {
    postgres::arguments(values.iter().map(|value| value.value()))
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.dialect())
    }
}
