//! `duizhang trail`: the unchanged audit trail, oldest first. As JSON or CSV, anybody can verify it with SHA-256.

use super::args::{Global, TrailArgs};
use super::centre::Centre;
use super::clock::beijing;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value};
use crate::suspense::trail::Link;

const COLUMNS: &[Column<Link>] = &[
    Column { key: "sequence", heading: "no", value: |link| Value::Number(link.sequence) },
    Column { key: "at", heading: "", value: |link| Value::Number(link.entry.at) },
    Column {
        key: "beijing",
        heading: "at",
        value: |link| Value::Text(beijing(link.entry.at).into()),
    },
    Column { key: "actor", heading: "who", value: |link| Value::text(&link.entry.actor) },
    Column { key: "role", heading: "as", value: |link| Value::text(&link.entry.role) },
    Column { key: "event", heading: "did", value: |link| Value::text(link.entry.event.code()) },
    Column { key: "subject", heading: "to", value: |link| Value::text(&link.entry.subject) },
    Column { key: "detail", heading: "", value: |link| Value::text(&link.entry.detail) },
    Column { key: "previous", heading: "", value: |link| Value::text(&link.previous) },
    Column { key: "hash", heading: "", value: |link| Value::text(&link.hash) },
];

pub(super) fn run(global: &Global, args: &TrailArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let mut printer = Printer::new(centre.settings.format, COLUMNS)?;
    let fits = |link: &Link| {
        let one_of = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == found)
        };
        one_of(&args.subject, &link.entry.subject)
            && one_of(&args.actor, &link.entry.actor)
            && one_of(&args.event, link.entry.event.code())
    };
    centre.store.whole_trail::<Failure>(
        |link| {
            if fits(link) { printer.row(link) } else { Ok(()) }
        },
    )?;
    printer.finish()?;
    Ok(Done::Fully)
}
