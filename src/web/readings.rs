//! The remark reader, and the advice on which notice an item may mean.
//!
//! Start at [`Readings::advise`]. Advice knows all open notices and employers. Loading it is slow and gives the
//! same for everybody, so one copy is kept. It is updated before each use: with staff's acts incrementally, after a
//! night or an import by a reload. Concurrent requests wait for this, so that nobody sees advice on a paid notice.

use crate::nightly::{Advice, RunError};
use crate::remark::Reader;
use crate::rulebook::Rulebook;
use crate::store::{Store, StoreError};
use std::sync::{PoisonError, RwLock};

pub(crate) struct Readings {
    reader: Reader,
    advice: RwLock<Advice>,
}

impl Readings {
    pub(crate) fn new(rules: &Rulebook) -> Self {
        Self { reader: Reader::new(&rules.remark), advice: RwLock::default() }
    }

    pub(crate) const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Queries the current advice. Blocks on the database.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub(crate) fn advise<T>(
        &self,
        store: &Store,
        ask: impl FnOnce(&Advice) -> T,
    ) -> Result<T, StoreError> {
        let marks = store.marks()?;
        {
            let advice = self.advice.read().unwrap_or_else(PoisonError::into_inner);
            if advice.covers(marks) {
                return Ok(ask(&advice));
            }
        }
        let caught_up = {
            let mut advice = self.advice.write().unwrap_or_else(PoisonError::into_inner);
            advice.catch_up(store)
        };
        caught_up.map_err(|error| match error {
            RunError::Store(error) => error,
            // Advice only reads the store.
            RunError::File { .. } | RunError::NoAccounts | RunError::Reader => StoreError::NoRow,
        })?;
        Ok(ask(&self.advice.read().unwrap_or_else(PoisonError::into_inner)))
    }
}
