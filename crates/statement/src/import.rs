//! Reads what people fill in: the centre's lists and employers' registers, from any kind of sheet.
//!
//! Start at [`notices`]; its siblings do the same for the other lists, [`register`] for registers. `sheet` turns
//! bytes into cells; [`table`] finds the heading row and the rows below it, [`heading`] knows what columns are
//! called, [`cell`] folds what is plain, [`field`] and [`when`] turn texts into values, [`error`] says what is
//! wrong, [`marked`] writes a sheet back with it. Files are opened, and lists are stored, by the shell. Bank
//! statements are not read here but in `feed`.
//!
//! Invariant: a list is read whole or not at all. Every row is checked before the first error is
//! reported, so that one look at the errors is enough to mend a file; nothing is defaulted but the
//! columns that the contract calls optional.

#[cfg(feature = "xlsx")]
pub mod book;
mod cell;
mod error;
mod field;
mod form;
mod given;
mod heading;
mod lists;
mod marked;
mod notice;
mod problem;
mod register;
mod table;
#[cfg(test)]
mod tests;
mod when;

pub use crate::sheet::Encoding;
pub use error::{ERRORS_MAX, Expected, ImportError, Note, Problem};
pub use form::{Form, FormColumn, ListName};
pub use given::Given;
pub use heading::{ERROR_COLUMN, PREFILLED};
pub use lists::{
    EmployeeRow, EmployeeStatus, EmployerRow, ListedEmployer, accounts, employees, employers,
};
pub use marked::{MarkedRow, MarkedSheet, marked};
pub use notice::{NoticeRow, for_each_notice, notices};
pub use register::{Register, RegisterRow, register};
use remittance::Bilingual;

/// A list that was read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// In file order; a row that stands there twice, word for word, is there once.
    pub rows: Vec<T>,
    /// The line (row of the sheet) of each of the rows.
    pub lines: Vec<u64>,
    /// The columns that the list has, each with its place from 1.
    pub columns: Vec<(&'static str, usize)>,
    /// What the file turned out to be; the shell says it to whoever asked for the import.
    pub encoding: Encoding,
    /// What was read otherwise than it stands there, or passed over.
    pub notes: Vec<Note>,
}

impl<T> List<T> {
    /// Whether the list has a column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| *name == column)
    }

    /// Puts the rows in the order of a key; where they stood in the file stays known.
    pub fn sort_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        if self.rows.is_sorted_by_key(&key) {
            return;
        }
        let mut all: Vec<(T, u64)> =
            std::mem::take(&mut self.rows).into_iter().zip(self.lines.drain(..)).collect();
        all.sort_by_key(|(row, _)| key(row));
        (self.rows, self.lines) = all.into_iter().unzip();
    }

    /// Says of a row, counted from 0, that something in it cannot be taken in.
    #[must_use]
    pub fn unfit(
        &self,
        row: usize,
        field: &'static str,
        found: &str,
        said: Bilingual,
    ) -> ImportError {
        let line = self.lines.get(row).copied().unwrap_or_default();
        let column = self.columns.iter().find(|(name, _)| *name == field).map(|(_, place)| *place);
        ImportError::new(line, column, field, found, Problem::Unfit(said))
    }
}
