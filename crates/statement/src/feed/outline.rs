//! The outline of an unknown table: its header, its first rows, and the meaning of its headings.
//!
//! Start at [`outline`], which serves the author of a layout (`duizhang feed learn`). The header is the one at the
//! given line, otherwise the first known one, otherwise the row that is most like one. Nothing is decided here:
//! [`read`](super::read) parses the file with the resulting layout and has to prove it.
//!
//! Invariant: at most [`ROWS_MAX`] rows are kept for any file.

mod guess;

use super::encoding::{Encoding, Scan, Utf8Reader};
use super::heading::{self, Meaning};
use super::rows::{KeptRow, Row};
use super::table::{CELLS_MIN, Finder, Nearest};
use super::{
    BlockRead, FeedError, FeedErrorKind, Flag, Reject, Sink, Source, Statement, StatementEntry,
};
use super::{amount::Amount, csv, date, encoding, html, sniff, spreadsheet_xml, xlsx};
use crate::rules::bank::{AmountStyle, BankLayouts, DateOrder, Field};

/// The most rows inspected of a file.
const ROWS_MAX: usize = 512;

/// A table as its file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// The encoding's name in lower case.
    pub encoding: &'static str,
    /// The separator of cells; a comma for workbooks and pages, which have none.
    pub delimiter: char,
    /// Physical line of the header, from 1.
    pub line: u64,
    pub columns: Vec<OutlineColumn>,
    /// The first rows below the header, with at most as many cells as columns.
    pub rows: Vec<Vec<String>>,
}

/// A column, and the meaning of its heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineColumn {
    /// Unchanged from the file.
    pub heading: String,
    pub understood: Understood,
}

/// The meaning of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Understood {
    Field(Field),
    /// The heading has no known meaning; contents and balances allow only this one.
    Guessed(Field),
    /// Known but unused.
    Nothing,
    Unknown,
}

/// Inspects a table; with the header on this line, if one is given.
///
/// # Errors
/// [`FeedError`] if the file is no table, or no row of it can be a header.
pub fn outline(
    input: &mut dyn Source,
    layouts: &BankLayouts,
    header_line: Option<u64>,
) -> Result<Outline, FeedError> {
    let scan = encoding::scan(input)?;
    let (encoding, delimiter, rows) = rows_of(input, &scan, layouts)?;
    let finder = Finder::new(layouts, encoding);
    let block = if header_line.is_none() { first_block(input, layouts) } else { None };
    let place = match (header_line, &block) {
        (Some(line), _) => rows.iter().position(|row| row.row().line == line).ok_or_else(|| {
            let expected = format!("a row of headings on line {line}");
            let found = format!("no row there among the first {ROWS_MAX}");
            FeedErrorKind::Structure { expected, found }.at(line)
        })?,
        (None, Some(block)) => {
            rows.iter().position(|row| row.row().line == block.line).unwrap_or(0)
        }
        (None, None) => likeliest(&finder, &rows)?,
    };
    let kept = rows.iter().skip(place);
    let header: Vec<String> =
        kept.clone().take(1).flat_map(|row| row.row().cells().map(str::to_owned)).collect();
    let columns = match block {
        Some(block) => block.columns.into_iter().map(OutlineColumn::of_read).collect(),
        None => of_headings(layouts, &header),
    };
    let is_below = |row: &&KeptRow| !finder.is_header(row.row(), false);
    let below = kept.skip(1).filter(|row| row.row().cells().any(|cell| !cell.is_empty()));
    let below =
        below.take_while(is_below).map(|row| row.row().cells().map(str::to_owned).collect());
    let line = rows.get(place).map_or(0, |row| row.row().line);
    let mut outline = Outline {
        encoding: encoding.name(),
        delimiter: char::from(delimiter),
        line,
        columns,
        rows: below.collect(),
    };
    guess::guess(&mut outline);
    Ok(outline)
}

