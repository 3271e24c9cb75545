//! The detail sheet as CSV: UTF-8 with BOM, CRLF, one row an item, every column of the XLSX.
//!
//! Made for people who open it in a spreadsheet: no cell can begin a formula (`text::cell`). Amounts
//! are plain yuan (`-1200.00`), dates ISO. Programs read the JSON.

use super::column::{COLUMNS, Value};
use super::{Item, Language, Report, text};
use csv::{Terminator, WriterBuilder};
use remittance::Localized;
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes all items of a report.
///
/// # Errors
/// If the writer fails.
pub fn write<W: Write>(report: &Report, language: Language, mut out: W) -> io::Result<()> {
    // Without the BOM Excel reads the file in the computer's code page.
    out.write_all("\u{FEFF}".as_bytes())?;
    let mut sheet = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    sheet.write_record(
        COLUMNS.iter().map(|column| column.heading.in_language(language).into_owned()),
    )?;
    for item in &report.items {
        for column in &COLUMNS {
            sheet.write_field(field(item, column.value, language).as_ref())?;
        }
        sheet.write_record(None::<&[u8]>)?;
    }
    sheet.flush()
}

fn field<'a>(
    item: &'a Item,
    value: fn(&'a Item, Language) -> Value<'a>,
    language: Language,
) -> Cow<'a, str> {
    match value(item, language) {
        Value::Text(Cow::Borrowed(found)) => text::cell(found),
        Value::Text(Cow::Owned(found)) => Cow::Owned(text::cell(&found).into_owned()),
        Value::Count(count) => Cow::Owned(count.to_string()),
        Value::Amount(amount) => Cow::Owned(amount.to_string()),
        Value::Date(day) => Cow::Owned(day.to_string()),
    }
}
