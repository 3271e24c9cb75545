//! Detects the format of a file by its content, never by its name.
//!
//! Start at [`kind`]. Banks name HTML and tab-separated text `.xls`, and OLE2 workbooks `.csv`, so only the first bytes
//! count. Anything that is no workbook, XML or message is treated as a table, whose header then has to prove it.

use super::encoding::{Encoding, HEAD_BYTES, Scan};
use super::{FeedError, FeedErrorKind, mt};

/// The reader for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// camt in any of its envelopes; its reader rejects other XML.
    Xml,
    Mt,
    Settlement,
    SettlementEnvelope,
    Excel,
    /// A zip of statements.
    Archive,
    Html,
    /// The XML of Excel 2003.
    SpreadsheetXml,
    /// CSV and similar formats.
    Text,
}

/// The first bytes of archives and pictures, which no bank delivers directly.
const REFUSED: [(&[u8], &str); 4] = [
    (b"\x1f\x8b", "gzip data"),
    (b"%PDF", "a PDF"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
];

/// Lines in which a message must begin. At most a page of a letter and the transfer headers come before it; no bank
/// makes a table whose cells look like a field so early.
const LINES_BEFORE_MAX: usize = 60;

/// # Errors
/// [`FeedErrorKind::UnknownFormat`] for a file that is of no supported kind.
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
        // A workbook's first members have its typical names; other archives do not.
        let holds = |name: &[u8]| memchr::memmem::find(head, name).is_some();
        let workbook = holds(b"[Content_Types].xml") || holds(b"xl/");
        return Ok(if workbook { Kind::Excel } else { Kind::Archive });
    }
    let encoding = Encoding::proven(scan).unwrap_or(Encoding::GB18030);
    let text = encoding.decode_head(head.get(..head.len().min(HEAD_BYTES / 8)).unwrap_or_default());
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if start.is_empty() && scan.bytes <= 8192 {
        return Err(FeedErrorKind::Empty.at(0));
    }
    if let Some(found) = foreign(start) {
        return unknown(found);
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

/// Statements in known but unsupported formats.
fn foreign(start: &str) -> Option<&'static str> {
    let ofx = |tag: &str| tag.starts_with("OFX>") || tag.starts_with("?OFX");
    if start.starts_with("OFXHEADER") || (start.starts_with('<') && start.split('<').any(ofx)) {
        return Some("an OFX file");
    }
    // A BAI2 file header: nine fields, ended by a slash.
    let header = start.split('/').next().unwrap_or_default();
    let bai2 = header.starts_with("01,") && header.matches(',').count() == 8;
    (bai2 && !header.contains('\n')).then_some("a BAI2 file")
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
        Some(tag)
            if tag.starts_with("workbook")
                && lower.contains("urn:schemas-microsoft-com:office:spreadsheet") =>
        {
            Kind::SpreadsheetXml
        }
        Some(_) | None => Kind::Xml,
    }
}

/// A SWIFT block, or a field of a statement message that begins one of the first lines.
fn is_message(start: &str) -> bool {
    start.starts_with("@@:20:")
        || lines(start).take(LINES_BEFORE_MAX).any(|line| {
            line.starts_with("{1:") || line.starts_with("{4:") || mt::begins_field(line)
        })
}

