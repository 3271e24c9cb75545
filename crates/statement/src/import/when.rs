//! Days and months in every form that people write.
//!
//! Start at [`day`] and [`month`]. The year is first: `2026-05-11`, `2026/5/11`, `2026.5.11`, `20260511`, `2026年5月11日`;
//! a month is the same without its day. An ambiguous form is refused.

use super::error::Expected;
use chrono::NaiveDate;
use remittance::YearMonth;

/// Years in lists of this business: the fund began in 1991.
const YEARS: std::ops::RangeInclusive<i32> = 1991..=2099;

fn expected_day() -> Expected {
    Expected::new(
        "应为日期，例如 2026-05-11（1991 至 2099 年）",
        "expected a day such as 2026-05-11",
    )
}

fn expected_month() -> Expected {
    Expected::new("应为月份，例如 2026-05（1991 至 2099 年）", "expected a month such as 2026-05")
}

/// Numbers with their separators: `2026`, `5`, `11` of `2026年5月11日`.
struct Parts<'a> {
    numbers: Vec<&'a str>,
    marks: Vec<char>,
}

/// Splits a text; a separator follows each number except perhaps the last.
fn parts(text: &str) -> Option<Parts<'_>> {
    let mut found = Parts { numbers: Vec::new(), marks: Vec::new() };
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || found.numbers.len() == 3 {
            return None;
        }
        found.numbers.push(rest.get(..digits)?);
        rest = rest.get(digits..)?;
        if let Some(mark) = rest.chars().next() {
            found.marks.push(mark);
            rest = rest.get(mark.len_utf8()..)?;
        }
    }
    Some(found)
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok()
}

fn of(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let year = year.parse().ok().filter(|year| YEARS.contains(year))?;
    if year.to_string().len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)
}

/// Whether all separators are the same, or the words for year, month and day.
fn suits(marks: &[char]) -> bool {
    match marks {
        [] => true,
        ['年'] | ['年', '月'] | ['年', '月', '日' | '号'] => true,
        [first @ ('-' | '/' | '.'), rest @ ..] => rest.iter().all(|mark| mark == first),
        _ => false,
    }
}

/// Parses a day; a time after it is ignored.
pub(super) fn day(text: &str) -> Result<NaiveDate, Expected> {
    let date = text.split([' ', 'T']).next().unwrap_or_default();
    let time = text.get(date.len()..).unwrap_or_default();
    let is_time = time.chars().skip(1).all(|c| c.is_ascii_digit() || matches!(c, ':' | '.'));
    read_day(date).filter(|_| is_time).ok_or_else(expected_day)
}

fn read_day(text: &str) -> Option<NaiveDate> {
    let Parts { numbers, marks } = parts(text)?;
    match (numbers.as_slice(), marks.len()) {
        ([eight], 0) if eight.len() == 8 => of(eight.get(..4)?, eight.get(4..6)?, eight.get(6..)?),
        ([year, month, day], 2) if marks.first() != Some(&'年') && suits(&marks) => {
            of(year, month, day)
        }
        ([year, month, day], 2 | 3) if marks.first() == Some(&'年') && suits(&marks) => {
            of(year, month, day)
        }
        _ => None,
    }
}

/// Parses a month, also as spreadsheets rewrite it: its first day.
pub(super) fn month(text: &str) -> Result<YearMonth, Expected> {
    // A CSV turns 2026.10 into 2026.1 if it was a number once.
    if text.split_once('.').is_some_and(|(_, month)| month == "1") {
        return Err(Expected::new(
            "2026.1 可能是 1 月，也可能是 10 月；请写成 2026-01 或 2026-10",
            "expected a month such as 2026-05, found one that may be January or October",
        ));
    }
    let text = text.strip_suffix('份').unwrap_or(text);
    let first = || {
        read_month(text)
            .or_else(|| read_day(text).filter(|day| *day == YearMonth::of(*day).first_day()))
    };
    first().map(YearMonth::of).ok_or_else(expected_month)
}

fn read_month(text: &str) -> Option<NaiveDate> {
    let Parts { numbers, marks } = parts(text)?;
    match (numbers.as_slice(), marks.as_slice()) {
        ([six], []) if six.len() == 6 => of(six.get(..4)?, six.get(4..)?, "1"),
        ([year, month], ['-' | '/' | '.'] | ['年'] | ['年', '月']) => of(year, month, "1"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_with_its_year_first_and_in_no_other_way() {
        for text in [
            "2026-05-11",
            "20260511",
            "2026/5/11",
            "2026/05/11",
            "2026-5-11",
            "2026.5.11",
            "2026年5月11日",
            "2026年05月11",
            "2026-05-11 18:00:00",
            "2026-05-11T00:00:00",
        ] {
            assert_eq!(day(text), Ok(NaiveDate::from_ymd_opt(2026, 5, 11).unwrap()), "{text}");
        }
        for text in [
            "2026-02-30",
            "11/05/2026",
            "26-05-11",
            "2026/5",
            "2026/5/",
            "2026-05x11",
            "2026-05/11",
            "46144",
            "2026年5月",
            "2206-05-02",
            "1026-05-02",
            "1900-01-00 (0)",
            "1899-12-31",
            "2026-05-11 x",
            "",
        ] {
            assert!(day(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_month_is_read_in_every_form_that_days_have() {
        for text in [
            "2026-05",
            "202605",
            "2026-5",
            "2026/05",
            "2026.5",
            "2026.05",
            "2026年5月",
            "2026年05月份",
            "2026年5",
            "2026-05-01",
            "2026/5/1",
            "20260501",
            "2026年5月1日",
        ] {
            assert_eq!(month(text), Ok(YearMonth::new(2026, 5).unwrap()), "{text}");
        }
        for text in [
            "2026-13",
            "2026-05-02",
            "26-05",
            "May 2026",
            "5月",
            "2026.1",
            "0526",
            "2026-05-",
            "2206-05",
            "",
        ] {
            assert!(month(text).is_err(), "{text}");
        }
    }
}
