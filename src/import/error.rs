//! What can be wrong in a list, with its place.
//!
//! An [`ImportError`] prints without the file's name; the shell puts that before it. Errors are
//! collected up to [`ERRORS_MAX`] so that a file exported wrongly does not scroll the reason away.

use std::fmt;

/// Errors reported for one file before reading stops.
pub const ERRORS_MAX: usize = 20;

/// Characters of a cell that an error quotes.
const FOUND_CHARS_MAX: usize = 60;

/// One thing that is wrong in a list.
///
/// Prints as `14:3: amount "1,2o0.00": expected a digit at position 4, found 'o'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// Physical line (row of the sheet), from 1; 0 where it concerns the file as a whole.
    pub line: u64,
    /// Column from 1, where the error is in one.
    pub column: Option<usize>,
    /// The column's name; empty where the error is in none.
    pub field: &'static str,
    /// What was found, shortened for showing.
    pub found: String,
    pub problem: Problem,
}

/// What was expected instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file has no header, let alone rows.
    Empty,
    /// The header has a column that the list does not know.
    UnknownColumn { known: String },
    /// The header has a column twice.
    RepeatedColumn,
    /// The header lacks a column.
    MissingColumn { name: &'static str },
    /// A row has more or fewer cells than the header.
    Cells { expected: usize, found: usize },
    /// A cell that must be filled is empty.
    Missing,
    /// The cell is not what the column holds; the sentence begins with `expected`.
    Expected(String),
    /// The same key stands on an earlier line with other content.
    Conflict { line: u64 },
    /// It does not go with what is known already; a sentence in each language.
    Unfit { english: String, chinese: String },
    /// Not UTF-8 and not GB18030, or not a sheet.
    Unreadable { expected: &'static str },
}

impl ImportError {
    pub(super) fn new(
        line: u64,
        column: Option<usize>,
        field: &'static str,
        found: &str,
        problem: Problem,
    ) -> Self {
        let mut quoted: String = found.chars().take(FOUND_CHARS_MAX).collect();
        if quoted.len() < found.len() {
            quoted.push('…');
        }
        Self { line, column, field, found: quoted, problem }
    }

    pub(super) fn whole(found: &str, problem: Problem) -> Self {
        Self::new(0, None, "", found, problem)
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
        }
        if let Some(column) = self.column {
            write!(f, "{column}:")?;
        }
        if self.line > 0 {
            f.write_str(" ")?;
        }
        if !self.field.is_empty() {
            write!(f, "{} ", self.field)?;
        }
        if !self.found.is_empty() || !self.field.is_empty() {
            write!(f, "{:?}: ", self.found)?;
        }
        self.problem.fmt(f)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "expected a header line, found an empty file"),
            Self::UnknownColumn { known } => write!(f, "expected one of the columns {known}"),
            Self::RepeatedColumn => write!(f, "expected each column once, found it twice"),
            Self::MissingColumn { name } => write!(f, "expected a column {name}, found none"),
            Self::Cells { expected, found } => {
                write!(f, "expected {expected} cells as in the header, found {found}")
            }
            Self::Missing => write!(f, "expected a value, found nothing"),
            Self::Expected(sentence) | Self::Unfit { english: sentence, .. } => {
                f.write_str(sentence)
            }
            Self::Conflict { line } => {
                write!(f, "expected each key once, found it with other content on line {line} too")
            }
            Self::Unreadable { expected } => write!(f, "expected {expected}"),
        }
    }
}

impl std::error::Error for ImportError {}
