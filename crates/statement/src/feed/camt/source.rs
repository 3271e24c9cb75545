//! The text under the tokens: a window on the input that holds one complete piece of XML, counts lines and keeps an
//! entry's own text.
//!
//! Start at [`Source::advance`] and [`Source::token`]. UTF-8 is checked once, on input, and every token is a slice of
//! it. Lines are counted and an entry's text is kept on demand, or when the window moves on.
//!
//! Invariant: one piece of XML (a tag, a text, a comment) never takes more than [`PIECE_BYTES_MAX`], which bounds
//! memory. The boundaries of the input's own buffers change nothing.

use super::token::{Found, Token, scan};
use crate::feed::{FeedError, FeedErrorKind};
use std::cell::Cell;
use std::io::{BufRead, ErrorKind};

/// Bytes that one tag, text or comment may take: a remark of 10 MB passes, an endless one does not.
const PIECE_BYTES_MAX: usize = 12 << 20;

/// Bytes kept of an entry to show with a reject.
const RECORD_BYTES_MAX: usize = 4 * 4096;

/// Bytes that the window reads at once; a longer piece doubles it.
const WINDOW_BYTES: usize = 64 << 10;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A counting, bounding, recording view of the input.
pub(super) struct Source<'a> {
    inner: &'a mut dyn BufRead,
    text: String,
    /// Bytes of an incomplete character.
    split: Vec<u8>,
    /// The input has ended or failed.
    ended: Option<Result<(), FeedErrorKind>>,
    begun: bool,
    /// Bytes of `text` that were consumed.
    position: usize,
    /// The current token and its start in `text`.
    found: Found,
    token_start: usize,
    /// Bytes of `text` whose line breaks are in `breaks`.
    counted: Cell<usize>,
    breaks: Cell<u64>,
    /// The start in `text` of the part of the open entry that is not yet in `record`.
    entry_start: Cell<Option<usize>>,
    /// `record` is from an earlier entry.
    stale: Cell<bool>,
    record: String,
}

impl<'a> Source<'a> {
    pub(super) fn new(inner: &'a mut dyn BufRead) -> Self {
        Self {
            inner,
            text: String::with_capacity(2 * WINDOW_BYTES),
            split: Vec::new(),
            ended: None,
            begun: false,
            position: 0,
            found: Found::default(),
            token_start: 0,
            counted: Cell::new(0),
            breaks: Cell::new(0),
            entry_start: Cell::new(None),
            stale: Cell::new(false),
            record: String::new(),
        }
    }

    /// The current physical line, from 1.
    pub(super) fn line(&self) -> u64 {
        let bytes = self.text.as_bytes().get(self.counted.get()..self.position).unwrap_or_default();
        let breaks = memchr::memchr_iter(b'\n', bytes).count();
        self.breaks.set(self.breaks.get() + u64::try_from(breaks).unwrap_or(u64::MAX));
        self.counted.set(self.position);
        self.breaks.get() + 1
    }

    /// Starts to keep an entry's text, after its start tag.
    pub(super) fn record(&self) {
        self.stale.set(true);
        self.entry_start.set(Some(self.position));
    }

    /// The kept text of the open entry.
    pub(super) fn recorded(&self) -> String {
        let mut text = "<Ntry>".to_owned();
        if !self.stale.get() {
            text.push_str(&self.record);
        }
        let start = self.entry_start.get().unwrap_or(self.position);
        text.push_str(self.text.get(start..self.position).unwrap_or_default());
        text
    }

