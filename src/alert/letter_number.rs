//! The number by which a letter is named on the telephone: eight digits, said in two groups.
//!
//! Digits alone: letters that look or sound alike (0 and O, B and D, M and N) are none. It follows from the letter's
//! id; where another letter of the centre has it already, the next one does ([`of`] with the next `attempt`).

use sha2::{Digest as _, Sha256};

/// Digits of a number; the first is never 0.
pub const DIGITS: usize = 8;

const FIRST: u64 = 10_000_000;

/// The number of a letter; `attempt` 0 unless that is taken.
#[must_use]
pub fn of(letter_id: &str, attempt: u32) -> String {
    let mut hash = Sha256::new();
    hash.update("duizhang letter number 1");
    hash.update(attempt.to_be_bytes());
    hash.update(letter_id);
    let sum = hash.finalize().iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    (FIRST + sum % (9 * FIRST)).to_string()
}

/// As much of an id as tells it from others in a list: of a letter, a message, a file.
#[must_use]
pub fn short_id(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// As it is printed and read out: `4827 3916`.
#[must_use]
pub fn spoken(number: &str) -> String {
    match number.split_at_checked(DIGITS / 2) {
        Some((one, other)) if !other.is_empty() => format!("{one} {other}"),
        _ => number.to_owned(),
    }
}

/// The number in what somebody typed, with or without its blank, in wide digits too; `None` where that is none.
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
