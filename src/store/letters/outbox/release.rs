//! What an approver does with held letters.
//!
//! Start at [`Store::decide_held`]. A letter is released as it was written while the books say
//! what they said ([`super::facts`]) and its deadline is far enough; else it is dropped, and a night tells it anew. A
//! letter that is dropped has told nothing.
//!
//! Invariant: a letter is released or dropped in one commit with the marks of what it tells, and with an entry of the
//! trail for each night that it is about.

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

/// What is done with held letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldAct {
    Release,
    Drop,
}

/// What became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    pub released: u64,
    pub dropped: u64,
    /// They were to be released, and the books say otherwise by now.
    pub outdated: u64,
}

const MARKS: &str = "from held_mark
    where centre_id = ?1 and letter_id = ?2 order by about, account_id, serial, booked_on";

columns! {
    /// A mark of a held letter as its row holds it.
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

/// Due at once: only the sender knows what time it is. A letter on paper is printed; one that was held while its text
/// message waited goes as that.
const GO: &str = "update outbox set answer = '',
        state = case when channel is null and (select l.recipient from letter l
            where l.centre_id = ?1 and l.letter_id = ?2) = '' then 'printed' else 'waiting' end,
        due_at = case when channel is null and (select l.recipient from letter l
            where l.centre_id = ?1 and l.letter_id = ?2) = '' then null else 0 end
    where centre_id = ?1 and letter_id = ?2 and state = 'held'";

impl Store {
    /// Releases or drops held letters: all of them, or none. One that is no longer true, or written more than so many
    /// days before the last night, is not released but left to the next night. `entry` goes into the trail, once a
    /// night that the letters are of; its detail is the note.
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
            // A night commits before this, or after it: never in between.
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

    /// Letters that were released and do not lie as files yet, with who takes them.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn released_to_file(&self) -> Result<Vec<LetterRow>, StoreError> {
        let tx = self.reading()?;
        let from = "from held_letter h join letter l using (centre_id, letter_id)
            where h.centre_id = ?1 and h.filed = 0 order by h.letter_id";
        tx.connection.select_all(from, params![tx.centre_id])
    }

    /// Says that released letters lie as files, durably. Those that were left for `another_program` to mail no sender
    /// takes up later.
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

/// Lets a letter go, and marks what it tells as told by its night.
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

/// Takes a letter away: what it tells counts as not told.
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

/// What a held letter tells.
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

/// The entry of one night: how many letters, and the note.
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

/// What a letter is instead of held.
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
