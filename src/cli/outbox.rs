//! `duizhang alert status`, `list`, `retry` and `give-up`: where letters stand.

use super::args::{Global, OutboxArgs};
use super::centre::Centre;
use super::clock;
use super::failure::{Done, Failure};
use super::mail;
use super::rows::{Column, Printer, Value};
use crate::alert::LetterState;
use crate::store::{OutboxFilter, OutboxRow, Store};
use chrono::DateTime;
use std::io::Write;

const COUNTS: &[Column<(LetterState, u64)>] = &[
    Column { key: "state", heading: "state", value: |row| Value::text(row.0.code()) },
    Column { key: "letters", heading: "letters", value: |row| Value::count(row.1) },
];

const LETTERS: &[Column<OutboxRow>] = &[
    Column { key: "letter_id", heading: "", value: |row| Value::text(&row.letter_id) },
    Column { key: "letter", heading: "letter", value: |row| Value::text(short(&row.letter_id)) },
    Column { key: "number", heading: "number", value: |row| Value::text(&row.number) },
    Column { key: "kind", heading: "kind", value: |row| Value::text(&row.kind) },
    Column { key: "employer_id", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column { key: "written_on", heading: "night", value: |row| Value::Day(row.written_on) },
    Column { key: "recipient", heading: "to", value: |row| Value::text(&row.recipient) },
    Column { key: "subject", heading: "", value: |row| Value::text(&row.subject) },
    Column { key: "state", heading: "state", value: |row| Value::text(row.state.code()) },
    Column { key: "written_anew", heading: "", value: |row| Value::Truth(row.written_anew) },
    Column { key: "attempts", heading: "tries", value: |row| Value::count(row.attempts.into()) },
    Column { key: "due_at", heading: "", value: |row| instant(row.due_at) },
    Column { key: "changed_at", heading: "", value: |row| instant(Some(row.changed_at)) },
    Column { key: "answer", heading: "answer", value: |row| Value::text(&row.answer) },
];

/// As much of a letter's id as tells it from others in a list.
fn short(letter_id: &str) -> &str {
    letter_id.get(..12).unwrap_or(letter_id)
}

/// An instant, UTC; the store writes 0 for "at once" and "by the night".
fn instant(at: Option<i64>) -> Value<'static> {
    let at = at.filter(|at| *at > 0).and_then(|at| DateTime::from_timestamp(at, 0));
    at.map_or(Value::Absent, |at| Value::Text(at.format("%Y-%m-%dT%H:%M:%SZ").to_string().into()))
}

/// `duizhang alert status`
pub(super) fn status(global: &Global) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    Printer::print(centre.settings.format, COUNTS, centre.store.outbox_counts()?)?;
    Ok(Done::Fully)
}

/// `duizhang alert list`
pub(super) fn list(global: &Global, args: &OutboxArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    Printer::print(centre.settings.format, LETTERS, chosen(&centre.store, args)?)?;
    Ok(Done::Fully)
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
        mail::write_anew(global, &centre.settings, &centre.store, &centre.rules)
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
    if args.letters.is_empty() && args.state.is_none() && args.employer.is_none() {
        return Err(Failure::Usage(format!(
            "name the letters to {what}, or choose them by --state or --employer"
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

/// The letters that the arguments name; a number that names none or several is wrong usage.
fn chosen(store: &Store, args: &OutboxArgs) -> Result<Vec<OutboxRow>, Failure> {
    let state = args.state.as_deref().and_then(LetterState::from_code);
    let filter = OutboxFilter { letter: None, state, employer_id: args.employer.clone() };
    if args.letters.is_empty() {
        return Ok(store.outbox(&filter)?);
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
