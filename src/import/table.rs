//! Bytes of a CSV or XLSX file as rows of text, found by column name.
//!
//! Start at [`read`]. The encoding is found out over the whole file, never from a part of it: text
//! is UTF-8 if all of it is, else GB18030 if all of it is, else unreadable. (Short GBK words can be
//! valid UTF-8 by accident; a whole file of them cannot.) Columns may stand in any order; a column
//! that is not known is an error, since a mistyped optional column would be lost without a word.
//!
//! Invariant: `visit` sees every row that is not blank exactly once, in file order.

use super::error::{ImportError, Problem};
use csv::StringRecord;
use std::borrow::Cow;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8WithMark,
    /// GB18030, of which GBK and GB2312 are parts.
    Gb18030,
    Xlsx,
}

impl Encoding {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8WithMark => "UTF-8 with BOM",
            Self::Gb18030 => "GB18030",
            Self::Xlsx => "XLSX",
        }
    }
}

/// A column of a list.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) required: bool,
}

/// The headings of lists in Chinese, behind the names they stand for.
const ALSO: &[(&str, &[&str])] = &[
    ("account_no", &["账号"]),
    ("bank", &["银行"]),
    ("bank_name", &["银行名称"]),
    ("account_name", &["账户名称"]),
    ("employer_id", &["单位编号"]),
    ("name", &["单位名称", "姓名"]),
    ("uscc", &["统一社会信用代码"]),
    ("email", &["邮箱"]),
    ("contact", &["联系人"]),
    ("mobile", &["手机"]),
    ("payer_accounts", &["付款账号"]),
    ("employer_rate", &["单位比例"]),
    ("employee_rate", &["个人比例"]),
    ("paid_to", &["缴至年月"]),
    ("payday", &["发薪日"]),
    ("address", &["地址"]),
    ("employee_id", &["职工编号"]),
    ("id_no", &["证件号码", "身份证号"]),
    ("base", &["缴存基数"]),
    ("opening_balance", &["期初余额"]),
    ("status", &["状态"]),
    ("reference", &["登记号", "缴款登记号"]),
    ("amount", &["金额"]),
    ("issued_on", &["开具日期"]),
    ("month", &["月份"]),
];

impl Column {
    /// Whether a heading means this column.
    fn is_called(&self, heading: &str) -> bool {
        let also = ALSO.iter().find(|(name, _)| *name == self.name);
        self.name == heading || also.is_some_and(|(_, words)| words.contains(&heading))
    }
}

/// A column that must be there.
pub(super) const fn required(name: &'static str) -> Column {
    Column { name, required: true }
}

/// A column that may be left out.
pub(super) const fn optional(name: &'static str) -> Column {
    Column { name, required: false }
}

/// One row, its cells addressed by the index of the declared column.
pub(super) struct Row<'a> {
    pub(super) line: u64,
    columns: &'static [Column],
    places: &'a [Option<usize>],
    record: &'a StringRecord,
}

impl<'a> Row<'a> {
    /// The trimmed text of a declared column; empty where the file does not have it.
    pub(super) fn text(&self, column: usize) -> &'a str {
        let place = self.places.get(column).copied().flatten();
        trimmed(place.and_then(|place| self.record.get(place)).unwrap_or_default())
    }

    /// Whether the file has a declared column at all.
    pub(super) fn has(&self, column: usize) -> bool {
        self.places.get(column).is_some_and(Option::is_some)
    }

    /// The declared columns that the file has, each with its place from 1.
    pub(super) fn present(&self) -> Vec<(&'static str, usize)> {
        let named = self.columns.iter().zip(self.places);
        named.filter_map(|(column, place)| Some((column.name, (*place)? + 1))).collect()
    }

    /// An error in a declared column of this row.
    pub(super) fn error(&self, column: usize, problem: Problem) -> ImportError {
        let place = self.places.get(column).copied().flatten().map(|place| place + 1);
        let field = self.columns.get(column).map_or("", |column| column.name);
        ImportError::new(self.line, place, field, self.text(column), problem)
    }
}

