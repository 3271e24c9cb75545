//! Takes a file's transactions in: the whole file in one commit, or nothing of it.
//!
//! Start at [`Till::begin`]. Batches of rows arrive while the file is still being read; a row
//! whose identity is known is compared, not written. [`Intake::keep`] commits what the file said
//! of itself together with its rows, [`Intake::abandon`] undoes them.
//!
//! Invariant: the order of files and of lines in one night changes nothing. Where two rows of one
//! night share an identity and differ, the one with the smaller content stands, whichever came
//! first; what stood before tonight always stands.

mod agree;
mod batch;
mod feed;
mod identities;
mod together;

pub use batch::TransactionBatch;

use self::agree::{agree, content, difference, united, written};
use self::batch::BatchRow;
use self::feed::Feed;
use self::identities::{Identities, LOCK_TIMEOUT};
use super::branch::{self, BranchKeys};
use super::bulk::{Binder, Bulk};
use super::row::{day_number, direction_number, filled, time_number};
use super::slate::{TRANSACTION_COLUMNS, account_id, transaction, transactions_by_serial};
use super::sql::{Connection, Row, params};
use super::{Slate, Store, StoreError};
use crate::feed::{Format, Reject};
use crate::matching::AccountIndex;
use crate::remittance::{BankTransaction, Counterparty, Direction, Money};
use chrono::NaiveDate;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::hash::RandomState;

/// What a file is, for its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedMark {
    /// From content: equal bytes for one account are one feed.
    pub feed_id: String,
    pub file_name: String,
    pub format: Format,
    pub encoding: String,
}

/// A statement as the store keeps it; amounts are CNY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRecord {
    pub account: AccountIndex,
    pub identification: Option<String>,
    pub opening: Option<(Money, Option<NaiveDate>)>,
    pub closing: Option<(Money, Option<NaiveDate>)>,
    pub entries: u64,
    pub sum_credit: Money,
    pub sum_debit: Money,
}

/// Something to know of a file, as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagRecord {
    pub line: u64,
    pub code: String,
    pub detail: String,
}

/// What became of a file's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub entries: u64,
    pub fresh: u64,
    pub seen: u64,
    pub conflicting: u64,
    pub rejected: u64,
}

/// A file being taken in.
#[derive(Debug)]
pub struct Intake<'a> {
    bulk: &'a Bulk,
    branches: &'a RefCell<BranchKeys>,
    met: &'a RefCell<HashSet<u64>>,
    met_as: &'a RandomState,
    taken_on: i64,
    /// The first booking day that is not archived.
    archived_until: Option<i64>,
    taken: Taken,
    receipts: BTreeMap<(i64, i64), (i64, i64)>,
    // How PostgreSQL writes; see `together.rs`.
    /// The second connection, where there is one.
    identities: Option<&'a Identities>,
    /// The batch whose identities were sent ahead.
    ahead: Option<TransactionBatch>,
    /// Hashes of the identities met in this file.
    met_here: HashSet<u64>,
    /// Rows that an earlier file of this night brought too, kept until some are looked up together.
    later: TransactionBatch,
    /// Rows that this file names twice, kept until its identities are committed.
    twice: TransactionBatch,
    set_aside: Vec<SetAside>,
    slate_mark: usize,
}

#[derive(Debug)]
struct SetAside {
    line: u64,
    field_no: Option<u32>,
    field: String,
    found: String,
    problem: String,
    row: String,
}

/// Columns of a transaction.
const COLUMNS: usize = 17;

const INSERT: &str = "insert into bank_transaction values
    (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
    on conflict (centre_id, account_id, serial) do nothing";

const REPLACE: &str =
    "update bank_transaction set booked_on = ?4, booked_time = ?5, direction = ?6,
        amount_fen = ?7, balance_fen = ?8, counterparty_account = ?9, counterparty_name = ?10,
        counterparty_branch_id = ?11, postscript = ?12, purpose = ?13, summary = ?14, note = ?15,
        reversal = ?16, taken_on = ?17
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?18";

/// What is kept of a transaction, when it was taken in, and whether a night decided it.
fn kept_columns() -> String {
    format!(
        "{TRANSACTION_COLUMNS}, t.taken_on, case when exists (select 1 from decision d
            where d.centre_id = t.centre_id and d.account_id = t.account_id
            and d.serial = t.serial and d.booked_on = t.booked_on) then 1 else 0 end"
    )
}

/// A row and what is written of it.
struct Placed<'b> {
    row: &'b BatchRow,
    transaction: BankTransaction<'b>,
    branch_id: Option<i64>,
}

