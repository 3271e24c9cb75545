//! `duizhang alert status`, `list`, `retry` and `give-up`: the state of letters.

use super::args::{Global, OutboxArgs, StatusArgs};
use super::centre::Centre;
use super::clock;
use super::failure::{Done, Failure};
use super::reissue::reissue;
use super::rows::{Column, Printer, Value};
use crate::alert::{LetterState, short_id};
use crate::store::{CountedBy, LetterFigures, OutboxFilter, OutboxRow, Store};
use chrono::DateTime;
use std::collections::BTreeSet;
use std::io::Write;

const COUNTS: &[Column<(LetterState, u64)>] = &[
    Column { key: "state", heading: "state", value: |row| Value::text(row.0.code()) },
    Column { key: "letters", heading: "letters", value: |row| Value::count(row.1) },
];

const LETTERS: &[Column<OutboxRow>] = &[
    Column { key: "letter_id", heading: "", value: |row| Value::text(&row.letter_id) },
    Column { key: "letter", heading: "letter", value: |row| Value::text(short_id(&row.letter_id)) },
    Column { key: "number", heading: "number", value: |row| Value::text(&row.number) },
    Column { key: "kind", heading: "kind", value: |row| Value::text(&row.kind) },
    Column { key: "employer_id", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column { key: "written_on", heading: "night", value: |row| Value::Day(row.written_on) },
    Column { key: "recipient", heading: "to", value: |row| Value::text(&row.recipient) },
    Column { key: "subject", heading: "", value: |row| Value::text(&row.subject) },
    Column { key: "state", heading: "state", value: |row| Value::text(row.state.code()) },
    Column { key: "channel", heading: "", value: |row| Value::text(way(row)) },
    Column { key: "written_anew", heading: "", value: |row| Value::Truth(row.reissued) },
    Column { key: "attempts", heading: "tries", value: |row| Value::count(row.attempts.into()) },
    Column { key: "due_at", heading: "", value: |row| instant(row.due_at) },
    Column { key: "changed_at", heading: "", value: |row| instant(Some(row.changed_at)) },
    Column { key: "answer", heading: "answer", value: |row| Value::text(&row.answer) },
];

/// Counts of letters by the key `of`.
macro_rules! figures {
    ($key:literal, $heading:literal) => {
        &[
            Column { key: $key, heading: $heading, value: |row| Value::text(&row.of) },
            Column { key: "sent", heading: "sent", value: |row| Value::count(row.sent) },
            Column { key: "refused", heading: "refused", value: |row| Value::count(row.refused) },
            Column {
                key: "returned",
                heading: "returned",
                value: |row| Value::count(row.returned),
            },
            Column { key: "blocked", heading: "blocked", value: |row| Value::count(row.blocked) },
            Column { key: "waiting", heading: "waiting", value: |row| Value::count(row.waiting) },
            Column { key: "held", heading: "held", value: |row| Value::count(row.held) },
            Column {
                key: "given_up",
                heading: "given up",
                value: |row| Value::count(row.given_up),
            },
            Column { key: "unknown", heading: "unknown", value: |row| Value::count(row.unknown) },
            Column { key: "printed", heading: "printed", value: |row| Value::count(row.printed) },
        ]
    };
}

const BY_RUN: &[Column<LetterFigures>] = figures!("run", "night");
const BY_DOMAIN: &[Column<LetterFigures>] = figures!("domain", "domain");

/// An instant in UTC; the store uses 0 for "at once" and "by the night".
fn instant(at: Option<i64>) -> Value<'static> {
    let at = at.filter(|at| *at > 0).and_then(|at| DateTime::from_timestamp(at, 0));
    at.map_or(Value::Absent, |at| Value::Text(at.format("%Y-%m-%dT%H:%M:%SZ").to_string().into()))
}

/// `duizhang alert status`
pub(super) fn status(global: &Global, args: &StatusArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let (by, columns) = match args.by.as_deref() {
        Some("run") => (CountedBy::Run, BY_RUN),
        Some(_) => (CountedBy::Domain, BY_DOMAIN),
        None => {
            Printer::print(centre.settings.format, COUNTS, centre.store.outbox_counts()?)?;
            return Ok(Done::Fully);
        }
    };
    Printer::print(centre.settings.format, columns, centre.store.letter_figures(by)?)?;
    Ok(Done::Fully)
}

