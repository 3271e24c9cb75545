//! Returned mail: matched with its letter, and kept if a person must see it.
//!
//! Start at [`Store::take_came_back`]. A delivery failure report that names one of our letters marks it as
//! returned; [`blame`](super::blame) records the failure of the address. Everything unreadable, every answer
//! and every complaint is kept until a person has dealt with it.

use super::blame::{Blamed, Charge, SHARED, against, block};
use crate::alert::bounce::{CameBack, Failure, Kind, LetterName, compared};
use crate::alert::refusal::Verdict;
use crate::store::database::columns::columns;
use crate::store::database::row::day_number;
use crate::store::database::sql::{Connection, params};
use crate::store::error::{StateRefusal, StoreRefusal};
use crate::store::{Store, StoreError};
use crate::suspense::EntityKind;
use crate::suspense::trail::{TrailEntry, TrailEvent};
use chrono::NaiveDate;

/// The result of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CameBackOutcome {
    /// Our letter that it concerns, and its employer; empty if unknown.
    pub letter_id: String,
    pub employer_id: String,
    /// The address the letter was sent to.
    pub recipient: String,
    /// The letter is newly marked as returned.
    pub returned: bool,
    /// Its address is now blocked.
    pub blocked: bool,
    /// Several employers share the address: a person must decide.
    pub shared: bool,
    /// It is kept for a person.
    pub kept: bool,
}

/// A kept message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMessage {
    pub message_id: String,
    pub kind: String,
    pub letter_id: String,
    pub employer_id: String,
    pub employer_name: String,
    pub sender: String,
    pub subject: String,
    pub body: String,
    pub noted_on: NaiveDate,
    pub waits: bool,
}

columns! { impl KeptMessage of "m" {
    message_id, kind, letter_id, employer_id, employer_name = "coalesce(e.name, '')", sender, subject, body,
    noted_on, waits,
} }

/// How a person dealt with a kept message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dealt {
    /// It is done; a shared address stays in use.
    Done,
    /// The shared address is blocked.
    Block,
}

/// A letter named by a message.
struct Named {
    letter_id: String,
    recipient: String,
    employer_id: String,
    written_on: i64,
}

columns! { impl Named { letter_id, recipient = "lower(recipient)", employer_id, written_on } }

const BY_NUMBER: &str = "from letter where centre_id = ?1 and letter_id = ?2";

/// Keys are in byte order, so those with a common prefix are adjacent.
const BY_BEGINNING: &str = "from letter
    where centre_id = ?1 and letter_id >= ?2 and letter_id < ?3 order by letter_id limit 2";

const RETURNED: &str = "
    update outbox set state = 'returned', due_at = null, answer = ?3, changed_at = ?4, holder = null,
        lease_until = null, anew = case when exists (select 1 from letter l
            where l.centre_id = ?1 and l.letter_id = ?2 and l.kind in ('digest', 'arrears')) then 1 else 0 end
    where centre_id = ?1 and letter_id = ?2 and state in ('waiting', 'sending', 'sent', 'unknown')";

const KEEP: &str = "
    insert into came_back (centre_id, message_id, kind, letter_id, employer_id, sender, subject, body,
        noted_on, waits)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    on conflict (centre_id, message_id) do nothing";

const KEPT: &str = "from came_back m
    left join employer e on e.centre_id = m.centre_id and e.employer_id = m.employer_id
    where m.centre_id = ?1";

const DEALT: &str = "
    update came_back set waits = 0, noted_on = case when kind = 'shared' then ?3 else noted_on end
    where centre_id = ?1 and message_id = ?2 and waits = 1";

