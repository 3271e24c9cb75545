//! Money: whole fen, never a float.
//!
//! Start at [`Money`]. Only [`Money::from_yuan`] parses text into money, so one place decides what an amount may look
//! like. Foreign amounts with other decimals are not money here: `feed` keeps them as decimals and rejects their rows.
//! Sums of rows are a [`super::Total`].
//!
//! Invariant: input from people and files is at most [`AMOUNT_MAX`]; arithmetic is checked, and an overflow is `None`,
//! not a wrong number.

use std::fmt;

/// The largest amount allowed in input: 999,999,999,999.99 yuan, positive or negative.
///
/// Source: the contract ("Input files"). The housing funds of the whole country hold eleven trillion yuan together; a
/// larger number is a serial or an account number in the wrong place. 92,233 of the largest add up within 64 bits. Sums
/// still have 128, because a database may hold rows from an older release.
pub const AMOUNT_MAX: Money = Money::from_fen(999_999_999_999_99);

/// An amount in fen (1/100 yuan); negative for money out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    fen: i64,
}

/// Why a text is not an amount of yuan; `position` counts characters from 1.
///
/// Prints as `expected digits, found nothing` or `expected at most two decimals, found "1.005"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoneyError {
    Empty,
    Character { found: char, position: usize },
    Decimals { text: String },
    Grouping { text: String },
    TooLarge { text: String },
}

impl Money {
    pub const ZERO: Self = Self { fen: 0 };

    #[must_use]
    pub const fn from_fen(fen: i64) -> Self {
        Self { fen }
    }

    #[must_use]
    pub const fn fen(self) -> i64 {
        self.fen
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.fen == 0
    }

    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.fen.checked_add(other.fen).map(Self::from_fen)
    }

    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.fen.checked_sub(other.fen).map(Self::from_fen)
    }

    /// Whether its absolute value is at most [`AMOUNT_MAX`].
    #[must_use]
    pub const fn is_within_bound(self) -> bool {
        self.fen.unsigned_abs() <= AMOUNT_MAX.fen.unsigned_abs()
    }

    /// Parses yuan such as `1200`, `-3.5`, `1,200.00`, of at most [`AMOUNT_MAX`].
    ///
    /// Commas are accepted only between thousands; a third decimal is refused, not rounded (contract, "Input files").
    /// The caller trims white space around the amount.
    ///
    /// # Errors
    /// [`MoneyError`], with the character or the text that was found.
    pub fn from_yuan(text: &str) -> Result<Self, MoneyError> {
        let amount = Self::of_any_size(text)?;
        if amount.is_within_bound() {
            Ok(amount)
        } else {
            Err(MoneyError::TooLarge { text: text.to_owned() })
        }
    }

    /// The same for amounts already in the books and for declared sums: up to 64 bits.
    ///
    /// # Errors
    /// [`MoneyError`], with the character or the text that was found.
    pub fn of_any_size(text: &str) -> Result<Self, MoneyError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let too_large = || MoneyError::TooLarge { text: text.to_owned() };
        let mut fen: i64 = 0;
        let mut push = |digit: u8| {
            fen = fen.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
            Some(())
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(MoneyError::Empty);
        }
        for (index, byte) in whole.bytes().enumerate() {
            match byte {
                b'0'..=b'9' => push(byte).ok_or_else(too_large)?,
                // A comma follows one to three digits and then before every third.
                b',' if index > 0 && (whole.len() - index) % 4 == 0 => {}
                b',' => return Err(MoneyError::Grouping { text: text.to_owned() }),
                _ => return Err(unexpected(text)),
            }
        }
        if whole.contains(',') && !grouped(whole) {
            return Err(MoneyError::Grouping { text: text.to_owned() });
        }
        if fraction.bytes().any(|byte| !byte.is_ascii_digit()) {
            return Err(unexpected(text));
        }
        if fraction.len() > 2 {
            return Err(MoneyError::Decimals { text: text.to_owned() });
        }
        for byte in fraction.bytes().chain(std::iter::repeat_n(b'0', 2 - fraction.len())) {
            push(byte).ok_or_else(too_large)?;
        }
        Ok(Self { fen: if negative { -fen } else { fen } })
    }
}

