//! Recipients that a server refuses with one and the same answer: ten of them are the server's, not ten mailboxes'.
//!
//! Start at [`Alike::sort`]. Refusals are held for a while, since nobody can say of the first whether nine more
//! follow. Ten alike in a row, with no recipient taken between them, end the run and cost no letter a try; ten among
//! others are refusals of their letters and held against no address.

use super::super::refusal::likeness;
use super::super::smtp::ServerFault;
use super::super::state::Ending;
use super::{Delivered, Told, WorkerPool, judged, refused};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// Refusals alike that are the server's.
const ALIKE_MIN: usize = 10;

/// For how long and how many are held: well within a lease, and little memory.
const HELD_WITHIN: Duration = Duration::from_secs(300);
const HELD_MAX: usize = 1_024;

/// Refusals of recipients in a run.
#[derive(Default)]
pub(super) struct Alike {
    /// Refused before the server had taken any.
    doubted: Vec<Told>,
    held: Vec<Told>,
    since: Option<Instant>,
    counts: BTreeMap<String, usize>,
    /// The last answers, while they were alike, and how many they were.
    row: (String, usize),
}

impl Alike {
    /// Takes ends, and gives those that can be written down now.
    pub(super) fn sort(
        &mut self,
        mut sure: Vec<Told>,
        team: &WorkerPool,
        delivered: &mut Delivered,
    ) -> Vec<Told> {
        let (mut ends, mut fault) = (Vec::new(), None);
        self.doubted.extend(sure.extract_if(.., |told| told.doubted));
        if team.recipient_taken.load(Ordering::Relaxed) {
            let believed = std::mem::take(&mut self.doubted);
            sure.extend(believed.into_iter().map(|told| Told { doubted: false, ..told }));
        }
        for told in sure {
            let (passed, why) = self.pass(told);
            ends.extend(passed);
            fault = fault.or(why);
        }
        if let Some(fault) = fault {
            team.fault.blocking_lock().get_or_insert_with(|| fault.clone());
            delivered.fault.get_or_insert(fault);
        }
        ends
    }

    /// What was held for long enough.
    pub(super) fn due(&mut self) -> Vec<Told> {
        if self.is_due() { self.released() } else { Vec::new() }
    }

    /// All that is left at the end of a run.
    pub(super) fn ended(&mut self, team: &WorkerPool, delivered: &mut Delivered) -> Vec<Told> {
        let mut ends = self.released();
        ends.extend(judged(std::mem::take(&mut self.doubted), team, delivered));
        ends
    }

    /// Takes an end that is in no doubt; and says why the run ends, where it does.
    fn pass(&mut self, told: Told) -> (Vec<Told>, Option<ServerFault>) {
        let answer = refused(&told.ending).to_owned();
        let taken = !told.refused_at_recipient
            && (matches!(told.ending, Ending::Sent(_)) || !answer.is_empty());
        if taken {
            self.row = (String::new(), 0);
        }
        if !told.refused_at_recipient && !matches!(told.ending, Ending::NoMailbox { .. }) {
            let mut ends = self.due();
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
        (self.due(), None)
    }

    /// What is held, as it is to be written down.
    fn released(&mut self) -> Vec<Told> {
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
