//! `duizhang feed inspect`: what is in a bank's file, without a database.
//!
//! One row a file. What cannot be read goes to standard error with its place, and the exit code
//! says so: nothing was set aside here, but a night would set it aside.

use super::args::{Global, InspectArgs};
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value};
use super::rules;
use super::settings::Settings;
use crate::feed::inspect::{Summary, inspect};
use crate::rulebook::Rulebook;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Rejected rows shown of one file, without `-v`.
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
];

pub(super) fn run(global: &Global, args: &InspectArgs) -> Result<Done, Failure> {
    let settings = Settings::load(global)?;
    let rules = rules::load(&settings)?;
    let mut printer = Printer::new(settings.format, COLUMNS)?;
    let mut done = Done::Fully;
    let mut unopened = None;
    for path in &args.files {
        let summary = match File::open(path) {
            Ok(file) => look(path, file, &rules, global),
            Err(error) => {
                let error = error.to_string();
                tell!("{}: cannot open: {error}", path.display());
                unopened.get_or_insert_with(|| path.clone());
                Summary {
                    file: path.display().to_string(),
                    error: Some(error),
                    ..Summary::default()
                }
            }
        };
        if summary.error.is_some() || summary.rejected > 0 {
            done = Done::InputSetAside;
        }
        printer.row(&summary)?;
    }
    printer.finish()?;
    match unopened {
        None => Ok(done),
        Some(path) => Err(Failure::because(format!("cannot open {}", path.display()))),
    }
}

fn look(path: &Path, file: File, rules: &Rulebook, global: &Global) -> Summary {
    let name = path.display().to_string();
    let mut shown = 0;
    let mut input = BufReader::with_capacity(1 << 16, file);
    let summary = inspect(&name, &mut input, &rules.banks, &mut |reject| {
        shown += 1;
        if shown <= REJECTS_SHOWN || global.verbose > 0 {
            tell!("{name}:{reject}");
        }
    });
    if shown > REJECTS_SHOWN && global.verbose == 0 {
        tell!("{name}: and {} more rows (-v shows all)", shown - REJECTS_SHOWN);
    }
    if let Some(error) = &summary.error {
        tell!("{name}: {error}");
    }
    for flag in &summary.flags {
        tracing::info!("{name}: {flag}");
    }
    summary
}
