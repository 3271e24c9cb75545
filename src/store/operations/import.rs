//! Imports master data from the core system: accounts, employers, employees, notices.
//!
//! Start at [`Store::import_list`]. An import is an upsert by key, one transaction a file: equal rows change
//! nothing; different rows are updated, counted and reported with old and new values ([`RowChange`]). A column
//! missing from the list changes nothing, an empty cell clears. All invalid rows of a list are reported
//! together ([`UnfitRow`]), and then nothing is imported. An import is recorded in the trail and can be undone
//! while nothing depends on it ([`undo`]).
//!
//! Invariant: a list cannot change what money or an operation depends on. A notice settled with money keeps its
//! amount, employer and status, and one issued here keeps everything. Only the counter may change the holder,
//! the status and the base of an account with entries.

mod accounts;
mod change;
mod employees;
mod employers;
mod journal;
mod notices;
mod undo;

pub(super) use crate::store::error::{NoticeUnfit, Unfit, UnfitRow};
pub use change::{FieldChange, HIDDEN_FIELDS, KeptField, KeptWhy, RowChange, RowEffect};
pub use notices::UnknownEmployer;
pub use undo::ImportUndone;

use self::journal::Journal;
use crate::import::{EmployeeRow, EmployerRow};
use crate::remittance::{CollectionAccount, PaymentNotice, Policy};
use crate::store::database::sql::sqlite::CACHE_KIB;
use crate::store::database::tx::Tx;
use crate::store::error::StoreRefusal;
use crate::store::{Store, StoreError};
use chrono::NaiveDate;
use std::sync::Arc;

/// The result of an import; `added`, `changed` and `unchanged` add up to the rows of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Rows, changed or not, with a value that was not applied.
    pub kept: u64,
    /// Known rows that a full list lacks.
    pub missing: u64,
}

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportedList {
    Accounts,
    Employers,
    Employees,
    Notices,
}

/// The rows of a list.
#[derive(Debug)]
pub enum ListRows<'r> {
    Accounts(&'r [CollectionAccount]),
    Employers(&'r [EmployerRow]),
    Employees(&'r [EmployeeRow]),
    /// Ordered by reference, which makes a million of them an append; `status` says whether the list has that
    /// column.
    Notices {
        rows: &'r [PaymentNotice],
        status: bool,
    },
}

/// How to import a list.
#[derive(Clone, Debug)]
pub struct ImportOrder {
    pub policy: Arc<Policy>,
    /// The date as of which the list is valid.
    pub list_day: NaiveDate,
    /// It is complete, so known rows that it lacks are reported.
    pub full: bool,
    /// Its source. Without one the import leaves no trace and cannot be undone: for programs that set up a
    /// centre.
    pub origin: Option<ImportOrigin>,
}

/// The source of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOrigin {
    pub file: String,
    /// Of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// The importing person; `None` if unknown.
    pub by: Option<String>,
    /// Seconds since 1970, UTC.
    pub at: i64,
}

/// An imported list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListImport {
    pub imported: Imported,
    /// The id for display and undo; `None` without a source.
    pub import_id: Option<String>,
}

/// Rows of a file compared with the database per batch.
const COMPARED_TOGETHER: usize = 10_000;

/// An import in progress, inside the open transaction.
struct Importing<'i> {
    tx: &'i Tx,
    order: &'i ImportOrder,
    imported: Imported,
    unfit: Vec<UnfitRow>,
    journal: Option<Journal<'i>>,
}

impl ImportedList {
    pub const ALL: [Self; 4] = [Self::Accounts, Self::Employers, Self::Employees, Self::Notices];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Employers => "employers",
            Self::Employees => "employees",
            Self::Notices => "notices",
        }
    }

    fn read(code: &str) -> Result<Self, StoreError> {
        let known = Self::ALL.into_iter().find(|list| list.code() == code);
        known.ok_or_else(|| crate::store::database::row::unknown("list_import", "list", code))
    }
}

impl ListRows<'_> {
    const fn list(&self) -> ImportedList {
        match self {
            Self::Accounts(_) => ImportedList::Accounts,
            Self::Employers(_) => ImportedList::Employers,
            Self::Employees(_) => ImportedList::Employees,
            Self::Notices { .. } => ImportedList::Notices,
        }
    }
}

