//! Text files: the whole file decides the encoding, its lines the separator.
//!
//! Start at [`decode`], then [`read`]. Text is UTF-8 if all of it is, otherwise GB18030 if all of it is, otherwise
//! unreadable; a mark identifies UTF-16. (Short GBK words can be valid UTF-8 by accident; a whole file of them cannot.)
//! A row's number is that of its physical line, with any line end: CR LF, LF or CR alone.

use super::{Builder, Encoding, Head, Kind, Unreadable, Visitor};
use remittance::Bilingual;
use std::borrow::Cow;

/// Separators in order of preference.
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Lines inspected to find the separator.
const LINES_LOOKED_AT: usize = 20;
/// The end-of-file mark of old programs.
const END_OF_FILE: char = '\u{1a}';

pub(super) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), Unreadable> {
    for (mark, encoding) in
        [(b"\xff\xfe", encoding_rs::UTF_16LE), (b"\xfe\xff", encoding_rs::UTF_16BE)]
    {
        if let Some(rest) = bytes.strip_prefix(mark) {
            let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
            let text = text.ok_or(Unreadable::Bytes("UTF-16, as the byte order mark says", 2))?;
            return Ok((text.into_owned().into(), Encoding::Utf16));
        }
    }
    let (bytes, encoding) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, Encoding::Utf8WithMark),
        None => (bytes, Encoding::Utf8),
    };
    if memchr::memchr(0, bytes).is_some() {
        return Err(Unreadable::Foreign(Bilingual::fixed("二进制数据", "binary data")));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((Cow::Borrowed(text), encoding)),
        Err(error) if encoding == Encoding::Utf8WithMark => {
            Err(Unreadable::Bytes("UTF-8, as the byte order mark says", error.valid_up_to()))
        }
        Err(error) => encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .map(|text| (text, Encoding::Gb18030))
            .ok_or(Unreadable::Bytes("UTF-8 or GB18030 text", error.valid_up_to())),
    }
}

/// Passes on every row that is not blank.
pub(super) fn read(text: &str, visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    let text = text.trim_end_matches(END_OF_FILE);
    let (separator, mut at, mut line) = match declared(text) {
        Some((separator, length)) => (separator, length, 2),
        None => (separator(text), 0, 1),
    };
    let head = Head { separated: Some(char::from(separator)), ..Head::default() };
    if !visitor.sheet(&head) {
        return Ok(());
    }
    let mut builder = Builder::default();
    let mut unescaped = String::new();
    while at < text.len() {
        let first = line;
        builder.clear();
        at = row(text, at, separator, &mut line, (&mut builder, &mut unescaped))?;
        if !builder.cells.is_empty() && !visitor.row(builder.row(first, false, &[])) {
            break;
        }
    }
    Ok(())
}

/// `sep=;` on the first line, which Excel interprets and hides; with its length in bytes.
fn declared(text: &str) -> Option<(u8, usize)> {
    let line = text.split(['\n', '\r']).next()?;
    let rest = line.trim_matches('"').strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    let separator = *rest.as_bytes().first()?;
    let break_length = match text.as_bytes().get(line.len()..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([_, ..]) => 1,
        _ => 0,
    };
    (rest.len() == 1 && separator.is_ascii()).then_some((separator, line.len() + break_length))
}

/// The separator that splits most lines into the same number of cells.
fn separator(text: &str) -> u8 {
    let lines =
        || text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).take(LINES_LOOKED_AT);
    let score = |separator: u8| {
        let counts: Vec<usize> = lines().map(|line| count(line, separator)).collect();
        let of = |cells: usize| counts.iter().filter(|count| **count == cells).count() * cells;
        counts.iter().map(|cells| of(*cells)).max().unwrap_or(0)
    };
    let mut best = (b',', 0);
    for separator in SEPARATORS {
        let score = score(separator);
        if score > best.1 {
            best = (separator, score);
        }
    }
    best.0
}

/// Separators outside quotes.
fn count(line: &str, separator: u8) -> usize {
    let mut quoted = false;
    let mut count = 0;
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        count += usize::from(!quoted && byte == separator);
    }
    count
}

/// Reads one row into the builder; returns the start of the next.
fn row(
    text: &str,
    mut at: usize,
    separator: u8,
    line: &mut u64,
    (builder, unescaped): (&mut Builder, &mut String),
) -> Result<usize, Unreadable> {
    let bytes = text.as_bytes();
    let mut column = 0;
    loop {
        let opening = at + blanks(bytes, at);
        let (cell, quoted, behind) = if bytes.get(opening) == Some(&b'"') {
            let behind = quoted(text, opening + 1, separator, line, unescaped)?;
            (unescaped.as_str(), true, behind)
        } else {
            let rest = bytes.get(at..).unwrap_or_default();
            let length = memchr::memchr3(separator, b'\n', b'\r', rest).unwrap_or(rest.len());
            (text.get(at..at + length).unwrap_or_default(), false, at + length)
        };
        builder.put(column, Kind::Text, trimmed(cell), 0, quoted);
        column += 1;
        match bytes.get(behind) {
            Some(byte) if *byte == separator => at = behind + 1,
            Some(b'\r') => {
                *line += 1;
                return Ok(behind + 1 + usize::from(bytes.get(behind + 1) == Some(&b'\n')));
            }
            Some(_) => {
                *line += 1;
                return Ok(behind + 1);
            }
            None => return Ok(behind),
        }
    }
}