impl Store {
    /// Processes a returned message. A delivery failure report that names one of our letters marks it as
    /// returned; a message read before does nothing. `blocked` makes the trail entry if an address is blocked,
    /// from the address and the code.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn take_came_back(
        &self,
        message: &CameBack,
        today: NaiveDate,
        now: i64,
        blocked: &dyn Fn(&str, &str) -> TrailEntry,
    ) -> Result<CameBackOutcome, StoreError> {
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            let named = named(connection, centre, message)?;
            let mut taken = CameBackOutcome::default();
            if let Some(letter) = &named {
                taken.letter_id.clone_from(&letter.letter_id);
                taken.employer_id.clone_from(&letter.employer_id);
                taken.recipient.clone_from(&letter.recipient);
                if message.kind == Kind::Failure {
                    let on = day_of(message, letter, today);
                    failed(connection, centre, message, letter, (on, now), blocked, &mut taken)?;
                }
            }
            if let Some((kind, waits)) = kept_as(message.kind, named.is_some()) {
                let values = params![
                    centre,
                    message.digest,
                    kind,
                    taken.letter_id,
                    taken.employer_id,
                    message.from,
                    message.subject,
                    message.text,
                    day_number(today),
                    i64::from(waits)
                ];
                taken.kept = connection.execute(KEEP, values)? > 0 && waits;
            }
            Ok(taken)
        })
    }

    /// Kept messages, the latest first: the waiting ones, or all; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn kept_messages(&self, all: bool, limit: u32) -> Result<Vec<KeptMessage>, StoreError> {
        let tx = self.reading()?;
        let waiting = if all { "" } else { " and m.waits = 1" };
        let sql = format!("{KEPT}{waiting} order by m.noted_on desc, m.message_id limit ?2");
        let values = params![tx.centre_id, limit];
        tx.connection.select_all(&sql, values)
    }

    /// Records how kept messages were dealt with, each given by its number or a prefix: all of them, or none.
    /// `entry` makes the trail entry: the event, its subject, and the detail.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if one does not exist, is ambiguous, or has no shared address to block.
    pub fn deal_with(
        &self,
        message_ids: &[String],
        dealt: Dealt,
        on: NaiveDate,
        entry: &dyn Fn(TrailEvent, &str, &str) -> TrailEntry,
    ) -> Result<Vec<KeptMessage>, StoreError> {
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            let mut done = Vec::with_capacity(message_ids.len());
            for wanted in message_ids {
                let message = waiting(connection, centre, wanted)?;
                let shared = message.kind == SHARED;
                if dealt == Dealt::Block && !shared {
                    let refusal = StateRefusal::MessageOfNoSharedAddress {
                        message_id: message.message_id,
                        kind: message.kind,
                    };
                    return Err(StoreError::Refused(StoreRefusal::State(refusal)));
                }
                let values = params![centre, message.message_id, day_number(on)];
                connection.execute(DEALT, values)?;
                let (event, subject, what) = match (dealt, shared) {
                    (Dealt::Block, _) => {
                        (TrailEvent::AddressBlocked, &message.sender, &message.subject)
                    }
                    (Dealt::Done, true) => {
                        (TrailEvent::AddressKept, &message.sender, &message.subject)
                    }
                    (Dealt::Done, false) => {
                        (TrailEvent::MailDealtWith, &message.message_id, &message.kind)
                    }
                };
                if dealt == Dealt::Block {
                    let said = (message.subject.as_str(), message.body.as_str());
                    // It belongs to no single employer.
                    block(connection, centre, &message.sender, said, day_number(on), "")?;
                }
                let entry = entry(event, subject, what);
                crate::store::trail::append(connection, centre, &entry)?;
                done.push(message);
            }
            Ok(done)
        })
    }
}

/// The letter a message concerns: of those it names, one whose address failed takes precedence.
fn named(
    connection: &Connection,
    centre: i64,
    message: &CameBack,
) -> Result<Option<Named>, StoreError> {
    let mut found: Vec<Named> = Vec::new();
    for name in &message.names {
        let mut letters = match name {
            LetterName::Whole(id) => connection.select_all(BY_NUMBER, params![centre, id])?,
            LetterName::Beginning(start) => {
                let values = params![centre, start, format!("{start}g")];
                connection.select_all(BY_BEGINNING, values)?
            }
        };
        if letters.len() == 1 {
            found.append(&mut letters);
        }
    }
    let failed = |letter: &Named| message.failures.iter().any(|one| concerns(one, letter));
    let place = found.iter().position(failed).unwrap_or(0);
    Ok((place < found.len()).then(|| found.swap_remove(place)))
}

