//! The one place that asks what day and time it is.

use chrono::{DateTime, FixedOffset, NaiveDate};
use std::time::SystemTime;

/// China has one time zone and no summer time.
const BEIJING_SECONDS_EAST: i32 = 8 * 3600;

/// Seconds since 1970-01-01, UTC.
pub(super) fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the shell's clock; --as-of replaces it")]
    let now = SystemTime::now();
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(seconds).unwrap_or_default()
}

/// Today in Beijing, wherever the machine stands.
pub(super) fn today() -> NaiveDate {
    day(now())
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
