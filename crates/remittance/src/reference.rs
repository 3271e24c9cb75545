//! The payment reference (缴款登记号) that ties a bank transfer to a payment notice.
//!
//! This module does not read what a payer wrote: `remark.rs` finds references in free text. It says only what a
//! reference *is*, which check digit our own ones have, and which references are one slip away. `payment.rs` chooses
//! the number of a notice.
//!
//! Invariant: of two references with a check digit, neither is a slip ([`Slip::Digit`], [`Slip::Swapped`]) of the
//! other.

use super::YearMonth;
use chrono::Datelike;
use std::fmt;
use std::str::FromStr;

/// Decimal digits after the `P` of a payment reference.
///
/// Source: the fund's handbook for employers, payment confirmation, rule 2. It asks for no check digit, and core
/// systems give none: there a slip of one digit can be another employer's valid reference, so nothing is ever settled
/// on the reference alone. References issued here have one ([`PaymentReference::with_check_digit`]).
pub const PAYMENT_REFERENCE_DIGITS: usize = 10;

/// The first number that no longer has ten digits.
const LIMIT: u64 = 10_u64.pow(10);

/// A payment reference in canonical form: `P` and ten ASCII digits, such as `P1906133753`.
///
/// Invariant: the shape is checked. Only the store knows whether it was ever *issued*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentReference(u64);

/// One slip of the pen; positions count digits from 1, in the intended reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slip {
    Digit { position: u8 },
    Swapped { position: u8 },
    Missing { position: u8 },
    Extra { position: u8 },
}

/// Why a text is not a payment reference; `position` counts from 1.
///
/// Prints as `expected 11 characters, found 10` or `expected a digit at position 4, found 'O'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentReferenceError {
    Length { found: usize },
    Character { found: char, position: usize, expected: &'static str },
}

impl PaymentReference {
    /// The reference with this number as its ten digits; `None` if it needs more than ten.
    #[must_use]
    pub const fn from_number(number: u64) -> Option<Self> {
        if number < LIMIT { Some(Self(number)) } else { None }
    }

    /// The ten digits as a number, the store's key.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl PaymentReference {
    /// The reference of nine digits and their check digit; `None` if there is no such digit, or if the number has more
    /// than nine.
    ///
    /// As in ISBN-10: the digits, times 10 for the first down to 1 for the check digit, sum to a multiple of
    /// 11. All weights differ and 11 is prime, so one wrong digit and two swapped ones both break the sum.
    /// Numbers whose check value is ten, one in eleven, are skipped: a reference has only digits. Luhn (ISO/IEC 7812)
    /// would give every number a digit, and would not see 09 written as 90.
    #[must_use]
    pub fn with_check_digit(nine: u64) -> Option<Self> {
        let reference = Self::from_number(nine.checked_mul(10)?)?;
        let check = (11 - reference.weighted_sum() % 11) % 11;
        if check < 10 { Some(Self(reference.0 + check)) } else { None }
    }

    /// Whether its last digit is the check digit of the nine before it, as in every reference issued here.
    #[must_use]
    pub fn has_check_digit(self) -> bool {
        self.weighted_sum().is_multiple_of(11)
    }

    /// Whether it looks like one that was issued here for a month: it has the check digit, and its first two digits are
    /// the month's year or one next to it.
    ///
    /// One in eleven of other references has the right check digit by chance.
    #[must_use]
    pub fn seems_issued_for(self, month: YearMonth) -> bool {
        let year = u64::from(month.first_day().year_ce().1);
        let digits = self.0 / 10_u64.pow(8);
        self.has_check_digit() && (year - 1..=year + 1).any(|year| year % 100 == digits)
    }

    fn weighted_sum(self) -> u64 {
        let weights = 1..=10_u64;
        weights.zip(places()).map(|(weight, (_, place))| weight * (self.0 / place % 10)).sum()
    }

    /// The references one slip away: one digit wrong, or two neighbours swapped.
    pub fn slips(self) -> impl Iterator<Item = (Self, Slip)> {
        let number = self.0;
        places().flat_map(move |(position, place)| {
            let digit = number / place % 10;
            let without = number - digit * place;
            let wrong = (0..10).filter(move |other| *other != digit);
            let wrong =
                wrong.map(move |other| (Self(without + other * place), Slip::Digit { position }));
            let next = number / (place / 10).max(1) % 10;
            let swapped = (place > 1 && next != digit).then(|| {
                let without = without - next * (place / 10);
                let swapped = without + next * place + digit * (place / 10);
                (Self(swapped), Slip::Swapped { position })
            });
            wrong.chain(swapped)
        })
    }
}

