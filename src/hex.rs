//! Bytes as hexadecimal digits: digests, tokens and keys as ids, settings and people write them.

use std::fmt::Write;

/// Two lower-case digits a byte, nothing between them.
#[must_use]
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
