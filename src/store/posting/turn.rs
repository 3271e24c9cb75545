//! A night's place among the nights that ran, and the repair after a night with a wrong day.
//!
//! Start at [`Turn`]. A night for an earlier day than the last one decides as of its day, but counts no age and
//! no reminder from it. A last night dated after today is invalid: ages and reminders count from its day, and
//! the next night on or before today corrects them ([`Recording::mend`]).
//!
//! Invariant: once a valid night has committed, nothing counts from a day after today, and an item in suspense
//! before an earlier day's night keeps its age.

use super::Recording;
use crate::store::database::row::{day, day_number};
use crate::store::database::sql::{Connection, params};
use crate::store::{Store, StoreError};
use chrono::NaiveDate;

/// A night's day among days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub as_of: NaiveDate,
    /// Today's date from the shell, in Beijing.
    pub today: NaiveDate,
    /// The latest night that ran, on or before today.
    pub last: Option<NaiveDate>,
}

impl Turn {
    /// Whether a later night has run. A night with a later one writes no letter.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.last.is_some_and(|last| self.as_of < last)
    }

    /// The day from which the items it opens, closes and notes count.
    #[must_use]
    pub fn counts_from(&self) -> NaiveDate {
        self.last.map_or(self.as_of, |last| last.max(self.as_of))
    }

    /// No valid day is later.
    fn latest_honest(&self) -> NaiveDate {
        self.today.max(self.as_of)
    }
}

/// Nights of future days that still have an effect.
const WRONG: &str = "select 1 from night where centre_id = ?1 and as_of > ?2 and mended = 0";

const MENDED: &str =
    "update night set mended = 1 where centre_id = ?1 and as_of > ?2 and mended = 0";

const AGES: &str = "update suspense_item set
        opened_on = case when opened_on > ?2 then ?3 else opened_on end,
        closed_on = case when closed_on > ?2 then ?3 else closed_on end
    where centre_id = ?1 and (opened_on > ?2 or closed_on > ?2)";

/// Notifications of a future day's letter count as sent now: their reminders restart, and none is complete.
const TELLINGS: &str = "update telling set
        noted_on = case when noted_on > ?2 then ?3 else noted_on end,
        told_on = case when told_on > ?2 then ?3 else told_on end,
        until_on = case when told_on > ?2 then null else until_on end,
        reminded_days = case when marked_on > ?2 or told_on > ?2 then 0 else reminded_days end,
        done = 0, marked_on = case when marked_on > ?2 then ?3 else marked_on end
    where centre_id = ?1 and (noted_on > ?2 or told_on > ?2 or marked_on > ?2)";

/// The same for notice news.
const NEWS: &str = "update notice_news set
        noted_on = case when noted_on > ?2 then ?3 else noted_on end,
        told_on = case when told_on > ?2 then ?3 else told_on end,
        until_on = case when told_on > ?2 then null else until_on end,
        reminded_days = case when marked_on > ?2 or told_on > ?2 then 0 else reminded_days end,
        done = 0, marked_on = case when marked_on > ?2 then ?3 else marked_on end
    where centre_id = ?1 and (noted_on > ?2 or told_on > ?2 or marked_on > ?2)";

/// For notifications older than the recorded times, sets the reminder to when a regular night can have sent it;
/// `?2` is the last such night.
const REMINDERS: &str = "update telling set
        reminded_days = case when ?2 - told_on >= 30 then reminded_days
            when ?2 - told_on >= 7 and reminded_days > 7 then 7
            when ?2 - told_on >= 7 then reminded_days else 0 end
    where centre_id = ?1 and done = 0 and marked_on is null and reminded_days > 0";

const ARREARS: &str = "update arrears_told set told_on = ?3 where centre_id = ?1 and told_on > ?2";

/// A stored age is useless once a regular night has examined everything.
const FORGET: &str =
    "update suspense_item set kept_on = null where centre_id = ?1 and kept_on is not null";

impl Store {
    /// The latest night on or before a day.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn latest_night(&self, today: NaiveDate) -> Result<Option<NaiveDate>, StoreError> {
        let tx = self.reading()?;
        latest(&tx.connection, tx.centre_id, today)
    }
}

pub(in crate::store) fn latest(
    connection: &Connection,
    centre: i64,
    today: NaiveDate,
) -> Result<Option<NaiveDate>, StoreError> {
    let sql = "select max(as_of) from night where centre_id = ?1 and as_of <= ?2";
    let key = params![centre, day_number(today)];
    let latest: Option<i64> = connection.fetch_one(sql, key)?;
    latest.map(day).transpose()
}

impl Recording {
    /// Whether a later night has run.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.turn.is_over()
    }

    /// Repairs ages and reminders after nights of future days, if this night is on or before today.
    pub(in crate::store) fn mend(&self) -> Result<(), StoreError> {
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let honest = day_number(self.turn.latest_honest());
        let key = params![centre, honest];
        if self.turn.is_over() || !connection.prepare_cached(WRONG)?.exists(key)? {
            return Ok(());
        }
        let last = self.turn.last.map_or(0, day_number);
        connection.execute(REMINDERS, params![centre, last])?;
        for sql in [AGES, TELLINGS, NEWS, ARREARS] {
            let values = params![centre, honest, day_number(self.turn.as_of)];
            connection.execute(sql, values)?;
        }
        connection.execute(MENDED, key)?;
        Ok(())
    }

    /// Deletes the ages stored for this night.
    pub(in crate::store) fn forget_kept(&self) -> Result<(), StoreError> {
        if self.turn.is_over() {
            return Ok(());
        }
        self.tx.connection.execute(FORGET, params![self.tx.centre_id])?;
        Ok(())
    }
}
