//! Ingests a file's transactions: the whole file in one commit, or nothing of it.
//!
//! Start at [`IngestSession::begin`]. Batches of rows arrive while the file is still being read; a row with a
//! known identity is compared, not written. Rows that only the complete delivery can decide are deferred until
//! [`Intake::end_delivery`]: duplicate serials ([`repeated`]), rows without a serial ([`silent`]), parts of a
//! booking ([`booking`]). [`Intake::keep`] commits the rows together with the file's record,
//! [`Intake::abandon`] rolls them back.
//!
//! Invariant: the order of files and of lines in one night changes nothing. If two rows of one night have the
//! same identity and contradict each other, the one with the smaller content is kept, whichever came first. A
//! row from an earlier night is always kept, though its empty fields may be filled in.

mod agree;
mod batch;
mod booking;
pub(super) mod branch;
mod copy_batch;
mod feed;
pub(super) mod feed_deliveries;
mod held;
mod identities;
mod ingest_session;
mod known;
mod origin;
mod pairing;
mod proof;
mod repeated;
mod silent;
mod sorting;
pub(super) mod withdraw;

pub use batch::{RowOrigin, TransactionBatch};
pub use held::HeldFile;
pub use ingest_session::IngestSession;

use self::agree::{difference, united, written};
use self::batch::BatchRow;
use self::booking::Whole;
use self::branch::BranchKeys;
use self::feed::Feed;
use self::identities::Identities;
use self::known::Origin;
use self::known::{KEPT, Kept, Known, Stage, Written};
use self::origin::{Meetings, Met, Sign};
use self::proof::Proof;
use super::{StoreError, WorkingSet, trail};
use crate::feed::{Flag, Format, Reject};
use crate::matching::AccountIndex;
use crate::remark::Reader;
use crate::remittance::{BankTransaction, Direction, Money, Total};
use crate::store::database::row::day_number;
use crate::store::database::seal::{Gathered, RowSeal, fact};
use crate::store::database::sql::{Connection, params};
use crate::store::database::tx::{Binder, Tx};
use crate::store::posting::working_set::{TransactionColumns, account_id, transactions_by_serial};
use chrono::NaiveDate;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// A file's identity and metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedMark {
    /// Hash of the content: equal bytes for one account are one feed.
    pub feed_id: String,
    pub file_name: String,
    pub format: Format,
    pub encoding: String,
}

/// A statement as stored; amounts are CNY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRecord {
    /// Its first line in the file.
    pub line: u64,
    pub account: AccountIndex,
    pub identification: Option<String>,
    pub opening: Option<(Money, Option<NaiveDate>)>,
    pub closing: Option<(Money, Option<NaiveDate>)>,
    pub entries: u64,
    pub sum_credit: Money,
    pub sum_debit: Money,
    /// Whether its balances prove each entry; `None` if it has no balances.
    pub proved: Option<bool>,
}

/// A remark on a file, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagRecord {
    pub line: u64,
    pub code: String,
    pub detail: String,
}

impl FlagRecord {
    #[must_use]
    pub fn of(flag: &Flag) -> Self {
        Self { line: flag.line(), code: flag.code().to_owned(), detail: flag.detail() }
    }
}

/// The outcome of a file's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub entries: u64,
    pub fresh: u64,
    pub seen: u64,
    pub conflicting: u64,
    pub rejected: u64,
}

