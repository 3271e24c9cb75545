//! Numbers and sums of open items: by bank, reason, stage, person and age, counted in one pass.
//!
//! Start at [`Store::counts`]. A page shows beside each filter how many items it would leave; a query for each
//! would read every item a dozen times. So all are counted together, into [`Cell`]s, and a page adds up the
//! cells it needs.

use super::super::{Store, StoreError};
use super::own_account::OwnAccount;
use super::queue::{Assigned, QueueFilter, ResolvedFilter};
use super::queue_index::{Bucket, look};
use crate::remittance::{Reason, Tally};
use crate::store::database::row::day;
use crate::suspense::{Age, Stage, age_days};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Items with equal values in all fields that a page filters by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub bank: String,
    pub bank_name: String,
    pub reason: Option<Reason>,
    pub stage: Stage,
    pub assigned: Assigned,
    pub age: Age,
    pub tally: Tally,
    /// The earliest booking among them.
    pub oldest_on: NaiveDate,
}

/// The cells, and whether they are complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub cells: Vec<Cell>,
    /// More items are open than were counted: every figure is "at least".
    pub cut: bool,
}

impl Store {
    /// Counts the open items that pass the filter; ages are as of a day. A text search stops counting at
    /// `found_max` items.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn counts(
        &self,
        filter: &QueueFilter,
        as_of: NaiveDate,
        found_max: usize,
    ) -> Result<Counts, StoreError> {
        let tx = self.reading()?;
        let resolved = ResolvedFilter::new(&tx, filter)?;
        look(self, &tx, |queue_index| {
            if resolved.searches() {
                let mut buckets: BTreeMap<Bucket, Tally> = BTreeMap::new();
                let found = queue_index
                    .items
                    .iter()
                    .filter(|(key, indexed_item)| resolved.passes(key, indexed_item));
                let mut count = 0;
                for (key, indexed_item) in found.take(found_max) {
                    let tally = buckets.entry(Bucket::of(key, indexed_item)).or_default();
                    *tally = tally.plus(indexed_item.tally());
                    count += 1;
                }
                return cells(&buckets, &queue_index.accounts, as_of, count >= found_max);
            }
            let passing =
                queue_index.buckets.iter().filter(|(bucket, _)| resolved.passes_bucket(bucket));
            let buckets = passing.map(|(bucket, tally)| (bucket.clone(), *tally)).collect();
            cells(&buckets, &queue_index.accounts, as_of, false)
        })?
    }
}

/// Groups days into ages.
fn cells(
    buckets: &BTreeMap<Bucket, Tally>,
    accounts: &[OwnAccount],
    as_of: NaiveDate,
    cut: bool,
) -> Result<Counts, StoreError> {
    let mut cells: BTreeMap<(&str, Option<Reason>, Stage, &str, Age), Cell> = BTreeMap::new();
    for (bucket, tally) in buckets {
        let account = accounts.iter().find(|account| account.account_id == bucket.account_id);
        let Some(account) = account else { continue };
        let booked_on = day(bucket.booked_on)?;
        let age = Age::of(age_days(booked_on, as_of));
        let key = (&*account.bank, bucket.reason, bucket.stage, &*bucket.assignee, age);
        let cell = cells.entry(key).or_insert_with(|| Cell {
            bank: account.bank.clone(),
            bank_name: account.bank_name.clone(),
            reason: bucket.reason,
            stage: bucket.stage,
            assigned: match &*bucket.assignee {
                "" => Assigned::Nobody,
                person => Assigned::To(person.to_owned()),
            },
            age,
            tally: Tally::default(),
            oldest_on: booked_on,
        });
        cell.tally = cell.tally.plus(*tally);
        cell.oldest_on = cell.oldest_on.min(booked_on);
    }
    Ok(Counts { cells: cells.into_values().collect(), cut })
}

impl Counts {
    /// The total of all cells.
    #[must_use]
    pub fn total(&self) -> Tally {
        self.of(|_| true)
    }

    /// The total of the wanted cells.
    #[must_use]
    pub fn of(&self, wanted: impl Fn(&Cell) -> bool) -> Tally {
        self.cells.iter().filter(|cell| wanted(cell)).map(|cell| cell.tally).sum()
    }

    /// The earliest booking of all cells.
    #[must_use]
    pub fn oldest_on(&self) -> Option<NaiveDate> {
        self.cells.iter().map(|cell| cell.oldest_on).min()
    }
}
