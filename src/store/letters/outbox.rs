//! The outbox: letters to be sent, the sender of each, and the result.
//!
//! Start at the [`Outbox`] of [`Store`]. A letter is claimed by a lease on its own row, by compare and set, so
//! that senders on many machines share one outbox and no letter has two senders. No lock of the centre is
//! needed: sending changes nothing that a night decides. Staff's view and changes are in [`standing`], reissued
//! letters in [`reissue`], bounces in [`came_back`], blocked addresses in [`blame`].

mod blame;
mod by_hand;
mod came_back;
mod facts;
mod held;
mod holding;
mod joining;
mod metrics;
mod reissue;
mod release;
mod standing;
mod text;

use crate::store::database::columns::{FromRow, RowReader};
use crate::store::posting::Recording;
pub use blame::SHARED;
use blame::{Charge, against};
pub use came_back::{CameBackOutcome, Dealt, KeptMessage};
pub use held::{HeldLetter, HeldNight};
pub use holding::{ToldTonight, Withheld};
pub use joining::Neighbour;
pub use metrics::{CountedBy, LetterFigures, Unblock};
pub use reissue::{Destination, Undeliverable};
pub use release::{Decided, HeldAct};
pub use standing::{OutboxFilter, OutboxRow};
pub use text::{OutgoingText, Routed};

use super::letter::{LetterRow, letters_listed};
use crate::alert::{
    LetterClaim, LetterStanding, LetterState, NoMailbox, Outbox, Outgoing, Settled, Tries, dated,
};
use crate::store::database::row::day_number;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::{Store, StoreError};
use std::collections::BTreeMap;

/// Claims letters that are due and unclaimed. Of two concurrent senders one waits for the other's commit and
/// finds the letters claimed: it gets fewer than it asked for, or none.
const TAKE: &str = "
    update outbox set state = 'sending', holder = ?3, lease_until = ?4, changed_at = ?2,
        handed_at = coalesce(handed_at, ?2)
    where centre_id = ?1 and due_at <= ?2 and (lease_until is null or lease_until <= ?2)
        and letter_id in (select o.letter_id from outbox o
            where o.centre_id = ?1 and o.due_at <= ?2 and o.channel is null
                and (o.lease_until is null or o.lease_until <= ?2)
            order by o.due_at, o.letter_id limit ?5)
    returning letter_id, due_at, handed_at, attempts, unconfirmed, put_off, put_off_since";

/// The same for mail to staff and for letters that ask for confirmation of an address: they may be sent at any
/// hour.
const TAKE_STAFF: &str = "
    update outbox set state = 'sending', holder = ?3, lease_until = ?4, changed_at = ?2,
        handed_at = coalesce(handed_at, ?2)
    where centre_id = ?1 and due_at <= ?2 and (lease_until is null or lease_until <= ?2)
        and letter_id in (select o.letter_id from outbox o
            join letter l on l.centre_id = o.centre_id and l.letter_id = o.letter_id
            where o.centre_id = ?1 and o.due_at <= ?2 and o.channel is null
            and l.kind not in ('digest', 'arrears', 'joint')
                and (o.lease_until is null or o.lease_until <= ?2)
            order by o.due_at, o.letter_id limit ?5)
    returning letter_id, due_at, handed_at, attempts, unconfirmed, put_off, put_off_since";

const DUE_STAFF: &str = "select 1 from outbox o
    join letter l on l.centre_id = o.centre_id and l.letter_id = o.letter_id
    where o.centre_id = ?1 and o.due_at <= ?2 and o.channel is null
            and l.kind not in ('digest', 'arrears', 'joint')
        and (o.lease_until is null or o.lease_until <= ?2)
    limit 1";

/// Whether any other letter is due, after another sender claimed those that were selected.
const DUE: &str = "select 1 from outbox
    where centre_id = ?1 and due_at <= ?2 and (lease_until is null or lease_until <= ?2)
        and channel is null
    order by due_at, letter_id limit 1";

/// Settles a list of letters; only the holder of a claim may. An undeliverable letter to an employer is marked
/// for reissue.
const SETTLE: &str = "
    update outbox set state = v.column2, due_at = v.column3, attempts = v.column4,
        unconfirmed = v.column5, answer = v.column6, changed_at = v.column7, holder = null,
        put_off = v.column9, put_off_since = v.column10, lease_until = null,
        handed_at = case when v.column4 = 0 then null else outbox.handed_at end,
        anew = case when v.column2 in ('refused', 'given-up') and exists
            (select 1 from letter l where l.centre_id = ?1 and l.letter_id = v.column1
                and l.kind in ('digest', 'arrears')) then 1 else 0 end
    from (values …) v
    where outbox.centre_id = ?1 and outbox.letter_id = v.column1 and outbox.holder = v.column8";

/// Inserts letters.
const LETTERS: &str = "
    insert into letter (centre_id, letter_id, employer_id, written_on, recipient, subject, message, kind, number)
    select ?1, v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8
    from (values …) v";

