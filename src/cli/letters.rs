//! `duizhang alert preview`: the letters of a night, or a sample of any kind.

mod sample;

use super::args::{Format, Global, PreviewArgs};
use super::centre::Centre;
use super::failure::{Doing, Done, Failure};
use super::private;
use super::rows::{Column, Printer, Value, stdout};
use crate::store::{LetterRow, OutboxFilter, StoreError};
use mail_parser::{Message, MessageParser};
use std::io::Write;
use std::path::Path;

const COLUMNS: &[Column<LetterRow>] = &[
    Column { key: "letter_id", heading: "letter", value: |row| Value::text(&row.letter_id) },
    Column { key: "number", heading: "number", value: |row| Value::text(&row.number) },
    Column { key: "employer_id", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column { key: "written_on", heading: "night", value: |row| Value::Day(row.written_on) },
    Column { key: "recipient", heading: "to", value: |row| Value::text(&row.recipient) },
    Column { key: "subject", heading: "subject", value: |row| Value::text(&row.subject) },
    Column { key: "message", heading: "", value: |row| Value::text(&row.message) },
];

pub(super) fn preview(global: &Global, args: &PreviewArgs) -> Result<Done, Failure> {
    if let Some(kind) = &args.sample {
        return sample::show(global, kind, args.html);
    }
    let centre = Centre::read(global)?;
    if let (Some(letter), Some(out)) = (&args.letter, &args.out) {
        return written(global, &centre, letter, out);
    }
    if let Some(letter) = &args.letter {
        return by_number(&centre, letter, args.html);
    }
    let night = centre.night(&args.as_of)?;
    let mut letters = Vec::new();
    centre.store.letters(night, |letter| {
        let wanted = args.employer.as_ref().is_none_or(|employer| *employer == letter.employer_id);
        if wanted && !letter.employer_id.is_empty() {
            letters.push(letter);
        }
        true
    })?;
    if letters.is_empty() {
        note!(global, "no letter was written in the night of {night}");
    }
    // One employer's letters are printed in full, all letters only as a list.
    if args.employer.is_some() && centre.settings.format == Format::Table {
        let mut out = stdout();
        for letter in &letters {
            whole(&mut out, letter, args.html)?;
        }
        out.flush()?;
        return Ok(Done::Fully);
    }
    Printer::print(centre.settings.format, COLUMNS, letters)?;
    Ok(Done::Fully)
}

/// The letter with the number given on the telephone, whatever its night.
fn by_number(centre: &Centre, letter: &str, html: bool) -> Result<Done, Failure> {
    let filter = OutboxFilter { letter: Some(letter.to_owned()), ..OutboxFilter::default() };
    let letters = centre.store.read(|store| {
        let rows = store.outbox(&filter)?;
        let letters = rows.iter().filter_map(|row| store.letter(&row.letter_id).transpose());
        letters.collect::<Result<Vec<_>, StoreError>>()
    })?;
    if letters.is_empty() {
        return Err(Failure::Usage(format!("no letter to an employer has the number {letter:?}")));
    }
    if centre.settings.format != Format::Table {
        Printer::print(centre.settings.format, COLUMNS, letters)?;
        return Ok(Done::Fully);
    }
    let mut out = stdout();
    for letter in &letters {
        whole(&mut out, letter, html)?;
    }
    out.flush()?;
    Ok(Done::Fully)
}

fn whole(out: &mut impl Write, letter: &LetterRow, html: bool) -> Result<(), Failure> {
    if !html && !letter.on_paper() {
        writeln!(out, "To: {}\nSubject: {}\n", letter.recipient, letter.subject)?;
    }
    Ok(writeln!(out, "{}", words(letter, html).trim_end())?)
}

/// Writes one letter to a file: as sent, or its page.
fn written(global: &Global, centre: &Centre, letter: &str, out: &Path) -> Result<Done, Failure> {
    let filter = OutboxFilter { letter: Some(letter.to_owned()), ..OutboxFilter::default() };
    let found = centre.store.outbox(&filter)?;
    let [only] = found.as_slice() else {
        let count = found.len();
        return Err(Failure::because(format!(
            "{count} letters begin with {letter:?}; give the number of one"
        )));
    };
    let Some(letter) = centre.store.letter(&only.letter_id)? else {
        return Err(Failure::because("that is no letter to an employer about its money"));
    };
    let ending = out.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let text = match ending {
        "html" => words(&letter, true),
        "eml" if letter.on_paper() => {
            return Err(Failure::because("it went on paper and is no mail: write it as .html"));
        }
        "eml" => letter.message,
        _ => {
            let wrong = "--out: the file's name must end in .eml or .html".to_owned();
            return Err(Failure::Usage(wrong));
        }
    };
    if global.dry_run {
        note!(global, "dry run: nothing was written");
        return Ok(Done::Fully);
    }
    private::new_file(out, &text).doing(|| format!("cannot write {}", out.display()))?;
    note!(global, "{}", out.display());
    Ok(Done::Fully)
}

/// The text of a letter or its page: a paper letter is only a page.
fn words(letter: &LetterRow, html: bool) -> String {
    if letter.on_paper() {
        return letter.message.clone();
    }
    let mail = MessageParser::default().parse(&letter.message);
    let part = |mail: &Message<'_>| {
        if html { mail.body_html(0) } else { mail.body_text(0) }.map(|body| body.into_owned())
    };
    mail.as_ref().and_then(part).unwrap_or_default().replace("\r\n", "\n")
}
