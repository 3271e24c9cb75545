//! Sheets from every file format that people save: cells with their kinds.
//!
//! Start at [`read`]: it detects the format and passes each sheet and each row that is not blank to a [`Visitor`], in
//! file order. A workbook is streamed (`xlsx.rs`, `grid.rs`), so that a stray cell in the last corner costs nothing.
//! `number.rs` applies number formats; `text.rs` decodes and splits text; `markup.rs` and `html.rs` parse the two kinds
//! of markup that are saved with the extension `.xls`. This module does not interpret cells.
//!
//! Invariant: a row's number and a cell's column are the file's own, as Excel and WPS show them.

#[cfg(feature = "xlsx")]
mod book;
mod compound;
#[cfg(feature = "xlsx")]
mod grid;
mod html;
mod markup;
pub mod number;
mod text;
mod xls;
#[cfg(feature = "xlsx")]
mod xlsx;

pub use number::{Format, Shown};
use remittance::{Bilingual, Language, Localized, said};
use std::borrow::Cow;

use std::fmt;

/// The detected format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16,
    /// GB18030, a superset of GBK and GB2312.
    Gb18030,
    Xlsx,
    Xls,
    Html,
    SpreadsheetMl,
}

impl Encoding {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8WithMark => "UTF-8 with BOM",
            Self::Utf16 => "UTF-16",
            Self::Gb18030 => "GB18030",
            Self::Xlsx => "XLSX",
            Self::Xls => "XLS",
            Self::Html => "HTML",
            Self::SpreadsheetMl => "SpreadsheetML",
        }
    }
}

/// The kind of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Characters; the only kind in a CSV.
    Text,
    /// A binary number, as the file's decimal text; its format decides the displayed text.
    Number,
    /// A day, as `2026-05-02`, perhaps followed by its time; `whole` if the format shows the day too and not only the
    /// month.
    Day { whole: bool },
    /// `TRUE` or `FALSE`.
    Truth,
    /// `#N/A` and similar errors.
    Fault,
    /// A formula without a stored value.
    Uncalculated,
}

/// One cell that is not blank.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// From 0.
    pub column: usize,
    pub kind: Kind,
    /// Whether the cell of a text file is in quotes.
    pub quoted: bool,
    format: usize,
    start: usize,
    end: usize,
}

/// One row without its blank cells.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// From 1, as the file shows it.
    pub number: u64,
    /// Invisible to readers of the sheet: hidden, filtered out, or of no height.
    pub hidden: bool,
    /// The number of cells in a row of text, with blank ones.
    pub width: usize,
    text: &'a str,
    pub cells: &'a [Cell],
    formats: &'a [Format],
}

impl<'a> Row<'a> {
    #[must_use]
    pub fn text(&self, cell: &Cell) -> &'a str {
        self.text.get(cell.start..cell.end).unwrap_or_default()
    }

    /// The format of a number.
    #[must_use]
    pub fn format(&self, cell: &Cell) -> &'a Format {
        const GENERAL: &Format = &Format::General;
        self.formats.get(cell.format).unwrap_or(GENERAL)
    }
}

/// The facts about a sheet before its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Empty for a file without sheets.
    pub name: String,
    pub hidden: bool,
    /// Hidden columns: first and last, from 0.
    pub hidden_columns: Vec<(usize, usize)>,
    /// The separator of a text file, whose rows have as many cells as separators.
    pub separated: Option<char>,
}

/// Merged cells; all but the first are blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// First and last, from 1.
    pub rows: (u64, u64),
    /// First and last, from 0.
    pub columns: (usize, usize),
}