/// A file being ingested.
#[derive(Debug)]
pub struct Intake<'a> {
    tx: &'a Tx,
    branches: &'a RefCell<BranchKeys>,
    reader: &'a Reader,
    met: &'a RefCell<HashSet<u64>>,
    met_as: &'a RandomState,
    taken_on: i64,
    /// The first booking day that is not archived.
    archived_until: Option<i64>,
    taken: Taken,
    receipts: BTreeMap<(i64, i64), (Total, Total)>,
    /// The number of this feed, and its matches with rows of other feeds.
    feed_no: i64,
    met_of: Meetings,
    set_aside: Vec<SetAside>,
    /// Flags of the file that show only when its rows are compared.
    told: Vec<FlagRecord>,
    slate_mark: usize,
    /// A row left open by earlier nights was completed.
    completed: bool,
    // The fields up to the parts belong to one delivery: the file, or one member of an archive.
    /// Hashes of its identities. On SQLite, new rows are added once one of them is looked up.
    met_here: HashSet<u64>,
    /// Whether it includes the new rows; otherwise they are in the working set from this position on.
    met_all: bool,
    delivery_mark: usize,
    proof: Proof,
    /// Days checked for rows without a serial, and whether none was stored before.
    days: HashMap<(i64, NaiveDate), bool>,
    /// Whether the store has bookings known part by part.
    has_bookings: bool,
    /// Bookings whose parts are in this delivery.
    bookings: BTreeMap<(i64, String), Whole>,
    /// Rows deferred to its end: parts of bookings known as one sum, rows whose serial is a conflict or a
    /// duplicate, and rows without a serial under a new name.
    parts: TransactionBatch,
    repeated: TransactionBatch,
    silent: TransactionBatch,
    // For PostgreSQL's bulk writing; see `ingest/copy_batch.rs`.
    /// The second connection, if there is one.
    identities: Option<&'a Identities>,
    /// The batch whose identities were sent ahead.
    ahead: Option<TransactionBatch>,
    /// Hashes of the identities in earlier deliveries of this file.
    met_before: HashSet<u64>,
    /// Rows that an earlier file of this night brought too, buffered for a joint look-up.
    later: TransactionBatch,
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

/// Inserts a new transaction.
fn insert() -> String {
    let columns = Written::COLUMNS;
    let values: Vec<String> =
        (1..).zip(columns.split(", ")).map(|(place, _)| format!("?{place}")).collect();
    format!(
        "insert into bank_transaction ({columns}) values ({})
            on conflict (centre_id, account_id, serial) do nothing",
        values.join(", ")
    )
}

/// The identity of a transaction within its centre: its account and its serial.
type Identity<'b> = (i64, &'b str);

/// A row with the values to be written.
struct Placed<'b> {
    row: &'b BatchRow,
    transaction: BankTransaction<'b>,
    branch_id: Option<i64>,
    /// The booking it is a part of.
    booking: Option<(&'b str, Money)>,
}

impl<'b> Placed<'b> {
    fn identity(&self) -> Identity<'b> {
        (account_id(self.row.account), self.transaction.serial)
    }

    fn bind(&self, row: &mut Binder<'_, '_>, centre: i64, taken: Origin) -> Result<(), StoreError> {
        let (account_id, branch_id) = (account_id(self.row.account), self.branch_id);
        Written { account_id, transaction: self.transaction, branch_id }.bind(row, centre, taken)
    }
}

/// A batch's rows with their banks, which are already known.
fn place<'b>(
    batch: &'b TransactionBatch,
    branches: &'b BranchKeys,
) -> Result<Vec<Placed<'b>>, StoreError> {
    let place = |row: &'b BatchRow| {
        let bank = branches.names(row.branch);
        let branch_id = row.branch.map(|number| branches.key(number)).transpose()?;
        let (transaction, booking) = (batch.transaction(row, bank), batch.booking(row));
        Ok(Placed { row, transaction, branch_id, booking })
    };
    batch.rows.iter().map(place).collect()
}

impl<'a> Intake<'a> {
    /// Writes a batch; new rows enter the working set, on PostgreSQL only when the next batch comes.
    pub fn write(
        &mut self,
        batch: TransactionBatch,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let branches: &'a RefCell<BranchKeys> = self.branches;
        {
            let mut branches = branches.borrow_mut();
            branches.meet(&batch.branches);
            branches.find(self.tx, batch.rows.iter().filter_map(|row| row.branch))?;
        }
        self.taken.entries += batch.rows.len() as u64;
        let batch = self.sort_out(batch, working_set)?;
        match &*self.tx.connection {
            Connection::Sqlite(..) => {
                self.write_singly(place(&batch, &branches.borrow())?, working_set)
            }
            Connection::Postgres(..) => self.copy_batch(batch, working_set),
        }
    }

