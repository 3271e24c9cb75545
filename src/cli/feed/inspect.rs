//! `duizhang feed inspect`: shows the content of a bank's file and how it was parsed.
//!
//! Start at [`run`]. For programs, and with `-q`, it prints one row per file; for people also the blocks and
//! columns ([`shown`](super::shown)). Parse errors go to standard error with their place and set the exit code:
//! nothing was rejected here, but a night would reject it.

use super::shown;
use crate::cli::args::{Format, Global, InspectArgs};
use crate::cli::failure::{Done, Failure};
use crate::cli::reader;
use crate::cli::rows::{Column, Printer, Value, stdout};
use crate::cli::rules;
use crate::cli::settings::Settings;
use crate::feed::inspect::{Summary, Tally};
use crate::feed::{self, Reject};
use crate::nightly::shown_path;
use crate::rulebook::Rulebook;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

/// Rejected rows shown per file without `-v`.
const REJECTS_SHOWN: u64 = 20;

const COLUMNS: &[Column<Summary>] = &[
    Column { key: "file", heading: "file", value: |row| Value::text(&row.file) },
    Column { key: "format", heading: "format", value: |row| Value::maybe(row.format) },
    Column { key: "encoding", heading: "encoding", value: |row| Value::maybe(row.encoding) },
    Column { key: "statements", heading: "stmts", value: |row| Value::count(row.statements) },
    Column { key: "entries", heading: "entries", value: |row| Value::count(row.entries) },
    Column {
        key: "transactions",
        heading: "transactions",
        value: |row| Value::count(row.transactions),
    },
    Column {
        key: "sum_credit",
        heading: "credit",
        value: |row| Value::maybe(row.sum_credit.as_deref()),
    },
    Column {
        key: "sum_debit",
        heading: "debit",
        value: |row| Value::maybe(row.sum_debit.as_deref()),
    },
    Column { key: "currency", heading: "ccy", value: |row| Value::maybe(row.currency.as_deref()) },
    Column {
        key: "opening",
        heading: "opening",
        value: |row| Value::maybe(row.opening.as_deref()),
    },
    Column {
        key: "closing",
        heading: "closing",
        value: |row| Value::maybe(row.closing.as_deref()),
    },
    Column {
        key: "balance_ok",
        heading: "holds",
        value: |row| row.balance_ok.map_or(Value::Absent, Value::Truth),
    },
    Column { key: "rejected", heading: "rejected", value: |row| Value::count(row.rejected) },
    Column { key: "error", heading: "", value: |row| Value::maybe(row.error.as_deref()) },
    Column { key: "flags", heading: "", value: |row| Value::Several(row.flags.clone()) },
    Column { key: "blocks", heading: "", value: |row| Value::nested(&row.blocks) },
];

/// The output: rows, or text for people.
enum Answer {
    Rows(Printer<Summary>),
    Page,
}

pub(in crate::cli) fn run(global: &Global, args: &InspectArgs) -> Result<Done, Failure> {
    let settings = Settings::load(global)?;
    let rules = rules::load(&settings)?;
    let mut answer = if settings.format == Format::Table && global.quiet == 0 {
        Answer::Page
    } else {
        Answer::Rows(Printer::new(settings.format, COLUMNS)?)
    };
    let mut done = Done::Fully;
    let mut unopened = None;
    for path in &args.files {
        let summary = match super::open(path) {
            Ok(file) => look(path, file, &rules, global),
            Err(error) => {
                tell!("{}: cannot open: {error}", shown_path(path));
                unopened.get_or_insert_with(|| path.clone());
                let file = shown_path(path);
                Summary { file, error: Some(error), ..Summary::default() }
            }
        };
        if summary.error.is_some() || summary.rejected > 0 {
            done = Done::InputSetAside;
        }
        match &mut answer {
            Answer::Rows(printer) => printer.row(&summary)?,
            Answer::Page => {
                let mut out = stdout();
                for line in shown::summary(&summary) {
                    writeln!(out, "{line}")?;
                }
                // Keep the order with the next file's messages on standard error.
                out.flush()?;
            }
        }
    }
    if let Answer::Rows(printer) = answer {
        printer.finish()?;
    }
    match unopened {
        None => Ok(done),
        Some(path) => Err(Failure::because(format!("cannot open {}", shown_path(&path)))),
    }
}

fn look(path: &Path, input: BufReader<File>, rules: &Rulebook, global: &Global) -> Summary {
    let name = shown_path(path);
    let mut shown = 0;
    let mut rejected = |reject: &Reject| {
        shown += 1;
        if shown <= REJECTS_SHOWN || global.verbose > 0 {
            tell!("{name}:{reject}");
        }
    };
    let mut tally = Tally::new(&mut rejected);
    // In a child process, as a night reads it.
    let mut file = input.into_inner();
    let read = feed::look(&mut file)
        .and_then(|look| reader::apart().read(&mut file, &look, &rules.banks, None, &mut tally));
    let summary = match read {
        Ok(facts) => tally.summary(&name, facts.format.code(), facts.encoding),
        Err(error) => Summary::failed(&name, &error),
    };
    if shown > REJECTS_SHOWN && global.verbose == 0 {
        tell!("{name}: and {} more rows (-v shows all)", shown - REJECTS_SHOWN);
    }
    if let Some(error) = &summary.error {
        tell!("{name}: {error}");
    }
    // Logs have only counts; the flags' findings are in the output and the JSON.
    tracing::info!(flags = summary.flags.len(), blocks = summary.blocks.len(), "inspected");
    summary
}
