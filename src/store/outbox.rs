//! The outbox: which letters are to be sent, in whose hands each is, and how it ended.
//!
//! Start at the [`Outbox`] of [`Store`]. A letter is claimed by a lease on its own row, by compare and
//! set, so that senders on many machines share one outbox and no letter is ever in two hands. No
//! centre's lock is needed: sending changes nothing that a night decides.

use super::bulk::Bulk;
use super::error::Refusal;
use super::letters::LetterRow;
use super::row::{day, day_number};
use super::sql::{Connection, Row, params};
use super::{Store, StoreError};
use crate::alert::{Claim, LetterState, Outbox, Outgoing, Rhythm, Settled, Standing};
use chrono::NaiveDate;

/// A letter and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    pub letter_id: String,
    pub kind: String,
    /// Empty for letters to staff.
    pub employer_id: String,
    pub written_on: NaiveDate,
    pub recipient: String,
    pub subject: String,
    pub state: LetterState,
    pub attempts: u32,
    /// Seconds since 1970, UTC; `None` where nobody tries any more.
    pub due_at: Option<i64>,
    pub changed_at: i64,
    pub answer: String,
}

/// Which letters to list or to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxFilter {
    /// The beginning of a letter's id.
    pub letter: Option<String>,
    pub state: Option<LetterState>,
    pub employer_id: Option<String>,
}

/// Letters that are due and in nobody's hands.
const DUE: &str = "
    select o.letter_id, l.recipient, l.message, o.attempts
    from outbox o join letter l using (centre_id, letter_id)
    where o.centre_id = ?1 and o.due_at <= ?2 and (o.lease_until is null or o.lease_until <= ?2)
    order by o.due_at, o.letter_id limit ?3";

/// Takes one; touches no row where somebody else was quicker.
const TAKE: &str = "
    update outbox set state = 'sending', holder = ?4, lease_until = ?5, changed_at = ?3
    where centre_id = ?1 and letter_id = ?2 and due_at <= ?3
        and (lease_until is null or lease_until <= ?3)";

const SETTLE: &str = "
    update outbox set state = ?4, due_at = ?5, attempts = ?6, answer = ?7, changed_at = ?8,
        holder = null, lease_until = null
    where centre_id = ?1 and letter_id = ?2 and holder = ?3";

/// Letters whose address was blocked, or whose employer wants no more, since they were written.
const UNWANTED: &str = "
    update outbox set state = 'given-up', due_at = null, answer = ?3, changed_at = ?2
    where centre_id = ?1 and due_at <= ?2 and (lease_until is null or lease_until <= ?2)
        and letter_id in (select l.letter_id from letter l
            where l.centre_id = ?1 and l.letter_id = outbox.letter_id and l.kind = 'digest' and ";

const BLOCKED: &str = "exists (select 1 from blocked_address b
    where b.centre_id = ?1 and b.address = lower(l.recipient)))";

const DECLINED: &str = "exists (select 1 from letter_choice c
    where c.centre_id = ?1 and c.employer_id = l.employer_id and c.rhythm = 'none'))";

const LISTED: &str = "
    select l.letter_id, l.kind, l.employer_id, l.written_on, l.recipient, l.subject, o.state,
        o.attempts, o.due_at, o.changed_at, o.answer
    from outbox o join letter l using (centre_id, letter_id)
    where o.centre_id = ?1
        and (cast(?2 as text) is null or o.state = ?2)
        and (cast(?3 as text) is null or l.employer_id = ?3)
    order by l.written_on, o.letter_id";

impl Outbox for Store {
    type Error = StoreError;

