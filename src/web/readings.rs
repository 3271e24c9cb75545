//! What the desk reads with: the remark reader, and the advice on which notice may be meant.
//!
//! Start at [`Readings::advice`]. Advice knows every open notice and employer, which takes a moment to
//! load and is the same for everybody; so it is kept until the store says that something it rests on
//! has changed. Whoever comes while it is loaded again waits for it, so that nobody is shown advice
//! on a notice that is paid.

use crate::nightly::{Advice, NightError};
use crate::remark::Reader;
use crate::rulebook::Rulebook;
use crate::store::{Store, StoreError};
use chrono::NaiveDate;
use std::sync::{Arc, Mutex, PoisonError};

/// As `Store::advice_stamp` gives it.
type Stamp = (Option<NaiveDate>, i64);

/// The reader and the advice.
pub(crate) struct Readings {
    reader: Reader,
    kept: Mutex<Option<(Stamp, Arc<Advice>)>>,
}

impl Readings {
    pub(crate) fn new(rules: &Rulebook) -> Self {
        Self { reader: Reader::new(&rules.remark), kept: Mutex::new(None) }
    }

    pub(crate) const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Advice as of now. Waits for the database; called on a thread that may.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub(crate) fn advice(&self, store: &Store) -> Result<Arc<Advice>, StoreError> {
        let stamp = store.advice_stamp()?;
        // What is kept is whole or absent, so it can be used after a panic elsewhere.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, advice)) = &*kept
            && *known == stamp
        {
            return Ok(Arc::clone(advice));
        }
        let advice = Advice::load(store).map_err(|error| match error {
            NightError::Store(error) => error,
            // Advice reads the store and nothing else.
            NightError::File { .. } | NightError::NoAccounts | NightError::Reader => {
                StoreError::NoRow
            }
        })?;
        let advice = Arc::new(advice);
        *kept = Some((stamp, Arc::clone(&advice)));
        Ok(advice)
    }
}
