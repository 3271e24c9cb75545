//! Parses ISO 20022 account statements: camt.052, camt.053 and camt.054 in every version.
//!
//! Start at [`read`]. The document is walked piece by piece (`token.rs`). The place of an element (`place.rs`) decides
//! its meaning, so an `Ntry` inside `SplmtryData` is no entry. An entry's texts are gathered into reused buffers
//! (`gathered.rs`, `text.rs`); when it closes it becomes one transaction or several (`entry.rs`, `batch.rs`).
//! `statement.rs` keeps the statement's own data. `source.rs` counts lines and bounds the size of one piece of XML;
//! `namespace.rs` separates the bank's elements from others.
//!
//! Not here: character sets. The bytes are already UTF-8, whatever the XML declaration says. Invariant: a document type
//! or an entity ends the parse, nothing is ever expanded; a file that is truncated or not well-formed gives an error
//! after the results pushed before.

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

/// Parses one camt document into the sink.
///
/// # Errors
/// If the file is unusable: not well-formed, truncated, no camt message, with a document type or an entity, nested too
/// deeply, with a text that is too long, or if the input failed.
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