/// Whether every group after the first comma has three digits and the first has one to three.
fn grouped(whole: &str) -> bool {
    let mut groups = whole.split(',');
    groups.next().is_some_and(|first| (1..=3).contains(&first.len()))
        && groups.all(|group| group.len() == 3)
}

/// Reports the first character that an amount cannot hold.
fn unexpected(text: &str) -> MoneyError {
    let mut points = 0;
    for (index, found) in text.chars().enumerate() {
        let sign = index == 0 && matches!(found, '-' | '+');
        points += usize::from(found == '.');
        if !(sign || found.is_ascii_digit() || found == ',' || (found == '.' && points == 1)) {
            return MoneyError::Character { found, position: index + 1 };
        }
    }
    MoneyError::Grouping { text: text.to_owned() }
}

/// Writes yuan with two decimals and no grouping, as all our files and JSON do: `1200.00`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fen = self.fen.unsigned_abs();
        let sign = if self.fen < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "expected digits, found nothing"),
            Self::Character { found, position } => {
                write!(f, "expected a digit at position {position}, found {found:?}")
            }
            Self::Decimals { text } => write!(f, "expected at most two decimals, found {text:?}"),
            Self::Grouping { text } => {
                write!(f, "expected commas between groups of three digits, found {text:?}")
            }
            Self::TooLarge { text } => {
                write!(f, "expected at most {AMOUNT_MAX}, found {text:?}")
            }
        }
    }
}

impl std::error::Error for MoneyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_become_fen_or_an_error_that_says_why() {
        #[rustfmt::skip] // A table is read by column.
        let rows: &[(&str, Result<i64, &str>)] = &[
            ("1200",        Ok(1200_00)),
            ("1,200.00",    Ok(1200_00)),
            ("12,345,678.9", Ok(12_345_678_90)),
            ("0.01",        Ok(1)),
            (".5",          Ok(50)),
            ("5.",          Ok(5_00)),
            ("-3.5",        Ok(-3_50)),
            ("+10000.00",   Ok(10_000_00)),
            ("",            Err("expected digits, found nothing")),
            (".",           Err("expected digits, found nothing")),
            ("1.005",       Err("expected at most two decimals, found \"1.005\"")),
            ("1.000",       Err("expected at most two decimals, found \"1.000\"")),
            ("12,00",       Err("expected commas between groups of three digits, found \"12,00\"")),
            (",100",        Err("expected commas between groups of three digits, found \",100\"")),
            ("1234,567",    Err("expected commas between groups of three digits, found \"1234,567\"")),
            ("1,234567",    Err("expected commas between groups of three digits, found \"1,234567\"")),
            ("1,2o0.00",    Err("expected a digit at position 4, found 'o'")),
            ("1.2.3",       Err("expected a digit at position 4, found '.'")),
            ("1e3",         Err("expected a digit at position 2, found 'e'")),
            ("--1",         Err("expected a digit at position 2, found '-'")),
            ("１２",         Err("expected a digit at position 1, found '１'")),
            ("999999999999.99", Ok(999_999_999_999_99)),
            ("-999,999,999,999.99", Ok(-999_999_999_999_99)),
            ("1000000000000", Err("expected at most 999999999999.99, found \"1000000000000\"")),
            ("-1000000000000.00", Err("expected at most 999999999999.99, found \"-1000000000000.00\"")),
            ("92233720368547758.08", Err("expected at most 999999999999.99, found \"92233720368547758.08\"")),
        ];
        for (text, want) in rows {
            let got = Money::from_yuan(text).map(Money::fen).map_err(|error| error.to_string());
            assert_eq!(got, want.map_err(str::to_owned), "text {text:?}");
        }
    }

    #[test]
    fn money_prints_what_it_reads() {
        for fen in [0, 1, -1, 99, 100, -12_345, AMOUNT_MAX.fen(), i64::MAX] {
            let money = Money::from_fen(fen);
            assert_eq!(Money::of_any_size(&money.to_string()), Ok(money), "{fen} fen");
        }
    }
}
