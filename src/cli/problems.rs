//! What is wrong in a sheet, told: every problem with its place, in both languages, and the sheet written back.
//!
//! Start at [`tell`]. For people it is two lines a problem on standard error, and a summary by kind below many;
//! for programs a row each on standard output. [`write_back`] writes the sheet with a column 错误, its wrong cells
//! marked.

use super::args::Format;
use super::failure::{Doing, Failure};
use super::rows::{Column, Printer, Value};
use crate::import::{self, ERROR_COLUMN, ImportError, MarkedSheet, Note};
use crate::nightly::shown_path;
use crate::remittance::{Language, Localized};
use std::collections::BTreeMap;
use std::path::Path;

/// From so many on a summary by kind stands below them.
const SUMMED_FROM: usize = 20;
/// Rows that the summary names of one kind.
const ROWS_NAMED: usize = 10;

/// A problem as programs read it.
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

/// Tells all that is wrong in a file.
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

/// How many of each kind and column, and in which rows the first of them stand.
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

/// Tells what was read otherwise than it stands there, or passed over.
pub(super) fn tell_notes(path: &Path, notes: &[Note]) {
    for note in notes {
        tell!("{}: {} ({})", shown_path(path), note.said.en, note.said.zh);
    }
}

/// Writes the sheet back with what is wrong in it.
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

/// Lines of text, each where it stood in the sheet.
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
