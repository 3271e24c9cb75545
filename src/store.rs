//! Stores one centre's data: what the banks delivered, what was decided, and the resulting books.
//!
//! Start at [`Store::open`]; the verbs are in the modules below, one idea each. A store serves one centre, on
//! SQLite or PostgreSQL. The verbs write their SQL once ([`database::sql`]); only bulk rows are loaded in each
//! database's own way ([`database::tx`]). All calls block: a server must make them on threads of their own.
//!
//! Invariant: a file is one commit, and a night's decisions are one commit. A killed process leaves the state
//! before or the state after.

mod archive;
mod audit;
mod database;
mod desk;
mod error;
mod identity;
mod ingest;
mod letters;
mod operations;
mod posting;
mod read;
mod refund;
mod trail;

pub use archive::ArchivedMonth;
pub use audit::{AdvanceFigures, Audit, Gap, MoneyPlace, PlaceFigures};
pub use database::claim::Holder;
pub use database::damage::look_through;
pub use database::distribution::distribution;
pub use database::lease::{Ended, Ending, Lease};
pub use database::lock::CentreLock;
pub use database::migration::Copied;
pub use database::seal::tampering::Tampering;
pub use desk::{
    Answered, Approved, CounterEffect, CounterRow, Edit, HistoryEntry, PayerFact, Preview,
    PreviewNotice, ProposalFilter, Requested, SimilarItem, Touched,
};
pub use error::{
    LetterWanted, NoticeUnfit, Obstacle, PostgresError, Rests, ServerError, StateRefusal,
    StoreError, StoreRefusal, Unfit, UnfitRow,
};
pub use identity::person::Person;
pub use identity::session::{SessionOpening, SessionPerson, SessionRow, SessionUse};
pub use identity::throttle::{Pace, Subject};
pub use identity::token::{ApiToken, TokenUse};
pub use ingest::branch::BranchNumbers;
pub use ingest::withdraw::{FeedRow, Held, InTheWay, TakenBack, Withdrawal, Withdrawn};
pub use ingest::{
    FeedMark, FlagRecord, HeldFile, IngestSession, Intake, RowOrigin, StatementRecord, Taken,
    TransactionBatch,
};
pub use letters::arrears::{Arrear, ToldMonth};
pub use letters::calls::CallRow;
pub use letters::contact_preferences::{AskedAddress, BlockedAddress, ContactPreference};
pub use letters::letter::LetterRow;
pub use letters::notice_news::{BankReversal, NoticeMark, NoticeNewsRow};
pub use letters::notification::{
    NotificationKey, NotificationMark, NotificationNote, NotificationRow,
};
pub use letters::outbox::{
    CameBackOutcome, CountedBy, Dealt, Decided, Destination, HeldAct, HeldLetter, HeldNight,
    KeptMessage, LetterFigures, MailToStaff, Neighbour, OutboxFilter, OutboxRow, OutgoingText,
    Routed, SHARED, ToldTonight, Unblock, Undeliverable, Withheld,
};
pub use letters::owed::{Owed, OwedNotice};
pub use letters::unsubscribe::Advised;
pub use operations::import::{
    FieldChange, HIDDEN_FIELDS, ImportOrder, ImportOrigin, ImportUndone, Imported, ImportedList,
    KeptField, KeptWhy, ListImport, ListRows, RowChange, RowEffect, UnknownEmployer,
};
pub use operations::notices::{EmployerNumbers, NoticesRead, RecentNotices};
pub use operations::{Books, NoticeSheet, SettledWhole};
pub use posting::held::HeldRow;
pub use posting::reversed::EarlierCredit;
pub use posting::turn::Turn;
pub use posting::working_set::{Accounts, WorkingSet};
pub use posting::{DecisionTotals, Recording, RunDecisions};
pub use read::listing::{NoticeFilter, PartOf, TransactionFilter, TransactionPart, TransactionRow};
pub use read::metrics::Metrics;
pub use read::outcomes::{AwaitingRow, FlagRow, NightPoint, RunDetails, SetAsideRow, StatementGap};
pub use read::suspense::{SuspenseFilter, SuspenseRow};
pub use read::{
    AdvanceOffer, Assigned, Cell, Counts, Cursor, EmployerSheet, LetterLine, LetterSearch,
    NoticeRow, NoticeSearch, OpenItem, Order, OwnAccount, Posting, QueueFilter, RowPlace, RunLine,
    TransactionSearch, TransactionSheet,
};
pub use refund::{EarlierRefund, RefundFilter, RefundMovement, RefundRow};
pub use trail::{Continued, Marks, TrailFilter};

use self::database::claim::Claimed;
use self::database::pool::{Place as Database, Pool};
use self::database::server::Server;
use self::database::sql::{params, sqlite};
use self::read::QueueIndex;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

/// One centre's database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Arc<Pool>,
    centre_id: i64,
    /// The lease this store works under, if it claimed one.
    claim: Option<Claimed>,
    /// The transaction that its verbs join, if one is open.
    outer: Option<self::database::within::Outer>,
    /// What is in suspense, for pages that count and page through it.
    queue_index: Arc<RwLock<QueueIndex>>,
}

