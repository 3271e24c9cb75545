//! `duizhang refunds`: pending refunds, the payment file for the bank, and what people record about them.
//!
//! JSON, CSV and the payment file have full account numbers; the table masks them. Each refund in the file gets an
//! entry in the trail.

use super::args::{
    Global, RefundAct, RefundCommand, RefundExportArgs, RefundListArgs, RefundStateName,
};
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::listing::parsed;
use super::rows::{Column, Printer, Value, stdout};
use crate::durable::Unfinished;
use crate::remittance::RefundReference;
use crate::remittance::account::masked;
use crate::report::refund::write;
use crate::store::{RefundFilter, RefundRow};
use crate::suspense::{ItemId, RefundChange, RefundState};
use std::io::Write;
use std::path::Path;

pub(super) fn run(global: &Global, command: &RefundCommand) -> Result<Done, Failure> {
    match command {
        RefundCommand::List(args) => list(global, args),
        RefundCommand::Export(args) => export(global, args),
        RefundCommand::Paid { act, debit } => {
            change(global, act, |_| Ok(RefundChange::Paid { debit: parsed::<ItemId>(debit)? }))
        }
        RefundCommand::NotPaid { act } => change(global, act, |_| Ok(RefundChange::NotPaid)),
        RefundCommand::Returned { act, credit } => change(global, act, |_| {
            Ok(RefundChange::Returned { credit: parsed::<ItemId>(credit)? })
        }),
        RefundCommand::Recall { act } => change(global, act, |_| Ok(RefundChange::Recall)),
        RefundCommand::Payee { act, account, name, bank } => change(global, act, |row| {
            Ok(RefundChange::Payee {
                name: name.clone().unwrap_or_else(|| row.payee_name.clone()),
                account: account.clone(),
                bank: bank.clone().unwrap_or_else(|| row.payee_bank.clone()),
            })
        }),
    }
}

/// A listed refund; a table masks its account.
struct Listed {
    row: RefundRow,
    shown: String,
}

const COLUMNS: &[Column<Listed>] = &[
    Column { key: "refund", heading: "refund", value: |one| reference(&one.row) },
    Column { key: "reference", heading: "", value: |one| reference(&one.row) },
    Column { key: "payee", heading: "payee", value: |one| Value::text(&one.row.payee_name) },
    Column { key: "account", heading: "", value: |one| Value::text(&one.row.payee_account) },
    Column { key: "amount", heading: "amount", value: |one| Value::amount(one.row.amount) },
    Column { key: "state", heading: "state", value: |one| Value::text(one.row.state.code()) },
    Column { key: "bank", heading: "", value: |one| Value::text(&one.row.payee_bank) },
    Column { key: "why", heading: "why", value: |one| Value::text(&one.row.why) },
    Column { key: "proposed_by", heading: "", value: |one| Value::text(&one.row.proposed_by) },
    Column { key: "approved_by", heading: "approved", value: |one| approved(&one.row) },
    Column { key: "decided_on", heading: "decided", value: |one| Value::Day(one.row.decided_on) },
    Column { key: "booked_on", heading: "", value: |one| Value::Day(one.row.booked_on) },
    Column { key: "item", heading: "", value: |one| Value::Text(one.row.item.to_string().into()) },
    Column { key: "exported_on", heading: "", value: |one| day(one.row.exported_on) },
    Column { key: "paid_on", heading: "", value: |one| day(paid(&one.row).map(|(_, on)| on)) },
    Column { key: "debit", heading: "", value: |one| debit(&one.row) },
    Column { key: "tied_by", heading: "", value: |one| Value::maybe(one.row.tied_by.as_deref()) },
    Column { key: "returned_on", heading: "", value: |one| day(one.row.returned_on) },
    Column { key: "returns", heading: "", value: |one| Value::count(one.row.returns.into()) },
    Column { key: "asked", heading: "", value: |one| asked(&one.row) },
];

/// The table's column: the masked account after the payee.
const TABLE: &[Column<Listed>] = &[
    Column { key: "refund", heading: "refund", value: |one| reference(&one.row) },
    Column { key: "payee", heading: "payee", value: |one| Value::text(&one.row.payee_name) },
    Column { key: "account", heading: "account", value: |one| Value::text(&one.shown) },
    Column { key: "amount", heading: "amount", value: |one| Value::amount(one.row.amount) },
    Column { key: "state", heading: "state", value: |one| Value::text(one.row.state.code()) },
    Column { key: "decided_on", heading: "decided", value: |one| Value::Day(one.row.decided_on) },
    Column { key: "approved_by", heading: "approved", value: |one| approved(&one.row) },
    Column { key: "why", heading: "why", value: |one| Value::text(&one.row.why) },
];

