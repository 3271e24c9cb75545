//! Takes a file's transactions in: the whole file in one commit, or nothing of it.
//!
//! Start at [`Till::begin`]. Batches of rows arrive while the file is still being read; a row
//! whose identity is known is compared, not written. [`Intake::keep`] commits what the file said
//! of itself together with its rows, [`Intake::abandon`] undoes them.
//!
//! Invariant: the order of files and of lines in one night changes nothing. Where two rows of one
//! night share an identity and differ, the one with the smaller content stands, whichever came
//! first; what stood before tonight always stands.

use super::branch::{self, Branch, BranchKeys, BranchNumber, BranchNumbers};
use super::bulk::Bulk;
use super::row::{day_number, direction_number, filled, time_number};
use super::slate::{TRANSACTION_COLUMNS, account_id, transaction};
use super::{Slate, Store, StoreError};
use crate::feed::{Format, Reject};
use crate::matching::{AccountIndex, Kind};
use crate::remark::Claim;
use crate::remittance::{BankTransaction, Counterparty, Direction, Money, Remarks};
use chrono::{NaiveDate, NaiveTime};
use rusqlite::{Connection, params};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Text fields a row has.
const TEXTS: usize = 7;

/// Rows of one file, read and judged as far as one row can be, packed for the writing thread.
#[derive(Clone, Debug, Default)]
pub struct TransactionBatch {
    text: String,
    rows: Vec<BatchRow>,
    /// Branches that no batch before this one named, in the order of their numbers.
    branches: Vec<Branch>,
}

#[derive(Clone, Debug)]
struct BatchRow {
    line: u64,
    account: AccountIndex,
    booked_on: NaiveDate,
    booked_time: Option<NaiveTime>,
    direction: Direction,
    amount: Money,
    balance: Option<Money>,
    reversal: bool,
    claim: Claim,
    kind: Kind,
    branch: Option<BranchNumber>,
    /// Where its texts end in the batch; the first starts where the row before it ends.
    start: usize,
    ends: [usize; TEXTS],
}

impl TransactionBatch {
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn push(
        &mut self,
        line: u64,
        account: AccountIndex,
        transaction: &BankTransaction<'_>,
        claim: Claim,
        kind: Kind,
        branches: &mut BranchNumbers,
    ) {
        let start = self.text.len();
        let (party, remarks) = (&transaction.counterparty, &transaction.remarks);
        let branch = branches.number(party.bank_code, party.bank_name).map(|(number, first)| {
            self.branches.extend(first);
            number
        });
        let texts = [
            transaction.serial,
            party.account,
            party.name,
            remarks.postscript,
            remarks.purpose,
            remarks.summary,
            remarks.note,
        ];
        let ends = texts.map(|text| {
            self.text.push_str(text);
            self.text.len()
        });
        self.rows.push(BatchRow {
            line,
            account,
            booked_on: transaction.booked_on,
            booked_time: transaction.booked_time,
            direction: transaction.direction,
            amount: transaction.amount,
            balance: transaction.balance,
            reversal: transaction.reversal,
            claim,
            kind,
            branch,
            start,
            ends,
        });
    }

    /// The row as a transaction; `bank` is 行号 and 开户行 of its branch.
    fn transaction<'a>(&'a self, row: &BatchRow, bank: (&'a str, &'a str)) -> BankTransaction<'a> {
        let mut start = row.start;
        let [serial, account, name, postscript, purpose, summary, note] = row.ends.map(|end| {
            let text = self.text.get(start..end).unwrap_or_default();
            start = end;
            text
        });
        BankTransaction {
            account: "",
            serial,
            booked_on: row.booked_on,
            booked_time: row.booked_time,
            direction: row.direction,
            amount: row.amount,
            balance: row.balance,
            counterparty: Counterparty { account, name, bank_code: bank.0, bank_name: bank.1 },
            remarks: Remarks { postscript, purpose, summary, note },
            reversal: row.reversal,
        }
    }
}

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
    taken_on: i64,
    taken: Taken,
    receipts: BTreeMap<(i64, i64), (i64, i64)>,
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

