//! The reference of a refund (退款编号), which identifies the bank's debit that pays it.
//!
//! It is a structured creditor reference (ISO 11649): `RF`, two check digits (modulo 97), and here twelve digits: the
//! day on which the refund was decided (yymmdd) and six more from its content. The check finds every slip of one digit
//! and every transposition, so parsing a remark needs no list of issued references. It cannot be a payment reference:
//! it has no letter P, and not ten digits. `remark/refund.rs` finds it in a remark; the store keeps the refunds.

use chrono::{Datelike, NaiveDate};
use std::fmt;
use std::str::FromStr;

/// Digits after the two check digits: six of the day, six of the content.
pub const REFUND_REFERENCE_DIGITS: usize = 12;

/// The first number that no longer has twelve digits.
const LIMIT: u64 = 10_u64.pow(12);

/// The last six digits, counted from zero.
const OF_A_DAY: u64 = 1_000_000;

/// `RF00` as ISO 11649 appends it to the number, with two digits a letter (R 27, F 15).
const RF00: u64 = 271_500;

/// The reference of a refund, such as `RF48260604000017`.
///
/// Invariant: the number has at most twelve digits. Only the store knows whether it was ever issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefundReference(u64);

/// A text that is no reference of a refund; prints as `expected RF and fourteen digits that check, found "…"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundReferenceError {
    pub found: String,
}

impl RefundReference {
    /// The reference of a refund decided on a day; `content` is any number derived from its content.
    #[must_use]
    pub fn of(decided_on: NaiveDate, content: u64) -> Self {
        let year = u64::from(decided_on.year().rem_euclid(100).unsigned_abs());
        let (month, day) = (u64::from(decided_on.month()), u64::from(decided_on.day()));
        Self(((year * 100 + month) * 100 + day) * OF_A_DAY + content % OF_A_DAY)
    }

    /// The reference with this number as its twelve digits; `None` if it needs more.
    #[must_use]
    pub const fn from_number(number: u64) -> Option<Self> {
        if number < LIMIT { Some(Self(number)) } else { None }
    }

    /// The twelve digits as a number, the store's key.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The reference with these check digits and this number, if they agree.
    #[must_use]
    pub const fn checked(check: u64, number: u64) -> Option<Self> {
        match Self::from_number(number) {
            Some(reference) if reference.check() == check => Some(reference),
            _ => None,
        }
    }

    /// The two check digits, 02 to 98.
    const fn check(self) -> u64 {
        98 - (self.0 * OF_A_DAY + RF00) % 97
    }
}

impl FromStr for RefundReference {
    type Err = RefundReferenceError;

    /// Parses the reference as people copy it: lower case and blanks between groups do not matter.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain: String = text.chars().filter(|found| !found.is_whitespace()).collect();
        let digits = plain.strip_prefix("RF").or_else(|| plain.strip_prefix("rf"));
        let parts = digits.filter(|digits| digits.len() == REFUND_REFERENCE_DIGITS + 2);
        let parts = parts.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
        parts
            .and_then(|digits| digits.split_at_checked(2))
            .and_then(|(check, number)| Some((check.parse().ok()?, number.parse().ok()?)))
            .and_then(|(check, number)| Self::checked(check, number))
            .ok_or_else(|| RefundReferenceError { found: text.to_owned() })
    }
}

impl fmt::Display for RefundReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RF{:02}{:012}", self.check(), self.0)
    }
}

impl fmt::Display for RefundReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected RF and fourteen digits that check, found {:?}", self.found)
    }
}

impl std::error::Error for RefundReferenceError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference() -> RefundReference {
        RefundReference::of(NaiveDate::from_ymd_opt(2026, 6, 4).unwrap(), 9_000_017)
    }

    #[test]
    fn a_reference_begins_with_its_day_and_is_read_as_it_is_written() {
        let text = reference().to_string();
        assert_eq!(reference().number(), 260_604_000_017);
        assert_eq!(text.len(), 16, "{text}");
        assert_eq!(text.parse(), Ok(reference()));
        let copied = format!("{} {} {}", &text[..4].to_lowercase(), &text[4..9], &text[9..]);
        assert_eq!(copied.parse(), Ok(reference()), "{copied}");
        // By hand: 539007547034 with RF00 behind it leaves 80 over modulo 97, and 98 − 80 is 18.
        let known = RefundReference::from_number(539_007_547_034).unwrap();
        assert_eq!(known.to_string(), "RF18539007547034", "the example of the standard");
    }

    #[test]
    fn every_slip_of_one_digit_and_every_transposition_is_found() {
        let text = reference().to_string();
        for at in 2..text.len() {
            for digit in '0'..='9' {
                let mut slip = text.clone();
                slip.replace_range(at..=at, &digit.to_string());
                assert_eq!(slip.parse::<RefundReference>().is_ok(), slip == text, "{slip}");
            }
            if at + 1 < text.len() {
                let mut swapped = text.clone().into_bytes();
                swapped.swap(at, at + 1);
                let swapped = String::from_utf8(swapped).unwrap();
                assert_eq!(
                    swapped.parse::<RefundReference>().is_ok(),
                    swapped == text,
                    "{swapped}"
                );
            }
        }
        for strange in
            ["", "RF", "P1906133753", "RF4826060400001", "RF482606040000171", "XX48260604000017"]
        {
            assert!(strange.parse::<RefundReference>().is_err(), "{strange}");
        }
    }
}
