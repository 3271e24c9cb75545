//! Parses filled-in sheets of any kind: the centre's lists and employers' registers.
//!
//! Start at [`notices`]; its siblings parse the other lists, [`register`] parses registers. `sheet` turns bytes into
//! cells; [`table`] finds the heading row and the rows below it, [`heading`] knows the names of columns, [`cell`]
//! normalises cells, [`field`] and [`when`] turn texts into values, [`error`] has the errors, [`marked`] writes a sheet
//! back with them. The shell opens files and stores lists. `feed` reads bank statements.
//!
//! Invariant: a list is read completely or not at all. Every row is checked before the errors are reported, so that one
//! look at them is enough to fix a file. Nothing is defaulted except the columns that the contract calls optional.

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

/// A completely parsed list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// In file order, without exact duplicates.
    pub rows: Vec<T>,
    /// The line (row of the sheet) of each of the rows.
    pub lines: Vec<u64>,
    /// The columns of the list, each with its place from 1.
    pub columns: Vec<(&'static str, usize)>,
    /// The detected encoding, for the shell to report.
    pub encoding: Encoding,
    /// What was read differently from the file, or skipped.
    pub notes: Vec<Note>,
}

impl<T> List<T> {
    /// Whether the list has a column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| *name == column)
    }

    /// Sorts the rows by a key; their places in the file are kept.
    pub fn sort_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        if self.rows.is_sorted_by_key(&key) {
            return;
        }
        let mut all: Vec<(T, u64)> =
            std::mem::take(&mut self.rows).into_iter().zip(self.lines.drain(..)).collect();
        all.sort_by_key(|(row, _)| key(row));
        (self.rows, self.lines) = all.into_iter().unzip();
    }

    /// An error that a row, counted from 0, cannot be imported.
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
