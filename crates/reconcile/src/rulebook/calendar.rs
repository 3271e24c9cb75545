//! Parses `rules/calendar/YYYY.toml`: the days off and make-up working days of a year.
//!
//! Start at [`read`]; [`shipped`] has the compiled-in years. A file with `published = false` is a placeholder: its year
//! is not known yet. `calendar.rs` says what the days mean.
//!
//! Invariant: a day occurs at most once in a file, and only near the file's year.

use super::shipped::shipped_below;
use super::{RuleError, RuleFile};
use crate::calendar::{Day, WorkingDays};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;
use toml::Spanned;
use toml::value::Datetime;

/// One file as written.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct YearFile {
    year: Spanned<i32>,
    /// False while the State Council has not announced the year.
    #[serde(default = "yes")]
    published: bool,
    #[serde(default)]
    holiday: Vec<Holiday>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    #[expect(
        dead_code,
        reason = "for people who read the file; required so that nobody forgets it"
    )]
    name: String,
    #[serde(default)]
    off: Vec<Spanned<Datetime>>,
    #[serde(default)]
    work: Vec<Spanned<Datetime>>,
}

fn yes() -> bool {
    true
}

/// The compiled-in calendar.
///
/// # Errors
/// Never, as its tests show; the type is that of [`read`].
pub fn shipped() -> Result<WorkingDays, RuleError> {
    read(&shipped_below("calendar/"))
}

/// Parses one file a year, in any order.
///
/// # Errors
/// [`RuleError`] if a file has another form, or two files are for one year.
pub fn read(files: &[RuleFile]) -> Result<WorkingDays, RuleError> {
    let mut years = BTreeMap::new();
    for file in files {
        let parsed: YearFile = file.parse()?;
        let (span, year) = (parsed.year.span(), *parsed.year.get_ref());
        let days = days_of(file, &parsed)?;
        if years.insert(year, (parsed.published, days)).is_some() {
            return Err(file.error_at(span, &format!("expected one file for {year}, found two")));
        }
    }
    let mut calendar = WorkingDays::default();
    for (year, (published, days)) in years {
        if published {
            calendar.announce(year, days);
        }
    }
    Ok(calendar)
}

fn days_of(file: &RuleFile, parsed: &YearFile) -> Result<BTreeMap<NaiveDate, Day>, RuleError> {
    let year = *parsed.year.get_ref();
    let mut days = BTreeMap::new();
    let named = parsed.holiday.iter().flat_map(|holiday| {
        let off = holiday.off.iter().map(|day| (day, Day::Off));
        off.chain(holiday.work.iter().map(|day| (day, Day::Work)))
    });
    for (written, kind) in named {
        let found = written.get_ref();
        let day = date(found).filter(|day| (year - 1..=year + 1).contains(&day.year()));
        let Some(day) = day else {
            let message = format!("expected a day in or beside {year}, found {found}");
            return Err(file.error_at(written.span(), &message));
        };
        if days.insert(day, kind).is_some() {
            let message = format!("expected each day once, found {found} again");
            return Err(file.error_at(written.span(), &message));
        }
    }
    if !parsed.published && !days.is_empty() {
        let message = "expected no days in a year that is not published";
        return Err(file.error_at(parsed.year.span(), message));
    }
    Ok(days)
}

/// A plain day; `None` for a time, or a day with a time.
fn date(found: &Datetime) -> Option<NaiveDate> {
    let (Some(date), None) = (found.date, found.time) else { return None };
    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<WorkingDays, String> {
        let file = RuleFile { path: "calendar/2030.toml".into(), text: text.into() };
        read(&[file]).map_err(|error| error.to_string())
    }

    #[test]
    fn the_years_compiled_in_are_in_order() {
        let days = shipped().unwrap();
        for year in 2019..=2026 {
            assert!(days.known(year), "{year}");
            let new_year = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
            assert!(!days.is_working_day(new_year), "1 January {year} is a day off");
        }
    }

    #[test]
    fn a_year_that_is_wrong_says_where() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("year = 2030\nmonth = 1\n",
             "rules/calendar/2030.toml:2:1: unknown field `month`, expected one of `year`, `published`, `holiday`"),
            ("year = 2030\n[[holiday]]\nname = \"x\"\noff = [2030-01-01, 2040-01-01]\n",
             "rules/calendar/2030.toml:4:20: expected a day in or beside 2030, found 2040-01-01"),
            ("year = 2030\n[[holiday]]\nname = \"x\"\noff = [2030-01-01]\nwork = [2030-01-01]\n",
             "rules/calendar/2030.toml:5:9: expected each day once, found 2030-01-01 again"),
        ];
        for (text, want) in rows {
            assert_eq!(one(text), Err(want.to_owned()), "{text}");
        }
    }
}
