//! What an operation changed: each thing as it was and as it is, in order.
//!
//! Start at [`Change`]. A store writes `after` (or deletes where it is `None`); whoever must undo
//! puts `before` back, last first. Things are shared ([`Arc`]), so a change of 100,000 accounts
//! holds 200,000 pointers and no second copy of what did not change.
//!
//! Invariant: a [`Table`] is written only through [`Centre`], so every change is in somebody's hands.

use super::appointment::Appointment;
use super::centre::Centre;
use super::correction::Correction;
use super::employee::{AccountEntry, EmployeeAccount};
use super::enrolment::EmployerAccount;
use super::ledger::Voucher;
use super::log::LogEntry;
use super::payment::IssuedNotice;
use super::register::{Draft, Register};
use super::roster::Roster;
use super::{Id, PaymentReference, YearMonth};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::collections::btree_map::Values;
use std::sync::Arc;

/// One thing that was added (`before` is `None`), changed, or taken away (`after` is `None`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put<E> {
    pub before: Option<Arc<E>>,
    pub after: Option<Arc<E>>,
}

/// Things of one kind by their key, in the order of their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<E: Entity> {
    rows: BTreeMap<E::Key, Arc<E>>,
}

/// A thing with a key and a table of its own.
pub trait Entity: Sized + Serialize {
    type Key: Ord + Clone;

    fn key(&self) -> Self::Key;

    #[doc(hidden)]
    fn table(centre: &Centre) -> &Table<Self>;

    #[doc(hidden)]
    fn table_mut(centre: &mut Centre) -> &mut Table<Self>;

    #[doc(hidden)]
    fn change(put: Put<Self>) -> Change;

    /// Keeps what the centre derives from a table in step with it.
    #[doc(hidden)]
    fn reindex(_centre: &mut Centre, _put: &Put<Self>) {}
}

impl<E: Entity> Default for Table<E> {
    fn default() -> Self {
        Self { rows: BTreeMap::new() }
    }
}

impl<E: Entity> Table<E> {
    #[must_use]
    pub fn get(&self, key: &E::Key) -> Option<&Arc<E>> {
        self.rows.get(key)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn iter(&self) -> Values<'_, E::Key, Arc<E>> {
        self.rows.values()
    }

    /// The things from a key on.
    pub fn from_key(&self, key: E::Key) -> impl DoubleEndedIterator<Item = &Arc<E>> {
        self.rows.range(key..).map(|(_, row)| row)
    }

    pub(super) fn write(&mut self, key: E::Key, row: Option<Arc<E>>) -> Option<Arc<E>> {
        match row {
            Some(row) => self.rows.insert(key, row),
            None => self.rows.remove(&key),
        }
    }
}

impl<'a, E: Entity> IntoIterator for &'a Table<E> {
    type Item = &'a Arc<E>;
    type IntoIter = Values<'a, E::Key, Arc<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A table is written as the list of its things, in the order of their keys.
impl<E: Entity> Serialize for Table<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.values().map(|row| &**row))
    }
}

/// Declares the kinds of things: their tables in [`Centre`] and their keys.
macro_rules! entities {
    ($($kind:ident $type:ty, $table:ident, $key:ty = |$row:ident| $read:expr $(, $index:path)?;)*) => {
        /// What an operation did to one thing.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Change {
            $($kind(Put<$type>),)*
        }

        $(impl Entity for $type {
            type Key = $key;

            fn key(&self) -> $key {
                let $row = self;
                $read
            }

            fn table(centre: &Centre) -> &Table<Self> {
                &centre.$table
            }

            fn table_mut(centre: &mut Centre) -> &mut Table<Self> {
                &mut centre.$table
            }

            fn change(put: Put<Self>) -> Change {
                Change::$kind(put)
            }

            $(fn reindex(centre: &mut Centre, put: &Put<Self>) {
                $index(centre, put);
            })?
        })*

        impl Centre {
            /// Puts a change into the centre (`forward`) or takes it out again.
            pub(super) fn replay(&mut self, change: Change, forward: bool) {
                match change {
                    $(Change::$kind(put) => {
                        let put = if forward { put } else { Put { before: put.after, after: put.before } };
                        if let Some(row) = put.after.as_ref().or(put.before.as_ref()) {
                            let key = row.key();
                            self.$table.write(key, put.after.clone());
                            <$type as Entity>::reindex(self, &put);
                        }
                    })*
                }
            }
        }
    };
}

entities! {
    Employer EmployerAccount, employers, Id = |row| row.employer_id.clone();
    Account EmployeeAccount, accounts, (Id, Id) = |row| (row.employer_id.clone(), row.employee_id.clone()),
        super::index::index_documents;
    Entry AccountEntry, entries, (Id, Id, u32) =
        |row| (row.employer_id.clone(), row.employee_id.clone(), row.position);
    Draft Draft, drafts, (Id, u32) = |row| (row.employer_id.clone(), row.ordinal);
    Register Register, registers, (Id, u32) = |row| (row.employer_id.clone(), row.ordinal),
        super::index::index_unpaid;
    Roster Roster, rosters, (Id, YearMonth) = |row| (row.employer_id.clone(), row.month);
    Notice IssuedNotice, notices, PaymentReference = |row| row.reference,
        super::advance::index_reserved;
    Voucher Voucher, vouchers, (Id, u32) = |row| (row.employer_id.clone(), row.ordinal);
    Correction Correction, corrections, (Id, u32) = |row| (row.employer_id.clone(), row.ordinal);
    Appointment Appointment, appointments, Id = |row| row.appointment_id.clone(),
        super::index::index_slots;
    Log LogEntry, log, (Id, u32) = |row| (row.employer_id.clone(), row.ordinal);
}
