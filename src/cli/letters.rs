//! `duizhang alert preview`: the letters a night has put into the outbox.

use super::args::{Format, Global, PreviewArgs};
use super::centre::Centre;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value, stdout};
use crate::store::LetterRow;
use std::io::Write;

const COLUMNS: &[Column<LetterRow>] = &[
    Column { key: "letter_id", heading: "letter", value: |row| Value::text(&row.letter_id) },
    Column { key: "employer_id", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column { key: "written_on", heading: "night", value: |row| Value::Day(row.written_on) },
    Column { key: "recipient", heading: "to", value: |row| Value::text(&row.recipient) },
    Column { key: "subject", heading: "subject", value: |row| Value::text(&row.subject) },
    Column { key: "message", heading: "", value: |row| Value::text(&row.message) },
];

pub(super) fn preview(global: &Global, args: &PreviewArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let night = centre.night(&args.as_of)?;
    let mut letters = Vec::new();
    centre.store.letters(|letter| {
        let wanted = args.employer.as_ref().is_none_or(|employer| *employer == letter.employer_id);
        if letter.written_on == night && wanted {
            letters.push(letter);
        }
        true
    })?;
    if letters.is_empty() {
        note!(global, "no letter was written in the night of {night}");
    }
    // One employer's letters are there to be read, all of them to be looked over.
    if args.employer.is_some() && centre.settings.format == Format::Table {
        let mut out = stdout();
        for letter in &letters {
            writeln!(out, "To: {}\nSubject: {}\n", letter.recipient, letter.subject)?;
            writeln!(out, "{}", plain_text(&letter.message).trim_end())?;
        }
        out.flush()?;
        return Ok(Done::Fully);
    }
    Printer::print(centre.settings.format, COLUMNS, letters)?;
    Ok(Done::Fully)
}

/// The words of a letter: the first part of the message, which is its plain text.
fn plain_text(message: &str) -> String {
    let body = message.split_once("text/plain").map_or(message, |(_, rest)| rest);
    let body = body.split_once("\r\n\r\n").map_or(body, |(_, body)| body);
    let body = body.split("\r\n--").next().unwrap_or_default();
    String::from_utf8_lossy(&from_base64(body)).replace("\r\n", "\n")
}

/// Decodes base64, line ends and padding left out.
fn from_base64(text: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0_u32);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        held = held << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.extend(u8::try_from(held >> bits & 0xFF));
            held &= (1 << bits) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_rfc_4648_writes_it() {
        // RFC 4648, section 10.
        let rows =
            [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9v\r\nYmFy", "foobar")];
        for (text, want) in rows {
            assert_eq!(from_base64(text), want.as_bytes(), "{text}");
        }
    }
}
