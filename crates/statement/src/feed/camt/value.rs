//! Amounts and dates in statements, parsed exactly or not at all.
//!
//! No float, no rounding, no exponent, no digit but ASCII `0` to `9`.

use crate::feed::entry::is_booking_day;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use remittance::{AMOUNT_MAX, beijing};
use rust_decimal::Decimal;

/// The most digits of an amount (ISO 20022 `totalDigits`).
const DIGITS_MAX: usize = 18;

/// The decimals of sums (ISO 20022 `fractionDigits`); no entry may have more.
pub(in crate::feed) const SCALE: u32 = 5;

/// The largest amount of one movement ([`AMOUNT_MAX`]) in units of 10^-[`SCALE`].
pub(in crate::feed) const UNITS_MAX: i128 = AMOUNT_MAX.fen() as i128 * 1_000;

/// A sum past this could not be held exactly: ten thousand million of the largest amounts.
const SUM_UNITS_MAX: i128 = 10_i128.pow(27);

/// An amount from a file: `mantissa` / 10^`scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::feed) struct Exact {
    mantissa: i64,
    scale: u32,
}

impl Exact {
    /// Parses digits with at most one decimal mark and, if allowed, a leading sign.
    pub(in crate::feed) fn read(text: &str, mark: u8) -> Result<Self, String> {
        let (negative, digits) = match text.as_bytes().split_first() {
            Some((b'-', rest)) => (true, rest),
            Some((b'+', rest)) => (false, rest),
            _ => (false, text.as_bytes()),
        };
        let (mut mantissa, mut scale, mut count, mut marked) = (0_i64, 0_u32, 0_usize, false);
        for &byte in digits {
            if byte == mark && !marked {
                marked = true;
            } else if byte.is_ascii_digit() {
                count += 1;
                if count > DIGITS_MAX {
                    return Err(format!("expected at most {DIGITS_MAX} digits"));
                }
                // Cannot overflow: 18 digits fit.
                mantissa = mantissa * 10 + i64::from(byte - b'0');
                scale += u32::from(marked);
            } else {
                return Err(format!("expected digits with one {:?}", char::from(mark)));
            }
        }
        if count == 0 {
            return Err("expected digits".to_owned());
        }
        Ok(Self { mantissa: if negative { -mantissa } else { mantissa }, scale })
    }

    pub(in crate::feed) fn decimal(self) -> Decimal {
        Decimal::new(self.mantissa, self.scale)
    }

    /// The decimals in the file.
    pub(in crate::feed) const fn scale(self) -> u32 {
        self.scale
    }

    pub(in crate::feed) const fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// In units of 10^-[`SCALE`]; `None` with more decimals than that.
    pub(in crate::feed) fn units(self) -> Option<i128> {
        let shift = SCALE.checked_sub(self.scale)?;
        Some(i128::from(self.mantissa) * 10_i128.pow(shift))
    }
}

/// Units of 10^-[`SCALE`] as a decimal without trailing zeros; `None` if it cannot be exact.
pub(in crate::feed) fn decimal_of_units(units: i128) -> Option<Decimal> {
    let held = (-SUM_UNITS_MAX..=SUM_UNITS_MAX).contains(&units);
    held.then(|| Decimal::from_i128_with_scale(units, SCALE).normalize())
}

/// Parses `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ss[.f]`, each with or without an offset.
///
/// An instant (a day, a time and an offset) becomes Beijing's day and time, because months follow the booking day here.
/// Without an offset, or without a time, the bank's day is kept. A year in which no bank books (`0000`, `9999`) is no
/// date.
pub(in crate::feed) fn date_time(text: &str) -> Option<(NaiveDate, Option<NaiveTime>)> {
    let (date, rest) = text.split_at_checked(10)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date.as_bytes() else { return None };
    let year = number(&[y1, y2, y3, y4])?;
    let date =
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(&[m1, m2])?, number(&[d1, d2])?)?;
    let (date, time) = match rest.strip_prefix('T') {
        None => {
            offset(rest)?;
            (date, None)
        }
        Some(rest) => {
            let (time, offset) = time(rest)?;
            let local = date.and_time(time);
            let beijing = match offset {
                None => local,
                Some(offset) => {
                    local.checked_add_signed(TimeDelta::minutes(beijing::MINUTES_EAST - offset))?
                }
            };
            (beijing.date(), Some(beijing.time()))
        }
    };
    is_booking_day(date).then_some((date, time))
}