impl Placed<'_> {
    fn bind(&self, row: &mut Binder<'_, '_>, centre: i64, taken_on: i64) -> Result<(), StoreError> {
        let transaction = &self.transaction;
        let (party, remarks) = (&transaction.counterparty, &transaction.remarks);
        row.bind(centre)?;
        row.bind(account_id(self.row.account))?;
        row.bind(transaction.serial)?;
        row.bind(day_number(transaction.booked_on))?;
        row.bind(transaction.booked_time.map(time_number))?;
        row.bind(direction_number(transaction.direction))?;
        row.bind(transaction.amount.fen())?;
        row.bind(transaction.balance.map(Money::fen))?;
        row.bind(filled(party.account))?;
        row.bind(filled(party.name))?;
        row.bind(self.branch_id)?;
        row.bind(filled(remarks.postscript))?;
        row.bind(filled(remarks.purpose))?;
        row.bind(filled(remarks.summary))?;
        row.bind(filled(remarks.note))?;
        row.bind(transaction.reversal)?;
        row.bind(taken_on)
    }
}

/// A batch's rows with their banks, which were found before.
fn place<'b>(
    batch: &'b TransactionBatch,
    branches: &'b BranchKeys,
) -> Result<Vec<Placed<'b>>, StoreError> {
    let place = |row: &'b BatchRow| {
        let bank = row.branch.map(|number| branches.names(number)).unwrap_or_default();
        let branch_id = row.branch.map(|number| branches.key(number)).transpose()?;
        Ok(Placed { row, transaction: batch.transaction(row, bank), branch_id })
    };
    batch.rows.iter().map(place).collect()
}

impl<'a> Intake<'a> {
    /// Writes a batch; fresh rows go on the slate, on PostgreSQL only when the next batch comes.
    pub fn write(&mut self, batch: TransactionBatch, slate: &mut Slate) -> Result<(), StoreError> {
        let branches: &'a RefCell<BranchKeys> = self.branches;
        {
            let mut branches = branches.borrow_mut();
            branches.meet(&batch.branches);
            branches.find(self.bulk, batch.rows.iter().filter_map(|row| row.branch))?;
        }
        self.taken.entries += batch.rows.len() as u64;
        match &*self.bulk.connection {
            Connection::Sqlite(connection) => {
                self.write_singly(connection, place(&batch, &branches.borrow())?, slate)
            }
            Connection::Postgres(_) => self.write_together(batch, slate),
        }
    }

    /// SQLite: the insert itself finds the row or makes it.
    fn write_singly(
        &mut self,
        connection: &rusqlite::Connection,
        rows: Vec<Placed<'_>>,
        slate: &mut Slate,
    ) -> Result<(), StoreError> {
        let (centre, taken_on) = (self.bulk.centre_id, self.taken_on);
        let mut insert = connection.prepare_cached(INSERT)?;
        for placed in rows {
            let mut binder = Binder::Bound { statement: &mut insert, next: 1 };
            placed.bind(&mut binder, centre, taken_on)?;
            if insert.raw_execute()? > 0 {
                self.welcome(&placed, slate);
            } else {
                self.meet_kept(&placed, slate)?;
            }
        }
        Ok(())
    }

    /// A row that was not known.
    fn welcome(&mut self, placed: &Placed<'_>, slate: &mut Slate) {
        let Placed { row, transaction, .. } = placed;
        self.taken.fresh += 1;
        self.receive(row.account, transaction, 1);
        slate.push(row.account, transaction, row.claim.clone(), row.kind);
    }

    /// A row whose identity is known: what is kept of it is looked up.
    fn meet_kept(&mut self, placed: &Placed<'_>, slate: &mut Slate) -> Result<(), StoreError> {
        let from = transactions_by_serial(&self.bulk.connection);
        let sql = format!(
            "select {} from {from} where t.centre_id = ?1 and t.account_id = ?2 and t.serial = ?3",
            kept_columns()
        );
        let bulk: &'a Bulk = self.bulk;
        let mut select = bulk.connection.prepare_cached(&sql)?;
        let (account, serial) = (account_id(placed.row.account), placed.transaction.serial);
        let mut rows = select.query(params![bulk.centre_id, account, serial])?;
        let Some(found) = rows.next()? else { return Err(StoreError::NoRow) };
        self.meet(placed, &found, slate).map(|_| ())
    }

