//! The working set: every transaction a night has to judge, packed for a million of them.
//!
//! New rows are added while they are written, so that the night need not read them back; open items of earlier
//! nights are loaded from the store. Both become [`crate::matching::Item`]s.
//!
//! Invariant: a transaction is in the working set once.

use crate::matching::{AccountIndex, BankIndex, Item, Kind, PayingBank, TransactionClassifier};
use crate::remark::{Claim, Reader, refund_named};
use crate::remittance::{
    BankTransaction, CollectionAccount, Counterparty, Direction, Money, PaymentReference,
    RefundReference, RemarkField, Remarks,
};
use crate::store::database::columns::{RowReader, columns, columns_of};
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::row::account_index;
use crate::store::database::row::{day, direction, time};
use crate::store::database::seal::check::RowCheck;
use crate::store::database::sql::{Bind, Connection, Read, params};
use crate::store::database::tx::Tx;
use crate::store::{Store, StoreError};
use chrono::{NaiveDate, NaiveTime};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The centre's collection accounts, with the short numbers used in rows.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    accounts: Vec<CollectionAccount>,
    by_number: BTreeMap<String, AccountIndex>,
    banks: Vec<BankIndex>,
}

/// The transactions to judge.
#[derive(Clone, Debug, Default)]
pub struct WorkingSet {
    text: String,
    rows: Vec<WorkingRow>,
    outdated: bool,
    /// Previous decisions on open and awaiting rows, by position in the working set.
    previous: BTreeMap<usize, PreviousDecision>,
    /// How often staff had acted when the open suspense was read (`store/trail.rs`).
    turn: i64,
    /// Altered rows: no decision rests on them.
    held: Vec<Held>,
    /// It includes held rows that no night has decided yet.
    holds_undecided: bool,
}

/// An altered row, found before any decision rested on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Notice(PaymentReference),
    Transaction { account: AccountIndex, serial: String },
}

#[derive(Clone, Debug)]
struct WorkingRow {
    account: AccountIndex,
    direction: Direction,
    kind: Kind,
    paying_bank: PayingBank,
    booked_on: NaiveDate,
    booked_time: Option<NaiveTime>,
    amount: Money,
    claim: Claim,
    refund: Option<RefundReference>,
    contradicted: bool,
    serial: Range<usize>,
    counterparty_account: Range<usize>,
    counterparty_name: Range<usize>,
}

/// The stored decision of an earlier night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PreviousDecision {
    pub(crate) outcome: i64,
    pub(crate) reason: Option<i64>,
    pub(crate) notice: Option<i64>,
    pub(crate) explanation: Option<String>,
}

impl Accounts {
    /// Numbers the accounts in the given order, and their banks by first appearance.
    #[must_use]
    pub fn new(accounts: Vec<CollectionAccount>) -> Self {
        let mut known = Self::default();
        let mut banks: BTreeMap<&str, BankIndex> = BTreeMap::new();
        for (position, account) in accounts.iter().enumerate() {
            let index = AccountIndex(u16::try_from(position).unwrap_or(u16::MAX));
            known.by_number.insert(account.account_no.clone(), index);
            let next = BankIndex(u16::try_from(banks.len()).unwrap_or(u16::MAX));
            known.banks.push(*banks.entry(&account.bank).or_insert(next));
        }
        known.accounts = accounts;
        known
    }

    /// Accounts known by number only: enough to find one.
    #[must_use]
    pub fn of_numbers(numbers: Vec<String>) -> Self {
        let account = |account_no| CollectionAccount {
            account_no,
            bank: String::new(),
            bank_name: String::new(),
            account_name: String::new(),
        };
        Self::new(numbers.into_iter().map(account).collect())
    }

