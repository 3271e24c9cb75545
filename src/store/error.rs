//! What can go wrong with the store; the operator's to mend.

use std::fmt;
use std::path::PathBuf;

/// The world failed: disk, database, or what was asked of them.
#[derive(Debug)]
pub enum StoreError {
    /// The URL is neither `sqlite://` nor another kind that is known.
    Url {
        url: String,
    },
    /// There is no database there.
    Absent {
        path: PathBuf,
    },
    Open {
        path: PathBuf,
        source: sqlx::Error,
    },
    Migrate(sqlx::migrate::MigrateError),
    /// Two centres' codes give one number.
    CentreTaken {
        code: String,
        by: String,
    },
    Query(sqlx::Error),
    Bulk(rusqlite::Error),
    /// The database holds what this release does not know, such as a newer reason's number.
    Unknown {
        table: &'static str,
        column: &'static str,
        found: String,
    },
    /// The lock file cannot be used.
    Lock {
        path: PathBuf,
        source: std::io::Error,
    },
    /// What is asked contradicts what is there.
    Refused(Refusal),
    /// The remittance domain does not do what the store must have of it.
    Domain(crate::remittance::Refusal),
    /// The policy that the program brings cannot be read.
    Policy,
    /// The thread that writes is gone.
    Writer,
}

/// Why something asked of the store is not done; carries values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A notice that is paid or in use would change.
    NoticeChanged { reference: String, field: &'static str, before: String, after: String },
    /// No such collection account, notice or suspense item.
    NoSuch { what: &'static str, id: String },
    /// The sums differ; both in yuan.
    Sum { given: String, wanted: String },
    /// The item no longer hangs, or the notice is not open.
    State { what: &'static str, id: String, state: String, wanted: &'static str },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url } => write!(f, "database {url:?}: expected sqlite://PATH"),
            Self::Absent { path } => {
                write!(f, "{}: no database there; `duizhang init` makes one", path.display())
            }
            Self::Open { path, .. } => write!(f, "{}: cannot open the database", path.display()),
            Self::Migrate(_) => write!(f, "cannot bring the database's schema up to date"),
            Self::CentreTaken { code, by } => {
                write!(
                    f,
                    "centre {code:?}: its number belongs to {by:?} already; choose another code"
                )
            }
            Self::Query(_) | Self::Bulk(_) => write!(f, "the database failed"),
            Self::Unknown { table, column, found } => {
                write!(f, "{table}.{column} holds {found:?}, which this release does not know")
            }
            Self::Lock { path, .. } => write!(f, "{}: cannot lock", path.display()),
            Self::Refused(refusal) => write!(f, "{refusal}"),
            Self::Domain(refusal) => write!(f, "{}", refusal.message),
            Self::Policy => write!(f, "the built-in rules/policy.toml cannot be read"),
            Self::Writer => write!(f, "the writing thread stopped"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoticeChanged { reference, field, before, after } => write!(
                f,
                "notice {reference}: {field} is {before}, found {after}; a notice that money was \
                 settled with does not change"
            ),
            Self::NoSuch { what, id } => write!(f, "no {what} {id}"),
            Self::Sum { given, wanted } => {
                write!(f, "expected amounts that sum to {wanted}, found {given}")
            }
            Self::State { what, id, state, wanted } => {
                write!(f, "{what} {id} is {state}, expected {wanted}")
            }
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { source, .. } | Self::Query(source) => Some(source),
            Self::Migrate(source) => Some(source),
            Self::Bulk(source) => Some(source),
            Self::Lock { source, .. } => Some(source),
            Self::Url { .. }
            | Self::Absent { .. }
            | Self::CentreTaken { .. }
            | Self::Unknown { .. }
            | Self::Refused(_)
            | Self::Domain(_)
            | Self::Policy
            | Self::Writer => None,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        Self::Query(source)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Bulk(source)
    }
}