fn reference(row: &RefundRow) -> Value<'static> {
    Value::Text(row.reference.to_string().into())
}

fn approved(row: &RefundRow) -> Value<'_> {
    Value::text(&row.approved_by)
}

fn day(on: Option<chrono::NaiveDate>) -> Value<'static> {
    on.map_or(Value::Absent, Value::Day)
}

fn paid(row: &RefundRow) -> Option<(&ItemId, chrono::NaiveDate)> {
    row.paid_by.as_ref().map(|(debit, on)| (debit, *on))
}

fn debit(row: &RefundRow) -> Value<'static> {
    paid(row).map_or(Value::Absent, |(debit, _)| Value::Text(debit.to_string().into()))
}

fn asked(row: &RefundRow) -> Value<'_> {
    row.request.as_ref().map_or(Value::Absent, |request| Value::text(request.change.code()))
}

fn list(global: &Global, args: &RefundListArgs) -> Result<Done, Failure> {
    let state = args.state.map(|name| match name {
        RefundStateName::Due => RefundState::Due,
        RefundStateName::Exported => RefundState::Exported,
        RefundStateName::Refunded => RefundState::Refunded,
        RefundStateName::Reversed => RefundState::Reversed,
    });
    let centre = Centre::read(global)?;
    let open = state.is_none() && !args.all;
    let rows = centre.store.refunds(&RefundFilter { state, open, ..RefundFilter::default() })?;
    let listed = rows.into_iter().map(|row| Listed { shown: masked(&row.payee_account), row });
    let format = centre.settings.format;
    let columns = if format == super::args::Format::Table { TABLE } else { COLUMNS };
    Printer::print(format, columns, listed)?;
    Ok(Done::Fully)
}

fn export(global: &Global, args: &RefundExportArgs) -> Result<Done, Failure> {
    let centre = Centre::write(global)?;
    // Fail on an unwritable path before marking anything.
    let place = args.out.as_deref().filter(|_| !centre.is_rehearsal());
    let begin = |place: &Path| {
        Unfinished::begin(place).doing(|| format!("cannot write {}", place.display()))
    };
    let file = place.map(begin).transpose()?;
    let by = (args.by.as_str(), "operator");
    let now = clock::moment(args.as_of.as_of);
    let (ready, stay) = centre.store.export_refunds(by, args.again, now)?;
    match (file, &args.out) {
        (Some(file), Some(place)) => finish(file, place, &ready)?,
        (None, Some(_)) => {}
        (_, None) => write(ready.iter().map(RefundRow::order), stdout())?,
    }
    note!(global, "{} refunds for the bank", ready.len());
    for row in &stay {
        let why = if row.request.is_some() { "a change of it waits" } else { "no account number" };
        note!(global, "{} stays: {why}", row.reference);
    }
    if centre.is_rehearsal() {
        note!(global, "dry run: nothing was written");
    }
    Ok(if stay.is_empty() { Done::Fully } else { Done::InputSetAside })
}

/// Writes the payment orders of marked refunds to the file and prints its path.
fn finish(file: Unfinished, place: &Path, rows: &[RefundRow]) -> Result<(), Failure> {
    let again = "the refunds are marked; `refunds export --again` writes them once more";
    file.finish(|out| write(rows.iter().map(RefundRow::order), out))
        .doing(|| format!("cannot write {}: {again}", place.display()))?;
    Ok(writeln!(std::io::stdout(), "{}", place.display())?)
}

fn change(
    global: &Global,
    act: &RefundAct,
    what: impl FnOnce(&RefundRow) -> Result<RefundChange, Failure>,
) -> Result<Done, Failure> {
    let reference = parsed::<RefundReference>(&act.refund)?;
    let centre = Centre::write(global)?;
    let unknown = || Failure::because(format!("no refund {reference}; `refunds list` shows them"));
    let row = centre.store.refund(reference)?.ok_or_else(unknown)?;
    let change = what(&row)?;
    let now = clock::moment(act.as_of.as_of);
    centre.store.change_refund(reference, &change, &act.by, &act.note, now)?;
    writeln!(std::io::stdout(), "{reference}\t{}", change.code())?;
    if centre.is_rehearsal() {
        note!(global, "dry run: nothing was written");
    }
    Ok(Done::Fully)
}
