//! Splits text into rows of cells (RFC 4180), borrowed from the reading buffer.
//!
//! Start at [`RowReader::next`]. It is hand-written because the rows must keep what crate csv does not give: the row's
//! original text, its physical line with any line end (CR alone included), and an error for a quote that is never
//! closed, which would swallow the file.
//!
//! Invariant: the rows, with the line ends between them, are the file, byte for byte.

use super::{FeedError, FeedErrorKind};
use std::io::Read;

/// Longest row: a remark of 10 MB passes, an open quote does not read a file into memory.
const ROW_BYTES_MAX: usize = 12 << 20;
/// Bytes read at a time.
const CHUNK_BYTES: usize = 256 * 1024;

/// The place of a cell in its row's text, or in the text of unescaped cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    start: usize,
    end: usize,
    unescaped: bool,
}

/// One row; its cells are trimmed on access.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// Physical line on which the row starts, from 1.
    pub(super) line: u64,
    /// The original row, without its line end.
    pub(super) text: &'a str,
    unescaped: &'a str,
    spans: &'a [Span],
}

impl<'a> Row<'a> {
    pub(super) const fn len(&self) -> usize {
        self.spans.len()
    }

    /// A cell without its padding; empty if the row has no such cell.
    pub(super) fn cell(&self, index: usize) -> &'a str {
        let Some(span) = self.spans.get(index) else { return "" };
        let text = if span.unescaped { self.unescaped } else { self.text };
        trimmed(text.get(span.start..span.end).unwrap_or_default())
    }

    pub(super) fn cells(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).map(move |index| self.cell(index))
    }
}

/// A row kept while others are inspected.
#[derive(Clone, Debug)]
pub(super) struct KeptRow {
    line: u64,
    text: String,
    unescaped: String,
    spans: Vec<Span>,
}

impl KeptRow {
    pub(super) fn of(row: Row<'_>) -> Self {
        Self {
            line: row.line,
            text: row.text.to_owned(),
            unescaped: row.unescaped.to_owned(),
            spans: row.spans.to_vec(),
        }
    }

    pub(super) fn row(&self) -> Row<'_> {
        Row { line: self.line, text: &self.text, unescaped: &self.unescaped, spans: &self.spans }
    }
}

/// Trims spaces, tabs, ideographic and no-break spaces, which banks use as padding.
fn trimmed(text: &str) -> &str {
    let bytes = text.as_bytes();
    let padded = |byte: &u8| matches!(byte, 0..=b' ' | 0x80 | 0xa0 | 0xc2 | 0xe3);
    if bytes.first().is_some_and(padded) || bytes.last().is_some_and(padded) {
        text.trim_matches(|c| matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{3000}' | '\u{a0}'))
    } else {
        text
    }
}

/// Rows made from another reader's cells (a workbook, an HTML table).
pub(super) struct Cells {
    text: String,
    spans: Vec<Span>,
}

impl Cells {
    pub(super) const fn new() -> Self {
        Self { text: String::new(), spans: Vec::new() }
    }

    pub(super) const fn len(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }

    pub(super) fn push(&mut self, cell: &str) {
        if !self.spans.is_empty() {
            self.text.push('\t');
        }
        let start = self.text.len();
        self.text.push_str(cell);
        self.spans.push(Span { start, end: self.text.len(), unescaped: false });
    }

    pub(super) fn row(&self, line: u64) -> Row<'_> {
        Row { line, text: &self.text, unescaped: "", spans: &self.spans }
    }
}

/// Reads rows one after the other.
pub(super) struct RowReader<R> {
    input: R,
    delimiter: u8,
    /// Whether quotes around a cell are removed.
    quoting: bool,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    finished: bool,
    line: u64,
    spans: Vec<Span>,
    unescaped: Vec<u8>,
}

/// How to split bytes; `last` says that these are the last ones.
#[derive(Clone, Copy)]
struct How {
    delimiter: u8,
    quoting: bool,
    last: bool,
}

/// The result of splitting the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
enum Split {
    /// A row of `content` bytes and its line end, together `length`; with `breaks` line breaks inside.
    Row { content: usize, length: usize, breaks: u64 },
    /// The row does not end in these bytes.
    More { quoted: bool },
}

