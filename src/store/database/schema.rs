//! Migrates a database's schema, each step once.
//!
//! Start at [`MIGRATIONS`]. A step is one text for both databases ([`template`]). `_migration` records the
//! applied steps with checksums: a step that this release does not know stops the program before it changes
//! anything. So a released step is never changed; later changes are further steps.
//!
//! Not sqlx's migrator: on PostgreSQL it holds a session lock, which a pooler may take and release on different
//! servers, and it commits each step alone; and it reaches SQLite only through its own driver.
//!
//! Invariant: all missing steps are one commit. A process that starts at the same time waits.

mod template;

use super::sql::{Connection, Dialect, params};
use super::tx::Tx;
use crate::store::{Store, StoreError};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A step of the schema.
pub(crate) struct Migration {
    version: i64,
    name: &'static str,
    template: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal),+ $(,)?) => {
        &[$(Migration {
            version: $version,
            name: $name,
            template: include_str!(concat!("../../../migrations/", $name, ".sql")),
        }),+]
    };
}

/// The steps, oldest first.
const MIGRATIONS: &[Migration] = migrations![
    1 "0001_centre",
    2 "0002_feed",
    3 "0003_decision",
    4 "0004_remittance",
    5 "0005_desk",
    6 "0006_letter",
    7 "0007_access",
    8 "0008_trail",
    9 "0009_archive",
];

/// The table of applied steps; it belongs to no centre, so its key has no centre.
const BOOK: &str = "create table if not exists _migration (
    version  bigint not null primary key,
    name     text   not null,
    checksum text   not null)";

/// One process migrates at a time, until the transaction ends; the lock's number is this program's own.
const WAIT: &str = "select pg_advisory_xact_lock(7100719)";

impl Migration {
    /// The step's SQL for a database.
    fn text(&self, dialect: Dialect) -> String {
        template::render(self.template, dialect)
    }

    fn failed(&self, source: StoreError) -> StoreError {
        StoreError::Migrate { version: self.version, name: self.name, source: Box::new(source) }
    }

    fn checksum(&self, dialect: Dialect) -> String {
        hex::encode(Sha256::digest(self.text(dialect)))
    }
}

impl Store {
    /// Runs the steps that are missing.
    pub(in crate::store) fn migrate(&self) -> Result<(), StoreError> {
        let tx = Tx::open(self)?;
        let dialect = tx.connection.dialect();
        let known = done(&tx.connection).ok();
        let first = missing(dialect, known.clone().unwrap_or_default())?;
        let Some(first) = first.first() else { return Ok(()) };
        // A database without `_migration` is a new one.
        let can_be_old = known.is_some() || dialect == Dialect::Sqlite;
        if can_be_old && tx.connection.is_read_only()? {
            return Err(StoreError::Older { version: first.version, name: first.name });
        }
        tx.atomically(|connection| {
            if dialect == Dialect::Postgres {
                connection.execute_batch(WAIT)?;
            }
            connection.execute_batch(BOOK)?;
            for step in missing(dialect, done(connection)?)? {
                run(connection, step).map_err(|source| step.failed(source))?;
            }
            Ok(())
        })
    }
}

fn run(connection: &Connection, step: &Migration) -> Result<(), StoreError> {
    let dialect = connection.dialect();
    connection.execute_batch(&step.text(dialect))?;
    let sql = "insert into _migration (version, name, checksum) values (?1, ?2, ?3)";
    // Which tables have seals is known only after every step.
    let values = params![step.version, step.name, step.checksum(dialect)];
    connection.prepare_as_is(sql)?.execute(values)?;
    Ok(())
}

/// The applied steps of a database: number, name and checksum.
fn done(connection: &Connection) -> Result<BTreeMap<i64, (String, String)>, StoreError> {
    let sql = "select version, name, checksum from _migration order by version";
    let rows = connection
        .prepare_cached(sql)?
        .query_all(params![], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.into_iter().collect())
}

/// The steps a database lacks, after checking that the applied ones are ours.
fn missing(
    dialect: Dialect,
    mut done: BTreeMap<i64, (String, String)>,
) -> Result<Vec<&'static Migration>, StoreError> {
    let mut missing = Vec::new();
    for step in MIGRATIONS {
        match done.remove(&step.version) {
            None => missing.push(step),
            Some((_, checksum)) if checksum == step.checksum(dialect) => {}
            Some((name, _)) => {
                return Err(StoreError::MigrationChanged { version: step.version, name });
            }
        }
    }
    match done.into_iter().next() {
        None => Ok(missing),
        Some((version, (name, _))) => Err(StoreError::MigrationUnknown { version, name }),
    }
}