/// The first rows of a file of any kind, with its encoding and delimiter.
fn rows_of(
    input: &mut dyn Source,
    scan: &Scan,
    layouts: &BankLayouts,
) -> Result<(Encoding, u8, Vec<KeptRow>), FeedError> {
    let mut kept = Vec::new();
    let mut take = |row: Row<'_>| {
        kept.push(KeptRow::of(row));
        kept.len() < ROWS_MAX
    };
    let kind = sniff::kind(scan)?;
    input.rewind()?;
    let (encoding, delimiter) = match kind {
        sniff::Kind::Excel => {
            xlsx::rows(input, &mut take)?;
            (Encoding::UTF_8, b',')
        }
        sniff::Kind::Html => {
            let chinese = || Encoding::proven(scan).unwrap_or(Encoding::GB18030);
            let encoding = html::encoding(scan, layouts).unwrap_or_else(|_| chinese());
            html::rows(Utf8Reader::new(input, encoding), &mut take)?;
            (encoding, b',')
        }
        sniff::Kind::SpreadsheetXml => {
            let encoding = encoding::of_xml(scan)?;
            spreadsheet_xml::rows(Utf8Reader::new(input, encoding), &mut take)?;
            (encoding, b',')
        }
        sniff::Kind::Text => {
            let (encoding, delimiter) = csv::guess(scan, layouts)?;
            csv::rows(Utf8Reader::new(input, encoding), delimiter, &mut take)?;
            (encoding, delimiter)
        }
        sniff::Kind::Xml
        | sniff::Kind::Mt
        | sniff::Kind::Settlement
        | sniff::Kind::SettlementEnvelope
        | sniff::Kind::Archive => {
            let expected = "a table: CSV, a workbook or a page of HTML".to_owned();
            let found = "a message, records or an archive, whose fields are fixed".to_owned();
            return Err(FeedErrorKind::Structure { expected, found }.at(0));
        }
    };
    Ok((encoding, delimiter, kept))
}