/// Trims, with a look at the ends first: most cells have nothing to trim.
fn trimmed(text: &str) -> &str {
    let solid = |byte: Option<&u8>| byte.is_none_or(|byte| byte.is_ascii_graphic());
    if solid(text.as_bytes().first()) && solid(text.as_bytes().last()) {
        return text;
    }
    // Excel's "text" cells come with tabs, no-break spaces and zero-width spaces around the number.
    text.trim_matches(|found: char| {
        found.is_whitespace() || found == '\u{200b}' || found == '\u{feff}'
    })
}

/// Shows every row of the file to `visit`.
///
/// # Errors
/// When the file is unreadable or its header is wrong; all that is wrong with the header at once.
pub(super) fn read(
    bytes: &[u8],
    columns: &'static [Column],
    visit: impl FnMut(Result<Row<'_>, ImportError>),
) -> Result<Encoding, Vec<ImportError>> {
    if bytes.starts_with(b"PK\x03\x04") {
        return sheet(bytes, columns, visit).map(|()| Encoding::Xlsx);
    }
    let (text, encoding) = decode(bytes).map_err(|error| vec![error])?;
    delimited(&text, columns, visit)?;
    Ok(encoding)
}

fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), ImportError> {
    let unreadable = |found: &str| {
        let expected = "UTF-8 or GB18030 text, or an XLSX sheet";
        ImportError::whole(found, Problem::Unreadable { expected })
    };
    let (bytes, encoding) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, Encoding::Utf8WithMark),
        None => (bytes, Encoding::Utf8),
    };
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(unreadable("UTF-16"));
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(unreadable("an old Excel file (.xls)"));
    }
    if bytes.contains(&0) {
        return Err(unreadable("binary data"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((Cow::Borrowed(text), encoding)),
        Err(error) if encoding == Encoding::Utf8WithMark => {
            Err(unreadable(&format!("a byte that is not UTF-8 at offset {}", error.valid_up_to())))
        }
        Err(error) => encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .map(|text| (text, Encoding::Gb18030))
            .ok_or_else(|| {
                unreadable(&format!("bytes that are neither, from offset {}", error.valid_up_to()))
            }),
    }
}

fn delimited(
    text: &str,
    columns: &'static [Column],
    mut visit: impl FnMut(Result<Row<'_>, ImportError>),
) -> Result<(), Vec<ImportError>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 18)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut header: Option<Header> = None;
    // Reading from memory cannot fail, and the text is known to be UTF-8.
    while reader.read_record(&mut record).unwrap_or(false) {
        let line = record.position().map_or(0, csv::Position::line);
        match &header {
            None => header = Some(Header::find(line, &record, columns)?),
            Some(header) => header.show(line, &record, &mut visit),
        }
    }
    header.map(|_| ()).ok_or_else(|| vec![ImportError::whole("", Problem::Empty)])
}

/// Where the declared columns stand.
struct Header {
    columns: &'static [Column],
    places: Vec<Option<usize>>,
    width: usize,
}

impl Header {
    fn find(
        line: u64,
        record: &StringRecord,
        columns: &'static [Column],
    ) -> Result<Self, Vec<ImportError>> {
        let mut places = vec![None; columns.len()];
        let mut errors = Vec::new();
        // A sheet often has empty columns behind its last: they are no columns.
        let width = filled(record);
        for (place, cell) in record.iter().take(width).enumerate() {
            let name = trimmed(cell);
            let mut refuse = |problem| {
                errors.push(ImportError::new(line, Some(place + 1), "column", name, problem));
            };
            let found = columns.iter().zip(&mut places).find(|(column, _)| column.is_called(name));
            match found {
                None => refuse(Problem::UnknownColumn { known: known(columns) }),
                Some((_, slot)) if slot.is_some() => refuse(Problem::RepeatedColumn),
                Some((_, slot)) => *slot = Some(place),
            }
        }
        for (column, place) in columns.iter().zip(&places) {
            if column.required && place.is_none() {
                let problem = Problem::MissingColumn { name: column.name };
                errors.push(ImportError::new(line, None, "", "", problem));
            }
        }
        if errors.is_empty() { Ok(Self { columns, places, width }) } else { Err(errors) }
    }

