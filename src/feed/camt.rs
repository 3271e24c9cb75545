//! Reads ISO 20022 account statements: camt.052, camt.053 and camt.054 in every version.
//!
//! Start at [`read`]. The document is walked event by event; where an element stands (`place.rs`)
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
pub(in crate::feed) mod value;
mod walk;

use super::{FeedError, FeedErrorKind, Format, Sink};
pub(in crate::feed) use text::join;

use quick_xml::events::Event;
use source::Source;
use std::io::BufRead;
use walk::Walk;

/// Reads one camt document into the sink.
///
/// # Errors
/// When the whole file is unusable: not well-formed, cut, no camt message, a document type or an
/// entity, nested too deep, a single text too long, or the input failed.
pub fn read(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<Format, FeedError> {
    let mut reader = quick_xml::Reader::from_reader(Source::new(input));
    let mut walk = Walk::new();
    let mut buffer = Vec::with_capacity(4096);
    loop {
        buffer.clear();
        reader.get_mut().next_piece();
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(error) => return Err(reader.get_mut().failure(error)),
        };
        let source = reader.get_mut();
        let step = match event {
            Event::Start(start) => walk.open(&start, source),
            Event::Empty(start) => {
                walk.open(&start, source).and_then(|()| walk.close(source, sink))
            }
            Event::End(_) => walk.close(source, sink),
            Event::Text(text) => walk.text(&text.xml10_content()),
            Event::CData(text) => walk.text(&text.xml10_content()),
            Event::GeneralRef(name) => walk.reference(&name),
            Event::Comment(_) | Event::PI(_) => Ok(()),
            Event::Decl(_) => walk.declaration(),
            Event::DocType(_) => {
                Err(FeedErrorKind::Forbidden { found: "a document type declaration" })
            }
            Event::Eof => {
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
