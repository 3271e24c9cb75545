//! Keeps a centre: what the banks brought, what was decided, what the books hold.
//!
//! Start at [`Store::open`]; the verbs are in the modules below, one idea each. A store serves one
//! centre, on SQLite or PostgreSQL; the verbs write their SQL once ([`sql`]), and only what is counted
//! in millions goes in by each database's own way ([`tx`]). Everything here waits for its answer:
//! whoever serves many people at once calls it on threads of their own.
//!
//! Invariant: a file is one commit, a night's decisions are one commit; whoever is killed leaves
//! the state before or the state after.

mod archive;
mod arrears;
mod audit;
mod branch;
mod calls;
mod columns;
mod contact_preferences;
mod copying;
mod damage;
mod desk;
mod distribution;
mod error;
mod feed_deliveries;
mod held;
mod import;
mod intake;
mod lease;
mod letters;
mod listed;
mod listing;
mod lock;
mod metrics;
mod migrate;
mod news;
mod night_row;
mod notice_news;
mod notices;
mod notification;
mod outbox;
mod outcomes;
mod outstanding;
mod owed;
mod partition;
mod person;
mod pool;
mod refund;
mod remittance;
mod reversed;
mod row;
mod run_decisions;
mod seal;
mod server;
mod session;
mod shown;
mod sql;
mod suspense;
mod throttle;
mod token;
mod trail;
mod turn;
mod tx;
mod unsubscribe;
mod withdraw;
mod within;
mod working_set;

pub use archive::ArchivedMonth;
pub use arrears::{Arrear, ToldMonth};
pub use audit::{AdvanceFigures, Audit, Gap, MoneyPlace, PlaceFigures};
pub use branch::BranchNumbers;
pub use calls::CallRow;
pub use contact_preferences::{AskedAddress, BlockedAddress, ContactPreference};
pub use copying::Copied;
pub use damage::look_through;
pub use desk::{
    Answered, Approved, CounterEffect, CounterRow, Edit, HistoryEntry, PayerFact, Preview,
    PreviewNotice, ProposalFilter, Requested, SimilarItem, Touched,
};
pub use distribution::distribution;
pub use error::{LetterWanted, PostgresError, StateRefusal, StoreError, StoreRefusal};
pub use held::HeldRow;
pub use import::{
    FieldChange, HIDDEN_FIELDS, ImportOrder, ImportOrigin, ImportUndone, Imported, ImportedList,
    KeptField, KeptWhy, ListImport, ListRows, NoticeUnfit, Obstacle, Rests, RowChange, RowEffect,
    Unfit, UnfitRow, UnknownEmployer,
};
pub use intake::{
    FeedMark, FlagRecord, HeldFile, IngestSession, Intake, RowOrigin, StatementRecord, Taken,
    TransactionBatch,
};
pub use lease::{Ended, Ending, Holder, Lease};
pub use letters::LetterRow;
pub use listing::{NoticeFilter, PartOf, TransactionFilter, TransactionPart, TransactionRow};
pub use lock::CentreLock;
pub use metrics::Metrics;
pub use notice_news::{BankReversal, NoticeMark, NoticeNewsRow};
pub use notices::{EmployerNumbers, NoticesRead, RecentNotices};
pub use notification::{NotificationKey, NotificationMark, NotificationNote, NotificationRow};
pub use outbox::{
    CameBackOutcome, CountedBy, Dealt, Decided, Destination, HeldAct, HeldLetter, HeldNight,
    KeptMessage, LetterFigures, MailToStaff, Neighbour, OutboxFilter, OutboxRow, OutgoingText,
    Routed, SHARED, ToldTonight, Unblock, Undeliverable, Withheld,
};
pub use outcomes::{AwaitingRow, FlagRow, NightPoint, RunDetails, SetAsideRow, StatementGap};
pub use owed::{Owed, OwedNotice};
pub use person::Person;
pub use refund::{EarlierRefund, RefundFilter, RefundMovement, RefundRow};
pub use remittance::{Books, NoticeSheet, SettledWhole};
pub use reversed::EarlierCredit;
pub use run_decisions::{DecisionTotals, Recording, RunDecisions};
pub use seal::proof::Tampering;
pub use server::ServerError;
pub use session::{SessionOpening, SessionPerson, SessionRow, SessionUse};
pub use shown::{
    AdvanceOffer, Assigned, Cell, Counts, Cursor, EmployerSheet, LetterLine, LetterSearch,
    NoticeRow, NoticeSearch, OpenItem, Order, OwnAccount, Posting, QueueFilter, RowPlace, RunLine,
    TransactionSearch, TransactionSheet,
};
pub use suspense::{SuspenseFilter, SuspenseRow};
pub use throttle::{Pace, Subject};
pub use token::{ApiToken, TokenUse};
pub use trail::{Continued, Marks, TrailFilter};
pub use turn::Turn;
pub use unsubscribe::Advised;
pub use withdraw::{FeedRow, Held, InTheWay, TakenBack, Withdrawal, Withdrawn};
pub use working_set::{Accounts, WorkingSet};

