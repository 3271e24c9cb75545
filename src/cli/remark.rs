//! `duizhang remark`: parses a remark, for a person or a program.
//!
//! Without a text on the command line it reads one remark per line from standard input and answers each at once, so
//! it works in a pipe. With `--stdin-json` each line is a JSON string, for remarks with line breaks.

use super::args::{Format, Global, RemarkArgs};
use super::failure::{Doing, Done, Failure};
use super::rows::{Column, Printer, Value, stdout};
use super::rules;
use super::settings::Settings;
use crate::remark::render::{Style, explain};
use crate::remark::{Reader, Reading};
use std::io::{BufRead, IsTerminal, Write};

struct Answer {
    remark: String,
    reading: Reading,
}

const COLUMNS: &[Column<Answer>] = &[
    Column { key: "remark", heading: "remark", value: |row| Value::text(&row.remark) },
    Column { key: "plain", heading: "", value: |row| Value::text(&row.reading.plain) },
    Column {
        key: "reference",
        heading: "reference",
        value: |row| Value::reference(row.reading.reference),
    },
    Column {
        key: "certainty",
        heading: "certainty",
        value: |row| Value::text(row.reading.certainty.code()),
    },
    Column {
        key: "candidates",
        heading: "",
        value: |row| {
            Value::Several(row.reading.candidates.iter().map(ToString::to_string).collect())
        },
    },
    Column {
        key: "advice",
        heading: "advice",
        value: |row| {
            Value::Several(
                row.reading.advice.iter().map(|advice| advice.code().to_owned()).collect(),
            )
        },
    },
    Column {
        key: "span",
        heading: "",
        value: |row| match row.reading.span {
            Some((start, end)) => Value::nested(&[start, end]),
            None => Value::Absent,
        },
    },
];

pub(super) fn run(global: &Global, args: &RemarkArgs) -> Result<Done, Failure> {
    let settings = Settings::load(global)?;
    let reader = Reader::new(&rules::load(&settings)?.remark);
    let mut answers = Answers::new(&reader, global, settings.format)?;
    match &args.text {
        Some(text) => answers.answer(text.clone())?,
        None => each_line(args.stdin_json, |remark| answers.answer(remark))?,
    }
    answers.finish()?;
    Ok(Done::Fully)
}

/// The output: explanations for people, or rows.
struct Answers<'r> {
    reader: &'r Reader,
    style: Style,
    rows: Option<Printer<Answer>>,
    first: bool,
}

impl<'r> Answers<'r> {
    fn new(reader: &'r Reader, global: &Global, format: Format) -> Result<Self, Failure> {
        let colour = std::io::stdout().is_terminal() && !global.no_colour();
        let style = if colour { Style::Colour } else { Style::Plain };
        let rows = match format {
            Format::Table => None,
            Format::Json | Format::Csv | Format::Spreadsheet => {
                Some(Printer::new(format, COLUMNS)?)
            }
        };
        Ok(Self { reader, style, rows, first: true })
    }

    fn answer(&mut self, remark: String) -> Result<(), Failure> {
        let reading = self.reader.read(&remark);
        match &mut self.rows {
            Some(rows) => rows.row(&Answer { remark, reading }),
            None => {
                let mut out = stdout();
                if !std::mem::take(&mut self.first) {
                    writeln!(out)?;
                }
                let words = explain(self.reader, &reading, &remark, self.style);
                writeln!(out, "{}", words.trim_end())?;
                Ok(out.flush()?)
            }
        }
    }

    fn finish(self) -> Result<(), Failure> {
        self.rows.map_or(Ok(()), Printer::finish)
    }
}

fn each_line(
    json: bool,
    mut answer: impl FnMut(String) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if input.read_until(b'\n', &mut line).doing(|| "cannot read standard input".to_owned())?
            == 0
        {
            break;
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let at = |what: &str| format!("standard input:{number}: expected {what}");
        let text = std::str::from_utf8(line).doing(|| at("UTF-8"))?;
        let remark = if json {
            serde_json::from_str(text).doing(|| at("a JSON string"))?
        } else {
            text.to_owned()
        };
        answer(remark)?;
    }
    Ok(())
}