const INSERT: &str = "insert into bank_transaction values
    (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
    on conflict do nothing";

const REPLACE: &str = "replace into bank_transaction values
    (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";

impl<'a> Intake<'a> {
    /// Writes a batch; fresh rows go on the slate.
    pub fn write(&mut self, batch: &TransactionBatch, slate: &mut Slate) -> Result<(), StoreError> {
        let branches: &'a RefCell<BranchKeys> = self.branches;
        let mut branches = branches.borrow_mut();
        branches.meet(&batch.branches);
        let mut insert = self.bulk.connection.prepare_cached(INSERT)?;
        for row in &batch.rows {
            self.taken.entries += 1;
            let branch_id = row.branch.map(|number| branches.key(self.bulk, number)).transpose()?;
            let bank = row.branch.map(|number| branches.names(number)).unwrap_or_default();
            let transaction = batch.transaction(row, bank);
            if self.bind(&mut insert, row.account, &transaction, branch_id)? > 0 {
                self.taken.fresh += 1;
                self.receive(row.account, &transaction, 1);
                slate.push(row.account, &transaction, row.claim.clone(), row.kind);
            } else {
                self.meet(row, &transaction, slate)?;
            }
        }
        Ok(())
    }

    fn bind(
        &self,
        insert: &mut rusqlite::CachedStatement<'_>,
        account: AccountIndex,
        transaction: &BankTransaction<'_>,
        branch_id: Option<i64>,
    ) -> Result<usize, StoreError> {
        let (party, remarks) = (&transaction.counterparty, &transaction.remarks);
        Ok(insert.execute(params![
            self.bulk.centre_id,
            account_id(account),
            transaction.serial,
            day_number(transaction.booked_on),
            transaction.booked_time.map(time_number),
            direction_number(transaction.direction),
            transaction.amount.fen(),
            transaction.balance.map(Money::fen),
            filled(party.account),
            filled(party.name),
            branch_id,
            filled(remarks.postscript),
            filled(remarks.purpose),
            filled(remarks.summary),
            filled(remarks.note),
            transaction.reversal,
            self.taken_on,
        ])?)
    }

    /// A row whose identity is known: seen before, or in conflict.
    fn meet(
        &mut self,
        row: &BatchRow,
        given: &BankTransaction<'_>,
        slate: &mut Slate,
    ) -> Result<(), StoreError> {
        let key = params![self.bulk.centre_id, account_id(row.account), given.serial];
        let sql = format!(
            "select {TRANSACTION_COLUMNS}, t.taken_on, exists (select 1 from decision d
                where d.centre_id = t.centre_id and d.account_id = t.account_id
                and d.serial = t.serial)
             from bank_transaction t where centre_id = ?1 and account_id = ?2 and serial = ?3"
        );
        let mut select = self.bulk.connection.prepare_cached(&sql)?;
        let mut rows = select.query(key)?;
        let Some(found) = rows.next()? else { return Err(StoreError::Writer) };
        let kept = transaction(found)?;
        let of_tonight = found.get::<_, i64>(16)? == self.taken_on && !found.get::<_, bool>(17)?;
        if agree(&kept, given) {
            self.taken.seen += 1;
            let whole = united(&kept, given);
            if of_tonight && whole != kept {
                self.replace(row.account, &whole, slate)?;
            }
            return Ok(());
        }
        self.taken.conflicting += 1;
        if of_tonight && content(given) < content(&kept) {
            self.put_aside(row.line, &kept, given);
            self.receive(row.account, &kept, -1);
            self.receive(row.account, given, 1);
            self.replace(row.account, given, slate)?;
        } else {
            self.put_aside(row.line, given, &kept);
        }
        Ok(())
    }

    /// Writes another content for a transaction of tonight that no night has decided yet.
    fn replace(
        &self,
        account: AccountIndex,
        transaction: &BankTransaction<'_>,
        slate: &mut Slate,
    ) -> Result<(), StoreError> {
        slate.outdate();
        let Counterparty { bank_code, bank_name, .. } = transaction.counterparty;
        let named = !bank_code.is_empty() || !bank_name.is_empty();
        let branch_id =
            named.then(|| branch::key_of(self.bulk, bank_code, bank_name)).transpose()?;
        let mut replace = self.bulk.connection.prepare_cached(REPLACE)?;
        self.bind(&mut replace, account, transaction, branch_id)?;
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
        self.bulk.rollback()
    }

    /// Commits the file.
    pub fn keep(
        mut self,
        mark: &FeedMark,
        statements: &[StatementRecord],
        flags: &[FlagRecord],
    ) -> Result<Taken, StoreError> {
        let connection = &self.bulk.connection;
        let centre_id = self.bulk.centre_id;
        let taken = self.taken;
        self.set_aside.sort_by_key(|aside| aside.line);
        connection
            .prepare_cached(
                "insert into feed values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                centre_id,
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
        let feed = Feed { connection, centre_id, feed_id: &mark.feed_id };
        feed.receipts(&self.receipts)?;
        feed.set_aside(&self.set_aside)?;
        feed.statements(statements)?;
        feed.flags(flags)?;
        self.bulk.commit()?;
        Ok(taken)
    }
}

/// The rows that hang on a feed.
struct Feed<'a> {
    connection: &'a Connection,
    centre_id: i64,
    feed_id: &'a str,
}

impl Feed<'_> {
    fn receipts(&self, receipts: &BTreeMap<(i64, i64), (i64, i64)>) -> Result<(), StoreError> {
        let mut insert = self
            .connection
            .prepare_cached("insert into receipt values (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for ((account, booked_on), (credit, debit)) in receipts {
            insert.execute(params![
                self.centre_id,
                self.feed_id,
                account,
                booked_on,
                credit,
                debit
            ])?;
        }
        Ok(())
    }

    fn set_aside(&self, set_aside: &[SetAside]) -> Result<(), StoreError> {
        let mut insert = self
            .connection
            .prepare_cached("insert into set_aside values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
        for (position, aside) in (1_i64..).zip(set_aside) {
            insert.execute(params![
                self.centre_id,
                self.feed_id,
                position,
                aside.line.cast_signed(),
                aside.field_no,
                aside.field,
                aside.found,
                aside.problem,
                aside.row
            ])?;
        }
        Ok(())
    }

    fn statements(&self, statements: &[StatementRecord]) -> Result<(), StoreError> {
        let mut insert = self.connection.prepare_cached(
            "insert into statement values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?;
        for (position, statement) in (1_i64..).zip(statements) {
            let (opening, closing) = (statement.opening, statement.closing);
            insert.execute(params![
                self.centre_id,
                self.feed_id,
                position,
                account_id(statement.account),
                statement.identification,
                opening.map(|(amount, _)| amount.fen()),
                opening.and_then(|(_, on)| on).map(day_number),
                closing.map(|(amount, _)| amount.fen()),
                closing.and_then(|(_, on)| on).map(day_number),
                statement.entries.cast_signed(),
                statement.sum_credit.fen(),
                statement.sum_debit.fen()
            ])?;
        }
        Ok(())
    }

    fn flags(&self, flags: &[FlagRecord]) -> Result<(), StoreError> {
        let mut insert = self
            .connection
            .prepare_cached("insert into feed_flag values (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for (position, flag) in (1_i64..).zip(flags) {
            insert.execute(params![
                self.centre_id,
                self.feed_id,
                position,
                flag.line.cast_signed(),
                flag.code,
                flag.detail
            ])?;
        }
        Ok(())
    }
}

/// Whether two deliveries of one identity say the same.
///
/// Time, balance and the other side's bank are in one of a bank's formats and not in another: where
/// one delivery is silent on them there is no contradiction. Everything else must be equal, silence
/// included: a remark that appears only later could change the reading.
fn agree(kept: &BankTransaction<'_>, given: &BankTransaction<'_>) -> bool {
    fn compatible<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
        one.is_none() || other.is_none() || one == other
    }
    let facts = |transaction: &BankTransaction<'_>| {
        (transaction.booked_on, transaction.direction, transaction.amount, transaction.reversal)
    };
    let (one, other) = (&kept.counterparty, &given.counterparty);
    facts(kept) == facts(given)
        && kept.remarks == given.remarks
        && (one.account, one.name) == (other.account, other.name)
        && compatible(kept.booked_time, given.booked_time)
        && compatible(kept.balance, given.balance)
        && compatible(filled(one.bank_code), filled(other.bank_code))
        && compatible(filled(one.bank_name), filled(other.bank_name))
}