use self::lease::Claimed;
use self::pool::{Place as Database, Pool};
use self::server::Server;
use self::sql::{params, sqlite};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One centre's database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Arc<Pool>,
    centre_id: i64,
    /// By whom it was claimed, where it was.
    claim: Option<Claimed>,
    /// The transaction that its verbs join, where there is one.
    outer: Option<within::Outer>,
}

impl Store {
    /// Opens a centre's database, making it where `create` is given, and brings its schema up to
    /// date. `url` is `sqlite://PATH` or `postgres://…` ([`server`]); a PostgreSQL database is made by
    /// its administrator, `create` only fills it.
    ///
    /// # Errors
    /// [`StoreError`]: the URL is of no kind known here, the file is absent or no database, the
    /// server does not answer, the centre's code is taken by another.
    pub fn open(url: &str, centre: &str, create: bool) -> Result<Self, StoreError> {
        let store = Self { centre_id: centre_id(centre), ..Self::of_all_centres(url, create)? };
        store.enrol(centre)?;
        Ok(store)
    }

    /// Opens a database for what concerns all its centres, and makes none.
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
        let store = Self { pool: Pool::new(database), centre_id: 0, claim: None, outer: None };
        store.migrate()?;
        Ok(store)
    }

    /// Copies the database aside and opens the copy: whatever is done there is gone with it. This
    /// is what `--dry-run` works on, so that a rehearsal takes every step of the real run. A centre on
    /// PostgreSQL is copied into a file.
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
        Ok(Self { pool, centre_id: self.centre_id, claim: None, outer: None })
    }

    /// A new database in a file, with its schema and nothing in it.
    fn fresh_file(path: &Path, centre_id: i64) -> Result<Self, StoreError> {
        sqlite::open(path, true)?;
        let pool = Pool::new(Database::File(path.to_owned()));
        let store = Self { pool, centre_id, claim: None, outer: None };
        store.migrate()?;
        Ok(store)
    }

    /// The database as it may be shown: a path, or a server's URL without its password.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.pool.place() {
            Database::File(path) => path.display().to_string(),
            Database::Server(server) => server.shown.clone(),
        }
    }

    /// The number under which this centre's rows stand.
    #[must_use]
    pub const fn centre_id(&self) -> i64 {
        self.centre_id
    }

    /// Where the database lies; `None` where it is a server's.
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

    /// Closes every connection, so that files can be moved and journals are gone.
    pub fn close(self) {
        self.pool.close();
    }

    /// Makes the centre's row, or finds that another centre has its number.
    fn enrol(&self, code: &str) -> Result<(), StoreError> {
        let connection = Pool::acquire(&self.pool)?;
        // A centre that is there is only looked at: its database may be a copy that cannot be written to.
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
