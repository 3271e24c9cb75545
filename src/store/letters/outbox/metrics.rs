//! Delivery figures of letters by night or by recipient domain; and lifting of several blocks at once.

use super::super::contact_preferences;
use crate::alert::LetterState;
use crate::store::database::sql::params;
use crate::store::{BlockedAddress, Store, StoreError};
use crate::suspense::trail::TrailEntry;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The grouping of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedBy {
    /// By night.
    Run,
    /// By recipient domain; empty for paper.
    Domain,
}

/// The delivery figures of a run or domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterFigures {
    /// The night, or the domain.
    pub of: String,
    pub sent: u64,
    pub refused: u64,
    pub returned: u64,
    /// Blocked addresses: of the domain, or among the run's recipients.
    pub blocked: u64,
    /// Including claimed ones.
    pub waiting: u64,
    pub held: u64,
    pub given_up: u64,
    pub unknown: u64,
    /// On paper, or saved as a file.
    pub printed: u64,
}

/// A mail that joins several letters is not counted; its parts are.
const BY_RUN: &str = "select l.written_on, o.state, count(*) from outbox o
    join letter l on l.centre_id = o.centre_id and l.letter_id = o.letter_id
    where o.centre_id = ?1 and l.kind <> 'joint' group by l.written_on, o.state";

const BLOCKED_BY_RUN: &str = "select l.written_on, count(distinct b.address) from letter l
    join blocked_address b on b.centre_id = l.centre_id and b.address = lower(l.recipient)
    where l.centre_id = ?1 group by l.written_on";

const BY_RECIPIENT: &str = "select l.recipient, o.state, count(*) from outbox o
    join letter l on l.centre_id = o.centre_id and l.letter_id = o.letter_id
    where o.centre_id = ?1 and l.kind <> 'joint' group by l.recipient, o.state";

const BLOCKED: &str = "select address, 1 from blocked_address where centre_id = ?1";

/// Which blocks to lift; all given conditions must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unblock {
    /// The status code of the block, such as 5.4.1.
    pub status: Option<String>,
    pub domain: Option<String>,
    /// Only these, if any are given.
    pub addresses: Vec<String>,
}

impl Unblock {
    fn fits(&self, blocked: &BlockedAddress) -> bool {
        let named = |address: &String| address.eq_ignore_ascii_case(&blocked.address);
        self.status.as_ref().is_none_or(|status| *status == blocked.reason)
            && self
                .domain
                .as_ref()
                .is_none_or(|domain| domain_of(&blocked.address) == domain.to_lowercase())
            && (self.addresses.is_empty() || self.addresses.iter().any(named))
    }
}

impl LetterFigures {
    fn add(&mut self, state: &str, count: u64) {
        let place = match LetterState::from_code(state) {
            Some(LetterState::Sent) => &mut self.sent,
            Some(LetterState::Refused) => &mut self.refused,
            Some(LetterState::Returned) => &mut self.returned,
            Some(LetterState::Waiting | LetterState::Sending) => &mut self.waiting,
            Some(LetterState::GivenUp) => &mut self.given_up,
            Some(LetterState::Unknown) => &mut self.unknown,
            Some(LetterState::Printed | LetterState::Filed) => &mut self.printed,
            // A state outside the usual sequence.
            Some(LetterState::Held) | None => &mut self.held,
            Some(LetterState::Dropped) => return,
        };
        *place += count;
    }
}

impl Store {
    /// Delivery figures, ordered by group.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn letter_figures(&self, by: CountedBy) -> Result<Vec<LetterFigures>, StoreError> {
        let tx = self.reading()?;
        let key = params![tx.centre_id];
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        let ask = |sql| tx.connection.prepare_cached(sql);
        let (counted, blocked) = match by {
            CountedBy::Run => (
                ask(BY_RUN)?.query_all(key, |row| {
                    let (on, state, letters): (NaiveDate, String, i64) = row.read()?;
                    Ok((on.to_string(), state, letters))
                })?,
                ask(BLOCKED_BY_RUN)?.query_all(key, |row| {
                    let (on, addresses): (NaiveDate, i64) = row.read()?;
                    Ok((on.to_string(), addresses))
                })?,
            ),
            CountedBy::Domain => (
                ask(BY_RECIPIENT)?.query_all(key, |row| {
                    let (recipient, state, letters): (&str, String, i64) = row.read()?;
                    Ok((domain_of(recipient), state, letters))
                })?,
                ask(BLOCKED)?.query_all(key, |row| {
                    let (address, addresses): (&str, i64) = row.read()?;
                    Ok((domain_of(address), addresses))
                })?,
            ),
        };
        let mut figures: BTreeMap<String, LetterFigures> = BTreeMap::new();
        for (of, state, letters) in counted {
            figures.entry(of).or_default().add(&state, count(letters));
        }
        for (of, addresses) in blocked {
            figures.entry(of).or_default().blocked += count(addresses);
        }
        Ok(figures.into_iter().map(|(of, figures)| LetterFigures { of, ..figures }).collect())
    }

    /// Lifts the matching blocks, clears the failures of these addresses, and records it in the trail; gives
    /// them. With `only_look` nothing is changed.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn unblock(
        &self,
        which: &Unblock,
        only_look: bool,
        entry: impl FnOnce(&[BlockedAddress]) -> TrailEntry,
    ) -> Result<Vec<BlockedAddress>, StoreError> {
        self.write(|store| store.lift(which, only_look, entry))
    }

    fn lift(
        &self,
        which: &Unblock,
        only_look: bool,
        entry: impl FnOnce(&[BlockedAddress]) -> TrailEntry,
    ) -> Result<Vec<BlockedAddress>, StoreError> {
        let mut lifted = self.blocked_addresses(u32::MAX)?;
        lifted.retain(|blocked| which.fits(blocked));
        if only_look || lifted.is_empty() {
            return Ok(lifted);
        }
        let tx = self.writing()?;
        tx.atomically(|connection| {
            for blocked in &lifted {
                contact_preferences::unblock(connection, tx.centre_id, &blocked.address)?;
            }
            crate::store::trail::append(connection, tx.centre_id, &entry(&lifted)).map(drop)
        })?;
        Ok(lifted)
    }
}

fn domain_of(address: &str) -> String {
    address.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase()
}
