//! Reads ISO 20022 account statements: camt.052, camt.053 and camt.054 in every version.
//!
//! Start at [`read`]. The document is walked piece by piece (`token.rs`); where an element stands (`place.rs`)
//! decides what it means, so an `Ntry` inside `SplmtryData` is no entry. An entry's texts are gathered
//! into buffers that are used again for the next (`gathered.rs`, `text.rs`); when it closes it becomes
//! one transaction or several (`entry.rs`, `batch.rs`). `statement.rs` keeps what a statement says of
//! itself. `source.rs` counts lines and bounds what one piece of XML may
//! hold; `namespace.rs` tells the bank's elements from somebody else's.
//!
//! Not here: character sets. The bytes are UTF-8 when they arrive, whatever the XML declaration
//! says. Invariant: a document type or an entity ends the reading, nothing is ever expanded; a
//! file that is cut or not well-formed gives an error after whatever was pushed before.

mod batch;
mod detail;
mod entry;
mod gathered;
mod name;
mod namespace;
mod place;
mod source;
mod statement;
mod text;
mod token;
pub(in crate::feed) mod value;
mod walk;

use super::{FeedError, FeedErrorKind, Format, Sink};
pub(in crate::feed) use text::join;

use source::Source;
use std::io::BufRead;
use token::Token;
use walk::Walk;

/// Reads one camt document into the sink.
///
/// # Errors
/// When the whole file is unusable: not well-formed, cut, no camt message, a document type or an
/// entity, nested too deep, a single text too long, or the input failed.
pub fn read(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<Format, FeedError> {
    let mut source = Source::new(input);
    let mut walk = Walk::new();
    loop {
        source.advance()?;
        let step = match source.token() {
            Token::Start(tag) => walk.open(tag, &source),
            Token::Empty(tag) => {
                walk.open(tag, &source).and_then(|()| walk.close(None, &source, sink))
            }
            Token::End(name) => walk.close(Some(name), &source, sink),
            Token::Text(text) => walk.text(text),
            Token::Reference(name) => walk.reference(name),
            Token::Nothing => Ok(()),
            Token::Declaration => walk.declaration(),
            Token::DocumentType => {
                Err(FeedErrorKind::Forbidden { found: "a document type declaration" })
            }
            Token::EndOfFile => {
                return walk.finish(sink).map_err(|kind| FeedError { line: source.line(), kind });
            }
        };
        step.map_err(|kind| FeedError { line: source.line(), kind })?;
    }
}

#[cfg(test)]
mod batch_tests;
#[cfg(test)]
mod tests;
