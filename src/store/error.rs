//! Errors of the store, for the operator to fix.

pub(super) mod damage;
mod obstacle;
mod postgres;
mod said;
mod server;
mod state;
mod unfit;

pub use obstacle::{Obstacle, Rests};
pub use postgres::PostgresError;
pub use server::ServerError;
pub use state::{LetterWanted, StateRefusal};
pub use unfit::{NoticeUnfit, Unfit, UnfitRow};

use crate::suspense::EntityKind;
use std::path::PathBuf;

/// An external failure: disk, database, or an impossible request to them.
#[derive(Debug)]
pub enum StoreError {
    /// The URL is neither `sqlite://` nor another known kind.
    Url {
        url: String,
    },
    /// The database does not exist.
    Absent {
        path: PathBuf,
    },
    Open {
        path: PathBuf,
        source: rusqlite::Error,
    },
    /// The file is damaged; `found` gives the place, in SQLite's words: tree and page.
    Damaged {
        path: PathBuf,
        found: Vec<String>,
    },
    /// An unusable `postgres://` URL; `url` is without its password.
    Server {
        url: String,
        source: ServerError,
    },
    /// The server does not answer, or refuses the connection.
    Connect {
        url: String,
        source: PostgresError,
    },
    /// An applied migration differs from this release's.
    MigrationChanged {
        version: i64,
        name: String,
    },
    /// The database has a migration that this release does not know: the release is older.
    MigrationUnknown {
        version: i64,
        name: String,
    },
    Migrate {
        version: i64,
        name: &'static str,
        source: Box<StoreError>,
    },
    /// Two centres' codes have the same number.
    CentreTaken {
        code: String,
        by: String,
    },
    /// The schema lacks a migration, and the database is read-only.
    Older {
        version: i64,
        name: &'static str,
    },
    /// A read-only copy was taken during a write, as this file beside it shows.
    Unfinished {
        path: PathBuf,
    },
    Sqlite(rusqlite::Error),
    Postgres(PostgresError),
    /// A value does not fit its column.
    Value(Box<dyn std::error::Error + Send + Sync>),
    /// A column has an unexpected value.
    Column {
        column: usize,
        found: String,
    },
    /// A required row is missing.
    NoRow,
    /// The connection was lost during a commit, which may or may not have succeeded.
    CommitUnknown(Box<StoreError>),
    /// The database has a value that this release does not know, such as a newer reason's number.
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
    /// The request contradicts the data.
    Refused(StoreRefusal),
    /// Staff acted while a night was judging; the night must read again.
    Overtaken,
    /// The remittance domain refused something the store depends on.
    Domain(crate::remittance::Refusal),
    /// The built-in policy cannot be read.
    Policy,
    /// The writing thread has ended.
    Writer,
    /// A write in a read-only transaction.
    OnlyReading,
    /// Another process claimed the centre while this work went on.
    LeaseLost {
        holder: String,
    },
    /// The database has no monthly partitions, so none can be archived.
    NotCut,
    /// The database is not a Citus coordinator.
    NotDistributed,
}

/// Why the store refuses a request; carries values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreRefusal {
    /// Rows of a list cannot be imported.
    List(Vec<UnfitRow>),
    /// An import cannot be undone: something depends on it. The first obstacles, and the number of others.
    ImportRests { import_id: String, obstacles: Vec<Obstacle>, more: usize },
    /// Nothing has this name.
    NoSuch { what: EntityKind, id: String },
    /// Staff's act on items is impossible.
    Act(Box<crate::suspense::DeskRefusal>),
    /// It is not in the required state.
    State(StateRefusal),
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { source, .. } | Self::Sqlite(source) => Some(source),
            Self::Server { source, .. } => Some(source),
            Self::Connect { source, .. } | Self::Postgres(source) => Some(source),
            Self::Migrate { source, .. } | Self::CommitUnknown(source) => Some(source),
            Self::Lock { source, .. } => Some(source),
            Self::Value(source) => Some(&**source),
            Self::Url { .. }
            | Self::Absent { .. }
            | Self::Damaged { .. }
            | Self::MigrationChanged { .. }
            | Self::MigrationUnknown { .. }
            | Self::CentreTaken { .. }
            | Self::Older { .. }
            | Self::Unfinished { .. }
            | Self::Column { .. }
            | Self::NoRow
            | Self::Unknown { .. }
            | Self::Refused(_)
            | Self::Overtaken
            | Self::Domain(_)
            | Self::Policy
            | Self::LeaseLost { .. }
            | Self::NotCut
            | Self::NotDistributed
            | Self::Writer
            | Self::OnlyReading => None,
        }
    }
}

