//! Keeps a centre: what the banks brought, what was decided, what the books hold.
//!
//! Start at [`Store::open`]; the verbs are in the modules below, one idea each. A store serves one
//! centre. Small statements go through sqlx, which PostgreSQL will share; the bulk paths of SQLite
//! ([`bulk`]) have a connection of their own, because a million rows one by one through a pool are
//! an hour's work instead of seconds (DECISIONS.md has the figures).
//!
//! Invariant: a file is one commit, a night's decisions are one commit; whoever is killed leaves
//! the state before or the state after.

mod audit;
mod branch;
mod bulk;
mod error;
mod import;
mod intake;
mod letters;
mod listing;
mod lock;
mod notices;
mod outcomes;
mod person;
mod remittance;
mod row;
mod session;
mod slate;
mod suspense;
mod throttle;
mod verdict;

pub use audit::{Audit, Gap, Place};
pub use branch::BranchNumbers;
pub use error::{Refusal, StoreError};
pub use import::Imported;
pub use intake::{FeedMark, FlagRecord, Intake, StatementRecord, Taken, Till, TransactionBatch};
pub use letters::LetterRow;
pub use listing::{NoticeFilter, NoticeRow, TransactionFilter, TransactionRow};
pub use lock::CentreLock;
pub use notices::SettledCredit;
pub use outcomes::{AwaitingRow, Evening, FlagRow, NightPoint, SetAsideRow, StatementGap};
pub use person::Person;
pub use remittance::{Books, NoticeSheet};
pub use session::{SessionPerson, SessionRow, SessionUse};
pub use slate::{Accounts, Slate};
pub use suspense::{SuspenseFilter, SuspenseRow};
pub use verdict::{Recording, Verdict, VerdictTotals};

use sha2::{Digest, Sha256};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlSafeStr, SqlitePool};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The migrations, oldest first: number, name, text.
const MIGRATIONS: [(i64, &str, &str); 5] = [
    (1, "centre", include_str!("../migrations/sqlite/0001_centre.sql")),
    (2, "feed", include_str!("../migrations/sqlite/0002_feed.sql")),
    (3, "decision", include_str!("../migrations/sqlite/0003_decision.sql")),
    (4, "remittance", include_str!("../migrations/sqlite/0004_remittance.sql")),
    (8, "session", include_str!("../migrations/sqlite/0008_session.sql")),
];

/// Bytes a page of a new database: wide rows in clustered trees split less often in larger pages
/// (measured: 868k rows/s at 16 KiB against 772k at 4 KiB).
const PAGE_SIZE: u32 = 16_384;

/// How long a statement waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// One centre's database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
    path: PathBuf,
    centre_id: i64,
}

impl Store {
    /// Opens a centre's database, making it where `create` is given, and brings its schema up to
    /// date. `url` is `sqlite://PATH`.
    ///
    /// # Errors
    /// [`StoreError`]: the URL is of no kind known here, the file is absent or no database, the
    /// centre's code is taken by another.
    pub async fn open(url: &str, centre: &str, create: bool) -> Result<Self, StoreError> {
        let path = sqlite_path(url)?;
        if !create && !path.exists() {
            return Err(StoreError::Absent { path });
        }
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(create)
            .page_size(PAGE_SIZE)
            // One writer by night: a rollback journal writes an appended page once, a write-ahead
            // log twice (measured: 2.6 s against 4.3 s for a million transactions).
            .journal_mode(SqliteJournalMode::Delete)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options)
            .await
            .map_err(|source| StoreError::Open { path: path.clone(), source })?;
        migrator().run(&pool).await.map_err(StoreError::Migrate)?;
        let store = Self { pool, path, centre_id: centre_id(centre) };
        store.enrol(centre).await?;
        Ok(store)
    }

    /// Copies the database aside and opens the copy: whatever is done there is gone with it. This
    /// is what `--dry-run` works on, so that a rehearsal takes every step of the real run.
    ///
    /// # Errors
    /// [`StoreError`] where the copy cannot be written.
    pub async fn rehearsal(&self, copy: &Path) -> Result<Self, StoreError> {
        sqlx::query("vacuum into ?1")
            .bind(copy.to_string_lossy().into_owned())
            .execute(&self.pool)
            .await?;
        let options = SqliteConnectOptions::new().filename(copy).busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options)
            .await
            .map_err(|source| StoreError::Open { path: copy.to_owned(), source })?;
        Ok(Self { pool, path: copy.to_owned(), centre_id: self.centre_id })
    }

    /// Where the database lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Closes every connection, so that files can be moved and journals are gone.
    pub async fn close(self) {
        self.pool.close().await;
    }

    /// Makes the centre's row, or finds that another centre has its number.
    async fn enrol(&self, code: &str) -> Result<(), StoreError> {
        sqlx::query("insert into centre (centre_id, code) values (?1, ?2) on conflict do nothing")
            .bind(self.centre_id)
            .bind(code)
            .execute(&self.pool)
            .await?;
        let (found,): (String,) = sqlx::query_as("select code from centre where centre_id = ?1")
            .bind(self.centre_id)
            .fetch_one(&self.pool)
            .await?;
        if found == code {
            return Ok(());
        }
        Err(StoreError::CentreTaken { code: code.to_owned(), by: found })
    }
}

/// The path in a `sqlite://` URL.
fn sqlite_path(url: &str) -> Result<PathBuf, StoreError> {
    match url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
        Some(path) if !path.is_empty() => Ok(PathBuf::from(path)),
        _ => Err(StoreError::Url { url: without_password(url) }),
    }
}

/// A URL as it may be shown: what stands before `@` can hold a password.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

/// The number a centre's code stands for: a plain number is itself (an administrative division
/// code, say), any other code a number above all of those, from its content.
fn centre_id(code: &str) -> i64 {
    const NAMED: i64 = 1 << 31;
    match code.parse::<u32>() {
        Ok(number) if number.to_string() == code => i64::from(number),
        _ => {
            let digest = Sha256::digest(code.as_bytes());
            let head = digest.iter().take(4).fold(0, |number, byte| number << 8 | i64::from(*byte));
            NAMED + head
        }
    }
}

/// The migrations as sqlx runs them; each file is several statements, which SQLite takes at once.
fn migrator() -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(version, name, sql)| {
        Migration::new(
            *version,
            Cow::Borrowed(*name),
            MigrationType::Simple,
            (*sql).into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
}
