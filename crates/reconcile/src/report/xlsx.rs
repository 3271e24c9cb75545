//! The report as a workbook: 汇总, 明细, 待补足 and 警告, for people who sort and filter.
//!
//! Rows go to disk as they are written (constant memory), so a night with a million items needs no more memory than one
//! with ten. Every text is written as a string, never as a formula, and also guarded (`text::cell`), so that it is
//! harmless when saved as CSV from Excel.
//!
//! A cell's number is a binary float by definition of the format. The amount reaches it as its exact decimal text and
//! is parsed once; amounts past fifteen digits, which no cell holds, are written as text.

mod summary;

use super::column::{COLUMNS, Value};
use super::{Bilingual, Item, Language, Report, text};
use chrono::{Datelike, NaiveDate};
use remittance::{Localized, Total};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};
use std::io::{Seek, Write};

/// The most characters of a cell, in UTF-16 units.
const CELL_UNITS_MAX: usize = 32_767;

/// The largest amount a cell shows to the fen: fifteen significant digits.
const AMOUNT_FEN_MAX: u128 = 999_999_999_999_999;

/// The rows of a sheet below its header.
const ROWS_MAX: usize = 1_048_575;

/// Writes the workbook.
///
/// # Errors
/// If the writer or its temporary file fails.
pub fn write<W: Write + Seek + Send>(
    report: &Report,
    language: Language,
    out: W,
) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(report)?);
    let looks = Looks::new();
    summary::write(book.add_worksheet(), report, language, &looks)?;
    details(book.add_worksheet_with_constant_memory()?, report, language, &looks)?;
    summary::awaiting(book.add_worksheet_with_constant_memory()?, report, language, &looks)?;
    summary::warnings(book.add_worksheet_with_constant_memory()?, report, language, &looks)?;
    book.save_to_writer(out)
}

/// A workbook of items only, written one by one.
pub struct ItemBook {
    book: Workbook,
    looks: Looks,
    language: Language,
    rows: usize,
}

impl ItemBook {
    /// Creates one; its creation time is a night's day.
    ///
    /// # Errors
    /// If its temporary file fails.
    pub fn new(title: &str, as_of: NaiveDate, language: Language) -> Result<Self, XlsxError> {
        let (mut book, looks) = (Workbook::new(), Looks::new());
        let properties = DocProperties::new().set_title(title).set_author("duizhang");
        book.set_properties(&properties.set_creation_datetime(&excel_date(as_of)?));
        let sheet = book.add_worksheet_with_constant_memory()?;
        let headings = COLUMNS.each_ref().map(|column| (column.heading.clone(), column.width));
        header(sheet, &Bilingual::fixed("明细", "Items"), language, &headings, &looks)?;
        Ok(Self { book, looks, language, rows: 0 })
    }

    /// Adds an item; does nothing when the sheet is full.
    ///
    /// # Errors
    /// If its temporary file fails.
    pub fn add(&mut self, item: &Item) -> Result<(), XlsxError> {
        if self.rows == ROWS_MAX {
            return Ok(());
        }
        self.rows += 1;
        let row = row(self.rows)?;
        let sheet = self.book.worksheet_from_index(0)?;
        for (number, column) in (0..).zip(&COLUMNS) {
            value(sheet, row, number, (column.value)(item, self.language), &self.looks)?;
        }
        Ok(())
    }

    /// # Errors
    /// If the writer fails.
    pub fn write<W: Write + Seek + Send>(mut self, out: W) -> Result<(), XlsxError> {
        let sheet = self.book.worksheet_from_index(0)?;
        filtered(sheet, row(self.rows)?, COLUMNS.len())?;
        self.book.save_to_writer(out)
    }
}

/// Title and a creation time that is the night's day: the same night gives the same bytes.
fn properties(report: &Report) -> Result<DocProperties, XlsxError> {
    Ok(DocProperties::new()
        .set_title(format!("{} 挂账报告 {}", report.centre.name, report.as_of))
        .set_author("duizhang")
        .set_creation_datetime(&excel_date(report.as_of)?))
}

/// The formats of the workbook.
struct Looks {
    heading: Format,
    text: Format,
    amount: Format,
    date: Format,
    title: Format,
    total: Format,
    count: Format,
    total_count: Format,
}

