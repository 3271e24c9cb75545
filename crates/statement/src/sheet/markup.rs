//! SpreadsheetML, the XML that Excel 2003 writes and systems save with the extension `.xls`.
//!
//! Start at [`read`]. A `Row` holds `Cell`s, each with one `Data` that gives its type; `ss:Index` skips cells or rows,
//! `ss:Hidden` hides a row or a column, `ss:StyleID` refers to a number format. A document type is refused; only the
//! five entities of XML are expanded.

use super::{Builder, Format, Head, Kind, Merged, Unreadable, Visitor, number};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// The most columns and rows of a sheet.
const COLUMNS_MAX: usize = 16_384;
const ROWS_MAX: u64 = 1_048_576;

/// Passes on every row that is not blank.
pub(super) fn read(text: &str, visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    let mut reader = Reader::from_str(text);
    // A sheet's visibility comes after its rows.
    let hidden = |sheet: &str| {
        sheet.contains("Visible>SheetHidden") || sheet.contains("Visible>SheetVeryHidden")
    };
    let hidden_sheets = text.split("Worksheet ").skip(1).map(hidden).collect();
    let mut book = Book { hidden_sheets, ..Book::default() };
    loop {
        let event = reader.read_event().map_err(|error| broken(&error.to_string()))?;
        match event {
            Event::Start(tag) => book.start(&tag, visitor)?,
            Event::Empty(tag) => {
                book.start(&tag, visitor)?;
                book.end(tag.local_name().as_ref(), visitor);
            }
            Event::End(tag) => book.end(tag.local_name().as_ref(), visitor),
            Event::Text(text) => book.text(&text),
            Event::CData(text) => book.text(&text),
            Event::GeneralRef(name) => {
                let known = super::markup::character(&name).ok_or_else(|| broken("an entity"))?;
                book.text(known.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(broken("a document type")),
            Event::Eof => return Ok(()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
}

/// The character of an XML entity.
pub(super) fn character(name: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Some(character) = name.resolve_char_ref().ok().flatten() {
        return Some(character);
    }
    Some(match name.as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// The value of an attribute with any prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes().filter_map(Result::ok);
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(quick_xml::escape::unescape(&found.value).ok()?.into_owned())
}

fn broken(found: &str) -> Unreadable {
    Unreadable::Broken(found.to_owned())
}

#[derive(Default)]
struct Book {
    builder: Builder,
    formats: Vec<Format>,
    styles: HashMap<String, usize>,
    style: String,
    hidden_sheets: std::collections::VecDeque<bool>,
    head: Option<Head>,
    /// The sheet was announced to the visitor.
    shown: bool,
    wanted: bool,
    row: u64,
    hidden: bool,
    column: usize,
    /// The next column that a `Column` describes.
    described: usize,
    format: usize,
    formula: bool,
    merge: (usize, u64),
    data: Option<(String, String)>,
    merged: Vec<Merged>,
}

impl Book {
    fn text(&mut self, text: &str) {
        if let Some((_, data)) = &mut self.data {
            data.push_str(text);
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
        let number = |name: &str| attribute(tag, name).and_then(|n| n.parse::<u64>().ok());
        match tag.local_name().as_ref() {
            "Style" => self.style = attribute(tag, "ID").unwrap_or_default(),
            "NumberFormat" => {
                let code = attribute(tag, "Format").unwrap_or_default();
                self.styles.insert(self.style.clone(), self.formats.len());
                self.formats.push(named(&code));
            }
            "Worksheet" => {
                let name = attribute(tag, "Name").unwrap_or_default();
                let hidden = self.hidden_sheets.pop_front().unwrap_or(false);
                self.head = Some(Head { name, hidden, ..Head::default() });
                (self.row, self.described, self.shown) = (0, 0, false);
            }
            "Column" => {
                let index = number("Index").and_then(|n| usize::try_from(n).ok());
                let first = index.map_or(self.described, |index| index.saturating_sub(1));
                let span = number("Span").and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
                self.described = first.saturating_add(span).saturating_add(1);
                if let Some(head) = self.head.as_mut().filter(|_| is_hidden(tag)) {
                    head.hidden_columns.push((first, self.described - 1));
                }
            }
            "Row" => {
                self.show(visitor);
                self.builder.clear();
                self.column = 0;
                let index = number("Index").filter(|row| *row > self.row);
                self.row = index.unwrap_or(self.row + 1);
                self.hidden = is_hidden(tag);
                if self.row > ROWS_MAX {
                    return Err(broken("a row past the last"));
                }
            }
            "Cell" => {
                let index = number("Index").and_then(|n| usize::try_from(n).ok());
                self.column = index.map_or(self.column, |index| index.saturating_sub(1));
                if self.column >= COLUMNS_MAX {
                    return Err(broken("a column past the last"));
                }
                let style = attribute(tag, "StyleID").unwrap_or_default();
                self.format = self.styles.get(&style).copied().unwrap_or(usize::MAX);
                self.formula = attribute(tag, "Formula").is_some();
                let across = number("MergeAcross").unwrap_or(0).min(16_383);
                let across = usize::try_from(across).unwrap_or(0);
                self.merge = (across, number("MergeDown").unwrap_or(0).min(ROWS_MAX));
                self.data = None;
            }
            "Data" => {
                self.data = Some((attribute(tag, "Type").unwrap_or_default(), String::new()));
            }
            _ => {}
        }
        Ok(())
    }

    /// Announces the sheet before its first row.
    fn show(&mut self, visitor: &mut dyn Visitor) {
        if !std::mem::replace(&mut self.shown, true) {
            self.wanted = visitor.sheet(&self.head.clone().unwrap_or_default());
        }
    }

    fn end(&mut self, name: &str, visitor: &mut dyn Visitor) {
        match name {
            "Cell" => self.cell(),
            "Row" if self.wanted && !self.builder.cells.is_empty() => {
                let row = self.builder.row(self.row, self.hidden, &self.formats);
                self.wanted = visitor.row(row);
            }
            "Worksheet" => {
                let wanted = std::mem::take(&mut self.wanted);
                self.merged.drain(..).filter(|_| wanted).for_each(|merged| visitor.merged(merged));
            }
            _ => {}
        }
    }

    fn cell(&mut self) {
        let (across, down) = self.merge;
        if down > 0 {
            let columns = (self.column, self.column + across);
            self.merged.push(Merged { rows: (self.row, self.row + down), columns });
        }
        let format = self.formats.get(self.format).unwrap_or(&Format::General);
        match self.data.take() {
            None if self.formula => self.builder.push(self.column, Kind::Uncalculated, "", 0),
            None => {}
            Some((kind, text)) => match kind.as_str() {
                "Number" if matches!(format, Format::Date { .. }) => {
                    dated(&mut self.builder, self.column, &text, format);
                }
                "Number" => self.builder.push(self.column, Kind::Number, &text, self.format),
                "DateTime" => {
                    let whole = !matches!(format, Format::Date { day: false });
                    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
                    let time = time.split('.').next().unwrap_or_default();
                    let midnight = time.is_empty() || time == "00:00:00";
                    let text = if midnight { day.to_owned() } else { format!("{day} {time}") };
                    self.builder.push(self.column, Kind::Day { whole }, &text, 0);
                }
                "Boolean" => {
                    let text = if text == "1" { "TRUE" } else { "FALSE" };
                    self.builder.push(self.column, Kind::Truth, text, 0);
                }
                "Error" => self.builder.push(self.column, Kind::Fault, &text, 0),
                _ => self.builder.push(self.column, Kind::Text, super::text::trimmed(&text), 0),
            },
        }
        self.column += 1 + across;
    }
}

/// Writes a cell with a day number as a day.
pub(super) fn dated(builder: &mut Builder, column: usize, raw: &str, format: &Format) {
    dated_since(builder, column, raw, format, false);
}

pub(super) fn dated_since(
    builder: &mut Builder,
    column: usize,
    raw: &str,
    format: &Format,
    since_1904: bool,
) {
    let whole = !matches!(format, Format::Date { day: false });
    let text = match number::day(raw, since_1904) {
        Some((day, Some(time))) => format!("{day} {time}"),
        Some((day, None)) => day.to_string(),
        // A day that never existed, in a form that no parser accepts.
        None => format!("1900-01-00 ({raw})"),
    };
    builder.push(column, Kind::Day { whole }, &text, 0);
}

fn is_hidden(tag: &BytesStart<'_>) -> bool {
    let flat = |name| attribute(tag, name).is_some_and(|size| size == "0");
    attribute(tag, "Hidden").is_some_and(|hidden| hidden == "1") || flat("Height") || flat("Width")
}

/// A format by its name in SpreadsheetML.
fn named(code: &str) -> Format {
    match code {
        "" | "General Number" => Format::General,
        "General Date" | "Long Date" | "Medium Date" | "Short Date" => Format::Date { day: true },
        "Long Time" | "Medium Time" | "Short Time" => Format::Time,
        "Currency" | "Euro Currency" | "Standard" => Format::parse("#,##0.00"),
        "Fixed" => Format::parse("0.00"),
        "Percent" => Format::Percent,
        "Scientific" | "Yes/No" | "True/False" | "On/Off" => Format::Unclear,
        code => Format::parse(code),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Row;
    use super::*;

    #[derive(Default)]
    struct All(Vec<String>);

    impl Visitor for All {
        fn sheet(&mut self, head: &Head) -> bool {
            self.0.push(format!("{} {:?}", head.name, head.hidden_columns));
            true
        }

        fn row(&mut self, row: Row<'_>) -> bool {
            for cell in row.cells {
                let shown = row.format(cell).shown(row.text(cell));
                let shown =
                    if cell.kind == Kind::Number { format!(" {shown:?}") } else { String::new() };
                let hidden = if row.hidden { "h" } else { "" };
                let (text, kind) = (row.text(cell), cell.kind);
                self.0
                    .push(format!("{}{hidden}:{} {kind:?} {text}{shown}", row.number, cell.column));
            }
            true
        }

        fn merged(&mut self, merged: Merged) {
            self.0.push(format!("{merged:?}"));
        }
    }

    #[test]
    fn cells_come_with_their_kind_and_place() {
        let book = r#"<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
            xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ss:ID="k">
            <NumberFormat ss:Format="0000"/></Style></Styles><Worksheet ss:Name="表"><Table>
            <Column ss:Index="2" ss:Hidden="1"/><Row ss:Index="2"><Cell><Data ss:Type="String">甲&amp;</Data></Cell>
            <Cell ss:Index="3" ss:StyleID="k" ss:MergeDown="1"><Data ss:Type="Number">12</Data></Cell>
            <Cell ss:Formula="=A1"/></Row><Row ss:Hidden="1"><Cell><Data ss:Type="DateTime">2026-05-02T00:00:00.000</Data>
            </Cell><Cell><Data ss:Type="Error">#N/A</Data></Cell></Row></Table></Worksheet></Workbook>"#;
        let mut all = All::default();
        read(book, &mut all).unwrap();
        assert_eq!(
            all.0,
            [
                "表 [(1, 1)]",
                "2:0 Text 甲&",
                "2:2 Number 12 As(\"0012\")",
                "2:3 Uncalculated ",
                "3h:0 Day { whole: true } 2026-05-02",
                "3h:1 Fault #N/A",
                "Merged { rows: (2, 3), columns: (2, 2) }",
            ]
        );
    }
}
