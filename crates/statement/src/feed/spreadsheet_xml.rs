//! SpreadsheetML, the XML that Excel 2003 writes and banks deliver with the extension `.xls`.
//!
//! Start at [`read`]. A `Row` holds `Cell`s, each with one `Data`; `ss:Index` skips cells or rows, `ss:MergeAcross`
//! covers several. A document type is refused; only the five entities of XML are expanded.

use super::encoding::Utf8Reader;
use super::rows::{Cells, Row};
use super::table::{Delivered, Finder, TableReader};
use super::{FeedError, FeedErrorKind, Sink};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{BufRead, BufReader, Read};

/// The most columns of a sheet, as in Excel 2003.
const COLUMNS_MAX: usize = 256;
/// The most rows of a sheet.
const ROWS_MAX: u64 = 1_048_576;

/// Parses each sheet row by row; returns the name of the matching layout.
pub(super) fn read<R: Read>(
    input: Utf8Reader<R>,
    finder: Finder<'_>,
    sink: &mut dyn Sink,
) -> Result<Option<String>, FeedError> {
    let mut table = TableReader::new(finder, Delivered { ragged: true });
    let mut sheet = Sheet::new(BufReader::new(input));
    while let Some(piece) = sheet.next()? {
        match piece {
            Piece::Sheet => table.sheet(sink)?,
            Piece::Row => table.row(sheet.cells.row(sheet.row), sink)?,
        }
    }
    table.finish(sink)
}

/// Passes on the raw rows until no more are wanted.
pub(super) fn rows<R: Read>(
    input: Utf8Reader<R>,
    take: &mut dyn FnMut(Row<'_>) -> bool,
) -> Result<(), FeedError> {
    let mut sheet = Sheet::new(BufReader::new(input));
    while let Some(piece) = sheet.next()? {
        if matches!(piece, Piece::Row) && !take(sheet.cells.row(sheet.row)) {
            break;
        }
    }
    Ok(())
}

enum Piece {
    Sheet,
    Row,
}

struct Sheet<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    cells: Cells,
    /// The row's number in its sheet, from 1.
    row: u64,
    text: Option<String>,
    merged: usize,
}

impl<R: BufRead> Sheet<R> {
    fn new(input: R) -> Self {
        let (cells, buffer) = (Cells::new(), Vec::new());
        Self { reader: Reader::from_reader(input), buffer, cells, row: 0, text: None, merged: 0 }
    }

    fn next(&mut self) -> Result<Option<Piece>, FeedError> {
        loop {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer);
            let event = event.map_err(|error| broken(self.row, &error.to_string()))?.into_owned();
            match event {
                Event::Start(tag) => {
                    if let Some(piece) = self.start(&tag)? {
                        return Ok(Some(piece));
                    }
                }
                Event::Empty(tag) => {
                    let piece = self.start(&tag)?;
                    let name = tag.local_name();
                    let ended = self.end(name.as_ref());
                    if let Some(piece) = piece.or(ended) {
                        return Ok(Some(piece));
                    }
                }
                Event::End(tag) => {
                    if let Some(piece) = self.end(tag.local_name().as_ref()) {
                        return Ok(Some(piece));
                    }
                }
                Event::Text(text) => {
                    if let Some(kept) = &mut self.text {
                        kept.push_str(&text);
                    }
                }
                Event::CData(text) => {
                    if let Some(kept) = &mut self.text {
                        kept.push_str(&text);
                    }
                }
                Event::GeneralRef(name) => {
                    let character = name.resolve_char_ref().ok().flatten();
                    let character = character.or(match name.as_ref() {
                        "amp" => Some('&'),
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "quot" => Some('"'),
                        "apos" => Some('\''),
                        _ => None,
                    });
                    match (character, &mut self.text) {
                        (Some(character), Some(kept)) => kept.push(character),
                        (Some(_), None) => {}
                        (None, _) => {
                            return Err(
                                FeedErrorKind::Forbidden { found: "an entity" }.at(self.row)
                            );
                        }
                    }
                }
                Event::DocType(_) => {
                    return Err(FeedErrorKind::Forbidden { found: "a document type" }.at(0));
                }
                Event::Eof => return Ok(None),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<Option<Piece>, FeedError> {
        match tag.local_name().as_ref() {
            "Worksheet" => {
                self.row = 0;
                return Ok(Some(Piece::Sheet));
            }
            "Row" => {
                self.cells.clear();
                let row = attribute(tag, "Index").and_then(|row| u64::try_from(row).ok());
                self.row = row.filter(|row| *row > self.row).unwrap_or(self.row + 1);
                if self.row > ROWS_MAX {
                    return Err(broken(0, "a row past the last"));
                }
            }
            "Cell" => {
                let place = attribute(tag, "Index").unwrap_or(0);
                if place > COLUMNS_MAX {
                    return Err(broken(self.row, "a column past the last"));
                }
                while self.cells.len() + 1 < place {
                    self.cells.push("");
                }
                self.merged = attribute(tag, "MergeAcross").unwrap_or(0).min(COLUMNS_MAX);
                self.text = Some(String::new());
            }
            _ => {}
        }
        Ok(None)
    }

    fn end(&mut self, name: &str) -> Option<Piece> {
        match name {
            "Cell" => {
                self.cells.push(&self.text.take().unwrap_or_default());
                // The width of a row is limited, however many cells claim to be wide.
                let room = COLUMNS_MAX.saturating_sub(self.cells.len());
                let merged = std::mem::take(&mut self.merged).min(room);
                (0..merged).for_each(|_| self.cells.push(""));
                None
            }
            "Row" => Some(Piece::Row),
            _ => None,
        }
    }
}

/// A numeric attribute with any prefix.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<usize> {
    let mut attributes = tag.attributes().filter_map(Result::ok);
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.value.parse().ok()
}

fn broken(row: u64, found: &str) -> FeedError {
    let (expected, found) = ("a workbook in XML".to_owned(), found.to_owned());
    FeedErrorKind::Structure { expected, found }.at(row)
}
