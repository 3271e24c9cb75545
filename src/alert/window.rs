//! When mail is sent: at hours when somebody reads it at the employer and answers at the centre.
//!
//! Start at [`Window::opens`]. A letter at two in the morning or on a holiday does not look official. Hours are
//! Beijing time, days come from `rules/calendar/`; the caller supplies the time.
//!
//! Invariant: pure. A closed window returns when it opens next.

use crate::calendar::WorkingDays;
use chrono::{NaiveDateTime, NaiveTime};
use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

/// `[letters] window` of `duizhang.toml`: `"9-17"`, `"8:30-17:30"`, `"always"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Window {
    Always,
    /// On working days, from the first time until before the second.
    Hours(NaiveTime, NaiveTime),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowError {
    found: String,
}

/// Days searched for the next opening: more than the longest holiday.
const DAYS_AHEAD: usize = 60;

impl Default for Window {
    fn default() -> Self {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
        Self::Hours(at(9), at(17))
    }
}

impl Window {
    /// When it opens next; `None` if it is open at this instant in Beijing time.
    #[must_use]
    pub fn opens(&self, calendar: &WorkingDays, at: NaiveDateTime) -> Option<NaiveDateTime> {
        let Self::Hours(from, until) = self else { return None };
        let today = at.date();
        let is_open = calendar.is_working_day(today) && (*from..*until).contains(&at.time());
        if is_open {
            return None;
        }
        let days = today.iter_days().take(DAYS_AHEAD).filter(|day| calendar.is_working_day(*day));
        days.map(|day| day.and_time(*from)).find(|opening| *opening > at)
    }
}

impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        if text.trim() == "always" {
            return Ok(Self::Always);
        }
        let time = |text: &str| {
            let text = text.trim();
            let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
            NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
        };
        let sides = text.split_once(['-', '–']);
        let sides = sides.and_then(|(from, until)| Some((time(from)?, time(until)?)));
        match sides {
            Some((from, until)) if from < until => Ok(Self::Hours(from, until)),
            Some(_) | None => Err(WindowError { found: text.to_owned() }),
        }
    }
}

impl TryFrom<String> for Window {
    type Error = WindowError;

    fn try_from(text: String) -> Result<Self, WindowError> {
        text.parse()
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::Hours(from, until) => {
                write!(f, "{}-{}", from.format("%-H:%M"), until.format("%-H:%M"))
            }
        }
    }
}

impl fmt::Display for WindowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected hours such as \"9-17\" or \"always\", found {:?}", self.found)
    }
}

impl std::error::Error for WindowError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;

    #[test]
    fn mail_goes_out_in_the_hours_of_working_days() {
        let mut calendar = WorkingDays::default();
        // National Day on a Thursday and Friday, and a Saturday worked instead.
        let days = [("2026-10-01", Day::Off), ("2026-10-02", Day::Off), ("2026-10-10", Day::Work)];
        calendar.announce(2026, days.map(|(day, kind)| (day.parse().unwrap(), kind)));
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // at                 window         opens
            ("2026-09-30 09:00", "9-17",        None),
            ("2026-09-30 16:59", "9-17",        None),
            ("2026-09-30 08:59", "9-17",        Some("2026-09-30 09:00")),
            ("2026-09-30 17:00", "9-17",        Some("2026-10-05 09:00")),
            ("2026-10-10 12:00", "9-17",        None),
            ("2026-10-09 18:00", "8:30-17:30",  Some("2026-10-10 08:30")),
            ("2026-10-03 03:00", "always",      None),
        ];
        let instant = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        for (at, window, want) in rows {
            let window: Window = window.parse().unwrap();
            assert_eq!(window.opens(&calendar, instant(at)), want.map(instant), "{at} {window}");
        }
    }

    #[test]
    fn what_is_no_window_is_refused_with_what_was_found() {
        for text in ["", "9", "17-9", "9-25", "9-9", "never"] {
            let error = text.parse::<Window>().unwrap_err().to_string();
            assert!(error.contains("9-17") && error.contains(&format!("{text:?}")), "{error}");
        }
    }
}
