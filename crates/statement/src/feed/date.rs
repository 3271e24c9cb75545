//! Parses days and times of day in a table's cells.
//!
//! Start at [`day`]. Year first may be written `2026-05-11`, `2026/5/11`, `2026.5.11`, `20260511` or `2026年5月11日`. A
//! time may follow, after a space or a `T`, or glued to eight digits. Day first and month first are parsed only if a
//! layout says so.
//!
//! Invariant: a day that does not exist is no day; a year has four digits, or the day is ambiguous.

use crate::rules::bank::DateOrder;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use remittance::beijing;

/// A day, the rest of the cell, and whether the cell alone could have another order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayFound<'a> {
    pub(crate) day: NaiveDate,
    pub(crate) rest: &'a str,
    pub(crate) ambiguous: bool,
}

/// The years of statements; 0000 and 9999 mean no day.
const YEARS: std::ops::RangeInclusive<i32> = 1949..=2199;

/// Day numbers of a spreadsheet, from 30 December 1899, that fall into these years.
const SERIAL_DAYS: std::ops::RangeInclusive<i64> = 36_526..=73_415;

/// Parses a day number of a spreadsheet: days since 30 December 1899, perhaps with a fraction.
pub(crate) fn serial_day(text: &str) -> Option<DayFound<'_>> {
    let days = text.split('.').next()?.parse().ok().filter(|days| SERIAL_DAYS.contains(days))?;
    let day = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_signed(TimeDelta::days(days))?;
    Some(DayFound { day, rest: "", ambiguous: false })
}

/// Splits a zone off the end of a time, as minutes east of Greenwich: `16:30:00Z`, `T16:30:00+01:00`.
pub(crate) fn zoned(text: &str) -> (&str, Option<i64>) {
    // Nearly no time names a zone: it ends with a letter, or its sign comes before two or four digits.
    let bytes = text.as_bytes();
    let behind = |count: usize| bytes.len().checked_sub(count).and_then(|at| bytes.get(at));
    let signed = [3, 5, 6].into_iter().any(|count| matches!(behind(count), Some(b'+' | b'-')));
    if !signed && !matches!(behind(1), Some(b'Z' | b'z' | b' ')) {
        return (text, None);
    }
    let trimmed = text.trim_end();
    if let Some(rest) = trimmed.strip_suffix(['Z', 'z']) {
        return (rest, Some(0));
    }
    // A sign after a time of day; the hyphens of the day come before it.
    let Some(at) = trimmed
        .rfind(['+', '-'])
        .filter(|at| trimmed.get(..*at).is_some_and(|time| time.contains(':')))
    else {
        return (text, None);
    };
    let (time, zone) = trimmed.split_at_checked(at).unwrap_or((trimmed, ""));
    let digits: String = zone.chars().skip(1).filter(|c| *c != ':').collect();
    let minutes = match (digits.len(), digits.parse::<i64>()) {
        (2, Ok(hours)) if hours <= 14 => hours * 60,
        (4, Ok(both)) if both <= 1400 && both % 100 < 60 => both / 100 * 60 + both % 100,
        _ => return (text, None),
    };
    (time, Some(if zone.starts_with('-') { -minutes } else { minutes }))
}

/// Converts an instant in a zone to Beijing's day and time.
pub(crate) fn in_beijing(day: NaiveDate, time: NaiveTime, zone: i64) -> (NaiveDate, NaiveTime) {
    let moved =
        day.and_time(time).checked_add_signed(TimeDelta::minutes(beijing::MINUTES_EAST - zone));
    moved.map_or((day, time), |moved| (moved.date(), moved.time()))
}

/// The expected format in an error text.
pub(crate) const fn expected(order: DateOrder) -> &'static str {
    match order {
        DateOrder::YearFirst => "a date such as 2026-05-11",
        DateOrder::DayFirst => "a date such as 11.05.2026",
        DateOrder::MonthFirst => "a date such as 05/11/2026",
    }
}

/// Parses the day at the start of the text.
pub(crate) fn day(text: &str, order: DateOrder) -> Option<DayFound<'_>> {
    if let Some(found) = usual_day(text) {
        return Some(found);
    }
    year_first(text).or_else(|| match order {
        DateOrder::YearFirst => None,
        DateOrder::DayFirst => year_last(text, false),
        DateOrder::MonthFirst => year_last(text, true),
    })
}