/// Whether a failure concerns the address of a letter.
fn concerns(failure: &Failure, letter: &Named) -> bool {
    failure.addresses.contains(&compared(&letter.recipient))
}

/// The day of a report: its own date, if that is plausible.
fn day_of(message: &CameBack, letter: &Named, today: NaiveDate) -> i64 {
    let (today, first) = (day_number(today), letter.written_on);
    message.dated_on.map_or(today, day_number).min(today).max(first.min(today))
}

/// Processes a failure report for one of our letters.
fn failed(
    connection: &Connection,
    centre: i64,
    message: &CameBack,
    letter: &Named,
    (on, now): (i64, i64),
    blocked: &dyn Fn(&str, &str) -> TrailEntry,
    taken: &mut CameBackOutcome,
) -> Result<(), StoreError> {
    let own = message.failures.iter().find(|one| concerns(one, letter));
    // Another recipient's copy failed, and this one is being delivered.
    if own.is_none() && message.not_failed.contains(&compared(&letter.recipient)) {
        return Ok(());
    }
    let Some(failure) = own.or_else(|| message.failures.first()) else { return Ok(()) };
    let answer = format!("{} {}", failure.status, failure.diagnosis);
    let letter_id = &letter.letter_id;
    let values = params![centre, letter_id, answer.trim(), now];
    taken.returned = connection.execute(RETURNED, values)? > 0;
    let alone = own.is_some_and(|one| one.addresses.len() == 1);
    if !taken.returned || !alone || failure.verdict == Verdict::NotTheAddress {
        return Ok(());
    }
    let charge = Charge {
        letter_id,
        at_once: failure.verdict == Verdict::Gone,
        status: &failure.status,
        said: &failure.diagnosis,
        on,
    };
    match against(connection, centre, &charge)? {
        Blamed::Noted => {}
        Blamed::Waits => taken.shared = true,
        Blamed::Blocked => {
            taken.blocked = true;
            let entry = blocked(&letter.recipient, &failure.status);
            crate::store::trail::append(connection, centre, &entry)?;
        }
    }
    Ok(())
}

/// The kind under which a message is kept, and whether it waits for a person; `None` if there is nothing to
/// see.
const fn kept_as(kind: Kind, tied: bool) -> Option<(&'static str, bool)> {
    match (kind, tied) {
        (Kind::Failure, true) | (Kind::Delay | Kind::Relay | Kind::Own, _) => None,
        (Kind::Reply, false) => Some((Kind::Other.code(), true)),
        (Kind::Automatic, _) => Some((Kind::Automatic.code(), false)),
        (Kind::Failure, false)
        | (Kind::Complaint | Kind::Moved | Kind::Other, _)
        | (Kind::Reply, true) => Some((kind.code(), true)),
    }
}

/// The one waiting message that is meant.
fn waiting(connection: &Connection, centre: i64, wanted: &str) -> Result<KeptMessage, StoreError> {
    let sql = format!(
        "{KEPT} and m.waits = 1 and m.message_id >= ?2 and m.message_id < ?3 order by m.message_id limit 2"
    );
    let values = params![centre, wanted, format!("{wanted}g")];
    let mut found = connection.select_all(&sql, values)?;
    match (found.len(), found.pop()) {
        (1, Some(message)) if !wanted.is_empty() => Ok(message),
        _ => {
            let refusal =
                StoreRefusal::NoSuch { what: EntityKind::WaitingMessage, id: wanted.to_owned() };
            Err(StoreError::Refused(refusal))
        }
    }
}
