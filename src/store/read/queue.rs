//! The queue: open suspense, filtered, a page at a time.
//!
//! Start at [`Store::queue`]. The index ([`super::queue_index`]) gives the keys of a page, forward or backward
//! from a row ([`Cursor`]); the rows are read by key. [`super::count`] counts the items each filter would
//! leave, with the same [`ResolvedFilter`].

use super::super::{Store, StoreError};
use super::employer::payer_accounts;
use super::own_account::{OwnAccount, own_accounts};
use super::queue_index::{Bucket, IndexedItem, Key, QueueIndex, look};
use super::suspense::SuspenseRow;
use crate::remittance::{Money, PaymentReference, Reason};
use crate::store::database::columns::{columns, select};
use crate::store::database::row::{day_number, reference_number};
use crate::store::database::sql::params;
use crate::store::database::tx::{Binder, Tx};
use crate::store::posting::working_set::transactions_listed;
use crate::suspense::Stage;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Which items to show; `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueFilter {
    pub bank: Option<String>,
    pub reason: Option<Reason>,
    pub stage: Option<Stage>,
    pub assigned: Option<Assigned>,
    pub booked_from: Option<NaiveDate>,
    pub booked_to: Option<NaiveDate>,
    pub amount_from: Option<Money>,
    pub amount_to: Option<Money>,
    /// By the notice named in the remark, or the paying account.
    pub employer_id: Option<String>,
    /// Searched in everything the bank gave: names, free texts, serial; or a reference.
    pub text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assigned {
    Nobody,
    To(String),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The oldest booking first.
    #[default]
    Oldest,
    /// The largest amount first.
    Largest,
}

/// A row's position in an order: the day or the amount in fen, then its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPlace {
    pub key: i64,
    pub account_id: i64,
    pub serial: String,
}

/// An item in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// The short number of the centre's account: identifies it in a URL without revealing it.
    pub account_id: i64,
    pub item: SuspenseRow,
}

columns! { impl OpenItem of "t" { account_id, item as SuspenseRow } }

/// The position from which a page is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cursor {
    /// The first page.
    #[default]
    Start,
    /// The rows after this one.
    After(RowPlace),
    /// The last rows before this one.
    Before(RowPlace),
}

/// A filter for the index, with its texts resolved to values of this centre.
pub(super) struct ResolvedFilter<'f> {
    filter: &'f QueueFilter,
    accounts: BTreeSet<i64>,
    /// The employer, and its payer accounts.
    employer: Option<(&'f str, BTreeSet<String>)>,
    text: Option<String>,
    reference: Option<i64>,
}

impl<'f> ResolvedFilter<'f> {
    pub(super) fn new(tx: &Tx, filter: &'f QueueFilter) -> Result<Self, StoreError> {
        let accounts = own_accounts(tx)?.into_iter();
        let wanted =
            |account: &OwnAccount| filter.bank.as_ref().is_none_or(|bank| account.bank == *bank);
        let text = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let reference = text.and_then(|text| text.parse::<PaymentReference>().ok());
        Ok(Self {
            filter,
            accounts: accounts.filter(wanted).map(|account| account.account_id).collect(),
            employer: match filter.employer_id.as_deref() {
                Some(id) => Some((id, payer_accounts(tx, id)?.into_iter().collect())),
                None => None,
            },
            text: text.map(str::to_ascii_lowercase),
            reference: reference.map(reference_number),
        })
    }

    /// Whether the filter needs more than the [`Bucket`]s.
    pub(super) const fn searches(&self) -> bool {
        self.filter.amount_from.is_some()
            || self.filter.amount_to.is_some()
            || self.employer.is_some()
            || self.text.is_some()
    }

    pub(super) fn passes_bucket(&self, bucket: &Bucket) -> bool {
        let filter = self.filter;
        self.accounts.contains(&bucket.account_id)
            && filter.reason.is_none_or(|reason| bucket.reason == Some(reason))
            && filter.stage.is_none_or(|stage| bucket.stage == stage)
            && filter.booked_from.is_none_or(|from| bucket.booked_on >= day_number(from))
            && filter.booked_to.is_none_or(|to| bucket.booked_on <= day_number(to))
            && match &filter.assigned {
                None => true,
                Some(Assigned::Nobody) => bucket.assignee.is_empty(),
                Some(Assigned::To(person)) => *bucket.assignee == **person,
            }
    }

    pub(super) fn passes(&self, key: &Key, indexed_item: &IndexedItem) -> bool {
        self.passes_bucket(&Bucket::of(key, indexed_item))
            && (!self.searches() || self.finds(indexed_item))
    }

    fn finds(&self, indexed_item: &IndexedItem) -> bool {
        let filter = self.filter;
        filter.amount_from.is_none_or(|from| indexed_item.fen >= from.fen())
            && filter.amount_to.is_none_or(|to| indexed_item.fen <= to.fen())
            && self.employer.as_ref().is_none_or(|(employer_id, accounts)| {
                *indexed_item.employer_id == **employer_id
                    || accounts.contains(&*indexed_item.payer_account)
            })
            && self.text.as_ref().is_none_or(|text| {
                indexed_item.text.contains(text)
                    || (self.reference.is_some() && indexed_item.reference == self.reference)
            })
    }
}

/// The keys of a page, in order.
fn page(
    queue_index: &QueueIndex,
    resolved: &ResolvedFilter<'_>,
    order: Order,
    cursor: &Cursor,
    limit: usize,
) -> Vec<Key> {
    let passing = |(key, indexed_item): &(&Key, &IndexedItem)| resolved.passes(key, indexed_item);
    let key_of = |place: &RowPlace| (place.key, place.account_id, place.serial.as_str().into());
    match (order, cursor) {
        (Order::Oldest, Cursor::Before(place)) => {
            let before = queue_index.items.range(..key_of(place)).rev();
            let mut keys: Vec<Key> =
                before.filter(passing).take(limit).map(|(key, _)| key.clone()).collect();
            keys.reverse();
            keys
        }
        (Order::Oldest, Cursor::Start | Cursor::After(_)) => {
            let start = match cursor {
                Cursor::After(place) => Bound::Excluded(key_of(place)),
                Cursor::Start | Cursor::Before(_) => Bound::Unbounded,
            };
            let behind = queue_index.items.range((start, Bound::Unbounded));
            behind.filter(passing).take(limit).map(|(key, _)| key.clone()).collect()
        }
        (Order::Largest, _) => largest(queue_index, resolved, cursor, limit),
    }
}

/// The same by amount: keeps the largest matching items beyond the cursor during a scan.
fn largest(
    queue_index: &QueueIndex,
    resolved: &ResolvedFilter<'_>,
    cursor: &Cursor,
    limit: usize,
) -> Vec<Key> {
    let mut kept: BTreeSet<(i64, i64, &str, i64)> = BTreeSet::new();
    for (key, indexed_item) in &queue_index.items {
        let (booked_on, account_id, serial) = key;
        let place = (indexed_item.fen, *account_id, &**serial);
        let edge_of =
            |cursor: &RowPlace| place.cmp(&(cursor.key, cursor.account_id, &cursor.serial));
        let beyond = match cursor {
            Cursor::Start => true,
            Cursor::After(cursor) => edge_of(cursor).is_lt(),
            Cursor::Before(cursor) => edge_of(cursor).is_gt(),
        };
        if !beyond || !resolved.passes(key, indexed_item) {
            continue;
        }
        kept.insert((indexed_item.fen, *account_id, serial, *booked_on));
        if kept.len() > limit {
            match cursor {
                Cursor::Start | Cursor::After(_) => kept.pop_first(),
                Cursor::Before(_) => kept.pop_last(),
            };
        }
    }
    let key = |(_, account_id, serial, booked_on): (i64, i64, &str, i64)| {
        (booked_on, account_id, serial.into())
    };
    kept.into_iter().rev().map(key).collect()
}

/// The rows with these keys, in order; items closed a moment ago are left out.
fn rows(tx: &Tx, keys: &[Key]) -> Result<Vec<OpenItem>, StoreError> {
    let mut found: BTreeMap<Key, OpenItem> = BTreeMap::new();
    let listed = transactions_listed(&tx.connection);
    let sql = select::<OpenItem>(&format!(
        "from {listed}
         join suspense_item i using (centre_id, account_id, serial, booked_on)
         join collection_account a using (centre_id, account_id)
         join decision d using (centre_id, account_id, serial, booked_on)"
    ));
    let key = |row: &mut Binder<'_, '_>, (booked_on, account_id, serial): &Key| {
        row.bind(*account_id)?;
        row.bind(serial)?;
        row.bind(*booked_on)
    };
    tx.ask(&sql, keys, key, |row| {
        let row: OpenItem = row.read()?;
        let key = (day_number(row.item.booked_on), row.account_id, &*row.item.id.serial);
        found.insert((key.0, key.1, key.2.into()), row);
        Ok(())
    })?;
    let rows = keys.iter().filter_map(|key| found.remove(key));
    Ok(rows.filter(|row| row.item.closed_on.is_none()).collect())
}

impl Store {
    /// Open items, at most `limit`, from a cursor.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn queue(
        &self,
        filter: &QueueFilter,
        order: Order,
        cursor: &Cursor,
        limit: u32,
    ) -> Result<Vec<OpenItem>, StoreError> {
        let tx = self.reading()?;
        let resolved = ResolvedFilter::new(&tx, filter)?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let keys =
            look(self, &tx, |queue_index| page(queue_index, &resolved, order, cursor, limit))?;
        rows(&tx, &keys)
    }

    /// The centre's collection accounts with their short numbers.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn own_accounts(&self) -> Result<Vec<OwnAccount>, StoreError> {
        own_accounts(&*self.reading()?)
    }

    /// One item, open or not.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn open_item(&self, account_id: i64, serial: &str) -> Result<Option<OpenItem>, StoreError> {
        let from = "from suspense_item i
            join bank_transaction t using (centre_id, account_id, serial, booked_on)
            join collection_account a using (centre_id, account_id)
            join decision d using (centre_id, account_id, serial, booked_on)
            where i.centre_id = ?1 and i.account_id = ?2 and i.serial = ?3";
        let tx = self.reading()?;
        let key = params![tx.centre_id, account_id, serial];
        tx.connection.select_optional(from, key)
    }
}

impl OpenItem {
    /// Its position in an order, for the next page.
    #[must_use]
    pub fn place(&self, order: Order) -> RowPlace {
        let key = match order {
            Order::Oldest => day_number(self.item.booked_on),
            Order::Largest => self.item.amount.fen(),
        };
        RowPlace { key, account_id: self.account_id, serial: self.item.id.serial.clone() }
    }
}
