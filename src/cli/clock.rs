//! The one place that asks what day it is, and what time.

use crate::suspense::Moment;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use std::time::{Duration, SystemTime};

/// China has one time zone and no summer time.
pub(super) const BEIJING_SECONDS_EAST: i32 = 8 * 3600;

fn since_1970() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "the shell's clock; --as-of replaces it")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// Now, to be compared with the times of files.
pub(super) fn instant() -> SystemTime {
    SystemTime::UNIX_EPOCH + since_1970()
}

/// Seconds since 1970, UTC.
pub(super) fn now() -> i64 {
    i64::try_from(since_1970().as_secs()).unwrap_or_default()
}

/// The nanoseconds of this second: they tell two processes of one number apart.
pub(super) fn now_nanos() -> u64 {
    since_1970().subsec_nanos().into()
}

/// Now, or the midnight of a day that was given: then nothing depends on the clock.
pub(super) fn moment(as_of: Option<NaiveDate>) -> Moment {
    as_of.map_or_else(|| Moment { at: now(), on: today() }, Moment::midnight)
}

/// Today in Beijing, wherever the machine stands.
pub(super) fn today() -> NaiveDate {
    day(now())
}

/// An instant as a clock in China shows it.
pub(super) fn beijing(at: i64) -> String {
    let zone = FixedOffset::east_opt(BEIJING_SECONDS_EAST);
    let there =
        DateTime::from_timestamp(at, 0).zip(zone).map(|(utc, zone)| utc.with_timezone(&zone));
    there.map(|there| there.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// Now, as a clock in China shows it.
pub(super) fn beijing_time() -> NaiveDateTime {
    let zone = FixedOffset::east_opt(BEIJING_SECONDS_EAST);
    let there = DateTime::from_timestamp(now(), 0).zip(zone);
    there.map(|(utc, zone)| utc.with_timezone(&zone).naive_local()).unwrap_or_default()
}

/// The day in Beijing at an instant.
pub(super) fn day(at: i64) -> NaiveDate {
    let utc = DateTime::from_timestamp(at, 0);
    let zone = FixedOffset::east_opt(BEIJING_SECONDS_EAST);
    match (utc, zone) {
        (Some(utc), Some(zone)) => utc.with_timezone(&zone).date_naive(),
        (Some(utc), None) => utc.date_naive(),
        (None, _) => NaiveDate::default(),
    }
}