/// Two deliveries that agree, as one: what either leaves out, the other says. So it does not matter
/// which format of one night came first.
fn united<'a>(kept: &BankTransaction<'a>, given: &BankTransaction<'a>) -> BankTransaction<'a> {
    let filled = |one: &'a str, other: &'a str| if one.is_empty() { other } else { one };
    let (one, other) = (&kept.counterparty, &given.counterparty);
    BankTransaction {
        booked_time: kept.booked_time.or(given.booked_time),
        balance: kept.balance.or(given.balance),
        counterparty: Counterparty {
            bank_code: filled(one.bank_code, other.bank_code),
            bank_name: filled(one.bank_name, other.bank_name),
            ..kept.counterparty
        },
        ..*kept
    }
}

/// Everything the bank said of a transaction, in one order: which of two contents stands.
type Content<'a> = (
    (NaiveDate, Option<NaiveTime>, Direction, Money, Option<Money>, bool),
    [&'a str; 4],
    [&'a str; 4],
);

fn content<'a>(transaction: &BankTransaction<'a>) -> Content<'a> {
    let (party, remarks) = (&transaction.counterparty, &transaction.remarks);
    (
        (
            transaction.booked_on,
            transaction.booked_time,
            transaction.direction,
            transaction.amount,
            transaction.balance,
            transaction.reversal,
        ),
        [party.account, party.name, party.bank_code, party.bank_name],
        [remarks.postscript, remarks.purpose, remarks.summary, remarks.note],
    )
}

