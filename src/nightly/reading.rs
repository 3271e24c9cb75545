//! The reading thread: turns bytes into batches of rows and parses each row as far as possible on its own.
//!
//! Invariant: a file sends `Begin` and waits for the answer; then it sends its rows, then `End`. The receiver must
//! see `End` before it trusts anything. Nothing of a file comes before its `Begin`, so the two threads never
//! deadlock.

use super::child::caught;
use super::fault::Fault;
use super::opening::{self, Opened};
use super::{Delivery, Tools};
use crate::feed::identity::Serials;
use crate::feed::{self, FeedFacts, Flag, Look, Reject, Sink, Statement, StatementEntry};
use crate::matching::AccountIndex;
use crate::remittance::{Money, RemarkField, Total};
use crate::rulebook::bank::SerialPeriod;
use crate::store::{BranchNumbers, FlagRecord, RowOrigin, StatementRecord, TransactionBatch};
use rust_decimal::Decimal;
use std::sync::mpsc::{SyncSender, sync_channel};

/// Rows per batch: large enough to make the hand-over cheap, small enough that eight batches are a few megabytes.
const BATCH_ROWS: usize = 4_096;

/// Messages from the reading to the writing thread.
pub(super) enum Message {
    /// A file begins. More of it follows only if the answer says so.
    Begin {
        /// Index in the deliveries.
        place: usize,
        /// Digest of its bytes; `None` when it could not be read, which its `End` then reports.
        sha256: Option<[u8; 32]>,
        /// Carries the answer: whether to read the file.
        answer: SyncSender<bool>,
    },
    Batch(TransactionBatch),
    /// The next member of an archive begins; the previous one was a delivery of its own.
    Member,
    Reject(Reject),
    Statement(StatementRecord),
    Flag(FlagRecord),
    /// The file ended or is rejected.
    End(Result<FeedFacts, Fault>),
}

/// Reads the deliveries in order. Stops early when the receiver is gone.
pub(super) fn read_all(tools: &Tools<'_>, sender: &SyncSender<Message>) {
    let mut branches = BranchNumbers::default();
    for (place, delivery) in tools.settings.deliveries.iter().enumerate() {
        let looked = open(tools, delivery);
        let sha256 = looked.as_ref().ok().map(|(_, look)| look.sha256());
        let (answer, answered) = sync_channel(1);
        if sender.send(Message::Begin { place, sha256, answer }).is_err() {
            return;
        }
        match answered.recv() {
            Ok(true) => {}
            Ok(false) => continue,
            Err(_) => return,
        }
        let end = looked.and_then(|(mut opened, look)| {
            let read = read_one(tools, delivery, &mut opened, &look, sender, &mut branches);
            if opened.has_changed() { Err(Fault::StillWritten) } else { read }
        });
        if sender.send(Message::End(end)).is_err() {
            return;
        }
    }
}

fn open(tools: &Tools<'_>, delivery: &Delivery) -> Result<(Opened, Look), Fault> {
    let mut opened = opening::open(tools.settings.inbox.as_deref(), &delivery.path)?;
    match caught(|| feed::look(&mut opened.file)) {
        Ok(look) => Ok((opened, look)),
        Err(_) if opened.has_changed() => Err(Fault::StillWritten),
        Err(error) => Err(Fault::Unreadable(error)),
    }
}

fn read_one(
    tools: &Tools<'_>,
    delivery: &Delivery,
    opened: &mut Opened,
    look: &Look,
    sender: &SyncSender<Message>,
    branches: &mut BranchNumbers,
) -> Result<FeedFacts, Fault> {
    let mut feeder = Feeder {
        tools,
        folder: delivery.account_no.as_deref(),
        sender,
        batch: TransactionBatch::default(),
        branches,
        serials: Serials::default(),
        fault: None,
        last: None,
    };
    let accounts = tools.accounts.as_slice().iter();
    let own: Vec<&str> = accounts.map(|account| account.account_no.as_str()).collect();
    let isolation = &tools.settings.isolation;
    let read = isolation.read(&mut opened.file, look, &tools.rules.banks, Some(&own), &mut feeder);
    // Also for a faulty file: the branches in its last batch apply to the next file.
    feeder.hand_over();
    let facts = read.map_err(Fault::Unreadable)?;
    match feeder.fault {
        None => Ok(facts),
        Some(fault) => Err(fault),
    }
}

/// Turns entries into transactions and sends them in batches.
struct Feeder<'a> {
    tools: &'a Tools<'a>,
    folder: Option<&'a str>,
    sender: &'a SyncSender<Message>,
    batch: TransactionBatch,
    branches: &'a mut BranchNumbers,
    serials: Serials,
    fault: Option<Fault>,
    /// The account found last: consecutive rows usually share it.
    last: Option<(String, AccountIndex)>,
}