/// The first block, if the file is already understood.
fn first_block(input: &mut dyn Source, layouts: &BankLayouts) -> Option<BlockRead> {
    #[derive(Default)]
    struct First(Option<BlockRead>);
    impl Sink for First {
        fn entry(&mut self, _: StatementEntry<'_>) {}
        fn reject(&mut self, _: Reject) {}
        fn statement(&mut self, _: Statement<'_>) {}
        fn flag(&mut self, _: Flag) {}
        fn block(&mut self, block: BlockRead) {
            self.0.get_or_insert(block);
        }
    }
    let mut first = First::default();
    super::read(input, layouts, &mut first).ok()?;
    first.0
}

/// The most likely header: among rows without a day and an amount, the one with most headings.
fn likeliest(finder: &Finder<'_>, rows: &[KeptRow]) -> Result<usize, FeedError> {
    let is_data = |row: Row<'_>| {
        row.cells().any(|cell| {
            date::day(cell, DateOrder::DayFirst).is_some() || is_amount(cell, AmountStyle::Point)
        })
    };
    let mut nearest: Option<Nearest> = None;
    for kept in rows {
        let row = kept.row();
        let filled = row.cells().filter(|cell| !cell.is_empty()).count();
        if filled >= CELLS_MIN && !is_data(row) {
            finder.nearest(row, &mut nearest);
        }
    }
    let line = nearest.map(|nearest| nearest.error().line);
    let place = line.and_then(|line| rows.iter().position(|row| row.row().line == line));
    place.ok_or_else(|| {
        let expected = "a row of headings, or --header-line to say which it is".to_owned();
        FeedErrorKind::Structure { expected, found: "none".to_owned() }.at(0)
    })
}

fn of_headings(layouts: &BankLayouts, header: &[String]) -> Vec<OutlineColumn> {
    let column = |heading: &String| {
        let meaning = heading::read(layouts.headings(), heading).meaning;
        let understood = match meaning {
            Meaning::Field(field, _) => Understood::Field(field),
            Meaning::Day(_) => Understood::Field(Field::Date),
            Meaning::Moment(_) => Understood::Field(Field::Time),
            Meaning::Nothing => Understood::Nothing,
            Meaning::Unknown => Understood::Unknown,
        };
        OutlineColumn { heading: heading.clone(), understood }
    };
    header.iter().map(column).collect()
}

impl OutlineColumn {
    fn of_read(column: super::ColumnRead) -> Self {
        let understood = match Field::named(column.reads) {
            Some(field) => Understood::Field(field),
            None if column.reads == "nothing" => Understood::Nothing,
            None => Understood::Unknown,
        };
        Self { heading: column.heading, understood }
    }
}

fn is_amount(cell: &str, style: AmountStyle) -> bool {
    cell.bytes().any(|byte| byte.is_ascii_digit()) && Amount::read(cell, style).is_ok()
}

impl Outline {
    /// The non-empty cells of a column.
    pub fn filled(&self, column: usize) -> impl Iterator<Item = &str> {
        let cells = self.rows.iter().filter_map(move |row| row.get(column));
        cells.map(String::as_str).filter(|cell| !cell.is_empty())
    }

    /// The orders in which most cells of a column are days.
    #[must_use]
    pub fn date_orders(&self, column: usize) -> Vec<DateOrder> {
        let days =
            |order| self.filled(column).filter(|cell| date::day(cell, order).is_some()).count();
        let orders = [DateOrder::YearFirst, DateOrder::DayFirst, DateOrder::MonthFirst];
        let most = orders.map(days).into_iter().max().unwrap_or(0);
        if most > 0 && days(DateOrder::YearFirst) == most {
            return vec![DateOrder::YearFirst];
        }
        orders.into_iter().filter(|order| most > 0 && days(*order) == most).collect()
    }

    /// Only the rows with a day in this column: without footers and totals.
    #[must_use]
    pub fn of_days(&self, column: usize, order: DateOrder) -> Self {
        let is_day =
            |cell: &String| date::day(cell.trim_matches(['=', '"', '\'']), order).is_some();
        let rows = self.rows.iter().filter(|row| row.get(column).is_some_and(is_day));
        Self { rows: rows.cloned().collect(), columns: self.columns.clone(), ..*self }
    }

    /// How most cells of some columns write amounts; the usual way if both fit equally.
    #[must_use]
    pub fn amount_style(&self, columns: &[usize]) -> AmountStyle {
        let amounts = |style| {
            let cells = columns.iter().flat_map(|column| self.filled(*column));
            cells.filter(|cell| is_amount(cell, style)).count()
        };
        if amounts(AmountStyle::Comma) > amounts(AmountStyle::Point) {
            AmountStyle::Comma
        } else {
            AmountStyle::Point
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn looked_at(text: &str, header_line: Option<u64>) -> Result<Outline, FeedError> {
        let layouts = BankLayouts::shipped().unwrap();
        outline(&mut Cursor::new(text.as_bytes()), &layouts, header_line)
    }

    #[test]
    fn the_header_is_the_one_named_or_understood_or_likeliest() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("某行流水\n项,进,出,剩\n2026-05-11,1.00,,1.00\n",             None,    Ok((2, 1))),
            ("a;b;c;d\n2026-05-11;1,00;;1,00\n2026-05-12;1,00;;2,00\n",   None,    Ok((1, 2))),
            ("打印人,甲,乙\n项,进,出\n2026-05-11,1.00,\n",                 Some(2), Ok((2, 1))),
            ("记账日,收入,支出\n2026-05-11,1.00,\n项,进,出\n",             None,    Ok((1, 2))),
            ("2026-05-11,1.00,,1.00\n2026-05-12,,1.00,0.00\n",            None,    Err("a row of headings")),
            ("项,进,出\n",                                                Some(9), Err("line 9: expected a row of headings on line 9")),
            (":20:1\n:25:1\n",                                           None,    Err("expected a table")),
        ];
        for (text, header_line, want) in rows {
            match (looked_at(text, header_line), want) {
                (Ok(got), Ok(want)) => assert_eq!((got.line, got.rows.len()), want, "{text}"),
                (Err(got), Err(want)) => assert!(got.to_string().contains(want), "{text}: {got}"),
                (got, _) => panic!("{text}: {got:?}"),
            }
        }
    }

    #[test]
    fn days_and_amounts_tell_how_they_are_written() {
        use DateOrder::{DayFirst, MonthFirst, YearFirst};
        let text = "a;b;c;d\n2026-05-11;25.12.2026;1.234,50;01/02/2026\n2026-05-12;26.12.2026;3,00;02/03/2026\n";
        let outline = looked_at(text, Some(1)).unwrap();
        assert_eq!(outline.delimiter, ';');
        let orders: Vec<_> = (0..4).map(|column| outline.date_orders(column)).collect();
        assert_eq!(orders, [vec![YearFirst], vec![DayFirst], vec![], vec![DayFirst, MonthFirst]]);
        assert_eq!(outline.amount_style(&[2]), AmountStyle::Comma);
        assert_eq!(outline.amount_style(&[0]), AmountStyle::Point);
    }
}
