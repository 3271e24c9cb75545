//! What can go wrong with the store; the operator's to mend.

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
        source: rusqlite::Error,
    },
    /// The file is not whole; `found` says where, in SQLite's words: tree and page.
    Damaged {
        path: PathBuf,
        found: Vec<String>,
    },
    /// A `postgres://` URL that cannot be used; `url` is without its password.
    Server {
        url: String,
        source: ServerError,
    },
    /// The server does not answer, or does not let us in.
    Connect {
        url: String,
        source: PostgresError,
    },
    /// A step of the schema that the database has already is not the one of this release.
    MigrationChanged {
        version: i64,
        name: String,
    },
    /// The database has a step of the schema that this release does not know: it is older.
    MigrationUnknown {
        version: i64,
        name: String,
    },
    Migrate {
        version: i64,
        name: &'static str,
        source: Box<StoreError>,
    },
    /// Two centres' codes give one number.
    CentreTaken {
        code: String,
        by: String,
    },
    /// The schema lacks a step, and the database cannot be written to.
    Older {
        version: i64,
        name: &'static str,
    },
    /// A copy that cannot be written to was taken in the middle of something: this file beside it says so.
    Unfinished {
        path: PathBuf,
    },
    Sqlite(rusqlite::Error),
    Postgres(PostgresError),
    /// A value does not fit its column.
    Value(Box<dyn std::error::Error + Send + Sync>),
    /// A column holds what was not expected of it.
    Column {
        column: usize,
        found: String,
    },
    /// A row that must be there is not.
    NoRow,
    /// The connection was lost while a commit was under way: it may be in, or not.
    CommitUnknown(Box<StoreError>),
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
    Refused(StoreRefusal),
    /// Staff acted while a night was judging; the night must look again.
    Overtaken,
    /// The remittance domain does not do what the store must have of it.
    Domain(crate::remittance::Refusal),
    /// The policy that the program brings cannot be read.
    Policy,
    /// The thread that writes is gone.
    Writer,
    /// Something was to be written in a transaction that reads.
    OnlyReading,
    /// The centre was claimed by another while this work went on.
    LeaseLost {
        holder: String,
    },
    /// The database keeps no months apart, so none can be taken off.
    NotCut,
    /// The database is not a Citus coordinator.
    NotDistributed,
}

/// Why something asked of the store is not done; carries values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreRefusal {
    /// Rows of a list cannot be taken in.
    List(Vec<UnfitRow>),
    /// An import cannot be taken back: something rests on it. The first that do, and how many more.
    ImportRests { import_id: String, obstacles: Vec<Obstacle>, more: usize },
    /// There is none of that name.
    NoSuch { what: EntityKind, id: String },
    /// What staff ask of items cannot be done.
    Act(Box<crate::suspense::DeskRefusal>),
    /// It is not in the state that this needs.
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
    /// Whether the same work may succeed when it is done again from the beginning: the connection was
    /// lost, the server restarts or fails over, or two transactions stood in each other's way. What
    /// was under way is undone, or, where it was the commit that got lost, may be in; work whose rows
    /// are named by content can simply be repeated, other work is to be looked at first.
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

    /// Whether a damaged file may be behind it: SQLite says so, or what was read is not what a store writes.
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

    /// The table that refused an amount past the bound (`constraint amount_bound`).
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

    /// Whether a row was refused because its key is there already.
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
