//! Writes letters as files for a mail program or a printer.
//!
//! The outbox is in the store; the files are a copy. Paper letters always become a page in `print/`. Mail letters
//! become files only where no mail server is configured; they are then marked as filed, so that no sender takes
//! them later. A letter whose file exists is skipped, so running a night twice writes no second letter. Files are
//! written for this night and for earlier nights that were interrupted. [`reissue`] writes undeliverable letters
//! again.
//!
//! Invariant: a letter marked as filed is completely on disk, even after a power failure ([`crate::durable`]).

use super::{RunError, Texts};
use crate::alert::{CentreContact, LetterKind, Part, Reissue, Written, short_id, together};
use crate::durable::{Batch, Disk, OperatingSystem};
use crate::rulebook::letter::LetterRules;
use crate::store::{Destination, LetterRow, Store, Undeliverable};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Who sends the letters that go by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `duizhang alert send`.
    MailServer,
    /// Another program, which reads the files.
    Files,
}

/// Writes the missing files of letters of this night and of interrupted nights; counts them.
///
/// # Errors
/// [`RunError`] where the store fails or a file cannot be written.
pub fn deliver_to(
    disk: &dyn Disk,
    folder: &Path,
    store: &Store,
    night: NaiveDate,
    transport: Transport,
) -> Result<u64, RunError> {
    let nights = store.nights_to_file(night)?;
    let mut batch = Batch::on(disk);
    let mut failed = None;
    for night in &nights {
        let texted = store.texted(*night)?;
        store.letters_to_file(*night, |letter| {
            if texted.contains(&letter.letter_id) {
                return true;
            }
            let place = path(folder, &letter, transport);
            let put = place.map(|place| batch.put(&place, letter.message.as_bytes()));
            failed = put.and_then(Result::err);
            failed.is_none()
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
    }
    let written = batch.finish()?;
    for night in nights {
        store.file_letters(night, transport == Transport::Files)?;
    }
    Ok(written)
}

/// Writes the files of letters that were released since they were last written; counts them. The file is written
/// before the outbox says so: a run killed in between writes it twice.
///
/// # Errors
/// [`RunError`] where the store fails or a file cannot be written.
pub fn file_released(
    disk: &dyn Disk,
    folder: &Path,
    store: &Store,
    transport: Transport,
) -> Result<u64, RunError> {
    let letters = store.released_to_file()?;
    if letters.is_empty() {
        return Ok(0);
    }
    let mut texted = BTreeSet::new();
    for night in letters.iter().map(|letter| letter.written_on).collect::<BTreeSet<_>>() {
        texted.append(&mut store.texted(night)?);
    }
    let mut batch = Batch::on(disk);
    for letter in letters.iter().filter(|letter| !texted.contains(&letter.letter_id)) {
        if let Some(place) = path(folder, letter, transport) {
            batch.put(&place, letter.message.as_bytes())?;
        }
    }
    let written = batch.finish()?;
    let ids: Vec<String> = letters.into_iter().map(|letter| letter.letter_id).collect();
    store.released_are_filed(&ids, transport == Transport::Files)?;
    Ok(written)
}

/// Merges letters to one address into one mail, where their employers want it; counts the mails.
///
/// # Errors
/// [`RunError`] where the store fails.
pub fn join(
    store: &Store,
    rules: &LetterRules,
    (now, on): (i64, NaiveDate),
) -> Result<u64, RunError> {
    let mut joined = 0;
    for group in store.neighbours(now)? {
        let parts: Vec<Part<'_>> = group
            .iter()
            .map(|one| Part {
                letter_id: &one.letter_id,
                employer_id: &one.employer_id,
                name: &one.name,
                message: &one.message,
            })
            .collect();
        let Some(written) = together(&parts, on, rules) else { continue };
        let Some(first) = group.first() else { continue };
        let mail = LetterRow {
            letter_id: written.letter_id,
            kind: LetterKind::Joint.code().to_owned(),
            employer_id: String::new(),
            written_on: on,
            recipient: first.recipient.clone(),
            subject: written.subject,
            // The merged parts keep their own numbers.
            number: String::new(),
            message: written.message,
        };
        joined += u64::from(store.join_letters(&group, &mail, now)?);
    }
    Ok(joined)
}

/// What is needed to reissue an undeliverable letter.
pub struct Letterhead<'a> {
    pub folder: &'a Path,
    pub centre: &'a CentreContact,
    pub rules: &'a LetterRules,
    pub on: NaiveDate,
}

/// Counts of reissued letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reissued {
    /// Waiting for the next run.
    pub mailed: u64,
    pub printed: u64,
    /// Sent as text messages first.
    pub texted: u64,
}

