//! Cells of a list as values: one reader a kind, each saying what it expected.
//!
//! Start at [`Reading`], which walks the cells of a row and keeps every error. Nothing here knows
//! which list it reads.

use super::error::{ERRORS_MAX, ImportError, Problem};
use super::table::Row;
use crate::remittance::document::{self, DocumentType, DocumentTypeError};
use crate::remittance::{AMOUNT_MAX, Money, MoneyError, YearMonth};
use chrono::NaiveDate;
use std::collections::HashMap;

/// What a cell was expected to be; the sentence begins with `expected`.
pub(super) type Expected = String;

/// The errors of a file while it is read.
#[derive(Default)]
pub(super) struct Reading {
    errors: Vec<ImportError>,
}

impl Reading {
    /// A cell that must be filled, read by `parse`; `None` when it could not, which is noted.
    pub(super) fn must<'a, T>(
        &mut self,
        row: &Row<'a>,
        column: usize,
        parse: impl FnOnce(&'a str) -> Result<T, Expected>,
    ) -> Option<T> {
        let text = row.text(column);
        let problem = if text.is_empty() {
            Problem::Missing
        } else {
            match parse(text) {
                Ok(value) => return Some(value),
                Err(expected) => Problem::Expected(expected),
            }
        };
        self.note(row.error(column, problem));
        None
    }

    /// A cell that may be empty; the outer `None` when it could not be read, which is noted.
    pub(super) fn may<'a, T>(
        &mut self,
        row: &Row<'a>,
        column: usize,
        parse: impl FnOnce(&'a str) -> Result<T, Expected>,
    ) -> Option<Option<T>> {
        if row.text(column).is_empty() {
            return Some(None);
        }
        self.must(row, column, parse).map(Some)
    }

    pub(super) fn note(&mut self, error: ImportError) {
        if !self.full() {
            self.errors.push(error);
        }
    }

    /// Whether enough errors were found to stop looking.
    pub(super) fn full(&self) -> bool {
        self.errors.len() >= ERRORS_MAX
    }

    pub(super) fn finish<T>(mut self, value: T) -> Result<T, Vec<ImportError>> {
        self.errors.sort_by_key(|error| (error.line, error.column));
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }
}

/// Rows with each key once.
pub(super) struct Unique<T> {
    rows: Vec<T>,
    lines: Vec<u64>,
    by_key: HashMap<String, usize>,
}

impl<T: PartialEq> Unique<T> {
    pub(super) fn new() -> Self {
        Self { rows: Vec::new(), lines: Vec::new(), by_key: HashMap::new() }
    }

    /// Keeps the row unless its key is known: the same row again is nothing, another is an error.
    pub(super) fn keep(&mut self, reading: &mut Reading, row: &Row<'_>, key: String, value: T) {
        let Some(&index) = self.by_key.get(&key) else {
            self.by_key.insert(key, self.rows.len());
            self.rows.push(value);
            self.lines.push(row.line);
            return;
        };
        if self.rows.get(index) != Some(&value) {
            let line = self.lines.get(index).copied().unwrap_or_default();
            reading.note(row.error(0, Problem::Conflict { line }));
        }
    }

    /// The rows, with the line on which each stands first.
    pub(super) fn into_rows(self) -> (Vec<T>, Vec<u64>) {
        (self.rows, self.lines)
    }
}

/// Any text without control characters.
pub(super) fn text(text: &str) -> Result<String, Expected> {
    match text.chars().find(|found| found.is_control()) {
        None => Ok(text.to_owned()),
        Some(found) => Err(format!("expected text on one line, found {found:?} in it")),
    }
}

/// A key or number: no white space in it.
pub(super) fn key(text: &str) -> Result<&str, Expected> {
    match text.chars().find(|found| found.is_whitespace() || found.is_control()) {
        None => Ok(text),
        Some(found) => Err(format!("expected a key, found {found:?} in it")),
    }
}

/// An account number: letters and digits, as banks write them.
pub(super) fn account_no(text: &str) -> Result<String, Expected> {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(text.to_owned());
    }
    Err(rounded_hint("expected an account number of digits and letters", text))
}

pub(super) fn document_type(text: &str) -> Result<DocumentType, Expected> {
    text.parse().map_err(|error: DocumentTypeError| error.to_string())
}

/// The key of a document that is no resident card.
pub(super) fn document_key(kind: DocumentType, text: &str) -> Result<String, Expected> {
    // None of these numbers holds a birth date that a day could contradict.
    document::identity(kind, text, NaiveDate::MAX).map_err(|refusal| refusal.to_string())
}

fn rounded_hint(expected: &str, text: &str) -> Expected {
    let rounded = text.contains(['e', 'E']) && text.contains('.');
    let hint = "; a spreadsheet rounds long numbers, format the column as text";
    format!("{expected}{}", if rounded { hint } else { "" })
}

