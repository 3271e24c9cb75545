//! Sheets written into the containers that people and programs save.

use super::made::{Dice, Slip, Table};
use std::io::Write;

/// The content of a cell.
#[derive(Clone, Debug)]
pub(crate) enum Put {
    Text(String),
    /// A stored number, with its format.
    Number(String, &'static str),
    /// A day, with its format.
    Day(String, &'static str),
    Fault,
    Formula,
    /// Text without quotes.
    Bare(String),
}

#[derive(Default)]
pub(crate) struct Sheet {
    pub(crate) rows: Vec<Vec<(usize, Put)>>,
    /// Hidden rows, from 0.
    pub(crate) hidden: Vec<usize>,
    /// The template's columns and their places.
    pub(crate) places: Vec<(usize, usize)>,
    /// The numbers of the table's rows, from 1.
    pub(crate) lines: Vec<u64>,
}

impl Sheet {
    /// The expected values of each row, by number.
    pub(crate) fn truth(&self, table: &Table) -> Vec<(u64, Vec<String>)> {
        self.lines.iter().copied().zip(table.rows.iter().cloned()).collect()
    }

    /// Row, from 1, and column, from 0, of a slip.
    pub(crate) fn place(&self, slip: &Slip) -> (u64, usize) {
        let at = slip.column().and_then(|index| self.places.iter().find(|place| place.0 == index));
        (self.lines[slip.row()], at.map_or(self.places.len(), |place| place.1))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    /// Separator, line end, encoding.
    Text(char, &'static str, Encoded),
    Workbook,
    Html,
    SpreadsheetMl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoded {
    Utf8,
    Marked,
    Gb18030,
    Utf16,
}

impl Container {
    pub(crate) fn choose(dice: &mut Dice) -> Self {
        match dice.below(8) {
            0..=2 => {
                let encodings = [Encoded::Utf8, Encoded::Marked, Encoded::Gb18030, Encoded::Utf16];
                Self::Text(
                    dice.of(&[',', ',', ';', '\t']),
                    dice.of(&["\n", "\r\n", "\r"]),
                    dice.of(&encodings),
                )
            }
            3..=5 => Self::Workbook,
            6 => Self::Html,
            _ => Self::SpreadsheetMl,
        }
    }

    /// Whether cells have kinds and formats.
    pub(crate) fn has_kinds(self) -> bool {
        matches!(self, Self::Workbook | Self::SpreadsheetMl)
    }

    pub(crate) fn hides_rows(self) -> bool {
        !matches!(self, Self::Text(..))
    }

    pub(crate) fn has_line_breaks(self) -> bool {
        // A break inside quotes is a line of the file, and counts for row numbers.
        self.has_kinds()
    }

    pub(crate) fn has_padding(self) -> bool {
        true
    }

    pub(crate) fn is_unicode(self) -> bool {
        !matches!(self, Self::Text(_, _, Encoded::Gb18030))
    }

    pub(crate) fn parts_by_commas(self) -> bool {
        matches!(self, Self::Text(',', ..))
    }

    pub(crate) fn write(self, sheet: &Sheet) -> Vec<u8> {
        match self {
            Self::Text(separator, end, encoded) => encode(&text(sheet, separator, end), encoded),
            Self::Workbook => workbook(sheet),
            Self::Html => html(sheet).into_bytes(),
            Self::SpreadsheetMl => markup(sheet).into_bytes(),
        }
    }
}

/// The displayed text of a cell without a kind.
fn shown(put: &Put) -> String {
    match put {
        Put::Text(text) | Put::Bare(text) => text.clone(),
        Put::Number(number, "0000") => format!("{number:0>4}"),
        // A long number as a spreadsheet saves it in a CSV.
        Put::Number(number, _) if number.contains("e+") => "1.10105E+17".to_owned(),
        Put::Number(number, _) => number.clone(),
        Put::Day(day, "yyyy-mm-dd") => day.clone(),
        Put::Day(day, _) => format!("{}年{}月", &day[..4], day[5..7].trim_start_matches('0')),
        Put::Fault => "#N/A".to_owned(),
        Put::Formula => String::new(),
    }
}

fn text(sheet: &Sheet, separator: char, end: &str) -> String {
    let width = sheet
        .rows
        .iter()
        .flatten()
        .filter(|(_, put)| !matches!(put, Put::Text(text) if text == "请核对"))
        .map(|(at, _)| at + 1)
        .max()
        .unwrap_or(1);
    let mut out = String::new();
    for row in &sheet.rows {
        let last = row.iter().map(|(at, _)| at + 1).max().unwrap_or(0).max(width);
        let mut cells = vec![String::new(); last];
        for (at, put) in row {
            let text = shown(put);
            let bare = matches!(put, Put::Bare(_)) || !text.contains([separator, '"', '\n']);
            cells[*at] = if bare { text } else { format!("\"{}\"", text.replace('"', "\"\"")) };
        }
        out.push_str(&cells.join(&separator.to_string()));
        out.push_str(end);
    }
    out
}

fn encode(text: &str, encoded: Encoded) -> Vec<u8> {
    match encoded {
        Encoded::Utf8 => text.as_bytes().to_vec(),
        Encoded::Marked => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        Encoded::Gb18030 => encoding_rs::GB18030.encode(text).0.into_owned(),
        Encoded::Utf16 => {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            [0xff, 0xfe].into_iter().chain(units).collect()
        }
    }
}

/// The content of a workbook's cell after its place.
fn cell(put: &Put) -> String {
    match put {
        Put::Text(text) | Put::Bare(text) => {
            let text = escaped(text);
            format!(" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is>")
        }
        Put::Number(number, code) => format!(" s=\"{}\"><v>{number}</v>", style(code)),
        Put::Day(day, code) => {
            let day: chrono::NaiveDate = day.parse().unwrap();
            let first = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
            let days = day.signed_duration_since(first).num_days();
            format!(" s=\"{}\"><v>{days}</v>", style(code))
        }
        Put::Fault => " t=\"e\"><f>NA()</f><v>#N/A</v>".to_owned(),
        Put::Formula => "><f>B99</f><v></v>".to_owned(),
    }
}

/// A workbook as other programs write it: inline texts, perhaps formulas without a value.
fn workbook(sheet: &Sheet) -> Vec<u8> {
    let codes: String = CODES
        .iter()
        .enumerate()
        .map(|(id, code)| {
            format!(
                "<numFmt numFmtId=\"{}\" formatCode=\"{}\"/>",
                id + 164,
                code.replace('"', "&quot;")
            )
        })
        .collect();
    let styles: String =
        (0..CODES.len()).map(|id| format!("<xf numFmtId=\"{}\"/>", id + 164)).collect();
    let mut rows = String::new();
    for (number, row) in sheet.rows.iter().enumerate() {
        let hidden = if sheet.hidden.contains(&number) { " hidden=\"1\"" } else { "" };
        rows.push_str(&format!("<row r=\"{}\"{hidden}>", number + 1));
        let mut row = row.clone();
        row.sort_by_key(|(at, _)| *at);
        for (at, put) in &row {
            let place = format!("{}{}", char::from(b'A' + u8::try_from(*at).unwrap()), number + 1);
            let cell = cell(put);
            rows.push_str(&format!("<c r=\"{place}\"{cell}</c>"));
        }
        rows.push_str("</row>");
    }
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        (
            "xl/workbook.xml",
            format!("<workbook {main} xmlns:r=\"r\"><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>".to_owned(),
        ),
        (
            "xl/styles.xml",
            format!("<styleSheet {main}><numFmts>{codes}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>"),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet {main}><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The formats in use.
const CODES: [&str; 6] = ["General", "0000", "#,##0.00", "yyyy-mm-dd", "yyyy\"年\"m\"月\"", "0"];

fn style(code: &str) -> usize {
    CODES.iter().position(|known| *known == code).unwrap()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn html(sheet: &Sheet) -> String {
    let mut out =
        "<html><head><meta charset=utf-8><style>td{x:y}</style></head><body><table>".to_owned();
    for (number, row) in sheet.rows.iter().enumerate() {
        let hidden = sheet.hidden.contains(&number);
        out.push_str(if hidden { "<tr style=\"display:none\">" } else { "<tr>" });
        let last = row.iter().map(|(at, _)| at + 1).max().unwrap_or(0);
        for column in 0..last {
            let put = row.iter().find(|(at, _)| *at == column);
            out.push_str(&format!(
                "<td>{}</td>",
                put.map_or(String::new(), |(_, put)| escaped(&shown(put)))
            ));
        }
        out.push_str("</tr>\r\n");
    }
    out + "</table></body></html>"
}

fn markup(sheet: &Sheet) -> String {
    let styles: String = CODES
        .iter()
        .enumerate()
        .map(|(id, code)| {
            let code = code.replace('"', "&quot;");
            format!("<Style ss:ID=\"s{id}\"><NumberFormat ss:Format=\"{code}\"/></Style>")
        })
        .collect();
    let mut out = format!(
        "<?xml version=\"1.0\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles>{styles}</Styles>\
         <Worksheet ss:Name=\"Sheet1\"><Table>"
    );
    for (number, row) in sheet.rows.iter().enumerate() {
        let hidden = if sheet.hidden.contains(&number) { " ss:Hidden=\"1\"" } else { "" };
        out.push_str(&format!("<Row ss:Index=\"{}\"{hidden}>", number + 1));
        let mut row = row.clone();
        row.sort_by_key(|(at, _)| *at);
        for (at, put) in &row {
            let cell = match put {
                Put::Text(text) | Put::Bare(text) => {
                    format!("><Data ss:Type=\"String\">{}</Data></Cell>", escaped(text))
                }
                Put::Number(number, code) => {
                    format!(
                        " ss:StyleID=\"s{}\"><Data ss:Type=\"Number\">{number}</Data></Cell>",
                        style(code)
                    )
                }
                Put::Day(day, code) => format!(
                    " ss:StyleID=\"s{}\"><Data ss:Type=\"DateTime\">{day}T00:00:00.000</Data></Cell>",
                    style(code)
                ),
                Put::Fault => "><Data ss:Type=\"Error\">#N/A</Data></Cell>".to_owned(),
                Put::Formula => " ss:Formula=\"=R99C2\"/>".to_owned(),
            };
            out.push_str(&format!("<Cell ss:Index=\"{}\"{cell}", at + 1));
        }
        out.push_str("</Row>");
    }
    out + "</Table></Worksheet></Workbook>"
}
