//! Finds the reference of a refund in a remark: the centre wrote it itself when it returned the money.
//!
//! Start at [`refund_named`]. The bank returns the centre's own words nearly unchanged, so little is folded: full-width
//! forms, lower case, and the blanks between groups. The check digits decide whether it is a reference; two different
//! ones in a movement name none.
//!
//! Invariant: a text without an F costs one scan.

use remittance::refund::REFUND_REFERENCE_DIGITS;
use remittance::{RefundReference, Remarks};

/// Digits after `RF`, with the two check digits.
const DIGITS: usize = REFUND_REFERENCE_DIGITS + 2;

/// The one refund that the texts of a movement name; `None` if there is none, or several.
#[must_use]
pub fn refund_named(remarks: &Remarks<'_>) -> Option<RefundReference> {
    let mut named = None;
    for text in [remarks.postscript, remarks.purpose, remarks.summary, remarks.note] {
        // Every remark of every feed is checked here, and few have an F of any form.
        if !text.contains(['F', 'f', '\u{ff26}', '\u{ff46}']) {
            continue;
        }
        for found in references(text) {
            match named {
                Some(other) if other != found => return None,
                Some(_) | None => named = Some(found),
            }
        }
    }
    named
}

fn references(text: &str) -> Vec<RefundReference> {
    let folded: Vec<char> = text.chars().filter_map(fold).collect();
    let starts = folded.windows(2).enumerate().filter(|(_, pair)| *pair == ['R', 'F']);
    starts.filter_map(|(at, _)| reference(&folded, at)).collect()
}

/// The folded character; `None` for an invisible one.
fn fold(found: char) -> Option<char> {
    match found {
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => None,
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(found) - 0xfee0).map(|plain| plain.to_ascii_uppercase())
        }
        '\u{3000}' => Some(' '),
        plain => Some(plain.to_ascii_uppercase()),
    }
}

/// The reference that begins with the `RF` at a place. It is a word of its own: no letter or digit before it, no digit
/// after it.
fn reference(folded: &[char], at: usize) -> Option<RefundReference> {
    let before = at.checked_sub(1).and_then(|before| folded.get(before));
    if before.is_some_and(char::is_ascii_alphanumeric) {
        return None;
    }
    let (mut digits, mut place) = (Vec::with_capacity(DIGITS), at + 2);
    while digits.len() < DIGITS {
        match folded.get(place)? {
            found if found.is_ascii_digit() => digits.push(u64::from(found.to_digit(10)?)),
            ' ' | '-' => {}
            _ => return None,
        }
        place += 1;
    }
    if folded.get(place).is_some_and(char::is_ascii_digit) {
        return None;
    }
    let value = |digits: &[u64]| digits.iter().fold(0, |value, digit| value * 10 + digit);
    let (check, number) = digits.split_at_checked(2)?;
    RefundReference::checked(value(check), value(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remark::{Claim, Reader};

    #[test]
    fn a_refund_is_named_by_what_the_centre_wrote() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("RF18539007547034",                      true),
            ("退款 RF18539007547034 某某公司",         true),
            ("退款rf18539007547034",                  true),
            ("ＲＦ１８５３９００７５４７０３４",            true),
            ("RF18 5390 0754 7034",                   true),
            ("RF18539007547034/RF18539007547034",     true),
            ("RF18539007547035",                      false), // The check digits disagree.
            ("RF185390075470341",                     false), // A digit more.
            ("XRF18539007547034",                     false), // The end of another word.
            ("18539007547034",                        false),
            ("P1906133753",                           false),
            ("",                                      false),
        ];
        let known = RefundReference::from_number(539_007_547_034);
        for (text, names) in rows {
            let found = refund_named(&Remarks { purpose: text, ..Remarks::default() });
            assert_eq!(found, known.filter(|_| names), "{text}");
        }
        let other = RefundReference::from_number(260_604_000_017).unwrap().to_string();
        let two = Remarks { purpose: "RF18539007547034", note: &other, ..Remarks::default() };
        assert_eq!(refund_named(&two), None, "two different ones name none");
    }

    #[test]
    fn it_is_never_read_as_a_payment_reference() {
        let reader = Reader::shipped();
        for content in 0..2_000 {
            let reference = RefundReference::from_number(content * 498_765_432 + 7).unwrap();
            let text = format!("退款{reference}");
            assert_eq!(reader.claim(&text), Claim::None, "{text}");
            assert_eq!(reader.claim(&reference.to_string()), Claim::None, "{reference}");
        }
    }
}
