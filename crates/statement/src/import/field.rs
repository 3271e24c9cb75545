//! Parses cells of a list into values: one parser for each kind, which gives the expected form in errors.
//!
//! Start at [`Reading`], which walks the cells of a row and keeps every error. Nothing here depends on the list.

use super::error::{ERRORS_MAX, Expected, FOUND_CHARS_MAX, ImportError, Note, Problem};
use super::table::Row;
pub(super) use super::when::{day, month};
use chrono::NaiveDate;
use remittance::document::{self, DocumentType};
use remittance::email::Addresses;
use remittance::{AMOUNT_MAX, Language, Localized, Money, MoneyError, Refusal};
use std::collections::HashMap;

/// The errors of a file during parsing.
#[derive(Default)]
pub(super) struct Reading {
    errors: Vec<ImportError>,
    /// The notes, which stop nothing.
    notes: Vec<Note>,
    /// The count of notes past the limit.
    untold: usize,
}

/// The most single notes on rows.
const NOTES_MAX: usize = 200;

impl Reading {
    /// A required cell, parsed by `parse`; `None` with an error if that fails.
    pub(super) fn must<'a, T, E: Into<Expected>>(
        &mut self,
        row: &Row<'a>,
        column: usize,
        parse: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Option<T> {
        let text = row.text(column);
        let problem = match row.problem(column) {
            Some(problem) => problem.clone(),
            None if text.is_empty() => Problem::Missing,
            None => match parse(text) {
                Ok(value) => return Some(value),
                Err(expected) => Problem::Expected(expected.into()),
            },
        };
        self.note(row.error(column, problem));
        None
    }

    /// An optional cell; the outer `None` with an error if it cannot be parsed.
    pub(super) fn may<'a, T, E: Into<Expected>>(
        &mut self,
        row: &Row<'a>,
        column: usize,
        parse: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        if row.text(column).is_empty() && row.problem(column).is_none() {
            return Some(None);
        }
        self.must(row, column, parse).map(Some)
    }

    pub(super) fn note(&mut self, error: ImportError) {
        if !self.full() {
            self.errors.push(error);
        }
    }

    /// Notes the texts in a mail address field that are no address.
    pub(super) fn tell_left_over(&mut self, row: &Row<'_>, found: &Addresses) {
        if found.left_over.is_empty() {
            return;
        }
        if self.notes.len() >= NOTES_MAX {
            self.untold += 1;
            return;
        }
        let left: String = found.left_over.join(";").chars().take(FOUND_CHARS_MAX).collect();
        let (english, chinese) = if found.good.is_empty() {
            ("letters go on paper", "函件将改寄纸质")
        } else {
            ("the others are used", "其余地址照常使用")
        };
        let line = row.line;
        self.notes.push(Note::new(
            line,
            format!("第 {line} 行：“{left}”不是可用的邮箱地址，或超过三个，{chinese}"),
            format!(
                "row {line}: email {left:?} is no mail address, or one more than three: {english}"
            ),
        ));
    }

    /// All notes.
    pub(super) fn take_notes(&mut self) -> Vec<Note> {
        let mut notes = std::mem::take(&mut self.notes);
        if self.untold > 0 {
            let count = self.untold;
            notes.push(Note::new(0, format!("另有 {count} 行的邮箱填写有误"), format!("{count} more rows have an email that is no mail address: duizhang alert employer --unreached")));
        }
        notes
    }

    /// Whether there are enough errors to stop.
    pub(super) fn full(&self) -> bool {
        self.errors.len() >= ERRORS_MAX
    }

    pub(super) fn into_errors(self) -> Vec<ImportError> {
        self.errors
    }

    pub(super) fn finish<T>(mut self, value: T) -> Result<T, Vec<ImportError>> {
        self.errors.sort_by_key(|error| (error.line, error.column));
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }
}

/// Rows with unique keys.
pub(super) struct Unique<T> {
    rows: Vec<T>,
    lines: Vec<u64>,
    by_key: HashMap<String, usize>,
    /// Keys that were typed as numbers, each with a prepared error of its row.
    typed: Vec<(String, ImportError)>,
}

/// Longest key that may have lost leading zeros.
const KEY_CHARS_MAX: usize = 20;

impl<T: PartialEq> Unique<T> {
    pub(super) fn new() -> Self {
        Self { rows: Vec::new(), lines: Vec::new(), by_key: HashMap::new(), typed: Vec::new() }
    }

