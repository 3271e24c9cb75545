//! The bytes under the XML reader: counts lines, bounds one piece, keeps an entry's own text.
//!
//! Invariant: one piece of XML (a tag, a text, a comment) never takes more than
//! [`PIECE_BYTES_MAX`]; the memory of a reading is bounded by it.

use crate::feed::{FeedError, FeedErrorKind};
use std::io::{self, BufRead, Read};

/// Bytes that one tag, text or comment may take: a remark of 10 MB passes, an endless one does not.
const PIECE_BYTES_MAX: usize = 12 << 20;

/// Bytes of an entry that are kept to be shown with a reject.
const RECORD_BYTES_MAX: usize = 4 * 4096;

/// A counting, bounding, recording view of the input.
pub(super) struct Source<'a> {
    inner: &'a mut dyn BufRead,
    /// Line breaks consumed so far.
    breaks: u64,
    piece_bytes: usize,
    recording: bool,
    record: Vec<u8>,
}

impl<'a> Source<'a> {
    pub(super) fn new(inner: &'a mut dyn BufRead) -> Self {
        Self { inner, breaks: 0, piece_bytes: 0, recording: false, record: Vec::new() }
    }

    /// The physical line at which reading stands, from 1.
    pub(super) const fn line(&self) -> u64 {
        self.breaks + 1
    }

    /// Says that another piece begins, and whether an entry is still open.
    pub(super) fn next_piece(&mut self, in_entry: bool) {
        self.piece_bytes = 0;
        self.recording = in_entry;
    }

    /// Starts to keep an entry's text; its start tag was already read and is not in it.
    pub(super) fn record(&mut self) {
        self.record.clear();
        self.record.extend_from_slice(b"<Ntry>");
    }

    /// What was kept of the entry that is open or was closed last.
    pub(super) fn recorded(&self) -> &[u8] {
        &self.record
    }

    /// What an error of the XML reader means for the file.
    pub(super) fn failure(&self, error: quick_xml::Error) -> FeedError {
        use quick_xml::Error;
        let kind = match error {
            _ if self.piece_bytes > PIECE_BYTES_MAX => FeedErrorKind::Structure {
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
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.piece_bytes > PIECE_BYTES_MAX {
            return Err(io::Error::other("a tag or text is too long"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // The bytes are still buffered: this second look at them costs no reading.
        if let Ok(bytes) = self.inner.fill_buf() {
            let bytes = bytes.get(..count).unwrap_or(bytes);
            let breaks = memchr::memchr_iter(b'\n', bytes).count();
            self.breaks += u64::try_from(breaks).unwrap_or(u64::MAX);
            if self.recording && self.record.len() < RECORD_BYTES_MAX {
                let room = RECORD_BYTES_MAX - self.record.len();
                self.record.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
            }
        }
        self.piece_bytes = self.piece_bytes.saturating_add(count);
        self.inner.consume(count);
    }
}
