//! The store's connection pool: a connection serves one piece of work at a time and is kept for the next.
//!
//! Opening a connection costs reading the schema on SQLite and a process and a handshake on PostgreSQL, so the
//! desk cannot open one for every page. A broken connection, or one left inside a transaction, is not reused.
//!
//! Not sqlx's pool: it retries a refusing server until its time is up, and then says only that the time is up
//! (measured: ten seconds and "pool timed out" for an immediate "connection refused"); and its size is fixed,
//! while one verb may need a second connection (a night's identities, a new month).

use super::month::Month;
use super::seal::Sealing;
use super::server::Server;
use super::sql::postgres::Session;
use super::sql::postgres::copy::{WireType, column_types};
use super::sql::{Connection, sqlite};
use super::tx::PooledConnection;
use crate::store::StoreError;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Idle connections kept; the night uses two at a time, the desk a few more.
const KEPT_MAX: usize = 8;

#[derive(Clone, Debug)]
pub(crate) enum Place {
    File(PathBuf),
    Server(Box<Server>),
}

#[derive(Debug)]
pub(crate) struct Pool {
    place: Place,
    idle: Mutex<Vec<Connection>>,
    /// The column types of tables that rows were copied into; they do not change while a release runs.
    types: Mutex<BTreeMap<&'static str, Arc<[WireType]>>>,
    /// Months known to have their partitions.
    pub(in crate::store) months: Mutex<BTreeSet<Month>>,
}

impl Pool {
    pub(in crate::store) fn new(place: Place) -> Arc<Self> {
        Arc::new(Self {
            place,
            idle: Mutex::default(),
            types: Mutex::default(),
            months: Mutex::default(),
        })
    }

    pub(in crate::store) const fn place(&self) -> &Place {
        &self.place
    }

    pub(in crate::store) fn statement_timeout(&self) -> Option<u32> {
        match &self.place {
            Place::File(_) => None,
            Place::Server(server) => server.statement_timeout,
        }
    }

    /// Acquires a connection, an idle one if there is one.
    pub(in crate::store) fn acquire(pool: &Arc<Self>) -> Result<PooledConnection, StoreError> {
        let kept = pool.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match kept {
            Some(connection) if answers(&connection) => connection,
            Some(_) => {
                // The server went away meanwhile, and the other idle connections with it.
                pool.close();
                pool.place.open()?
            }
            None => pool.place.open()?,
        };
        Ok(PooledConnection::new(connection, Arc::clone(pool)))
    }

    pub(in crate::store) fn release(&self, connection: Connection) {
        let whole = match &connection {
            Connection::Sqlite(connection, _) => connection.is_autocommit(),
            Connection::Postgres(session, _) => session.is_whole(),
        };
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if whole && idle.len() < KEPT_MAX {
            idle.push(connection);
        }
    }

    /// The types of a table's columns.
    pub(in crate::store) fn column_types(
        &self,
        session: &Session,
        table: &'static str,
    ) -> Result<Arc<[WireType]>, StoreError> {
        let mut known = self.types.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(types) = known.get(table) {
            return Ok(Arc::clone(types));
        }
        let types: Arc<[WireType]> = column_types(session, table)?.into();
        known.insert(table, Arc::clone(&types));
        Ok(types)
    }

    /// Closes the idle connections.
    pub(in crate::store) fn close(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        for connection in idle.drain(..) {
            match connection {
                Connection::Sqlite(..) => {}
                Connection::Postgres(session, _) => session.close(),
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

/// How long an idle connection may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Whether an idle connection still works: the server may have restarted or failed over.
fn answers(connection: &Connection) -> bool {
    match connection {
        Connection::Sqlite(..) => true,
        Connection::Postgres(session, _) => session.answers(ANSWER),
    }
}

impl Place {
    fn open(&self) -> Result<Connection, StoreError> {
        match self {
            Self::File(path) => {
                Ok(Connection::Sqlite(sqlite::open(path, false)?, Sealing::default()))
            }
            Self::Server(server) => {
                Ok(Connection::Postgres(Box::new(server.connect()?), Sealing::default()))
            }
        }
    }
}
