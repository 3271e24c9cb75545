//! The index of the queue: an in-memory copy of open suspense, small enough to count and page through.
//!
//! Start at [`look`]. Without it the database would join and sort open suspense for every page of fifty people
//! who filter, count and page. The index holds the filter fields of every item, ordered by booking, with sums
//! by day; the rows of a page are then read by key. Before each use it is updated: the audit trail's entries
//! after [`Marks::sequence`] name every item that staff changed since, and a night or an import causes a
//! rebuild.
//!
//! Invariant: at its marks the index holds exactly the items open in the database.

use super::super::trail::{Marks, marks};
use super::super::{Store, StoreError};
use super::own_account::{OwnAccount, own_accounts};
use crate::remittance::Direction;
use crate::remittance::{Money, Reason, Tally};
use crate::store::database::columns::{columns, select};
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::suspense::{ItemId, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

/// Changed items that are read one by one; with more, the index is rebuilt.
const CHANGES_MAX: i64 = 2_000;

/// The key of an item: booking day, account, serial.
pub(super) type Key = (i64, i64, Box<str>);

/// The filter fields of an item.
#[derive(Debug)]
pub(super) struct IndexedItem {
    /// Unsigned, as the bank gives it.
    pub(super) fen: i64,
    /// Money taken back by a bank counts negative.
    pub(super) signed_fen: i64,
    pub(super) reason: Option<Reason>,
    pub(super) stage: Stage,
    /// Empty if unassigned.
    pub(super) assignee: Arc<str>,
    pub(super) reference: Option<i64>,
    /// The employer of that notice; empty if none.
    pub(super) employer_id: Box<str>,
    pub(super) payer_account: Box<str>,
    /// Names, free texts and serial in lower case, for searches.
    pub(super) text: Box<str>,
}

/// Items with equal values in all filter fields except the searched text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bucket {
    pub(super) booked_on: i64,
    pub(super) account_id: i64,
    pub(super) reason: Option<Reason>,
    pub(super) stage: Stage,
    pub(super) assignee: Arc<str>,
}

/// The open items.
#[derive(Debug, Default)]
pub(in crate::store) struct QueueIndex {
    /// The centre and its marks; `None` before the first build.
    built: Option<(i64, Marks)>,
    pub(super) accounts: Vec<OwnAccount>,
    pub(super) items: BTreeMap<Key, IndexedItem>,
    pub(super) buckets: BTreeMap<Bucket, Tally>,
}

const ITEMS: &str = "from suspense_item i
    join bank_transaction t using (centre_id, account_id, serial, booked_on)
    join decision d using (centre_id, account_id, serial, booked_on)
    left join notice n on n.centre_id = d.centre_id and n.reference = coalesce(d.reference, d.notice)
    where i.centre_id = ?1";

columns! {
    /// The columns of an item `i` and of its transaction, decision and notice.
    struct ItemColumns<'r> {
        account_id: i64 = "t.account_id",
        serial: &'r str = "t.serial",
        booked_on: i64 = "t.booked_on",
        direction: Direction = "t.direction",
        amount_fen: i64 = "t.amount_fen",
        reason: Option<Reason> = "d.reason",
        reference: Option<i64> = "coalesce(d.reference, d.notice)",
        stage: Stage = "i.state",
        assignee: &'r str = "coalesce(i.assignee, '')",
        payer_account: &'r str = "coalesce(t.counterparty_account, '')",
        text: &'r str = "lower(coalesce(t.counterparty_name, '') || ' ' || coalesce(t.postscript, '') || ' '
            || coalesce(t.purpose, '') || ' ' || coalesce(t.summary, '') || ' '
            || coalesce(t.note, '') || ' ' || t.serial)",
        closed_on: Option<i64> = "i.closed_on",
        employer_id: &'r str = "coalesce(n.employer_id, '')",
    }
}

/// The items staff changed: the subjects of trail entries after one.
const CHANGED: &str = "select distinct subject from trail
    where centre_id = ?1 and sequence > ?2 and sequence <= ?3 order by subject";

/// Reads the updated index.
pub(super) fn look<T>(
    store: &Store,
    tx: &Tx,
    read: impl FnOnce(&QueueIndex) -> T,
) -> Result<T, StoreError> {
    let queue_index = &store.queue_index;
    let now = marks(tx)?;
    {
        let queue_index = queue_index.read().unwrap_or_else(PoisonError::into_inner);
        if queue_index.covers(tx.centre_id, now) {
            return Ok(read(&queue_index));
        }
    }
    queue_index.write().unwrap_or_else(PoisonError::into_inner).catch_up(tx, now)?;
    // A concurrent act only updates it further: it is never older than requested.
    Ok(read(&queue_index.read().unwrap_or_else(PoisonError::into_inner)))
}

impl QueueIndex {
    fn covers(&self, centre: i64, now: Marks) -> bool {
        self.built.is_some_and(|(built, then)| built == centre && then.cover(now))
    }

