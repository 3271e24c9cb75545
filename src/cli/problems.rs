//! Reports the errors of a sheet: each with its place, in both languages, and in the sheet itself.
//!
//! Start at [`tell`]. People get two lines per error on standard error, and a summary by kind if there are many;
//! programs get a row each on standard output. [`write_back`] writes the sheet with a column 错误 and the wrong cells
//! marked.

use super::args::Format;
use super::failure::{Doing, Failure};
use super::rows::{Column, Printer, Value};
use crate::import::{self, ERROR_COLUMN, ImportError, MarkedSheet, Note};
use crate::nightly::shown_path;
use crate::remittance::{Language, Localized};
use std::collections::BTreeMap;
use std::path::Path;

/// From this many errors on, a summary follows.
const SUMMED_FROM: usize = 20;
/// Rows that the summary lists per kind.
const ROWS_NAMED: usize = 10;

/// An error for programs.
struct Told {
    file: String,
    row: Option<u64>,
    column: Option<String>,
    heading: String,
    found: String,
    expected: String,
    message_zh: String,
    kind: &'static str,
}

const COLUMNS: &[Column<Told>] = &[
    Column {
        key: "row",
        heading: "row",
        value: |told| told.row.map_or(Value::Absent, Value::count),
    },
    Column { key: "column", heading: "column", value: |told| Value::maybe(told.column.as_deref()) },
    Column { key: "heading", heading: "heading", value: |told| Value::text(&told.heading) },
    Column { key: "found", heading: "found", value: |told| Value::text(&told.found) },
    Column { key: "expected", heading: "expected", value: |told| Value::text(&told.expected) },
    Column {
        key: "message_zh",
        heading: "message_zh",
        value: |told| Value::text(&told.message_zh),
    },
    Column { key: "kind", heading: "kind", value: |told| Value::text(told.kind) },
    Column { key: "file", heading: "file", value: |told| Value::text(&told.file) },
];

/// Reports all errors of a file.
pub(super) fn tell(format: Format, path: &Path, errors: &[ImportError]) -> Result<(), Failure> {
    let file = shown_path(path);
    if format != Format::Table {
        return Printer::print(format, COLUMNS, errors.iter().map(|error| told(&file, error)));
    }
    for error in errors {
        tell!("{file}:{error}");
        tell!("    {}", error.in_language(Language::Chinese));
    }
    if errors.len() >= SUMMED_FROM {
        sum_up(errors);
    }
    if errors.len() >= import::ERRORS_MAX {
        tell!("{file}: and perhaps more: reading stopped here");
    }
    Ok(())
}

fn told(file: &str, error: &ImportError) -> Told {
    Told {
        file: file.to_owned(),
        row: Some(error.line).filter(|line| *line > 0),
        column: error.letters(),
        heading: if error.field == "column" { String::new() } else { error.heading().to_owned() },
        found: error.found.clone(),
        expected: error.problem.to_string(),
        message_zh: error.in_language(Language::Chinese).into_owned(),
        kind: error.problem.code(),
    }
}

/// Counts by kind and column, with the first rows.
fn sum_up(errors: &[ImportError]) {
    let mut kinds: BTreeMap<(&str, &str), Vec<u64>> = BTreeMap::new();
    for error in errors {
        kinds.entry((error.problem.code(), error.heading())).or_default().push(error.line);
    }
    tell!("{} problems in all (共 {} 处):", errors.len(), errors.len());
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    for ((kind, heading), rows) in kinds {
        let named: Vec<String> = rows.iter().take(ROWS_NAMED).map(u64::to_string).collect();
        let more = if rows.len() > ROWS_NAMED { " …" } else { "" };
        tell!("  {:>6}  {kind} {heading}: rows {}{more}", rows.len(), named.join(", "));
    }
}

/// Reports values that were corrected or ignored.
pub(super) fn tell_notes(path: &Path, notes: &[Note]) {
    for note in notes {
        tell!("{}: {} ({})", shown_path(path), note.said.en, note.said.zh);
    }
}

/// Writes the sheet back with its errors.
pub(super) fn write_back(to: &Path, bytes: &[u8], errors: &[ImportError]) -> Result<(), Failure> {
    let Ok(sheet) = import::marked(bytes, errors) else {
        tell!("{}: not written, for the file cannot be read as a sheet", to.display());
        return Ok(());
    };
    let workbook = to.extension().is_some_and(|end| end.eq_ignore_ascii_case("xlsx"));
    let bytes = if workbook { book(&sheet)? } else { csv(&sheet)? };
    std::fs::write(to, bytes).doing(|| format!("cannot write {}", to.display()))?;
    tell!("{} has what is wrong in its column {ERROR_COLUMN}", to.display());
    Ok(())
}

/// The sheet as CSV, each line in its original place.
fn csv(sheet: &MarkedSheet) -> Result<Vec<u8>, Failure> {
    let mut out = "\u{feff}".as_bytes().to_vec();
    let mut line = 1;
    for row in &sheet.rows {
        while line < row.number {
            out.extend_from_slice(b"\r\n");
            line += 1;
        }
        line += 1;
        let last = row.cells.iter().map(|(column, _)| *column).max().unwrap_or(0).max(sheet.column);
        let mut cells = vec![""; last + 1];
        for (column, text) in &row.cells {
            if let Some(cell) = cells.get_mut(*column) {
                *cell = text;
            }
        }
        if let Some(cell) = cells.get_mut(sheet.column).filter(|cell| cell.is_empty()) {
            *cell = &row.said;
        }
        let mut writer = csv::WriterBuilder::new();
        let writer = writer.terminator(csv::Terminator::CRLF).flexible(true);
        let mut writer = writer.from_writer(&mut out);
        writer.write_record(cells).doing(|| "cannot write CSV".to_owned())?;
    }
    Ok(out)
}

fn book(sheet: &MarkedSheet) -> Result<Vec<u8>, Failure> {
    import::book::marked(sheet).doing(|| "cannot make the workbook".to_owned())
}
