//! What is due of a payment tonight, and how long an employer has to act.

use crate::alert::{DigestItem, Due};
use crate::calendar::WorkingDays;
use crate::remittance::Outcome;
use crate::store::NotificationKey;
use chrono::NaiveDate;

/// Working days that an employer has where its month leaves it none.
pub(super) const WORKING_DAYS_TO_ACT: u8 = 10;

/// Days before its month closes that an employer needs to act in it.
pub(super) const DAYS_TO_ACT: i64 = 3;

/// Something that is due tonight.
pub(super) struct Notification {
    pub(super) key: NotificationKey,
    pub(super) due: Due,
    /// What the letter says became of it.
    pub(super) said: Outcome,
    pub(super) item: DigestItem,
}

/// The working day that is so many after a day.
pub(super) fn working_days_after(calendar: &WorkingDays, day: NaiveDate, count: u8) -> NaiveDate {
    let days = day.iter_days().skip(1).filter(|day| calendar.is_working_day(*day));
    days.take(usize::from(count)).last().unwrap_or(day)
}