    /// A row whose identity is known: seen before, or in conflict. Says whether what is kept changed.
    fn meet(
        &mut self,
        placed: &Placed<'_>,
        found: &Row<'_>,
        slate: &mut Slate,
    ) -> Result<bool, StoreError> {
        let (row, given) = (placed.row, &placed.transaction);
        let kept = transaction(found)?;
        let of_tonight = found.get::<i64>(16)? == self.taken_on && !found.get::<bool>(17)?;
        if agree(&kept, given) {
            self.taken.seen += 1;
            let whole = united(&kept, given);
            let fuller = of_tonight && whole != kept;
            if fuller {
                self.replace(row, &kept, &whole, slate)?;
            }
            return Ok(fuller);
        }
        self.taken.conflicting += 1;
        let stands = of_tonight && content(given) < content(&kept);
        if stands {
            self.put_aside(row.line, &kept, given);
            self.receive(row.account, &kept, -1);
            self.receive(row.account, given, 1);
            self.replace(row, &kept, given, slate)?;
        } else {
            self.put_aside(row.line, given, &kept);
        }
        Ok(stands)
    }

    /// Writes another content for a transaction of tonight that no night has decided yet.
    fn replace(
        &self,
        row: &BatchRow,
        kept: &BankTransaction<'_>,
        transaction: &BankTransaction<'_>,
        slate: &mut Slate,
    ) -> Result<(), StoreError> {
        slate.outdate();
        let bulk = self.bulk;
        let Counterparty { bank_code, bank_name, .. } = transaction.counterparty;
        let named = !bank_code.is_empty() || !bank_name.is_empty();
        let branch_id = named.then(|| branch::key_of(bulk, bank_code, bank_name)).transpose()?;
        let placed = Placed { row, transaction: *transaction, branch_id };
        let mut values = Vec::with_capacity(COLUMNS + 1);
        placed.bind(&mut Binder::Kept(&mut values), bulk.centre_id, self.taken_on)?;
        Binder::Kept(&mut values).bind(day_number(kept.booked_on))?;
        bulk.months_of([transaction.booked_on])?;
        bulk.connection.prepare_cached(REPLACE)?.execute(&Binder::given(&values))?;
        if bulk.connection.is_postgres() && kept.booked_on != transaction.booked_on {
            self.book_elsewhere(row, transaction)?;
        }
        Ok(())
    }

    fn put_aside(&mut self, line: u64, aside: &BankTransaction<'_>, stands: &BankTransaction<'_>) {
        self.set_aside.push(SetAside {
            line,
            field_no: None,
            field: "交易流水号".to_owned(),
            found: aside.serial.to_owned(),
            problem: format!("conflicting-duplicate: {}", difference(aside, stands)),
            row: written(aside),
        });
    }

    /// Whether a transaction belongs to a month that was taken off.
    fn is_archived(&self, transaction: &BankTransaction<'_>) -> bool {
        let booked_on = day_number(transaction.booked_on);
        self.archived_until.is_some_and(|until| booked_on < until)
    }

    /// A row that comes after its month was archived: nobody can tell any more whether it is known.
    fn put_late_aside(&mut self, line: u64, transaction: &BankTransaction<'_>) {
        self.taken.rejected += 1;
        self.set_aside.push(SetAside {
            line,
            field_no: None,
            field: "交易日期".to_owned(),
            found: transaction.booked_on.to_string(),
            problem: "archived-month: expected a day of a month that is not archived".to_owned(),
            row: written(transaction),
        });
    }

    fn receive(&mut self, account: AccountIndex, transaction: &BankTransaction<'_>, sign: i64) {
        let key = (account_id(account), day_number(transaction.booked_on));
        let (credit, debit) = self.receipts.entry(key).or_default();
        match transaction.direction {
            Direction::Credit => *credit += sign * transaction.amount.fen(),
            Direction::Debit => *debit += sign * transaction.amount.fen(),
        }
    }

    /// Keeps the row that could not be read.
    pub fn reject(&mut self, reject: Reject) {
        self.taken.rejected += 1;
        self.set_aside.push(SetAside {
            line: reject.line,
            field_no: reject.column,
            field: reject.field,
            found: reject.found,
            problem: reject.problem.to_string(),
            row: reject.row,
        });
    }

    /// Undoes the file: its rows, and their places on the slate.
    pub fn abandon(self, slate: &mut Slate) -> Result<(), StoreError> {
        slate.truncate(self.slate_mark);
        self.branches.borrow_mut().forget();
        if let Some(identities) = self.identities {
            identities.undo()?;
        }
        self.bulk.rollback()
    }

