//! Holds a night's letters: their number, whether it is usual, and what they tell.
//!
//! Start at [`Recording::hold`]. The notifications in a held letter are not marked as told: the marks are
//! stored beside it, and applied on its release ([`super::release`]). Until then no night tells the same again
//! ([`Recording::withheld`]); a night that finds the books changed drops the letter and tells the items again
//! ([`Recording::let_go_of_outdated`]).
//!
//! Invariant: an item is told, untold, or waiting in one held letter; never two of these.

use super::super::arrears::ToldMonth;
use super::super::notice_news::NoticeMark;
use super::super::notification::{NotificationKey, NotificationMark, about};
use super::facts;
use crate::alert::{FileOfLetters, NewsStage, NightOfLetters, Pull};
use crate::remittance::{Outcome, PaymentReference, Reason, YearMonth};
use crate::store::StoreError;
use crate::store::database::columns::{FromRow, RowReader};
use crate::store::database::row::account_index;
use crate::store::database::row::{day, day_number, reference, reference_number, unknown};
use crate::store::database::sql::{Connection, Read, params};
use crate::store::database::tx::{Binder, Tx};
use crate::store::posting::Recording;
use crate::store::posting::working_set::{account_id, transactions_listed};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// A night's marks, each with its letter's id.
#[derive(Clone, Debug, Default)]
pub struct ToldTonight {
    pub items: Vec<(String, NotificationMark)>,
    pub months: Vec<ToldMonth>,
    pub notices: Vec<(String, NoticeMark)>,
}

/// What a night must not tell: it waits in a held letter, or was dropped this very night.
#[derive(Clone, Debug, Default)]
pub struct Withheld {
    items: BTreeSet<NotificationKey>,
    months: BTreeSet<(String, YearMonth)>,
    notices: BTreeSet<(PaymentReference, i64)>,
}

impl Withheld {
    #[must_use]
    pub fn item(&self, key: &NotificationKey) -> bool {
        self.items.contains(key)
    }

    #[must_use]
    pub fn month(&self, employer_id: &str, month: YearMonth) -> bool {
        self.months.contains(&(employer_id.to_owned(), month))
    }

    /// Whether a reopening of a notice is withheld, by its ordinal.
    #[must_use]
    pub fn notice(&self, reference: PaymentReference, ordinal: i64) -> bool {
        self.notices.contains(&(reference, ordinal))
    }
}

/// The kind in [`about`] for months owed.
pub(super) const ARREARS: &str = "arrears";
/// The kind for notices with news.
pub(super) const NOTICE: &str = "notice";

/// The subject of a held letter's mark: its kind, and its key in three columns.
pub(super) enum MarkOf {
    /// A month that an employer owes.
    Month(String, YearMonth),
    /// A notice, and the ordinal of its news.
    Notice(PaymentReference, i64),
    Item(NotificationKey),
}

impl<'r> FromRow<'r> for MarkOf {
    fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError> {
        let (kind, account_id, serial, number): (&str, i64, &str, i64) = at.next()?;
        let unknown = |column, found| unknown("held_mark", column, found);
        Ok(match kind {
            ARREARS => {
                let ordinal = number.try_into();
                let ordinal = ordinal.map_err(|_| unknown("booked_on", number.to_string()))?;
                Self::Month(serial.to_owned(), YearMonth::from_ordinal(ordinal))
            }
            NOTICE => {
                let notice = serial.parse();
                let notice = notice.map_err(|_| unknown("serial", serial.to_owned()))?;
                Self::Notice(reference(notice)?, number)
            }
            _ => Self::Item(NotificationKey {
                account: account_index(account_id)?,
                serial: serial.to_owned(),
                booked_on: day(number)?,
                advice: kind == about(true),
            }),
        })
    }
}

