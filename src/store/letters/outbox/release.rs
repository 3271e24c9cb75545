//! An approver's decision on held letters.
//!
//! Start at [`Store::decide_held`]. A letter is released unchanged if its facts are unchanged
//! ([`super::facts`]) and its deadline is far enough away; otherwise it is dropped, and a night tells its items
//! again. A dropped letter counts as not told.
//!
//! Invariant: a letter is released or dropped in one commit with its marks, and with one trail entry per night.

use super::super::arrears::{self, ToldMonth};
use super::super::notice_news::{self, NoticeMark};
use super::super::notification::{self, NotificationMark};
use super::holding::{AWAY, CHANGED, MarkOf, ToldTonight};
use super::{facts, holding};
use crate::alert::NewsStage;
use crate::remittance::{Outcome, beijing};
use crate::store::database::columns::columns;
use crate::store::database::sql::{Connection, params};
use crate::store::database::tx::Tx;
use crate::store::error::{LetterWanted, StateRefusal, StoreRefusal};
use crate::store::letters::letter::LetterRow;
use crate::store::posting::turn;
use crate::store::{Store, StoreError, trail};
use crate::suspense::EntityKind;
use crate::suspense::trail::TrailEntry;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The decision on held letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldAct {
    Release,
    Drop,
}

/// Its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    pub released: u64,
    pub dropped: u64,
    /// They were to be released, but the books have changed.
    pub outdated: u64,
}

const MARKS: &str = "from held_mark
    where centre_id = ?1 and letter_id = ?2 order by about, account_id, serial, booked_on";

columns! {
    /// The row of a held letter's mark.
    struct MarkColumns {
        of: MarkOf = "about, account_id, serial, booked_on",
        news: bool,
        said: Option<i64>,
        reminded_days: u32,
        done: bool,
        until_on: Option<NaiveDate>,
        stage: Option<String>,
    }
}

const DECIDE: &str =
    "update held_letter set state = ?3, decided_at = ?4, decided_by = ?5, note = ?6, filed = ?7
    where centre_id = ?1 and letter_id = ?2 and state = 'held'";

/// Due at once: only the sender knows the time. A letter on paper is printed; one that was held while its text
/// message waited is sent as that.
const GO: &str = "update outbox set answer = '',
        state = case when channel is null and (select l.recipient from letter l
            where l.centre_id = ?1 and l.letter_id = ?2) = '' then 'printed' else 'waiting' end,
        due_at = case when channel is null and (select l.recipient from letter l
            where l.centre_id = ?1 and l.letter_id = ?2) = '' then null else 0 end
    where centre_id = ?1 and letter_id = ?2 and state = 'held'";

impl Store {
    /// Releases or drops held letters: all of them, or none. One that is no longer true, or older than a number
    /// of days before the last night, is not released but left to the next night. `entry` goes into the trail
    /// once per night of the letters; its detail is the note.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where one of them is not held.
    pub fn decide_held(
        &self,
        act: HeldAct,
        letter_ids: &[String],
        stands_days: u64,
        entry: &TrailEntry,
    ) -> Result<Decided, StoreError> {
        let tx = self.writing()?;
        tx.atomically(|connection| {
            // The lock orders this before or after a night's commit.
            trail::hold(connection, tx.centre_id)?;
            let waiting: BTreeMap<String, (NaiveDate, String)> = holding::held(&tx)?
                .into_iter()
                .map(|(letter_id, night, facts)| (letter_id, (night, facts)))
                .collect();
            let today = beijing::time(entry.at).map_or(NaiveDate::MAX, |time| time.date());
            let last = turn::latest(connection, tx.centre_id, today)?;
            let (mut decided, mut nights) = (Decided::default(), BTreeMap::new());
            for letter_id in letter_ids.iter().collect::<BTreeSet<_>>() {
                let Some((night, written)) = waiting.get(letter_id) else {
                    return Err(not_held(connection, tx.centre_id, letter_id)?);
                };
                let age = last.map_or(0, |last| (last - *night).num_days());
                let stands = u64::try_from(age).is_ok_and(|age| age <= stands_days)
                    && facts::of(&tx, letter_id)? == *written;
                let one = match act {
                    HeldAct::Release if stands => release(&tx, letter_id, *night, entry)?,
                    HeldAct::Release => away(&tx, letter_id, ("outdated", CHANGED), entry)?,
                    HeldAct::Drop => away(&tx, letter_id, ("dropped", "dropped by staff"), entry)?,
                };
                decided.add(one);
                nights.entry(*night).or_insert_with(Decided::default).add(one);
            }
            for (night, counts) in nights {
                trail::append(connection, tx.centre_id, &told(entry, night, counts))?;
            }
            Ok(decided)
        })
    }

