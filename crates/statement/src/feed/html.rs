//! HTML tables that banks deliver with the extension `.xls`.
//!
//! Start at [`read`]. It handles only what a table of cells needs: tables, rows, cells over several columns or rows,
//! line breaks and the few character references that occur; it ignores everything else in a tag. End tags of rows and
//! cells may be missing, as the HTML standard allows. Nothing is ever loaded or run.
//!
//! A page without a statement is reported by its title, which usually says that a session has ended.

use super::encoding::{Encoding, Scan, Utf8Reader};
use super::rows::{Cells, Row};
use super::table::{Delivered, Finder, TableReader};
use super::{FeedError, FeedErrorKind, Sink};
use crate::rules::bank::BankLayouts;
use std::io::{BufRead, Read};

/// Bytes of one text or tag, far above any real one.
const PIECE_BYTES_MAX: u64 = 1024 * 1024;
/// The most columns or rows of one cell.
const SPAN_MAX: usize = 64;

/// Detects the encoding from the beginning of the page: the header's words prove it, or the title's if there is no
/// header.
pub(super) fn encoding(scan: &Scan, layouts: &BankLayouts) -> Result<Encoding, FeedError> {
    let found = super::csv::confirmed(scan, layouts, |finder, text| {
        let mut rows = TableRows::new(text.as_bytes());
        let mut nearest = None;
        let mut looked_at = 0;
        while let (true, Ok(Some(piece))) = (looked_at < super::csv::PREAMBLE_ROWS_MAX, rows.next())
        {
            if piece == Piece::Table {
                continue;
            }
            looked_at += 1;
            let row = rows.cells.row(rows.line);
            if finder.is_header(row, false) {
                return Ok(());
            }
            finder.nearest(row, &mut nearest);
        }
        let title = rows.title.trim().to_owned();
        Err(match nearest {
            Some(nearest) => super::table::Nearest::error(nearest),
            None if title.is_empty() => FeedErrorKind::Empty.at(0),
            None => FeedErrorKind::Page { title }.at(0),
        })
    });
    found.map(|(encoding, ())| encoding)
}

/// Parses the tables row by row; returns the name of the matching layout.
pub(super) fn read<R: Read>(
    input: Utf8Reader<R>,
    finder: Finder<'_>,
    sink: &mut dyn Sink,
) -> Result<Option<String>, FeedError> {
    let mut rows = TableRows::new(input);
    let mut table = TableReader::new(finder, Delivered { ragged: true });
    while let Some(piece) = rows.next()? {
        // Labels are often in a table of their own, before that of the rows.
        if piece == Piece::Row {
            table.row(rows.cells.row(rows.line), sink)?;
        }
    }
    table.finish(sink)
}

/// Passes on the raw rows until no more are wanted.
pub(super) fn rows<R: Read>(
    input: Utf8Reader<R>,
    take: &mut dyn FnMut(Row<'_>) -> bool,
) -> Result<(), FeedError> {
    let mut rows = TableRows::new(input);
    while let Some(piece) = rows.next()? {
        if piece == Piece::Row && !take(rows.cells.row(rows.line)) {
            break;
        }
    }
    Ok(())
}

/// The next part of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A row; its cells are in `cells`.
    Row,
    /// Another table begins.
    Table,
}

struct TableRows<R> {
    input: R,
    cells: Cells,
    cell: Option<String>,
    /// The columns and rows of the open cell.
    spans: (usize, usize),
    /// For each column, how many more rows a cell above covers.
    reaching: Vec<usize>,
    within_row: bool,
    piece: Vec<u8>,
    title: String,
    /// Line on which the current row starts, and the next one.
    line: u64,
    next_line: u64,
    lines_read: u64,
    /// A row begins that the tag before it did not end.
    begun: bool,
    /// A table begins after the returned row.
    table_begins: bool,
}

impl<R: BufRead> TableRows<R> {
    const fn new(input: R) -> Self {
        Self {
            input,
            cells: Cells::new(),
            cell: None,
            spans: (1, 1),
            reaching: Vec::new(),
            within_row: false,
            piece: Vec::new(),
            title: String::new(),
            line: 1,
            next_line: 1,
            lines_read: 1,
            begun: false,
            table_begins: false,
        }
    }

    /// Reads through the next occurrence of a byte; false at the end of the file.
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

    /// The next row of cells, or the start of a table; `None` at the end of the file.
    fn next(&mut self) -> Result<Option<Piece>, FeedError> {
        if std::mem::take(&mut self.table_begins) {
            self.reaching.clear();
            return Ok(Some(Piece::Table));
        }
        self.cells.clear();
        self.line = self.next_line;
        self.within_row = std::mem::take(&mut self.begun);
        loop {
            let more = self.piece(b'<')?;
            if let Some(cell) = &mut self.cell {
                cell.push_str(&unescaped(&String::from_utf8_lossy(&self.piece)));
            }
            if !more {
                self.end_cell();
                return Ok(std::mem::take(&mut self.within_row).then_some(Piece::Row));
            }
            self.piece(b'>')?;
            let tag = String::from_utf8_lossy(&self.piece).into_owned();
            if let Some(piece) = self.tag(&tag)? {
                return Ok(Some(piece));
            }
        }
    }