const WITHHELD: &str = "
    select m.about, m.account_id, m.serial, m.booked_on
    from held_letter h join held_mark m on m.centre_id = h.centre_id and m.letter_id = h.letter_id
    where h.centre_id = ?1 and h.state = 'held'
    union all
    select m.about, m.account_id, m.serial, m.booked_on
    from held_letter h join held_mark m on m.centre_id = h.centre_id and m.letter_id = h.letter_id
    where h.centre_id = ?1 and h.state = 'dropped' and h.night >= ?2";

const WRITTEN: &str = "
    select count(*), count(distinct l.employer_id),
        (select count(*) from employer where centre_id = ?1)
    from letter l join outbox o on o.centre_id = l.centre_id and o.letter_id = l.letter_id
    where l.centre_id = ?1 and l.written_on = ?2 and l.kind in ('digest', 'arrears')
        and o.state <> 'dropped'";

/// Counts letters of the last nights that wrote any; letters held and never sent do not count as usual.
const USUAL: &str = "
    select count(*)
    from letter l join outbox o on o.centre_id = l.centre_id and o.letter_id = l.letter_id
    where l.centre_id = ?1 and l.written_on < ?2 and l.kind in ('digest', 'arrears')
        and o.state not in ('held', 'dropped')
    group by l.written_on order by l.written_on desc limit ?3";

/// The state of a file's credits. A receipt names each day of its accounts once.
const FILE: &str = "
    select f.feed_id, f.file_name, d.outcome, d.reason, count(*)
    from feed f
    join receipt r on r.centre_id = f.centre_id and r.feed_id = f.feed_id
    join bank_transaction t on t.centre_id = f.centre_id and t.booked_on = r.booked_on
        and t.account_id = r.account_id and t.feed_no = f.number and t.direction = 1
    join decision d on d.centre_id = t.centre_id and d.booked_on = t.booked_on
        and d.account_id = t.account_id and d.serial = t.serial
    where f.centre_id = ?1 and f.number = ?2
    group by f.feed_id, f.file_name, d.outcome, d.reason";

const LETTERS: &str = "
    insert into held_letter (centre_id, letter_id, night, state, facts, filed)
    select ?1, v.column1, v.column2, 'held', v.column3, 1 from (values …) v";

const MARKS: &str = "
    insert into held_mark (centre_id, letter_id, about, account_id, serial, booked_on, news, said,
        reminded_days, done, until_on, stage, reason)
    select ?1, v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7,
        v.column8, v.column9, v.column10, v.column11, (select d.reason from decision d where d.centre_id = ?1
            and d.booked_on = v.column5 and d.account_id = v.column3 and d.serial = v.column4)
    from (values …) v";

const PLACES: &str = "update outbox set state = 'held', due_at = null from (values …) v
    where outbox.centre_id = ?1 and outbox.letter_id = v.column1";

const NIGHT: &str = "
    insert into held_night (centre_id, night, letters, why) values (?1, ?2, ?3, ?4)
    on conflict (centre_id, night) do update set letters = held_night.letters + excluded.letters,
        why = excluded.why";

const OUTDATED: &str = "update held_letter set state = 'outdated', decided_by = 'night'
    where centre_id = ?1 and letter_id = ?2 and state = 'held'";

/// Drops a held letter.
pub(super) const AWAY: &str = "update outbox set state = 'dropped', due_at = null, answer = ?3
    where centre_id = ?1 and letter_id = ?2 and state = 'held'";

/// The note on a letter that no longer agrees with the books.
pub(super) const CHANGED: &str = "the books say otherwise by now; a night tells it anew";