    /// SQLite: the insert itself detects whether the row exists.
    fn write_singly(
        &mut self,
        rows: Vec<Placed<'_>>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let (tx, taken): (&'a Tx, Origin) = (self.tx, self.origin());
        let Connection::Sqlite(connection, sealing) = &*tx.connection else { return Ok(()) };
        let Some(plan) = tx.connection.plan(&insert())? else { return Err(StoreError::Writer) };
        // A row whose columns are not in the table's order cannot be sealed while it is inserted.
        let Some(direct) = &plan.direct else { return Err(StoreError::Writer) };
        let mut insert = connection.prepare_cached(direct)?;
        let mut gathered = Gathered::of(Arc::clone(&plan.shape));
        let mut seal = RowSeal::default();
        for placed in rows {
            let mut binder = Binder::Bound { statement: &mut insert, next: 1, seal };
            binder.begin_seal(&plan.shape.table);
            placed.bind(&mut binder, tx.centre_id, taken)?;
            let sealed = binder.end_seal()?;
            seal = binder.into_seal();
            if insert.raw_execute()? > 0 {
                gathered.put_in(&sealed);
                self.on_new(placed.row, &placed.transaction, working_set);
            } else {
                self.on_known(&placed, working_set)?;
            }
        }
        sealing.gather(gathered);
        Ok(())
    }

    /// Handles a new row.
    fn on_new(
        &mut self,
        row: &BatchRow,
        transaction: &BankTransaction<'_>,
        working_set: &mut WorkingSet,
    ) {
        self.taken.fresh += 1;
        self.receive(account_id(row.account), transaction, Sign::In);
        working_set.push(row.account, transaction, row.claim.clone(), row.kind);
        if self.met_all && !self.tx.connection.dialect().copies_in() {
            self.met_here.insert(self.met_as_hash(account_id(row.account), transaction.serial));
        }
    }

    /// Handles a row whose identity is known: looks up the stored row.
    fn on_known(
        &mut self,
        placed: &Placed<'_>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let (account, serial) = placed.identity();
        if !self.claim(account, serial, working_set) {
            self.keep_back(placed);
            return Ok(());
        }
        let from = transactions_by_serial(&self.tx.connection);
        let sql = format!(
            "select {} from {from} where t.centre_id = ?1 and t.account_id = ?2 and t.serial = ?3",
            *KEPT
        );
        let tx: &'a Tx = self.tx;
        let mut select = tx.connection.prepare_cached(&sql)?;
        let mut rows = select.query(params![tx.centre_id, account, serial])?;
        let Some(found) = rows.next()? else { return Err(StoreError::NoRow) };
        let (columns, beside): (TransactionColumns<'_>, Kept) = found.read()?;
        let (kept, taken) = (columns.transaction()?, beside.origin());
        if let Some(whole) = united(&kept, &placed.transaction, self.reader)
            && whole == kept
        {
            self.taken.seen += 1;
            self.met_of.note((account, kept.booked_on), taken.feed_no, Met::Seen, 1);
            return Ok(());
        }
        let kept = Known::of(account, &kept, taken, beside.stage(self.taken_on));
        drop(rows);
        self.on_duplicate(placed, &kept, working_set)
    }

    /// Handles a row whose known identity is now claimed: a duplicate, or deferred.
    fn on_duplicate(
        &mut self,
        placed: &Placed<'_>,
        kept: &Known,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let one = kept.transaction();
        let Some(whole) = united(&one, &placed.transaction, self.reader) else {
            // Another row of the delivery may still match the stored one.
            let named = self.met_as_hash(kept.account_id, &kept.serial);
            self.met_here.remove(&named);
            self.keep_back(placed);
            return Ok(());
        };
        self.note_seen(kept, 1);
        if whole == one || kept.stage == Stage::Settled {
            return Ok(());
        }
        self.replace(kept, &whole, working_set)
    }

    /// Claims an identity; `false` if an earlier row of this delivery did.
    fn claim(&mut self, account_id: i64, serial: &str, working_set: &WorkingSet) -> bool {
        self.note_new(working_set);
        let named = self.met_as_hash(account_id, serial);
        self.met_here.insert(named)
    }

    fn keep_back(&mut self, placed: &Placed<'_>) {
        let booking = placed.booking.map(|(serial, _)| serial).unwrap_or_default();
        self.repeated.copy(placed.row, &placed.transaction, booking);
    }

    fn met_as_hash(&self, account_id: i64, serial: &str) -> u64 {
        self.met_as.hash_one((account_id, serial))
    }

    /// Whether a row of this delivery claimed the stored row with this identity.
    fn is_claimed(&mut self, account_id: i64, serial: &str, working_set: &WorkingSet) -> bool {
        self.note_new(working_set);
        self.met_here.contains(&self.met_as_hash(account_id, serial))
    }

    /// Adds the identities of this delivery's new rows, which so far are only in the working set.
    fn note_new(&mut self, working_set: &WorkingSet) {
        if !self.met_all {
            for (account, serial) in working_set.identities(self.delivery_mark) {
                let named = self.met_as_hash(account_id(account), serial);
                self.met_here.insert(named);
            }
            self.met_all = true;
        }
    }

    /// Ends a delivery: decides its deferred rows, now that its statements are known.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn end_delivery(
        &mut self,
        statements: &[StatementRecord],
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        self.write_rest(working_set)?;
        self.proof = Proof::of(statements);
        let branches: &'a RefCell<BranchKeys> = self.branches;
        let branches = branches.borrow();
        let parts = std::mem::take(&mut self.parts);
        self.settle_parts(place(&parts, &branches)?, working_set)?;
        let repeated = std::mem::take(&mut self.repeated);
        self.settle_repeated(place(&repeated, &branches)?, working_set)?;
        let silent = std::mem::take(&mut self.silent);
        self.settle_silent(&place(&silent, &branches)?, working_set)?;
        self.note_bookings()?;
        self.met_before.extend(self.met_here.drain());
        self.met_all = self.tx.connection.dialect().copies_in();
        self.delivery_mark = working_set.len();
        self.days.clear();
        Ok(())
    }

    /// Begins another delivery of the same file: a member of an archive.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn next_delivery(
        &mut self,
        statements: &[StatementRecord],
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        self.end_delivery(statements, working_set)?;
        match self.identities {
            Some(identities) if !identities.begin()? => {
                self.identities = None;
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    fn reject_conflict(
        &mut self,
        line: u64,
        aside: &BankTransaction<'_>,
        stands: &BankTransaction<'_>,
    ) {
        self.set_aside.push(SetAside {
            line,
            field_no: None,
            field: "交易流水号".to_owned(),
            found: aside.serial.to_owned(),
            problem: format!("conflicting-duplicate: {}", difference(aside, stands)),
            row: written(aside),
        });
    }

    /// Whether a transaction belongs to an archived month.
    fn is_archived(&self, transaction: &BankTransaction<'_>) -> bool {
        let booked_on = day_number(transaction.booked_on);
        self.archived_until.is_some_and(|until| booked_on < until)
    }

    /// Rejects a row whose month is already archived: whether it is a duplicate can no longer be known.
    fn reject_late_conflict(&mut self, line: u64, transaction: &BankTransaction<'_>) {
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

    fn receive(&mut self, account_id: i64, transaction: &BankTransaction<'_>, sign: Sign) {
        let key = (account_id, day_number(transaction.booked_on));
        let (credit, debit) = self.receipts.entry(key).or_default();
        let side = match transaction.direction {
            Direction::Credit => credit,
            Direction::Debit => debit,
        };
        match sign {
            Sign::In => *side += transaction.amount.into(),
            Sign::Out => *side -= transaction.amount.into(),
        }
    }

    /// Records a row that could not be read.
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

    /// Rolls back the file: its rows, and their places in the working set.
    pub fn abandon(self, working_set: &mut WorkingSet) -> Result<(), StoreError> {
        working_set.truncate(self.slate_mark);
        self.branches.borrow_mut().forget();
        if let Some(identities) = self.identities {
            identities.undo()?;
        }
        self.tx.rollback()
    }

    /// Commits the file, whose last delivery has ended.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn keep(
        mut self,
        mark: &FeedMark,
        statements: &[StatementRecord],
        mut flags: Vec<FlagRecord>,
    ) -> Result<Taken, StoreError> {
        let taken = self.taken;
        self.set_aside.sort_by_key(|aside| aside.line);
        let sql = "insert into feed (centre_id, feed_id, file_name, format, encoding, taken_on,
                    entries, fresh, seen, conflicting, rejected, judged, number)
                values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        self.tx.connection.prepare_cached(sql)?.execute(params![
            self.tx.centre_id,
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
            taken.fresh == 0,
            self.feed_no
        ])?;
        let feed = Feed { tx: self.tx, feed_id: &mark.feed_id };
        feed.receipts(&self.receipts)?;
        feed.meetings(self.feed_no, &self.met_of)?;
        fact::write(&self.tx.connection, self.tx.centre_id, &mark.feed_id)?;
        feed.set_aside(&self.set_aside)?;
        feed.statements(statements)?;
        flags.append(&mut self.told);
        feed.flags(&flags)?;
        if self.completed {
            trail::rebuild_epoch(&self.tx.connection, self.tx.centre_id)?;
        }
        self.tx.commit()?;
        self.met.borrow_mut().extend(self.met_before);
        Ok(taken)
    }
}