    fn catch_up(&mut self, tx: &Tx, now: Marks) -> Result<(), StoreError> {
        // Another thread may have updated it, even in a later transaction.
        if self.covers(tx.centre_id, now) {
            return Ok(());
        }
        match self.built.take() {
            Some((centre, then))
                if centre == tx.centre_id
                    && then.rebuild_epoch == now.rebuild_epoch
                    && (0..=CHANGES_MAX).contains(&(now.sequence - then.sequence)) =>
            {
                self.apply_changes(tx, then.sequence, now.sequence)?;
            }
            _ => self.rebuild(tx)?,
        }
        self.built = Some((tx.centre_id, now));
        Ok(())
    }

    /// Rebuilds the index.
    fn rebuild(&mut self, tx: &Tx) -> Result<(), StoreError> {
        *self = Self { accounts: own_accounts(tx)?, ..Self::default() };
        let mut names = BTreeSet::new();
        let sql = select::<ItemColumns<'_>>(&format!("{ITEMS} and i.closed_on is null"));
        let mut select = tx.connection.prepare_cached(&sql)?;
        let mut rows = select.query(params![tx.centre_id])?;
        while let Some(row) = rows.next()? {
            let (key, indexed_item) = indexed_item(&row.read()?, &mut names);
            self.put(key, indexed_item);
        }
        Ok(())
    }

    /// Applies staff's changes.
    fn apply_changes(&mut self, tx: &Tx, from: i64, to: i64) -> Result<(), StoreError> {
        let one = format!("{ITEMS} and i.account_id = ?2 and i.serial = ?3");
        let sql = select::<ItemColumns<'_>>(&one);
        let mut names = self.buckets.keys().map(|bucket| Arc::clone(&bucket.assignee)).collect();
        let mut select = tx.connection.prepare_cached(CHANGED)?;
        let changed: Vec<String> =
            select.query_all(params![tx.centre_id, from, to], |row| row.read())?;
        let mut select = tx.connection.prepare_cached(&sql)?;
        // A subject may also be a person or a list.
        for id in changed.iter().filter_map(|subject| subject.parse::<ItemId>().ok()) {
            let account = self.accounts.iter().find(|one| one.account_no == id.account_no);
            let Some(account_id) = account.map(|account| account.account_id) else { continue };
            let key = params![tx.centre_id, account_id, id.serial];
            let found = select.query_row_optional(key, |row| {
                let columns: ItemColumns<'_> = row.read()?;
                Ok((indexed_item(&columns, &mut names), columns.closed_on))
            })?;
            let Some(((key, indexed_item), closed_on)) = found else { continue };
            self.take_away(&key);
            if closed_on.is_none() {
                self.put(key, indexed_item);
            }
        }
        Ok(())
    }

    fn put(&mut self, key: Key, indexed_item: IndexedItem) {
        let tally = self.buckets.entry(Bucket::of(&key, &indexed_item)).or_default();
        *tally = tally.plus(indexed_item.tally());
        self.items.insert(key, indexed_item);
    }

    fn take_away(&mut self, key: &Key) {
        let Some(indexed_item) = self.items.remove(key) else { return };
        let bucket = Bucket::of(key, &indexed_item);
        let left =
            self.buckets.get(&bucket).copied().unwrap_or_default().minus(indexed_item.tally());
        if left.count == 0 {
            self.buckets.remove(&bucket);
        } else {
            self.buckets.insert(bucket, left);
        }
    }
}

impl IndexedItem {
    pub(super) fn tally(&self) -> Tally {
        Tally::one(Money::from_fen(self.signed_fen))
    }
}

impl Bucket {
    pub(super) fn of((booked_on, account_id, _): &Key, indexed_item: &IndexedItem) -> Self {
        Self {
            booked_on: *booked_on,
            account_id: *account_id,
            reason: indexed_item.reason,
            stage: indexed_item.stage,
            assignee: Arc::clone(&indexed_item.assignee),
        }
    }
}

/// An item for the index; each person's name is stored once.
fn indexed_item(columns: &ItemColumns<'_>, names: &mut BTreeSet<Arc<str>>) -> (Key, IndexedItem) {
    let assignee = match names.get(columns.assignee) {
        Some(known) => Arc::clone(known),
        None => {
            let new: Arc<str> = columns.assignee.into();
            names.insert(Arc::clone(&new));
            new
        }
    };
    let fen = columns.amount_fen;
    let indexed_item = IndexedItem {
        fen,
        signed_fen: if columns.direction == Direction::Credit { fen } else { -fen },
        reason: columns.reason,
        stage: columns.stage,
        assignee,
        reference: columns.reference,
        employer_id: columns.employer_id.into(),
        payer_account: columns.payer_account.into(),
        text: columns.text.into(),
    };
    ((columns.booked_on, columns.account_id, columns.serial.into()), indexed_item)
}
