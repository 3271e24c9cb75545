//! `:60a:`, `:62a:` and `:90a:`: amounts with a currency, and the dates of SWIFT.

use crate::feed::Balance;
use crate::feed::camt::value::{Exact, number};
use chrono::{Datelike, NaiveDate};

/// A two-digit year from here on is in the last century: no bank sends a statement that old or new.
const LAST_CENTURY_FROM: u32 = 80;

/// A parsed balance.
pub(super) struct Read<'a> {
    pub(super) balance: Balance,
    pub(super) currency: &'a str,
    /// Unexpected text after the amount.
    pub(super) rest: &'a str,
}

/// Parses `C240304EUR1000,00`.
pub(super) fn balance(text: &str) -> Option<Read<'_>> {
    let (mark, rest) = text.split_at_checked(1)?;
    let negative = match mark {
        "C" | "c" => false,
        "D" | "d" => true,
        _ => return None,
    };
    let (date, rest) = rest.split_at_checked(6)?;
    number(date.as_bytes())?;
    let (currency, amount, rest) = amount(rest)?;
    let amount = amount.decimal();
    let amount = if negative { -amount } else { amount };
    Some(Read { balance: Balance { amount, on: day(date) }, currency, rest })
}

/// A declared total: count, currency and amount.
pub(super) struct Total<'a> {
    pub(super) count: u64,
    pub(super) currency: &'a str,
    pub(super) sum: Exact,
}

/// Parses `3EUR1500,00`.
pub(super) fn total(text: &str) -> Option<Total<'_>> {
    let digits_end = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, rest) = text.split_at_checked(digits_end)?;
    let (currency, sum, _) = amount(rest)?;
    Some(Total { count: count.parse().ok()?, currency, sum })
}

/// Splits `EUR1000,00 rest`. The rest of a balance is flagged; the statement's arithmetic decides.
fn amount(text: &str) -> Option<(&str, Exact, &str)> {
    let (currency, rest) = text.split_at_checked(3)?;
    if !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'));
    let (amount, rest) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    Some((currency, amount_of(amount).ok()?, rest.trim()))
}

/// Parses digits with one comma and at most two decimals; also with a point instead of the comma, or with neither (see
/// [`lacks_comma`]). Three digits after a mark could also be thousands.
pub(super) fn amount_of(text: &str) -> Result<Exact, String> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == ',' || c == '.') {
        return Err("expected digits with one ','".to_owned());
    }
    let mark = if text.contains('.') { b'.' } else { b',' };
    let amount = Exact::read(text, mark).map_err(|_| "expected digits with one ','".to_owned())?;
    if amount.scale() > 2 {
        return Err("expected at most two digits behind the comma".to_owned());
    }
    Ok(amount)
}

/// Whether an amount lacks its required comma.
pub(super) fn lacks_comma(text: &str) -> bool {
    !text.contains(',')
}

/// The currency at the start of `:34F:`.
pub(super) fn leading_currency(text: &str) -> Option<&str> {
    let (currency, _) = text.split_at_checked(3)?;
    currency.bytes().all(|byte| byte.is_ascii_uppercase()).then_some(currency)
}

/// Parses `YYMMDD`; `None` for a day that does not exist.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let [y1, y2, m1, m2, d1, d2] = *text.as_bytes() else { return None };
    NaiveDate::from_ymd_opt(year(&[y1, y2])?, number(&[m1, m2])?, number(&[d1, d2])?)
}

/// Parses `YY`.
pub(super) fn year(digits: &[u8]) -> Option<i32> {
    let year = number(digits)?;
    let century = if year >= LAST_CENTURY_FROM { 1900 } else { 2000 };
    i32::try_from(century + year).ok()
}

/// Parses `MMDD` in the year nearest to `near`.
pub(super) fn day_near(text: &str, near: NaiveDate) -> Option<NaiveDate> {
    let [m1, m2, d1, d2] = *text.as_bytes() else { return None };
    let (month, day) = (number(&[m1, m2])?, number(&[d1, d2])?);
    (near.year() - 1..=near.year() + 1)
        .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
        .min_by_key(|date| (*date - near).num_days().abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_date_takes_the_year_nearest_to_the_value_date() {
        #[rustfmt::skip]
        let rows = [
            ("240101", "1231", Some("2023-12-31")),
            ("231231", "0102", Some("2024-01-02")),
            ("240229", "0229", Some("2024-02-29")),
            ("240305", "0305", Some("2024-03-05")),
            ("240305", "0230", None),
        ];
        for (value, entry, want) in rows {
            let got = day_near(entry, day(value).unwrap()).map(|date| date.to_string());
            assert_eq!(got.as_deref(), want, "{value} {entry}");
        }
    }

    #[test]
    fn a_balance_has_mark_date_currency_and_amount() {
        #[rustfmt::skip]
        let rows = [
            ("C240304EUR1000,00",       Some(("1000.00", "EUR", ""))),
            ("D240304CNY10,",           Some(("-10", "CNY", ""))),
            ("C141387INR11 27421,94",   Some(("11", "INR", "27421,94"))),
            ("C240304EUR1000.00",       Some(("1000.00", "EUR", ""))),
            ("C240304EUR1000,00 x",     Some(("1000.00", "EUR", "x"))),
            ("C240304EUR1,200",         None),
            ("C240304eur1000,00",       None),
            ("C240304105000,00",        None),
            ("C240304EUR1.000,00",      None),
            ("X240304EUR1000,00",       None),
            ("C24030",                  None),
        ];
        for (text, want) in rows {
            let read = balance(text);
            let got = read
                .as_ref()
                .map(|read| (read.balance.amount.to_string(), read.currency, read.rest));
            assert_eq!(got.as_ref().map(|(a, c, r)| (a.as_str(), *c, *r)), want, "{text}");
        }
    }
}
