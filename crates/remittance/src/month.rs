//! A calendar month: of a roster, of a booking, of a contribution year.
//!
//! Invariant: a [`YearMonth`] is always a real month; arithmetic on it is exact and ordered.

use chrono::{Datelike, NaiveDate};
use std::fmt;
use std::str::FromStr;

/// A year and a month, counted as months since year 0 so that order and distance are plain numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearMonth(i32);

/// Why a text is not a month; prints as `expected a month such as 2026-05, found "2026-13"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearMonthError {
    pub found: String,
}

impl YearMonth {
    /// A month of the year; `None` unless `month` is 1 to 12.
    #[must_use]
    pub fn new(year: i32, month: u32) -> Option<Self> {
        let zero_based = i32::try_from(month.checked_sub(1)?).ok()?;
        NaiveDate::from_ymd_opt(year, month, 1).map(|_| Self(year * 12 + zero_based))
    }

    /// The month a day falls in.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self(day.year() * 12 + day.month0().cast_signed())
    }

    #[must_use]
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.0.rem_euclid(12).cast_unsigned() + 1
    }

    /// `2026年5月`.
    #[must_use]
    pub fn chinese(self) -> String {
        format!("{}年{}月", self.year(), self.month())
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0 - 1)
    }

    /// Whole months from `earlier` to this one; negative when this one is the earlier.
    #[must_use]
    pub fn months_since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), self.month(), 1).unwrap_or_default()
    }

    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.next().first_day().pred_opt().unwrap_or_default()
    }

    /// The months since year 0, for the store.
    #[must_use]
    pub const fn ordinal(self) -> i32 {
        self.0
    }

    #[must_use]
    pub const fn from_ordinal(ordinal: i32) -> Self {
        Self(ordinal)
    }
}

impl FromStr for YearMonth {
    type Err = YearMonthError;

    /// Reads `2026-05`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || YearMonthError { found: text.to_owned() };
        let (year, month) = text.split_once('-').ok_or_else(error)?;
        if year.len() != 4 || month.len() != 2 {
            return Err(error());
        }
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year) || !digits(month) {
            return Err(error());
        }
        let year = year.parse().map_err(|_| error())?;
        Self::new(year, month.parse().map_err(|_| error())?).ok_or_else(error)
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl fmt::Display for YearMonthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a month such as 2026-05, found {:?}", self.found)
    }
}

impl std::error::Error for YearMonthError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_step_over_the_year() {
        let december: YearMonth = "2025-12".parse().unwrap();
        assert_eq!(december.next().to_string(), "2026-01");
        assert_eq!(december.next().previous(), december);
        assert_eq!(december.last_day(), NaiveDate::from_ymd_opt(2025, 12, 31).unwrap());
        assert_eq!(YearMonth::of(december.last_day()), december);
        assert_eq!(YearMonth::from_ordinal(december.ordinal()), december);
    }

    #[test]
    fn only_a_real_month_is_read() {
        for text in ["2026-13", "2026-00", "2026-5", "202605", "26-05", "+026-05", "2026-０５", ""]
        {
            assert!(text.parse::<YearMonth>().is_err(), "{text:?}");
        }
    }
}
