//! `duizhang alert calls`: employers to call after the last letter.

use super::args::{CallsArgs, Global};
use super::centre::Centre;
use super::clock;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value};
use super::user;
use crate::remittance::{Language, Localized};
use crate::store::CallRow;
use crate::suspense::ItemId;
use crate::suspense::trail::{TrailEntry, TrailEvent};

const CALLS: &[Column<CallRow>] = &[
    Column { key: "employer_id", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column { key: "name", heading: "name", value: |row| Value::text(&row.name) },
    Column { key: "telephone", heading: "telephone", value: |row| Value::text(&row.mobile) },
    Column { key: "contact", heading: "contact", value: |row| Value::text(&row.contact) },
    Column { key: "item", heading: "item", value: |row| Value::Text(row.item.to_string().into()) },
    Column { key: "booked_on", heading: "booked", value: |row| Value::Day(row.booked_on) },
    Column { key: "amount", heading: "yuan", value: |row| Value::amount(row.amount) },
    Column {
        key: "reason",
        heading: "reason",
        value: |row| row.reason.map_or(Value::Absent, |reason| Value::text(reason.code())),
    },
    Column { key: "told_on", heading: "", value: |row| Value::Day(row.told_on) },
    Column { key: "reminded_on", heading: "reminded", value: |row| Value::Day(row.reminded_on) },
    Column { key: "letter", heading: "letter", value: |row| Value::maybe(row.letter()) },
    Column { key: "letter_id", heading: "", value: |row| Value::text(&row.letter_id) },
    Column {
        key: "say",
        heading: "what to say",
        value: |row| Value::Text(row.in_language(Language::Chinese)),
    },
];

/// `duizhang alert calls`
pub(super) fn run(global: &Global, args: &CallsArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    if let (Some(item), Some(by), Some(note)) = (&args.done, &args.by, &args.note) {
        let id: ItemId = item.parse().map_err(|_| {
            Failure::Usage(format!(
                "--done: expected an item such as ACCOUNT/SERIAL, found {item:?}"
            ))
        })?;
        if note.trim().is_empty() {
            return Err(Failure::Usage("--note: say what came of the call".to_owned()));
        }
        if global.dry_run {
            note!(global, "dry run: nothing was written");
            return Ok(Done::Fully);
        }
        let entry = TrailEntry {
            actor: by.clone(),
            ..user::entry(TrailEvent::Called, &id.to_string(), note.trim())
        };
        centre.store.call_made(&id, note.trim(), &entry)?;
    }
    let on = match args.as_of.as_of {
        Some(day) => day,
        None => centre.store.latest_night(clock::today())?.unwrap_or_else(clock::today),
    };
    let calls = centre.store.calls(on, centre.rules.brake.call_after_days)?;
    Printer::print(centre.settings.format, CALLS, calls)?;
    Ok(Done::Fully)
}
