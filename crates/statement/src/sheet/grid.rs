//! One sheet of a workbook, streamed: its rows and cells without blank ones.
//!
//! Start at [`read`]. A row holds only its existing cells, so a stray one in the last corner costs no more than any
//! other. Formatted blank cells are ignored.

use super::book::{Book, broken};
use super::markup::{attribute, character, dated_since};
use super::text::trimmed;
use super::{Builder, Format, Head, Kind, Merged, Unreadable, Visitor};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::io::BufRead;

/// The most columns and rows of a sheet.
const COLUMNS_MAX: usize = 16_384;
const ROWS_MAX: u64 = 1_048_576;
/// The most merged cells and hidden columns kept of a sheet.
const KEPT_MAX: usize = 100_000;

struct Grid<'a> {
    book: &'a Book,
    builder: Builder,
    row: u64,
    hidden: bool,
    /// The column of the next cell without one.
    column: usize,
    cell: Open,
    /// The next text belongs to the cell.
    within: bool,
    /// It is only phonetic text.
    phonetic: bool,
    merged: Vec<Merged>,
}

/// The current cell.
#[derive(Default)]
struct Open {
    column: usize,
    kind: CellType,
    style: usize,
    formula: bool,
    text: String,
}

/// The `t` of a cell.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum CellType {
    #[default]
    Number,
    Shared,
    Text,
    Truth,
    Fault,
    Date,
}

/// Passes on the rows of a sheet that are not blank.
pub(super) fn read(
    mut reader: Reader<impl BufRead>,
    head: &mut Head,
    book: &Book,
    visitor: &mut dyn Visitor,
) -> Result<(), Unreadable> {
    let mut grid = Grid {
        book,
        builder: Builder::default(),
        row: 0,
        hidden: false,
        column: 0,
        cell: Open::default(),
        within: false,
        phonetic: false,
        merged: Vec::new(),
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let go_on = match reader.read_event_into(&mut buffer).map_err(|error| broken(&error))? {
            Event::Start(tag) if tag.local_name().as_ref() == "sheetData" => visitor.sheet(head),
            Event::Empty(tag) if tag.local_name().as_ref() == "sheetData" => false,
            Event::Start(tag) => grid.start(&tag, head)?,
            Event::Empty(tag) => {
                let go_on = grid.start(&tag, head)?;
                grid.within = false;
                go_on
            }
            Event::End(tag) => grid.end(tag.local_name().as_ref(), visitor),
            Event::Text(text) => grid.text(&text),
            Event::CData(text) => grid.text(&text),
            Event::GeneralRef(name) => {
                let read = character(&name).ok_or_else(|| broken(&"an entity"))?;
                grid.text(read.encode_utf8(&mut [0; 4]))
            }
            Event::DocType(_) => return Err(broken(&"a document type")),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => true,
        };
        if !go_on {
            return Ok(());
        }
    }
    grid.merged.iter().for_each(|merged| visitor.merged(*merged));
    Ok(())
}