    /// The account with this number, as a bank may write it (spaces inside do not count).
    #[must_use]
    pub fn find(&self, account_no: &str) -> Option<AccountIndex> {
        if let Some(index) = self.by_number.get(account_no) {
            return Some(*index);
        }
        let plain: String = account_no.chars().filter(|c| !c.is_whitespace()).collect();
        self.by_number.get(&plain).copied().or_else(|| self.shown_as(&plain))
    }

    /// The only account that matches a mask such as `6222****0001`.
    fn shown_as(&self, mask: &str) -> Option<AccountIndex> {
        if !mask.contains('*') {
            return None;
        }
        let mut fitting = (0..).zip(&self.accounts).filter(|(_, account)| {
            crate::remittance::account::is_shown_as(&account.account_no, mask)
        });
        let (index, _) = fitting.next()?;
        fitting.next().is_none().then_some(AccountIndex(index))
    }

    #[must_use]
    pub fn get(&self, index: AccountIndex) -> Option<&CollectionAccount> {
        self.accounts.get(usize::from(index.0))
    }

    /// The bank of this account.
    #[must_use]
    pub fn bank(&self, index: AccountIndex) -> BankIndex {
        self.banks.get(usize::from(index.0)).copied().unwrap_or(BankIndex(u16::MAX))
    }

    #[must_use]
    pub fn as_slice(&self) -> &[CollectionAccount] {
        &self.accounts
    }
}

/// The account's id in the database.
pub(crate) fn account_id(index: AccountIndex) -> i64 {
    i64::from(index.0) + 1
}

impl WorkingSet {
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a transaction.
    pub(crate) fn push(
        &mut self,
        account: AccountIndex,
        transaction: &BankTransaction<'_>,
        claim: Claim,
        kind: Kind,
    ) {
        let serial = self.keep(transaction.serial);
        let counterparty_account = self.keep(transaction.counterparty.account);
        let counterparty_name = self.keep(transaction.counterparty.name);
        self.rows.push(WorkingRow {
            account,
            direction: transaction.direction,
            kind,
            paying_bank: paying_bank(transaction.counterparty.bank_code),
            booked_on: transaction.booked_on,
            booked_time: transaction.booked_time,
            amount: transaction.amount,
            claim,
            refund: refund_named(&transaction.remarks),
            contradicted: transaction.contradicted,
            serial,
            counterparty_account,
            counterparty_name,
        });
    }

    /// Adds a transaction with its previous decision.
    pub(in crate::store) fn push_previous(
        &mut self,
        account: AccountIndex,
        transaction: &BankTransaction<'_>,
        claim: Claim,
        kind: Kind,
        previous: PreviousDecision,
    ) {
        self.previous.insert(self.rows.len(), previous);
        self.push(account, transaction, claim, kind);
    }

