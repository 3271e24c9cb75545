//! The clerk's call list: employers that got their last reminder and whose items are still open.
//!
//! Start at [`Store::calls`]. One line per item. A recorded call is kept with its note and takes the item off
//! the list; an item that is reopened and reported again returns to it later.

use crate::alert::rhythm::REMINDERS;
use crate::remittance::{Language, Localized, Money, Reason, said};
use crate::store::database::columns::columns;
use crate::store::database::row::day_number;
use crate::store::database::sql::params;
use crate::store::error::StoreRefusal;
use crate::store::{Store, StoreError, trail};
use crate::suspense::trail::TrailEntry;
use crate::suspense::{EntityKind, ItemId};
use chrono::{Days, NaiveDate};
use std::borrow::Cow;

/// An item to call about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRow {
    pub item: ItemId,
    pub employer_id: String,
    pub name: String,
    pub contact: String,
    /// The mobile number in the list of employers; empty if none.
    pub mobile: String,
    pub booked_on: NaiveDate,
    pub amount: Money,
    pub reason: Option<Reason>,
    /// The first letter about it, and the last reminder.
    pub told_on: NaiveDate,
    pub reminded_on: NaiveDate,
    /// The last letter; empty if unknown.
    pub letter_id: String,
}

columns! { impl CallRow of "w" {
    item = "a.account_no, w.serial", employer_id, name = "coalesce(e.name, '')",
    contact = "coalesce(e.contact, '')", mobile = "coalesce(e.mobile, '')", booked_on,
    amount = "t.amount_fen", reason = "d.reason", told_on, reminded_on = "w.marked_on",
    letter_id = "coalesce((select min(l.letter_id) from letter l where l.centre_id = w.centre_id
        and l.employer_id = w.employer_id and l.written_on = w.marked_on
        and l.kind = 'digest'), '')",
} }

const CALLS: &str = "from telling w
    join collection_account a on a.centre_id = w.centre_id and a.account_id = w.account_id
    join bank_transaction t on t.centre_id = w.centre_id and t.booked_on = w.booked_on
        and t.account_id = w.account_id and t.serial = w.serial
    join decision d on d.centre_id = w.centre_id and d.booked_on = w.booked_on
        and d.account_id = w.account_id and d.serial = w.serial
    left join employer e on e.centre_id = w.centre_id and e.employer_id = w.employer_id
    where w.centre_id = ?1 and w.done = 0 and w.about = 'suspense' and w.reminded_days >= ?2
        and w.told_on is not null and w.marked_on <= ?3 and d.outcome = 3
        and not exists (select 1 from call_made c where c.centre_id = w.centre_id
            and c.account_id = w.account_id and c.serial = w.serial
            and c.booked_on = w.booked_on and c.told_on = w.told_on)
    order by w.employer_id, w.booked_on, a.account_no, w.serial";

const MADE: &str = "
    insert into call_made (centre_id, account_id, serial, booked_on, told_on, called_at, called_by, note)
    select w.centre_id, w.account_id, w.serial, w.booked_on, w.told_on, cast(?4 as bigint),
        cast(?5 as text), cast(?6 as text)
    from telling w
    join collection_account a on a.centre_id = w.centre_id and a.account_id = w.account_id
    where w.centre_id = ?1 and a.account_no = ?2 and w.serial = ?3 and w.about = 'suspense'
        and w.told_on is not null and w.reminded_days >= ?7 and not exists (select 1 from call_made c
            where c.centre_id = w.centre_id and c.account_id = w.account_id
            and c.serial = w.serial and c.booked_on = w.booked_on and c.told_on = w.told_on)";

impl Store {
    /// The calls due on a day: a number of days after the last reminder, ordered by employer.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn calls(&self, on: NaiveDate, after_days: u64) -> Result<Vec<CallRow>, StoreError> {
        let tx = self.reading()?;
        let until = on.checked_sub_days(Days::new(after_days)).unwrap_or(on);
        let values = params![tx.centre_id, last_reminder(), day_number(until)];
        tx.connection.select_all(CALLS, values)
    }

    /// Records a call about an item; `entry` goes into the trail, with the item as subject and the note as
    /// detail.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if no call about it is due, or one was already made.
    pub fn call_made(
        &self,
        item: &ItemId,
        note: &str,
        entry: &TrailEntry,
    ) -> Result<(), StoreError> {
        let tx = self.writing()?;
        tx.atomically(|connection| {
            let values = params![
                tx.centre_id,
                item.account_no,
                item.serial,
                entry.at,
                entry.actor,
                note,
                last_reminder()
            ];
            if connection.execute(MADE, values)? == 0 {
                let (what, id) = (EntityKind::Call, item.to_string());
                return Err(StoreError::Refused(StoreRefusal::NoSuch { what, id }));
            }
            trail::append(connection, tx.centre_id, entry).map(|_| ())
        })
    }
}

fn last_reminder() -> i64 {
    i64::from(REMINDERS.last().copied().unwrap_or_default())
}

impl CallRow {
    /// The last letter's number as printed on it; `None` if unknown.
    #[must_use]
    pub fn letter(&self) -> Option<&str> {
        self.letter_id.get(..12)
    }
}

/// What to say, in one line.
impl Localized for CallRow {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let Self { booked_on, amount, reason, .. } = self;
        let letter = self
            .letter()
            .map(|number| said!(language, "（函件编号 {number}）", " (letter {number})"));
        let letter = letter.unwrap_or_default();
        said!(
            language,
            (
                "贵单位 {booked_on} 转入的 {} 元因“{}”至今没有入账，请来电或到柜台告知这笔款缴的是哪一份通知书{letter}",
                crate::report::text::grouped(*amount),
                reason.map(|reason| reason.in_language(language)).unwrap_or_default()
            ),
            (
                "{amount} of {booked_on} still hangs ({}): which notice is it for?{letter}",
                reason.map_or("", |reason| reason.code())
            )
        )
    }
}
