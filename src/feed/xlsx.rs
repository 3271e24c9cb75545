//! Workbooks, `.xls` and `.xlsx`: the cells become text, then the same layouts as for CSV.
//!
//! Start at [`read`]. A number in a workbook is a binary float; an amount is taken from it only where
//! two decimals say it exactly, and an identifier only up to 15 digits, beyond which a float no
//! longer holds them. A workbook is read into memory: its format allows nothing else; a cap on its
//! unpacked size keeps that bounded.

use super::{FeedError, FeedErrorKind, Sink, Source};
use crate::rulebook::bank::BankLayouts;

/// Without the feature a workbook is an error that says so.
#[cfg(not(feature = "xlsx"))]
pub(super) fn read(
    _: &mut dyn Source,
    _: &BankLayouts,
    _: &mut dyn Sink,
) -> Result<Option<String>, FeedError> {
    Err(FeedErrorKind::Feature { needs: "xlsx", found: "an Excel workbook" }.at(0))
}

/// Without the feature there are no rows to hand over.
#[cfg(not(feature = "xlsx"))]
pub(super) fn rows(
    _: &mut dyn Source,
    _: &mut dyn FnMut(super::rows::Row<'_>) -> bool,
) -> Result<(), FeedError> {
    Err(FeedErrorKind::Feature { needs: "xlsx", found: "an Excel workbook" }.at(0))
}

#[cfg(feature = "xlsx")]
pub(super) use workbook::{read, rows};

#[cfg(feature = "xlsx")]
mod workbook {
    use super::{BankLayouts, FeedError, FeedErrorKind, Sink, Source};
    use crate::feed::encoding::Encoding;
    use crate::feed::rows::{Cells, Row};
    use crate::feed::table::{Delivered, Finder, TableReader};
    use calamine::{Data, Range, Reader, SheetVisible, Sheets};
    use std::io::{Cursor, Read, SeekFrom};

    /// Largest workbook that is read; a million rows are far below.
    const PACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;
    /// Largest sum of unpacked members, against archives made to fill memory.
    const UNPACKED_BYTES_MAX: u64 = 512 * 1024 * 1024;
    /// Sheets pack about ten to one; far beyond that, and large, an archive is made to fill memory.
    const RATIO_MAX: u64 = 100;
    const SMALL_BYTES: u64 = 32 * 1024 * 1024;

    /// Reads every sheet; gives the name of the layout that fits.
    pub(in crate::feed) fn read(
        input: &mut dyn Source,
        layouts: &BankLayouts,
        sink: &mut dyn Sink,
    ) -> Result<Option<String>, FeedError> {
        let mut book = open(input)?;
        // Everything is UTF-8 here; the workbook says its encoding itself.
        let finder = Finder::new(layouts, Encoding::UTF_8_VALID);
        let mut table = TableReader::new(finder, Delivered { ragged: true });
        let mut cells = Cells::new();
        for sheet in visible(&book) {
            let sheet = range(&mut book, &sheet)?;
            table.sheet(sink)?;
            for (row, line) in numbered(&sheet) {
                fill(&mut cells, row);
                table.row(cells.row(line), sink)?;
            }
        }
        table.finish(sink)
    }

    /// Hands the rows of every sheet over as they stand, until no more are wanted.
    pub(in crate::feed) fn rows(
        input: &mut dyn Source,
        take: &mut dyn FnMut(Row<'_>) -> bool,
    ) -> Result<(), FeedError> {
        let mut book = open(input)?;
        let mut cells = Cells::new();
        for sheet in visible(&book) {
            let sheet = range(&mut book, &sheet)?;
            for (row, line) in numbered(&sheet) {
                fill(&mut cells, row);
                if !take(cells.row(line)) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn open(input: &mut dyn Source) -> Result<Sheets<Cursor<Vec<u8>>>, FeedError> {
        input.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        input.take(PACKED_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        let packed = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let bomb = |size| {
            size > UNPACKED_BYTES_MAX || (size > SMALL_BYTES && size / packed.max(1) > RATIO_MAX)
        };
        if packed > PACKED_BYTES_MAX
            || (bytes.starts_with(b"PK") && unpacked(&bytes).is_none_or(bomb))
        {
            return Err(structure("a workbook of at most 512 MiB", "more, or a broken archive"));
        }
        calamine::open_workbook_auto_from_rs(Cursor::new(bytes))
            .map_err(|error| structure("an Excel workbook", &error.to_string()))
    }

    /// The sheets that people see; what a bank hides is no statement. A book that hides all is read whole.
    fn visible(book: &Sheets<Cursor<Vec<u8>>>) -> Vec<String> {
        let sheets = book.sheets_metadata();
        let visible = sheets.iter().filter(|sheet| sheet.visible == SheetVisible::Visible);
        let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
        if names.is_empty() { book.sheet_names() } else { names }
    }

    fn structure(expected: &str, found: &str) -> FeedError {
        let (expected, found) = (expected.to_owned(), found.to_owned());
        FeedErrorKind::Structure { expected, found }.at(0)
    }

    fn range(book: &mut Sheets<Cursor<Vec<u8>>>, name: &str) -> Result<Range<Data>, FeedError> {
        book.worksheet_range(name).map_err(|error| structure("a sheet", &error.to_string()))
    }

    /// The rows of a sheet with their numbers in it, from 1; empty ones above the first are none of them.
    fn numbered(sheet: &Range<Data>) -> impl Iterator<Item = (&[Data], u64)> {
        let first_line = sheet.start().map_or(1, |(row, _)| u64::from(row) + 1);
        sheet.rows().zip(first_line..)
    }

    fn fill(cells: &mut Cells, row: &[Data]) {
        cells.clear();
        for cell in row {
            cells.push(&text(cell));
        }
    }

    /// A cell as text. A float that two decimals do not say exactly, or an identifier that it no
    /// longer holds, begins with `≈`: as an amount that is an error and not a rounding, as an
    /// account one that nobody has.
    fn text(cell: &Data) -> String {
        match cell {
            Data::Empty => String::new(),
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
            Data::Int(number) => number.to_string(),
            Data::Float(number) => {
                let shown = format!("{number:.2}");
                let exact =
                    shown.parse::<f64>().is_ok_and(|back| back.to_bits() == number.to_bits());
                match shown.strip_suffix(".00") {
                    Some(whole) if exact && whole.len() <= 15 => whole.to_owned(),
                    _ if exact && shown.len() <= 17 => shown,
                    _ => format!("≈{number:e}"),
                }
            }
            Data::Bool(value) => value.to_string(),
            Data::DateTime(moment) => {
                let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
                let day = format!("{year:04}-{month:02}-{day:02}");
                if (hour, minute, second) == (0, 0, 0) {
                    return day; // A cell that is only a day says nothing of the time.
                }
                format!("{day} {hour:02}:{minute:02}:{second:02}")
            }
            Data::Error(error) => error.to_string(),
        }
    }

    /// The sum of the sizes that an archive declares for its members, from its directory.
    fn unpacked(bytes: &[u8]) -> Option<u64> {
        let number = |at: usize, size: usize| {
            let field = bytes.get(at..at + size)?;
            Some(field.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte)))
        };
        let end = memchr::memmem::rfind(bytes, b"PK\x05\x06")?;
        let mut at = usize::try_from(number(end + 16, 4)?).ok()?;
        let mut total = 0_u64;
        for _ in 0..number(end + 10, 2)? {
            if bytes.get(at..at + 4)? != b"PK\x01\x02" {
                return None;
            }
            total = total.checked_add(number(at + 24, 4)?)?;
            let variable = number(at + 28, 2)? + number(at + 30, 2)? + number(at + 32, 2)?;
            at += 46 + usize::try_from(variable).ok()?;
        }
        Some(total)
    }
}