/// More than zero, to the fen.
pub(super) fn amount(text: &str) -> Result<Money, Expected> {
    match Money::from_yuan(text) {
        Ok(amount) if amount > Money::ZERO => Ok(amount),
        Ok(_) => Err("expected more than zero".to_owned()),
        // What was found stands beside it in its own field.
        Err(MoneyError::TooLarge { .. }) => Err(format!("expected at most {AMOUNT_MAX}")),
        Err(error) => Err(error.to_string()),
    }
}

/// As [`amount`], or zero.
pub(super) fn amount_or_nothing(text: &str) -> Result<Money, Expected> {
    match Money::from_yuan(text) {
        Ok(Money::ZERO) => Ok(Money::ZERO),
        _ => amount(text),
    }
}

/// `2026-05-11`, `20260511` or `2026/5/11`.
pub(super) fn day(text: &str) -> Result<NaiveDate, Expected> {
    let expected = || "expected a day such as 2026-05-11".to_owned();
    let bytes = text.as_bytes();
    let (year, month, day) = match (bytes.get(4), bytes.len()) {
        (Some(b'-'), 10) => (bytes.get(..4), bytes.get(5..7), bytes.get(8..10)),
        (Some(b'/'), 8..=10) => {
            let slash = 5 + bytes.iter().skip(5).position(|&byte| byte == b'/').unwrap_or(0);
            (bytes.get(..4), bytes.get(5..slash), bytes.get(slash + 1..))
        }
        (Some(_), 8) => (bytes.get(..4), bytes.get(4..6), bytes.get(6..8)),
        _ => return Err(expected()),
    };
    if bytes.len() == 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) != Some(&b'-') {
        return Err(expected());
    }
    let date = || {
        let year = i32::try_from(digits(year?)?).ok()?;
        NaiveDate::from_ymd_opt(year, digits(month?)?, digits(day?)?)
    };
    date().ok_or_else(expected)
}

/// `2026-05`, `202605`, or what a spreadsheet makes of it: the month's first day.
pub(super) fn month(text: &str) -> Result<YearMonth, Expected> {
    let bytes = text.as_bytes();
    let parts = match (bytes.get(4), bytes.len()) {
        (Some(b'-'), 7) => (bytes.get(..4), bytes.get(5..)),
        (Some(_), 6) => (bytes.get(..4), bytes.get(4..)),
        _ => (None, None),
    };
    let read = || YearMonth::new(i32::try_from(digits(parts.0?)?).ok()?, digits(parts.1?)?);
    let first_day =
        || day(text).ok().map(|day| (day, YearMonth::of(day))).filter(|(d, m)| m.first_day() == *d);
    read()
        .or_else(|| first_day().map(|(_, month)| month))
        .ok_or_else(|| "expected a month such as 2026-05".to_owned())
}

fn digits(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() {
        return None;
    }
    bytes.iter().try_fold(0_u32, |number, byte| match byte {
        b'0'..=b'9' => number.checked_mul(10)?.checked_add(u32::from(byte - b'0')),
        _ => None,
    })
}

/// One address, of the shape that a mail server takes.
pub(super) fn email(text: &str) -> Result<String, Expected> {
    let strange = |found: char| {
        found.is_whitespace() || found.is_control() || matches!(found, ',' | ';' | '<' | '>' | '"')
    };
    match text.split_once('@') {
        Some((name, host))
            if !name.is_empty()
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && !host.contains('@')
                && !text.contains(strange) =>
        {
            Ok(text.to_owned())
        }
        _ => Err("expected one mail address such as gjj@example.com".to_owned()),
    }
}

/// Account numbers with `;` between them.
pub(super) fn accounts(text: &str) -> Result<Vec<String>, Expected> {
    let parts = text.split([';', '；']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(account_no).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_the_three_forms_of_the_contract_and_no_other() {
        for text in ["2026-05-11", "20260511", "2026/5/11", "2026/05/11"] {
            assert_eq!(day(text), Ok(NaiveDate::from_ymd_opt(2026, 5, 11).unwrap()), "{text}");
        }
        for text in [
            "2026-5-11",
            "2026-02-30",
            "11/05/2026",
            "2026/5",
            "2026/5/",
            "2026-05x11",
            "2026+511",
            "４０２６",
        ] {
            assert!(day(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_month_is_read_also_as_spreadsheets_rewrite_it() {
        for text in ["2026-05", "202605", "2026-05-01", "2026/5/1"] {
            assert_eq!(month(text), Ok(YearMonth::new(2026, 5).unwrap()), "{text}");
        }
        for text in ["2026-13", "2026-5", "2026-05-02", "26-05", "May 2026", ""] {
            assert!(month(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_is_one_address() {
        assert!(email("gjj@example.com").is_ok());
        for text in ["gjj", "@example.com", "a@b", "a@b.com,c@d.com", "A <a@b.com>", "a@@b.com"] {
            assert!(email(text).is_err(), "{text}");
        }
    }
}
