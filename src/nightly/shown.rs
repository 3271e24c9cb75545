//! Makes file names safe to print and store.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Makes a name safe to print and store. Characters that control a terminal, reverse a line or are not text are
/// escaped in ASCII, so that two names never look the same.
#[must_use]
pub(super) fn shown(name: &OsStr) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        for found in chunk.valid().chars() {
            match found {
                '\\' => text.push_str("\\\\"),
                found if is_unprintable(found) => text.extend(found.escape_unicode()),
                found => text.push(found),
            }
        }
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// Control characters, and those that are invisible or change the text direction.
fn is_unprintable(found: char) -> bool {
    found.is_control()
        || matches!(found, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A path with each of its names as [`shown`].
#[must_use]
pub fn shown_path(path: &Path) -> String {
    shown(path.as_os_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_so_that_it_drives_no_terminal_and_stays_itself() {
        #[rustfmt::skip] // A table is read by column.
        let rows: &[(&[u8], &str)] = &[
            ("对账单 5月.csv".as_bytes(),   "对账单 5月.csv"),
            (b"a\x1b[2J.csv",             "a\\u{1b}[2J.csv"),
            (b"a\nb\t",                    "a\\u{a}b\\u{9}"),
            (b"a\\x1b",                    "a\\\\x1b"),
            (b"\xff\xfe.csv",              "\\xff\\xfe.csv"),
            ("x\u{202e}vsc.exe".as_bytes(), "x\\u{202e}vsc.exe"),
        ];
        for (name, want) in rows {
            assert_eq!(shown(OsStr::from_bytes(name)), *want);
        }
    }
}