/// The first field in which two transactions of one identity differ, for the clerk.
fn difference(aside: &BankTransaction<'_>, stands: &BankTransaction<'_>) -> String {
    let fields = |transaction: &BankTransaction<'_>| {
        let (party, remarks) = (transaction.counterparty, transaction.remarks);
        [
            ("交易日期", transaction.booked_on.to_string()),
            ("交易金额", transaction.amount.to_string()),
            ("借贷标志", transaction.direction.to_string()),
            ("附言", remarks.postscript.to_owned()),
            ("用途", remarks.purpose.to_owned()),
            ("摘要", remarks.summary.to_owned()),
            ("备注", remarks.note.to_owned()),
            ("对方账号", party.account.to_owned()),
            ("对方户名", party.name.to_owned()),
            ("对方行号", party.bank_code.to_owned()),
            ("对方开户行", party.bank_name.to_owned()),
            ("交易时间", transaction.booked_time.map(|time| time.to_string()).unwrap_or_default()),
            ("余额", transaction.balance.map(|balance| balance.to_string()).unwrap_or_default()),
            ("冲正标志", transaction.reversal.to_string()),
        ]
    };
    let differing = fields(aside).into_iter().zip(fields(stands)).find(|(one, other)| one != other);
    match differing {
        Some(((field, found), (_, kept))) => {
            format!("{field} is {kept:?} already, found {found:?}")
        }
        None => String::new(),
    }
}

/// A transaction as a row of the standard feed, so that what was set aside can be read again.
fn written(transaction: &BankTransaction<'_>) -> String {
    let (party, remarks) = (transaction.counterparty, transaction.remarks);
    [
        transaction.serial.to_owned(),
        transaction.booked_on.to_string(),
        transaction.booked_time.map(|time| time.to_string()).unwrap_or_default(),
        match transaction.direction {
            Direction::Credit => "贷".to_owned(),
            Direction::Debit => "借".to_owned(),
        },
        transaction.amount.to_string(),
        transaction.balance.map(|balance| balance.to_string()).unwrap_or_default(),
        party.account.to_owned(),
        party.name.to_owned(),
        party.bank_code.to_owned(),
        party.bank_name.to_owned(),
        remarks.summary.to_owned(),
        remarks.postscript.to_owned(),
        remarks.purpose.to_owned(),
        remarks.note.to_owned(),
    ]
    .join(",")
}

/// Where files are taken in: a connection that lives as long as the night's intake.
#[derive(Debug)]
pub struct Till {
    bulk: Bulk,
    branches: RefCell<BranchKeys>,
}

impl Store {
    /// Opens the till.
    ///
    /// # Errors
    /// [`StoreError`] where the database cannot be opened.
    pub fn till(&self) -> Result<Till, StoreError> {
        Ok(Till { bulk: Bulk::open(self)?, branches: RefCell::default() })
    }
}

impl Till {
    /// Begins a file; `slate` shows where its rows will start.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn begin(&self, taken_on: NaiveDate, slate: &Slate) -> Result<Intake<'_>, StoreError> {
        self.bulk.begin()?;
        Ok(Intake {
            bulk: &self.bulk,
            branches: &self.branches,
            taken_on: day_number(taken_on),
            taken: Taken::default(),
            receipts: BTreeMap::new(),
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
        Ok(select.exists(params![self.bulk.centre_id, feed_id])?)
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
                reason = excluded.reason, last_on = max(last_on, excluded.last_on)";
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
