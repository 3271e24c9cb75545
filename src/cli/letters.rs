//! `duizhang alert preview`: the letters a night has put into the outbox.

use super::args::{Format, Global, PreviewArgs};
use super::centre::Centre;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value, stdout};
use crate::store::LetterRow;
use std::io::Write;

const COLUMNS: &[Column<LetterRow>] = &[
    Column { key: "letter_id", heading: "letter", value: |row| Value::text(&row.letter_id) },
    Column { key: "employer_id", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column { key: "written_on", heading: "night", value: |row| Value::Day(row.written_on) },
    Column { key: "recipient", heading: "to", value: |row| Value::text(&row.recipient) },
    Column { key: "subject", heading: "subject", value: |row| Value::text(&row.subject) },
    Column { key: "message", heading: "", value: |row| Value::text(&row.message) },
];

pub(super) fn preview(global: &Global, args: &PreviewArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let night = centre.night(&args.as_of)?;
    let mut letters = Vec::new();
    centre.store.letters(|letter| {
        let wanted = args.employer.as_ref().is_none_or(|employer| *employer == letter.employer_id);
        if letter.written_on == night && wanted {
            letters.push(letter);
        }
        true
    })?;
    if letters.is_empty() {
        note!(global, "no letter was written in the night of {night}");
    }
    // One employer's letters are there to be read, all of them to be looked over.
    if args.employer.is_some() && centre.settings.format == Format::Table {
        let mut out = stdout();
        for letter in &letters {
            writeln!(out, "{}", letter.message)?;
        }
        out.flush()?;
        return Ok(Done::Fully);
    }
    Printer::print(centre.settings.format, COLUMNS, letters)?;
    Ok(Done::Fully)
}