/// Lines ended by LF, CR LF or CR alone; a CR LF ends one line, not two.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// A first line of 23 fields, each ended by `|`, that begins with a number.
fn is_settlement(start: &str) -> bool {
    let line = start.split(['\n', '\r']).next().unwrap_or_default().trim_end();
    let first = line.split('|').next().unwrap_or_default();
    line.ends_with('|')
        && line.matches('|').count() >= 20
        && first.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::encoding::{of_messages, of_xml, scan};
    use super::*;
    use std::io::Cursor;

    #[test]
    fn content_tells_the_kind_whatever_the_name() {
        #[rustfmt::skip] // A table is read by column.
        let rows: &[(&[u8], &str)] = &[
            (b"\xd0\xcf\x11\xe0\xa1\xb1",                   "Excel"),
            (b"PK\x03\x04..[Content_Types].xml",             "Excel"),
            (b"PK\x03\x04..statement.xml",                   "Archive"),
            (b"\x1f\x8b\x08",                                "found \"gzip data\""),
            (b"%PDF-1.4",                                     "found \"a PDF\""),
            (b"\xef\xbb\xbf\n<?xml version=\"1.0\"?><Document/>", "Xml"),
            (b"<!-- x --><ns:Document xmlns:ns=\"a\">",        "Xml"),
            (b"<message><head/><body><field-list name=\"x\">", "SettlementEnvelope"),
            (b"<!DOCTYPE html><html>",                        "Html"),
            (b"<table><tr>",                                  "Html"),
            (b"{1:F01BANKCNBJAXXX0000000000}{4:\n:20:1",      "Mt"),
            (b"\r\n:20:STARTUMS\r\n",                        "Mt"),
            (b"0000 01BANK\r\n940\r\n:20:1\r\n",            "Mt"),
            (b"1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|\r\n", "Settlement"),
            (b":61:2405060506C10,00NTRF1\n",                  "Mt"),
            (b"OFXHEADER:100\nDATA:OFXSGML",                  "found \"an OFX file\""),
            (b"<?xml version=\"1.0\"?><?OFX VERSION=\"211\"?><OFX>", "found \"an OFX file\""),
            (b"01,122099999,123456789,240305,0200,1,80,,2/\n02,", "found \"a BAI2 file\""),
            ("交易日期,借贷标志".as_bytes(),                    "Text"),
        ];
        for (bytes, want) in rows {
            let scan = scan(&mut Cursor::new(*bytes)).unwrap();
            let got = kind(&scan).map_or_else(|e| e.to_string(), |kind| format!("{kind:?}"));
            assert!(got.ends_with(want), "{}: {got}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_message_may_stand_behind_a_page_of_text_whatever_ends_its_lines() {
        for end in ["\n", "\r\n", "\r"] {
            for (before, want) in [(0, true), (20, true), (59, true), (60, false)] {
                let text = format!("{}:20:STARTUMS{end}", format!("Dear Sirs{end}").repeat(before));
                let scan = scan(&mut Cursor::new(text)).unwrap();
                assert_eq!(kind(&scan).unwrap() == Kind::Mt, want, "{before} lines, {end:?}");
            }
        }
    }

    #[test]
    fn xml_is_what_it_declares_or_it_is_refused() {
        let declared = |label: &str, text: &[u8]| {
            let mut bytes = format!("<?xml version=\"1.0\" encoding=\"{label}\"?>").into_bytes();
            bytes.extend(text);
            bytes
        };
        #[rustfmt::skip] // A table is read by column.
        let rows: Vec<(Vec<u8>, &str)> = vec![
            (b"<a>\xe6\x97\xa5</a>".to_vec(),                  "utf-8"),
            (declared("UTF-8", b"<a/>"),                       "utf-8"),
            (declared("gbk", b"<a>\xc8\xd5</a>"),              "gb18030"),
            (declared("ISO-8859-1", b"<a>\xe4</a>"),           "windows-1252"),
            (b"\xfe\xff\0<\0a".to_vec(),                      "utf-16be"),
            (b"\n<a>\xe4</a>".to_vec(),       "line 2: expected UTF-8, found other bytes"),
            (declared("UTF-8", b"<a>\xe4"),   "line 1: expected UTF-8, as declared, found other bytes"),
            (declared("UTF-16", b"<a/>"),     "line 1: expected UTF-16, as declared, found bytes of one-byte characters"),
            (declared("UTF-7", b"<a/>"),      "line 1: expected an encoding that is known, found UTF-7"),
            (declared("GBK", "日".as_bytes()), "line 1: expected the declared encoding, found UTF-8 declared as GBK"),
            (b"\xef\xbb\xbf<a>\xe4".to_vec(), "line 1: expected UTF-8, as the byte order mark says, found other bytes"),
        ];
        for (bytes, want) in rows {
            let scan = scan(&mut Cursor::new(&bytes)).unwrap();
            let got = of_xml(&scan).map_or_else(|e| e.to_string(), |found| found.name().into());
            assert_eq!(got, want, "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn messages_that_are_not_unicode_are_read_as_custom_has_it() {
        let rows: [(&[u8], &str); 3] = [
            (b":20:1\n:86:\xb9\xab\xbb\xfd\xbd\xf0", "gb18030"),
            (b":20:1\n:86:M\xfcller & S\xf6hne", "windows-1252"),
            (b":20:1\n:86:abc", "utf-8"),
        ];
        for (bytes, want) in rows {
            let scan = scan(&mut Cursor::new(bytes)).unwrap();
            assert_eq!(of_messages(&scan).name(), want);
        }
    }
}
