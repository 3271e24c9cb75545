//! The ministry's settlement system: movements pushed to a centre as records of 23 fields.
//!
//! Start at [`read_plain`] for `.act` files and at [`read_envelope`] for the XML message that carries such files as
//! hexadecimal digits of GBK bytes. Each field ends with `|`; the amount is signed; the literal text `null` means empty
//! (messages SBDC100 and BDC113).
//!
//! Not here: resends. The same serial with the same content is recognized later.
//!
//! Invariant: memory does not grow with the file, nor with the hexadecimal text of an envelope.

use super::amount::{self, Amount};
use super::encoding::{Encoding, Utf8Reader};
use super::rows::{Row, RowReader};
use super::running::Running;
use super::table::{FOUND_CHARS_MAX, ROW_CHARS_MAX, currency_code, shortened};
use super::{FeedError, FeedErrorKind, Problem, Reject, Sink, StatementEntry, date};
use crate::rules::bank::{AmountStyle, DateOrder};
use remittance::{Counterparty, Direction, Remarks};
use std::io::{self, BufRead, Read};

/// Fields of a record, each ended by `|`.
const FIELDS: usize = 23;
/// Bytes of one tag of the envelope, far above any real one.
const TAG_BYTES_MAX: usize = 64 * 1024;

/// The fields in use, with their place from 0 and their name.
#[derive(Clone, Copy)]
struct FieldAt(usize, &'static str);

const ACCOUNT: FieldAt = FieldAt(1, "acct");
const SERIAL: FieldAt = FieldAt(2, "hostSeqNo");
const OPPONENT_ACCOUNT: FieldAt = FieldAt(4, "opponentAcct");
const OPPONENT_NAME: FieldAt = FieldAt(5, "opponentName");
const AMOUNT: FieldAt = FieldAt(6, "amt");
const DATE: FieldAt = FieldAt(7, "date");
const TIME: FieldAt = FieldAt(8, "time");
const REMARK: FieldAt = FieldAt(11, "remark");
const CURRENCY: FieldAt = FieldAt(12, "currNo");
const BALANCE: FieldAt = FieldAt(14, "balance");
const OPPONENT_BANK: FieldAt = FieldAt(18, "opponentBankNo");
const SUMMARY: FieldAt = FieldAt(19, "summary");
const REDO: FieldAt = FieldAt(20, "redo");

/// Parses the records of a `.act` file.
pub(super) fn read_plain<R: Read>(input: R, sink: &mut dyn Sink) -> Result<(), FeedError> {
    let mut running = Running::default();
    records(input, &mut running, sink)?;
    running.end_file(Some("CNY"), sink);
    Ok(())
}

/// Parses the records inside the message; a message may carry several files.
///
/// Rejects of its records give the line within the carried file.
pub(super) fn read_envelope(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), FeedError> {
    let mut envelope = Envelope { input, depth: 0, line: 1, high: None, ended: false };
    let mut running = Running::default();
    let mut files = 0;
    while envelope.next_data()? {
        files += 1;
        records(Utf8Reader::new(&mut envelope, Encoding::GB18030), &mut running, sink)?;
    }
    if files == 0 {
        let (expected, found) = ("a field DATA with records".to_owned(), "none".to_owned());
        return Err(FeedErrorKind::Structure { expected, found }.at(0));
    }
    running.end_file(Some("CNY"), sink);
    Ok(())
}

/// `|` is only a separator here: quotes are text, so the rows are plain lines.
fn records<R: Read>(input: R, running: &mut Running, sink: &mut dyn Sink) -> Result<(), FeedError> {
    let mut rows = RowReader::unquoted(input, b'|');
    while let Some(row) = rows.next()? {
        if row.text.trim().is_empty() {
            continue;
        }
        match entry(row) {
            Ok((entry, amount, balance)) => {
                running.entry(&entry, amount, balance);
                sink.entry(entry);
            }
            Err((FieldAt(index, name), problem)) => {
                running.gap();
                let whole = matches!(problem, Problem::Fields { .. } | Problem::Text { .. });
                let found = if whole { row.text } else { row.cell(index) };
                sink.reject(Reject {
                    line: row.line,
                    column: u32::try_from(index + 1).ok().filter(|_| !whole),
                    field: if whole { "record".to_owned() } else { name.to_owned() },
                    found: shortened(found, FOUND_CHARS_MAX),
                    problem,
                    row: shortened(row.text, ROW_CHARS_MAX),
                });
            }
        }
    }
    Ok(())
}

type Read23<'a> = (StatementEntry<'a>, Amount, Option<Amount>);

