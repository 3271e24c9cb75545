//! Tokens that nobody can guess, and how they are kept and compared.
//!
//! A token has 256 bits from the operating system. The store keeps its hash alone: who reads a copy of
//! the database cannot take over a session. Such a hash needs no salt, since nothing was guessable.

use super::fault::Fault;
use sha2::{Digest, Sha256};

/// Bytes of a token.
const TOKEN_BYTES: usize = 32;

/// A fresh token, in hexadecimal.
pub(super) fn token() -> Result<String, Fault> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| Fault::Broken)?;
    Ok(hex::encode(bytes))
}

/// A password for a first login: 100 bits, in letters and digits that are not taken for one another.
pub(super) fn first_password() -> Result<String, Fault> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789x";
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).map_err(|_| Fault::Broken)?;
    let letters = bytes.map(|byte| LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'x'));
    let groups = letters.chunks(5).map(String::from_utf8_lossy);
    Ok(groups.collect::<Vec<_>>().join("-"))
}

/// What is kept of a token, or derived from one for another `purpose`.
pub(super) fn hash(purpose: &str, token: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(purpose.as_bytes());
    digest.update([0]);
    digest.update(token.as_bytes());
    hex::encode(digest.finalize())
}

/// Whether two texts are equal, in a time that does not say where they differ.
pub(super) fn same(one: &str, other: &str) -> bool {
    let differing =
        one.bytes().zip(other.bytes()).fold(0, |found, (one, other)| found | one ^ other);
    one.len() == other.len() && differing == 0
}
