//! What the store says of what failed or is refused.

use super::super::damage;
use super::{Refusal, StoreError};
use crate::remittance::AMOUNT_MAX;
use std::fmt;
use std::path::Path;

const NOT_DISTRIBUTED: &str =
    "the database is no Citus coordinator: `create extension citus` there first";

/// A code is short; what a damaged file holds in its place is nobody's to print.
fn unknown((table, column): (&str, &str), found: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_code = found.len() <= 40
        && found.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte));
    if is_code {
        return write!(f, "{table}.{column} holds {found:?}, which this release does not know");
    }
    let bytes = found.len();
    write!(f, "{table}.{column} holds a text of {bytes} bytes, which this release does not know")
}

fn unfinished(path: &Path, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(
        f,
        "{}: the database was copied in the middle of a commit and cannot be written to; copy it with \
         `sqlite3 FILE '.backup COPY'`, or put it where its commit can be ended",
        path.display()
    )
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url } => {
                write!(f, "database {url:?}: expected sqlite://PATH or postgres://HOST/NAME")
            }
            Self::Absent { path } => {
                write!(f, "{}: no database there; `duizhang init` makes one", path.display())
            }
            Self::Open { path, .. } => write!(f, "{}: cannot open the database", path.display()),
            Self::Damaged { path, found } => damage::say(path, found, f),
            Self::Server { url, .. } => write!(f, "database {url}"),
            Self::Connect { url, .. } => write!(f, "cannot reach the database {url}"),
            Self::MigrationChanged { .. }
            | Self::MigrationUnknown { .. }
            | Self::Migrate { .. } => self.of_schema(f),
            Self::CentreTaken { code, by } => {
                write!(
                    f,
                    "centre {code:?}: its number belongs to {by:?} already; choose another code"
                )
            }
            Self::Older { .. } => self.of_schema(f),
            Self::Unfinished { path } => unfinished(path, f),
            Self::Sqlite(_) | Self::Postgres(_) => match (self.bound(), self) {
                (Some(table), _) => write!(
                    f,
                    "{table}: an amount above {AMOUNT_MAX} yuan was to be written, which its reader should \
                     have refused; nothing was written"
                ),
                (None, Self::Sqlite(error)) => damage::say_of(error, f),
                (None, _) => write!(f, "the database failed"),
            },
            Self::Value(_) => write!(f, "a value does not fit its column"),
            Self::Column { column, found } => {
                write!(f, "column {column} of an answer holds {found}, which was not expected")
            }
            Self::CommitUnknown(_) => write!(
                f,
                "the connection was lost during a commit, which may be in or not; nights and imports \
                 can be repeated, anything else is to be looked at first"
            ),
            Self::NoRow => write!(f, "a row that must be there is not"),
            Self::Unknown { table, column, found } => unknown((table, column), found, f),
            Self::Lock { path, .. } => write!(f, "{}: cannot lock", path.display()),
            Self::Refused(refusal) => write!(f, "{refusal}"),
            Self::Overtaken => write!(f, "staff kept acting while the night was judging"),
            Self::Domain(refusal) => write!(f, "{refusal}"),
            Self::Policy => write!(f, "the built-in rules/policy.toml cannot be read"),
            Self::Writer => write!(f, "the writing thread stopped"),
            Self::OnlyReading => write!(f, "a transaction that reads was to write"),
            Self::LeaseLost { holder } => write!(
                f,
                "the claim of {holder} ran out and another works on the centre; nothing was written"
            ),
            Self::NotDistributed => f.write_str(NOT_DISTRIBUTED),
            Self::NotCut => {
                write!(f, "SQLite keeps all months in one file; only PostgreSQL's can be archived")
            }
        }
    }
}

impl StoreError {
    /// What is said of the schema's steps.
    fn of_schema(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Migrate { version, name, .. } = self {
            return write!(f, "step {version} ({name}) of the database's schema cannot be made");
        }
        if let Self::Older { version, name } = self {
            return write!(
                f,
                "the database cannot be written to, and its schema lacks step {version} ({name}): use \
                 the release that it was written by, or bring a copy up to date that can be written to"
            );
        }
        if let Self::MigrationChanged { version, name } = self {
            return write!(
                f,
                "step {version} ({name}) of the database's schema was made by another release with \
                 the same number; use the release that made it"
            );
        }
        if let Self::MigrationUnknown { version, name } = self {
            return write!(
                f,
                "the database's schema has step {version} ({name}), which this release does not \
                 know; use the newer release that made it"
            );
        }
        Ok(())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(unfit) => {
                let sentences = unfit.iter().map(|one| one.why.to_string());
                f.write_str(&sentences.collect::<Vec<_>>().join("; "))
            }
            Self::ImportRests { import_id, obstacles, more } => {
                let named: Vec<String> = obstacles.iter().map(ToString::to_string).collect();
                write!(f, "import {import_id} is not taken back: {}", named.join("; "))?;
                if *more > 0 { write!(f, "; and {more} more") } else { Ok(()) }
            }
            Self::NoSuch { what, id } => write!(f, "no {what} {id}"),
            Self::Act(refusal) => write!(f, "{refusal}"),
            Self::State { what, id, state, wanted } => {
                write!(f, "{what} {id} is {state}, expected {wanted}")
            }
        }
    }
}
