//! The errors in a sheet with their places, in both languages, and the notes.
//!
//! An [`ImportError`] prints without the file's name; the shell prepends it. All errors are kept, up to [`ERRORS_MAX`],
//! so that one look is enough to fix a file.

use super::heading;
pub use super::problem::{Expected, Problem};
use crate::sheet::letters;
use remittance::{Bilingual, Language, Localized};
use std::borrow::Cow;
use std::fmt;

/// The most errors kept of one file; a sheet with more is of another kind.
pub const ERRORS_MAX: usize = 100_000;

/// Characters of a cell quoted in an error.
pub(super) const FOUND_CHARS_MAX: usize = 60;

/// One error in a sheet.
///
/// Prints as `14:C: amount "1,2o0.00": expected a digit at position 4, found 'o'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// Physical line (row of the sheet), from 1; 0 for the file itself.
    pub line: u64,
    /// Column from 1, if the error is in one.
    pub column: Option<usize>,
    /// The column's name; empty if the error is in none.
    pub field: &'static str,
    /// What was found, shortened for showing.
    pub found: String,
    pub problem: Problem,
}

/// A note, which stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// 0 if it is about no row.
    pub line: u64,
    pub said: Bilingual,
}

impl Note {
    pub(super) fn new(
        line: u64,
        chinese: impl Into<Cow<'static, str>>,
        english: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { line, said: Bilingual::new(chinese, english) }
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

    /// An error of the file itself.
    #[must_use]
    pub fn of_file(said: Bilingual) -> Self {
        Self::whole("", Problem::Unfit(said))
    }

    /// The column's letters, as spreadsheets show them.
    #[must_use]
    pub fn letters(&self) -> Option<String> {
        self.column.map(|column| letters(column.saturating_sub(1)))
    }

    /// The column's name for people; empty if the error is in none.
    #[must_use]
    pub fn heading(&self) -> &'static str {
        heading::name_in_chinese(self.field)
    }

    fn chinese(&self) -> String {
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
        let what = self.problem.in_language(Language::Chinese);
        if place.is_empty() { what.into_owned() } else { format!("{place}：{what}") }
    }

    fn english(&self) -> String {
        let mut place = String::new();
        if self.line > 0 {
            place.push_str(&format!("{}:", self.line));
        }
        if let Some(letters) = self.letters() {
            place.push_str(&format!("{letters}:"));
        }
        if self.line > 0 {
            place.push(' ');
        }
        if !self.field.is_empty() {
            place.push_str(&format!("{} ", self.field));
        }
        if !self.found.is_empty() || !self.field.is_empty() {
            place.push_str(&format!("{:?}: ", self.found));
        }
        place + &self.problem.in_language(Language::English)
    }
}

/// The complete sentence with its place; the two languages name a place differently.
impl Localized for ImportError {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match language {
            Language::Chinese => self.chinese().into(),
            Language::English => self.english().into(),
        }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl std::error::Error for ImportError {}