    /// Released letters not yet saved as files, and their recipients.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn released_to_file(&self) -> Result<Vec<LetterRow>, StoreError> {
        let tx = self.reading()?;
        let from = "from held_letter h join letter l using (centre_id, letter_id)
            where h.centre_id = ?1 and h.filed = 0 order by h.letter_id";
        tx.connection.select_all(from, params![tx.centre_id])
    }

    /// Records that released letters are durably saved as files. Those left for `another_program` to mail are
    /// never claimed by a sender.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn released_are_filed(
        &self,
        letter_ids: &[String],
        another_program: bool,
    ) -> Result<(), StoreError> {
        const FILED: &str = "update held_letter set filed = 1 where centre_id = ?1 and letter_id = ?2 and filed = 0";
        const LEFT: &str = "update outbox set state = 'filed', due_at = null
            where centre_id = ?1 and letter_id = ?2 and state = 'waiting' and attempts = 0
                and channel is null";
        let tx = self.writing()?;
        tx.atomically(|connection| {
            for letter_id in letter_ids {
                let key = params![tx.centre_id, letter_id];
                connection.prepare_cached(FILED)?.execute(key)?;
                if another_program {
                    connection.prepare_cached(LEFT)?.execute(key)?;
                }
            }
            Ok(())
        })
    }
}

impl Decided {
    fn add(&mut self, other: Self) {
        self.released += other.released;
        self.dropped += other.dropped;
        self.outdated += other.outdated;
    }
}

/// Releases a letter, and marks its items as told by its night.
fn release(
    tx: &Tx,
    letter_id: &str,
    night: NaiveDate,
    entry: &TrailEntry,
) -> Result<Decided, StoreError> {
    let told = marks(tx, letter_id)?;
    notification::told(tx, night, &told.items)?;
    arrears::told(tx, night, &told.months)?;
    notice_news::told(tx, night, &told.notices)?;
    decide(tx, letter_id, ("released", false), entry)?;
    tx.connection.prepare_cached(GO)?.execute(params![tx.centre_id, letter_id])?;
    Ok(Decided { released: 1, ..Decided::default() })
}

/// Drops a letter: its items count as not told.
fn away(
    tx: &Tx,
    letter_id: &str,
    (state, answer): (&str, &str),
    entry: &TrailEntry,
) -> Result<Decided, StoreError> {
    decide(tx, letter_id, (state, true), entry)?;
    tx.connection.prepare_cached(AWAY)?.execute(params![tx.centre_id, letter_id, answer])?;
    Ok(match state {
        "dropped" => Decided { dropped: 1, ..Decided::default() },
        _ => Decided { outdated: 1, ..Decided::default() },
    })
}

fn decide(
    tx: &Tx,
    letter_id: &str,
    (state, filed): (&str, bool),
    entry: &TrailEntry,
) -> Result<(), StoreError> {
    let values =
        params![tx.centre_id, letter_id, state, entry.at, entry.actor, entry.detail, filed];
    tx.connection.prepare_cached(DECIDE)?.execute(values).map(|_| ())
}

/// The marks of a held letter.
pub(super) fn marks(tx: &Tx, letter_id: &str) -> Result<ToldTonight, StoreError> {
    let mut told = ToldTonight::default();
    let marks: Vec<MarkColumns> =
        tx.connection.select_all(MARKS, params![tx.centre_id, letter_id])?;
    for MarkColumns { of, news, said, reminded_days, done, until_on: until, stage } in marks {
        let letter_id = letter_id.to_owned();
        match of {
            MarkOf::Month(employer_id, month) => {
                told.months.push(ToldMonth { letter_id, employer_id, month });
            }
            MarkOf::Notice(reference, ordinal) => {
                let said = stage.as_deref().and_then(NewsStage::from_code);
                let mark =
                    NoticeMark { reference, ordinal, news, said, reminded_days, until, done };
                told.notices.push((letter_id, mark));
            }
            MarkOf::Item(key) => {
                let said = said.and_then(Outcome::from_number);
                let mark = NotificationMark { key, news, said, reminded_days, until, done };
                told.items.push((letter_id, mark));
            }
        }
    }
    Ok(told)
}

/// The trail entry of one night: the number of letters, and the note.
fn told(entry: &TrailEntry, night: NaiveDate, counts: Decided) -> TrailEntry {
    let mut detail = serde_json::json!({});
    if let Some(detail) = detail.as_object_mut() {
        let all = [
            ("released", counts.released),
            ("dropped", counts.dropped),
            ("outdated", counts.outdated),
        ];
        detail.extend(
            all.into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(what, count)| (what.to_owned(), count.into())),
        );
        if !entry.detail.is_empty() {
            detail.insert("note".to_owned(), entry.detail.clone().into());
        }
    }
    TrailEntry { subject: night.to_string(), detail: detail.to_string(), ..entry.clone() }
}

/// The refusal for a letter that is not held, with its state.
fn not_held(
    connection: &Connection,
    centre: i64,
    letter_id: &str,
) -> Result<StoreError, StoreError> {
    let sql = "select state from outbox where centre_id = ?1 and letter_id = ?2";
    let state = connection.fetch_optional::<String>(sql, params![centre, letter_id])?;
    let id = letter_id.to_owned();
    Ok(StoreError::Refused(match state {
        None => StoreRefusal::NoSuch { what: EntityKind::Letter, id },
        Some(state) => {
            let wanted = LetterWanted::Held;
            StoreRefusal::State(StateRefusal::Letter { letter_id: id, state, wanted })
        }
    }))
}
