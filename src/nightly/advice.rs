//! Suggestions outside the night: what the desk asks, for one item at a time.
//!
//! Start at [`Advice::load`]. It is owned and shared between threads; whoever keeps it loads it anew when
//! `Store::advice_stamp` has changed.

use super::NightError;
use super::suggesting::{Adviser, Known};
use crate::remark::Reader;
use crate::report;
use crate::store::{Store, StoreError, SuspenseRow};

/// Open notices and employers, as of when they were loaded.
#[derive(Debug)]
pub struct Advice {
    known: Known,
}

impl Advice {
    /// Reads what suggestions are drawn from.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn load(store: &Store) -> Result<Self, StoreError> {
        match Known::load(store) {
            Ok(known) => Ok(Self { known }),
            Err(NightError::Store(error)) => Err(error),
            Err(_) => Err(StoreError::NoRow),
        }
    }

    /// The notices that come nearest to an item, at most five, the likeliest first.
    #[must_use]
    pub fn suggestions(&self, row: &SuspenseRow, reader: &Reader) -> Vec<report::Suggestion> {
        Adviser::new(&self.known).suggestions(row, reader)
    }
}
