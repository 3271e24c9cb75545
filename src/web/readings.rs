//! What the desk reads with: the remark reader, and the advice on which notice may be meant.
//!
//! Start at [`Readings::advise`]. Advice knows every open notice and employer, which takes a moment to
//! load and is the same for everybody; so one is kept, and caught up before it is asked: with what staff
//! did since, at once, and with a night or an import by loading it anew. Whoever comes meanwhile waits, so
//! that nobody is shown advice on a notice that is paid.

use crate::nightly::{Advice, RunError};
use crate::remark::Reader;
use crate::rulebook::Rulebook;
use crate::store::{Store, StoreError};
use std::sync::{PoisonError, RwLock};

/// The reader and the advice.
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

    /// Asks for advice as of now. Waits for the database; called on a thread that may.
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
            // Advice reads the store and nothing else.
            RunError::File { .. } | RunError::NoAccounts | RunError::Reader => StoreError::NoRow,
        })?;
        Ok(ask(&self.advice.read().unwrap_or_else(PoisonError::into_inner)))
    }
}