    /// Own account, direction, kind and amount of every transaction.
    pub(in crate::store) fn movements(
        &self,
    ) -> impl Iterator<Item = (AccountIndex, Direction, Kind, Money)> + '_ {
        let movement = |row: &WorkingRow| (row.account, row.direction, row.kind, row.amount);
        self.rows.iter().map(movement)
    }

    /// Removes what was added since the working set had this length, when a file is abandoned.
    pub(crate) fn truncate(&mut self, length: usize) {
        if let Some(row) = self.rows.get(length) {
            self.text.truncate(row.serial.start);
        }
        self.rows.truncate(length);
    }

    /// A transaction in it was rewritten: the working set must be read again.
    pub(crate) fn outdate(&mut self) {
        self.outdated = true;
    }

    /// Whether the store has newer data.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.outdated
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    /// The transactions for matching, in the working set's order.
    #[must_use]
    pub fn items<'a>(&'a self, accounts: &Accounts) -> Vec<Item<'a>> {
        let text = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
        let item = |row: &WorkingRow| Item {
            account: row.account,
            bank: accounts.bank(row.account),
            paying_bank: row.paying_bank,
            serial: text(&row.serial),
            booked_on: row.booked_on,
            booked_time: row.booked_time,
            direction: row.direction,
            amount: row.amount,
            counterparty_account: text(&row.counterparty_account),
            counterparty_name: text(&row.counterparty_name),
            claim: row.claim.clone(),
            kind: row.kind,
            refund: row.refund,
            contradicted: row.contradicted,
        };
        self.rows.iter().map(item).collect()
    }

    /// Every reference that a transaction names.
    pub(crate) fn references(&self) -> impl Iterator<Item = &PaymentReference> {
        self.rows.iter().flat_map(|row| row.claim.references())
    }

    /// Removes transactions that name an altered notice: they keep their decision and are judged once the
    /// notice is intact again.
    pub(crate) fn hold_naming(&mut self, altered: &BTreeSet<PaymentReference>) {
        if altered.is_empty() {
            return;
        }
        self.held.extend(altered.iter().copied().map(Held::Notice));
        let mut previous = std::mem::take(&mut self.previous);
        for (place, row) in std::mem::take(&mut self.rows).into_iter().enumerate() {
            let before = previous.remove(&place);
            if row.claim.references().iter().any(|named| altered.contains(named)) {
                self.holds_undecided |= before.is_none();
                continue;
            }
            if let Some(before) = before {
                self.previous.insert(self.rows.len(), before);
            }
            self.rows.push(row);
        }
    }

    pub(in crate::store) fn held(&self) -> &[Held] {
        &self.held
    }

    /// Whether it holds back a transaction that no night has decided yet.
    pub(in crate::store) const fn holds_undecided(&self) -> bool {
        self.holds_undecided
    }

    /// The refunds that the transactions name.
    pub(in crate::store) fn refunds_named(&self) -> impl Iterator<Item = RefundReference> + '_ {
        self.rows.iter().filter_map(|row| row.refund)
    }

    /// The identities of the transactions from a position on.
    pub(in crate::store) fn identities(
        &self,
        from: usize,
    ) -> impl Iterator<Item = (AccountIndex, &str)> {
        let serial = |row: &WorkingRow| self.text.get(row.serial.clone()).unwrap_or_default();
        self.rows.get(from..).unwrap_or_default().iter().map(move |row| (row.account, serial(row)))
    }

    pub(in crate::store) const fn turn(&self) -> i64 {
        self.turn
    }

    pub(crate) fn previous(&self, place: usize) -> Option<&PreviousDecision> {
        self.previous.get(&place)
    }
}

/// The payer's bank: the first three digits of its 联行号 identify the bank; 0 if the feed does not give it.
fn paying_bank(bank_code: &str) -> PayingBank {
    PayingBank(bank_code.get(..3).and_then(|bank| bank.parse().ok()).unwrap_or_default())
}

columns! {
    /// The row of a transaction `t`.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct TransactionColumns<'r> of "t" {
        pub(crate) account_id: i64,
        serial: &'r str,
        booked_on: i64,
        booked_time: Option<i64>,
        direction: i64,
        amount_fen: i64,
        balance_fen: Option<i64>,
        counterparty_account: &'r str,
        counterparty_name: &'r str,
        bank_code: &'r str = "(select bank_code from bank_branch b
            where b.centre_id = t.centre_id and b.branch_id = t.counterparty_branch_id)",
        bank_name: &'r str = "(select bank_name from bank_branch b
            where b.centre_id = t.centre_id and b.branch_id = t.counterparty_branch_id)",
        postscript: Option<&'r str>,
        purpose: Option<&'r str>,
        summary: Option<&'r str>,
        note: Option<&'r str>,
        reversal: bool,
        contradicted: bool,
    }
}

columns! { impl PreviousDecision of "d" { outcome, reason, notice, explanation = "d.because" } }

/// Selects a transaction `t` by account and serial alone.
pub(crate) fn transactions_by_serial(connection: &Connection) -> &'static str {
    if connection.dialect().identities().is_some() {
        "transaction_identity i join bank_transaction t
            using (centre_id, account_id, serial, booked_on)"
    } else {
        "bank_transaction t"
    }
}

