//! CSV and its kin: columns by their headings, in any order, with any usual delimiter.
//!
//! Start at [`plan`], which settles encoding, delimiter and layout together: for bytes that are not
//! UTF-8, only a header whose words a layout knows proves an encoding. [`read`] then goes through
//! the rows; what a row means is `table.rs`, how rows are split is `rows.rs`.

use super::encoding::{Encoding, Scan, Utf8Reader};
use super::layout::{Plan, Search};
use super::rows::RowReader;
use super::table::Table;
use super::{FeedError, FeedErrorKind, Sink};
use crate::rulebook::bank::BankLayouts;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use std::io::Read;

const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Finds encoding, delimiter and layout of a table from its beginning.
pub(super) fn plan<'a>(
    scan: &Scan,
    layouts: &'a BankLayouts,
) -> Result<(Encoding, Plan<'a>), FeedError> {
    confirmed(scan, layouts, |encoding, text| {
        let mut best: Option<Search<'_>> = None;
        for delimiter in DELIMITERS {
            let mut search = Search::new(layouts, encoding, delimiter);
            let mut rows = RowReader::new(text.as_bytes(), delimiter);
            // The head may end within a row: what cannot be split there is not an error yet.
            while let (false, Ok(Some(row))) = (search.is_over(), rows.next()) {
                if let Some(plan) = search.offer(row)? {
                    return Ok(plan);
                }
            }
            if best.as_ref().is_none_or(|best| best.known() < search.known()) {
                best = Some(search);
            }
        }
        Err(best.map_or(FeedErrorKind::Empty.at(0), Search::error))
    })
}

/// Tries the encodings that a table may have until its header's words confirm one.
pub(super) fn confirmed<'a>(
    scan: &Scan,
    layouts: &'a BankLayouts,
    attempt: impl Fn(Encoding, &str) -> Result<Plan<'a>, FeedError>,
) -> Result<(Encoding, Plan<'a>), FeedError> {
    if let Some(encoding) = Encoding::proven(scan) {
        let text = encoding.decode_head(&scan.head);
        return attempt(encoding, &text).map(|plan| (encoding, plan));
    }
    let mut chinese = None;
    for encoding in Encoding::candidates(layouts) {
        let text = encoding.decode_head(&scan.head);
        match attempt(encoding, &text) {
            Ok(plan) => return Ok((encoding, plan)),
            Err(error) if matches!(error.kind, FeedErrorKind::AmbiguousLayout { .. }) => {
                return Err(error);
            }
            // Chinese, surely enough to say that the layout is what is unknown, not the encoding.
            Err(error) if encoding == Encoding::GB18030 && looks_chinese(&scan.head) => {
                chinese = Some(error);
            }
            Err(_) => {}
        }
    }
    let expected = "UTF-8, or an encoding in which the header has the words of a layout";
    let found = "bytes that are neither".to_owned();
    let unknown = FeedErrorKind::Encoding { expected, found };
    Err(chinese.unwrap_or_else(|| unknown.at(scan.utf8.err().unwrap_or(0))))
}

/// A guess by the frequency of characters: good for choosing what an error says, no more.
fn looks_chinese(head: &[u8]) -> bool {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, true);
    detector.guess(None, Utf8Detection::Deny) == encoding_rs::GBK
}

/// Reads a table row by row.
pub(super) fn read<R: Read>(
    input: Utf8Reader<R>,
    plan: &Plan<'_>,
    sink: &mut dyn Sink,
) -> Result<(), FeedError> {
    let mut rows = RowReader::new(input, plan.delimiter);
    for _ in 0..plan.header_rows {
        rows.next()?;
    }
    sink.serial_period(plan.layout.serial);
    let mut table = Table::new(plan);
    while let Some(row) = rows.next()? {
        table.row(row, sink);
    }
    table.finish(sink);
    Ok(())
}
