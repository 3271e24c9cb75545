//! Notifications of employers about transactions: recorded by a night, and marked once told.
//!
//! They are part of a night's commit ([`Recording`]): a letter and its mark on an item commit together, so that
//! nothing is told twice or forgotten. [`crate::alert::rhythm`] decides when an item is due.

use crate::alert::{KnownBy, Told};
use crate::matching::AccountIndex;
use crate::remittance::{BankTransaction, Money, Outcome, PaymentReference, Reason};
use crate::store::StoreError;
use crate::store::database::columns::{FromRow, RowReader, columns, select};
use crate::store::database::row::{day_number, reference, unknown};
use crate::store::database::sql::{Connection, Read, params};
use crate::store::database::tx::{Binder, Tx};
use crate::store::posting::Recording;
use crate::store::posting::working_set::{TransactionColumns, account_id};
use crate::suspense::Act;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The key of a notification: a transaction, and whether it is about its being open or about its remark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotificationKey {
    pub account: AccountIndex,
    pub serial: String,
    pub booked_on: NaiveDate,
    pub advice: bool,
}

impl<'r> FromRow<'r> for NotificationKey {
    fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError> {
        let (account, serial, booked_on, kind): (_, _, _, &str) = at.next()?;
        Ok(Self { account, serial, booked_on, advice: kind == about(true) })
    }
}

impl NotificationKey {
    pub(in crate::store) fn bind(&self, row: &mut Binder<'_, '_>) -> Result<(), StoreError> {
        row.bind(account_id(self.account))?;
        row.bind(&self.serial)?;
        row.bind(day_number(self.booked_on))?;
        row.bind(about(self.advice))
    }
}

/// A pending notification of an employer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationNote {
    pub key: NotificationKey,
    pub employer_id: String,
    pub known_by: KnownBy,
}

/// Records that a letter told of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationMark {
    pub key: NotificationKey,
    /// Reminders count from this letter.
    pub news: bool,
    /// The outcome that it reported.
    pub said: Option<Outcome>,
    /// The reminder's days; 0 for no reminder.
    pub reminded_days: u32,
    /// The deadline that it gave.
    pub until: Option<NaiveDate>,
    /// Nothing more will be told.
    pub done: bool,
}

/// An item that an employer may be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationRow {
    pub key: NotificationKey,
    pub employer_id: String,
    pub known_by: KnownBy,
    pub told: Told,
    pub opened_on: Option<NaiveDate>,
    /// The staff act that decided it, if any.
    pub act: Option<Act>,
    pub reason: Option<Reason>,
    /// The one notice it settles, or is a part of.
    pub notice: Option<PaymentReference>,
    /// The reference read from the remark, if it is another notice or nothing is settled.
    pub reference: Option<PaymentReference>,
    /// The reference staff assigned.
    pub read_as: Option<PaymentReference>,
    /// The notices it is allocated to, with their amounts.
    pub shares: Vec<(PaymentReference, Money)>,
    /// The advance balance that received the rest of an allocation, and the amount.
    pub rest: Option<(String, Money)>,
    /// Matching's explanation, serialized.
    pub explanation: Option<String>,
}

columns! {
    /// A notification `w` joined with its transaction's decision `d`, item `i`, deciding proposal `p`, and the
    /// rest `r` of an allocation.
    struct TellingColumns<'r> of "w" {
        key: NotificationKey = "w.account_id, w.serial, w.booked_on, w.about",
        employer_id: String,
        known_by: &'r str,
        noted_on: NaiveDate,
        told_on: Option<NaiveDate>,
        reminded_days: u32,
        said: Option<Outcome>,
        until_on: Option<NaiveDate>,
        opened_on: Option<NaiveDate> = "i.opened_on",
        act: Option<&'r str> = "p.act",
        outcome: Outcome = "d.outcome",
        reason: Option<i64> = "d.reason",
        notice: Option<PaymentReference> = "d.notice",
        explanation: Option<String> = "d.because",
        reference: Option<PaymentReference> = "d.reference",
        read_as: Option<PaymentReference> = "i.read_as",
        shares: &'r str = "(select string_agg(cast(l.reference as text) || ':' || cast(l.amount_fen as text), ','
                order by l.reference) from allocation l
            where l.centre_id = w.centre_id and l.account_id = w.account_id
            and l.serial = w.serial and l.booked_on = w.booked_on)",
        rest_employer_id: Option<String> = "r.employer_id",
        rest_fen: Option<Money> = "r.amount_fen",
    }
}

pub(in crate::store) const fn about(advice: bool) -> &'static str {
    if advice { "advice" } else { "suspense" }
}

const NOTE: &str = "
    insert into telling (centre_id, account_id, serial, booked_on, about, employer_id, known_by, noted_on,
        reminded_days, done)
    select ?1, v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, 0, 0
    from (values …) v where true
    on conflict (centre_id, account_id, serial, booked_on, about) do update set
        employer_id = excluded.employer_id, known_by = excluded.known_by,
        noted_on = excluded.noted_on, told_on = null, reminded_days = 0, done = 0, said = null,
        marked_on = null, until_on = null
    where telling.done = 1";

const TOLD: &str = "
    update telling set reminded_days = v.column6, done = v.column7, said = v.column9,
        marked_on = v.column5,
        told_on = case v.column8 when 1 then v.column5 else coalesce(telling.told_on, v.column5) end,
        until_on = case v.column8 when 1 then v.column10 else coalesce(telling.until_on, v.column10) end
    from (values …) v
    where telling.centre_id = ?1 and telling.account_id = v.column1 and telling.serial = v.column2
        and telling.booked_on = v.column3 and telling.about = v.column4";