    /// Goes to the next token.
    ///
    /// If the next piece is no XML, too long or truncated, or the input failed.
    /// When what comes is no XML, is too long, is cut, or the input failed.
    #[inline]
    pub(super) fn advance(&mut self) -> Result<(), FeedError> {
        loop {
            let rest = self.text.get(self.position..).unwrap_or_default();
            let found = scan(rest, matches!(self.ended, Some(Ok(()))));
            let pending = rest.len();
            match found {
                Ok(Some(found)) if found.used <= PIECE_BYTES_MAX => {
                    (self.found, self.token_start) = (found, self.position);
                    self.position += found.used;
                    return Ok(());
                }
                Ok(None) if pending <= PIECE_BYTES_MAX => {}
                Ok(_) => {
                    let expected = format!("a tag or text of at most {PIECE_BYTES_MAX} bytes");
                    return Err(self.fail(structure(expected, "a longer one")));
                }
                Err(why) => return Err(self.fail(structure("well-formed XML".to_owned(), why))),
            }
            match &self.ended {
                Some(Err(kind)) => return Err(self.fail(kind.clone())),
                _ => self.refill(pending),
            }
        }
    }

    /// The current token.
    #[inline]
    pub(super) fn token(&self) -> Token<'_> {
        self.found.token(self.text.get(self.token_start..self.position).unwrap_or_default())
    }

    fn fail(&self, kind: FeedErrorKind) -> FeedError {
        FeedError { line: self.line(), kind }
    }

    /// Drops consumed text and reads more: at least as much again as is pending.
    fn refill(&mut self, pending: usize) {
        self.line();
        self.keep();
        self.text.drain(..self.position);
        (self.position, self.token_start) = (0, 0);
        self.counted.set(0);
        let goal = self.text.len() + pending.max(WINDOW_BYTES);
        while self.text.len() < goal && self.ended.is_none() {
            self.take_in();
        }
        if !self.begun && !self.text.is_empty() {
            self.begun = true;
            if self.text.starts_with(BYTE_ORDER_MARK) {
                self.text.drain(..BYTE_ORDER_MARK.len_utf8());
            }
        }
    }

    /// Moves the consumed text of the open entry into `record`.
    fn keep(&mut self) {
        if let Some(start) = self.entry_start.get() {
            if self.stale.replace(false) {
                self.record.clear();
            }
            if self.record.len() < RECORD_BYTES_MAX {
                let text = self.text.get(start..self.position).unwrap_or_default();
                let room = text.floor_char_boundary(RECORD_BYTES_MAX - self.record.len());
                self.record.push_str(text.get(..room).unwrap_or_default());
            }
            self.entry_start.set(Some(0));
        }
    }

    /// Reads one buffer of the input.
    fn take_in(&mut self) {
        let bytes = match self.inner.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::Interrupted => return,
            Err(error) => {
                self.ended = Some(Err(FeedErrorKind::Io(error.to_string())));
                return;
            }
        };
        let count = bytes.len();
        let broken =
            || FeedErrorKind::Encoding { expected: "UTF-8", found: "other bytes".to_owned() };
        if count == 0 {
            self.ended = Some(if self.split.is_empty() { Ok(()) } else { Err(broken()) });
            return;
        }
        // A character split by the buffer's end is completed byte by byte.
        let mut bytes = bytes;
        while let (false, Some((first, rest))) = (self.split.is_empty(), bytes.split_first()) {
            self.split.push(*first);
            bytes = rest;
            match std::str::from_utf8(&self.split) {
                Ok(text) => {
                    self.text.push_str(text);
                    self.split.clear();
                }
                Err(error) if error.error_len().is_none() => {}
                Err(_) => {
                    self.ended = Some(Err(broken()));
                    return;
                }
            }
        }
        match simdutf8::compat::from_utf8(bytes) {
            Ok(text) => self.text.push_str(text),
            Err(error) => {
                let (valid, behind) =
                    bytes.split_at_checked(error.valid_up_to()).unwrap_or((bytes, &[]));
                self.text.push_str(&String::from_utf8_lossy(valid));
                if error.error_len().is_some() {
                    self.ended = Some(Err(broken()));
                    return;
                }
                self.split.extend_from_slice(behind);
            }
        }
        self.inner.consume(count);
    }
}

fn structure(expected: String, found: &str) -> FeedErrorKind {
    FeedErrorKind::Structure { expected, found: found.to_owned() }
}
