//! Brings a database's schema up to date, step by step, each once.
//!
//! Start at [`MIGRATIONS`]. Both dialects have the same steps under the same numbers. What was done
//! stands in `_migration` with a checksum: a step that is not the one this release knows stops the
//! program before it touches anything.
//!
//! Invariant: all steps that are missing are one commit. Whoever starts at the same time waits.

use super::bulk::Bulk;
use super::sql::{Connection, params};
use super::{Store, StoreError};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A step of the schema, in both dialects.
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal),+ $(,)?) => {
        &[$(Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }),+]
    };
}

/// The steps, oldest first.
pub(crate) const MIGRATIONS: &[Migration] = migrations![
    1 "0001_centre",
    2 "0002_feed",
    3 "0003_decision",
    4 "0004_remittance",
    5 "0005_history",
    6 "0006_outbox",
    7 "0007_desk",
    8 "0008_session",
    9 "0009_desk_read",
    10 "0010_lease",
    11 "0011_archive",
    12 "0012_letters",
    14 "0014_outstanding",
    15 "0015_identity",
    16 "0016_reversed",
    17 "0017_outcome",
    19 "0019_opening_balance",
    21 "0021_correction",
    22 "0022_counter",
    23 "0023_refund",
    24 "0024_told_outcome",
    25 "0025_advance",
    26 "0026_arrears_told",
    32 "0032_list_import",
];

/// Made by this release for its own steps; not a centre's, so it has no centre in its key.
const BOOK: &str = "create table if not exists _migration (
    version  bigint not null primary key,
    name     text   not null,
    checksum text   not null)";

/// One starter at a time, until the transaction ends; the number is this program's own.
const WAIT: &str = "select pg_advisory_xact_lock(7100719)";

impl Migration {
    /// The step's text in the dialect of a connection.
    pub(crate) const fn text(&self, connection: &Connection) -> &'static str {
        if connection.is_postgres() { self.postgres } else { self.sqlite }
    }

    fn checksum(&self, connection: &Connection) -> String {
        let mut hex = String::new();
        for byte in Sha256::digest(self.text(connection)) {
            write!(hex, "{byte:02x}").unwrap_or_default();
        }
        hex
    }
}

impl Store {
    /// Runs the steps that are missing.
    pub(super) fn migrate(&self) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        if missing(&bulk.connection, done(&bulk.connection).unwrap_or_default())?.is_empty() {
            return Ok(());
        }
        bulk.atomically(|connection| {
            if connection.is_postgres() {
                connection.execute_batch(WAIT)?;
            }
            connection.execute_batch(BOOK)?;
            for step in missing(connection, done(connection)?)? {
                run(connection, step).map_err(|source| StoreError::Migrate {
                    version: step.version,
                    name: step.name,
                    source: Box::new(source),
                })?;
            }
            Ok(())
        })
    }
}

fn run(connection: &Connection, step: &Migration) -> Result<(), StoreError> {
    connection.execute_batch(step.text(connection))?;
    let sql = "insert into _migration (version, name, checksum) values (?1, ?2, ?3)";
    connection.execute(sql, params![step.version, step.name, step.checksum(connection)])?;
    Ok(())
}

/// The steps a database has: number, name and checksum.
fn done(connection: &Connection) -> Result<BTreeMap<i64, (String, String)>, StoreError> {
    let sql = "select version, name, checksum from _migration order by version";
    let rows = connection
        .prepare_cached(sql)?
        .query_all(params![], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.into_iter().collect())
}

/// The steps a database has not, once those it has were found to be ours.
fn missing(
    connection: &Connection,
    mut done: BTreeMap<i64, (String, String)>,
) -> Result<Vec<&'static Migration>, StoreError> {
    let mut missing = Vec::new();
    for step in MIGRATIONS {
        match done.remove(&step.version) {
            None => missing.push(step),
            Some((_, checksum)) if checksum == step.checksum(connection) => {}
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
