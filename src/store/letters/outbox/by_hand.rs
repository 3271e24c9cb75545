//! A person holds waiting letters before a sender claims them.
//!
//! Start at [`Store::hold_waiting`]. A night has marked the letters' notifications as told; the marks are
//! undone, as far as they record the previous state, and stored beside the letter as if the night had held it.

use super::super::arrears::ToldMonth;
use super::super::notice_news::NoticeMark;
use super::super::notification::{NotificationKey, NotificationMark, about};
use super::holding::{self, ToldTonight};
use crate::alert::rhythm::REMINDERS;
use crate::alert::{LetterKind, NewsStage, Pull};
use crate::remittance::{Outcome, PaymentReference, YearMonth};
use crate::store::database::columns::columns;
use crate::store::database::row::{day, day_number, reference_number};
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::posting::working_set::account_id;
use crate::store::{Store, StoreError, trail};
use crate::suspense::trail::TrailEntry;
use chrono::NaiveDate;
use std::collections::BTreeMap;

const WAITING: &str = "
    select o.letter_id from outbox o
    join letter l on l.centre_id = o.centre_id and l.letter_id = o.letter_id
    where o.centre_id = ?1 and o.state = 'waiting' and o.attempts = 0 and o.joined is null
        and l.kind in ('digest', 'arrears') and (cast(?2 as bigint) is null or l.written_on = ?2)
    order by l.written_on, o.letter_id";

/// A letter that may be held: it is waiting and unclaimed, and no other letter of its day and kind went to its
/// employer, so that that day's marks are its own.
const ALONE: &str = "
    select l.employer_id, l.written_on, l.kind from outbox o
    join letter l on l.centre_id = o.centre_id and l.letter_id = o.letter_id
    where o.centre_id = ?1 and o.letter_id = ?2 and o.state = 'waiting' and o.attempts = 0 and o.joined is null
        and not exists (select 1 from held_letter h
            where h.centre_id = o.centre_id and h.letter_id = o.letter_id and h.state = 'held')
        and not exists (select 1 from letter k join outbox p on p.centre_id = k.centre_id
                and p.letter_id = k.letter_id
            where k.centre_id = l.centre_id and k.written_on = l.written_on
                and k.employer_id = l.employer_id and k.kind = l.kind
                and k.letter_id <> l.letter_id and p.state <> 'dropped')";

/// Holds a letter ahead of the senders: a later sender finds it held; a claimed one is not taken.
const TAKE: &str = "update outbox set state = 'held', due_at = null
    where centre_id = ?1 and letter_id = ?2 and state = 'waiting' and attempts = 0
        and joined is null and lease_until is null";

const MARKED: &str = "from telling
    where centre_id = ?1 and employer_id = ?2 and marked_on = ?3
    order by account_id, serial, booked_on, about";

columns! {
    /// The mark of a transaction.
    struct MarkedColumns {
        key: NotificationKey = "account_id, serial, booked_on, about",
        told_on: Option<i64>,
        reminded_days: u32,
        done: bool,
        said: Option<i64>,
        until_on: Option<NaiveDate>,
    }
}

const UNMARK: &str = "
    update telling set told_on = ?6, reminded_days = ?7, said = ?8, until_on = ?9, done = 0
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?4 and about = ?5";

const NOTICES: &str = "from notice_news w
    join notice n on n.centre_id = w.centre_id and n.reference = w.reference
    where w.centre_id = ?1 and n.employer_id = ?2 and w.marked_on = ?3 and w.said is not null
    order by w.reference, w.ordinal";

columns! {
    /// The mark of a notice.
    struct MarkedNotice of "w" {
        reference: PaymentReference,
        ordinal: i64,
        told_on: Option<i64>,
        said: String,
        reminded_days: u32,
        until_on: Option<NaiveDate>,
        done: bool,
    }
}

const UNMARK_NOTICE: &str = "
    update notice_news set told_on = ?4, reminded_days = ?5, said = ?6, until_on = ?7, done = 0
    where centre_id = ?1 and reference = ?2 and ordinal = ?3";

const MONTHS: &str = "select month from arrears_told
    where centre_id = ?1 and employer_id = ?2 and told_on = ?3 order by month";

const UNTOLD: &str =
    "delete from arrears_told where centre_id = ?1 and employer_id = ?2 and told_on = ?3";

/// Deletes the reasons of an earlier hold when a letter is held again.
const FORGET: [&str; 2] = [
    "delete from held_mark where centre_id = ?1 and letter_id = ?2",
    "delete from held_letter where centre_id = ?1 and letter_id = ?2",
];

impl Store {
    /// Waiting letters to employers that were never tried, of one night or of all.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn waiting_letters(&self, night: Option<NaiveDate>) -> Result<Vec<String>, StoreError> {
        let tx = self.reading()?;
        let values = params![tx.centre_id, night.map(day_number)];
        tx.connection.fetch_all(WAITING, values)
    }

    /// Holds waiting letters; gives those that were held. A letter is skipped if a sender has claimed it, or if
    /// another of its day and kind went to the same employer. `entry` goes into the trail once per night.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn hold_waiting(
        &self,
        letter_ids: &[String],
        entry: &TrailEntry,
    ) -> Result<Vec<String>, StoreError> {
        let tx = self.writing()?;
        tx.atomically(|connection| {
            trail::hold(connection, tx.centre_id)?;
            let mut nights: BTreeMap<NaiveDate, (Vec<String>, ToldTonight)> = BTreeMap::new();
            for letter_id in letter_ids {
                let Some((night, told)) = take_back(&tx, letter_id)? else { continue };
                for sql in FORGET {
                    connection.prepare_cached(sql)?.execute(params![tx.centre_id, letter_id])?;
                }
                let (letters, all) = nights.entry(night).or_default();
                letters.push(letter_id.clone());
                all.items.extend(told.items);
                all.months.extend(told.months);
                all.notices.extend(told.notices);
            }
            let mut held = Vec::new();
            for (night, (letters, told)) in nights {
                holding::hold(&tx, night, &letters, &told)?;
                let counted = (night, letters.len());
                holding::note_night(connection, tx.centre_id, counted, &[Pull::Hand])?;
                let detail = serde_json::json!({ "held": letters.len(), "note": entry.detail });
                let (subject, detail) = (night.to_string(), detail.to_string());
                let entry = TrailEntry { subject, detail, ..entry.clone() };
                trail::append(connection, tx.centre_id, &entry)?;
                held.extend(letters);
            }
            Ok(held)
        })
    }
}

