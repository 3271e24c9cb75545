//! Recipients that a server refuses with one and the same answer: ten of them are the server's, not ten mailboxes'.
//!
//! Start at [`Alike::pass`]. Refusals are held for a while, since nobody can say of the first whether nine more
//! follow. Ten alike in a row, with no recipient taken between them, end the run and cost no letter a try; ten among
//! others are refusals of their letters and held against no address.

use super::super::refusal::likeness;
use super::super::smtp::ServerFault;
use super::super::state::Ending;
use super::{Told, refused};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Refusals alike that are the server's.
pub(super) const ALIKE_MIN: usize = 10;

/// For how long and how many are held: well within a lease, and little memory.
const HELD_WITHIN: Duration = Duration::from_secs(300);
const HELD_MAX: usize = 1_024;

/// Refusals of recipients in a run.
#[derive(Default)]
pub(super) struct Alike {
    held: Vec<Told>,
    since: Option<Instant>,
    counts: BTreeMap<String, usize>,
    /// The last answers, while they were alike, and how many they were.
    row: (String, usize),
}

impl Alike {
    /// Takes an end, and gives those that can be written down now; and why the run ends, where it does.
    pub(super) fn pass(&mut self, told: Told) -> (Vec<Told>, Option<ServerFault>) {
        let answer = refused(&told.ending).to_owned();
        let taken = !told.refused_at_recipient
            && (matches!(told.ending, Ending::Sent(_)) || !answer.is_empty());
        if taken {
            self.row = (String::new(), 0);
        }
        if !told.refused_at_recipient && !matches!(told.ending, Ending::NoMailbox { .. }) {
            let mut ends = if self.is_due() { self.released() } else { Vec::new() };
            ends.push(told);
            return (ends, None);
        }
        let like = likeness(&answer);
        let in_a_row = match (taken, self.row.0 == like) {
            (true, _) => 0,
            (false, true) => self.row.1 + 1,
            (false, false) => 1,
        };
        self.row = (like.clone(), in_a_row);
        *self.counts.entry(like.clone()).or_default() += 1;
        self.since.get_or_insert_with(Instant::now);
        self.held.push(told);
        if in_a_row >= ALIKE_MIN {
            return (self.given_back(&like), Some(ServerFault::Recipients(answer)));
        }
        (if self.is_due() { self.released() } else { Vec::new() }, None)
    }

    /// What is held still, at the end of a run.
    pub(super) fn released(&mut self) -> Vec<Told> {
        self.since = None;
        let held = std::mem::take(&mut self.held);
        held.into_iter().map(|told| self.judged(told)).collect()
    }

    fn is_due(&self) -> bool {
        self.held.len() >= HELD_MAX
            || self.since.is_some_and(|since| since.elapsed() >= HELD_WITHIN)
    }

    /// Against the address only where few were answered so.
    fn judged(&self, told: Told) -> Told {
        let answer = refused(&told.ending);
        let many = self.counts.get(&likeness(answer)).is_some_and(|count| *count >= ALIKE_MIN);
        let ending = if many { Ending::Refused(answer.to_owned()) } else { told.ending };
        Told { ending, ..told }
    }

    /// All that is held, those alike with their try given back.
    fn given_back(&mut self, like: &str) -> Vec<Told> {
        self.since = None;
        let held = std::mem::take(&mut self.held);
        let back = |told: Told| {
            if likeness(refused(&told.ending)) == like {
                Told { ending: Ending::Untried, doubted: true, ..told }
            } else {
                self.judged(told)
            }
        };
        held.into_iter().map(back).collect()
    }
}