impl Recording {
    /// Drops held letters that are no longer true, or older than `stands_days`: their items are told again.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn let_go_of_outdated(&self, stands_days: u64) -> Result<(), StoreError> {
        for (letter_id, night, written) in held(&self.tx)? {
            let age = (self.as_of - night).num_days();
            let stands = u64::try_from(age).is_ok_and(|age| age <= stands_days);
            if stands && facts::of(&self.tx, &letter_id)? == written {
                continue;
            }
            let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
            connection.prepare_cached(OUTDATED)?.execute(params![centre, letter_id])?;
            connection.prepare_cached(AWAY)?.execute(params![centre, letter_id, CHANGED])?;
        }
        Ok(())
    }

    /// What this night must not tell.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn withheld(&self) -> Result<Withheld, StoreError> {
        let mut withheld = Withheld::default();
        let mut select = self.tx.connection.prepare_cached(WITHHELD)?;
        select.each(params![self.tx.centre_id, day_number(self.as_of)], |row| {
            match row.read()? {
                MarkOf::Month(employer_id, month) => {
                    withheld.months.insert((employer_id, month));
                }
                MarkOf::Notice(reference, ordinal) => {
                    withheld.notices.insert((reference, ordinal));
                }
                MarkOf::Item(key) => {
                    withheld.items.insert(key);
                }
            }
            Ok(Read::On)
        })?;
        Ok(withheld)
    }

    /// Figures of tonight's letters, for the brake.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn night_of_letters(
        &self,
        told: &ToldTonight,
        usual_nights: u64,
    ) -> Result<NightOfLetters, StoreError> {
        if self.posted.is_empty() {
            return Ok(NightOfLetters::default());
        }
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let night = day_number(self.as_of);
        let (letters, addressed, employers) =
            connection.fetch_one(WRITTEN, params![centre, night])?;
        let limit = i64::try_from(usual_nights).unwrap_or(i64::MAX);
        let usual = connection.fetch_all::<u64>(USUAL, params![centre, night, limit])?;
        let sql = "select 1 from held_letter where centre_id = ?1 and state = 'released' limit 1";
        let released = connection.prepare_cached(sql)?.exists(params![centre])?;
        let is_first = usual.is_empty() && !released;
        let files = self.files(told)?;
        Ok(NightOfLetters { letters, employers, addressed, usual, files, is_first })
    }

    /// The files that delivered the items of tonight's news.
    fn files(&self, told: &ToldTonight) -> Result<Vec<FileOfLetters>, StoreError> {
        let listed = transactions_listed(&self.tx.connection);
        let sql = format!("select t.feed_no from {listed}");
        let news: Vec<&NotificationMark> =
            told.items.iter().map(|(_, mark)| mark).filter(|mark| mark.news).collect();
        let mut feeds: BTreeSet<i64> = BTreeSet::new();
        let key = |row: &mut Binder<'_, '_>, mark: &&NotificationMark| {
            row.bind(account_id(mark.key.account))?;
            row.bind(&mark.key.serial)?;
            row.bind(day_number(mark.key.booked_on))
        };
        self.tx.ask(&sql, &news, key, |row| {
            feeds.extend(row.read::<Option<i64>>()?);
            Ok(())
        })?;
        let mut files = Vec::new();
        for feed in feeds {
            files.extend(self.file(feed)?);
        }
        Ok(files)
    }

    /// The state of a file; `None` if nothing of it is open.
    fn file(&self, feed: i64) -> Result<Option<FileOfLetters>, StoreError> {
        let (mut named, mut rows) = (None, 0);
        let mut reasons: BTreeMap<i64, u64> = BTreeMap::new();
        let mut select = self.tx.connection.prepare_cached(FILE)?;
        select.each(params![self.tx.centre_id, feed], |row| {
            let (feed_id, file_name, outcome, reason, count): (_, _, i64, Option<i64>, u64) =
                row.read()?;
            named = Some((feed_id, file_name));
            rows += count;
            if let (true, Some(reason)) = (outcome == Outcome::Suspense.number(), reason) {
                *reasons.entry(reason).or_default() += count;
            }
            Ok(Read::On)
        })?;
        let most = reasons.into_iter().max_by_key(|(reason, count)| (*count, -*reason));
        let found = named.zip(most).and_then(|((feed_id, file_name), (reason, alike))| {
            let reason = Reason::from_number(reason)?;
            Some(FileOfLetters { feed_id, file_name, rows, alike, reason })
        });
        Ok(found)
    }

    /// Holds all letters of this run, with their marks.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn hold(&mut self, told: &ToldTonight, pulls: &[Pull]) -> Result<(), StoreError> {
        let ids = std::mem::take(&mut self.posted);
        hold(&self.tx, self.as_of, &ids, told)?;
        note_night(&self.tx.connection, self.tx.centre_id, (self.as_of, ids.len()), pulls)?;
        self.totals.letters_held = self.totals.letters + self.totals.printed;
        (self.totals.letters, self.totals.printed) = (0, 0);
        Ok(())
    }
}

