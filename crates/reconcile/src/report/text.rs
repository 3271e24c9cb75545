//! Formats figures and foreign texts: grouping, cell guards, invisible characters.
//!
//! Texts come from payers and banks. [`cell`] makes one safe for a spreadsheet cell, [`visible`] shows a character that
//! would otherwise be hidden or reverse the line.

use remittance::Total;
use std::borrow::Cow;

/// The characters that begin a formula in a spreadsheet, wide forms included.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// `12,345.60`.
pub fn grouped(amount: impl Into<Total>) -> String {
    let plain = amount.into().to_string();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "00"));
    format!("{sign}{}.{fraction}", thousands(whole))
}

/// `12,345`.
pub fn grouped_count(count: u64) -> String {
    thousands(&count.to_string())
}

fn thousands(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A text safe for a spreadsheet: never a formula, no character that a sheet cannot hold.
///
/// A leading formula sign gets an apostrophe in front, control characters become their pictures
/// (␀ ␛), line ends become `\n`. Text without any of these is borrowed unchanged.
pub fn cell(text: &str) -> Cow<'_, str> {
    let guarded = text.starts_with(FORMULA);
    let dirty = |found: char| {
        (found.is_control() && found != '\n' && found != '\t')
            || matches!(found, '\u{FFFE}' | '\u{FFFF}')
    };
    if !guarded && !text.contains(dirty) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 3);
    if guarded {
        clean.push('\'');
    }
    let mut rest = text.chars().peekable();
    while let Some(found) = rest.next() {
        match found {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\r' => clean.push('\n'),
            found if dirty(found) => clean.push(picture(found)),
            found => clean.push(found),
        }
    }
    Cow::Owned(clean)
}

/// The Unicode picture of a control character; the replacement character if it has none.
fn picture(control: char) -> char {
    match u32::from(control) {
        code @ 0..=0x1F => char::from_u32(0x2400 + code).unwrap_or('\u{FFFD}'),
        0x7F => '\u{2421}',
        _ => '\u{FFFD}',
    }
}

/// A text whose invisible characters are replaced by [`visible`].
pub fn revealed(chars: impl Iterator<Item = char>) -> String {
    let mut revealed = String::new();
    for found in chars {
        match visible(found) {
            Some(picture) => revealed.push_str(&picture),
            None => revealed.push(found),
        }
    }
    revealed
}

/// The replacement for a character that is invisible or changes how others look.
///
/// Line ends show as `↵`, tabs as `⇥`, all other invisible ones by code point, such as `⟨U+200B⟩`.
pub fn visible(found: char) -> Option<String> {
    match found {
        '\n' => Some("↵".to_owned()),
        '\t' => Some("⇥".to_owned()),
        '\u{3000}' => None, // A wide space is ordinary in Chinese text.
        _ if found.is_control() || invisible(found) => {
            Some(format!("⟨U+{:04X}⟩", u32::from(found)))
        }
        _ => None,
    }
}

/// Zero-width characters, joiners, bidirectional controls, line separators, tags, fillers.
fn invisible(found: char) -> bool {
    matches!(found,
        '\u{00AD}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        for (fen, want) in [
            (0, "0.00"),
            (-5, "-0.05"),
            (999_99, "999.99"),
            (1000_00, "1,000.00"),
            (-1234567_89, "-1,234,567.89"),
        ] {
            assert_eq!(grouped(Total::from_fen(fen)), want);
        }
    }

    #[test]
    fn no_cell_begins_a_formula_and_none_holds_what_a_sheet_cannot() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("公积金",        "公积金"),
            ("=1+1",          "'=1+1"),
            ("+861",          "'+861"),
            ("-1",            "'-1"),
            ("@SUM(A1)",      "'@SUM(A1)"),
            ("\t=1",          "'\t=1"),
            ("\r=1",          "'\n=1"),
            ("＝1",           "'＝1"),
            ("a\0b\u{1B}",    "a␀b␛"),
            ("a\r\nb",        "a\nb"),
            ("a\u{FFFF}",     "a\u{FFFD}"),
            ("a=1",           "a=1"),
        ];
        for (text, want) in rows {
            assert_eq!(cell(text), want, "text {text:?}");
        }
    }

    #[test]
    fn characters_nobody_sees_are_shown() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [('a', None), ('\u{3000}', None), ('\n', Some("↵")), ('\u{200B}', Some("⟨U+200B⟩")),
                    ('\u{202E}', Some("⟨U+202E⟩")), ('\u{7}', Some("⟨U+0007⟩"))];
        for (found, want) in rows {
            assert_eq!(visible(found).as_deref(), want, "{found:?}");
        }
    }
}