/// Letters read per batch.
const TOGETHER: u32 = 64;

/// Reissues every undeliverable letter to the employer's current address or on paper. The page is written before
/// the outbox says so: a run killed in between writes it twice.
///
/// # Errors
/// [`RunError`] where the store fails or a page cannot be written.
pub fn reissue(store: &Store, letterhead: &Letterhead<'_>) -> Result<Reissued, RunError> {
    write_anew_or_text(store, letterhead, None)
}

/// The same, but as a text message instead of paper where one reaches the employer.
///
/// # Errors
/// [`RunError`] where the store fails or a page cannot be written.
pub fn write_anew_or_text(
    store: &Store,
    letterhead: &Letterhead<'_>,
    texts: Option<&Texts<'_>>,
) -> Result<Reissued, RunError> {
    let mut written = Reissued::default();
    loop {
        let undeliverable = store.undeliverable(TOGETHER)?;
        if undeliverable.is_empty() {
            return Ok(written);
        }
        let mut batch = Batch::on(&OperatingSystem);
        let mut all = Vec::with_capacity(undeliverable.len());
        for undeliverable in undeliverable {
            let anew = letterhead.anew(&undeliverable);
            let text = match (texts, &anew) {
                (Some(texts), Some(letter)) if letter.on_paper() => {
                    texts.before_paper(store, letter)?
                }
                _ => None,
            };
            match &anew {
                Some(_) if text.is_some() => written.texted += 1,
                Some(letter) if letter.on_paper() => {
                    if let Some(path) = path(letterhead.folder, letter, Transport::MailServer) {
                        batch.put(&path, letter.message.as_bytes())?;
                    }
                    written.printed += 1;
                }
                Some(_) => written.mailed += 1,
                None => {}
            }
            all.push((undeliverable.letter.letter_id, anew, text));
        }
        batch.finish()?;
        for (letter_id, anew, text) in all {
            let text = text.as_ref().map(|(number, text)| (number.as_str(), text.as_str()));
            store.written_anew_or_text(&letter_id, anew.as_ref(), text)?;
        }
    }
}

/// Writes the page of a letter that ends up on paper.
///
/// # Errors
/// [`RunError`] when it cannot be written.
pub fn print_page(folder: &Path, letter: &LetterRow) -> Result<(), RunError> {
    let mut batch = Batch::on(&OperatingSystem);
    if let Some(path) = path(folder, letter, Transport::MailServer) {
        batch.put(&path, letter.message.as_bytes())?;
    }
    batch.finish()?;
    Ok(())
}

impl Letterhead<'_> {
    /// The replacement of a letter; `None` when nobody needs it.
    fn anew(&self, undeliverable: &Undeliverable) -> Option<LetterRow> {
        let Undeliverable { letter, destination, postal } = undeliverable;
        let first = Reissue::of(&letter.letter_id, &letter.employer_id, &letter.message)?;
        let (recipient, written) = match destination {
            Destination::Nowhere => return None,
            // The address was not the cause and would get the same answer again.
            Destination::Mail(address) if *address != letter.recipient => {
                (address.as_str(), first.to(address, self.on)?)
            }
            Destination::Mail(_) | Destination::Paper if !first.asks_for_something() => {
                return None;
            }
            Destination::Mail(_) | Destination::Paper => {
                ("", first.on_paper(postal.as_deref(), self.centre, self.rules))
            }
        };
        let Written { letter_id, subject, message } = written;
        Some(LetterRow {
            letter_id,
            kind: letter.kind.clone(),
            employer_id: letter.employer_id.clone(),
            written_on: self.on,
            recipient: recipient.to_owned(),
            subject,
            // The same content under the same number.
            number: letter.number.clone(),
            message,
        })
    }
}

/// The path of a letter's file; `None` when it needs none.
fn path(folder: &Path, letter: &LetterRow, transport: Transport) -> Option<PathBuf> {
    if letter.on_paper() {
        let id = short_id(&letter.letter_id);
        return Some(folder.join("print").join(format!("{}-{id}.html", letter.written_on)));
    }
    let is_to_employer =
        LetterKind::from_code(&letter.kind).is_some_and(LetterKind::is_to_employer);
    (transport == Transport::Files && is_to_employer)
        .then(|| folder.join(format!("{}.eml", letter.letter_id)))
}
