//! Checks whether a night's day is the next one, for `nightly` and `match` before they change anything.
//!
//! A past day would use the months that were open then, and a future day the months that are closed then. Both are
//! usually mistakes, or a wrong clock.

use super::args::NightDay;
use super::clock;
use super::failure::Failure;
use crate::store::{Store, Turn};
use chrono::NaiveDate;

/// The requested day.
pub(super) fn asked(day: &NightDay) -> NaiveDate {
    day.as_of.as_of.unwrap_or_else(clock::today)
}

/// Whether this day is the next, the last or a past one; refused if out of order and not confirmed.
pub(super) fn of(store: &Store, as_of: NaiveDate, accepted: bool) -> Result<Turn, Failure> {
    let today = clock::today();
    not_to_come(as_of, today, accepted)?;
    let turn = Turn { as_of, today, last: store.latest_night(today)? };
    match turn.last {
        Some(last) if turn.is_over() && !accepted => Err(Failure::Usage(format!(
            "a night of {as_of} comes before the last one, which was {last}: months that are closed by now would be \
             open again, and money would be judged anew as of then. Leave --as-of out, or say {last} to repeat the \
             last night. If that day is meant, add --accept-clock: no letter is written then, and no report is \
             overwritten"
        ))),
        Some(_) | None => Ok(turn),
    }
}

/// Refuses a future day, for any centre.
pub(super) fn not_to_come(
    as_of: NaiveDate,
    today: NaiveDate,
    accepted: bool,
) -> Result<(), Failure> {
    if as_of > today && !accepted {
        return Err(Failure::Usage(format!(
            "a night of {as_of} is after today, {today} in Beijing: months that are still open would be closed. \
             Look at --as-of, DUIZHANG_AS_OF and this machine's clock. If that day is meant, add --accept-clock"
        )));
    }
    Ok(())
}
