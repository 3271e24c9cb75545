//! One declaration of columns for three outputs: table, JSON lines, CSV.
//!
//! A listing declares each column once: its key (JSON, CSV), its heading (table), and how to get its value from a
//! row. [`Printer`] prints row by row, so a million rows need no memory; only the table is collected first, because
//! its widths depend on all rows.
//!
//! Invariant: JSON and CSV have unchanged values. Only the table may shorten or mask them, and only CSV for a
//! spreadsheet guards texts against formulas.

use super::args::Format;
use super::failure::Failure;
use crate::remittance::{PaymentReference, Total};
use crate::report::text;
pub(super) use crate::report::text::grouped;
use chrono::NaiveDate;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use std::borrow::Cow;
use std::io::{BufWriter, IsTerminal, StdoutLock, Write};

/// The value of a cell.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Absent,
    Text(Cow<'a, str>),
    Amount(Total),
    Number(i64),
    Day(NaiveDate),
    Truth(bool),
    Several(Vec<String>),
    /// Nested data, already as JSON: [`Value::nested`]. Table and CSV show it unchanged.
    Nested(String),
}

/// One column of a listing whose rows are `T`.
pub(super) struct Column<T> {
    /// For JSON and CSV.
    pub(super) key: &'static str,
    /// For the table; empty to leave the column out.
    pub(super) heading: &'static str,
    pub(super) value: for<'a> fn(&'a T) -> Value<'a>,
}

/// Prints rows to standard output.
pub(super) struct Printer<T: 'static> {
    columns: &'static [Column<T>],
    out: Form,
}

enum Form {
    Table(Box<Table>),
    Json(BufWriter<StdoutLock<'static>>),
    Csv(CsvWriter),
    /// The same with texts guarded against formulas.
    Spreadsheet(CsvWriter),
}

type CsvWriter = Box<csv::Writer<BufWriter<StdoutLock<'static>>>>;

/// Standard output, buffered: a system call per row is too slow.
pub(super) fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, std::io::stdout().lock())
}

impl<T> Printer<T> {
    pub(super) fn new(format: Format, columns: &'static [Column<T>]) -> Result<Self, Failure> {
        let out = match format {
            Format::Table => Form::Table(Box::new(table(columns))),
            Format::Json => Form::Json(stdout()),
            Format::Csv => Form::Csv(headed(columns, csv::WriterBuilder::new(), stdout())?),
            Format::Spreadsheet => {
                // Without the BOM, Excel uses the machine's own code page.
                let mut out = stdout();
                out.write_all("\u{FEFF}".as_bytes())?;
                let mut lines = csv::WriterBuilder::new();
                lines.terminator(csv::Terminator::CRLF);
                Form::Spreadsheet(headed(columns, lines, out)?)
            }
        };
        Ok(Self { columns, out })
    }

    pub(super) fn row(&mut self, row: &T) -> Result<(), Failure> {
        let values = self.columns.iter().map(|column| (column, (column.value)(row)));
        match &mut self.out {
            Form::Table(table) => {
                table.add_row(values.filter(|(column, _)| !column.heading.is_empty()).map(
                    |(_, value)| {
                        let right = matches!(value, Value::Amount(_) | Value::Number(_));
                        let cell = Cell::new(value.plain(true));
                        if right { cell.set_alignment(CellAlignment::Right) } else { cell }
                    },
                ));
            }
            Form::Json(out) => {
                // Written by hand to keep the order of columns, which is part of the contract.
                for (index, (column, value)) in values.enumerate() {
                    write!(out, "{}{:?}:", if index == 0 { '{' } else { ',' }, column.key)?;
                    value.write_json(out)?;
                }
                out.write_all(b"}\n")?;
            }
            Form::Csv(writer) => {
                let cells = values.map(|(_, value)| value.plain(false).into_owned());
                writer.write_record(cells).map_err(broken)?;
            }
            Form::Spreadsheet(writer) => {
                let cells = values.map(|(_, value)| value.guarded());
                writer.write_record(cells).map_err(broken)?;
            }
        }
        Ok(())
    }

    /// Prints the rows still buffered.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self.out {
            Form::Table(table) if table.is_empty() => Ok(()),
            Form::Table(table) => {
                let mut out = stdout();
                for line in table.lines() {
                    writeln!(out, "{}", line.trim_end())?;
                }
                Ok(out.flush()?)
            }
            Form::Json(mut out) => Ok(out.flush()?),
            Form::Csv(mut writer) | Form::Spreadsheet(mut writer) => Ok(writer.flush()?),
        }
    }

    pub(super) fn print(
        format: Format,
        columns: &'static [Column<T>],
        rows: impl IntoIterator<Item = T>,
    ) -> Result<(), Failure> {
        let mut printer = Self::new(format, columns)?;
        for row in rows {
            printer.row(&row)?;
        }
        printer.finish()
    }
}

fn table<T>(columns: &[Column<T>]) -> Table {
    let mut table = Table::new();
    // Only a line below the headings: readers look at the data.
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    let terminal = std::io::stdout().is_terminal();
    // In a file or a pipe every row stays on one line, whatever its length.
    table.set_content_arrangement(if terminal {
        ContentArrangement::Dynamic
    } else {
        ContentArrangement::Disabled
    });
    table.set_header(
        columns.iter().map(|column| column.heading).filter(|heading| !heading.is_empty()),
    );
    table
}

