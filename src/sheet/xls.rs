//! Old workbooks (Excel 97-2003, WPS `.et`), by crate calamine.
//!
//! Start at [`read`]. calamine gives the cells, the days and which sheets are hidden; it does not say how a
//! number is shown nor which rows are hidden. So a number here has a format that shows nothing: whoever reads a
//! key out of it refuses, an amount it is all the same.

use super::text::trimmed;
use super::{Builder, Format, Head, Kind, Unreadable, Visitor};
use calamine::{Data, Reader, SheetVisible, Xls};
use std::io::Cursor;

/// Largest file of this kind that is read; sixty thousand rows are below.
const BYTES_MAX: usize = 64 << 20;

/// Shows every row that is not blank.
pub(super) fn read(bytes: &[u8], visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    let broken = |found: &dyn std::fmt::Display| Unreadable::Broken(found.to_string());
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(bytes, &wide).is_some()
    };
    if has("EncryptedPackage") {
        return Err(Unreadable::Encrypted);
    }
    if has("WordDocument") {
        return Err(Unreadable::Foreign("a Word document", " Word 文档"));
    }
    if bytes.len() > BYTES_MAX {
        return Err(broken(&format!("{} bytes", bytes.len())));
    }
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| {
        if matches!(error, calamine::XlsError::Password) {
            Unreadable::Encrypted
        } else {
            broken(&error)
        }
    })?;
    let formats = [Format::Unknown];
    for sheet in book.sheets_metadata().to_vec() {
        let hidden = sheet.visible != SheetVisible::Visible;
        let head = Head { name: sheet.name.clone(), hidden, ..Head::default() };
        if !visitor.sheet(&head) {
            continue;
        }
        let range = book.worksheet_range(&sheet.name).map_err(|error| broken(&error))?;
        let (first_row, first_column) = range.start().unwrap_or_default();
        let mut builder = Builder::default();
        for (row, number) in range.rows().zip(u64::from(first_row) + 1..) {
            builder.clear();
            let first = usize::try_from(first_column).unwrap_or(0);
            for (column, cell) in (first..).zip(row) {
                push(&mut builder, column, cell);
            }
            if !builder.cells.is_empty() && !visitor.row(builder.row(number, false, &formats)) {
                break;
            }
        }
    }
    Ok(())
}

fn push(builder: &mut Builder, column: usize, cell: &Data) {
    match cell {
        Data::Empty => {}
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            builder.push(column, Kind::Text, trimmed(text), 0);
        }
        Data::Int(number) => builder.push(column, Kind::Number, &number.to_string(), 0),
        Data::Float(number) => builder.push(column, Kind::Number, &number.to_string(), 0),
        Data::Bool(truth) => {
            builder.push(column, Kind::Truth, if *truth { "TRUE" } else { "FALSE" }, 0);
        }
        Data::Error(error) => builder.push(column, Kind::Fault, &error.to_string(), 0),
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let mut text = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) != (0, 0, 0) {
                text.push_str(&format!(" {hour:02}:{minute:02}:{second:02}"));
            }
            builder.push(column, Kind::Day { whole: true }, &text, 0);
        }
    }
}