fn entry(row: Row<'_>) -> Result<Read23<'_>, (FieldAt, Problem)> {
    let value = |FieldAt(index, _): FieldAt| match row.cell(index) {
        "null" => "",
        text => text,
    };
    // 23 fields that each end with `|` are 24 cells, the last of them empty.
    if row.len() != FIELDS + 1 || !row.cell(FIELDS).is_empty() {
        let expected = format!("{FIELDS} fields, each ended by '|'");
        return Err((ACCOUNT, Problem::Fields { expected }));
    }
    if row.text.contains(['\0', '\u{fffd}']) {
        return Err((ACCOUNT, Problem::Text { expected: "text in GBK" }));
    }
    let amount = amount_at(AMOUNT, value(AMOUNT))?;
    let balance = match value(BALANCE) {
        "" => None,
        text => Some(amount_at(BALANCE, text)?),
    };
    let dated = |place, expected| (place, Problem::Date { expected });
    let day = date::day(value(DATE), DateOrder::YearFirst).filter(|found| found.rest.is_empty());
    let time = date::time(value(TIME)).map_err(|()| dated(TIME, "a time such as 093000"))?;
    let currency = match value(CURRENCY) {
        "" => Some("CNY"),
        code => Some(currency_code(code).unwrap_or(code)),
    };
    let entry = StatementEntry {
        line: row.line,
        account: Some(value(ACCOUNT)).filter(|account| !account.is_empty()),
        currency,
        serial: value(SERIAL),
        booked_on: day.ok_or_else(|| dated(DATE, "a date such as 20260511"))?.day,
        booked_time: time,
        direction: if amount.hundredths < 0 { Direction::Debit } else { Direction::Credit },
        amount: amount.decimal(),
        balance: balance.map(Amount::signed),
        counterparty: Counterparty {
            account: value(OPPONENT_ACCOUNT),
            name: value(OPPONENT_NAME),
            bank_code: value(OPPONENT_BANK),
            bank_name: "",
        },
        remarks: Remarks { summary: value(SUMMARY), note: value(REMARK), ..Remarks::default() },
        reversal: match value(REDO) {
            "" | "0" | "N" => false,
            "1" | "Y" => true,
            _ => return Err((REDO, Problem::Word { expected: "0 or 1".to_owned() })),
        },
        booking: None,
        contradicted: false,
    };
    Ok((entry, amount, balance))
}

fn amount_at(place: FieldAt, text: &str) -> Result<Amount, (FieldAt, Problem)> {
    Amount::read(text, AmountStyle::Point).map_err(|error| (place, amount::problem(&error)))
}

/// The XML message, scanned for its DATA fields; reading from it gives the bytes of one field.
///
/// It is hand-written because an XML parser returns a text in one piece, and this one can be as long as a day's
/// movements. It contains no entities, and none are expanded.
struct Envelope<'i> {
    input: &'i mut dyn BufRead,
    depth: u64,
    line: u64,
    /// The first of two hexadecimal digits split by the buffer's end.
    high: Option<u8>,
    ended: bool,
}