/// Page cache of an importing connection, in KiB.
const LIST_CACHE_KIB: i64 = 32 * 1024;

impl Store {
    /// Imports a list.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with every invalid row, [`StoreError`] where the database fails; nothing is then
    /// imported.
    pub fn import_list(
        &self,
        rows: &ListRows<'_>,
        order: &ImportOrder,
    ) -> Result<ListImport, StoreError> {
        let tx = self.writing()?;
        // Each row of a list is touched once: a night's large cache would not help.
        tx.connection.bound_cache(LIST_CACHE_KIB)?;
        let imported = tx.atomically(|_| {
            let mut work = Importing::begin(&tx, order, rows.list())?;
            match rows {
                ListRows::Accounts(rows) => work.accounts(rows)?,
                ListRows::Employers(rows) => work.employers(rows)?,
                ListRows::Employees(rows) => work.employees(rows)?,
                ListRows::Notices { rows, status } => work.notices(rows, *status)?,
            }
            work.finish()
        });
        tx.connection.bound_cache(CACHE_KIB)?;
        imported
    }

    /// Imports collection accounts without a trace; a new one goes to the end of the centre's list.
    ///
    /// # Errors
    /// [`StoreError`] as [`Store::import_list`].
    pub fn import_accounts(&self, accounts: &[CollectionAccount]) -> Result<Imported, StoreError> {
        self.import_untold(&ListRows::Accounts(accounts))
    }

    /// Imports employers and their known payer accounts, without a trace.
    ///
    /// # Errors
    /// [`StoreError`] as [`Store::import_list`].
    pub fn import_employers(&self, employers: &[EmployerRow]) -> Result<Imported, StoreError> {
        self.import_untold(&ListRows::Employers(employers))
    }

    /// Sorts and imports notices, without a trace.
    ///
    /// # Errors
    /// [`StoreError`] as [`Store::import_list`].
    pub fn import_notices(&self, notices: &mut [PaymentNotice]) -> Result<Imported, StoreError> {
        notices.sort_unstable_by_key(|notice| notice.reference);
        self.import_untold(&ListRows::Notices { rows: notices, status: true })
    }

    fn import_untold(&self, rows: &ListRows<'_>) -> Result<Imported, StoreError> {
        let order = ImportOrder {
            policy: super::shipped_policy()?,
            list_day: NaiveDate::MAX,
            full: false,
            origin: None,
        };
        Ok(self.import_list(rows, &order)?.imported)
    }
}

impl<'i> Importing<'i> {
    fn begin(tx: &'i Tx, order: &'i ImportOrder, list: ImportedList) -> Result<Self, StoreError> {
        let journal =
            order.origin.as_ref().map(|origin| Journal::begin(tx, list, origin)).transpose()?;
        Ok(Self { tx, order, imported: Imported::default(), unfit: Vec::new(), journal })
    }

    /// Counts a row without changes.
    const fn unchanged(&mut self) {
        self.imported.unchanged += 1;
    }

    /// Counts and records a changed row.
    fn note(&mut self, change: &RowChange) -> Result<(), StoreError> {
        match change.effect {
            RowEffect::Added => self.imported.added += 1,
            RowEffect::Changed if change.changed.is_empty() => self.imported.unchanged += 1,
            RowEffect::Changed => self.imported.changed += 1,
            RowEffect::Missing => self.imported.missing += 1,
        }
        self.imported.kept += u64::from(!change.kept.is_empty());
        self.journal.as_mut().map_or(Ok(()), |journal| journal.write(change))
    }

    fn refuse(&mut self, row: usize, field: &'static str, found: &str, why: Unfit) {
        self.unfit.push(UnfitRow { row, field, found: found.to_owned(), why });
    }

    fn finish(self) -> Result<ListImport, StoreError> {
        let Self { tx, order, imported, mut unfit, journal } = self;
        if !unfit.is_empty() {
            unfit.sort_by_key(|one| one.row);
            return Err(StoreError::Refused(StoreRefusal::List(unfit)));
        }
        if imported.added + imported.changed > 0 {
            // Suggestions must be recomputed.
            crate::store::trail::rebuild_epoch(&tx.connection, tx.centre_id)?;
        }
        let import_id =
            journal.map(|journal| journal.end(order.list_day, &imported)).transpose()?;
        Ok(ListImport { imported, import_id })
    }
}