    /// Keeps the row unless its key is known: the same row is ignored, another is an error.
    pub(super) fn keep(&mut self, reading: &mut Reading, row: &Row<'_>, key: String, value: T) {
        if row.typed_as_number(0) {
            self.typed.push((key.clone(), row.error(0, Problem::NumberAsKey)));
        }
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

    /// Refuses a number that equals another key except for leading zeros: it may be that one.
    pub(super) fn compare_keys(&mut self, reading: &mut Reading) {
        for (key, mut error) in self.typed.drain(..) {
            let zeros = 1..=KEY_CHARS_MAX.saturating_sub(key.len());
            let longer = zeros.map(|count| format!("{}{key}", "0".repeat(count)));
            let known =
                |key: &String| self.by_key.get(key).and_then(|index| self.lines.get(*index));
            if let Some((other, line)) =
                longer.filter_map(|key| known(&key).map(|line| (key.clone(), *line))).next()
            {
                error.problem = Problem::AlikeKeys { other, line };
                reading.note(error);
            }
        }
    }

    /// The rows with their first lines.
    pub(super) fn into_rows(self) -> (Vec<T>, Vec<u64>) {
        (self.rows, self.lines)
    }
}

/// Any text without control characters that does not begin a formula.
pub(super) fn text(text: &str) -> Result<String, Expected> {
    if text.starts_with(['=', '+', '@']) {
        return Err(Expected::new(
            "不能以“=”“+”“@”开头；请填写实际内容",
            "expected text, found the beginning of a formula",
        ));
    }
    match text.chars().find(|found| found.is_control()) {
        None => Ok(text.to_owned()),
        Some(found) => Err(Expected::new(
            "单元格内有换行或控制字符；请写成一行",
            format!("expected text on one line, found {found:?} in it"),
        )),
    }
}

/// A key or number: without white space and without separators.
pub(super) fn key(text: &str) -> Result<&str, Expected> {
    let strange = |found: &char| {
        found.is_whitespace() || found.is_control() || matches!(found, ',' | ';' | '=' | '"' | '\'')
    };
    match text.chars().find(strange) {
        None => Ok(text),
        Some(found) => Err(Expected::new(
            "编号中不能有空格、逗号、引号等字符",
            format!("expected a key, found {found:?} in it"),
        )),
    }
}

/// An account number: letters and digits, as banks write them.
pub(super) fn account_no(text: &str) -> Result<String, Expected> {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(text.to_owned());
    }
    Err(Expected::new(
        "应为由数字和字母组成的号码",
        "expected an account number of digits and letters",
    ))
}

pub(super) fn document_type(text: &str) -> Result<DocumentType, Expected> {
    let known = |language: Language| {
        let names = DocumentType::ALL.iter().map(|kind| kind.in_language(language));
        names.collect::<Vec<_>>().join(language.choose("、", ", "))
    };
    // Digits of other scripts are not accepted.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| !digits).ok_or_else(|| {
        Expected::new(
            format!("应为证件类型：{}", known(Language::Chinese)),
            format!("expected a type of document: {}", known(Language::English)),
        )
    })
}

/// The key of a document other than the resident card.
pub(super) fn document_key(kind: DocumentType, text: &str) -> Result<String, Expected> {
    // None of these numbers holds a birth date, so the day does not matter.
    document::identity(kind, text, NaiveDate::MAX).map_err(Refusal::from).map_err(|refusal| {
        Expected::new(refusal.in_language(Language::Chinese), refusal.to_string())
    })
}

/// More than zero, to the fen.
pub(super) fn amount(text: &str) -> Result<Money, Expected> {
    match Money::from_yuan(text) {
        Ok(amount) if amount > Money::ZERO => Ok(amount),
        Ok(_) => Err(Expected::new("金额应大于零", "expected more than zero")),
        Err(error) => Err(no_amount(&error)),
    }
}

fn too_large() -> Expected {
    Expected::new(
        format!("金额过大，最多 {AMOUNT_MAX} 元；请核对是否填错了列"),
        format!("expected at most {AMOUNT_MAX}"),
    )
}

fn no_amount(error: &MoneyError) -> Expected {
    let chinese = match error {
        MoneyError::Empty => "应为金额，例如 5000.00".to_owned(),
        MoneyError::Character { found, position } => {
            format!("应为金额，例如 5000.00；第 {position} 个字符“{found}”不是数字")
        }
        MoneyError::Decimals { .. } => "金额最多两位小数；请按分填写，例如 5000.13".to_owned(),
        MoneyError::Grouping { .. } => {
            "千分位逗号的位置不对；请写成 5000.00 或 5,000.00".to_owned()
        }
        MoneyError::TooLarge { .. } => return too_large(),
    };
    Expected::new(chinese, error.to_string())
}

/// As [`amount`], or zero.
pub(super) fn amount_or_nothing(text: &str) -> Result<Money, Expected> {
    match Money::from_yuan(text) {
        Ok(Money::ZERO) => Ok(Money::ZERO),
        _ => amount(text),
    }
}

/// Mail addresses as people type them: other texts are noted, and refuse nothing.
pub(super) fn emails(text: &str) -> Result<Addresses, Expected> {
    Ok(Addresses::read(text))
}

/// Account numbers separated by `;`.
pub(super) fn accounts(text: &str) -> Result<Vec<String>, Expected> {
    let parts = text.split([';', '；']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(account_no).collect()
}
