//! The time of China: one zone and no summer time. Bank days, months and deadlines follow it.

use chrono::{DateTime, NaiveDateTime, TimeDelta};

/// Seconds ahead of UTC.
pub const SECONDS_EAST: i32 = 8 * 3600;

/// The same in minutes, as statements write offsets.
pub const MINUTES_EAST: i64 = 8 * 60;

/// What a clock in China shows at an instant, in seconds since 1970 (UTC); `None` outside the calendar's range.
#[must_use]
pub fn time(at: i64) -> Option<NaiveDateTime> {
    let utc = DateTime::from_timestamp(at, 0)?.naive_utc();
    utc.checked_add_signed(TimeDelta::seconds(SECONDS_EAST.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_eight_hours_earlier_than_in_utc() {
        let shown = |at| time(at).map(|time| time.to_string());
        assert_eq!(shown(0).as_deref(), Some("1970-01-01 08:00:00"));
        assert_eq!(shown(57_599).as_deref(), Some("1970-01-01 23:59:59"));
        assert_eq!(shown(57_600).as_deref(), Some("1970-01-02 00:00:00"));
        assert_eq!(shown(i64::MAX), None);
        assert_eq!(i64::from(SECONDS_EAST), MINUTES_EAST * 60);
    }
}
