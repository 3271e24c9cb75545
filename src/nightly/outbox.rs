//! Writes the outbox's letters as files, for a mail program to take.
//!
//! The outbox is the store's; the files are a copy of it. A letter whose file is there is left
//! alone, so that a file somebody took away and a night run twice give no second letter: files are
//! written for the letters of one night only.

use super::NightError;
use crate::store::Store;
use chrono::NaiveDate;
use std::fs;
use std::path::Path;

/// Writes every letter of this night that has no file yet as `LETTER_ID.eml`; counts them.
///
/// # Errors
/// [`NightError`] where the store fails or a file cannot be written.
pub fn deliver_to(folder: &Path, store: &Store, night: NaiveDate) -> Result<u64, NightError> {
    let mut written = 0;
    let mut failed = None;
    store.letters(|letter| {
        if letter.written_on != night {
            return true;
        }
        match write(folder, &letter.letter_id, &letter.message) {
            Ok(new) => written += u64::from(new),
            Err(error) => failed = Some(error),
        }
        failed.is_none()
    })?;
    failed.map_or(Ok(written), Err)
}

/// Writes beside and renames, so that nobody ever takes half a letter.
fn write(folder: &Path, letter_id: &str, message: &str) -> Result<bool, NightError> {
    let path = folder.join(format!("{letter_id}.eml"));
    if path.exists() {
        return Ok(false);
    }
    let fail = |source| NightError::File { path: path.clone(), doing: "write the letter", source };
    fs::create_dir_all(folder).map_err(fail)?;
    let unfinished = folder.join(format!("{letter_id}.tmp"));
    fs::write(&unfinished, message).map_err(fail)?;
    fs::rename(&unfinished, &path).map_err(fail)?;
    Ok(true)
}
