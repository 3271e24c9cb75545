//! HTML tables that banks deliver under the name `.xls`.
//!
//! Start at [`read`]. Only what a table of cells needs is understood: rows, cells, line breaks and the
//! few character references that occur; everything else in a tag is passed over. Nothing is ever
//! loaded or run.

use super::encoding::{Encoding, Scan, Utf8Reader};
use super::layout::{Plan, Search};
use super::rows::Cells;
use super::table::Table;
use super::{FeedError, FeedErrorKind, Sink};
use crate::rulebook::bank::BankLayouts;
use std::io::{BufRead, Read};

/// Bytes of one text or tag, far above any real one.
const PIECE_BYTES_MAX: u64 = 1024 * 1024;

/// Finds encoding and layout from the beginning of the page.
pub(super) fn plan<'a>(
    scan: &Scan,
    layouts: &'a BankLayouts,
) -> Result<(Encoding, Plan<'a>), FeedError> {
    super::csv::confirmed(scan, layouts, |encoding, text| {
        let mut search = Search::new(layouts, encoding, b'\t');
        let mut rows = TableRows::new(text.as_bytes());
        while let (false, Ok(true)) = (search.is_over(), rows.next()) {
            if let Some(plan) = search.offer(rows.cells.row(rows.line))? {
                return Ok(plan);
            }
        }
        Err(search.error())
    })
}

/// Reads the table row by row.
pub(super) fn read<R: Read>(
    input: Utf8Reader<R>,
    plan: &Plan<'_>,
    sink: &mut dyn Sink,
) -> Result<(), FeedError> {
    let mut rows = TableRows::new(input);
    for _ in 0..plan.header_rows {
        rows.next()?;
    }
    sink.serial_period(plan.layout.serial);
    let mut table = Table::new(plan);
    while rows.next()? {
        table.row(rows.cells.row(rows.line), sink);
    }
    table.finish(sink);
    Ok(())
}

struct TableRows<R> {
    input: R,
    cells: Cells,
    cell: Option<String>,
    piece: Vec<u8>,
    /// Line on which the current row starts.
    line: u64,
    lines_read: u64,
}

impl<R: BufRead> TableRows<R> {
    const fn new(input: R) -> Self {
        let cells = Cells::new();
        Self { input, cells, cell: None, piece: Vec::new(), line: 1, lines_read: 1 }
    }

    /// Reads up to and with a byte; false at the end of the file.
    fn piece(&mut self, end: u8) -> Result<bool, FeedError> {
        self.piece.clear();
        (&mut self.input).take(PIECE_BYTES_MAX).read_until(end, &mut self.piece)?;
        let breaks = memchr::memchr_iter(b'\n', &self.piece).count();
        self.lines_read += u64::try_from(breaks).unwrap_or(0);
        let whole = self.piece.last() == Some(&end);
        if whole {
            self.piece.pop();
        } else if u64::try_from(self.piece.len()).is_ok_and(|length| length >= PIECE_BYTES_MAX) {
            let (expected, found) =
                (format!("{:?}", char::from(end)), "1 MiB without it".to_owned());
            return Err(FeedErrorKind::Structure { expected, found }.at(self.lines_read));
        }
        Ok(whole)
    }

    /// Reads one row of cells; false at the end of the file.
    fn next(&mut self) -> Result<bool, FeedError> {
        self.cells.clear();
        let mut within = false;
        loop {
            let more = self.piece(b'<')?;
            if let Some(cell) = &mut self.cell {
                cell.push_str(&unescaped(&String::from_utf8_lossy(&self.piece)));
            }
            if !more {
                self.end_cell();
                return Ok(within);
            }
            self.piece(b'>')?;
            let tag = String::from_utf8_lossy(&self.piece).to_ascii_lowercase();
            let name = tag.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
            match name.trim_end_matches('/') {
                "tr" => {
                    within = true;
                    self.line = self.lines_read;
                }
                "td" | "th" => {
                    self.end_cell();
                    self.cell = Some(String::new());
                }
                "/td" | "/th" => self.end_cell(),
                "br" => self.cell.iter_mut().for_each(|cell| cell.push(' ')),
                "/tr" => {
                    self.end_cell();
                    return Ok(true);
                }
                _ => {}
            }
        }
    }

    fn end_cell(&mut self) {
        if let Some(cell) = self.cell.take() {
            self.cells.push(&cell);
        }
    }
}

/// Replaces the character references that occur in banks' tables.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&nbsp;", "\u{a0}")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
