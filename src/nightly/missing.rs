//! Feeds that did not come: an account that delivered on every working day, and not on this one.
//!
//! Start at [`missing_feeds`]. A bank that sends nothing when nothing happened is no alarm: it did not
//! deliver every day before either.

use super::RunError;
use crate::calendar::WorkingDays;
use crate::report::MaskedAccount;
use crate::store::Store;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// An account whose feed is missing tonight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingFeed {
    pub account: MaskedAccount,
    pub bank_name: String,
    /// Nights on working days before, on each of which it came.
    pub nights: usize,
}

/// Nights on working days that are looked back on.
const NIGHTS_SEEN: usize = 10;

/// Fewer nights than that are no habit.
const NIGHTS_MIN: usize = 5;

/// The accounts that delivered on each working night before and not on this one.
///
/// # Errors
/// [`RunError`] where the store fails.
pub fn missing_feeds(
    store: &Store,
    calendar: &WorkingDays,
    night: NaiveDate,
) -> Result<Vec<MissingFeed>, RunError> {
    let nights = working_nights(store.nights_before(night)?, calendar);
    let Some(first) = nights.last().filter(|_| calendar.is_working_day(night)) else {
        return Ok(Vec::new());
    };
    if nights.len() < NIGHTS_MIN {
        return Ok(Vec::new());
    }
    let came: BTreeSet<(String, NaiveDate)> = store.feeds_since(*first)?.into_iter().collect();
    let mut missing = Vec::new();
    for account in store.accounts()? {
        let delivered = |on: &NaiveDate| came.contains(&(account.account_no.clone(), *on));
        if nights.iter().all(delivered) && !delivered(&night) {
            missing.push(MissingFeed {
                account: MaskedAccount::of(&account.account_no),
                bank_name: account.bank_name.clone(),
                nights: nights.len(),
            });
        }
    }
    Ok(missing)
}

/// The last nights that were working days, latest first.
fn working_nights(nights: Vec<NaiveDate>, calendar: &WorkingDays) -> Vec<NaiveDate> {
    let working = nights.into_iter().filter(|night| calendar.is_working_day(*night));
    working.take(NIGHTS_SEEN).collect()
}
