//! `duizhang alert bounces`: reads returned mail, lists what waits for a person, and records what was done.
//!
//! A mailbox is read message by message, so memory depends only on its longest message.

use super::args::{BouncesArgs, Global};
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::reissue::reissue;
use super::rows::{Column, Printer, Value};
use super::user;
use crate::alert::bounce::{CameBack, Failure as Failed, Kind, read_mailbox};
use crate::alert::short_id;
use crate::rulebook::returned::ReturnedWords;
use crate::store::{CameBackOutcome, Dealt, KeptMessage};
use crate::suspense::trail::TrailEvent;
use std::io::BufReader;
use std::path::Path;

/// Messages listed.
const LISTED_MAX: u32 = 100_000;

/// A returned message and its letter, if it is ours: a report has one row per failed address.
struct Row {
    kind: Kind,
    address: String,
    status: String,
    said: String,
    taken: CameBackOutcome,
}

const ROWS: &[Column<Row>] = &[
    Column { key: "kind", heading: "kind", value: |row| Value::text(row.kind.code()) },
    Column { key: "address", heading: "address", value: |row| Value::text(&row.address) },
    Column { key: "status", heading: "status", value: |row| Value::text(&row.status) },
    Column { key: "returned", heading: "returned", value: |row| Value::Truth(row.taken.returned) },
    Column { key: "blocked", heading: "blocked", value: |row| Value::Truth(row.taken.blocked) },
    Column { key: "shared", heading: "shared", value: |row| Value::Truth(row.taken.shared) },
    Column { key: "kept", heading: "kept", value: |row| Value::Truth(row.taken.kept) },
    Column { key: "letter", heading: "", value: |row| Value::text(&row.taken.letter_id) },
    Column { key: "employer_id", heading: "", value: |row| Value::text(&row.taken.employer_id) },
    Column { key: "diagnosis", heading: "said", value: |row| Value::text(&row.said) },
];

const KEPT: &[Column<KeptMessage>] = &[
    Column {
        key: "message",
        heading: "message",
        value: |row| Value::text(short_id(&row.message_id)),
    },
    Column { key: "kind", heading: "kind", value: |row| Value::text(&row.kind) },
    Column { key: "noted_on", heading: "noted", value: |row| Value::Day(row.noted_on) },
    Column { key: "letter", heading: "letter", value: |row| Value::text(short_id(&row.letter_id)) },
    Column { key: "employer_id", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column { key: "name", heading: "", value: |row| Value::text(&row.employer_name) },
    Column { key: "from", heading: "from", value: |row| Value::text(&row.sender) },
    Column { key: "subject", heading: "subject", value: |row| Value::text(&row.subject) },
    Column { key: "waits", heading: "", value: |row| Value::Truth(row.waits) },
    Column { key: "text", heading: "", value: |row| Value::text(&row.body) },
];

/// `duizhang alert bounces`
pub(super) fn run(global: &Global, args: &BouncesArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    if args.list {
        let kept = centre.store.kept_messages(args.all, LISTED_MAX)?;
        Printer::print(centre.settings.format, KEPT, kept)?;
        return Ok(Done::Fully);
    }
    if let Some((ids, dealt)) = asked(args) {
        if global.dry_run {
            note!(global, "dry run: nothing was written");
            return Ok(Done::Fully);
        }
        let dealt = centre.store.deal_with(ids, dealt, clock::today(), &user::entry)?;
        Printer::print(centre.settings.format, KEPT, dealt)?;
        return Ok(Done::Fully);
    }
    read(global, &centre, args)
}

fn asked(args: &BouncesArgs) -> Option<(&[String], Dealt)> {
    let asked = [(args.done.as_slice(), Dealt::Done), (args.block.as_slice(), Dealt::Block)];
    asked.into_iter().find(|(ids, _)| !ids.is_empty())
}

fn read(global: &Global, centre: &Centre, args: &BouncesArgs) -> Result<Done, Failure> {
    let (now, today) = (clock::now(), clock::today());
    let mut rows = Vec::new();
    let mut other = 0_u64;
    let blocked =
        |address: &str, status: &str| user::entry(TrailEvent::AddressBlocked, address, status);
    let mut failed = None;
    let mut take = |message: CameBack| {
        let taken = match global.dry_run {
            true => Ok(CameBackOutcome::default()),
            false => centre.store.take_came_back(&message, today, now, &blocked),
        };
        other += u64::from(message.kind != Kind::Failure);
        match taken {
            Ok(taken) => rows.extend(shown(message, &taken)),
            Err(error) => failed = Some(error),
        }
        failed.is_none()
    };
    for file in &args.files {
        each(file, &centre.rules.returned, &mut take)
            .doing(|| format!("cannot read {}", file.display()))?;
    }
    if let Some(error) = failed {
        return Err(error.into());
    }
    if !global.dry_run {
        reissue(global, &centre.settings, &centre.store, &centre.rules)?;
    }
    if other > 0 {
        note!(global, "{other} messages are no report of a failure for good");
    }
    let waiting = rows.iter().filter(|row| row.taken.kept || row.taken.shared).count();
    if waiting > 0 {
        note!(global, "{waiting} wait for a person: duizhang alert bounces --list");
    }
    Printer::print(centre.settings.format, ROWS, rows)?;
    Ok(Done::Fully)
}

/// Visits every message of an mbox file, a single-message file, or a Maildir.
fn each(
    path: &Path,
    words: &ReturnedWords,
    take: &mut dyn FnMut(CameBack) -> bool,
) -> std::io::Result<()> {
    if !path.is_dir() {
        return read_mailbox(BufReader::new(std::fs::File::open(path)?), words, take);
    }
    for folder in ["new", "cur"] {
        for entry in std::fs::read_dir(path.join(folder))? {
            let path = entry?.path();
            if path.is_file() && !take(CameBack::read(&std::fs::read(path)?, words)) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The rows of a message, for the address that its letter went to.
fn shown(message: CameBack, taken: &CameBackOutcome) -> Vec<Row> {
    let kind = message.kind;
    if message.failures.is_empty() {
        let (address, status, said) = (message.from, String::new(), message.subject);
        return vec![Row { kind, address, status, said, taken: taken.clone() }];
    }
    let own = message.failures.iter().position(|one| one.addresses.contains(&taken.recipient));
    let own = own.unwrap_or(0);
    let row = |(place, failure): (usize, Failed)| Row {
        kind,
        address: failure.addresses.first().cloned().unwrap_or_default(),
        status: failure.status,
        said: failure.diagnosis,
        taken: if place == own { taken.clone() } else { CameBackOutcome::default() },
    };
    message.failures.into_iter().enumerate().map(row).collect()
}