/// Spaces before a quote.
fn blanks(bytes: &[u8], at: usize) -> usize {
    bytes.iter().skip(at).take_while(|byte| **byte == b' ').count()
}

/// Reads a quoted text; returns the place of the separator or line end after it.
fn quoted(
    text: &str,
    start: usize,
    separator: u8,
    line: &mut u64,
    unescaped: &mut String,
) -> Result<usize, Unreadable> {
    let bytes = text.as_bytes();
    let opened_on = *line;
    unescaped.clear();
    let mut from = start;
    loop {
        let rest = bytes.get(from..).unwrap_or_default();
        let Some(length) = memchr::memchr(b'"', rest) else {
            return Err(Unreadable::Quote(opened_on));
        };
        let piece = text.get(from..from + length).unwrap_or_default();
        *line += breaks(piece);
        unescaped.push_str(piece);
        let quote = from + length;
        if bytes.get(quote + 1) == Some(&b'"') {
            unescaped.push('"');
            from = quote + 2;
            continue;
        }
        // Text between the closing quote and the separator belongs to the cell, as in spreadsheets.
        let rest = bytes.get(quote + 1..).unwrap_or_default();
        let length = memchr::memchr3(separator, b'\n', b'\r', rest).unwrap_or(rest.len());
        unescaped.push_str(text.get(quote + 1..quote + 1 + length).unwrap_or_default());
        return Ok(quote + 1 + length);
    }
}

/// Line ends inside a text.
fn breaks(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let lone = |at: usize| bytes.get(at + 1) != Some(&b'\n');
    let returns = memchr::memchr_iter(b'\r', bytes).filter(|at| lone(*at)).count();
    u64::try_from(memchr::memchr_iter(b'\n', bytes).count() + returns).unwrap_or(0)
}

/// A cell without padding: blanks of any width, tabs, invisible characters.
pub(super) fn trimmed(text: &str) -> &str {
    let solid = |byte: Option<&u8>| byte.is_none_or(|byte| byte.is_ascii_graphic());
    if solid(text.as_bytes().first()) && solid(text.as_bytes().last()) {
        return text;
    }
    text.trim_matches(|found: char| {
        found.is_whitespace() || matches!(found, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
    })
}

#[cfg(test)]
mod tests {
    use super::super::Row;
    use super::*;

    #[derive(Default)]
    struct All(Vec<(u64, Vec<String>)>);

    impl Visitor for All {
        fn sheet(&mut self, _: &Head) -> bool {
            true
        }

        fn row(&mut self, row: Row<'_>) -> bool {
            let cells = row.cells.iter().map(|cell| format!("{}={}", cell.column, row.text(cell)));
            self.0.push((row.number, cells.collect()));
            true
        }
    }

    fn rows(text: &str) -> Vec<(u64, String)> {
        let mut all = All::default();
        read(text, &mut all).unwrap();
        all.0.into_iter().map(|(line, cells)| (line, cells.join("|"))).collect()
    }

    #[test]
    fn rows_have_the_numbers_of_their_lines_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("a,b{end}{end}1,\"x{end}y\"{end}2,{end}");
            let numbers: Vec<u64> = rows(&text).iter().map(|row| row.0).collect();
            assert_eq!(numbers, [1, 3, 5], "{end:?}");
        }
    }

    #[test]
    fn the_separator_is_declared_or_found() {
        for text in ["a;b\n1;\"2\"\n", "a\tb\n1\t2\n", "sep=;\r\na;b\r\n1;2\r\n", "a|b\n1|2"] {
            let cells: Vec<String> = rows(text).into_iter().map(|row| row.1).collect();
            assert_eq!(cells, ["0=a|1=b", "0=1|1=2"], "{text:?}");
        }
        assert_eq!(rows("a,b\n\"1;2;3\",4;5;6\n")[1].1, "0=1;2;3|1=4;5;6");
        assert_eq!(rows("sep=;\r\na;b\r\n")[0].0, 2);
    }

    #[test]
    fn quotes_are_taken_off_and_an_open_one_is_an_error() {
        assert_eq!(rows("a,\"b\"\"c\",\" d \"\n")[0].1, "0=a|1=b\"c|2=d");
        assert_eq!(read("a\n1,\"x\n2\n", &mut All::default()), Err(Unreadable::Quote(2)));
        assert_eq!(rows("a,b\n1,2\n\u{1a}").len(), 2);
    }
}