/// `2026-05-11`, as most days are written, with the rest.
fn usual_day(text: &str) -> Option<DayFound<'_>> {
    let [a, b, c, d, b'-', e, f, b'-', g, h, behind @ ..] = text.as_bytes() else { return None };
    let number = |digits: &[&u8]| {
        let all = digits.iter().all(|digit| digit.is_ascii_digit());
        all.then(|| digits.iter().fold(0, |number, digit| number * 10 + u32::from(**digit - b'0')))
    };
    let year = i32::try_from(number(&[a, b, c, d])?).ok().filter(|year| YEARS.contains(year))?;
    if behind.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let day = NaiveDate::from_ymd_opt(year, number(&[e, f])?, number(&[g, h])?)?;
    Some(DayFound { day, rest: text.get(10..)?, ambiguous: false })
}

/// Takes up to `most` digits from the front.
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
    let date = |month, day| {
        let year = i32::try_from(year).ok().filter(|year| YEARS.contains(year))?;
        NaiveDate::from_ymd_opt(year, month, day)
    };
    if bytes.get(4)?.is_ascii_digit() {
        let (rest, 4) = number(bytes.get(4..)?, 4)? else { return None };
        // Eight digits alone, or with a time glued on; any other run of digits is no date.
        let run = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let glued = matches!(run, 9 | 10) && bytes.get(run) == Some(&b':');
        let whole = matches!(run, 8 | 12 | 14) || glued;
        return if whole { found(date(rest / 100, rest % 100)?, 8) } else { None };
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
    // With points, the day is first everywhere; a two-digit year leaves it ambiguous.
    let ambiguous =
        first <= 12 && second <= 12 && first != second && (*mark != b'.' || digits == 2);
    Some(DayFound { day, rest: text.get(at..)?, ambiguous })
}

/// `09:30:01`, as nearly every time is written.
fn usual_time(bytes: &[u8]) -> Option<NaiveTime> {
    let [a, b, b':', c, d, b':', e, f] = bytes else { return None };
    let two = |tens: &u8, ones: &u8| {
        let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
        digits.then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
    };
    NaiveTime::from_hms_opt(two(a, b)?, two(c, d)?, two(e, f)?)
}

/// Parses a time of day: `09:30:01`, `9:30`, `093001`, with or without a fraction; empty is none.
///
/// # Errors
/// For any other text.
pub(crate) fn time(text: &str) -> Result<Option<NaiveTime>, ()> {
    if let Some(usual) = usual_time(text.as_bytes()) {
        return Ok(Some(usual));
    }
    let text = text.trim_start_matches([' ', '\t', 'T']).trim_end();
    if text.is_empty() {
        return Ok(None);
    }
    let bytes = text.as_bytes();
    let (hour, minute, second) = if bytes.iter().all(u8::is_ascii_digit) {
        match number(bytes, 7).ok_or(())? {
            (value, 6) => (value / 10_000, value / 100 % 100, value % 100),
            (value, 4) => (value / 100, value % 100, 0),
            _ => return Err(()),
        }
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
            (YearFirst,  "2026051109:30:00",    "2026-05-11|09:30:00"),
            (YearFirst,  "202605110930",        "2026-05-11|0930"),
            (YearFirst,  "0000-01-01",          "none"),
            (YearFirst,  "99991231",            "none"),
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
    fn an_instant_in_a_zone_becomes_the_day_in_beijing() {
        for (text, want) in [
            ("2026-05-31T16:30:00Z", "2026-06-01 00:30:00"),
            ("2026-05-31T18:30:00+01:00", "2026-06-01 01:30:00"),
            ("2026-05-31 23:30:00+0800", "2026-05-31 23:30:00"),
            ("2026-05-31 09:30:00", "2026-05-31 09:30:00"),
        ] {
            let found = day(text, DateOrder::YearFirst).unwrap();
            let (rest, zone) = zoned(found.rest);
            let at = time(rest).unwrap().unwrap();
            let (day, at) = zone.map_or((found.day, at), |zone| in_beijing(found.day, at, zone));
            assert_eq!(format!("{day} {at}"), want, "{text}");
        }
    }

    #[test]
    fn a_spreadsheet_counts_days() {
        let counted = |text| serial_day(text).map(|found| found.day.to_string());
        assert_eq!(counted("46153").as_deref(), Some("2026-05-11"));
        assert_eq!(counted("46153.395").as_deref(), Some("2026-05-11"));
        assert_eq!(counted("1200.00"), None);
    }

    #[test]
    fn a_time_of_day_exists_or_is_an_error() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("09:30:01",        Some("09:30:01")),
            (" 9:30",           Some("09:30:00")),
            ("093001",          Some("09:30:01")),
            ("0930",            Some("09:30:00")),
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