/// Inserts their outbox rows.
const PLACES: &str = "
    insert into outbox (centre_id, letter_id, state, due_at, attempts, changed_at, answer)
    select ?1, v.column1, v.column2, v.column3, 0, 0, '' from (values …) v";

/// Letters whose address was blocked, or whose employer opted out, since they were written.
const UNWANTED: &str = "
    update outbox set state = 'given-up', due_at = null, answer = ?3, changed_at = ?2, anew = ?4
    where centre_id = ?1 and due_at <= ?2 and (lease_until is null or lease_until <= ?2)
        and channel is null and letter_id in (select l.letter_id from letter l
            where l.centre_id = ?1 and l.letter_id = outbox.letter_id and l.kind in ('digest', 'arrears') and ";

const BLOCKED: &str = "exists (select 1 from blocked_address b
    where b.centre_id = ?1 and b.address = lower(l.recipient)))";

const DECLINED: &str = "exists (select 1 from letter_choice c
    where c.centre_id = ?1 and c.employer_id = l.employer_id and c.rhythm = 'none'))";

impl Outbox for Store {
    type Error = StoreError;

    fn withdraw(&self, now: i64) -> Result<(), StoreError> {
        let tx = self.writing()?;
        tx.atomically(|connection| {
            for (unwanted, why, anew) in [
                (BLOCKED, "letters to this address come back", true),
                (DECLINED, "the employer wants no letters", false),
            ] {
                let sql = format!("{UNWANTED}{unwanted}");
                connection.execute(&sql, params![tx.centre_id, now, why, anew])?;
            }
            joining::mirror(connection, tx.centre_id)
        })
    }

    fn claim(&self, claim: &LetterClaim) -> Result<Vec<Outgoing>, StoreError> {
        self.take(claim, (TAKE, DUE))
    }

    fn settle(&self, holder: &str, now: i64, settled: &[Settled]) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            tx.change(SETTLE, settled, |row, one| {
                let LetterStanding { state, due_at, tries, answer } = &one.standing;
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
                if let Some(NoMailbox { status, at_once }) = no_mailbox {
                    let (at_once, said) = (*at_once, &standing.answer);
                    let on = now.div_euclid(DAY_SECONDS);
                    let charge = Charge { letter_id, at_once, status, said, on };
                    against(connection, centre, &charge)?;
                }
            }
            joining::mirror(connection, centre)
        })
    }
}

/// The outbox outside the hours for mail to employers.
#[derive(Debug)]
pub struct MailToStaff<'s>(&'s Store);

impl Outbox for MailToStaff<'_> {
    type Error = StoreError;

    fn withdraw(&self, now: i64) -> Result<(), StoreError> {
        Outbox::withdraw(self.0, now)
    }

    fn claim(&self, claim: &LetterClaim) -> Result<Vec<Outgoing>, StoreError> {
        self.0.take(claim, (TAKE_STAFF, DUE_STAFF))
    }

    fn settle(&self, holder: &str, now: i64, settled: &[Settled]) -> Result<(), StoreError> {
        self.0.settle(holder, now, settled)
    }
}

impl Store {
    /// The part of the outbox that may be sent at any hour: mail to staff.
    #[must_use]
    pub const fn mail_to_staff(&self) -> MailToStaff<'_> {
        MailToStaff(self)
    }

    /// How many letters to employers are due.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn due_letters(&self, now: i64) -> Result<u64, StoreError> {
        let tx = self.reading()?;
        let sql = "select count(*) from outbox o
            join letter l on l.centre_id = o.centre_id and l.letter_id = o.letter_id
            where o.centre_id = ?1 and o.due_at <= ?2 and o.channel is null
                and l.kind in ('digest', 'arrears', 'joint')";
        tx.connection.fetch_one(sql, params![tx.centre_id, now])
    }

    fn take(
        &self,
        claim: &LetterClaim,
        (take, due): (&str, &str),
    ) -> Result<Vec<Outgoing>, StoreError> {
        let tx = self.writing()?;
        let (centre, now) = (tx.centre_id, claim.now);
        let count = i64::try_from(claim.letters_max).unwrap_or(i64::MAX);
        let values = params![centre, now, claim.holder, claim.lease_until, count];
        loop {
            let taken = tx.atomically(|connection| {
                let mut take = connection.prepare_cached(take)?;
                let mut taken: Vec<(i64, Taken)> = take.query_all(values, |row| {
                    let (letter_id, due_at, handed_at, tries) = row.read()?;
                    Ok((due_at, Taken { letter_id, tries, handed_at }))
                })?;
                // The letter that has been due longest goes first; `returning` gives no order.
                taken.sort_by(|(due, one), (later, other)| {
                    (due, &one.letter_id).cmp(&(later, &other.letter_id))
                });
                let taken: Vec<Taken> = taken.into_iter().map(|(_, taken)| taken).collect();
                messages(&tx, &taken)
            })?;
            // Another sender claimed those; there may be others.
            let more = || tx.connection.prepare_cached(due)?.exists(params![centre, now]);
            if !taken.is_empty() || !more()? {
                return Ok(taken);
            }
        }
    }
}

