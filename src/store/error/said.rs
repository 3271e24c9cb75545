//! The texts of the store's errors and refusals.

use super::damage;
use super::{StoreError, StoreRefusal};
use crate::remittance::{AMOUNT_MAX, Language, Localized, said};
use std::borrow::Cow;
use std::fmt;
use std::path::Path;

const NOT_DISTRIBUTED: &str =
    "the database is no Citus coordinator: `create extension citus` there first";

/// A code is short; other content in a damaged file must not be printed.
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
    /// The texts about migrations.
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

impl Localized for StoreRefusal {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::List(unfit) => {
                let sentences = unfit.iter().map(|one| one.why.in_language(language));
                sentences.collect::<Vec<_>>().join(language.choose("；", "; ")).into()
            }
            Self::ImportRests { import_id, obstacles, more } => {
                let named = obstacles.iter().map(|one| one.in_language(language));
                let named = named.collect::<Vec<_>>().join(language.choose("；", "; "));
                let more = match more {
                    0 => "".into(),
                    more => said!(language, "；另有 {more} 项", "; and {more} more"),
                };
                said!(
                    language,
                    "导入 {import_id} 不能撤销：{named}{more}",
                    "import {import_id} is not taken back: {named}{more}"
                )
            }
            Self::NoSuch { what, id } => {
                let what = what.in_language(language);
                said!(language, "没有这个{what}：{id}", "no {what} {id}")
            }
            Self::Act(refusal) => refusal.in_language(language),
            Self::State(refusal) => refusal.in_language(language),
        }
    }
}

impl fmt::Display for StoreRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}
