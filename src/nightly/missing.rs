//! Detects missing feeds: an account that delivered on every recent working day, but not today.
//!
//! Start at [`missing_feeds`]. A bank that sends nothing on quiet days raises no alarm, because it did not deliver
//! every day before either.

use super::RunError;
use crate::calendar::WorkingDays;
use crate::report::MaskedAccount;
use crate::store::Store;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// An account without its feed tonight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingFeed {
    pub account: MaskedAccount,
    pub bank_name: String,
    /// Preceding nights on working days, on each of which the feed came.
    pub nights: usize,
}

/// Nights on working days that are examined.
const NIGHTS_SEEN: usize = 10;

/// Fewer nights than this do not make a habit.
const NIGHTS_MIN: usize = 5;

/// The accounts that delivered on each previous working night but not on this one.
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

/// The latest nights that were working days, newest first.
fn working_nights(nights: Vec<NaiveDate>, calendar: &WorkingDays) -> Vec<NaiveDate> {
    let working = nights.into_iter().filter(|night| calendar.is_working_day(*night));
    working.take(NIGHTS_SEEN).collect()
}