/// A list of account, serial and booking day, joined with the transactions `t`.
pub(crate) fn transactions_listed(connection: &Connection) -> String {
    let key = "t.booked_on = v.column3 and t.account_id = v.column1 and t.serial = v.column2";
    query_in(connection, LIST, "bank_transaction", key, "t")
}

/// The open, awaiting or suspended decisions `d` with their transactions `t`: few among all. The keys alone are
/// selected first: SQLite, which has no statistics, prefers the index to a scan of all decisions only if the
/// index covers the query.
pub(crate) fn open_transactions(connection: &Connection) -> String {
    let open = "(select account_id, serial, booked_on from decision
        where centre_id = ?1 and outcome in (2, 3)) o";
    let key = |alias: &str| {
        format!(
            "{alias}.booked_on = o.booked_on and {alias}.account_id = o.account_id
                and {alias}.serial = o.serial"
        )
    };
    let decisions = query_in(connection, open, "decision", &key("d"), "d");
    query_in(connection, &decisions, "bank_transaction", &key("t"), "t")
}

impl<'r> TransactionColumns<'r> {
    /// The short number of its own account.
    pub(crate) fn account(&self) -> Result<AccountIndex, StoreError> {
        account_index(self.account_id)
    }

    /// The transaction, without its account's number, which is not in the row.
    pub(crate) fn transaction(&self) -> Result<BankTransaction<'r>, StoreError> {
        Ok(BankTransaction {
            account: "",
            serial: self.serial,
            booked_on: day(self.booked_on)?,
            booked_time: self.booked_time.and_then(time),
            direction: direction(self.direction)?,
            amount: Money::from_fen(self.amount_fen),
            balance: self.balance_fen.map(Money::from_fen),
            counterparty: Counterparty {
                account: self.counterparty_account,
                name: self.counterparty_name,
                bank_code: self.bank_code,
                bank_name: self.bank_name,
            },
            remarks: Remarks {
                postscript: self.postscript.unwrap_or_default(),
                purpose: self.purpose.unwrap_or_default(),
                summary: self.summary.unwrap_or_default(),
                note: self.note.unwrap_or_default(),
            },
            reversal: self.reversal,
            contradicted: self.contradicted,
        })
    }

    /// Its non-empty free texts, in the default order of fields.
    pub(in crate::store) fn remarks(&self) -> Vec<(RemarkField, String)> {
        let texts = [self.postscript, self.purpose, self.summary, self.note];
        let named = RemarkField::DEFAULT_ORDER.into_iter().zip(texts);
        named.filter_map(|(field, text)| Some((field, text?.to_owned()))).collect()
    }
}

/// A transaction's previous decision, and the reference staff assigned.
type Earlier = (PreviousDecision, Option<PaymentReference>);

