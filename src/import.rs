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
pub use heading::{ERROR_COLUMN, PREFILLED};
pub use lists::{EmployeeRow, EmployeeStatus, EmployerRow, accounts, employees, employers};
pub use marked::{MarkedRow, MarkedSheet, marked};
pub use notice::{NoticeRow, for_each_notice, notices};
pub use register::{Register, RegisterRow, register};

/// A list that was read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// In file order; a row that stands there twice, word for word, is there once.
    pub rows: Vec<T>,
    /// What the file turned out to be; the shell says it to whoever asked for the import.
    pub encoding: Encoding,
    /// What was read otherwise than it stands there, or passed over.
    pub notes: Vec<Note>,
}
