//! The changes of an operation: each row before and after, in order.
//!
//! Start at [`Change`]. A store writes `after` (or deletes when it is `None`); to undo, put `before` back, last first.
//! Rows are shared ([`Arc`]), so a change of 100,000 accounts holds 200,000 pointers and copies nothing that did not
//! change.
//!
//! Invariant: only [`Centre`] writes a [`Table`], so the caller receives every change.

use super::Centre;
use super::index;
pub use super::table::{Put, Rows};
use crate::appointment::Appointment;
use crate::correction::Correction;
use crate::employee::{AccountEntry, EmployeeAccount};
use crate::enrolment::EmployerAccount;
use crate::ledger::Voucher;
use crate::log::LogEntry;
use crate::payment::IssuedNotice;
use crate::register::{Draft, Register};
use crate::roster::Roster;
use crate::{Id, PaymentReference, YearMonth};
use serde::Serialize;

/// Rows of one kind by key.
pub type Table<E> = Rows<<E as Entity>::Key, E>;

/// A row with a key and a table of its own.
pub trait Entity: Sized + Serialize {
    type Key: Ord + Clone;

    fn key(&self) -> Self::Key;

    #[doc(hidden)]
    fn table(centre: &Centre) -> &Table<Self>;

    #[doc(hidden)]
    fn table_mut(centre: &mut Centre) -> &mut Table<Self>;

    #[doc(hidden)]
    fn change(put: Put<Self>) -> Change;

    /// Keeps the centre's derived data in step with a table.
    #[doc(hidden)]
    fn reindex(_centre: &mut Centre, _put: &Put<Self>) {}
}

/// Declares the kinds of rows: their tables in [`Centre`] and their keys.
macro_rules! entities {
    ($($kind:ident $type:ty, $table:ident, $key:ty = |$row:ident| $read:expr $(, $index:path)?;)*) => {
        /// What an operation did to one row.
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
            /// Applies a change to the centre (`forward`) or reverts it.
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
        index::index_documents;
    Entry AccountEntry, entries, (Id, Id, u32) =
        |row| (row.employer_id.clone(), row.employee_id.clone(), row.position);
    Draft Draft, drafts, (Id, u32) = |row| (row.employer_id.clone(), row.ordinal);
    Register Register, registers, (Id, u32) = |row| (row.employer_id.clone(), row.ordinal),
        index::index_unpaid;
    Roster Roster, rosters, (Id, YearMonth) = |row| (row.employer_id.clone(), row.month);
    Notice IssuedNotice, notices, PaymentReference = |row| row.reference,
        index::index_reserved;
    Voucher Voucher, vouchers, (Id, u32) = |row| (row.employer_id.clone(), row.ordinal);
    Correction Correction, corrections, (Id, u32) = |row| (row.employer_id.clone(), row.ordinal);
    Appointment Appointment, appointments, Id = |row| row.appointment_id.clone(),
        index::index_slots;
    Log LogEntry, log, (Id, u32) = |row| (row.employer_id.clone(), row.ordinal);
}