    /// Shows a row, unless it is blank; a row of another width is an error.
    fn show(
        &self,
        line: u64,
        record: &StringRecord,
        visit: &mut impl FnMut(Result<Row<'_>, ImportError>),
    ) {
        if record.as_slice().is_empty() {
            return;
        }
        // Empty cells behind the last column are Excel's, not the clerk's.
        if record.len() == self.width || (record.len() > self.width && filled(record) <= self.width)
        {
            return visit(Ok(Row { line, columns: self.columns, places: &self.places, record }));
        }
        let problem = Problem::Cells { expected: self.width, found: record.len() };
        visit(Err(ImportError::new(line, None, "", "", problem)));
    }
}

/// Cells up to the last that is not blank.
fn filled(record: &StringRecord) -> usize {
    record
        .iter()
        .enumerate()
        .filter(|(_, cell)| !trimmed(cell).is_empty())
        .last()
        .map_or(0, |(last, _)| last + 1)
}

fn known(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

#[cfg(not(feature = "xlsx"))]
fn sheet(
    _: &[u8],
    _: &'static [Column],
    _: impl FnMut(Result<Row<'_>, ImportError>),
) -> Result<(), Vec<ImportError>> {
    let expected = "CSV: this build reads no XLSX (feature `xlsx`)";
    Err(vec![ImportError::whole("", Problem::Unreadable { expected })])
}

#[cfg(feature = "xlsx")]
fn sheet(
    bytes: &[u8],
    columns: &'static [Column],
    mut visit: impl FnMut(Result<Row<'_>, ImportError>),
) -> Result<(), Vec<ImportError>> {
    use crate::workbook::{Workbook, WorkbookError};
    let unreadable = |WorkbookError { expected, found }: WorkbookError| {
        vec![ImportError::whole(&found, Problem::Unreadable { expected })]
    };
    let mut workbook = Workbook::open(std::io::Cursor::new(bytes)).map_err(unreadable)?;
    let sheet = workbook.sheets().into_iter().next();
    let sheet = sheet.ok_or_else(|| {
        let expected = "an XLSX workbook with a sheet";
        unreadable(WorkbookError { expected, found: "no sheet".to_owned() })
    })?;
    // Only cells that exist are kept: where the sheet begins is known when it is read.
    let mut rows: Vec<(u64, Vec<(usize, String)>)> = Vec::new();
    let take = &mut |line: u64, row: &[crate::workbook::Cell]| {
        rows.push((line, row.iter().map(|(column, cell)| (*column, cell_text(cell))).collect()));
        true
    };
    workbook.rows(&sheet, take).map_err(unreadable)?;
    let first = rows.iter().filter_map(|(_, row)| row.first()).map(|(column, _)| *column).min();
    let first = first.unwrap_or(0);
    let mut header: Option<Header> = None;
    let mut record = StringRecord::new();
    for (line, row) in rows {
        record.clear();
        for (column, text) in &row {
            while record.len() < *column - first {
                record.push_field("");
            }
            record.push_field(text);
        }
        let width = header.as_ref().map_or(0, |header| header.width);
        while record.len() < width {
            record.push_field("");
        }
        match &header {
            None => header = Some(Header::find(line, &record, columns)?),
            Some(header) => header.show(line, &record, &mut visit),
        }
    }
    header.map(|_| ()).ok_or_else(|| vec![ImportError::whole("", Problem::Empty)])
}

/// A cell as a person would have typed it.
///
/// A number of more than fifteen digits was rounded when the sheet was saved, so it is shown in a
/// form that no column accepts: account numbers must be text cells.
#[cfg(feature = "xlsx")]
fn cell_text(cell: &calamine::Data) -> String {
    use calamine::Data;
    const ROUNDED_FROM: f64 = 1e15;
    match cell {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) if number.abs() >= ROUNDED_FROM => format!("{number:e}"),
        // The shortest text that reads back as the same number: what was typed.
        Data::Float(number) => number.to_string(),
        Data::Bool(value) => value.to_string(),
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}