    fn withdraw(&self, now: i64) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        bulk.atomically(|connection| {
            for (unwanted, why) in [
                (BLOCKED, "letters to this address come back"),
                (DECLINED, "the employer wants no letters"),
            ] {
                let sql = format!("{UNWANTED}{unwanted}");
                connection.execute(&sql, params![bulk.centre_id, now, why])?;
            }
            Ok(())
        })
    }

    fn claim(&self, claim: &Claim) -> Result<Vec<Outgoing>, StoreError> {
        let bulk = Bulk::open(self)?;
        let (centre, now) = (bulk.centre_id, claim.now);
        let count = i64::try_from(claim.letters_max).unwrap_or(i64::MAX);
        loop {
            let (seen, taken) = bulk.atomically(|connection| {
                let due = due(connection, centre, now, count)?;
                let seen = due.len();
                let mut taken = Vec::with_capacity(seen);
                for letter in due {
                    let values =
                        params![centre, letter.letter_id, now, claim.holder, claim.lease_until];
                    if connection.execute(TAKE, values)? == 1 {
                        taken.push(letter);
                    }
                }
                Ok((seen, taken))
            })?;
            // Whoever was quicker has those; there may be others.
            if !taken.is_empty() || seen == 0 {
                return Ok(taken);
            }
        }
    }

    fn settle(&self, holder: &str, now: i64, settled: &[Settled]) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        bulk.atomically(|connection| {
            let mut settle = connection.prepare_cached(SETTLE)?;
            for Settled { letter_id, standing } in settled {
                let Standing { state, due_at, attempts, answer } = standing;
                let (state, attempts) = (state.code(), i64::from(*attempts));
                settle.execute(params![
                    centre, letter_id, holder, state, *due_at, attempts, answer, now
                ])?;
            }
            Ok(())
        })
    }
}

fn due(
    connection: &Connection,
    centre: i64,
    now: i64,
    count: i64,
) -> Result<Vec<Outgoing>, StoreError> {
    connection.prepare_cached(DUE)?.query_all(params![centre, now, count], |row| {
        let attempts: i64 = row.get(3)?;
        Ok(Outgoing {
            letter_id: row.get(0)?,
            recipient: row.get(1)?,
            message: row.get::<String>(2)?.into_bytes(),
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        })
    })
}

impl Store {
    /// The letters of the outbox that the filter lets through, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn outbox(&self, filter: &OutboxFilter) -> Result<Vec<OutboxRow>, StoreError> {
        let bulk = Bulk::open(self)?;
        let state = filter.state.map(LetterState::code);
        let values = params![bulk.centre_id, state, filter.employer_id];
        let mut rows = bulk.connection.prepare_cached(LISTED)?.query_all(values, listed)?;
        if let Some(letter) = &filter.letter {
            rows.retain(|row| row.letter_id.starts_with(letter.as_str()));
        }
        Ok(rows)
    }

    /// How many letters stand where, in the order of [`LetterState::ALL`].
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn outbox_counts(&self) -> Result<Vec<(LetterState, u64)>, StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = "select state, count(*) from outbox where centre_id = ?1 group by state";
        let found =
            bulk.connection.prepare_cached(sql)?.query_all(params![bulk.centre_id], |row| {
                Ok((row.get::<String>(0)?, row.get::<i64>(1)?))
            })?;
        let count = |state: LetterState| {
            let count = found.iter().find(|(code, _)| code == state.code());
            count.and_then(|(_, count)| u64::try_from(*count).ok()).unwrap_or_default()
        };
        Ok(LetterState::ALL.into_iter().map(|state| (state, count(state))).collect())
    }

    /// Sends these letters again, from the first try on.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where one of them is sent, or in a sender's hands; none is then
    /// changed.
    pub fn retry_letters(&self, letter_ids: &[String], now: i64) -> Result<(), StoreError> {
        let may = [
            LetterState::Refused,
            LetterState::GivenUp,
            LetterState::Unknown,
            LetterState::Waiting,
        ];
        self.restand(letter_ids, &may, "a letter that did not arrive", LetterState::Waiting, now)
    }

    /// Sends these letters no more.
    ///
    /// # Errors
    /// As [`Store::retry_letters`].
    pub fn give_up_letters(&self, letter_ids: &[String], now: i64) -> Result<(), StoreError> {
        let may = [LetterState::Waiting, LetterState::Unknown];
        self.restand(letter_ids, &may, "a letter that is to be sent", LetterState::GivenUp, now)
    }

    fn restand(
        &self,
        letter_ids: &[String],
        may: &[LetterState],
        wanted: &'static str,
        state: LetterState,
        now: i64,
    ) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        let waits = state == LetterState::Waiting;
        let (due_at, answer) = if waits { (Some(now), "") } else { (None, "given up by staff") };
        bulk.atomically(|connection| {
            for letter_id in letter_ids {
                let sql = "select state from outbox where centre_id = ?1 and letter_id = ?2";
                let found: String =
                    connection.query_row(sql, params![centre, letter_id], |row| row.get(0))?;
                let fits = may.iter().any(|state| state.code() == found);
                let sql = "update outbox set state = ?3, due_at = ?4, attempts = 0, answer = ?5,
                        changed_at = ?6
                    where centre_id = ?1 and letter_id = ?2 and state = ?7";
                let values = params![centre, letter_id, state.code(), due_at, answer, now, found];
                if !fits || connection.execute(sql, values)? == 0 {
                    let id = letter_id.clone();
                    let refusal = Refusal::State { what: "letter", id, state: found, wanted };
                    return Err(StoreError::Refused(refusal));
                }
            }
            Ok(())
        })
    }

    /// Marks the letters of a night that were left as files for another mail program: no sender
    /// takes them up later.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn file_letters(&self, night: NaiveDate) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = "update outbox set state = 'filed', due_at = null
            where centre_id = ?1 and state = 'waiting' and attempts = 0
                and letter_id in (select letter_id from letter
                    where centre_id = ?1 and written_on = ?2 and kind = 'digest')";
        let written_on = day_number(night);
        bulk.atomically(|connection| connection.execute(sql, params![bulk.centre_id, written_on]))?;
        Ok(())
    }

    /// Puts a letter to staff, or one that asks for an address, into the outbox; `false` where it is
    /// there already.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn post_letter(&self, letter: &LetterRow) -> Result<bool, StoreError> {
        let bulk = Bulk::open(self)?;
        bulk.atomically(|connection| post(connection, bulk.centre_id, letter))
    }
}

