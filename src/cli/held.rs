//! `duizhang alert hold`, `release` and `drop`: held letters.
//!
//! Start at [`hold`]. The store decides what is released and what is no longer true. This file selects letters,
//! writes the files of released ones, and prints the results.

use super::args::{DropArgs, Global, HeldChoice, HoldArgs, ReleaseArgs};
use super::centre::Centre;
use super::failure::{Done, Failure};
use super::mail;
use super::rows::{Column, Printer, Value};
use super::user;
use crate::alert::short_id;
use crate::remittance::{Language, Localized, Reason};
use crate::store::{Decided, HeldAct, HeldLetter, HeldNight, Store};
use crate::suspense::trail::{TrailEntry, TrailEvent};
use std::collections::BTreeMap;

const LETTERS: &[Column<HeldLetter>] = &[
    Column { key: "letter_id", heading: "", value: |row| Value::text(&row.letter_id) },
    Column { key: "letter", heading: "letter", value: |row| Value::text(short_id(&row.letter_id)) },
    Column { key: "kind", heading: "", value: |row| Value::text(&row.kind) },
    Column { key: "employer_id", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column { key: "name", heading: "name", value: |row| Value::text(&row.employer_name) },
    Column { key: "night", heading: "night", value: |row| Value::Day(row.night) },
    Column { key: "recipient", heading: "to", value: |row| Value::text(&row.recipient) },
    Column { key: "subject", heading: "", value: |row| Value::text(&row.subject) },
    Column { key: "reasons", heading: "reasons", value: |row| Value::Text(reasons(row).into()) },
    Column { key: "files", heading: "files", value: |row| Value::Text(files(row).into()) },
];

const DECIDED: &[Column<Decided>] = &[
    Column { key: "released", heading: "released", value: |row| Value::count(row.released) },
    Column { key: "dropped", heading: "dropped", value: |row| Value::count(row.dropped) },
    Column { key: "outdated", heading: "outdated", value: |row| Value::count(row.outdated) },
];

/// Letters named per group.
const SAMPLES: usize = 3;

fn reasons(letter: &HeldLetter) -> String {
    letter.reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(";")
}

fn files(letter: &HeldLetter) -> String {
    letter.files.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(";")
}

/// `duizhang alert hold`
pub(super) fn hold(global: &Global, args: &HoldArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    if let Some(by) = &args.by {
        return by_hand(global, &centre, args, by);
    }
    let letters = chosen(&centre.store, &args.choice)?;
    for night in centre.store.held_nights()? {
        note!(global, "{}", sentence(&night));
    }
    groups(global, &letters);
    Printer::print(centre.settings.format, LETTERS, letters)?;
    Ok(Done::Fully)
}

/// Why a night's letters were held.
pub(super) fn sentence(night: &HeldNight) -> String {
    let why: Vec<_> = night.why.iter().map(|pull| pull.in_language(Language::English)).collect();
    format!(
        "{} letters of the night of {} were held: {}",
        night.letters,
        night.night,
        why.join("; ")
    )
}

/// Prints the counts by reason and by file, with samples.
fn groups(global: &Global, letters: &[HeldLetter]) {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for letter in letters {
        for reason in &letter.reasons {
            groups.entry(format!("reason {reason}")).or_default().push(&letter.letter_id);
        }
        for (id, name) in &letter.files {
            let file = format!("file {name} ({})", short_id(id));
            groups.entry(file).or_default().push(&letter.letter_id);
        }
    }
    for (group, letters) in groups {
        let count = letters.len();
        let some: Vec<&str> = letters.into_iter().take(SAMPLES).map(short_id).collect();
        note!(global, "{group}: {count} letters, such as {}", some.join(" "));
    }
}

/// `duizhang alert release`
pub(super) fn release(global: &Global, args: &ReleaseArgs) -> Result<Done, Failure> {
    let note = args.note.as_deref().unwrap_or_default();
    decide(global, &args.choice, (HeldAct::Release, TrailEvent::LettersReleased), (&args.by, note))
}

/// `duizhang alert drop`
pub(super) fn drop(global: &Global, args: &DropArgs) -> Result<Done, Failure> {
    if args.note.trim().is_empty() {
        return Err(Failure::Usage("--note: say why the letters are not to go".to_owned()));
    }
    decide(
        global,
        &args.choice,
        (HeldAct::Drop, TrailEvent::LettersDropped),
        (&args.by, &args.note),
    )
}

fn decide(
    global: &Global,
    choice: &HeldChoice,
    (act, event): (HeldAct, TrailEvent),
    (by, note): (&str, &str),
) -> Result<Done, Failure> {
    named(choice)?;
    let centre = Centre::read(global)?;
    let letters: Vec<String> =
        chosen(&centre.store, choice)?.into_iter().map(|letter| letter.letter_id).collect();
    if global.dry_run {
        note!(global, "dry run: nothing was written; these would be {} letters", letters.len());
        return Ok(Done::Fully);
    }
    let entry = entry(event, by, note);
    let stands = centre.rules.brake.stands_days;
    let decided = centre.store.decide_held(act, &letters, stands, &entry)?;
    mail::file_released(&centre.settings, &centre.store, &centre.rules)?;
    if decided.outdated > 0 {
        note!(
            global,
            "{} letters are no longer true of the books, or too old for their deadline: they do not go, and \
             the next night tells what is so by then",
            decided.outdated
        );
    }
    Printer::print(centre.settings.format, DECIDED, [decided])?;
    Ok(Done::Fully)
}

fn entry(event: TrailEvent, by: &str, note: &str) -> TrailEntry {
    TrailEntry {
        actor: by.to_owned(),
        detail: note.trim().to_owned(),
        ..user::entry(event, "", "")
    }
}

fn named(choice: &HeldChoice) -> Result<(), Failure> {
    let HeldChoice { letters, night, reason, file, all } = choice;
    if !letters.is_empty() || night.is_some() || reason.is_some() || file.is_some() || *all {
        return Ok(());
    }
    Err(Failure::Usage(
        "name the letters, or choose them by --night, --reason or --file, or say --all".to_owned(),
    ))
}

/// The held letters that the arguments name; a number that matches none or several is wrong usage.
fn chosen(store: &Store, choice: &HeldChoice) -> Result<Vec<HeldLetter>, Failure> {
    let reason = choice.reason.as_deref().map(|code| {
        Reason::from_code(code).ok_or_else(|| {
            let known: Vec<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
            Failure::Usage(format!("--reason: expected one of {}, found {code:?}", known.join(" ")))
        })
    });
    let reason = reason.transpose()?;
    let mut held = store.held_letters()?;
    held.retain(|letter| {
        let of_file = |file: &String| {
            letter.files.iter().any(|(id, name)| name == file || id.starts_with(file.as_str()))
        };
        choice.night.is_none_or(|night| letter.night == night)
            && reason.is_none_or(|reason| letter.reasons.contains(&reason))
            && choice.file.as_ref().is_none_or(of_file)
    });
    if choice.letters.is_empty() {
        return Ok(held);
    }
    let mut found = Vec::new();
    for number in &choice.letters {
        let begins = |letter: &&HeldLetter| letter.letter_id.starts_with(number.as_str());
        let fits: Vec<&HeldLetter> = held.iter().filter(begins).collect();
        match fits.as_slice() {
            [only] => found.push((*only).clone()),
            [] => {
                return Err(Failure::because(format!(
                    "no held letter begins with {number:?}; `duizhang alert hold` shows them"
                )));
            }
            several => {
                let count = several.len();
                return Err(Failure::because(format!(
                    "{count} held letters begin with {number:?}; give more of the number"
                )));
            }
        }
    }
    Ok(found)
}

/// Holds letters that are waiting to be sent.
fn by_hand(global: &Global, centre: &Centre, args: &HoldArgs, by: &str) -> Result<Done, Failure> {
    let choice = &args.choice;
    if choice.reason.is_some() || choice.file.is_some() {
        return Err(Failure::Usage(
            "letters that wait are chosen by number, by --night or by --all".to_owned(),
        ));
    }
    named(choice)?;
    let waiting = centre.store.waiting_letters(choice.night)?;
    let meant = |id: &&String| {
        choice.letters.is_empty()
            || choice.letters.iter().any(|number| id.starts_with(number.as_str()))
    };
    let letters: Vec<String> = waiting.iter().filter(meant).cloned().collect();
    if global.dry_run {
        note!(global, "dry run: nothing was written; these would be {} letters", letters.len());
        return Ok(Done::Fully);
    }
    let entry = entry(TrailEvent::LettersHeld, by, args.note.as_deref().unwrap_or_default());
    let held = centre.store.hold_waiting(&letters, &entry)?;
    let left = letters.len().saturating_sub(held.len());
    if left > 0 {
        note!(
            global,
            "{left} letters were left: they were in a sender's hands, or what they tell was told by another of \
             the same day"
        );
    }
    let mut letters = centre.store.held_letters()?;
    letters.retain(|letter| held.contains(&letter.letter_id));
    Printer::print(centre.settings.format, LETTERS, letters)?;
    Ok(Done::Fully)
}
