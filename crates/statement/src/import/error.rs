//! What can be wrong in a sheet, with its place, in both languages; and what is only told.
//!
//! An [`ImportError`] prints without the file's name; the shell puts that before it. All that is wrong is kept,
//! up to [`ERRORS_MAX`], so that one look is enough to mend a file.

use super::heading;
pub use super::problem::{Expected, Problem};
use crate::sheet::letters;
use std::fmt;

/// Errors kept of one file; a sheet with more than these is no sheet of this kind.
pub const ERRORS_MAX: usize = 100_000;

/// Characters of a cell that an error quotes.
pub(super) const FOUND_CHARS_MAX: usize = 60;

/// One thing that is wrong in a sheet.
///
/// Prints as `14:C: amount "1,2o0.00": expected a digit at position 4, found 'o'`.
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

/// Something that is told and stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// 0 where it concerns no row.
    pub line: u64,
    pub english: String,
    pub chinese: String,
}

impl Note {
    pub(super) fn new(line: u64, english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self { line, english: english.into(), chinese: chinese.into() }
    }
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

    /// Something about the file as a whole; a sentence in each language.
    #[must_use]
    pub fn of_file((english, chinese): (String, String)) -> Self {
        Self::whole("", Problem::Unfit { english, chinese })
    }

    /// The column's letters, as spreadsheets show them.
    #[must_use]
    pub fn letters(&self) -> Option<String> {
        self.column.map(|column| letters(column.saturating_sub(1)))
    }

    /// The column's name for people; empty where the error is in none.
    #[must_use]
    pub fn heading(&self) -> &'static str {
        heading::chinese(self.field)
    }

    /// The whole sentence in Chinese, with its place.
    #[must_use]
    pub fn chinese(&self) -> String {
        let mut place = String::new();
        if self.line > 0 {
            place.push_str(&format!("第 {} 行", self.line));
        }
        if let Some(letters) = self.letters() {
            place.push_str(&format!(" {letters} 列"));
        }
        if !self.field.is_empty() && self.field != "column" {
            place.push_str(&format!("“{}”", self.heading()));
        }
        if !self.found.is_empty() {
            place.push_str(&format!("（现为“{}”）", self.found));
        }
        let what = self.problem.chinese();
        if place.is_empty() { what } else { format!("{place}：{what}") }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
        }
        if let Some(letters) = self.letters() {
            write!(f, "{letters}:")?;
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

impl std::error::Error for ImportError {}