/// Writes a letter and its place in the outbox; `false` where it is there already.
pub(super) fn post(
    connection: &Connection,
    centre: i64,
    letter: &LetterRow,
) -> Result<bool, StoreError> {
    let sql =
        "insert into letter (centre_id, letter_id, employer_id, written_on, recipient, subject,
            message, kind)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict (centre_id, letter_id) do nothing";
    let written = connection.execute(
        sql,
        params![
            centre,
            letter.letter_id,
            letter.employer_id,
            day_number(letter.written_on),
            letter.recipient,
            letter.subject,
            letter.message,
            letter.kind
        ],
    )?;
    if written == 0 {
        return Ok(false);
    }
    // Due at once: only the sender knows what time it is.
    let (state, due_at) = if letter.on_paper() {
        (LetterState::Printed, None)
    } else {
        (LetterState::Waiting, Some(0_i64))
    };
    let sql =
        "insert into outbox (centre_id, letter_id, state, due_at, attempts, changed_at, answer)
        values (?1, ?2, ?3, ?4, 0, 0, '')";
    connection.execute(sql, params![centre, letter.letter_id, state.code(), due_at])?;
    Ok(true)
}

fn listed(row: &Row<'_>) -> Result<OutboxRow, StoreError> {
    let state: String = row.get(6)?;
    let attempts: i64 = row.get(7)?;
    Ok(OutboxRow {
        letter_id: row.get(0)?,
        kind: row.get(1)?,
        employer_id: row.get(2)?,
        written_on: day(row.get(3)?)?,
        recipient: row.get(4)?,
        subject: row.get(5)?,
        state: LetterState::from_code(&state)
            .ok_or_else(|| super::row::unknown("outbox", "state", &state))?,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        due_at: row.get(8)?,
        changed_at: row.get(9)?,
        answer: row.get(10)?,
    })
}

/// The rhythm that a code of the database stands for.
pub(super) fn rhythm(code: &str) -> Result<Rhythm, StoreError> {
    Rhythm::from_code(code).ok_or_else(|| super::row::unknown("letter_choice", "rhythm", code))
}