fn time(text: &str) -> Option<(NaiveTime, Option<i64>)> {
    let digits_end =
        text.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(text.len());
    let (clock, behind) = text.split_at_checked(digits_end)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let [h1, h2, b':', m1, m2, b':', s1, s2] = *clock.as_bytes() else { return None };
    let time = NaiveTime::from_hms_opt(number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?)?;
    Some((time, offset(behind)?))
}

/// Minutes east of UTC, or `None` inside for an empty text; `None` for an invalid offset.
fn offset(text: &str) -> Option<Option<i64>> {
    match *text.as_bytes() {
        [] => Some(None),
        [b'Z'] => Some(Some(0)),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[h1, h2])?, number(&[m1, m2])?);
            let minutes = i64::from(hours * 60 + minutes);
            // XML Schema allows fourteen hours.
            (minutes <= 14 * 60).then_some(Some(if sign == b'-' { -minutes } else { minutes }))
        }
        _ => None,
    }
}

/// Parses ASCII digits; `None` for anything else.
pub(in crate::feed) fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_exactly_or_refused() {
        #[rustfmt::skip]
        let rows = [
            ("100.00",               Some("100.00")),
            ("100.",                 Some("100")),
            (".5",                   Some("0.5")),
            ("+7",                   Some("7")),
            ("-10.00",               Some("-10.00")),
            ("999999999999999999",   Some("999999999999999999")),
            ("1000000000000000000",  None), // 19 digits
            ("1e3",                  None),
            ("1,000.00",             None),
            ("1.2.3",                None),
            ("0x10",                 None),
            ("Infinity",             None),
            ("１００",                None), // full-width
            ("١٠٠",                  None), // Arabic
            ("1 0",                  None),
            ("--1",                  None),
            ("",                     None),
            (".",                    None),
        ];
        for (text, want) in rows {
            let got = Exact::read(text, b'.').ok().map(|amount| amount.decimal().to_string());
            assert_eq!(got.as_deref(), want, "{text:?}");
        }
    }

    #[test]
    fn an_instant_becomes_beijings_day_and_all_else_stays_as_written() {
        #[rustfmt::skip]
        let rows = [
            ("2024-03-05",                       Some("2024-03-05 -")),
            ("2024-03-05+01:00",                 Some("2024-03-05 -")),
            ("2024-03-05Z",                      Some("2024-03-05 -")),
            ("2024-03-05T23:30:00",              Some("2024-03-05 23:30:00")),
            ("2024-03-05T23:30:00+08:00",        Some("2024-03-05 23:30:00")),
            ("2024-03-05T23:30:00-05:00",        Some("2024-03-06 12:30:00")),
            ("2024-10-31T23:58:38.150347+01:00", Some("2024-11-01 06:58:38")),
            ("2026-05-31T16:30:00Z",             Some("2026-06-01 00:30:00")),
            ("2026-05-31T15:59:59Z",             Some("2026-05-31 23:59:59")),
            ("2026-06-01T00:30:00+14:00",        Some("2026-05-31 18:30:00")),
            ("2024-02-28T16:00:00.5Z",           Some("2024-02-29 00:00:00")),
            ("2026-05-31T16:30:00+15:00",        None),
            ("2026-05-31T16:30:00+0800",         None),
            ("0000-05-11",                       None),
            ("0001-01-01T00:00:00",              None),
            ("9999-12-31",                       None),
            ("9999-12-31T23:59:59Z",             None),
            ("20240305",                         None),
            ("2024-02-30",                       None),
            ("2024-03-05T24:00:00",              None),
            ("2024-03-05 10:00:00",              None),
            ("05.03.2024",                       None),
            ("２024-03-05",                       None),
        ];
        for (text, want) in rows {
            let got = date_time(text).map(|(date, time)| {
                format!("{date} {}", time.map_or("-".to_owned(), |time| time.to_string()))
            });
            assert_eq!(got.as_deref(), want, "{text:?}");
        }
    }
}
