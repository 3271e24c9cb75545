//! The outbox: which letters are to be sent, in whose hands each is, and how it ended.
//!
//! Start at the [`Outbox`] of [`Store`]. A letter is claimed by a lease on its own row, by compare and
//! set, so that senders on many machines share one outbox and no letter is ever in two hands. No
//! centre's lock is needed: sending changes nothing that a night decides. What staff see and change is in
//! [`standing`], what becomes of letters that did not arrive in [`anew`].

mod anew;
mod figures;
mod standing;
mod text;

pub use anew::{Bounced, Stray, Whereto};
pub use figures::{CountedBy, LetterFigures, Unblock};
pub(super) use standing::state;
pub use standing::{OutboxFilter, OutboxRow};
pub use text::{OutgoingText, Routed};

use super::bulk::Bulk;
use super::letters::{LetterRow, letters_listed};
use super::row::day_number;
use super::sql::params;
use super::{Store, StoreError};
use crate::alert::{Claim, LetterState, Outbox, Outgoing, Settled, Standing, Tries};
use std::collections::BTreeMap;

/// Takes letters that are due and in nobody's hands. Of two senders at once one waits for the other's
/// commit and finds the letter taken: it gets fewer than it asked for, or none.
const TAKE: &str = "
    update outbox set state = 'sending', holder = ?3, lease_until = ?4, changed_at = ?2
    where centre_id = ?1 and due_at <= ?2 and (lease_until is null or lease_until <= ?2)
        and letter_id in (select o.letter_id from outbox o
            where o.centre_id = ?1 and o.due_at <= ?2 and o.channel is null
                and (o.lease_until is null or o.lease_until <= ?2)
            order by o.due_at, o.letter_id limit ?5)
    returning letter_id, attempts, unconfirmed, due_at, put_off, put_off_since";

/// Whether any is due, whoever was quicker with those that were looked at.
const DUE: &str = "select 1 from outbox
    where centre_id = ?1 and due_at <= ?2 and (lease_until is null or lease_until <= ?2)
        and channel is null
    order by due_at, letter_id limit 1";

/// Over a list of letters; only who holds a letter says where it stands. One to an
/// employer that will not arrive is to be written anew.
const SETTLE: &str = "
    update outbox set state = v.column2, due_at = v.column3, attempts = v.column4,
        unconfirmed = v.column5, answer = v.column6, changed_at = v.column7, holder = null,
        put_off = v.column9, put_off_since = v.column10, lease_until = null, anew = case when v.column2 in ('refused', 'given-up') and exists
            (select 1 from letter l where l.centre_id = ?1 and l.letter_id = v.column1
                and l.kind in ('digest', 'arrears')) then 1 else 0 end
    from (values …) v
    where outbox.centre_id = ?1 and outbox.letter_id = v.column1 and outbox.holder = v.column8";

/// New letters.
const LETTERS: &str = "
    insert into letter (centre_id, letter_id, employer_id, written_on, recipient, subject, message, kind)
    select ?1, v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7
    from (values …) v";

/// Their places in the outbox.
const PLACES: &str = "
    insert into outbox (centre_id, letter_id, state, due_at, attempts, changed_at, answer)
    select ?1, v.column1, v.column2, v.column3, 0, 0, '' from (values …) v";

/// Letters whose address was blocked, or whose employer wants no more, since they were written.
const UNWANTED: &str = "
    update outbox set state = 'given-up', due_at = null, answer = ?3, changed_at = ?2, anew = ?4
    where centre_id = ?1 and due_at <= ?2 and (lease_until is null or lease_until <= ?2)
        and channel is null and letter_id in (select l.letter_id from letter l
            where l.centre_id = ?1 and l.letter_id = outbox.letter_id and l.kind in ('digest', 'arrears') and ";

const BLOCKED: &str = "exists (select 1 from blocked_address b
    where b.centre_id = ?1 and b.address = lower(l.recipient)))";

const DECLINED: &str = "exists (select 1 from letter_choice c
    where c.centre_id = ?1 and c.employer_id = l.employer_id and c.rhythm = 'none'))";

/// Blocks the address that a letter went to.
const BLOCK: &str = "
    insert into blocked_address (centre_id, address, reason, detail, since_on, employer_id)
    select l.centre_id, lower(l.recipient), cast(?3 as text), cast(?4 as text), cast(?5 as integer),
        l.employer_id
    from letter l where l.centre_id = ?1 and l.letter_id = ?2
    on conflict (centre_id, address) do nothing";

impl Outbox for Store {
    type Error = StoreError;

