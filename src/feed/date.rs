//! Reads days and times of day out of a table's cells.
//!
//! Start at [`day`]. Year first may be written `2026-05-11`, `2026/5/11`, `2026.5.11`,
//! `20260511` or `2026年5月11日`; a time may follow, with a space, a `T`, or glued to eight digits.
//! Day first and month first are read only where a layout says so.
//!
//! Invariant: a day that does not exist is no day; a year has four digits, or the day is ambiguous.

use crate::rulebook::bank::DateOrder;
use chrono::{NaiveDate, NaiveTime};

/// A day, the rest of the cell, and whether the cell alone could be read in another order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayFound<'a> {
    pub(crate) day: NaiveDate,
    pub(crate) rest: &'a str,
    pub(crate) ambiguous: bool,
}

/// What stands in an error text.
pub(crate) const fn expected(order: DateOrder) -> &'static str {
    match order {
        DateOrder::YearFirst => "a date such as 2026-05-11",
        DateOrder::DayFirst => "a date such as 11.05.2026",
        DateOrder::MonthFirst => "a date such as 05/11/2026",
    }
}

/// Reads the day with which the text begins.
pub(crate) fn day(text: &str, order: DateOrder) -> Option<DayFound<'_>> {
    year_first(text).or_else(|| match order {
        DateOrder::YearFirst => None,
        DateOrder::DayFirst => year_last(text, false),
        DateOrder::MonthFirst => year_last(text, true),
    })
}

/// Takes up to `most` digits off the front.
fn number(bytes: &[u8], most: usize) -> Option<(u32, usize)> {
    let digits = bytes.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    let value =
        bytes.iter().take(digits).fold(0, |value, byte| value * 10 + u32::from(byte - b'0'));
    (digits > 0).then_some((value, digits))
}

fn year_first(text: &str) -> Option<DayFound<'_>> {
    let bytes = text.as_bytes();
    let (year, 4) = number(bytes, 4)? else { return None };
    let found =
        |day: NaiveDate, at: usize| Some(DayFound { day, rest: text.get(at..)?, ambiguous: false });
    let date = |month, day| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
    if bytes.get(4)?.is_ascii_digit() {
        let (rest, 4) = number(bytes.get(4..)?, 4)? else { return None };
        // Eight digits alone, or with a time of six glued on; any other run of digits is no date.
        let run = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        return if matches!(run, 8 | 14) { found(date(rest / 100, rest % 100)?, 8) } else { None };
    }
    let mark = |at: usize| {
        let rest = text.get(at..)?;
        let mark = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.' | '年' | '月'))?;
        Some((mark, at + mark.len_utf8()))
    };
    let (first, at) = mark(4)?;
    let (month, digits) = number(bytes.get(at..)?, 2)?;
    let (second, at) = mark(at + digits)?;
    if (first == '年') != (second == '月') || (first != '年' && first != second) {
        return None;
    }
    let (day, digits) = number(bytes.get(at..)?, 2)?;
    let at = at + digits;
    if first == '年' && !text.get(at..)?.starts_with('日') {
        return None;
    }
    if bytes.get(at).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    found(date(month, day)?, if first == '年' { at + '日'.len_utf8() } else { at })
}

fn year_last(text: &str, month_first: bool) -> Option<DayFound<'_>> {
    let bytes = text.as_bytes();
    let (first, digits) = number(bytes, 2)?;
    let mark = bytes.get(digits).filter(|mark| matches!(mark, b'.' | b'/' | b'-'))?;
    let at = digits + 1;
    let (second, digits) = number(bytes.get(at..)?, 2)?;
    if bytes.get(at + digits) != Some(mark) {
        return None;
    }
    let at = at + digits + 1;
    let (year, digits) = number(bytes.get(at..)?, 4)?;
    let year = match digits {
        4 => year,
        2 => 2000 + year,
        _ => return None,
    };
    let at = at + digits;
    if bytes.get(at).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let (month, day) = if month_first { (first, second) } else { (second, first) };
    let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    // With points the day stands first everywhere; with two digits of year nothing is sure.
    let ambiguous =
        first <= 12 && second <= 12 && first != second && (*mark != b'.' || digits == 2);
    Some(DayFound { day, rest: text.get(at..)?, ambiguous })
}

