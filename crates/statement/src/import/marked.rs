//! A sheet with its errors, row by row, for writing back.
//!
//! Start at [`marked`]. Every row keeps its place, every cell becomes its displayed text; the errors of a row come
//! after it. A cell that must not be accepted unchanged remains wrong until somebody fixes it.

use super::cell::{self, UNMENDED};
use super::error::ImportError;
use super::heading::{self, ERROR_COLUMN};
use crate::sheet::{self, Head, Row, Unreadable, Visitor};
use remittance::{Language, Localized};
use std::collections::BTreeMap;

/// One row of a written-back sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkedRow {
    /// From 1, as the file shows it.
    pub number: u64,
    /// Columns, from 0, with their texts.
    pub cells: Vec<(usize, String)>,
    /// The errors in it, in Chinese; may be empty. For the heading row, the name of the column.
    pub said: String,
    /// Columns, from 0, of wrong cells.
    pub wrong: Vec<usize>,
}

/// A written-back sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkedSheet {
    /// Empty for a file without sheets.
    pub name: String,
    pub rows: Vec<MarkedRow>,
    /// The column, from 0, for the errors.
    pub column: usize,
}

/// The sheet with the rows, and their errors.
///
/// # Errors
/// If the file is unreadable: there is nothing to write back.
pub fn marked(bytes: &[u8], errors: &[ImportError]) -> Result<MarkedSheet, Unreadable> {
    let mut by_line: BTreeMap<u64, Vec<&ImportError>> = BTreeMap::new();
    for error in errors {
        by_line.entry(error.line).or_default().push(error);
    }
    let mut marking = Marking { by_line, sheets: Vec::new() };
    sheet::read(bytes, &mut marking)?;
    // The sheet with the most rows is the filled-in one.
    let best = marking.sheets.into_iter().max_by_key(|sheet| sheet.rows.len());
    Ok(finished(best.unwrap_or_default(), errors))
}

struct Marking<'a> {
    by_line: BTreeMap<u64, Vec<&'a ImportError>>,
    sheets: Vec<MarkedSheet>,
}

impl Visitor for Marking<'_> {
    fn sheet(&mut self, head: &Head) -> bool {
        let wanted = !head.hidden && !heading::is_for_readers(&head.name);
        if wanted {
            self.sheets.push(MarkedSheet { name: head.name.clone(), ..MarkedSheet::default() });
        }
        wanted
    }

    fn row(&mut self, row: Row<'_>) -> bool {
        let Some(sheet) = self.sheets.last_mut() else { return false };
        let mut cells: Vec<(usize, String)> =
            row.cells.iter().map(|cell| (cell.column, cell::shown(&row, cell))).collect();
        let errors = self.by_line.get(&row.number).map(Vec::as_slice).unwrap_or_default();
        for place in errors.iter().filter(|error| error.problem.is_misleading()) {
            spoil(&mut cells, place.column.and_then(|column| column.checked_sub(1)));
        }
        let said: Vec<String> = errors.iter().map(|error| said(error)).collect();
        let wrong = errors.iter().filter_map(|error| error.column?.checked_sub(1)).collect();
        sheet.rows.push(MarkedRow { number: row.number, cells, said: said.join("；"), wrong });
        true
    }
}

/// Makes sure that a cell is not accepted unchanged.
fn spoil(cells: &mut Vec<(usize, String)>, column: Option<usize>) {
    let Some(column) = column else { return };
    match cells.iter_mut().find(|(place, _)| *place == column) {
        Some((_, text)) if !text.starts_with(UNMENDED) => text.insert(0, UNMENDED),
        Some(_) => {}
        None => cells.push((column, UNMENDED.to_string())),
    }
}

/// The error without its row: only the column is named.
fn said(error: &ImportError) -> String {
    match error.heading() {
        "" | "column" => error.problem.in_language(Language::Chinese).into_owned(),
        heading => format!("{heading}：{}", error.problem.in_language(Language::Chinese)),
    }
}

/// Finds the column for the errors: that of the last time, or one after all others.
fn finished(mut sheet: MarkedSheet, errors: &[ImportError]) -> MarkedSheet {
    let known = |text: &str| heading::folded(text) == ERROR_COLUMN;
    let before = sheet.rows.iter().take(100).find_map(|row| {
        row.cells.iter().find(|(_, text)| known(text)).map(|(column, _)| (row.number, *column))
    });
    let behind = sheet.rows.iter().flat_map(|row| &row.cells).map(|(column, _)| column + 1).max();
    let (heading, column) = match before {
        Some(found) => found,
        None => {
            // The heading is the widest row before the first wrong one; usually the first of all.
            let first = errors.iter().map(|error| error.line).filter(|line| *line > 0).min();
            let rows =
                sheet.rows.iter().take_while(|row| first.is_none_or(|first| row.number < first));
            let widest = rows.take(100).fold(None, |best: Option<&MarkedRow>, row| match best {
                Some(best) if best.cells.len() >= row.cells.len() => Some(best),
                _ => Some(row),
            });
            let heading = widest.or_else(|| sheet.rows.first()).map_or(1, |row| row.number);
            (heading, behind.unwrap_or(0))
        }
    };
    sheet.column = column;
    let whole: Vec<_> = errors
        .iter()
        .filter(|error| error.line == 0)
        .map(|error| error.problem.in_language(Language::Chinese))
        .collect();
    for row in &mut sheet.rows {
        row.cells.retain(|(place, _)| *place != column);
        if row.number == heading {
            let said = std::mem::take(&mut row.said);
            row.cells.push((column, ERROR_COLUMN.to_owned()));
            row.said = [whole.join("；"), said]
                .into_iter()
                .filter(|said| !said.is_empty())
                .collect::<Vec<_>>()
                .join("；");
        }
    }
    sheet
}