impl Feeder<'_> {
    /// The account of a row: the one it names, else the folder's. Records the fault when it is not one of the
    /// centre's.
    fn account(&mut self, named: Option<&str>, line: u64) -> Option<AccountIndex> {
        let account_no = named.or(self.folder);
        if let (Some((known, index)), Some(account_no)) = (&self.last, account_no)
            && known == account_no
        {
            return Some(*index);
        }
        let index = account_no.and_then(|account_no| self.tools.accounts.find(account_no));
        match (index, account_no) {
            (Some(index), Some(account_no)) => {
                self.last = Some((account_no.to_owned(), index));
                return Some(index);
            }
            (_, None) => self.fail(Fault::NoAccount { line }),
            (None, Some(found)) if named.is_some() => {
                self.fail(Fault::UnknownAccount { line, found: found.to_owned() });
            }
            (None, Some(found)) => self.fail(Fault::UnknownFolder { found: found.to_owned() }),
        }
        None
    }

    fn fail(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }

    fn hand_over(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        if !batch.is_empty() {
            self.send(Message::Batch(batch));
        }
    }

    fn send(&self, message: Message) {
        // The receiver is gone when the writer failed; the writer's error is reported.
        let _ = self.sender.send(message);
    }
}

impl Sink for Feeder<'_> {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        if self.fault.is_some() {
            return;
        }
        let Some(account) = self.account(entry.account, entry.line) else { return };
        let Some(owner) = self.tools.accounts.get(account) else { return };
        let own_serial = self.serials.own(&entry);
        let serial = self.serials.serial(&owner.account_no, &entry);
        match entry.transaction(&owner.account_no, serial) {
            Ok(transaction) => {
                let claim = self
                    .tools
                    .reader
                    .claim_fields(&transaction.remarks, &RemarkField::DEFAULT_ORDER)
                    .claim;
                let kind = self.tools.classifier.classify(&transaction);
                let branches = &mut *self.branches;
                let booking =
                    entry.booking.and_then(|booking| Some((booking.serial, fen(booking.amount)?)));
                let origin = RowOrigin { line: entry.line, booking, own_serial };
                self.batch.push(origin, account, &transaction, claim, kind, branches);
                if self.batch.len() >= BATCH_ROWS {
                    self.hand_over();
                }
            }
            Err(reject) => self.send(Message::Reject(reject)),
        }
    }

    fn reject(&mut self, reject: Reject) {
        self.send(Message::Reject(reject));
    }

    fn names_account(&mut self, account: &str, line: u64) {
        self.account(Some(account), line);
    }

    fn is_own(&self, account: &str) -> Option<bool> {
        Some(self.tools.accounts.find(account).is_some())
    }

    fn statement(&mut self, statement: Statement<'_>) {
        self.serials.end_again();
        // A header without rows belongs to no account.
        if statement.entries == 0 && statement.account.or(self.folder).is_none() {
            return;
        }
        let Some(account) = self.account(statement.account, statement.line) else { return };
        if statement.currency.is_some_and(|currency| currency != "CNY") {
            return; // Its rows were rejected one by one.
        }
        let record = || {
            let balance = |balance: feed::Balance| Some((fen(balance.amount)?, balance.on));
            Some(StatementRecord {
                line: statement.line,
                account,
                identification: statement.identification.map(str::to_owned),
                opening: statement.opening.and_then(balance),
                closing: statement.closing.and_then(balance),
                entries: statement.entries,
                sum_credit: sum(statement.sum_credit)?,
                sum_debit: sum(statement.sum_debit)?,
                proved: statement.proved,
            })
        };
        if let Some(record) = record() {
            self.send(Message::Statement(record));
        }
    }

    fn flag(&mut self, flag: Flag) {
        self.send(Message::Flag(FlagRecord::of(&flag)));
    }

    fn begins_again(&mut self) {
        self.serials.begin_again();
    }

    fn serial_period(&mut self, period: SerialPeriod) {
        self.serials.begin_anew(period);
    }

    /// Rows without a serial are distinguished only within their own file.
    fn member(&mut self, _: &str) {
        self.serials = Serials::default();
        self.hand_over();
        self.send(Message::Member);
    }
}

/// The amount in fen; `None` with more than two decimal places.
fn fen(amount: Decimal) -> Option<Money> {
    let fen = amount.checked_mul(Decimal::ONE_HUNDRED)?.normalize();
    if fen.scale() > 0 { None } else { fen.mantissa().try_into().ok().map(Money::from_fen) }
}

/// The same for a sum, saturating at 64 bits: a statement whose rows all have a serial number as amount still has a
/// sum.
fn sum(amount: Decimal) -> Option<Money> {
    let fen = amount.checked_mul(Decimal::ONE_HUNDRED)?.normalize();
    (fen.scale() == 0).then(|| Total::from_fen(fen.mantissa()).nearest_money())
}