/// `duizhang alert list`
pub(super) fn list(global: &Global, args: &OutboxArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let letters = centre.store.read(|store| chosen(store, args))?;
    Printer::print(centre.settings.format, LETTERS, letters)?;
    Ok(Done::Fully)
}

/// Keeps only letters of one way.
fn by_channel(store: &Store, rows: &mut Vec<OutboxRow>, channel: &str) -> Result<(), Failure> {
    let hall = if channel == "inbox" { store.in_hall()? } else { BTreeSet::new() };
    rows.retain(|row| match channel {
        "inbox" => hall.contains(&row.letter_id),
        _ => way(row) == channel,
    });
    Ok(())
}

/// The way of a letter.
fn way(row: &OutboxRow) -> &str {
    let otherwise = if row.recipient.is_empty() { "paper" } else { "mail" };
    row.channel.as_deref().unwrap_or(otherwise)
}

/// Lists what would be sent now.
pub(super) fn due(centre: &Centre) -> Result<Done, Failure> {
    let now = clock::now();
    let mut letters = centre.store.outbox(&OutboxFilter::default())?;
    letters.retain(|letter| letter.due_at.is_some_and(|due| due <= now));
    Printer::print(centre.settings.format, LETTERS, letters)?;
    Ok(Done::Fully)
}

/// `duizhang alert retry`
pub(super) fn retry(global: &Global, args: &OutboxArgs) -> Result<Done, Failure> {
    change(global, args, "send again", |centre, letters| {
        centre.store.retry_letters(letters, clock::now())?;
        reissue(global, &centre.settings, &centre.store, &centre.rules)
    })
}

/// `duizhang alert give-up`
pub(super) fn give_up(global: &Global, args: &OutboxArgs) -> Result<Done, Failure> {
    change(global, args, "give up", |centre, letters| {
        Ok(centre.store.give_up_letters(letters, clock::now())?)
    })
}

fn change(
    global: &Global,
    args: &OutboxArgs,
    what: &str,
    work: impl FnOnce(&Centre, &[String]) -> Result<(), Failure>,
) -> Result<Done, Failure> {
    let any = args.state.is_some() || args.employer.is_some() || args.channel.is_some();
    if args.letters.is_empty() && !any {
        return Err(Failure::Usage(format!(
            "name the letters to {what}, or choose them by --state, --employer or --channel"
        )));
    }
    let centre = Centre::read(global)?;
    let letters: Vec<String> =
        chosen(&centre.store, args)?.into_iter().map(|letter| letter.letter_id).collect();
    if global.dry_run {
        note!(global, "dry run: nothing was written");
    } else {
        work(&centre, &letters)?;
    }
    let mut out = std::io::stdout();
    letters.iter().try_for_each(|letter| writeln!(out, "{letter}"))?;
    Ok(Done::Fully)
}

/// The letters that the arguments name; a number that matches none or several is wrong usage.
fn chosen(store: &Store, args: &OutboxArgs) -> Result<Vec<OutboxRow>, Failure> {
    let state = args.state.as_deref().and_then(LetterState::from_code);
    let filter = OutboxFilter { letter: None, state, employer_id: args.employer.clone() };
    if args.letters.is_empty() {
        let mut rows = store.outbox(&filter)?;
        if let Some(channel) = &args.channel {
            by_channel(store, &mut rows, channel)?;
        }
        return Ok(rows);
    }
    let mut found = Vec::new();
    for letter in &args.letters {
        let filter = OutboxFilter { letter: Some(letter.clone()), ..filter.clone() };
        match store.outbox(&filter)?.as_slice() {
            [only] => found.push(only.clone()),
            [] => {
                return Err(Failure::because(format!(
                    "no letter in the outbox begins with {letter:?}; `duizhang alert list` shows them"
                )));
            }
            several => {
                let count = several.len();
                return Err(Failure::because(format!(
                    "{count} letters begin with {letter:?}; give more of the number"
                )));
            }
        }
    }
    Ok(found)
}
