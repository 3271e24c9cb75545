//! Lines of a SWIFT file: ended by LF, CR LF, CR alone, or `@@`.
//!
//! Invariant: one line never takes more than [`LINE_BYTES_MAX`]; the buffer is reused for the next.

use crate::feed::{FeedError, FeedErrorKind};
use std::io::{BufRead, ErrorKind};
use std::ops::Range;

/// Bytes of one line: a remark of 10 MB passes, an endless one does not.
const LINE_BYTES_MAX: usize = 12 << 20;

/// A reader of lines.
pub(super) struct Lines<'a> {
    input: &'a mut dyn BufRead,
    buffer: Vec<u8>,
    /// The current line within `buffer`: all of it, or a piece if `@@` ends lines.
    piece: Range<usize>,
    number: u64,
    /// The last line ended with CR: an LF directly after it belongs to it.
    after_return: bool,
    /// Whether `@@` ends lines; known after the first line with text.
    doubled_at: Option<bool>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead) -> Self {
        Self {
            input,
            buffer: Vec::with_capacity(4096),
            piece: 0..0,
            number: 0,
            after_return: false,
            doubled_at: None,
        }
    }

    /// The current line's physical number, from 1.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// The current line without its line end.
    pub(super) fn current(&self) -> &[u8] {
        self.buffer.get(self.piece.clone()).unwrap_or_default()
    }

    /// Goes to the next line; false at the end of the file.
    pub(super) fn advance(&mut self) -> Result<bool, FeedError> {
        if self.doubled_at == Some(true) && self.piece.end < self.buffer.len() {
            self.cut(self.piece.end + 2);
            return Ok(true);
        }
        if !self.read_line()? {
            return Ok(false);
        }
        if self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.buffer.drain(..3);
        }
        if self.doubled_at.is_none() && !self.buffer.trim_ascii().is_empty() {
            let doubled = memchr::memmem::find(&self.buffer, b"@@:").is_some();
            self.doubled_at = Some(doubled || self.buffer.starts_with(b"@@"));
        }
        self.piece = 0..self.buffer.len();
        if self.doubled_at == Some(true) {
            self.cut(0);
        }
        Ok(true)
    }

    /// Makes the text from `start` to the next `@@` the current line.
    fn cut(&mut self, start: usize) {
        let rest = self.buffer.get(start..).unwrap_or_default();
        let length = memchr::memmem::find(rest, b"@@").unwrap_or(rest.len());
        let start = start.min(self.buffer.len());
        self.piece = start..start + length;
    }

    fn read_line(&mut self) -> Result<bool, FeedError> {
        self.buffer.clear();
        loop {
            let bytes = match self.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    let kind = FeedErrorKind::Io(error.to_string());
                    return Err(FeedError { line: self.number, kind });
                }
            };
            if bytes.is_empty() {
                let any = !self.buffer.is_empty();
                self.number += u64::from(any);
                return Ok(any);
            }
            if std::mem::take(&mut self.after_return) && bytes.first() == Some(&b'\n') {
                self.input.consume(1);
                continue;
            }
            let end = memchr::memchr2(b'\n', b'\r', bytes);
            let text = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes);
            self.buffer.extend_from_slice(text);
            if let Some(end) = end {
                self.after_return = bytes.get(end) == Some(&b'\r');
                self.input.consume(end + 1);
                self.number += 1;
                return Ok(true);
            }
            let count = bytes.len();
            self.input.consume(count);
            if self.buffer.len() > LINE_BYTES_MAX {
                return Err(FeedError {
                    line: self.number + 1,
                    kind: FeedErrorKind::Structure {
                        expected: format!("a line of at most {LINE_BYTES_MAX} bytes"),
                        found: "a longer one".to_owned(),
                    },
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(u64, String)> {
        let mut input = text.as_bytes();
        let mut lines = Lines::new(&mut input);
        let mut found = Vec::new();
        while lines.advance().unwrap() {
            found.push((lines.number(), String::from_utf8(lines.current().to_vec()).unwrap()));
        }
        found
    }

    #[test]
    fn any_line_end_ends_a_line_and_is_counted_once() {
        let rows: [(&str, &[(u64, &str)]); 6] = [
            ("a\nb\n", &[(1, "a"), (2, "b")]),
            ("a\r\nb", &[(1, "a"), (2, "b")]),
            ("a\rb\r", &[(1, "a"), (2, "b")]),
            ("a\r\n\r\nb", &[(1, "a"), (2, ""), (3, "b")]),
            ("@@:20:x@@:25:y@@\n", &[(1, ""), (1, ":20:x"), (1, ":25:y"), (1, "")]),
            ("\u{feff}:20:a@@b", &[(1, ":20:a@@b")]),
        ];
        for (text, want) in rows {
            let want: Vec<_> =
                want.iter().map(|(line, text)| (*line, (*text).to_owned())).collect();
            assert_eq!(lines(text), want, "{text:?}");
        }
    }
}
