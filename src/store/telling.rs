//! What employers are told of transactions: noted by the night that found it, and marked once told.
//!
//! Part of a night's commit ([`Recording`]): a letter and the mark that it told of an item stand or
//! fall together, so that nothing is told twice and nothing forgotten. When an item is due is
//! `alert`'s to say ([`crate::alert::rhythm`]).

use super::StoreError;
use super::bulk::Binder;
use super::row::{day, day_number, reference, unknown};
use super::slate::{TRANSACTION_COLUMNS, account_id, account_index, transaction};
use super::sql::{Read, params};
use super::verdict::Recording;
use crate::alert::{KnownBy, Told};
use crate::matching::AccountIndex;
use crate::remittance::{BankTransaction, Outcome, PaymentReference, Reason};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Names what is told: a transaction, and that it hangs or that its remark was bad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TellingKey {
    pub account: AccountIndex,
    pub serial: String,
    pub booked_on: NaiveDate,
    pub advice: bool,
}

impl TellingKey {
    fn bind(&self, row: &mut Binder<'_, '_>) -> Result<(), StoreError> {
        row.bind(account_id(self.account))?;
        row.bind(&self.serial)?;
        row.bind(day_number(self.booked_on))?;
        row.bind(about(self.advice))
    }
}

/// That there is something to tell an employer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TellingNote {
    pub key: TellingKey,
    pub employer_id: String,
    pub known_by: KnownBy,
}

/// That a letter told of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TellingMark {
    pub key: TellingKey,
    /// The reminder's days; 0 where it was none.
    pub reminded_days: u32,
    /// Nothing more will be said.
    pub done: bool,
}

/// What is known of an item that an employer may be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TellingRow {
    pub key: TellingKey,
    pub employer_id: String,
    pub known_by: KnownBy,
    pub told: Told,
    pub opened_on: Option<NaiveDate>,
    /// What staff decided, where they did.
    pub resolution: Option<String>,
    pub outcome: Option<Outcome>,
    pub reason: Option<Reason>,
    /// The one notice it settles, or is a part of.
    pub notice: Option<PaymentReference>,
    /// Matching's explanation, as data.
    pub because: Option<String>,
}

const fn about(advice: bool) -> &'static str {
    if advice { "advice" } else { "suspense" }
}

const NOTE: &str = "
    insert into telling (centre_id, account_id, serial, booked_on, about, employer_id, known_by, noted_on,
        reminded_days, done)
    select ?1, v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, 0, 0
    from (values …) v where true
    on conflict (centre_id, account_id, serial, booked_on, about) do update set
        employer_id = excluded.employer_id, known_by = excluded.known_by,
        noted_on = excluded.noted_on, told_on = null, reminded_days = 0, done = 0
    where telling.done = 1";

const TOLD: &str = "
    update telling set told_on = coalesce(telling.told_on, v.column5), reminded_days = v.column6,
        done = v.column7
    from (values …) v
    where telling.centre_id = ?1 and telling.account_id = v.column1 and telling.serial = v.column2
        and telling.booked_on = v.column3 and telling.about = v.column4";

const NEVER_MIND: &str = "
    update telling set done = 1 from (values …) v
    where telling.centre_id = ?1 and telling.account_id = v.column1 and telling.serial = v.column2
        and telling.booked_on = v.column3 and telling.about = v.column4";

impl Recording {
    /// Notes what there is to tell; what was noted before stays as it is, but for an item that hangs again
    /// after it was done with.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn note(&self, notes: &[TellingNote]) -> Result<(), StoreError> {
        let on = day_number(self.as_of);
        self.bulk.change(NOTE, 7, notes, |row, note| {
            note.key.bind(row)?;
            row.bind(&note.employer_id)?;
            row.bind(note.known_by.code())?;
            row.bind(on)
        })
    }

    /// Gives every item of which something may be left to say, employer by employer, with its
    /// transaction.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn tellings(
        &self,
        mut show: impl FnMut(TellingRow, &BankTransaction<'_>),
    ) -> Result<(), StoreError> {
        let advised = self.advised()?;
        let sql = format!(
            "select {TRANSACTION_COLUMNS}, w.employer_id, w.about, w.known_by, w.noted_on, w.told_on,
                w.reminded_days, i.opened_on, i.closed_on, i.resolution, d.reason,
                d.notice, d.because, d.outcome
             from telling w
             join bank_transaction t using (centre_id, account_id, serial, booked_on)
             join decision d using (centre_id, account_id, serial, booked_on)
             left join suspense_item i using (centre_id, account_id, serial, booked_on)
             where w.centre_id = ?1 and w.done = 0
             order by w.employer_id, w.account_id, w.serial"
        );
        let mut select = self.bulk.connection.prepare_cached(&sql)?;
        select.each(params![self.bulk.centre_id], |row| {
            let days = |column| row.get::<Option<i64>>(column)?.map(day).transpose();
            let transaction = transaction(row)?;
            let (employer_id, advice) = (row.get::<String>(17)?, row.text(18)? == about(true));
            let reminded_days: i64 = row.get(22)?;
            let told = Told {
                advice,
                noted_on: day(row.get(20)?)?,
                told_on: days(21)?,
                reminded_days: u32::try_from(reminded_days).unwrap_or_default(),
                hangs: !advice && days(24)?.is_none(),
                advised_on: advised.get(&employer_id).copied(),
            };
            let key = TellingKey {
                account: account_index(row.get(0)?)?,
                serial: transaction.serial.to_owned(),
                booked_on: transaction.booked_on,
                advice,
            };
            let telling = TellingRow {
                key,
                employer_id,
                known_by: KnownBy::from_code(row.text(19)?)
                    .ok_or_else(|| unknown("telling", "known_by", row.text(19).unwrap_or("")))?,
                told,
                opened_on: days(23)?,
                resolution: row.get(25)?,
                reason: row.get::<Option<i64>>(26)?.and_then(Reason::from_number),
                notice: row.get::<Option<i64>>(27)?.map(reference).transpose()?,
                because: row.get(28)?,
                outcome: Outcome::from_number(row.get(29)?),
            };
            show(telling, &transaction);
            Ok(Read::On)
        })
    }

    /// When each employer last got advice.
    fn advised(&self) -> Result<BTreeMap<String, NaiveDate>, StoreError> {
        let sql = "select employer_id, max(told_on) from telling
            where centre_id = ?1 and about = 'advice' and told_on is not null group by employer_id";
        let mut select = self.bulk.connection.prepare_cached(sql)?;
        let found = select.query_all(params![self.bulk.centre_id], |row| {
            Ok((row.get::<String>(0)?, day(row.get(1)?)?))
        })?;
        Ok(found.into_iter().collect())
    }

    /// Marks what letters told.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn told(&self, marks: &[TellingMark]) -> Result<(), StoreError> {
        let on = day_number(self.as_of);
        self.bulk.change(TOLD, 7, marks, |row, mark| {
            mark.key.bind(row)?;
            row.bind(on)?;
            row.bind(mark.reminded_days)?;
            row.bind(mark.done)
        })
    }

    /// Marks that nothing will be said of items any more.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn never_mind(&self, keys: &[TellingKey]) -> Result<(), StoreError> {
        self.bulk.change(NEVER_MIND, 4, keys, |row, key| key.bind(row))
    }
}