impl Envelope<'_> {
    /// Moves to the next DATA field; false at the end of the message.
    fn next_data(&mut self) -> Result<bool, FeedError> {
        loop {
            if !self.skip_text()? {
                let (expected, found) = ("the end tag of the message", "the end of the file");
                return if self.depth == 0 { Ok(false) } else { Err(self.broken(expected, found)) };
            }
            let tag = self.tag()?;
            match tag.first() {
                Some(b'!') if tag.starts_with(b"!--") => {}
                Some(b'!') if tag.starts_with(b"![CDATA[") => {
                    return Err(self.broken("hexadecimal digits", "a CDATA section"));
                }
                Some(b'!') => {
                    let found = "a document type";
                    return Err(FeedErrorKind::Forbidden { found }.at(self.line));
                }
                Some(b'?') => {}
                Some(b'/') if self.depth == 0 => {
                    return Err(self.broken("a start tag", "an end tag"));
                }
                Some(b'/') => self.depth -= 1,
                Some(_) if tag.ends_with(b"/") => {}
                Some(_) => {
                    self.depth += 1;
                    if is_data(&tag) {
                        (self.high, self.ended) = (None, false);
                        return Ok(true);
                    }
                }
                None => return Err(self.broken("a tag", "<>")),
            }
        }
    }

    fn broken(&self, expected: &str, found: &str) -> FeedError {
        let (expected, found) = (expected.to_owned(), found.to_owned());
        FeedErrorKind::Structure { expected, found }.at(self.line)
    }

    /// Reads past the next `<`; false at the end of the file.
    fn skip_text(&mut self) -> Result<bool, FeedError> {
        loop {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                return Ok(false);
            }
            let found = memchr::memchr(b'<', bytes);
            let used = found.map_or(bytes.len(), |at| at + 1);
            let text = bytes.get(..used).unwrap_or_default();
            self.line += u64::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(0);
            self.input.consume(used);
            if found.is_some() {
                return Ok(true);
            }
        }
    }

    /// The text between `<` and `>`; a comment ends only with `-->`.
    fn tag(&mut self) -> Result<Vec<u8>, FeedError> {
        let mut tag = Vec::new();
        loop {
            let room = u64::try_from(TAG_BYTES_MAX).unwrap_or(0);
            (&mut *self.input).take(room).read_until(b'>', &mut tag)?;
            if tag.pop() != Some(b'>') || tag.len() > TAG_BYTES_MAX {
                return Err(self.broken("the end of a tag", "none"));
            }
            if !tag.starts_with(b"!--") || (tag.len() >= 5 && tag.ends_with(b"--")) {
                self.line += u64::try_from(memchr::memchr_iter(b'\n', &tag).count()).unwrap_or(0);
                return Ok(tag);
            }
            tag.push(b'>');
        }
    }
}

fn is_data(tag: &[u8]) -> bool {
    let squeezed: Vec<u8> =
        tag.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'\'').collect();
    squeezed.starts_with(b"field")
        && !squeezed.starts_with(b"field-list")
        && (squeezed.ends_with(b"name=\"DATA\"") || squeezed.ends_with(b"name=DATA"))
}

/// Decodes the hexadecimal digits of the current DATA field.
impl Read for Envelope<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written < target.len() && !self.ended {
            let bytes = self.input.fill_buf()?;
            let mut used = 0;
            self.ended = bytes.is_empty();
            for byte in bytes {
                match (hex(*byte), target.get_mut(written)) {
                    (_, None) => break,
                    (Some(low), Some(place)) => match self.high.take() {
                        Some(high) => {
                            *place = high * 16 + low;
                            written += 1;
                        }
                        None => self.high = Some(low),
                    },
                    (None, Some(_)) if byte.is_ascii_whitespace() => {}
                    (None, Some(_)) if *byte == b'<' && self.high.is_none() => {
                        self.ended = true;
                        break;
                    }
                    (None, Some(_)) => {
                        let found = char::from(*byte);
                        let text = format!("expected pairs of hexadecimal digits, found {found:?}");
                        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
                    }
                }
                used += 1;
            }
            let lines = bytes.get(..used).unwrap_or_default();
            self.line += u64::try_from(memchr::memchr_iter(b'\n', lines).count()).unwrap_or(0);
            self.input.consume(used);
        }
        Ok(written)
    }
}

const fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