/// Records why letters of a night are held.
pub(super) fn note_night(
    connection: &Connection,
    centre: i64,
    (night, letters): (NaiveDate, usize),
    pulls: &[Pull],
) -> Result<(), StoreError> {
    let why = serde_json::to_string(pulls).unwrap_or_default();
    let letters = i64::try_from(letters).unwrap_or(i64::MAX);
    connection.execute(NIGHT, params![centre, day_number(night), letters, why]).map(|_| ())
}

/// Holds letters of a night, with their marks.
pub(super) fn hold(
    tx: &Tx,
    night: NaiveDate,
    letters: &[String],
    told: &ToldTonight,
) -> Result<(), StoreError> {
    tx.change(MARKS, &told.items, |row, (letter_id, mark)| {
        let NotificationMark { key, news, said, reminded_days, until, done } = mark;
        row.bind(letter_id)?;
        row.bind(about(key.advice))?;
        row.bind(account_id(key.account))?;
        row.bind(&key.serial)?;
        row.bind(day_number(key.booked_on))?;
        row.bind(*news)?;
        row.bind(said.map(Outcome::number))?;
        row.bind(*reminded_days)?;
        row.bind(*done)?;
        row.bind(until.map(day_number))?;
        row.bind(None::<&str>)
    })?;
    tx.change(MARKS, &told.months, |row, month| {
        row.bind(&month.letter_id)?;
        row.bind(ARREARS)?;
        row.bind(0_i64)?;
        row.bind(&month.employer_id)?;
        row.bind(month.month.ordinal())?;
        row.bind(true)?;
        row.bind(None::<i64>)?;
        row.bind(0_u32)?;
        row.bind(false)?;
        row.bind(None::<i64>)?;
        row.bind(None::<&str>)
    })?;
    tx.change(MARKS, &told.notices, |row, (letter_id, mark)| {
        let NoticeMark { reference, ordinal, news, said, reminded_days, until, done } = mark;
        row.bind(letter_id)?;
        row.bind(NOTICE)?;
        row.bind(0_i64)?;
        row.bind(reference_number(*reference).to_string())?;
        row.bind(*ordinal)?;
        row.bind(*news)?;
        row.bind(None::<i64>)?;
        row.bind(*reminded_days)?;
        row.bind(*done)?;
        row.bind(until.map(day_number))?;
        row.bind(said.map(NewsStage::code))
    })?;
    let known: Vec<(&String, String)> = letters
        .iter()
        .map(|letter_id| Ok((letter_id, facts::of(tx, letter_id)?)))
        .collect::<Result<_, StoreError>>()?;
    tx.change(LETTERS, &known, |row, (letter_id, facts)| {
        row.bind(*letter_id)?;
        row.bind(day_number(night))?;
        row.bind(facts)
    })?;
    tx.change(PLACES, letters, |row, letter_id| row.bind(letter_id))
}

/// The held letters: id, night, and the digest of the facts.
pub(super) fn held(tx: &Tx) -> Result<Vec<(String, NaiveDate, String)>, StoreError> {
    let sql = "select letter_id, night, facts from held_letter
        where centre_id = ?1 and state = 'held' order by letter_id";
    tx.connection.fetch_all::<(_, NaiveDate, _)>(sql, params![tx.centre_id])
}