impl Store {
    /// An empty working set; later acts of staff are noticed when it is recorded.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn new_working_set(&self) -> Result<WorkingSet, StoreError> {
        Ok(WorkingSet { turn: crate::store::trail::turn(self)?, ..WorkingSet::default() })
    }

    /// Whether an earlier run ingested files and stopped before it judged them.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn has_unjudged_feeds(&self) -> Result<bool, StoreError> {
        let tx = self.reading()?;
        let sql = "select 1 from feed where centre_id = ?1 and judged = 0 limit 1";
        tx.connection.prepare_cached(sql)?.exists(params![tx.centre_id])
    }

    /// Adds the open items of earlier nights: awaiting, and in suspense without a decision of staff or a
    /// pending proposal; a pending proposal of a reversal excludes an item too.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn load_open(
        &self,
        working_set: &mut WorkingSet,
        reader: &Reader,
        classifier: &TransactionClassifier<'_>,
    ) -> Result<(), StoreError> {
        let tx = self.reading()?;
        let listed = open_transactions(&tx.connection);
        let columns = RowCheck::of(&tx.connection, "bank_transaction")?.columns("t");
        let sql = format!(
            "select {}, i.read_as, {columns} from {listed}
             left join suspense_item i on i.centre_id = ?1 and i.account_id = d.account_id
                and i.serial = d.serial
             where i.resolution is null
                and (i.state is null or i.state not in ('proposed', 'approved'))
                and i.pending is null",
            columns_of::<(TransactionColumns<'_>, PreviousDecision)>()
        );
        load(&tx, (working_set, reader, classifier), &sql, &[], |at| at.next().map(Some))
    }

    /// Adds every undecided transaction: after a killed run, or after `ingest` alone.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn load_undecided(
        &self,
        working_set: &mut WorkingSet,
        reader: &Reader,
        classifier: &TransactionClassifier<'_>,
    ) -> Result<(), StoreError> {
        let tx = self.reading()?;
        let columns = RowCheck::of(&tx.connection, "bank_transaction")?.columns("t");
        let sql = format!(
            "select {}, {columns} from bank_transaction t
             where t.centre_id = ?1 and t.booked_on between ?2 and ?3
                and not exists (select 1 from decision d
                    where d.centre_id = t.centre_id and d.account_id = t.account_id
                    and d.serial = t.serial and d.booked_on = t.booked_on)",
            columns_of::<TransactionColumns<'_>>()
        );
        match unjudged_days(&tx)? {
            Some((first, last)) => {
                load(&tx, (working_set, reader, classifier), &sql, &[&first, &last], |_| Ok(None))
            }
            None => Ok(()),
        }
    }
}

/// The range of booking days that came on a night with an unjudged file: another file of that night may have
/// redelivered the day.
fn unjudged_days(tx: &Tx) -> Result<Option<(i64, i64)>, StoreError> {
    let sql = "select min(r.booked_on), max(r.booked_on)
        from receipt r join feed f using (centre_id, feed_id)
        where r.centre_id = ?1 and f.taken_on in
            (select u.taken_on from feed u where u.centre_id = ?1 and u.judged = 0)";
    let (first, last): (Option<i64>, Option<i64>) =
        tx.connection.fetch_one(sql, params![tx.centre_id])?;
    Ok(first.zip(last))
}

/// `sql` selects the transaction, the columns that `earlier` reads, and the transaction's whole row.
fn load(
    tx: &Tx,
    (working_set, reader, classifier): (&mut WorkingSet, &Reader, &TransactionClassifier<'_>),
    sql: &str,
    more: &[&dyn Bind],
    earlier: impl Fn(&mut RowReader<'_>) -> Result<Option<Earlier>, StoreError>,
) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(sql)?;
    let mut values: Vec<&dyn Bind> = vec![&tx.centre_id];
    values.extend(more);
    let mut check = RowCheck::of(&tx.connection, "bank_transaction")?;
    statement.each(&values, |row| {
        let mut at = row.reader();
        let columns: TransactionColumns<'_> = at.next()?;
        let account = columns.account()?;
        let earlier = earlier(&mut at)?;
        let fits = check.fits(&mut at)?;
        at.end()?;
        if !fits {
            working_set.holds_undecided |= earlier.is_none();
            let serial = columns.serial.to_owned();
            working_set.held.push(Held::Transaction { account, serial });
            return Ok(Read::On);
        }
        let transaction = columns.transaction()?;
        let mut claim =
            reader.claim_fields(&transaction.remarks, &RemarkField::DEFAULT_ORDER).claim;
        let kind = classifier.classify(&transaction);
        match earlier {
            Some((previous, read_as)) => {
                // Staff decide what the remark means; the rules decide what follows.
                claim = read_as.map_or(claim, Claim::Certain);
                working_set.push_previous(account, &transaction, claim, kind, previous);
            }
            None => working_set.push(account, &transaction, claim, kind),
        }
        Ok(Read::On)
    })
}
