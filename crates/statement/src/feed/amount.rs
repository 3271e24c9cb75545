//! Parses amounts of money in a table's cells, exactly.
//!
//! Start at [`Amount::read`]. Banks write `1200`, `1,200.00`, `+3.50`, elsewhere `1.200,00`. A third decimal is an
//! error, not a rounding; so is an exponent. Floats are never used.
//!
//! Invariant: `hundredths` is the amount in hundredths of its currency, `decimals` their count in the file, so that
//! [`Amount::decimal`] prints the file's text.

use super::Problem;
use crate::rules::bank::AmountStyle;
use remittance::MoneyError;
use rust_decimal::Decimal;

/// An amount with a sign and at most two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) hundredths: i64,
    decimals: u8,
}

impl Amount {
    /// The amount without its sign, with the file's decimals.
    pub(crate) fn decimal(self) -> Decimal {
        let value = self.hundredths.abs();
        match self.decimals {
            0 => Decimal::new(value / 100, 0),
            1 => Decimal::new(value / 10, 1),
            _ => Decimal::new(value, 2),
        }
    }

    /// The amount with its sign, with the file's decimals.
    pub(crate) fn signed(self) -> Decimal {
        let value = self.decimal();
        if self.hundredths < 0 { -value } else { value }
    }

    /// # Errors
    /// Why the text is no amount; the error quotes the original text.
    pub(crate) fn read(text: &str, style: AmountStyle) -> Result<Self, MoneyError> {
        match style {
            AmountStyle::Point => plain(text.as_bytes()).map_or_else(|| grouped(text, text), Ok),
            AmountStyle::Comma => comma(text),
        }
    }
}

/// An empty amount is missing; any other gives the error.
pub(crate) fn problem(error: &MoneyError) -> Problem {
    if *error == MoneyError::Empty { Problem::Missing } else { Problem::Amount(error.to_string()) }
}

/// `-1234.56` of at most 15 digits: nearly every amount there is.
fn plain(bytes: &[u8]) -> Option<Amount> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let (mut value, mut decimals, mut behind) = (0_i64, 0_u8, false);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + i64::from(byte - b'0');
                decimals += u8::from(behind);
            }
            b'.' if !behind => behind = true,
            _ => return None,
        }
    }
    let scale = match (decimals, behind) {
        (0, false) => 100,
        (1, _) => 10,
        (2, _) => 1,
        _ => return None,
    };
    let hundredths = value * scale;
    Some(Amount { hundredths: if negative { -hundredths } else { hundredths }, decimals })
}

/// Handles thousands and all errors: `Money` is the one place that reports them.
fn grouped(text: &str, shown: &str) -> Result<Amount, MoneyError> {
    let money = remittance::Money::of_any_size(text).map_err(|error| match error {
        MoneyError::Decimals { .. } => MoneyError::Decimals { text: shown.to_owned() },
        MoneyError::Grouping { .. } => MoneyError::Grouping { text: shown.to_owned() },
        MoneyError::TooLarge { .. } => MoneyError::TooLarge { text: shown.to_owned() },
        MoneyError::Empty | MoneyError::Character { .. } => error,
    })?;
    let decimals = text.rsplit_once('.').map_or(0, |(_, fraction)| fraction.len());
    Ok(Amount { hundredths: money.fen(), decimals: u8::try_from(decimals).unwrap_or(2) })
}

/// Converts European notation, then parses it; a point separates thousands here.
fn comma(text: &str) -> Result<Amount, MoneyError> {
    let (open, inner) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => ("-", inner),
        None => ("", text),
    };
    let mut rewritten = String::with_capacity(text.len() + 1);
    rewritten.push_str(open);
    for (index, found) in inner.chars().enumerate() {
        match found {
            '\u{2212}' if index == 0 => rewritten.push('-'),
            // Thousands separators: point, apostrophes, no-break and narrow no-break spaces.
            '.' | '\'' | '\u{2019}' | '\u{a0}' | '\u{202f}' => rewritten.push(','),
            ',' => rewritten.push('.'),
            other => rewritten.push(other),
        }
    }
    grouped(&rewritten, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_keeps_its_decimals_or_says_what_is_wrong() {
        use AmountStyle::{Comma, Point};
        #[rustfmt::skip] // A table is read by column.
        let rows: &[(&str, AmountStyle, Result<&str, &str>)] = &[
            ("1200",          Point, Ok("1200")),
            ("1200.5",        Point, Ok("1200.5")),
            ("-1,200.00",     Point, Ok("-1200.00")),
            ("+10000.00",     Point, Ok("10000.00")),
            ("0.00",          Point, Ok("0.00")),
            (".5",            Point, Ok("0.5")),
            ("92233720368547758.07", Point, Ok("92233720368547758.07")),
            ("1.005",         Point, Err("expected at most two decimals, found \"1.005\"")),
            ("1e3",           Point, Err("expected a digit at position 2, found 'e'")),
            ("1,2o0.00",      Point, Err("expected a digit at position 4, found 'o'")),
            ("12..34",        Point, Err("expected a digit at position 4, found '.'")),
            ("Infinity",      Point, Err("expected a digit at position 1, found 'I'")),
            ("１２",           Point, Err("expected a digit at position 1, found '１'")),
            ("-",             Point, Err("expected digits, found nothing")),
            ("1.100,00",      Comma, Ok("1100.00")),
            ("(50,00)",       Comma, Ok("-50.00")),
            ("\u{2212}50,00", Comma, Ok("-50.00")),
            ("1'060,00",      Comma, Ok("1060.00")),
            ("1\u{202f}050,00", Comma, Ok("1050.00")),
            ("1.00",          Comma, Err("expected commas between groups of three digits, found \"1.00\"")),
        ];
        for (text, style, want) in rows {
            let got = Amount::read(text, *style).map(|amount| amount.signed().to_string());
            let got = got.map_err(|error| error.to_string());
            assert_eq!(
                got.as_deref().map_err(String::as_str),
                want.as_ref().copied().map_err(|e| *e),
                "text {text:?}"
            );
        }
    }
}