const DISMISS: &str = "
    update telling set done = 1, marked_on = v.column5 from (values …) v
    where telling.centre_id = ?1 and telling.account_id = v.column1 and telling.serial = v.column2
        and telling.booked_on = v.column3 and telling.about = v.column4";

impl Recording {
    /// Records notifications. Earlier ones stay unchanged, except those of an item that is reopened after it
    /// was done.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn note(&self, notes: &[NotificationNote]) -> Result<(), StoreError> {
        let on = day_number(self.turn.counts_from());
        self.tx.change(NOTE, notes, |row, note| {
            note.key.bind(row)?;
            row.bind(&note.employer_id)?;
            row.bind(note.known_by.code())?;
            row.bind(on)
        })
    }

    /// Passes on every item with a pending notification, employer by employer, with its transaction.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn notifications(
        &self,
        mut show: impl FnMut(NotificationRow, &BankTransaction<'_>),
    ) -> Result<(), StoreError> {
        let sql = select::<(TransactionColumns<'_>, TellingColumns<'_>)>(
            "from telling w
             join bank_transaction t using (centre_id, account_id, serial, booked_on)
             join decision d using (centre_id, account_id, serial, booked_on)
             left join suspense_item i using (centre_id, account_id, serial, booked_on)
             left join proposal p on p.centre_id = i.centre_id and p.proposal_id = i.decided
             left join advance_part r on r.centre_id = w.centre_id and r.account_id = w.account_id
                and r.serial = w.serial and r.booked_on = w.booked_on
             where w.centre_id = ?1 and w.done = 0
             order by w.employer_id, w.account_id, w.serial",
        );
        let mut select = self.tx.connection.prepare_cached(&sql)?;
        select.each(params![self.tx.centre_id], |row| {
            let (columns, telling): (TransactionColumns<'_>, TellingColumns<'_>) = row.read()?;
            show(telling.notification()?, &columns.transaction()?);
            Ok(Read::On)
        })
    }

    /// When each employer last got advice.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn advised(&self) -> Result<BTreeMap<String, NaiveDate>, StoreError> {
        let sql = "select employer_id, max(told_on) from telling
            where centre_id = ?1 and about = 'advice' and told_on is not null group by employer_id";
        let mut select = self.tx.connection.prepare_cached(sql)?;
        let found = select
            .query_all(params![self.tx.centre_id], |row| row.read::<(String, NaiveDate)>())?;
        Ok(found.into_iter().collect())
    }

    /// Marks what letters told.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn told(&self, marks: &[(String, NotificationMark)]) -> Result<(), StoreError> {
        told(&self.tx, self.as_of, marks)
    }

    /// Marks items as done: nothing more will be told.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn dismiss(&self, keys: &[NotificationKey]) -> Result<(), StoreError> {
        let on = day_number(self.as_of);
        self.tx.change(DISMISS, keys, |row, key| {
            key.bind(row)?;
            row.bind(on)
        })
    }
}

/// Marks what letters of a night told; each mark comes with its letter's id.
pub(in crate::store) fn told(
    tx: &Tx,
    night: NaiveDate,
    marks: &[(String, NotificationMark)],
) -> Result<(), StoreError> {
    let on = day_number(night);
    tx.change(TOLD, marks, |row, (_, mark)| {
        mark.key.bind(row)?;
        row.bind(on)?;
        row.bind(mark.reminded_days)?;
        row.bind(mark.done)?;
        row.bind(mark.news)?;
        row.bind(mark.said.map(Outcome::number))?;
        row.bind(mark.until.map(day_number))
    })
}

/// Reads the columns after those of the transaction.
impl TellingColumns<'_> {
    fn notification(self) -> Result<NotificationRow, StoreError> {
        let advice = self.key.advice;
        let shares = self.shares()?;
        Ok(NotificationRow {
            known_by: KnownBy::from_code(self.known_by)
                .ok_or_else(|| unknown("telling", "known_by", self.known_by))?,
            told: Told {
                advice,
                noted_on: self.noted_on,
                told_on: self.told_on,
                reminded_days: self.reminded_days,
                outcome: self.outcome,
                said: self.said,
                until: self.until_on,
            },
            key: self.key,
            employer_id: self.employer_id,
            opened_on: self.opened_on,
            act: self.act.map(act).transpose()?,
            reason: self.reason.and_then(Reason::from_number),
            notice: self.notice,
            explanation: self.explanation,
            reference: self.reference,
            read_as: self.read_as,
            shares,
            rest: self.rest_employer_id.zip(self.rest_fen),
        })
    }

    /// The amounts allocated to each notice.
    fn shares(&self) -> Result<Vec<(PaymentReference, Money)>, StoreError> {
        let share = |share: &str| {
            let (number, fen) = share.split_once(':').unwrap_or_default();
            match (number.parse(), fen.parse()) {
                (Ok(number), Ok(fen)) => Ok((reference(number)?, Money::from_fen(fen))),
                _ => Err(unknown("allocation", "reference", share)),
            }
        };
        self.shares.split_terminator(',').map(share).collect()
    }
}

/// The act that decided an item, from a proposal's JSON.
fn act(kept: &str) -> Result<Act, StoreError> {
    serde_json::from_str(kept).map_err(|_| unknown("proposal", "act", kept))
}

/// Marks that the notification of a transaction may be outdated: the next night checks it again.
pub(in crate::store) fn look_again(
    connection: &Connection,
    centre: i64,
    (account_id, serial, booked_on): (i64, &str, i64),
) -> Result<(), StoreError> {
    let sql = "update telling set done = 0 where centre_id = ?1 and account_id = ?2 and serial = ?3
        and booked_on = ?4 and about = 'suspense'";
    let key = params![centre, account_id, serial, booked_on];
    connection.prepare_cached(sql)?.execute(key).map(|_| ())
}
