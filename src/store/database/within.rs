//! Several verbs in one transaction.
//!
//! Start at [`Store::read`] and [`Store::write`]. A verb called on a plain store has a transaction of its own;
//! a verb called on the store that these two pass in joins theirs. So a page built from fifteen verbs shows one
//! snapshot of the books, and several steps are written all or not at all.
//!
//! Invariant: a read transaction writes nothing, and a transaction in which any verb failed or rolled back is
//! not committed.

use super::tx::{Mode, Tx};
use crate::remittance::Author;
use crate::store::{Store, StoreError};
use parking_lot::{ReentrantMutex, ReentrantMutexGuard};
use std::ops::Deref;
use std::sync::Arc;

/// The transaction that a store's verbs join. Only one thread works in it; the lock merely makes the store
/// shareable.
pub(in crate::store) type Outer = Arc<ReentrantMutex<Tx>>;

/// A verb's transaction: its own, or the one it joined.
pub(in crate::store) enum Work<'s> {
    Own(Box<Tx>),
    Joined(ReentrantMutexGuard<'s, Tx>),
}

impl Deref for Work<'_> {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        match self {
            Self::Own(tx) => tx,
            Self::Joined(tx) => tx,
        }
    }
}

impl Store {
    /// Reads several things in one snapshot: every verb of the given store sees the same state.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails, and what the work gives.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.outer.is_some() {
            return work(self);
        }
        let tx = Tx::open(self)?;
        tx.begin_reading()?;
        work(&self.joining(tx))
    }

    /// Writes several things in one transaction: all of them, or none if one fails or rolls back.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails, and what the work gives; nothing is then changed.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.outer.is_some() {
            return work(self);
        }
        let joining = self.joining(Tx::open(self)?);
        let tx = joining.work()?;
        tx.atomically_or_not(|_| work(&joining).map(|value| (value, !tx.is_spoiled())))
    }

    fn joining(&self, tx: Tx) -> Self {
        Self { outer: Some(Arc::new(ReentrantMutex::new(tx))), ..self.clone() }
    }

    /// For a verb that reads: all its statements see one snapshot.
    pub(in crate::store) fn reading(&self) -> Result<Work<'_>, StoreError> {
        let work = self.work()?;
        if work.mode() == Mode::Idle {
            work.begin_reading()?;
        }
        Ok(work)
    }

    /// For a verb that writes: it begins and ends its own transaction ([`Tx::atomically`]).
    pub(in crate::store) fn writing(&self) -> Result<Work<'_>, StoreError> {
        let work = self.work()?;
        if work.mode() == Mode::Reading {
            return Err(StoreError::OnlyReading);
        }
        Ok(work)
    }

    /// The same on behalf of a person, whom the employers' logs name.
    pub(in crate::store) fn writing_for(&self, author: Author) -> Result<Work<'_>, StoreError> {
        let work = self.writing()?;
        work.set_author(author);
        Ok(work)
    }

    fn work(&self) -> Result<Work<'_>, StoreError> {
        match &self.outer {
            Some(outer) => Ok(Work::Joined(outer.lock())),
            None => Ok(Work::Own(Box::new(Tx::open(self)?))),
        }
    }
}
