//! The age of an item, and its column in the report's ageing (账龄).

use chrono::NaiveDate;
use remittance::{Language, Localized};
use std::borrow::Cow;
use std::fmt;

/// Days since the booking: how long the centre has had the payer's money.
///
/// Not since the night that found it: a late feed does not make money younger. Never negative.
#[must_use]
pub fn age_days(booked_on: NaiveDate, as_of: NaiveDate) -> u32 {
    u32::try_from(as_of.signed_duration_since(booked_on).num_days()).unwrap_or(0)
}

/// The columns of the report's ageing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Age {
    UpTo7,
    UpTo30,
    UpTo60,
    Over60,
}

impl Age {
    pub const ALL: [Self; 4] = [Self::UpTo7, Self::UpTo30, Self::UpTo60, Self::Over60];

    #[must_use]
    pub const fn of(age_days: u32) -> Self {
        match age_days {
            0..=7 => Self::UpTo7,
            8..=30 => Self::UpTo30,
            31..=60 => Self::UpTo60,
            61.. => Self::Over60,
        }
    }

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UpTo7 => "0-7",
            Self::UpTo30 => "8-30",
            Self::UpTo60 => "31-60",
            Self::Over60 => "61+",
        }
    }
}

impl Localized for Age {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::UpTo7 => language.choose("0–7 天", "0–7 days"),
            Self::UpTo30 => language.choose("8–30 天", "8–30 days"),
            Self::UpTo60 => language.choose("31–60 天", "31–60 days"),
            Self::Over60 => language.choose("60 天以上", "over 60 days"),
        })
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn age_is_counted_from_the_booking_in_four_columns() {
        let rows = [
            ("2026-05-11", "2026-05-11", 0, "0-7"),
            ("2026-05-11", "2026-05-18", 7, "0-7"),
            ("2026-05-11", "2026-05-19", 8, "8-30"),
            ("2026-05-11", "2026-06-10", 30, "8-30"),
            ("2026-05-11", "2026-06-11", 31, "31-60"),
            ("2026-05-11", "2026-07-10", 60, "31-60"),
            ("2026-05-11", "2026-07-11", 61, "61+"),
            ("2026-05-12", "2026-05-11", 0, "0-7"),
        ];
        for (booked_on, as_of, days, column) in rows {
            let age = age_days(day(booked_on), day(as_of));
            assert_eq!((age, Age::of(age).code()), (days, column), "{booked_on} to {as_of}");
        }
    }
}
