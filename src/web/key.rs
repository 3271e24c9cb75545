//! The desk's key: 256 bits in a file beside the database, never in it.
//!
//! Start at [`Keys::of`]. The key seals second factors (ChaCha20-Poly1305, bound to centre and person), so that a
//! copy of the database reveals none, and signs known devices. Each use has its own key, derived by HKDF. Values
//! stored before the key existed are plain base32, which never looks like sealed text; [`seal_second_factors`]
//! seals them when the desk starts.

use super::account::NoRandomness;
use super::fault::Fault;
use crate::alert::OneClick;
use crate::store::{Store, StoreError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Okm, Prk, Salt};
use ring::hmac;
use std::fmt;

pub const KEY_BYTES: usize = 32;
/// Prefix of sealed values; the number is the version of the method.
const SEALED: &str = "sealed:1:";

/// The desk's keys to seal and sign.
pub struct Keys {
    second_factor: LessSafeKey,
    device: hmac::Key,
    one_click: hmac::Key,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// Why this key cannot open a centre's second factors.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// They were sealed with another key.
    #[error("{count} second factors were sealed under another key")]
    AnotherKey { count: usize },
    #[error("a second factor cannot be sealed")]
    Seal,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Keys {
    /// Derives the keys from the file's bytes.
    #[must_use]
    pub fn of(bytes: &[u8; KEY_BYTES]) -> Option<Self> {
        let root = Salt::new(HKDF_SHA256, b"duizhang desk 1").extract(bytes);
        let sealing =
            derived(&root, b"second-factor", &CHACHA20_POLY1305, |okm| UnboundKey::from(okm))?;
        let device =
            derived(&root, b"known-device", hmac::HMAC_SHA256, |okm| hmac::Key::from(okm))?;
        let one_click =
            derived(&root, b"one-click", hmac::HMAC_SHA256, |okm| hmac::Key::from(okm))?;
        Some(Self { second_factor: LessSafeKey::new(sealing), device, one_click })
    }

    /// Random keys that are not stored.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn fresh() -> Result<Self, NoRandomness> {
        Self::of(&fresh()?).ok_or(NoRandomness)
    }

    /// Seals a second factor's key for storage.
    pub(crate) fn seal(&self, whose: (i64, &str), key: &str) -> Result<String, Fault> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| Fault::Broken)?;
        let mut sealed = key.as_bytes().to_vec();
        let (at, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(named(whose)));
        let done = self.second_factor.seal_in_place_append_tag(at, aad, &mut sealed);
        done.map_err(|_| Fault::Broken)?;
        let whole = [nonce.as_slice(), &sealed].concat();
        Ok(format!("{SEALED}{}", STANDARD_NO_PAD.encode(whole)))
    }

    /// Opens a sealed second factor; `None` for another person's or another key's.
    pub(crate) fn open(&self, whose: (i64, &str), kept: &str) -> Option<String> {
        let Some(sealed) = kept.strip_prefix(SEALED) else { return Some(kept.to_owned()) };
        let whole = STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = whole.split_at_checked(NONCE_LEN)?;
        let at = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let opened = self.second_factor.open_in_place(at, Aad::from(named(whose)), &mut sealed);
        String::from_utf8(opened.ok()?.to_vec()).ok()
    }

    /// One-click links to a page that decline advice.
    #[must_use]
    pub fn one_click(&self, page: String) -> OneClick {
        OneClick::new(page, self.one_click.clone())
    }

    /// The desk's signature of a text.
    pub(crate) fn sign(&self, text: &str) -> String {
        hex::encode(hmac::sign(&self.device, text.as_bytes()).as_ref())
    }
}

/// Derives a key for one use.
fn derived<L: KeyType + Copy, K>(
    root: &Prk,
    purpose: &[u8],
    length: L,
    key: impl FnOnce(Okm<'_, L>) -> K,
) -> Option<K> {
    Some(key(root.expand(&[purpose], length).ok()?))
}

/// Associated data, so that one person's sealed value does not open for another.
fn named((centre_id, person_id): (i64, &str)) -> String {
    format!("{centre_id}\n{person_id}")
}

/// Random bytes for a new key.
///
/// # Errors
/// [`NoRandomness`].
pub fn fresh() -> Result<[u8; KEY_BYTES], NoRandomness> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// The number of sealed second factors of a centre: without the key these people cannot log in.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub fn sealed_second_factors(store: &Store) -> Result<usize, StoreError> {
    let people = store.people()?;
    let kept = people.iter().filter_map(|person| person.second_factor.as_deref());
    Ok(kept.filter(|kept| kept.starts_with(SEALED)).count())
}

/// Seals second factors stored as plain text and checks that the others open; returns how many were sealed.
///
/// # Errors
/// [`SealError`]; values sealed before it stay sealed.
pub fn seal_second_factors(store: &Store, keys: &Keys) -> Result<usize, SealError> {
    let (mut foreign, mut sealed) = (0, 0);
    for person in store.people()? {
        let whose = (store.centre_id(), person.person_id.as_str());
        let Some(kept) = &person.second_factor else { continue };
        if kept.starts_with(SEALED) {
            foreign += usize::from(keys.open(whose, kept).is_none());
            continue;
        }
        let fresh = keys.seal(whose, kept).map_err(|_| SealError::Seal)?;
        sealed += usize::from(store.replace_second_factor(&person.person_id, kept, &fresh)?);
    }
    if foreign > 0 { Err(SealError::AnotherKey { count: foreign }) } else { Ok(sealed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_person_and_under_its_key_alone() {
        let (keys, others) = (Keys::fresh().unwrap(), Keys::fresh().unwrap());
        let sealed = keys.seal((1, "li.na"), "GEZDGNBV").unwrap();
        assert!(sealed.starts_with(SEALED) && !sealed.contains("GEZDGNBV"), "{sealed}");
        assert_eq!(keys.open((1, "li.na"), &sealed).as_deref(), Some("GEZDGNBV"));
        assert_eq!(keys.open((1, "wang.wei"), &sealed), None);
        assert_eq!(keys.open((2, "li.na"), &sealed), None);
        assert_eq!(others.open((1, "li.na"), &sealed), None);
        let cut = sealed.get(..sealed.len() - 2).unwrap();
        assert_eq!(keys.open((1, "li.na"), cut), None);
        assert_eq!(keys.open((1, "li.na"), "GEZDGNBV").as_deref(), Some("GEZDGNBV"), "of before");
        assert_ne!(keys.seal((1, "li.na"), "GEZDGNBV").unwrap(), sealed, "each time another");
    }

    #[test]
    fn the_same_bytes_are_the_same_keys() {
        let (one, same) = (Keys::of(&[7; KEY_BYTES]).unwrap(), Keys::of(&[7; KEY_BYTES]).unwrap());
        assert_eq!(one.sign("a"), same.sign("a"));
        assert_ne!(one.sign("a"), one.sign("b"));
        assert_ne!(one.sign("a"), Keys::of(&[8; KEY_BYTES]).unwrap().sign("a"));
    }
}
