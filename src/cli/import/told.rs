//! The changes of an import, before and after: for people on standard error, for programs on standard output.
//!
//! It reads what the import recorded, so it reports only what was done. People see the first of each kind with a
//! count, in a dry run all; identity numbers are masked for them.

use super::super::args::Global;
use super::super::centre::Centre;
use super::super::failure::Failure;
use super::super::rows::{Column, Printer, Value};
use super::Outcome;
use crate::remittance::account::masked;
use crate::remittance::document::document;
use crate::store::{FieldChange, HIDDEN_FIELDS, Imported, KeptField, RowChange, RowEffect};
use std::borrow::Cow;

/// Rows listed per kind for people.
const TOLD_ONE_BY_ONE: u64 = 20;

/// One changed field, for programs.
struct ToldLine {
    file: String,
    change: &'static str,
    row: RowChange,
    field: Option<String>,
    before: Option<String>,
    after: Option<String>,
    why: Option<String>,
}

const LINES: &[Column<ToldLine>] = &[
    Column { key: "file", heading: "", value: |line| Value::text(&line.file) },
    Column { key: "change", heading: "", value: |line| Value::text(line.change) },
    Column { key: "key", heading: "", value: |line| Value::text(&line.row.key) },
    Column {
        key: "employer_id",
        heading: "",
        value: |line| Value::maybe(line.row.employer_id.as_deref()),
    },
    Column { key: "name", heading: "", value: |line| Value::maybe(line.row.name.as_deref()) },
    Column { key: "field", heading: "", value: |line| Value::maybe(line.field.as_deref()) },
    Column { key: "before", heading: "", value: |line| Value::maybe(line.before.as_deref()) },
    Column { key: "after", heading: "", value: |line| Value::maybe(line.after.as_deref()) },
    Column { key: "why", heading: "", value: |line| Value::maybe(line.why.as_deref()) },
];

/// Prints every change for programs, one line per field.
pub(super) fn programs(centre: &Centre, imports: &[(String, String)]) -> Result<(), Failure> {
    let mut printer = Printer::new(centre.settings.format, LINES)?;
    for (file, import_id) in imports {
        centre.store.import_changes::<Failure>(import_id, |row| {
            lines(file, row).iter().try_for_each(|line| printer.row(line))
        })?;
    }
    printer.finish()
}

fn lines(file: &str, row: &RowChange) -> Vec<ToldLine> {
    let line =
        |change, field: Option<&str>, before: Option<&String>, after: Option<&String>| ToldLine {
            file: file.to_owned(),
            change,
            row: RowChange { changed: Vec::new(), kept: Vec::new(), ..row.clone() },
            field: field.map(str::to_owned),
            before: before.cloned(),
            after: after.cloned(),
            why: None,
        };
    let mut all = Vec::new();
    match row.effect {
        RowEffect::Added => all.push(line("added", None, None, None)),
        RowEffect::Missing => all.push(line("missing", None, None, None)),
        RowEffect::Changed => {}
    }
    let word = if row.effect == RowEffect::Added { "added" } else { "changed" };
    let changed = shown(row);
    all.extend(
        changed.map(|one| line(word, Some(&one.field), one.before.as_ref(), one.after.as_ref())),
    );
    all.extend(row.kept.iter().map(|one| ToldLine {
        why: Some(one.why.code().to_owned()),
        ..line("kept", Some(&one.field), one.known.as_ref(), one.listed.as_ref())
    }));
    all
}

fn shown(row: &RowChange) -> impl Iterator<Item = &FieldChange> {
    row.changed.iter().filter(|change| !HIDDEN_FIELDS.contains(&&*change.field))
}

/// Prints a file's changes for people.
pub(super) fn people(global: &Global, centre: &Centre, outcome: &Outcome) -> Result<(), Failure> {
    let Some(import_id) = &outcome.done.import_id else { return Ok(()) };
    let most = if centre.is_rehearsal() { u64::MAX } else { TOLD_ONE_BY_ONE };
    let mut told = Imported::default();
    centre.store.import_changes::<Failure>(import_id, |row| {
        let who = who(row);
        let next = |count: &mut u64| {
            *count += 1;
            *count <= most
        };
        match row.effect {
            RowEffect::Added => {
                if next(&mut told.added) {
                    note!(global, "added    {who}{}", sentence(row));
                }
            }
            RowEffect::Missing => {
                if next(&mut told.missing) {
                    tell!("missing  {who}");
                }
            }
            RowEffect::Changed if row.changed.is_empty() => {}
            RowEffect::Changed => {
                if next(&mut told.changed) {
                    note!(global, "changed  {who}{}", sentence(row));
                }
            }
        }
        if !row.kept.is_empty() && next(&mut told.kept) {
            tell!("kept     {who}: {}", kept(&row.kept));
        }
        Ok(())
    })?;
    for (word, count) in [
        ("added", told.added),
        ("changed", told.changed),
        ("missing", told.missing),
        ("kept", told.kept),
    ] {
        if count > most {
            note!(global, "and {} more rows {word}; --format csv has them all", count - most);
        }
    }
    Ok(())
}

/// Prints how a file ended and how to undo it.
pub(super) fn end(global: &Global, centre: &Centre, outcome: &Outcome) {
    let Imported { added, changed, unchanged, kept, missing } = outcome.done.imported;
    let mut counts = format!("{added} added, {changed} changed, {unchanged} unchanged");
    if kept > 0 {
        counts += &format!("; of {kept} something was kept as it is known");
    }
    if missing > 0 {
        counts += &format!("; {missing} are known and missing in the list");
    }
    note!(global, "{}: {counts}", outcome.file);
    if added + changed + unchanged == 0 {
        tell!("{}: the list has no rows", outcome.file);
    }
    if let Some(id) = outcome.done.import_id.as_ref().filter(|_| added + changed > 0)
        && !centre.is_rehearsal()
    {
        note!(global, "import {id}; undo with `duizhang import undo {id}`");
    }
}

fn who(row: &RowChange) -> String {
    let mut who = row.key.clone();
    if let Some(employer_id) = &row.employer_id {
        who += &format!(" of {employer_id}");
    }
    if let Some(name) = &row.name {
        who += &format!(" ({name})");
    }
    who
}

fn sentence(row: &RowChange) -> String {
    let fields: Vec<String> = shown(row)
        .map(|one| {
            let (before, after) = (one.before.as_deref(), one.after.as_deref());
            format!("{} {} → {}", one.field, value(&one.field, before), value(&one.field, after))
        })
        .collect();
    if fields.is_empty() { String::new() } else { format!(": {}", fields.join("; ")) }
}

fn kept(fields: &[KeptField]) -> String {
    let fields = fields.iter().map(|one| {
        let (known, listed) = (one.known.as_deref(), one.listed.as_deref());
        let (known, listed) = (value(&one.field, known), value(&one.field, listed));
        format!("{} stays {known}, the list says {listed}: {}", one.field, one.why)
    });
    fields.collect::<Vec<_>>().join("; ")
}

/// A value for people; identity numbers show only their last digits.
fn value<'v>(field: &str, value: Option<&'v str>) -> Cow<'v, str> {
    match value {
        None => Cow::Borrowed("(empty)"),
        Some(key) if field == "id_no" => {
            let (kind, number) = document(key);
            Cow::Owned(format!("{kind} {}", masked(number)))
        }
        Some(text) => Cow::Borrowed(text),
    }
}
