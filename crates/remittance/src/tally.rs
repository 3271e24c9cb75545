//! A count and a sum: of transactions, of items, of files.

use super::{Money, Total};
use serde::Serialize;
use std::iter::Sum;

/// A count and a sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub count: u64,
    pub amount: Total,
}

impl Tally {
    /// A count of one with this amount.
    #[must_use]
    pub fn one(amount: Money) -> Self {
        Self { count: 1, amount: amount.into() }
    }

    /// Adds both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        [self, other].into_iter().sum()
    }

    /// Subtracts another; the count does not go below zero.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self { count: self.count.saturating_sub(other.count), amount: self.amount - other.amount }
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |total, tally| Self {
            count: total.count.saturating_add(tally.count),
            amount: total.amount + tally.amount,
        })
    }
}
