//! Parses SWIFT account statements: MT940 and MT942, as banks really write them.
//!
//! Start at [`read`]. `lines.rs` splits lines at any line end; `tag.rs` says which line begins a field; `message.rs`
//! passes fields to the open movement (`open.rs`) and to its message (`statement.rs`), which send entries and
//! statements to the sink. `movement.rs` parses `:61:`, `information.rs` parses `:86:`, `balance.rs` parses amounts
//! with a currency.
//!
//! Not here: character sets (the bytes are already UTF-8). A payer's text may contain a line that looks like a field,
//! and no parser can tell; the balances reveal it and are flagged. Invariant: every `:61:` reaches the sink once, as an
//! entry or as a reject; only movements marked as expected (`EC`, `ED`) are counted and dropped.

mod balance;
mod information;
mod lines;
mod message;
mod movement;
mod open;
mod statement;
mod tag;

use super::{FeedError, FeedErrorKind, Format, Sink};
use lines::Lines;
use message::Messages;
use std::io::BufRead;

/// Parses one file of MT940 or MT942 messages into the sink.
///
/// # Errors
/// If the file is unusable: no field of such a message in it, a line or a text without end, not UTF-8, or the input
/// failed.
pub fn read(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<Format, FeedError> {
    let mut lines = Lines::new(input);
    let mut messages = Messages::new();
    while lines.advance()? {
        let line = lines.number();
        let text = std::str::from_utf8(lines.current()).map_err(|error| FeedError {
            line,
            kind: FeedErrorKind::Encoding { expected: "UTF-8", found: error.to_string() },
        })?;
        messages.take(text, line, sink).map_err(|kind| FeedError { line, kind })?;
    }
    let line = lines.number();
    messages.finish(sink).map_err(|kind| FeedError { line, kind })
}

/// Whether a line begins a field of these messages.
pub(in crate::feed) fn begins_field(line: &str) -> bool {
    tag::tag(line).is_some()
}

#[cfg(test)]
mod tests;