/// Aligned rows of texts, indented, no wider than the terminal.
pub(super) fn aligned<const N: usize>(
    indent: u16,
    rows: impl Iterator<Item = [String; N]>,
) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    table.set_content_arrangement(ContentArrangement::Disabled);
    // A terminal of unknown width says 0; below 40 columns its own wrapping reads better.
    let narrow = |width: &u16| *width >= 40 && std::io::stdout().is_terminal();
    if let Some(width) = table.width().filter(narrow) {
        table.set_width(width.saturating_sub(indent));
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    rows.for_each(|row| {
        table.add_row(row);
    });
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    let before = " ".repeat(usize::from(indent));
    let lines = table.lines().map(|line| format!("{before}{}", line.trim_end()));
    lines.filter(|line| !line.trim().is_empty()).collect()
}

/// CSV with its heading row written.
fn headed<T>(
    columns: &[Column<T>],
    lines: csv::WriterBuilder,
    out: BufWriter<StdoutLock<'static>>,
) -> Result<CsvWriter, Failure> {
    let mut writer = lines.from_writer(out);
    writer.write_record(columns.iter().map(|column| column.key)).map_err(broken)?;
    Ok(Box::new(writer))
}

fn broken(error: csv::Error) -> Failure {
    if let csv::ErrorKind::Io(error) = error.into_kind() {
        return error.into();
    }
    // All rows have the header's columns, so nothing else can fail.
    Failure::because("cannot write CSV")
}

impl Value<'_> {
    pub(super) fn text(text: &str) -> Value<'_> {
        Value::Text(Cow::Borrowed(text))
    }

    pub(super) fn maybe(text: Option<&str>) -> Value<'_> {
        text.map_or(Value::Absent, Value::text)
    }

    pub(super) fn reference(reference: Option<PaymentReference>) -> Value<'static> {
        reference.map_or(Value::Absent, |known| Value::Text(known.to_string().into()))
    }

    /// A list or a structure; keys keep their serialisation order.
    pub(super) fn nested(value: &impl serde::Serialize) -> Value<'static> {
        // We have no values without a JSON form (maps whose keys are not texts).
        serde_json::to_string(value).map_or(Value::Absent, Value::Nested)
    }

    pub(super) fn amount(amount: impl Into<Total>) -> Value<'static> {
        Value::Amount(amount.into())
    }

    pub(super) fn count(count: u64) -> Value<'static> {
        i64::try_from(count).map_or(Value::Absent, Value::Number)
    }

    /// The text for the table (people) and CSV (programs).
    fn plain(&self, for_people: bool) -> Cow<'_, str> {
        match self {
            Self::Absent => "".into(),
            Self::Text(text) if for_people => one_line(text),
            Self::Text(text) => text.as_ref().into(),
            Self::Amount(amount) if for_people => grouped(*amount).into(),
            Self::Amount(amount) => amount.to_string().into(),
            Self::Number(number) => number.to_string().into(),
            Self::Day(day) => day.to_string().into(),
            Self::Truth(true) if for_people => "✓".into(),
            Self::Truth(false) if for_people => "✗".into(),
            Self::Truth(truth) => truth.to_string().into(),
            Self::Several(texts) => texts.join(if for_people { ", " } else { ";" }).into(),
            Self::Nested(json) => json.as_str().into(),
        }
    }

    /// The text for a spreadsheet; a negative number begins with its sign and stays a number.
    fn guarded(&self) -> String {
        let plain = self.plain(false);
        match self {
            Self::Text(_) | Self::Several(_) | Self::Nested(_) => text::cell(&plain).into_owned(),
            Self::Absent | Self::Amount(_) | Self::Number(_) | Self::Day(_) | Self::Truth(_) => {
                plain.into_owned()
            }
        }
    }

    fn write_json(&self, out: &mut impl Write) -> std::io::Result<()> {
        let written = match self {
            Self::Absent => serde_json::to_writer(out, &()),
            Self::Text(text) => serde_json::to_writer(out, text),
            Self::Amount(amount) => serde_json::to_writer(out, &amount.to_string()),
            Self::Number(number) => serde_json::to_writer(out, number),
            Self::Day(day) => serde_json::to_writer(out, &day.to_string()),
            Self::Truth(truth) => serde_json::to_writer(out, truth),
            Self::Several(texts) => serde_json::to_writer(out, texts),
            Self::Nested(json) => return out.write_all(json.as_bytes()),
        };
        written.map_err(std::io::Error::from)
    }
}

/// Text on one line, with terminal control characters made visible.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return text.into();
    }
    let shown = |found: char| match found {
        '\n' => '⏎',
        '\r' | '\t' => ' ',
        found if found.is_control() => '\u{fffd}',
        found => found,
    };
    text.chars().map(shown).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_amounts_in_groups_of_three() {
        for (fen, want) in [
            (0, "0.00"),
            (999_99, "999.99"),
            (1_000_00, "1,000.00"),
            (-1_234_567_89, "-1,234,567.89"),
        ] {
            assert_eq!(grouped(Total::from_fen(fen)), want);
        }
    }

    #[test]
    fn a_nested_value_keeps_the_order_of_its_keys() {
        #[derive(serde::Serialize)]
        struct Deep {
            z: u8,
            a: Vec<Option<&'static str>>,
        }
        let value = Value::nested(&[Deep { z: 1, a: vec![None, Some("\"")] }]);
        let mut json = Vec::new();
        value.write_json(&mut json).unwrap();
        let want = r#"[{"z":1,"a":[null,"\""]}]"#;
        assert_eq!(String::from_utf8(json).unwrap(), want);
        assert_eq!(value.plain(false), want);
    }

    #[test]
    fn a_remark_cannot_drive_the_terminal() {
        assert_eq!(one_line("a\x1b[2Jb\nc"), "a\u{fffd}[2Jb⏎c");
    }
}