impl<R: Read> RowReader<R> {
    pub(super) fn new(input: R, delimiter: u8) -> Self {
        Self {
            input,
            delimiter,
            quoting: true,
            buffer: vec![0; CHUNK_BYTES],
            at: 0,
            end: 0,
            finished: false,
            line: 1,
            spans: Vec::with_capacity(32),
            unescaped: Vec::new(),
        }
    }

    /// For records in which a quote is an ordinary character.
    pub(super) fn unquoted(input: R, delimiter: u8) -> Self {
        Self { quoting: false, ..Self::new(input, delimiter) }
    }

    /// The next row; an empty line is a row of one empty cell.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, FeedError> {
        let (content, length, breaks) = loop {
            let bytes = self.buffer.get(self.at..self.end).unwrap_or_default();
            if bytes.is_empty() && self.finished {
                return Ok(None);
            }
            self.spans.clear();
            self.unescaped.clear();
            let how = How { delimiter: self.delimiter, quoting: self.quoting, last: self.finished };
            match split(bytes, how, &mut self.spans, &mut self.unescaped) {
                Split::Row { content, length, breaks } => break (content, length, breaks),
                Split::More { quoted } if self.finished || bytes.len() > ROW_BYTES_MAX => {
                    let expected =
                        if quoted { "a closing quote" } else { "a row of at most 12 MiB" };
                    return Err(unended(bytes, expected, self.line));
                }
                Split::More { .. } => self.fill()?,
            }
        };
        let (from, line) = (self.at, self.line);
        self.at += length;
        self.line += breaks;
        let bytes = self.buffer.get(from..from + content).unwrap_or_default();
        let (Ok(text), Ok(unescaped)) =
            (simdutf8::basic::from_utf8(bytes), simdutf8::basic::from_utf8(&self.unescaped))
        else {
            let found = "other bytes".to_owned();
            return Err(FeedErrorKind::Encoding { expected: "UTF-8", found }.at(line));
        };
        Ok(Some(Row { line, text, unescaped, spans: &self.spans }))
    }

    /// Moves unread bytes to the front and reads more after them.
    fn fill(&mut self) -> Result<(), FeedError> {
        self.buffer.copy_within(self.at..self.end, 0);
        (self.at, self.end) = (0, self.end - self.at);
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        // Until it is full: each filling splits the row again, and fillings double.
        while !self.finished && self.end < self.buffer.len() {
            let read = self.input.read(self.buffer.get_mut(self.end..).unwrap_or_default())?;
            self.end += read;
            self.finished = read == 0;
        }
        Ok(())
    }
}

fn unended(bytes: &[u8], expected: &str, line: u64) -> FeedError {
    let found: String = String::from_utf8_lossy(bytes).chars().take(40).collect();
    FeedErrorKind::Structure { expected: expected.to_owned(), found }.at(line)
}

/// Splits the row at the beginning of `bytes`.
///
/// A quote counts only as the first byte of a cell; text after a closing quote belongs to the cell.
fn split(bytes: &[u8], how: How, spans: &mut Vec<Span>, unescaped: &mut Vec<u8>) -> Split {
    let How { delimiter, quoting, last } = how;
    let (mut at, mut breaks) = (0, 0);
    loop {
        let mut span = Span { start: at, end: at, unescaped: false };
        let mut from = at;
        if quoting && bytes.get(at) == Some(&b'"') {
            let Some(closing) = closing_quote(bytes, at + 1) else {
                return Split::More { quoted: true };
            };
            let quoted = bytes.get(at + 1..closing).unwrap_or_default();
            // A quote that ends the buffer may be the first of a pair.
            if closing + 1 == bytes.len() && !last {
                return Split::More { quoted: true };
            }
            breaks += line_breaks(quoted);
            span = Span { start: at + 1, end: closing, unescaped: false };
            from = closing + 1;
        }
        let rest = bytes.get(from..).unwrap_or_default();
        let length = memchr::memchr3(delimiter, b'\n', b'\r', rest);
        let end = match length {
            Some(length) => from + length,
            None if last => bytes.len(),
            None => return Split::More { quoted: false },
        };
        if from == at {
            span.end = end;
        } else {
            unescape(bytes, &mut span, from..end, unescaped);
        }
        spans.push(span);
        match bytes.get(end) {
            Some(byte) if *byte == delimiter => at = end + 1,
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => {
                return Split::Row { content: end, length: end + 2, breaks: breaks + 1 };
            }
            Some(b'\r') if end + 1 == bytes.len() && !last => return Split::More { quoted: false },
            Some(_) => return Split::Row { content: end, length: end + 1, breaks: breaks + 1 },
            None => return Split::Row { content: end, length: end, breaks: breaks + 1 },
        }
    }
}

