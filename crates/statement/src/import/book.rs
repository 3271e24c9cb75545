//! Writes workbooks: empty forms, and sheets with their errors.
//!
//! Start at [`form`] and [`marked`]. Every cell is text in a text column, so that a spreadsheet keeps all eighteen
//! digits of a number, and leading zeros.

use super::MarkedSheet;
use super::form::{Form, FormColumn};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// The last row of a sheet, from 0.
const LAST_ROW: u32 = 1_048_575;
/// The most characters of a drop-down.
const CHOICES_CHARS_MAX: usize = 255;
/// The name of an instruction sheet.
const GUIDE: &str = "填写说明";

/// A form as a workbook: the empty sheet, then the instructions.
///
/// # Errors
/// If the workbook cannot be made.
pub fn form(form: &Form) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    fill_in(book.add_worksheet(), form)?;
    instruct(book.add_worksheet(), form)?;
    book.save_to_buffer()
}

fn fill_in(page: &mut Worksheet, form: &Form) -> Result<(), XlsxError> {
    let text = Format::new().set_num_format("@");
    let given = Format::new().set_num_format("@").set_font_color(0x0080_8080);
    let head = Format::new().set_num_format("@").set_bold().set_border_bottom(FormatBorder::Thin);
    let must = head.clone().set_background_color(0x00FF_F2CC);
    page.set_name(&*form.title)?;
    for (column, of) in (0..).zip(&form.columns) {
        page.set_column_format(column, if of.given { &given } else { &text })?;
        page.set_column_width(column, 20)?;
        let format = if of.required { &must } else { &head };
        page.write_string_with_format(0, column, of.heading, format)?;
        if let Some(validation) = choices(of)? {
            page.add_data_validation(1, column, LAST_ROW, column, &validation)?;
        }
    }
    for (row, cells) in (1..).zip(&form.rows) {
        for ((column, cell), of) in (0..).zip(cells).zip(&form.columns) {
            if !cell.is_empty() {
                let format = if of.given { &given } else { &text };
                page.write_string_with_format(row, column, cell, format)?;
            }
        }
    }
    page.set_freeze_panes(1, 0)?;
    Ok(())
}

/// A drop-down, if there are choices.
fn choices(column: &FormColumn) -> Result<Option<DataValidation>, XlsxError> {
    let chars: usize = column.choices.iter().map(|choice| choice.chars().count() + 1).sum();
    if column.choices.is_empty() || chars > CHOICES_CHARS_MAX {
        return Ok(None);
    }
    let validation = DataValidation::new()
        .allow_list_strings(&column.choices)?
        .set_error_style(DataValidationErrorStyle::Warning)
        .set_error_title("请从列表中选择")?
        .set_error_message(format!("“{}”可选：{}", column.heading, column.choices.join("、")))?;
    Ok(Some(validation))
}

fn instruct(page: &mut Worksheet, form: &Form) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap();
    page.set_name(GUIDE)?;
    page.set_column_width(0, 18)?;
    page.set_column_width(1, 10)?;
    page.set_column_width(2, 60)?;
    page.set_column_width(3, 36)?;
    page.write_string_with_format(0, 0, format!("{}：填写说明", form.title), &bold)?;
    let mut row = 1;
    for (number, sentence) in (1..).zip(&form.guide) {
        page.write_string(row, 0, format!("{number}. {sentence}"))?;
        row += 1;
    }
    row += 1;
    for (column, heading) in (0..).zip(["列名", "是否必填", "填写要求", "示例"]) {
        page.write_string_with_format(row, column, heading, &bold)?;
    }
    for of in &form.columns {
        row += 1;
        let required = if of.required { "必填" } else { "选填" };
        let mut hint = of.hint.clone();
        if !of.choices.is_empty() {
            hint.push_str(&format!("：{}", of.choices.join("、")));
        }
        page.write_string(row, 0, of.heading)?;
        page.write_string(row, 1, required)?;
        page.write_string_with_format(row, 2, hint, &wrapped)?;
        page.write_string(row, 3, &of.example)?;
    }
    Ok(())
}

/// A sheet with its errors, each cell in its place, wrong ones coloured.
///
/// # Errors
/// If the workbook cannot be made.
pub fn marked(sheet: &MarkedSheet) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let text = Format::new().set_num_format("@");
    let wrong = Format::new().set_num_format("@").set_background_color(0x00FF_C7CE);
    let said = Format::new().set_font_color(0x009C_0006);
    let page = book.add_worksheet();
    if !sheet.name.is_empty() {
        page.set_name(&sheet.name)?;
    }
    let widest = sheet.rows.iter().flat_map(|row| &row.cells).map(|(column, _)| *column).max();
    for column in 0..=place(widest.unwrap_or(0)) {
        page.set_column_format(column, &text)?;
        page.set_column_width(column, 16)?;
    }
    let at = place(sheet.column);
    page.set_column_width(at, 60)?;
    for row in &sheet.rows {
        let number = u32::try_from(row.number.saturating_sub(1)).unwrap_or(LAST_ROW);
        for (column, cell) in &row.cells {
            let format = if row.wrong.contains(column) { &wrong } else { &text };
            page.write_string_with_format(number, place(*column), cell, format)?;
        }
        // An empty required cell is also marked.
        for column in
            row.wrong.iter().filter(|column| row.cells.iter().all(|(at, _)| at != *column))
        {
            page.write_blank(number, place(*column), &wrong)?;
        }
        let heading = row.cells.iter().any(|(column, _)| *column == sheet.column);
        if !heading && !row.said.is_empty() {
            page.write_string_with_format(number, at, &row.said, &said)?;
        } else if !row.said.is_empty() {
            page.insert_note(number, at, &rust_xlsxwriter::Note::new(&row.said))?;
        }
    }
    book.save_to_buffer()
}

fn place(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(16_383)
}
