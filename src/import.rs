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
mod lists;
mod notice;
mod register;
mod table;
#[cfg(test)]
mod tests;

pub use error::{ERRORS_MAX, ImportError, Problem};
pub use lists::{EmployeeRow, EmployeeStatus, EmployerRow, accounts, employees, employers};
pub use notice::{NoticeRow, for_each_notice, notices};
pub use register::{RegisterRow, register};
pub use table::Encoding;

/// A list that was read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// In file order; a row that stands there twice, word for word, is there once.
    pub rows: Vec<T>,
    /// What the file turned out to be; the shell says it to whoever asked for the import.
    pub encoding: Encoding,
}