    /// Commits the file; what of it was kept back goes on the slate first.
    pub fn keep(
        mut self,
        mark: &FeedMark,
        statements: &[StatementRecord],
        flags: &[FlagRecord],
        slate: &mut Slate,
    ) -> Result<Taken, StoreError> {
        self.write_rest(slate)?;
        let taken = self.taken;
        self.set_aside.sort_by_key(|aside| aside.line);
        let sql = "insert into feed values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        self.bulk.connection.prepare_cached(sql)?.execute(params![
            self.bulk.centre_id,
            mark.feed_id,
            mark.file_name,
            mark.format.code(),
            mark.encoding,
            self.taken_on,
            taken.entries.cast_signed(),
            taken.fresh.cast_signed(),
            taken.seen.cast_signed(),
            taken.conflicting.cast_signed(),
            taken.rejected.cast_signed(),
            taken.fresh == 0
        ])?;
        let feed = Feed { bulk: self.bulk, feed_id: &mark.feed_id };
        feed.receipts(&self.receipts)?;
        feed.set_aside(&self.set_aside)?;
        feed.statements(statements)?;
        feed.flags(flags)?;
        self.bulk.commit()?;
        self.met.borrow_mut().extend(self.met_here);
        Ok(taken)
    }
}

/// Where files are taken in: a connection that lives as long as the night's intake.
#[derive(Debug)]
pub struct Till {
    bulk: Bulk,
    branches: RefCell<BranchKeys>,
    /// A second connection, on PostgreSQL where much comes in.
    identities: Option<Identities>,
    /// Hashes of the identities that files brought since it was opened, for whoever writes rows together:
    /// one that is here may be known, and is looked up; one that is not was not met tonight.
    met: RefCell<HashSet<u64>>,
    met_as: RandomState,
}

impl Store {
    /// Opens the till; on PostgreSQL with a second connection where much comes in.
    ///
    /// # Errors
    /// [`StoreError`] where the database cannot be opened.
    pub fn till(&self, much: bool) -> Result<Till, StoreError> {
        let bulk = Bulk::open(self)?;
        let beside = much && bulk.connection.is_postgres();
        let beside = beside.then(|| Bulk::open(self)).transpose()?;
        Ok(Till {
            bulk,
            branches: RefCell::default(),
            identities: beside.map(Identities::beside),
            met: RefCell::default(),
            met_as: RandomState::new(),
        })
    }
}

impl Till {
    /// Begins a file; `slate` shows where its rows will start.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn begin(&self, taken_on: NaiveDate, slate: &Slate) -> Result<Intake<'_>, StoreError> {
        let archived_until = self.bulk.archived_until()?;
        self.bulk.months_ahead(taken_on, archived_until)?;
        self.bulk.begin()?;
        if self.bulk.connection.is_postgres() {
            // What is asked here is asked by key, of tables that grow in this very transaction: the
            // planner has no figures of them yet and would read them whole.
            self.bulk.connection.execute_batch(
                "set local enable_seqscan = off; set local enable_hashjoin = off;
                 set local enable_mergejoin = off",
            )?;
            self.bulk.connection.execute_batch(LOCK_TIMEOUT)?;
        }
        let beside = self.identities.as_ref().map(Identities::begin).transpose()?;
        Ok(Intake {
            bulk: &self.bulk,
            branches: &self.branches,
            met: &self.met,
            met_as: &self.met_as,
            taken_on: day_number(taken_on),
            archived_until,
            taken: Taken::default(),
            receipts: BTreeMap::new(),
            identities: self.identities.as_ref().filter(|_| beside == Some(true)),
            ahead: None,
            met_here: HashSet::new(),
            later: TransactionBatch::default(),
            twice: TransactionBatch::default(),
            set_aside: Vec::new(),
            slate_mark: slate.len(),
        })
    }

    /// Whether this very file was taken in before.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn knows(&self, feed_id: &str) -> Result<bool, StoreError> {
        let mut select = self
            .bulk
            .connection
            .prepare_cached("select 1 from feed where centre_id = ?1 and feed_id = ?2")?;
        select.exists(params![self.bulk.centre_id, feed_id])
    }

    /// Notes that nothing of a file was taken in, and why.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn quarantine(
        &self,
        folder: &str,
        file_name: &str,
        reason: &str,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        let sql = "insert into quarantined_feed values (?1, ?2, ?3, ?4, ?5, ?5)
            on conflict (centre_id, folder, file_name) do update set
                reason = excluded.reason,
                last_on = case when quarantined_feed.last_on > excluded.last_on
                    then quarantined_feed.last_on else excluded.last_on end";
        self.bulk.connection.prepare_cached(sql)?.execute(params![
            self.bulk.centre_id,
            folder,
            file_name,
            reason,
            day_number(on)
        ])?;
        Ok(())
    }

    /// Notes that a file which was in quarantine is in.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn release(&self, folder: &str, file_name: &str) -> Result<(), StoreError> {
        let sql = "delete from quarantined_feed
            where centre_id = ?1 and folder = ?2 and file_name = ?3";
        let key = params![self.bulk.centre_id, folder, file_name];
        self.bulk.connection.prepare_cached(sql)?.execute(key)?;
        Ok(())
    }
}