/// The quote that closes a cell; two quotes together are one character of the cell.
fn closing_quote(bytes: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let quote = from + memchr::memchr(b'"', bytes.get(from..)?)?;
        if bytes.get(quote + 1) != Some(&b'"') {
            return Some(quote);
        }
        from = quote + 2;
    }
}

/// Copies a quoted cell that differs from the text between its quotes.
fn unescape(
    bytes: &[u8],
    span: &mut Span,
    behind: std::ops::Range<usize>,
    unescaped: &mut Vec<u8>,
) {
    let quoted = bytes.get(span.start..span.end).unwrap_or_default();
    let behind = bytes.get(behind).unwrap_or_default();
    let padding = behind.iter().all(|byte| matches!(byte, b' ' | b'\t'));
    if padding && memchr::memchr(b'"', quoted).is_none() {
        return;
    }
    let start = unescaped.len();
    let mut rest = quoted;
    while let Some(quote) = memchr::memchr(b'"', rest) {
        unescaped.extend_from_slice(rest.get(..=quote).unwrap_or_default());
        rest = rest.get(quote + 2..).unwrap_or_default();
    }
    unescaped.extend_from_slice(rest);
    unescaped.extend_from_slice(behind);
    *span = Span { start, end: unescaped.len(), unescaped: true };
}

/// CR, LF and CR LF each end one line.
fn line_breaks(bytes: &[u8]) -> u64 {
    let count = |byte| memchr::memchr_iter(byte, bytes).count();
    let pairs = memchr::memmem::find_iter(bytes, b"\r\n").count();
    u64::try_from(count(b'\n') + count(b'\r') - pairs).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Expected<'a> = (u64, &'a [&'a str]);

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        let mut reader = RowReader::new(text.as_bytes(), b',');
        let mut rows = Vec::new();
        while let Some(row) = reader.next().unwrap() {
            rows.push((row.line, row.cells().map(str::to_owned).collect()));
        }
        rows
    }

    #[test]
    fn rows_end_with_any_line_end_and_know_their_line() {
        #[rustfmt::skip] // A table is read by column.
        let table: &[(&str, &[Expected<'_>])] = &[
            ("a,b\nc,d\n",           &[(1, &["a", "b"]), (2, &["c", "d"])]),
            ("a,b\r\nc,d",           &[(1, &["a", "b"]), (2, &["c", "d"])]),
            ("a,b\rc,d\r",           &[(1, &["a", "b"]), (2, &["c", "d"])]),
            ("\n\r\na",              &[(1, &[""]), (2, &[""]), (3, &["a"])]),
            ("\"a\nb\",c\nd",        &[(1, &["a\nb", "c"]), (3, &["d"])]),
            ("\"a\r\nb\rc\"\r\nd",   &[(1, &["a\r\nb\rc"]), (4, &["d"])]),
            ("\"a\"\"b\",c",         &[(1, &["a\"b", "c"])]),
            ("\"\"\"\",\"\"",        &[(1, &["\"", ""])]),
            ("\"a\" \t,b",           &[(1, &["a", "b"])]),
            ("\"a\"b,c",             &[(1, &["ab", "c"])]),
            ("a \"b\",c",            &[(1, &["a \"b\"", "c"])]),
            ("\" a\t\",　b　,",      &[(1, &["a", "b", ""])]),
        ];
        for (text, want) in table {
            let got = rows(text);
            let want: Vec<_> = want
                .iter()
                .map(|(line, cells)| (*line, cells.iter().map(|&c| c.to_owned()).collect()))
                .collect();
            assert_eq!(got, want, "text {text:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_an_error_with_its_line() {
        let mut reader = RowReader::new("a,b\nc,\"d\ne,f\n".as_bytes(), b',');
        reader.next().unwrap();
        let error = reader.next().map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), r#"line 2: expected a closing quote, found "c,\"d\ne,f\n""#);
    }
}
