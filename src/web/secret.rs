//! Random tokens: generation, storage and comparison.
//!
//! A token has 256 bits from the operating system. The store keeps only its hash, so a copy of the database cannot
//! take over a session. The hash needs no salt because the token cannot be guessed.

use super::fault::Fault;
use sha2::{Digest, Sha256};

const TOKEN_BYTES: usize = 32;

/// A new token in hexadecimal.
pub(super) fn token() -> Result<String, Fault> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| Fault::Broken)?;
    Ok(hex::encode(bytes))
}

/// A password for a first login: 100 bits, in letters and digits that are not confused.
pub(super) fn first_password() -> Result<String, Fault> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789x";
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).map_err(|_| Fault::Broken)?;
    let letters = bytes.map(|byte| LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'x'));
    let groups = letters.chunks(5).map(String::from_utf8_lossy);
    Ok(groups.collect::<Vec<_>>().join("-"))
}

/// The hash of a token for storage, or derived for another `purpose`.
pub(super) fn hash(purpose: &str, token: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(purpose.as_bytes());
    digest.update([0]);
    digest.update(token.as_bytes());
    hex::encode(digest.finalize())
}

/// Compares two texts in constant time.
pub(super) fn same(one: &str, other: &str) -> bool {
    let differing =
        one.bytes().zip(other.bytes()).fold(0, |found, (one, other)| found | one ^ other);
    one.len() == other.len() && differing == 0
}