/// Receives the sheets of a file.
pub trait Visitor {
    /// A sheet begins; returns whether its rows are wanted.
    fn sheet(&mut self, head: &Head) -> bool;
    /// A row; returns whether more of this sheet are wanted.
    fn row(&mut self, row: Row<'_>) -> bool;
    /// After the last row of a sheet: merged cells.
    fn merged(&mut self, _: Merged) {}
}

/// Why a file is unreadable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    Empty,
    /// A password is needed.
    Encrypted,
    /// A known but unsupported format, with its name.
    Foreign(Bilingual),
    /// Bytes of no encoding, with the position of the first.
    Bytes(&'static str, usize),
    /// A quote that is never closed, with its line.
    Quote(u64),
    /// A workbook that is broken or a zip bomb, with the finding.
    Broken(String),
}

/// The error, and how to save the file instead.
impl Localized for Unreadable {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        const SAVE: &str = "open it in Excel or WPS and save it as .xlsx";
        match self {
            Self::Empty => said!(
                language,
                "文件是空的；请填写后重新保存",
                "expected a heading row, found an empty file"
            ),
            Self::Encrypted => said!(
                language,
                "文件设有打开密码；请在 Excel 或 WPS 中取消密码，另存为“Excel 工作簿（.xlsx）”",
                "expected a file without a password, found an encrypted one; {SAVE} without it"
            ),
            Self::Foreign(what) => {
                let what = what.in_language(language);
                said!(
                    language,
                    "文件是{what}，不能读取；请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”",
                    "expected a sheet or a CSV, found {what}; {SAVE}"
                )
            }
            Self::Bytes(what, at) => said!(
                language,
                "第 {at} 个字节起不是 UTF-8 或 GB18030 文字；请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”",
                "expected {what}, found other bytes from offset {at}; {SAVE}"
            ),
            Self::Quote(line) => said!(
                language,
                "第 {line} 行的引号没有成对；请补上或删去引号，或另存为“Excel 工作簿（.xlsx）”",
                "expected a closing quote for the one on line {line}; close it, or {SAVE}"
            ),
            Self::Broken(found) => said!(
                language,
                "工作簿已损坏或过大；请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”",
                "expected a workbook, found {found}; {SAVE}"
            ),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl std::error::Error for Unreadable {}

/// The letters of a column, from 0: `A`, `AB`.
#[must_use]
pub fn letters(column: usize) -> String {
    let (mut rest, mut letters) = (column + 1, Vec::new());
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Passes on every sheet and every row that is not blank.
///
/// # Errors
/// [`Unreadable`]; discard what was passed on before.
pub fn read(bytes: &[u8], visitor: &mut dyn Visitor) -> Result<Encoding, Unreadable> {
    if bytes.is_empty() {
        return Err(Unreadable::Empty);
    }
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(Unreadable::Foreign(what.clone()));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return zipped(bytes, visitor);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return xls::read(bytes, visitor).map(|()| Encoding::Xls);
    }
    let (text, encoding) = text::decode(bytes)?;
    let start = text.trim_start();
    if start.starts_with('<') {
        let head: String = start.chars().take(4096).collect::<String>().to_ascii_lowercase();
        if head.contains("urn:schemas-microsoft-com:office:spreadsheet")
            && head.contains("workbook")
        {
            markup::read(&text, visitor)?;
            return Ok(Encoding::SpreadsheetMl);
        }
        if head.contains("<html") || head.contains("<table") {
            html::read(&text, visitor);
            return Ok(Encoding::Html);
        }
        return Err(Unreadable::Foreign(Bilingual::fixed(
            "不含表格的 XML 文件",
            "XML that is no sheet",
        )));
    }
    text::read(&text, visitor)?;
    Ok(encoding)
}

/// Files that people send and that are no sheets.
const FOREIGN: [(&[u8], Bilingual); 6] = [
    (b"%PDF", Bilingual::fixed(" PDF 文件", "a PDF")),
    (b"\x1f\x8b", Bilingual::fixed(" gzip 压缩文件", "a gzip archive")),
    (b"Rar!", Bilingual::fixed(" RAR 压缩文件", "a RAR archive")),
    (b"7z\xbc\xaf", Bilingual::fixed(" 7z 压缩文件", "a 7z archive")),
    (b"\x89PNG", Bilingual::fixed("图片", "a picture")),
    (b"\xff\xd8\xff", Bilingual::fixed("图片", "a picture")),
];

#[cfg(feature = "xlsx")]
fn zipped(bytes: &[u8], visitor: &mut dyn Visitor) -> Result<Encoding, Unreadable> {
    xlsx::read(bytes, visitor).map(|()| Encoding::Xlsx)
}

#[cfg(not(feature = "xlsx"))]
fn zipped(_: &[u8], _: &mut dyn Visitor) -> Result<Encoding, Unreadable> {
    Err(Unreadable::Foreign(Bilingual::fixed(
        "工作簿，本程序未包含读取功能",
        "a workbook, which this build does not read (feature `xlsx`)",
    )))
}

/// Makes rows out of cells, in reused memory.
#[derive(Default)]
struct Builder {
    text: String,
    cells: Vec<Cell>,
    width: usize,
}

impl Builder {
    fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.width = 0;
    }

    /// Adds a cell, unless it is blank.
    fn push(&mut self, column: usize, kind: Kind, text: &str, format: usize) {
        self.put(column, kind, text, format, false);
    }

    fn put(&mut self, column: usize, kind: Kind, text: &str, format: usize, quoted: bool) {
        self.width = self.width.max(column + 1);
        if text.is_empty() && kind != Kind::Uncalculated {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.cells.push(Cell { column, kind, quoted, format, start, end: self.text.len() });
    }

    fn row<'a>(&'a self, number: u64, hidden: bool, formats: &'a [Format]) -> Row<'a> {
        Row { number, hidden, width: self.width, text: &self.text, cells: &self.cells, formats }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_that_spreadsheets_show() {
        for (column, want) in
            [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")]
        {
            assert_eq!(letters(column), want);
        }
    }
}
