//! Which payments are due for a letter tonight, and how long an employer has to act.

use crate::alert::{DigestItem, Due};
use crate::calendar::WorkingDays;
use crate::remittance::Outcome;
use crate::store::NotificationKey;
use chrono::NaiveDate;

/// Working days to act where the rest of the month leaves no time.
pub(super) const WORKING_DAYS_TO_ACT: u8 = 10;

/// Days that an employer needs to act before its month closes.
pub(super) const DAYS_TO_ACT: i64 = 3;

pub(super) struct Notification {
    pub(super) key: NotificationKey,
    pub(super) due: Due,
    /// The outcome that the letter reports.
    pub(super) said: Outcome,
    pub(super) item: DigestItem,
}

/// The working day `count` working days after `day`.
pub(super) fn working_days_after(calendar: &WorkingDays, day: NaiveDate, count: u8) -> NaiveDate {
    let days = day.iter_days().skip(1).filter(|day| calendar.is_working_day(*day));
    days.take(usize::from(count)).last().unwrap_or(day)
}
