//! Reads the centre's own lists: accounts, employers, notices and employees, from CSV or XLSX.
//!
//! Start at [`notices`]; its three siblings do the same for the other lists. [`table`] turns bytes
//! of either format into rows, [`field`] turns cells into values, [`error`] says what is wrong.
//! Files are opened, and lists are stored, by the shell. Bank statements are not read here but in
//! `feed`.
//!
//! Invariant: a list is read whole or not at all. Every row is checked before the first error is
//! reported, so that one look at the errors is enough to mend a file; nothing is defaulted but the
//! columns that the contract calls optional.

mod error;
mod field;
mod given;
mod lists;
mod notice;
mod register;
mod table;
#[cfg(test)]
mod tests;

pub use error::{ERRORS_MAX, ImportError, Problem};
pub use given::Given;
pub use lists::{
    EmployeeRow, EmployeeStatus, EmployerRow, ListedEmployer, accounts, employees, employers,
};
pub use notice::{NoticeRow, for_each_notice, notices};
pub use register::{RegisterRow, register};
pub use table::Encoding;

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
        (english, chinese): (String, String),
    ) -> ImportError {
        let line = self.lines.get(row).copied().unwrap_or_default();
        let column = self.columns.iter().find(|(name, _)| *name == field).map(|(_, place)| *place);
        ImportError::new(line, column, field, found, Problem::Unfit { english, chinese })
    }
}
