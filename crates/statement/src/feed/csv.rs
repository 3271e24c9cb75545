//! CSV and similar formats: columns by their headings, in any order, with any usual delimiter.
//!
//! Start at [`plan`], which detects encoding and delimiter together: for bytes that are not UTF-8, only a header with
//! known words proves an encoding. [`read`] then reads the rows. `table.rs` interprets a row, `rows.rs` splits them.

use super::encoding::{Encoding, Scan, Utf8Reader};
use super::rows::{Row, RowReader};
use super::table::{Delivered, Finder, Nearest, TableReader};
use super::{FeedError, FeedErrorKind, Sink};
use crate::rules::bank::BankLayouts;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use std::collections::BTreeMap;
use std::io::Read;

const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// The first header must be among these rows; the longest known preamble has 16.
pub(super) const PREAMBLE_ROWS_MAX: usize = 64;

/// Detects encoding and delimiter of a table from its beginning.
pub(super) fn plan(scan: &Scan, layouts: &BankLayouts) -> Result<(Encoding, u8), FeedError> {
    confirmed(scan, layouts, |finder, text| {
        let mut nearest: Option<Nearest> = None;
        let tries = [false, true].into_iter().flat_map(|daily| DELIMITERS.map(|one| (daily, one)));
        for (daily, delimiter) in tries {
            let mut rows = RowReader::new(text.as_bytes(), delimiter);
            // The head may end within a row: what cannot be split there is not yet an error.
            let mut looked_at = 0;
            while let (true, Ok(Some(row))) = (looked_at < PREAMBLE_ROWS_MAX, rows.next()) {
                looked_at += 1;
                if finder.is_header(row, daily) {
                    return Ok(delimiter);
                }
                finder.nearest(row, &mut nearest);
            }
        }
        Err(nearest.map_or(FeedErrorKind::Empty.at(0), Nearest::error))
    })
}

/// Tries the possible encodings of a table until its header's words confirm one.
pub(super) fn confirmed<'a, T>(
    scan: &Scan,
    layouts: &'a BankLayouts,
    attempt: impl Fn(Finder<'a>, &str) -> Result<T, FeedError>,
) -> Result<(Encoding, T), FeedError> {
    if let Some(encoding) = Encoding::proven(scan) {
        let text = encoding.decode_head(&scan.head);
        return attempt(Finder::new(layouts, encoding), &text).map(|found| (encoding, found));
    }
    let mut chinese = None;
    for encoding in Encoding::candidates(layouts) {
        let text = encoding.decode_head(&scan.head);
        match attempt(Finder::new(layouts, encoding), &text) {
            Ok(found) => return Ok((encoding, found)),
            // Clearly Chinese, so the headings are unknown, not the encoding.
            Err(error) if encoding == Encoding::GB18030 && looks_chinese(&scan.head) => {
                chinese = Some(error);
            }
            Err(_) => {}
        }
    }
    let expected = "UTF-8, or an encoding in which the header has the words of a statement";
    let found = "bytes that are neither".to_owned();
    let unknown = FeedErrorKind::Encoding { expected, found };
    Err(chinese.unwrap_or_else(|| unknown.at(scan.utf8.err().unwrap_or(0))))
}

/// A guess by the frequency of characters, only for choosing the text of an error.
fn looks_chinese(head: &[u8]) -> bool {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, true);
    detector.guess(None, Utf8Detection::Deny) == encoding_rs::GBK
}

/// Encoding and delimiter of a table with an unknown header: Chinese if the bytes suggest it, and the delimiter that
/// splits most rows into equally many cells.
pub(super) fn guess(scan: &Scan, layouts: &BankLayouts) -> Result<(Encoding, u8), FeedError> {
    let unknown = match plan(scan, layouts) {
        Ok(found) => return Ok(found),
        Err(error) => error,
    };
    let chinese = || looks_chinese(&scan.head).then_some(Encoding::GB18030);
    let encoding = Encoding::proven(scan).or_else(chinese).ok_or(unknown)?;
    let text = encoding.decode_head(&scan.head);
    let alike = |delimiter: &u8| {
        let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
        let mut rows = RowReader::new(text.as_bytes(), *delimiter);
        while let Ok(Some(row)) = rows.next() {
            *widths.entry(row.len()).or_default() += 1;
        }
        let widths = widths.into_iter().filter(|(width, _)| *width > 1);
        widths.map(|(width, rows)| (rows, width)).max()
    };
    let best = DELIMITERS.into_iter().rev().max_by_key(alike);
    Ok((encoding, best.unwrap_or(b',')))
}

/// Parses a table row by row; returns the name of the matching layout.
pub(super) fn read<R: Read>(
    input: Utf8Reader<R>,
    finder: Finder<'_>,
    delimiter: u8,
    sink: &mut dyn Sink,
) -> Result<Option<String>, FeedError> {
    let mut rows = RowReader::new(input, delimiter);
    let mut table = TableReader::new(finder, Delivered { ragged: false });
    while let Some(row) = rows.next()? {
        table.row(row, sink)?;
    }
    table.finish(sink)
}

/// Passes on the raw rows until no more are wanted.
pub(super) fn rows<R: Read>(
    input: Utf8Reader<R>,
    delimiter: u8,
    take: &mut dyn FnMut(Row<'_>) -> bool,
) -> Result<(), FeedError> {
    let mut rows = RowReader::new(input, delimiter);
    while let Some(row) = rows.next()? {
        if !take(row) {
            break;
        }
    }
    Ok(())
}