impl Looks {
    fn new() -> Self {
        let text = || Format::new().set_align(FormatAlign::Top);
        let wrapped = || text().set_text_wrap().set_num_format("@");
        let amount = || text().set_num_format("#,##0.00");
        let count = || text().set_num_format("#,##0");
        let total = |format: Format| format.set_bold().set_border_top(FormatBorder::Thin);
        Self {
            heading: wrapped()
                .set_bold()
                .set_background_color(Color::RGB(0xE6_EDF2))
                .set_border_bottom(FormatBorder::Thin),
            text: wrapped(),
            amount: amount(),
            date: text().set_num_format("yyyy-mm-dd"),
            title: Format::new().set_bold().set_font_size(14),
            total: total(amount()),
            count: count(),
            total_count: total(count()),
        }
    }
}

fn details(
    sheet: &mut Worksheet,
    report: &Report,
    language: Language,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let headings = COLUMNS.each_ref().map(|column| (column.heading.clone(), column.width));
    header(sheet, &Bilingual::fixed("明细", "Items"), language, &headings, looks)?;
    let items = report.items.iter().take(ROWS_MAX);
    let last_row = row(items.len())?;
    for (index, item) in items.enumerate() {
        for (number, column) in (0..).zip(&COLUMNS) {
            value(sheet, row(index + 1)?, number, (column.value)(item, language), looks)?;
        }
    }
    filtered(sheet, last_row, headings.len())
}

/// A sheet's name, headings and widths; the header is frozen and repeats on every printed page.
fn header(
    sheet: &mut Worksheet,
    name: &Bilingual,
    language: Language,
    headings: &[(Bilingual, u8)],
    looks: &Looks,
) -> Result<(), XlsxError> {
    sheet.set_name(&*name.in_language(language))?.set_landscape().set_paper_size(9);
    sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?.set_print_fit_to_pages(1, 0);
    for (number, (heading, width)) in (0..).zip(headings) {
        sheet.set_column_width(number, *width)?;
        sheet.write_string_with_format(
            0,
            number,
            &*heading.in_language(language),
            &looks.heading,
        )?;
    }
    Ok(())
}

fn filtered(sheet: &mut Worksheet, last_row: u32, columns: usize) -> Result<(), XlsxError> {
    let last_column = u16::try_from(columns.saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.autofilter(0, 0, last_row, last_column).map(|_| ())
}

fn value(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: Value<'_>,
    looks: &Looks,
) -> Result<(), XlsxError> {
    match value {
        Value::Text(found) if found.is_empty() => Ok(()),
        Value::Text(found) => string(sheet, row, column, &found, &looks.text),
        Value::Count(count) => number(sheet, row, column, &count.to_string(), &looks.count),
        Value::Amount(found) => amount(sheet, row, column, found, &looks.amount),
        Value::Date(day) => sheet
            .write_datetime_with_format(row, column, &excel_date(day)?, &looks.date)
            .map(|_| ()),
    }
}

fn string(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    found: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let clean = text::cell(found);
    match shortened(&clean) {
        Some(short) => sheet.write_string_with_format(row, column, short, format),
        None => sheet.write_string_with_format(row, column, clean.as_ref(), format),
    }
    .map(|_| ())
}

/// A text too long for a cell, cut with a note; `None` if it fits.
fn shortened(text: &str) -> Option<String> {
    // One byte is at least a third of a unit, so short texts need no counting.
    if text.len() <= CELL_UNITS_MAX || text.encode_utf16().count() <= CELL_UNITS_MAX {
        return None;
    }
    let note = "…〔超出单元格上限，全文见 JSON · cut, whole in the JSON〕";
    let mut units = note.encode_utf16().count();
    let fits = |found: &char| {
        units += found.len_utf16();
        units <= CELL_UNITS_MAX
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push_str(note);
    Some(short)
}

fn amount(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    amount: impl Into<Total>,
    format: &Format,
) -> Result<(), XlsxError> {
    let amount = amount.into();
    let exact = amount.to_string();
    if amount.fen().unsigned_abs() > AMOUNT_FEN_MAX {
        return sheet.write_string_with_format(row, column, exact, format).map(|_| ());
    }
    number(sheet, row, column, &exact, format)
}

/// A number from its exact decimal text.
fn number(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    exact: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    match exact.parse::<f64>() {
        Ok(number) => sheet.write_number_with_format(row, column, number, format),
        Err(_) => sheet.write_string_with_format(row, column, exact, format),
    }
    .map(|_| ())
}

fn excel_date(day: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let year = u16::try_from(day.year()).unwrap_or(u16::MAX);
    let month = u8::try_from(day.month()).unwrap_or(u8::MAX);
    ExcelDateTime::from_ymd(year, month, u8::try_from(day.day()).unwrap_or(u8::MAX))
}

fn row(index: usize) -> Result<u32, XlsxError> {
    u32::try_from(index).map_err(|_| XlsxError::RowColumnLimitError)
}
