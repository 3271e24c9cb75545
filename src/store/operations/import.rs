//! Takes in what the core system knows: accounts, employers, employees, notices.
//!
//! Start at [`Store::import_list`]. Importing is an upsert by key, one transaction a file: what is equal changes
//! nothing, what differs is changed, counted and said before and after ([`RowChange`]). A column that the list does
//! not have changes nothing, an empty cell clears. Whatever in a list cannot be is told together, each with its row
//! ([`UnfitRow`]), and nothing of the list is then taken in. An import stands in the trail and can be taken back while
//! nothing rests on it ([`undo`]).
//!
//! Invariant: what money or an operation rests on is not a list's to change. A notice that money was settled with
//! keeps its amount, employer and standing, and one that was issued here all that it is; who holds an account with
//! entries, whether it is active and on which base is the counter's to say.

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

/// What an import did; `added`, `changed` and `unchanged` are together the rows of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Rows, changed or not, of which something was not taken.
    pub kept: u64,
    /// What is known and a full list no longer has.
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
    /// In the order of their references, which makes a million of them an append; `status` says whether the list
    /// has that column.
    Notices {
        rows: &'r [PaymentNotice],
        status: bool,
    },
}

/// How a list is to be taken in.
#[derive(Clone, Debug)]
pub struct ImportOrder {
    pub policy: Arc<Policy>,
    /// The day of which the list says how things stood.
    pub list_day: NaiveDate,
    /// It has all that there is, so whatever is missing in it is told.
    pub full: bool,
    /// Where it came from. Without that the import leaves no trace and cannot be taken back: for programs that
    /// make a centre.
    pub origin: Option<ImportOrigin>,
}

/// Whose list it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOrigin {
    pub file: String,
    /// Of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// Who takes it in; `None` where nobody said.
    pub by: Option<String>,
    /// Seconds since 1970, UTC.
    pub at: i64,
}

/// A list that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListImport {
    pub imported: Imported,
    /// By which it is shown and taken back; `None` for one without an origin.
    pub import_id: Option<String>,
}

/// Rows of a file that are compared with the store's together.
const COMPARED_TOGETHER: usize = 10_000;

/// A list on its way in, inside the transaction that is open.
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

/// Page cache of a connection that takes a list in, in KiB.
const LIST_CACHE_KIB: i64 = 32 * 1024;

impl Store {
    /// Takes in a list.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with everything in it that cannot be, [`StoreError`] where the database fails;
    /// nothing is then taken in.
    pub fn import_list(
        &self,
        rows: &ListRows<'_>,
        order: &ImportOrder,
    ) -> Result<ListImport, StoreError> {
        let tx = self.writing()?;
        // Each row of a list is touched once: a night's cache would only fill up.
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

    /// Takes in collection accounts without a trace; a new one goes to the end of the centre's list.
    ///
    /// # Errors
    /// [`StoreError`] as [`Store::import_list`].
    pub fn import_accounts(&self, accounts: &[CollectionAccount]) -> Result<Imported, StoreError> {
        self.import_untold(&ListRows::Accounts(accounts))
    }

    /// Takes in employers and the accounts they are known to pay from, without a trace.
    ///
    /// # Errors
    /// [`StoreError`] as [`Store::import_list`].
    pub fn import_employers(&self, employers: &[EmployerRow]) -> Result<Imported, StoreError> {
        self.import_untold(&ListRows::Employers(employers))
    }

    /// Takes in notices without a trace, and puts them in their order before.
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

    /// A row that says what is known.
    const fn unchanged(&mut self) {
        self.imported.unchanged += 1;
    }

    /// A row that says something else.
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
            // Suggestions rest on something new.
            crate::store::trail::rebuild_epoch(&tx.connection, tx.centre_id)?;
        }
        let import_id =
            journal.map(|journal| journal.end(order.list_day, &imported)).transpose()?;
        Ok(ListImport { imported, import_id })
    }
}
