//! The bytes under the XML reader: counts lines, bounds one piece, keeps an entry's own text.
//!
//! The XML reader takes its bytes in many small steps, so each step only moves a position; lines
//! are counted and an entry's text is kept when somebody asks, or when the buffer is used again.
//!
//! Invariant: one piece of XML (a tag, a text, a comment) never takes more than about
//! [`PIECE_BYTES_MAX`]; the memory of a reading is bounded by it.

use crate::feed::{FeedError, FeedErrorKind};
use std::io::{self, BufRead, Read};

/// Bytes that one tag, text or comment may take: a remark of 10 MB passes, an endless one does not.
const PIECE_BYTES_MAX: u64 = 12 << 20;

/// Bytes of an entry that are kept to be shown with a reject.
const RECORD_BYTES_MAX: usize = 4 * 4096;

const BUFFER_BYTES: usize = 64 << 10;

/// A counting, bounding, recording view of the input.
pub(super) struct Source<'a> {
    inner: &'a mut dyn BufRead,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were consumed.
    position: usize,
    /// Bytes of `buffer` whose line breaks are in `breaks`.
    counted: usize,
    breaks: u64,
    /// Bytes consumed before those in `buffer`.
    before: u64,
    /// Where the piece that is read began, in bytes from the start of the file.
    piece_start: u64,
    too_long: bool,
    /// Where in `buffer` the part of the open entry begins that is not yet in `record`.
    entry_start: Option<usize>,
    record: Vec<u8>,
}

impl<'a> Source<'a> {
    pub(super) fn new(inner: &'a mut dyn BufRead) -> Self {
        Self {
            inner,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            position: 0,
            counted: 0,
            breaks: 0,
            before: 0,
            piece_start: 0,
            too_long: false,
            entry_start: None,
            record: Vec::new(),
        }
    }

    /// The physical line at which reading stands, from 1.
    pub(super) fn line(&mut self) -> u64 {
        let bytes = self.buffer.get(self.counted..self.position).unwrap_or_default();
        let breaks = memchr::memchr_iter(b'\n', bytes).count();
        self.breaks += u64::try_from(breaks).unwrap_or(u64::MAX);
        self.counted = self.position;
        self.breaks + 1
    }

    /// Says that another piece begins.
    pub(super) fn next_piece(&mut self) {
        self.piece_start = self.offset();
    }

    /// Starts to keep an entry's text; its start tag was already read.
    pub(super) fn record(&mut self) {
        self.record.clear();
        self.record.extend_from_slice(b"<Ntry>");
        self.entry_start = Some(self.position);
    }

    /// The text of the entry that is open.
    pub(super) fn recorded(&mut self) -> &[u8] {
        self.keep();
        &self.record
    }

    /// What an error of the XML reader means for the file.
    pub(super) fn failure(&mut self, error: quick_xml::Error) -> FeedError {
        use quick_xml::Error;
        let kind = match error {
            _ if self.too_long => FeedErrorKind::Structure {
                expected: format!("a tag or text of at most {PIECE_BYTES_MAX} bytes"),
                found: "a longer one".to_owned(),
            },
            Error::Io(error) => FeedErrorKind::Io(error.to_string()),
            Error::Encoding(error) => {
                FeedErrorKind::Encoding { expected: "UTF-8", found: error.to_string() }
            }
            error @ (Error::Syntax(_)
            | Error::IllFormed(_)
            | Error::InvalidAttr(_)
            | Error::Escape(_)
            | Error::Namespace(_)) => FeedErrorKind::Structure {
                expected: "well-formed XML".to_owned(),
                found: error.to_string(),
            },
        };
        FeedError { line: self.line(), kind }
    }

    fn offset(&self) -> u64 {
        self.before.saturating_add(u64::try_from(self.position).unwrap_or(u64::MAX))
    }

    /// Moves what was consumed of the open entry into `record`.
    fn keep(&mut self) {
        if let Some(start) = self.entry_start {
            let bytes = self.buffer.get(start..self.position).unwrap_or_default();
            let room = RECORD_BYTES_MAX.saturating_sub(self.record.len());
            self.record.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
            self.entry_start = Some(self.position);
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.line();
        self.keep();
        self.before = self.offset();
        self.too_long = self.before - self.piece_start > PIECE_BYTES_MAX;
        if self.too_long {
            return Err(io::Error::other("a tag or text is too long"));
        }
        let bytes = self.inner.fill_buf()?;
        let bytes = bytes.get(..BUFFER_BYTES).unwrap_or(bytes);
        self.buffer.clear();
        self.buffer.extend_from_slice(bytes);
        (self.position, self.counted) = (0, 0);
        self.entry_start = self.entry_start.map(|_| 0);
        let count = bytes.len();
        self.inner.consume(count);
        Ok(())
    }
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Source<'_> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position >= self.buffer.len() {
            self.refill()?;
        }
        Ok(self.buffer.get(self.position..).unwrap_or_default())
    }

    #[inline]
    fn consume(&mut self, count: usize) {
        self.position += count;
    }
}
