//! Counts and sums of items: by bank, by reason, by age.
//!
//! Every figure is counted here from the items themselves, in one pass each. Groups by reason and bank are left out
//! when empty; groups by age are kept.

use super::{Age, Item, Report, as_text};
use remittance::{Reason, Tally};
use serde::Serialize;
use std::collections::BTreeMap;

/// One receiving bank's open items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BankTotal {
    pub bank: String,
    pub bank_name: String,
    #[serde(flatten)]
    pub tally: Tally,
}

/// The open items of one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonTotal {
    #[serde(serialize_with = "as_text")]
    pub reason: Reason,
    #[serde(flatten)]
    pub tally: Tally,
}

/// The open items of one age band.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgeTotal {
    #[serde(serialize_with = "as_text")]
    pub age: Age,
    #[serde(flatten)]
    pub tally: Tally,
}

impl Report {
    /// Open items by receiving bank, in order of the bank's key.
    #[must_use]
    pub fn by_bank(&self) -> Vec<BankTotal> {
        let mut banks: BTreeMap<&str, (&str, Tally)> = BTreeMap::new();
        for item in &self.items {
            let (_, tally) = banks.entry(&item.bank).or_insert((&item.bank_name, Tally::default()));
            *tally = tally.plus(Tally::one(item.amount));
        }
        let total = |(bank, (name, tally)): (&str, (&str, Tally))| BankTotal {
            bank: bank.to_owned(),
            bank_name: name.to_owned(),
            tally,
        };
        banks.into_iter().map(total).collect()
    }

    /// Open items by reason, in the contract's order.
    #[must_use]
    pub fn by_reason(&self) -> Vec<ReasonTotal> {
        let totals = tallied(&self.items, &Reason::ALL, |item| item.reason);
        let open_item = totals.into_iter().filter(|(_, tally)| tally.count > 0);
        open_item.map(|(reason, tally)| ReasonTotal { reason, tally }).collect()
    }

    /// Open items by age; all four bands, youngest first.
    #[must_use]
    pub fn by_age(&self) -> Vec<AgeTotal> {
        let totals = tallied(&self.items, &Age::ALL, |item| Age::of(item.age_days));
        totals.into_iter().map(|(age, tally)| AgeTotal { age, tally }).collect()
    }
}

fn tallied<K: Copy + Ord>(items: &[Item], keys: &[K], key: impl Fn(&Item) -> K) -> Vec<(K, Tally)> {
    let mut totals: BTreeMap<K, Tally> = BTreeMap::new();
    for item in items {
        let tally = totals.entry(key(item)).or_default();
        *tally = tally.plus(Tally::one(item.amount));
    }
    keys.iter().map(|key| (*key, totals.remove(key).unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_falls_into_the_band_that_names_it() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [(0, "0-7"), (7, "0-7"), (8, "8-30"), (30, "8-30"), (31, "31-60"), (60, "31-60"),
                    (61, "61+"), (4000, "61+")];
        for (age_days, want) in rows {
            assert_eq!(Age::of(age_days).code(), want, "{age_days} days");
        }
    }
}
