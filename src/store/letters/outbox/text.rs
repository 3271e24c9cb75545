//! Letters by other channels than mail: as a text message, and in the hall's inbox.
//!
//! Start at [`Store::by_text`]. A letter stays one letter with one row in the outbox: while its text message is
//! pending, its row says `sms`, and the mail sender skips it. If no text can be delivered, it reverts to mail
//! if it has an address, else to paper.

use crate::alert::{LetterClaim, LetterStanding, LetterState, Tries};
use crate::store::database::columns::columns_of;
use crate::store::database::row::day_number;
use crate::store::database::sql::{Bind, params};
use crate::store::database::tx::Tx;
use crate::store::error::StoreRefusal;
use crate::store::letters::letter::LetterRow;
use crate::store::{Store, StoreError};
use crate::suspense::EntityKind;
use crate::suspense::trail::TrailEntry;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// A letter of a night, and its possible channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routed {
    pub letter: LetterRow,
    /// The employer's mobile number, as imported.
    pub mobile: Option<String>,
    /// The stored channel choices: kind of letter and channels.
    pub ways: Vec<(String, String)>,
}

/// A claimed text message.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingText {
    pub letter_id: String,
    pub number: String,
    pub text: String,
    pub tries: Tries,
}

/// Letters that nobody has begun to send.
const ROUTED: &str = "o.state in ('waiting', 'printed') and o.attempts = 0 and o.channel is null
    and l.kind in ('digest', 'arrears')";

const WAYS: &str =
    "select kind, ways from letter_way where centre_id = ?1 and employer_id = ?2 order by kind";

pub(super) const BY_TEXT: &str =
    "update outbox set channel = 'sms', reached = ?3, told = ?4, state = 'waiting', due_at = 0
    where centre_id = ?1 and letter_id = ?2 and state in ('waiting', 'printed') and attempts = 0
        and channel is null";

const TAKE: &str =
    "update outbox set state = 'sending', holder = ?3, lease_until = ?4, changed_at = ?2
    where centre_id = ?1 and due_at <= ?2 and (lease_until is null or lease_until <= ?2)
        and channel is not null and letter_id in (select o.letter_id from outbox o
            where o.centre_id = ?1 and o.due_at <= ?2 and o.channel is not null
                and (o.lease_until is null or o.lease_until <= ?2)
            order by o.due_at, o.letter_id limit ?5)
    returning letter_id, reached, told, attempts, unconfirmed, put_off, put_off_since";

const SETTLE: &str =
    "update outbox set state = ?4, due_at = ?5, attempts = ?6, unconfirmed = ?7, answer = ?8,
        changed_at = ?3, put_off = ?9, put_off_since = ?10, holder = null, lease_until = null
    where centre_id = ?1 and letter_id = ?2 and holder = ?11";

/// No text can be delivered: the letter reverts to its previous channel.
const BACK: &str = "update outbox set channel = null, answer = ?4, changed_at = ?3, attempts = 0, unconfirmed = 0,
        put_off = null, put_off_since = null, holder = null, lease_until = null,
        state = case when (select l.recipient from letter l where l.centre_id = ?1 and l.letter_id = ?2) = ''
            then 'printed' else 'waiting' end,
        due_at = case when (select l.recipient from letter l where l.centre_id = ?1 and l.letter_id = ?2) = ''
            then null else ?3 end
    where centre_id = ?1 and letter_id = ?2 and holder = ?5";

