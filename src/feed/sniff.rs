//! Tells what a file is by its content, never by its name.
//!
//! Start at [`kind`]. Banks name HTML and tab-separated text `.xls`, and OLE2 workbooks `.csv`;
//! so only the first bytes count. What is no workbook, XML or message is taken for a table, and
//! the header then has to prove it.

use super::encoding::{Encoding, HEAD_BYTES, Scan};
use super::{FeedError, FeedErrorKind};

/// The reader that a file needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// camt in any of its envelopes; its reader says when it is none.
    Xml,
    Mt,
    Settlement,
    SettlementEnvelope,
    Excel,
    Html,
    /// CSV and its kin.
    Text,
}

/// The first bytes of archives and pictures that no bank delivers as they are.
const REFUSED: [(&[u8], &str); 4] = [
    (b"\x1f\x8b", "gzip data"),
    (b"%PDF", "a PDF"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
];

/// # Errors
/// [`FeedErrorKind::UnknownFormat`] for what is surely none of ours.
pub(super) fn kind(scan: &Scan) -> Result<Kind, FeedError> {
    let head = scan.head.as_slice();
    let unknown = |found: &str| Err(FeedErrorKind::UnknownFormat { found: found.to_owned() }.at(0));
    if let Some((_, found)) = REFUSED.iter().find(|(magic, _)| head.starts_with(magic)) {
        return unknown(found);
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0") {
        return Ok(Kind::Excel);
    }
    if head.starts_with(b"PK\x03\x04") {
        // A workbook's first members carry its names; other archives do not.
        let holds = |name: &[u8]| memchr::memmem::find(head, name).is_some();
        let workbook = holds(b"[Content_Types].xml") || holds(b"xl/");
        return if workbook { Ok(Kind::Excel) } else { unknown("a zip archive") };
    }
    let encoding = Encoding::proven(scan).unwrap_or(Encoding::GB18030);
    let text = encoding.decode_head(head.get(..head.len().min(HEAD_BYTES / 8)).unwrap_or_default());
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if start.is_empty() && scan.bytes <= 8192 {
        return Err(FeedErrorKind::Empty.at(0));
    }
    Ok(if start.starts_with('<') {
        of_markup(start)
    } else if is_message(start) {
        Kind::Mt
    } else if is_settlement(start) {
        Kind::Settlement
    } else {
        Kind::Text
    })
}

fn of_markup(start: &str) -> Kind {
    let lower = start.to_ascii_lowercase();
    let root = lower.split('<').find(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic()));
    match root {
        Some(tag) if tag.starts_with("html") || tag.starts_with("table") => Kind::Html,
        _ if lower.starts_with("<!doctype html") => Kind::Html,
        Some(tag) if tag.starts_with("message") && lower.contains("field-list") => {
            Kind::SettlementEnvelope
        }
        Some(_) | None => Kind::Xml,
    }
}

/// A SWIFT block, or a tag `:20:` that begins one of the first lines.
fn is_message(start: &str) -> bool {
    start.starts_with("{1:")
        || start.split(['\n', '\r']).take(40).any(|line| {
            line.starts_with(":20:") || line.starts_with("{1:") || line.starts_with("{4:")
        })
        || start.starts_with("@@:20:")
}

/// A first line of 23 fields, each ended by `|`, that begins with a number.
fn is_settlement(start: &str) -> bool {
    let line = start.split(['\n', '\r']).next().unwrap_or_default().trim_end();
    let first = line.split('|').next().unwrap_or_default();
    line.ends_with('|')
        && line.matches('|').count() >= 20
        && first.bytes().all(|byte| byte.is_ascii_digit())
}