impl StoreError {
    /// Whether a retry of the same work from the beginning may succeed: the connection was lost, the server is
    /// restarting or failing over, or two transactions conflicted. Uncommitted work is rolled back; if the
    /// commit itself was lost, it may have succeeded. Work whose rows are named by content can simply be
    /// repeated; other work must be checked first.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Postgres(error) | Self::Connect { source: error, .. } => error.is_passing(),
            Self::CommitUnknown(_) => true,
            Self::Migrate { source, .. } => source.is_passing(),
            Self::Url { .. }
            | Self::Absent { .. }
            | Self::Damaged { .. }
            | Self::Open { .. }
            | Self::Server { .. }
            | Self::MigrationChanged { .. }
            | Self::MigrationUnknown { .. }
            | Self::CentreTaken { .. }
            | Self::Older { .. }
            | Self::Unfinished { .. }
            | Self::Sqlite(_)
            | Self::Value(_)
            | Self::Column { .. }
            | Self::NoRow
            | Self::Unknown { .. }
            | Self::Lock { .. }
            | Self::Refused(_)
            | Self::Overtaken
            | Self::Domain(_)
            | Self::Policy
            | Self::LeaseLost { .. }
            | Self::NotCut
            | Self::NotDistributed
            | Self::Writer
            | Self::OnlyReading => false,
        }
    }

    /// Whether a damaged file may be the cause: SQLite reports damage, or the value read is not one the store
    /// writes.
    #[must_use]
    pub fn may_be_damage(&self) -> bool {
        match self {
            Self::Sqlite(error) | Self::Open { source: error, .. } => {
                damage::is_damage(error)
                    || error.sqlite_error_code().is_none()
                    || error.sqlite_error_code() == Some(rusqlite::ErrorCode::SystemIoFailure)
            }
            Self::Column { .. } | Self::NoRow | Self::Unknown { .. } | Self::Value(_) => true,
            Self::Migrate { source, .. } => source.may_be_damage(),
            Self::Url { .. }
            | Self::Absent { .. }
            | Self::Damaged { .. }
            | Self::Server { .. }
            | Self::Connect { .. }
            | Self::MigrationChanged { .. }
            | Self::MigrationUnknown { .. }
            | Self::Older { .. }
            | Self::Unfinished { .. }
            | Self::CentreTaken { .. }
            | Self::Postgres(_)
            | Self::CommitUnknown(_)
            | Self::Lock { .. }
            | Self::Refused(_)
            | Self::Overtaken
            | Self::Domain(_)
            | Self::Policy
            | Self::Writer
            | Self::OnlyReading
            | Self::LeaseLost { .. }
            | Self::NotCut
            | Self::NotDistributed => false,
        }
    }

    /// The table whose constraint `amount_bound` rejected an amount.
    fn bound(&self) -> Option<&str> {
        const BOUND: &str = "amount_bound";
        if let Self::Postgres(error) = self {
            let refused = error.said().filter(|said| said.constraint() == Some(BOUND))?;
            return Some(refused.table().unwrap_or("the database"));
        }
        if let Self::Sqlite(rusqlite::Error::SqliteFailure(_, Some(said))) = self {
            return said.contains(BOUND).then_some("the database");
        }
        None
    }

    /// Whether a row was rejected because its key exists.
    pub(crate) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Postgres(error) if error.is_duplicate())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sqlite(source)
    }
}

impl From<PostgresError> for StoreError {
    fn from(source: PostgresError) -> Self {
        Self::Postgres(source)
    }
}
