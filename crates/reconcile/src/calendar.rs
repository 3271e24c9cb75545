//! Working days of the banks and the centre, which decide when a month is closed.
//!
//! Start at [`WorkingDays`]. The days off and the make-up working days (调休上班) are announced a year at a time. They are
//! in `rules/calendar/YYYY.toml`, which `rulebook/calendar.rs` reads. A year that is not announced yet falls back to
//! Monday to Friday, and [`WorkingDays::known`] says so, so that a report can warn instead of being silently wrong by a
//! holiday.
//!
//! Invariant: the announcement for a day decides it, otherwise its weekday does.

use chrono::{Datelike, NaiveDate, Weekday};
use remittance::YearMonth;
use std::collections::{BTreeMap, BTreeSet};

/// The announced days off and make-up working days, by day, and the years they cover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkingDays {
    announced: BTreeMap<NaiveDate, Day>,
    years: BTreeSet<i32>,
}

/// What was announced for a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// 放假
    Off,
    /// 调休上班: a weekend day that is a working day.
    Work,
}

impl WorkingDays {
    /// Adds one year's announcement; it may name days of the years before and after.
    ///
    /// Announcements are added in year order: a later one may change what an earlier one said of late December.
    pub fn announce(&mut self, year: i32, days: impl IntoIterator<Item = (NaiveDate, Day)>) {
        self.years.insert(year);
        self.announced.extend(days);
    }

    /// Whether the year's days off are announced; if not, Monday to Friday are working days.
    #[must_use]
    pub fn known(&self, year: i32) -> bool {
        self.years.contains(&year)
    }

    /// The announced days, in order.
    pub fn announced(&self) -> impl Iterator<Item = (NaiveDate, Day)> {
        self.announced.iter().map(|(date, day)| (*date, *day))
    }

    #[must_use]
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        match self.announced.get(&day) {
            Some(Day::Work) => true,
            Some(Day::Off) => false,
            None => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// The day itself if it is a working day, otherwise the next one.
    #[must_use]
    pub fn working_day_from(&self, day: NaiveDate) -> NaiveDate {
        let mut days = day.iter_days().take(DAYS_SEARCHED);
        days.find(|day| self.is_working_day(*day)).unwrap_or(day)
    }

    /// The last working day of a month (最后一个工作日).
    #[must_use]
    pub fn last_working_day(&self, month: YearMonth) -> NaiveDate {
        month
            .last_day()
            .iter_days()
            .rev()
            .take(DAYS_SEARCHED)
            .find(|day| self.is_working_day(*day))
            .unwrap_or(month.last_day())
    }

    /// The last working days to remember while a notice is open: those of its roster month and of the month of `on`. A
    /// day that had passed when the notice was issued is left out.
    #[must_use]
    pub fn last_working_days(
        &self,
        month: YearMonth,
        issued_on: NaiveDate,
        on: NaiveDate,
    ) -> Vec<NaiveDate> {
        let months = BTreeSet::from([month, YearMonth::of(on)]);
        let days = months.into_iter().map(|month| self.last_working_day(month));
        days.filter(|day| *day >= issued_on).collect()
    }

    /// The day from which a month counts as closed: the `lag`-th working day after its last day.
    ///
    /// The last day is the month's last calendar day, working day or not. With a lag of 2, May 2026
    /// (it ends on a Sunday) closes on Tuesday, 2 June. With a lag of 0 it closes on its last day.
    #[must_use]
    pub fn closes_on(&self, month: YearMonth, lag: u8) -> NaiveDate {
        let last = month.last_day();
        let Some(skipped) = usize::from(lag).checked_sub(1) else { return last };
        last.iter_days()
            .skip(1)
            .take(DAYS_SEARCHED * usize::from(lag))
            .filter(|day| self.is_working_day(*day))
            .nth(skipped)
            .unwrap_or(last)
    }

    /// Whether a month is closed in the run of `as_of`: it is on the closing day itself.
    ///
    /// We read "closed two working days after its last day" (contract, "Outcomes") so: on the second working day,
    /// nothing more of the month is waited for.
    #[must_use]
    pub fn is_closed(&self, month: YearMonth, as_of: NaiveDate, lag: u8) -> bool {
        as_of >= self.closes_on(month, lag)
    }
}

/// Calendar days that surely include a working day; the longest holiday so far had nine.
const DAYS_SEARCHED: usize = 31;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::calendar::shipped;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_closed_on_the_second_working_day_after_its_last_day() {
        let days = shipped().unwrap();
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // month     lag  closes on       why
            ("2026-05",  2,   "2026-06-02"), // Ends on a Sunday: Monday and Tuesday.
            ("2026-04",  2,   "2026-05-07"), // 1 to 5 May are off: Wednesday and Thursday.
            ("2025-09",  2,   "2025-10-10"), // 1 to 8 October are off.
            ("2026-01",  2,   "2026-02-03"), // Ends on a Saturday.
            ("2025-12",  2,   "2026-01-05"), // 1 to 3 January off, Sunday the 4th is worked.
            ("2026-05",  1,   "2026-06-01"),
            ("2026-05",  0,   "2026-05-31"), // No lag: the last day itself.
        ];
        for (month, lag, want) in rows {
            let month: YearMonth = month.parse().unwrap();
            let closes = days.closes_on(month, lag);
            assert_eq!(closes, day(want), "{month} with a lag of {lag}");
            assert!(days.is_closed(month, closes, lag), "{month} on the day itself");
            let eve = closes.pred_opt().unwrap();
            assert!(!days.is_closed(month, eve, lag), "{month} the day before");
        }
    }

    #[test]
    fn a_year_without_an_announcement_counts_monday_to_friday_and_says_so() {
        let days = shipped().unwrap();
        assert!(days.known(2026) && !days.known(2027) && !days.known(2018));
        assert!(days.is_working_day(day("2027-10-01")), "a Friday nobody has announced yet");
        assert!(!days.is_working_day(day("2027-10-02")), "a Saturday");
        assert!(days.is_working_day(day("2026-02-28")), "a Saturday that is worked");
        assert!(!days.is_working_day(day("2026-10-01")), "a Thursday that is off");
    }

    #[test]
    fn the_last_working_days_are_those_of_the_roster_month_and_of_today() {
        let days = shipped().unwrap();
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // roster     issued on     on            last working days
            ("2026-05", "2026-05-11", "2026-05-12", vec!["2026-05-29"]),
            ("2026-05", "2026-05-11", "2026-06-02", vec!["2026-05-29", "2026-06-30"]),
            ("2026-05", "2026-06-02", "2026-06-02", vec!["2026-06-30"]),
            ("2026-07", "2026-06-02", "2026-06-02", vec!["2026-06-30", "2026-07-31"]),
        ];
        for (month, issued, on, want) in rows {
            let found = days.last_working_days(month.parse().unwrap(), day(issued), day(on));
            assert_eq!(found, want.into_iter().map(day).collect::<Vec<_>>(), "{month} {on}");
        }
    }

    #[test]
    fn the_last_working_day_knows_holidays_and_make_up_days() {
        let days = shipped().unwrap();
        for (month, want) in
            [("2025-01", "2025-01-27"), ("2026-02", "2026-02-28"), ("2026-05", "2026-05-29")]
        {
            assert_eq!(days.last_working_day(month.parse().unwrap()), day(want), "{month}");
        }
    }
}