impl Grid<'_> {
    fn text(&mut self, text: &str) -> bool {
        if self.within {
            self.cell.text.push_str(text);
        }
        true
    }

    fn start(&mut self, tag: &BytesStart<'_>, head: &mut Head) -> Result<bool, Unreadable> {
        match tag.local_name().as_ref() {
            "row" => self.row(tag)?,
            "c" => self.cell(tag)?,
            "f" => self.cell.formula = true,
            "v" => self.within = true,
            "t" => self.within = !self.phonetic,
            "rPh" => self.phonetic = true,
            name => self.around(name, tag, head),
        }
        Ok(true)
    }

    /// False if no more rows are wanted.
    fn end(&mut self, name: &str, visitor: &mut dyn Visitor) -> bool {
        match name {
            "v" | "t" => self.within = false,
            "rPh" => self.phonetic = false,
            "c" => self.cell_ends(),
            "row" => {
                let row = self.builder.row(self.row, self.hidden, &self.book.formats);
                return row.cells.is_empty() || visitor.row(row);
            }
            _ => {}
        }
        true
    }

    fn row(&mut self, tag: &BytesStart<'_>) -> Result<(), Unreadable> {
        self.builder.clear();
        self.column = 0;
        let (mut number, mut hidden, mut flat) = (None, false, false);
        for attribute in tag.attributes().filter_map(Result::ok) {
            match attribute.key.local_name().as_ref() {
                "r" => number = attribute.value.parse::<u64>().ok(),
                "hidden" => hidden = matches!(attribute.value.as_ref(), "1" | "true"),
                "ht" => flat = matches!(attribute.value.as_ref(), "0" | "0.0"),
                _ => {}
            }
        }
        let before = self.row;
        self.row = number.unwrap_or(before + 1);
        self.hidden = hidden || flat;
        // A row number cannot occur twice: no program writes that.
        if self.row <= before || self.row > ROWS_MAX {
            return Err(broken(&format!("row {}", self.row)));
        }
        Ok(())
    }

    fn cell(&mut self, tag: &BytesStart<'_>) -> Result<(), Unreadable> {
        let cell = &mut self.cell;
        cell.text.clear();
        (cell.kind, cell.style, cell.formula) = (CellType::Number, 0, false);
        let mut column = None;
        for attribute in tag.attributes().filter_map(Result::ok) {
            match attribute.key.local_name().as_ref() {
                "r" => column = placed(&attribute.value),
                "s" => cell.style = attribute.value.parse().unwrap_or(0),
                "t" => {
                    cell.kind = match attribute.value.as_ref() {
                        "s" => CellType::Shared,
                        "str" | "inlineStr" => CellType::Text,
                        "b" => CellType::Truth,
                        "e" => CellType::Fault,
                        "d" => CellType::Date,
                        _ => CellType::Number,
                    };
                }
                _ => {}
            }
        }
        cell.column = column.unwrap_or(self.column);
        if cell.column >= COLUMNS_MAX {
            return Err(broken(&"a column past the last"));
        }
        if cell.column < self.column {
            return Err(broken(&"a cell that stands before the one in front of it"));
        }
        self.column = cell.column + 1;
        Ok(())
    }

    fn cell_ends(&mut self) {
        let (cell, builder) = (&self.cell, &mut self.builder);
        let (column, text) = (cell.column, cell.text.as_str());
        match cell.kind {
            // A formula with an empty text is marked as text.
            kind if cell.formula && text.is_empty() && kind != CellType::Text => {
                builder.push(column, Kind::Uncalculated, "", 0);
            }
            CellType::Shared => {
                let shared = text.trim().parse().ok().and_then(|index| self.book.texts.get(index));
                match shared {
                    Some(shared) => {
                        builder.push(column, Kind::Text, trimmed(&unescaped(shared)), 0)
                    }
                    None if text.is_empty() => {}
                    // A text missing in the book is lost; it is not an empty cell.
                    None => builder.push(column, Kind::Fault, "#REF!", 0),
                }
            }
            CellType::Text => builder.push(column, Kind::Text, trimmed(&unescaped(text)), 0),
            CellType::Truth => {
                let text = if matches!(text.trim(), "1" | "true") { "TRUE" } else { "FALSE" };
                builder.push(column, Kind::Truth, text, 0);
            }
            CellType::Fault => builder.push(column, Kind::Fault, trimmed(text), 0),
            CellType::Date => {
                let (day, time) = text.trim().split_once('T').unwrap_or((text.trim(), ""));
                let time = time.split(['.', 'Z']).next().unwrap_or_default();
                let midnight = time.is_empty() || time == "00:00:00";
                let text = if midnight { day.to_owned() } else { format!("{day} {time}") };
                builder.push(column, Kind::Day { whole: true }, &text, 0);
            }
            CellType::Number => {
                let raw = text.trim();
                match self.book.formats.get(cell.style) {
                    Some(format @ Format::Date { .. }) if !raw.is_empty() => {
                        dated_since(builder, column, raw, format, self.book.since_1904);
                    }
                    _ => builder.push(column, Kind::Number, raw, cell.style),
                }
            }
        }
    }

    /// The parts before and after the rows.
    fn around(&mut self, name: &str, tag: &BytesStart<'_>, head: &mut Head) {
        match name {
            "col" if head.hidden_columns.len() < KEPT_MAX => {
                let number = |name| attribute(tag, name).and_then(|n| n.parse::<usize>().ok());
                let hidden = attribute(tag, "hidden")
                    .is_some_and(|set| set == "1" || set == "true")
                    || attribute(tag, "width").is_some_and(|width| width == "0");
                if let (true, Some(first), Some(last)) = (hidden, number("min"), number("max")) {
                    head.hidden_columns.push((first.saturating_sub(1), last.saturating_sub(1)));
                }
            }
            "mergeCell" if self.merged.len() < KEPT_MAX => {
                let range = attribute(tag, "ref").unwrap_or_default();
                let (from, to) = range.split_once(':').unwrap_or((&range, &range));
                let row = |place: &str| {
                    place.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse::<u64>().ok()
                };
                if let (Some(first), Some(last), Some(top), Some(bottom)) =
                    (placed(from), placed(to), row(from), row(to))
                {
                    self.merged.push(Merged { rows: (top, bottom), columns: (first, last) });
                }
            }
            _ => {}
        }
    }
}

/// The column of a place such as `AB12`, from 0.
fn placed(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let column = letters.fold(0_usize, |column, letter| {
        column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    column.checked_sub(1)
}

/// `_x000D_` is how a workbook writes what XML cannot hold.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return text.into();
    }
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        read.push_str(before);
        let code = from.get(2..6).filter(|_| from.as_bytes().get(6) == Some(&b'_'));
        let found =
            code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        let (character, length) = found.map_or(('_', 1), |character| (character, 7));
        read.push(character);
        rest = from.get(length..).unwrap_or_default();
    }
    read.push_str(rest);
    read.into()
}
