//! The desk's key file: finds it, creates it if missing, and checks it against sealed values.
//!
//! Start at [`keys`]. The key is outside the database, so that a copy of the database reveals no second factor.
//! Several desks on one database need the same file.

use super::args::ServeArgs;
use super::failure::{Doing, Failure};
use super::private;
use super::settings::{FILE_NAME, Settings, credential};
use crate::alert::OneClick;
use crate::store::Store;
use crate::web::key::{self, KEY_BYTES, Keys, SealError};
use std::path::{Path, PathBuf};

/// Beside `duizhang.toml`.
const KEY_FILE: &str = "desk.key";
/// The credential's systemd name.
const CREDENTIAL: &str = "desk-key";

/// The path of the key file, existing or not.
pub(super) fn place(args: Option<&ServeArgs>, settings: &Settings) -> PathBuf {
    let flag = args.and_then(|args| args.key_file.clone());
    flag.or_else(|| settings.desk.key_file.clone())
        .or_else(|| credential(CREDENTIAL))
        .unwrap_or_else(|| settings.beside(KEY_FILE))
}

/// The desk's keys; also seals second factors stored as plain text.
pub(super) fn keys(args: &ServeArgs, settings: &Settings, store: &Store) -> Result<Keys, Failure> {
    let path = place(Some(args), settings);
    let shown = path.display();
    let bytes = if path.exists() { read(&path)? } else { make(&path, store)? };
    if private::is_open_to_others(&path) {
        tell!("others can read {shown}; chmod 600 {shown}");
    }
    let keys = Keys::of(&bytes);
    let keys = keys.ok_or_else(|| Failure::because(format!("{shown} gives no key")))?;
    match key::seal_second_factors(store, &keys) {
        Ok(0) => {}
        Ok(sealed) => tell!("{sealed} second factors were kept plain and are sealed now"),
        Err(error @ SealError::AnotherKey { .. }) => {
            return Err(Failure::because(format!(
                "{shown} is not the key of this database: {error}; put that file back, or reset \
                 whose it was with `duizhang user reset`"
            )));
        }
        Err(error) => return Err(Failure::because(error.to_string())),
    }
    Ok(keys)
}

/// The one-click links, if mail systems can reach the desk. An unreadable key does not stop a letter.
pub(super) fn one_click(settings: &Settings, store: &Store) -> Option<OneClick> {
    let page = settings.unsubscribe_page()?;
    let path = place(None, settings);
    let bytes = if path.exists() { read(&path) } else { make(&path, store) };
    match bytes {
        Ok(bytes) => Some(Keys::of(&bytes)?.one_click(page)),
        Err(failure) => {
            tell!("letters go out without a link to decline advice: {}", failure.sentence());
            None
        }
    }
}

/// Sixty-four hexadecimal digits.
fn read(path: &Path) -> Result<[u8; KEY_BYTES], Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).doing(|| format!("cannot read the key in {shown}"))?;
    parse(text.trim()).ok_or_else(|| {
        Failure::because(format!(
            "{shown}: expected a key of {} hexadecimal digits, as `openssl rand -hex {KEY_BYTES}` makes one",
            KEY_BYTES * 2
        ))
    })
}

fn parse(text: &str) -> Option<[u8; KEY_BYTES]> {
    let mut key = [0; KEY_BYTES];
    if text.len() != KEY_BYTES * 2 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}

/// Creates the key at first use, but never if something is sealed with a missing one.
fn make(path: &Path, store: &Store) -> Result<[u8; KEY_BYTES], Failure> {
    let shown = path.display();
    let sealed = key::sealed_second_factors(store)?;
    if sealed > 0 {
        return Err(Failure::because(format!(
            "the key file {shown} is not there, and {sealed} second factors are sealed under it: put it back (it \
             is in no backup of the database), or name it with --key-file or [desk] key_file in {FILE_NAME}"
        )));
    }
    let bytes = key::fresh().map_err(|error| Failure::because(error.to_string()))?;
    private::new_file(path, &format!("{}\n", hex::encode(bytes))).doing(|| {
        format!(
            "cannot make the key file {shown}; make it yourself with `openssl rand -hex {KEY_BYTES}` and name it with \
             --key-file or [desk] key_file in {FILE_NAME}"
        )
    })?;
    tell!("a key was made in {shown}: keep a copy apart from the database's");
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sixty_four_digits() {
        assert_eq!(parse(&"0f".repeat(32)), Some([15; 32]));
        for wrong in ["", "0f", &"0g".repeat(32), &"0f".repeat(33), &"+f".repeat(32)] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