/// Undoes a letter's marks and gives them; `None` if it may not be held.
fn take_back(tx: &Tx, letter_id: &str) -> Result<Option<(NaiveDate, ToldTonight)>, StoreError> {
    let (connection, centre) = (&tx.connection, tx.centre_id);
    let found =
        connection.fetch_optional::<(String, i64, String)>(ALONE, params![centre, letter_id])?;
    let Some((employer_id, night, kind)) = found else { return Ok(None) };
    if connection.prepare_cached(TAKE)?.execute(params![centre, letter_id])? == 0 {
        return Ok(None);
    }
    let told = match LetterKind::from_code(&kind) {
        Some(LetterKind::Arrears) => months_of(tx, letter_id, (&employer_id, night))?,
        _ => ToldTonight {
            notices: notices_of(tx, letter_id, (&employer_id, night))?,
            ..items_of(tx, letter_id, (&employer_id, night))?
        },
    };
    Ok(Some((day(night)?, told)))
}

/// Undoes the marks of months that an employer was told of on a night.
fn months_of(
    tx: &Tx,
    letter_id: &str,
    (employer_id, night): (&str, i64),
) -> Result<ToldTonight, StoreError> {
    let values = params![tx.centre_id, employer_id, night];
    let months: Vec<YearMonth> = tx.connection.fetch_all(MONTHS, values)?;
    let told = |month| ToldMonth {
        letter_id: letter_id.to_owned(),
        employer_id: employer_id.to_owned(),
        month,
    };
    let months = months.into_iter().map(told).collect();
    tx.connection.prepare_cached(UNTOLD)?.execute(values)?;
    Ok(ToldTonight { months, ..ToldTonight::default() })
}

/// Restores the marks of items that an employer was told of on a night.
fn items_of(
    tx: &Tx,
    letter_id: &str,
    (employer_id, night): (&str, i64),
) -> Result<ToldTonight, StoreError> {
    let values = params![tx.centre_id, employer_id, night];
    let marked: Vec<MarkedColumns> = tx.connection.select_all(MARKED, values)?;
    let mut told = ToldTonight::default();
    for marked in marked {
        let told_on = marked.told_on;
        let mark = marked.mark(night);
        // If this letter was the first to tell of it, no other has.
        let told_on = told_on.filter(|_| !mark.news);
        let said = told_on.map(|_| Outcome::Suspense.number());
        let before = REMINDERS.iter().rev().find(|days| **days < mark.reminded_days);
        let key = &mark.key;
        let values = params![
            tx.centre_id,
            account_id(key.account),
            key.serial,
            day_number(key.booked_on),
            about(key.advice),
            told_on,
            before.copied().unwrap_or_default(),
            said,
            mark.until.filter(|_| !mark.news).map(day_number)
        ];
        tx.connection.prepare_cached(UNMARK)?.execute(values)?;
        told.items.push((letter_id.to_owned(), mark));
    }
    Ok(told)
}

/// A mark as a night makes it; `news` means that the letter was the first about the item.
impl MarkedColumns {
    fn mark(self, night: i64) -> NotificationMark {
        NotificationMark {
            key: self.key,
            news: self.told_on == Some(night),
            said: self.said.and_then(Outcome::from_number),
            reminded_days: self.reminded_days,
            until: self.until_on,
            done: self.done,
        }
    }
}

/// Restores the marks of notices that an employer was told of on a night.
fn notices_of(
    tx: &Tx,
    letter_id: &str,
    (employer_id, night): (&str, i64),
) -> Result<Vec<(String, NoticeMark)>, StoreError> {
    let values = params![tx.centre_id, employer_id, night];
    let marked: Vec<MarkedNotice> = tx.connection.select_all(NOTICES, values)?;
    let mut told = Vec::with_capacity(marked.len());
    for marked in marked {
        let told_on = marked.told_on;
        let mark = NoticeMark {
            reference: marked.reference,
            ordinal: marked.ordinal,
            news: told_on == Some(night),
            said: NewsStage::from_code(&marked.said),
            reminded_days: marked.reminded_days,
            until: marked.until_on,
            done: marked.done,
        };
        let kept = !mark.news;
        let before = REMINDERS.iter().rev().find(|days| **days < mark.reminded_days);
        let values = params![
            tx.centre_id,
            reference_number(mark.reference),
            mark.ordinal,
            told_on.filter(|_| kept),
            before.copied().unwrap_or_default(),
            mark.said.filter(|_| kept).map(NewsStage::code),
            mark.until.filter(|_| kept).map(day_number)
        ];
        tx.connection.prepare_cached(UNMARK_NOTICE)?.execute(values)?;
        told.push((letter_id.to_owned(), mark));
    }
    Ok(told)
}
