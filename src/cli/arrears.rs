//! `duizhang arrears`: employers that have not remitted by the legal deadline (欠缴), month by month.

use super::args::{ArrearsArgs, Global};
use super::centre::Centre;
use super::clock;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value};
use crate::store::Arrear;

const COLUMNS: &[Column<Arrear>] = &[
    Column { key: "employer", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column { key: "name", heading: "name", value: |row| Value::text(&row.name) },
    Column {
        key: "month",
        heading: "month",
        value: |row| Value::Text(row.month.to_string().into()),
    },
    Column {
        key: "due_on",
        heading: "due on",
        value: |row| Value::Text(row.due_on.to_string().into()),
    },
    Column { key: "days_late", heading: "days late", value: |row| Value::Number(row.days_late) },
    Column { key: "headcount", heading: "headcount", value: |row| Value::count(row.headcount) },
    Column {
        key: "amount",
        heading: "yuan",
        value: |row| row.amount.map_or(Value::Absent, Value::amount),
    },
    Column { key: "reference", heading: "notice", value: |row| Value::reference(row.reference) },
];

pub(super) fn run(global: &Global, args: &ArrearsArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let on = args.as_of.as_of.unwrap_or_else(clock::today);
    let rules = &centre.rules;
    let employer = args.employer.as_deref();
    let rows = centre.store.arrears(&rules.policy, &rules.calendar, on, employer)?;
    Printer::print(centre.settings.format, COLUMNS, rows)?;
    Ok(Done::Fully)
}