/// Reads a time of day: `09:30:01`, `9:30`, `093001`, with a fraction or not; empty is none.
///
/// # Errors
/// When something else stands there.
pub(crate) fn time(text: &str) -> Result<Option<NaiveTime>, ()> {
    let text = text.trim_start_matches([' ', '\t', 'T']).trim_end();
    if text.is_empty() {
        return Ok(None);
    }
    let bytes = text.as_bytes();
    let (hour, minute, second) = if bytes.iter().all(u8::is_ascii_digit) {
        let (value, 6) = number(bytes, 7).ok_or(())? else { return Err(()) };
        (value / 10_000, value / 100 % 100, value % 100)
    } else {
        let mut parts = text.split('.').next().unwrap_or_default().split(':');
        let mut part = |needed: bool| match parts.next() {
            Some(part) => match number(part.as_bytes(), 2) {
                Some((value, digits)) if digits == part.len() => Ok(value),
                _ => Err(()),
            },
            None if needed => Err(()),
            None => Ok(0),
        };
        let found = (part(true)?, part(true)?, part(false)?);
        let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
        if parts.next().is_some() || fraction.bytes().any(|byte| !byte.is_ascii_digit()) {
            return Err(());
        }
        found
    };
    NaiveTime::from_hms_opt(hour, minute, second).map(Some).ok_or(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(order: DateOrder, text: &str) -> String {
        day(text, order).map_or("none".to_owned(), |found| {
            format!("{}{}|{}", found.day, if found.ambiguous { "?" } else { "" }, found.rest)
        })
    }

    #[test]
    fn a_day_is_read_only_as_its_layout_writes_it() {
        use DateOrder::{DayFirst, MonthFirst, YearFirst};
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (YearFirst,  "2026-05-11",          "2026-05-11|"),
            (YearFirst,  "20260511",            "2026-05-11|"),
            (YearFirst,  "2026/5/11",           "2026-05-11|"),
            (YearFirst,  "2026.5.1",            "2026-05-01|"),
            (YearFirst,  "2026年5月11日",        "2026-05-11|"),
            (YearFirst,  "20260108 05:13",      "2026-01-08| 05:13"),
            (YearFirst,  "20260108051300",      "2026-01-08|051300"),
            (YearFirst,  "2025/12/03  14:06:51", "2025-12-03|  14:06:51"),
            (YearFirst,  "2026-02-30",          "none"),
            (YearFirst,  "2026-05/11",          "none"),
            (YearFirst,  "202605",              "none"),
            (YearFirst,  "202605111",           "none"),
            (YearFirst,  "05/03/24",            "none"),
            (DayFirst,   "05.03.2024",          "2024-03-05|"),
            (DayFirst,   "05/03/24",            "2024-03-05?|"),
            (DayFirst,   "31/03/2024",          "2024-03-31|"),
            (DayFirst,   "2024-03-05",          "2024-03-05|"),
            (MonthFirst, "03/05/2024",          "2024-03-05?|"),
            (MonthFirst, "13/05/2024",          "none"),
        ];
        for (order, text, want) in rows {
            assert_eq!(show(order, text), want, "{order:?} {text:?}");
        }
    }

    #[test]
    fn a_time_of_day_exists_or_is_an_error() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("09:30:01",        Some("09:30:01")),
            (" 9:30",           Some("09:30:00")),
            ("093001",          Some("09:30:01")),
            ("T09:30:01.123",   Some("09:30:01")),
            ("24:00:00",        None),
            ("9",               None),
            ("09:30:01x",       None),
            ("09:3a",           None),
            ("1:2:3:4",         None),
        ];
        for (text, want) in rows {
            let got = time(text).ok().flatten().map(|time| time.to_string());
            assert_eq!(got.as_deref(), want, "{text:?}");
        }
        assert_eq!(time(" "), Ok(None));
    }
}
