//! The only place that reads the clock.

use crate::remittance::beijing;
use crate::suspense::Moment;
use chrono::{NaiveDate, NaiveDateTime};
use std::time::{Duration, SystemTime};

fn since_1970() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "the shell's clock; --as-of replaces it")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// Now, for comparison with file times.
pub(super) fn instant() -> SystemTime {
    SystemTime::UNIX_EPOCH + since_1970()
}

/// Seconds since 1970, UTC.
pub(super) fn now() -> i64 {
    i64::try_from(since_1970().as_secs()).unwrap_or_default()
}

/// The nanoseconds of the current second, to distinguish processes with the same id.
pub(super) fn now_nanos() -> u64 {
    since_1970().subsec_nanos().into()
}

/// Now, or midnight of a given day, which makes the result independent of the clock.
pub(super) fn moment(as_of: Option<NaiveDate>) -> Moment {
    as_of.map_or_else(|| Moment { at: now(), on: today() }, Moment::midnight)
}

/// Today in Beijing, whatever the machine's time zone.
pub(super) fn today() -> NaiveDate {
    day(now())
}

/// An instant in China time.
pub(super) fn beijing(at: i64) -> String {
    beijing::time(at).map(|there| there.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// Now in China time.
pub(super) fn beijing_time() -> NaiveDateTime {
    beijing::time(now()).unwrap_or_default()
}

/// The day in Beijing at an instant.
pub(super) fn day(at: i64) -> NaiveDate {
    beijing::time(at).unwrap_or_default().date()
}