impl Store {
    /// The letters of a night whose channel is still open, with their employers' data.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn routed(&self, night: NaiveDate) -> Result<Vec<Routed>, StoreError> {
        let tx = self.reading()?;
        routed(&tx, "l.written_on = ?2", params![tx.centre_id, day_number(night)])
    }

    /// The same for released letters not yet saved as files, of any night.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn routed_released(&self) -> Result<Vec<Routed>, StoreError> {
        const RELEASED: &str = "exists (select 1 from held_letter h
            where h.centre_id = l.centre_id and h.letter_id = l.letter_id and h.filed = 0)";
        let tx = self.reading()?;
        routed(&tx, RELEASED, params![tx.centre_id])
    }

    /// How many text messages are due.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn due_texts(&self, now: i64) -> Result<u64, StoreError> {
        let tx = self.reading()?;
        let sql = "select count(*) from outbox
            where centre_id = ?1 and due_at <= ?2 and channel is not null";
        tx.connection.fetch_one(sql, params![tx.centre_id, now])
    }

    /// The same for one letter, whatever its state.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn routes_of(&self, letter: &LetterRow) -> Result<Routed, StoreError> {
        let tx = self.reading()?;
        let key = params![tx.centre_id, letter.employer_id];
        let sql = "select mobile from employer where centre_id = ?1 and employer_id = ?2";
        let mobile: Option<Option<String>> = tx.connection.fetch_optional(sql, key)?;
        let ways = tx.connection.fetch_all::<(_, _)>(WAYS, key)?;
        Ok(Routed { letter: letter.clone(), mobile: mobile.flatten(), ways })
    }

    /// Sends a letter as a text message first; says whether that was still possible.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn by_text(&self, letter_id: &str, number: &str, text: &str) -> Result<bool, StoreError> {
        let tx = self.writing()?;
        let values = params![tx.centre_id, letter_id, number, text];
        tx.atomically(|connection| Ok(connection.execute(BY_TEXT, values)? > 0))
    }

    /// The letters of a night that are or were text messages: no page is printed for them.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn texted(&self, night: NaiveDate) -> Result<BTreeSet<String>, StoreError> {
        let tx = self.reading()?;
        let sql = "select o.letter_id from outbox o
            join letter l on l.centre_id = o.centre_id and l.letter_id = o.letter_id
            where o.centre_id = ?1 and l.written_on = ?2 and o.channel is not null";
        let key = params![tx.centre_id, day_number(night)];
        let found = tx.connection.fetch_all(sql, key)?;
        Ok(found.into_iter().collect())
    }

    /// Claims due text messages.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn claim_texts(&self, claim: &LetterClaim) -> Result<Vec<OutgoingText>, StoreError> {
        let tx = self.writing()?;
        let most = i64::try_from(claim.letters_max).unwrap_or(i64::MAX);
        let values = params![tx.centre_id, claim.now, claim.holder, claim.lease_until, most];
        tx.atomically(|connection| {
            connection.prepare_cached(TAKE)?.query_all(values, |row| {
                let (letter_id, number, text, tries): (_, &str, &str, _) = row.read()?;
                Ok(OutgoingText {
                    letter_id,
                    number: number.to_owned(),
                    text: text.to_owned(),
                    tries,
                })
            })
        })
    }

    /// Records the result of a text message. An undeliverable one reverts to mail or paper; its page is printed
    /// before.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn settle_text(
        &self,
        holder: &str,
        now: i64,
        (letter_id, standing): (&str, &LetterStanding),
    ) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let (centre, LetterStanding { state, due_at, tries, answer }) = (tx.centre_id, standing);
        let over = matches!(state, LetterState::Refused | LetterState::GivenUp);
        tx.atomically(|connection| {
            if over {
                connection.execute(BACK, params![centre, letter_id, now, answer, holder])?;
                return Ok(());
            }
            let values = params![
                centre,
                letter_id,
                now,
                state.code(),
                *due_at,
                tries.attempts,
                tries.unconfirmed,
                answer,
                tries.put_off,
                tries.put_off_since,
                holder
            ];
            connection.execute(SETTLE, values)?;
            Ok(())
        })
    }

    /// Adds letters to their employers' inbox in the hall, each on its own day; existing ones stay.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn put_in_hall(&self, letters: &[&LetterRow]) -> Result<(), StoreError> {
        const SQL: &str =
            "insert into hall_message (centre_id, letter_id, employer_id, put_on, read_at)
            values (?1, ?2, ?3, ?4, null) on conflict (centre_id, letter_id) do nothing";
        let tx = self.writing()?;
        tx.atomically(|connection| {
            for letter in letters {
                let on = day_number(letter.written_on);
                let values = params![tx.centre_id, letter.letter_id, letter.employer_id, on];
                connection.execute(SQL, values)?;
            }
            Ok(())
        })
    }

    /// The letters in the hall's inbox.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn in_hall(&self) -> Result<BTreeSet<String>, StoreError> {
        let tx = self.reading()?;
        let sql = "select letter_id from hall_message where centre_id = ?1";
        let key = params![tx.centre_id];
        let found = tx.connection.fetch_all(sql, key)?;
        Ok(found.into_iter().collect())
    }

    /// Sets an employer's channels for letters of a kind; an empty list means the defaults. `entry` records it
    /// in the trail.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is no such employer.
    pub fn set_ways(
        &self,
        employer_id: &str,
        kind: &str,
        ways: &str,
        entry: &TrailEntry,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "insert into letter_way (centre_id, employer_id, kind, ways) values (?1, ?2, ?3, ?4)
            on conflict (centre_id, employer_id, kind) do update set ways = excluded.ways";
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            let known = "select 1 from employer where centre_id = ?1 and employer_id = ?2";
            if !connection.prepare_cached(known)?.exists(params![centre, employer_id])? {
                let refusal = StoreRefusal::NoSuch { what: EntityKind::Employer, id: employer_id.to_owned() };
                return Err(StoreError::Refused(refusal));
            }
            if ways.is_empty() {
                let sql = "delete from letter_way where centre_id = ?1 and employer_id = ?2 and kind = ?3";
                connection.execute(sql, params![centre, employer_id, kind])?;
            } else {
                connection.execute(SQL, params![centre, employer_id, kind, ways])?;
            }
            crate::store::trail::append(connection, centre, entry).map(drop)
        })
    }
}

/// The letters whose channel is still open and that meet a condition.
fn routed(tx: &Tx, which: &str, key: &[&dyn Bind]) -> Result<Vec<Routed>, StoreError> {
    let letter = columns_of::<LetterRow>();
    let sql = format!(
        "select {letter}, e.mobile from letter l
         join outbox o on o.centre_id = l.centre_id and o.letter_id = l.letter_id
         left join employer e on e.centre_id = l.centre_id and e.employer_id = l.employer_id
         where l.centre_id = ?1 and {which} and {ROUTED} order by l.letter_id"
    );
    let found: Vec<(LetterRow, Option<String>)> = tx.connection.fetch_all(&sql, key)?;
    let mut ways = tx.connection.prepare_cached(WAYS)?;
    let mut routed = Vec::with_capacity(found.len());
    for (letter, mobile) in found {
        let key = params![tx.centre_id, letter.employer_id];
        let ways = ways.query_all(key, |row| row.read::<(_, _)>())?;
        routed.push(Routed { letter, mobile, ways });
    }
    Ok(routed)
}

impl std::fmt::Debug for OutgoingText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutgoingText").field("letter_id", &self.letter_id).finish_non_exhaustive()
    }
}
