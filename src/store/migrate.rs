//! Brings a database's schema up to date, step by step, each once.
//!
//! Start at [`MIGRATIONS`]. Both dialects have the same steps under the same numbers. What was done
//! stands in `_migration` with a checksum: a step that is not the one this release knows stops the
//! program before it touches anything.
//!
//! Invariant: all steps that are missing are one commit. Whoever starts at the same time waits.

use super::seal;
use super::sql::{Connection, params};
use super::tx::Tx;
use super::{Store, StoreError};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

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
    27 "0027_withdraw",
    29 "0029_wrong_day",
    30 "0030_access",
    31 "0031_seal",
    32 "0032_list_import",
    33 "0033_came_back",
    34 "0034_held_letters",
    35 "0035_sending",
    36 "0036_letter_truth",
];

/// The step after which rows that are here already are sealed.
const SEALS: i64 = 31;

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

    fn failed(&self, source: StoreError) -> StoreError {
        StoreError::Migrate { version: self.version, name: self.name, source: Box::new(source) }
    }

    fn checksum(&self, connection: &Connection) -> String {
        hex::encode(Sha256::digest(self.text(connection)))
    }
}

impl Store {
    /// Runs the steps that are missing.
    pub(super) fn migrate(&self) -> Result<(), StoreError> {
        let tx = Tx::open(self)?;
        let known = done(&tx.connection).ok();
        let first = missing(&tx.connection, known.clone().unwrap_or_default())?;
        let Some(first) = first.first() else { return Ok(()) };
        // A database without the book of steps is a new one.
        let can_be_old = known.is_some() || !tx.connection.is_postgres();
        if can_be_old && tx.connection.is_read_only()? {
            return Err(StoreError::Older { version: first.version, name: first.name });
        }
        tx.atomically(|connection| {
            if connection.is_postgres() {
                connection.execute_batch(WAIT)?;
            }
            connection.execute_batch(BOOK)?;
            let steps = missing(connection, done(connection)?)?;
            for step in &steps {
                run(connection, step).map_err(|source| step.failed(source))?;
            }
            // Only now are all columns there that a seal is taken over.
            match steps.iter().find(|step| step.version == SEALS) {
                Some(step) => {
                    seal::found::seal_all(connection).map_err(|source| step.failed(source))
                }
                None => Ok(()),
            }
        })
    }
}

fn run(connection: &Connection, step: &Migration) -> Result<(), StoreError> {
    connection.execute_batch(step.text(connection))?;
    let sql = "insert into _migration (version, name, checksum) values (?1, ?2, ?3)";
    // Which tables have seals is only known once every step is done.
    let values = params![step.version, step.name, step.checksum(connection)];
    connection.prepare_as_is(sql)?.execute(values)?;
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
