//! The payment reference (缴款登记号) that ties a bank transfer to a payment notice.
//!
//! What a payer wrote is not read here: `remark.rs` finds references in free text. Here is only
//! what a reference *is*.

use std::fmt;
use std::str::FromStr;

/// Decimal digits after the `P` of a payment reference.
///
/// Source: the fund's handbook for employers, payment confirmation, rule 2. There is no check
/// digit: a slip of one digit can be another employer's valid reference, so nothing is ever
/// settled on the reference alone.
pub const PAYMENT_REFERENCE_DIGITS: usize = 10;

/// The first number that no longer has ten digits.
const LIMIT: u64 = 10_u64.pow(10);

/// A payment reference in canonical form: `P` and ten ASCII digits, such as `P1906133753`.
///
/// Invariant: the shape was checked. Whether it was ever *issued* is the store's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentReference(u64);

/// Why a text is not a payment reference; `position` counts from 1.
///
/// Prints as `expected 11 characters, found 10` or `expected a digit at position 4, found 'O'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentReferenceError {
    Length { found: usize },
    Character { found: char, position: usize, expected: &'static str },
}

impl PaymentReference {
    /// The reference whose ten digits are this number; `None` where it needs more than ten.
    #[must_use]
    pub const fn from_number(number: u64) -> Option<Self> {
        if number < LIMIT { Some(Self(number)) } else { None }
    }

    /// The ten digits as a number, as the store keys it.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
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
    fn a_reference_prints_what_it_reads() {
        let reference = PaymentReference::from_number(42).unwrap();
        assert_eq!(reference.to_string(), "P0000000042");
        assert_eq!(PaymentReference::from_number(LIMIT), None);
    }
}