    fn withdraw(&self, now: i64) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        bulk.atomically(|connection| {
            for (unwanted, why, anew) in [
                (BLOCKED, "letters to this address come back", true),
                (DECLINED, "the employer wants no letters", false),
            ] {
                let sql = format!("{UNWANTED}{unwanted}");
                connection.execute(&sql, params![bulk.centre_id, now, why, anew])?;
            }
            Ok(())
        })
    }

    fn claim(&self, claim: &Claim) -> Result<Vec<Outgoing>, StoreError> {
        let bulk = Bulk::open(self)?;
        let (centre, now) = (bulk.centre_id, claim.now);
        let count = i64::try_from(claim.letters_max).unwrap_or(i64::MAX);
        let values = params![centre, now, claim.holder, claim.lease_until, count];
        loop {
            let taken = bulk.atomically(|connection| {
                let mut take = connection.prepare_cached(TAKE)?;
                let mut taken = take.query_all(values, |row| {
                    let number = |column| {
                        row.get::<i64>(column).map(|found| u32::try_from(found).unwrap_or(u32::MAX))
                    };
                    let tries = Tries {
                        attempts: number(1)?,
                        unconfirmed: number(2)?,
                        put_off: row
                            .get::<Option<i64>>(4)?
                            .map_or(0, |found| u32::try_from(found).unwrap_or(u32::MAX)),
                        put_off_since: row.get(5)?,
                    };
                    Ok((row.get::<i64>(3)?, row.get::<String>(0)?, tries))
                })?;
                // What is due longest goes first; an answer says nothing of its order.
                taken.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
                let taken: Vec<_> = taken.into_iter().map(|(_, id, tries)| (id, tries)).collect();
                messages(&bulk, &taken)
            })?;
            // Whoever was quicker has those; there may be others.
            let more = || bulk.connection.prepare_cached(DUE)?.exists(params![centre, now]);
            if !taken.is_empty() || !more()? {
                return Ok(taken);
            }
        }
    }

    fn settle(&self, holder: &str, now: i64, settled: &[Settled]) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        bulk.atomically(|connection| {
            bulk.change(SETTLE, 10, settled, |row, one| {
                let Standing { state, due_at, tries, answer } = &one.standing;
                row.bind(&one.letter_id)?;
                row.bind(state.code())?;
                row.bind(*due_at)?;
                row.bind(tries.attempts)?;
                row.bind(tries.unconfirmed)?;
                row.bind(answer)?;
                row.bind(now)?;
                row.bind(holder)?;
                row.bind(tries.put_off)?;
                row.bind(tries.put_off_since)
            })?;
            for Settled { letter_id, standing, no_mailbox } in settled {
                if let Some(status) = no_mailbox {
                    let on = now.div_euclid(DAY_SECONDS);
                    let values = params![centre, letter_id, status, standing.answer, on];
                    connection.execute(BLOCK, values)?;
                }
            }
            Ok(())
        })
    }
}

const DAY_SECONDS: i64 = 86_400;

/// The letters that were taken, with what is to be sent.
fn messages(bulk: &Bulk, taken: &[(String, Tries)]) -> Result<Vec<Outgoing>, StoreError> {
    let listed = letters_listed(&bulk.connection);
    let sql = format!("select l.letter_id, l.recipient, l.message, l.employer_id from {listed}");
    let places: BTreeMap<&str, (usize, Tries)> =
        (0..).zip(taken).map(|(place, (id, tries))| (id.as_str(), (place, *tries))).collect();
    let known = |letter_id: &str| places.get(letter_id).copied().unwrap_or_default();
    let mut letters = Vec::with_capacity(taken.len());
    bulk.ask(
        &sql,
        1,
        taken,
        |row, (letter_id, _)| row.bind(letter_id),
        |row| {
            let letter_id: String = row.get(0)?;
            letters.push(Outgoing {
                tries: known(&letter_id).1,
                letter_id,
                employer_id: row.get(3)?,
                recipient: row.get(1)?,
                message: row.get::<String>(2)?.into_bytes(),
            });
            Ok(())
        },
    )?;
    letters.sort_by_key(|letter| known(&letter.letter_id).0);
    Ok(letters)
}

impl Store {
    /// Puts letters into the outbox, all or none: to staff, or one that asks for an address. Those that are
    /// there already stay as they are.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn post_letters(&self, letters: &[LetterRow]) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        bulk.atomically(|_| post(&bulk, letters).map(drop))
    }
}

/// Writes letters and their places in the outbox; gives those that were not there yet.
pub(super) fn post<'l>(
    bulk: &Bulk,
    letters: &'l [LetterRow],
) -> Result<Vec<&'l LetterRow>, StoreError> {
    let listed = letters_listed(&bulk.connection);
    let sql = format!("select l.letter_id from {listed}");
    // One that is written twice is the same letter.
    let mut fresh: BTreeMap<&str, &LetterRow> =
        letters.iter().map(|letter| (letter.letter_id.as_str(), letter)).collect();
    bulk.ask(
        &sql,
        1,
        letters,
        |row, letter| row.bind(&letter.letter_id),
        |row| {
            fresh.remove(row.text(0)?);
            Ok(())
        },
    )?;
    let fresh: Vec<&LetterRow> = fresh.into_values().collect();
    bulk.change(LETTERS, 7, &fresh, |row, letter| {
        row.bind(&letter.letter_id)?;
        row.bind(&letter.employer_id)?;
        row.bind(day_number(letter.written_on))?;
        row.bind(&letter.recipient)?;
        row.bind(&letter.subject)?;
        row.bind(&letter.message)?;
        row.bind(&letter.kind)
    })?;
    bulk.change(PLACES, 3, &fresh, |row, letter| {
        // Due at once: only the sender knows what time it is.
        let (state, due_at) = if letter.on_paper() {
            (LetterState::Printed, None)
        } else {
            (LetterState::Waiting, Some(0_i64))
        };
        row.bind(&letter.letter_id)?;
        row.bind(state.code())?;
        row.bind(due_at)
    })?;
    Ok(fresh)
}
