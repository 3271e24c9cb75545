//! The number of a letter for the telephone: eight digits, spoken in two groups.
//!
//! Digits only, because letters look or sound alike (0 and O, B and D, M and N). The number derives from the
//! letter's id. If another letter of the centre already has it, [`of`] with the next `attempt` gives another.

use sha2::{Digest as _, Sha256};

/// Digits of a number; the first is never 0.
pub const DIGITS: usize = 8;

const FIRST: u64 = 10_000_000;

/// The number of a letter; `attempt` is 0 unless that number is used.
#[must_use]
pub fn of(letter_id: &str, attempt: u32) -> String {
    let mut hash = Sha256::new();
    hash.update("duizhang letter number 1");
    hash.update(attempt.to_be_bytes());
    hash.update(letter_id);
    let sum = hash.finalize().iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    (FIRST + sum % (9 * FIRST)).to_string()
}

/// The shortened id of a letter, message or file for lists.
#[must_use]
pub fn short_id(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// As printed and read out: `4827 3916`.
#[must_use]
pub fn spoken(number: &str) -> String {
    match number.split_at_checked(DIGITS / 2) {
        Some((one, other)) if !other.is_empty() => format!("{one} {other}"),
        _ => number.to_owned(),
    }
}

/// Parses a typed number, with or without the blank, also in full-width digits; `None` if invalid.
#[must_use]
pub fn said(text: &str) -> Option<String> {
    let mut digits = String::new();
    for found in text.chars().filter(|found| !found.is_whitespace() && *found != '-') {
        let digit = match found {
            '０'..='９' => u32::from(found).checked_sub(u32::from('０'))?,
            found => found.to_digit(10)?,
        };
        digits.push(char::from_digit(digit, 10)?);
    }
    (digits.len() == DIGITS).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_was_read_out_however_it_is_typed() {
        let number = of("0123abcd", 0);
        assert_eq!((number.len(), said(&spoken(&number))), (DIGITS, Some(number.clone())));
        assert_ne!(number, of("0123abcd", 1), "the next where it is taken");
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("4827 3916", Some("48273916")), ("４８２７　３９１６", Some("48273916")), ("4827-3916", Some("48273916")),
            ("4827391", None), ("", None), ("4827391a", None), ("示例公司", None),
        ];
        for (typed, want) in rows {
            assert_eq!(said(typed).as_deref(), want, "{typed}");
        }
    }
}