const DAY_SECONDS: i64 = 86_400;

/// A claimed letter.
struct Taken {
    letter_id: String,
    tries: Tries,
    /// When it was first claimed: a server may have it from then on.
    handed_at: i64,
}

/// The attempts of a letter, from four columns. The message is dated by the first attempt, so that every retry
/// sends the same.
impl<'r> FromRow<'r> for Tries {
    fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError> {
        let (attempts, unconfirmed, put_off, put_off_since): (Option<_>, Option<_>, Option<_>, _) =
            at.next()?;
        Ok(Self {
            attempts: attempts.unwrap_or_default(),
            unconfirmed: unconfirmed.unwrap_or_default(),
            put_off: put_off.unwrap_or_default(),
            put_off_since,
        })
    }
}

fn messages(tx: &Tx, taken: &[Taken]) -> Result<Vec<Outgoing>, StoreError> {
    let listed = letters_listed(&tx.connection);
    let sql = format!("select l.letter_id, l.recipient, l.message, l.employer_id from {listed}");
    let places: BTreeMap<&str, (usize, Tries, i64)> = (0..)
        .zip(taken)
        .map(|(place, one)| (one.letter_id.as_str(), (place, one.tries, one.handed_at)))
        .collect();
    let known = |letter_id: &str| places.get(letter_id).copied().unwrap_or_default();
    let mut letters = Vec::with_capacity(taken.len());
    tx.ask(
        &sql,
        taken,
        |row, taken| row.bind(&taken.letter_id),
        |row| {
            let (letter_id, recipient, message, employer_id): (String, _, &str, _) = row.read()?;
            let (_, tries, handed_at) = known(&letter_id);
            let message = dated(message, handed_at).into_bytes();
            letters.push(Outgoing { tries, letter_id, employer_id, recipient, message });
            Ok(())
        },
    )?;
    letters.sort_by_key(|letter| known(&letter.letter_id).0);
    Ok(letters)
}

impl Store {
    /// Adds letters to staff, or confirmation requests, to the outbox, all or none. Existing ones stay
    /// unchanged.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn post_letters(&self, letters: &[LetterRow]) -> Result<(), StoreError> {
        let tx = self.writing()?;
        tx.atomically(|_| post(&tx, letters).map(drop))
    }
}

/// A dropped letter that is written again, word for word, becomes active again, and its reasons to be held are
/// deleted.
const FORGOTTEN: [&str; 4] = [
    "delete from held_mark where centre_id = ?1 and letter_id = ?2",
    "delete from held_letter where centre_id = ?1 and letter_id = ?2",
    "delete from outbox where centre_id = ?1 and letter_id = ?2",
    "delete from letter where centre_id = ?1 and letter_id = ?2",
];

/// Inserts letters and their outbox rows; gives the new ones.
pub(in crate::store) fn post<'l>(
    tx: &Tx,
    letters: &'l [LetterRow],
) -> Result<Vec<&'l LetterRow>, StoreError> {
    let listed = letters_listed(&tx.connection);
    let sql = format!(
        "select l.letter_id, o.state from {listed}
         left join outbox o on o.centre_id = l.centre_id and o.letter_id = l.letter_id"
    );
    let mut dropped: Vec<String> = Vec::new();
    // A letter written twice is the same letter.
    let mut fresh: BTreeMap<&str, &LetterRow> =
        letters.iter().map(|letter| (letter.letter_id.as_str(), letter)).collect();
    tx.ask(
        &sql,
        letters,
        |row, letter| row.bind(&letter.letter_id),
        |row| {
            let (letter_id, state): (&str, Option<&str>) = row.read()?;
            match state {
                Some("dropped") => dropped.push(letter_id.to_owned()),
                Some(_) | None => drop(fresh.remove(letter_id)),
            }
            Ok(())
        },
    )?;
    for letter_id in &dropped {
        for sql in FORGOTTEN {
            tx.connection.prepare_cached(sql)?.execute(params![tx.centre_id, letter_id])?;
        }
    }
    let fresh: Vec<&LetterRow> = fresh.into_values().collect();
    tx.change(LETTERS, &fresh, |row, letter| {
        row.bind(&letter.letter_id)?;
        row.bind(&letter.employer_id)?;
        row.bind(day_number(letter.written_on))?;
        row.bind(&letter.recipient)?;
        row.bind(&letter.subject)?;
        row.bind(&letter.message)?;
        row.bind(&letter.kind)?;
        row.bind(Some(letter.number.as_str()).filter(|number| !number.is_empty()))
    })?;
    tx.change(PLACES, &fresh, |row, letter| {
        // Due at once: only the sender knows the time.
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

impl Recording {
    /// Adds letters to the outbox; existing ones stay unchanged.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn post(&mut self, letters: &[LetterRow]) -> Result<(), StoreError> {
        for letter in post(&self.tx, letters)? {
            if letter.on_paper() {
                self.totals.printed += 1;
            } else {
                self.totals.letters += 1;
            }
            self.posted.push(letter.letter_id.clone());
        }
        Ok(())
    }
}