impl Store {
    /// Opens a centre's database and brings its schema up to date. `create` makes a SQLite file that is
    /// missing. `url` is `sqlite://PATH` or `postgres://…` ([`database::server`]); a PostgreSQL database is
    /// made by its administrator, and `create` only fills it.
    ///
    /// # Errors
    /// [`StoreError`]: the URL is of an unknown kind, the file is missing or is no database, the server does
    /// not answer, or another centre has the code's number.
    pub fn open(url: &str, centre: &str, create: bool) -> Result<Self, StoreError> {
        let store = Self { centre_id: centre_id(centre), ..Self::of_all_centres(url, create)? };
        store.enrol(centre)?;
        Ok(store)
    }

    /// Opens a database for work on all its centres, and creates no centre.
    ///
    /// # Errors
    /// [`StoreError`] as [`Store::open`].
    pub fn of_all_centres(url: &str, create: bool) -> Result<Self, StoreError> {
        let database = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Database::Server(Box::new(Server::parse(url)?))
        } else {
            let path =
                sqlite_path(url).ok_or_else(|| StoreError::Url { url: without_password(url) })?;
            if !create && !path.exists() {
                return Err(StoreError::Absent { path });
            }
            sqlite::open(&path, create)?;
            Database::File(path)
        };
        let store = Self {
            pool: Pool::new(database),
            centre_id: 0,
            claim: None,
            outer: None,
            queue_index: Arc::default(),
        };
        store.migrate()?;
        Ok(store)
    }

    /// Copies the database and opens the copy; changes to it are discarded with it. `--dry-run` works on such a
    /// copy, so that a rehearsal takes every step of the real run. A centre on PostgreSQL is copied into a
    /// SQLite file.
    ///
    /// # Errors
    /// [`StoreError`] where the copy cannot be written.
    pub fn rehearsal(&self, copy: &Path) -> Result<Self, StoreError> {
        match self.pool.place() {
            Database::File(_) => {
                let sql = "vacuum into ?1";
                Pool::acquire(&self.pool)?.execute(sql, params![copy.to_string_lossy()])?;
            }
            Database::Server(_) => {
                let aside = Self::fresh_file(copy, self.centre_id)?;
                self.copy_into(&aside)?;
                return Ok(aside);
            }
        }
        let pool = Pool::new(Database::File(copy.to_owned()));
        Ok(Self {
            pool,
            centre_id: self.centre_id,
            claim: None,
            outer: None,
            queue_index: Arc::default(),
        })
    }

    /// A new database in a file, with its schema and nothing in it.
    fn fresh_file(path: &Path, centre_id: i64) -> Result<Self, StoreError> {
        sqlite::open(path, true)?;
        let pool = Pool::new(Database::File(path.to_owned()));
        let store = Self { pool, centre_id, claim: None, outer: None, queue_index: Arc::default() };
        store.migrate()?;
        Ok(store)
    }

    /// The database for display: a path, or a server's URL without its password.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.pool.place() {
            Database::File(path) => path.display().to_string(),
            Database::Server(server) => server.shown.clone(),
        }
    }

    /// The number in the `centre_id` column of this centre's rows.
    #[must_use]
    pub const fn centre_id(&self) -> i64 {
        self.centre_id
    }

    /// The path of the database file; `None` on a server.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self.pool.place() {
            Database::File(path) => Some(path),
            Database::Server(_) => None,
        }
    }

    /// Whether nothing can be written: a copy on read-only media, a standby, a role that may only read.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn is_read_only(&self) -> Result<bool, StoreError> {
        Pool::acquire(&self.pool)?.is_read_only()
    }

    /// Closes every connection, so that the files can be moved and no journal remains.
    pub fn close(self) {
        self.pool.close();
    }

    /// Inserts the centre's row, or reports that another centre has its number.
    fn enrol(&self, code: &str) -> Result<(), StoreError> {
        let connection = Pool::acquire(&self.pool)?;
        // An enrolled centre is only read: its database may be a read-only copy.
        let sql = "select c.code from centre c join centre_lease l using (centre_id)
            where c.centre_id = ?1 and c.code = ?2";
        if connection.prepare_cached(sql)?.exists(params![self.centre_id, code])? {
            return Ok(());
        }
        let sql = "insert into centre (centre_id, code) values (?1, ?2)
            on conflict (centre_id) do nothing";
        connection.execute(sql, params![self.centre_id, code])?;
        let sql = "insert into centre_lease (centre_id, holder, claimed_at, lease_until)
            values (?1, '', 0, 0) on conflict (centre_id) do nothing";
        connection.execute(sql, params![self.centre_id])?;
        let sql = "select code from centre where centre_id = ?1";
        let found: String = connection.fetch_one(sql, params![self.centre_id])?;
        if found == code {
            return Ok(());
        }
        Err(StoreError::CentreTaken { code: code.to_owned(), by: found })
    }
}

/// The path in a `sqlite://` URL; `None` where it is no such URL.
#[must_use]
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
    path.filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// A URL for display: the part before `@` can hold a password.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

/// The number of a centre's code. A plain number (an administrative division code, say) is itself; any other
/// code is hashed to a number above all of those.
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