/// The places of the ten digits with their values, the last first: (position from 1, 10^(10 - position)).
pub fn places() -> impl Iterator<Item = (u8, u64)> {
    (1..=10).rev().zip((0..10).map(|power| 10_u64.pow(power)))
}

impl FromStr for PaymentReference {
    type Err = PaymentReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut number = 0;
        for (index, found) in text.chars().enumerate().take(PAYMENT_REFERENCE_DIGITS + 1) {
            let position = index + 1;
            match (index, found.to_digit(10)) {
                (0, _) if found == 'P' => {}
                (0, _) => {
                    let expected = "the letter P";
                    return Err(PaymentReferenceError::Character { found, position, expected });
                }
                (_, Some(digit)) => number = number * 10 + u64::from(digit),
                (_, None) => {
                    let expected = "a digit";
                    return Err(PaymentReferenceError::Character { found, position, expected });
                }
            }
        }
        match text.chars().count() {
            found if found == PAYMENT_REFERENCE_DIGITS + 1 => Ok(Self(number)),
            found => Err(PaymentReferenceError::Length { found }),
        }
    }
}

impl fmt::Display for PaymentReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{:010}", self.0)
    }
}

impl fmt::Display for PaymentReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found } => {
                write!(f, "expected {} characters, found {found}", PAYMENT_REFERENCE_DIGITS + 1)
            }
            Self::Character { found, position, expected } => {
                write!(f, "expected {expected} at position {position}, found {found:?}")
            }
        }
    }
}

impl std::error::Error for PaymentReferenceError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_the_letter_p_and_ten_digits() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("P1906133753",  Ok(1_906_133_753)),
            ("P0000000000",  Ok(0)),
            ("P190613375",   Err("expected 11 characters, found 10")),
            ("P19061337530", Err("expected 11 characters, found 12")),
            ("p1906133753",  Err("expected the letter P at position 1, found 'p'")),
            ("P19O6133753",  Err("expected a digit at position 4, found 'O'")),
            ("",             Err("expected 11 characters, found 0")),
        ];
        for (text, want) in rows {
            let got = text.parse::<PaymentReference>().map(PaymentReference::number);
            assert_eq!(
                got.map_err(|error| error.to_string()),
                want.map_err(str::to_owned),
                "{text:?}"
            );
        }
    }

    #[test]
    fn the_check_digit_completes_a_sum_that_eleven_divides() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // 1×10 + 2×9 + 3×8 + 4×7 + 5×6 + 6×5 + 7×4 + 8×3 + 9×2 = 210 = 19×11 + 1: ten is missing: no digit.
            (123_456_789, None),
            // 1×3 + 0×2 = 3, eight is missing: P 0 000 000 10 8.
            (10, Some(108)),
            // Nothing is missing.
            (0, Some(0)),
            // 2×10 + 6×9 + 1×8 + 1×2 = 84 = 7×11 + 7: four is missing.
            (261_000_001, Some(2_610_000_014)),
            (1_000_000_000, None),
        ];
        for (nine, want) in rows {
            let got = PaymentReference::with_check_digit(nine);
            assert_eq!(got.map(PaymentReference::number), want, "{nine}");
            assert!(got.is_none_or(PaymentReference::has_check_digit), "{nine}");
        }
        assert!(!"P1906133753".parse::<PaymentReference>().unwrap().has_check_digit());
    }

    #[test]
    fn no_slip_of_a_reference_with_a_check_digit_has_one() {
        // Numbers from the whole range, and those at its edges.
        let allocate = (0..2_000_u64).map(|step| step * 499_979 + step % 7);
        for nine in allocate.chain([0, 9, 90, 999_999_999, 909_090_909]) {
            let Some(reference) = PaymentReference::with_check_digit(nine) else { continue };
            let mut slips = 0;
            for (slipped, slip) in reference.slips() {
                assert!(!slipped.has_check_digit(), "{reference} {slip:?} gives {slipped}");
                slips += 1;
            }
            assert!((90..=99).contains(&slips), "{reference}: {slips}");
        }
    }

    #[test]
    fn a_reference_prints_what_it_reads() {
        let reference = PaymentReference::from_number(42).unwrap();
        assert_eq!(reference.to_string(), "P0000000042");
        assert_eq!(PaymentReference::from_number(LIMIT), None);
    }
}
