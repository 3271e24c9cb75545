//! `duizhang archive`: moves past months out of the tables that every night reads.

use super::args::{ArchiveArgs, Global};
use super::clock;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value};
use super::settings::Settings;
use crate::remittance::YearMonth;
use crate::store::{ArchivedMonth, Lease, Store};

const COLUMNS: &[Column<ArchivedMonth>] = &[
    Column {
        key: "month",
        heading: "month",
        value: |row| Value::Text(row.month.to_string().into()),
    },
    Column {
        key: "transactions",
        heading: "transactions",
        value: |row| Value::count(row.transactions),
    },
    Column { key: "unfinished", heading: "unfinished", value: |row| Value::count(row.unfinished) },
];

pub(super) fn run(global: &Global, args: &ArchiveArgs) -> Result<Done, Failure> {
    let settings = Settings::load(global)?;
    let before = args.before.parse::<YearMonth>().map_err(|_| {
        Failure::Usage(format!("--before {:?}: expected a month such as 2024-01", args.before))
    })?;
    let store = Store::of_all_centres(&settings.database, false)?;
    // A month is archived for all centres at once, so the books of each must be consistent.
    for Lease { code, .. } in store.leases()? {
        let books = Store::open(&settings.database, &code, false)?;
        if let Some(gap) = books.audit()?.gaps.first() {
            return Err(Failure::because(format!(
                "the books of centre {code} are not whole: {gap}; nothing was archived"
            )));
        }
    }
    let on = args.as_of.as_of.unwrap_or_else(clock::today);
    let months = store.archive(before, on, global.dry_run)?;
    if let Some(waits) = months.iter().find(|month| month.unfinished > 0) {
        note!(
            global,
            "{} and later months stay: something in it is not decided for good",
            waits.month
        );
    }
    let gone = months.iter().filter(|month| month.unfinished == 0).count();
    match (global.dry_run, gone) {
        (_, 0) => note!(global, "no month can be archived"),
        (true, gone) => note!(global, "dry run: {gone} months would be archived"),
        (false, gone) => note!(
            global,
            "{gone} months are in the schema `archive`; dump them (pg_dump --schema archive), then drop them"
        ),
    }
    Printer::print(settings.format, COLUMNS, months)?;
    Ok(Done::Fully)
}
