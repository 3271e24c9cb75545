//! Writes letters as files: for a mail program to take, or for a printer.
//!
//! The outbox is the store's; the files are a copy of it. Letters on paper always become a page in
//! `print/`. Letters by mail become files only where no mail server is set up: then they are marked as
//! filed, so that no sender takes them up later. A letter whose file is there is left alone, so that
//! a night run twice gives no second letter: files are written for the letters of one night only.

use super::NightError;
use crate::store::{LetterRow, Store};
use chrono::NaiveDate;
use std::fs;
use std::path::{Path, PathBuf};

/// Who takes the letters that go by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// `duizhang alert send`.
    MailServer,
    /// Another program, from files.
    Files,
}

/// Writes every letter of this night that needs a file and has none yet; counts them.
///
/// # Errors
/// [`NightError`] where the store fails or a file cannot be written.
pub fn deliver_to(
    folder: &Path,
    store: &Store,
    night: NaiveDate,
    carrier: Carrier,
) -> Result<u64, NightError> {
    let mut written = 0;
    let mut failed = None;
    store.letters(night, |letter| {
        if let Some(path) = path(folder, &letter, carrier) {
            match write(&path, &letter.message) {
                Ok(new) => written += u64::from(new),
                Err(error) => failed = Some(error),
            }
        }
        failed.is_none()
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    if carrier == Carrier::Files {
        store.file_letters(night)?;
    }
    Ok(written)
}

/// Where a letter's file lies; `None` where it needs none.
fn path(folder: &Path, letter: &LetterRow, carrier: Carrier) -> Option<PathBuf> {
    if letter.on_paper() {
        let id = letter.letter_id.get(..12).unwrap_or(&letter.letter_id);
        return Some(folder.join("print").join(format!("{}-{id}.html", letter.written_on)));
    }
    (carrier == Carrier::Files && letter.kind == "digest")
        .then(|| folder.join(format!("{}.eml", letter.letter_id)))
}

/// Writes beside and renames, so that nobody ever takes half a letter.
fn write(path: &Path, message: &str) -> Result<bool, NightError> {
    if path.exists() {
        return Ok(false);
    }
    let fail =
        |source| NightError::File { path: path.to_owned(), doing: "write the letter", source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    let unfinished = path.with_extension("tmp");
    fs::write(&unfinished, message).map_err(fail)?;
    fs::rename(&unfinished, path).map_err(fail)?;
    Ok(true)
}