    /// Handles a tag; returns the row or table that it ends or begins.
    fn tag(&mut self, tag: &str) -> Result<Option<Piece>, FeedError> {
        let name = tag.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let name = name.trim_end_matches('/').to_ascii_lowercase();
        let given = std::mem::take(&mut self.within_row);
        match name.as_str() {
            "tr" => {
                self.end_cell();
                self.next_line = self.lines_read;
                if given {
                    self.begun = true;
                    return Ok(Some(Piece::Row));
                }
                self.line = self.next_line;
                self.within_row = true;
            }
            "table" | "/table" => {
                self.end_cell();
                if given {
                    self.table_begins = true;
                    return Ok(Some(Piece::Row));
                }
                self.reaching.clear();
                return Ok(Some(Piece::Table));
            }
            "/tr" => {
                self.end_cell();
                return Ok(given.then_some(Piece::Row));
            }
            "td" | "th" => {
                self.within_row = true;
                self.end_cell();
                self.cell = Some(String::new());
                self.spans = (span(tag, "colspan"), span(tag, "rowspan"));
            }
            "/td" | "/th" => {
                self.within_row = given;
                self.end_cell();
            }
            "br" => {
                self.within_row = given;
                self.cell.iter_mut().for_each(|cell| cell.push(' '));
            }
            "title" => {
                self.within_row = given;
                self.piece(b'<')?;
                self.title = unescaped(&String::from_utf8_lossy(&self.piece));
                self.piece(b'>')?;
            }
            "script" | "style" => {
                self.within_row = given;
                self.skip_to_end_of(&name)?;
            }
            _ => self.within_row = given,
        }
        Ok(None)
    }

    /// Skips the content of an element that is no text.
    fn skip_to_end_of(&mut self, name: &str) -> Result<(), FeedError> {
        while self.piece(b'<')? {
            self.piece(b'>')?;
            let tag = String::from_utf8_lossy(&self.piece).to_ascii_lowercase();
            if tag.strip_prefix('/').is_some_and(|tag| tag.starts_with(name)) {
                break;
            }
        }
        Ok(())
    }

    /// Puts the open cell into its column, after the cells that extend from above.
    fn end_cell(&mut self) {
        let Some(cell) = self.cell.take() else { return };
        self.fill_reached();
        let (columns, rows) = std::mem::replace(&mut self.spans, (1, 1));
        for column in 0..columns {
            let place = self.cells.len();
            self.cells.push(if column == 0 { &cell } else { "" });
            if rows > 1 {
                self.reaching.resize(self.reaching.len().max(place + 1), 0);
                self.reaching.iter_mut().skip(place).take(1).for_each(|left| *left = rows - 1);
            }
        }
    }

    /// Leaves the columns empty that a cell above covers.
    fn fill_reached(&mut self) {
        loop {
            let place = self.cells.len();
            match self.reaching.get_mut(place) {
                Some(left) if *left > 0 => *left -= 1,
                _ => return,
            }
            self.cells.push("");
        }
    }
}

/// The number of columns or rows of a cell.
fn span(tag: &str, attribute: &str) -> usize {
    let lower = tag.to_ascii_lowercase();
    let value = lower.split_once(attribute).map_or("", |(_, rest)| rest.trim_start());
    let value = value.strip_prefix('=').unwrap_or_default().trim_start_matches([' ', '"', '\'']);
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let span = value.get(..digits).unwrap_or_default().parse().unwrap_or(1);
    if span > SPAN_MAX { 1 } else { span.max(1) }
}

/// Replaces the character references that occur in banks' tables.
fn unescaped(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        found.push_str(before);
        let name = behind.split_once(';').map(|(name, _)| name).filter(|name| name.len() <= 8);
        let character = name.and_then(|name| match name {
            "nbsp" => Some('\u{a0}'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "amp" => Some('&'),
            "yen" => Some('¥'),
            _ => numbered(name),
        });
        match (character, name) {
            (Some(character), Some(name)) => {
                found.push(character);
                rest = behind.get(name.len() + 1..).unwrap_or_default();
            }
            _ => {
                found.push('&');
                rest = behind;
            }
        }
    }
    found.push_str(rest);
    found
}

/// `#65` and `#x41`.
fn numbered(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let number = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(number).filter(|c| !c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(page: &str) -> Vec<Vec<String>> {
        let mut rows = TableRows::new(page.as_bytes());
        let mut found = Vec::new();
        while let Some(piece) = rows.next().unwrap() {
            match piece {
                Piece::Row => found.push(rows.cells.row(1).cells().map(str::to_owned).collect()),
                Piece::Table => found.push(vec!["<table>".to_owned()]),
            }
        }
        found
    }

    #[test]
    fn end_tags_may_be_left_out_and_cells_may_span() {
        #[rustfmt::skip] // A table is read by column.
        let pages: &[(&str, &[&[&str]])] = &[
            ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", &[&["<table>"], &["a", "b"], &["c", "d"], &["<table>"]]),
            ("<tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>", &[&["a", "b"], &["c"]]),
            ("<tr><th rowspan=2>a<th colspan=\"2\">b<tr><th>c<th>d", &[&["a", "b", ""], &["", "c", "d"]]),
            ("<tr><td>a&#65;&nbsp;&amp;b &x", &[&["aA\u{a0}&b &x"]]),
            ("<script>if (a<b) { '<tr><td>x' }</script><tr><td>a", &[&["a"]]),
        ];
        for (page, want) in pages {
            assert_eq!(rows(page), *want, "{page}");
        }
    }
}
