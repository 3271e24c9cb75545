//! Detects recipients refused with the same answer: ten in a row are the server's fault, not the mailboxes'.
//!
//! Start at [`Alike::sort`]. Refusals are held for a while, because the first does not show whether nine more
//! follow. Ten alike in a row, with no recipient accepted in between, end the run and cost no letter a try. Ten
//! alike among others refuse their letters but count against no address.

use super::super::refusal::likeness;
use super::super::smtp::ServerFault;
use super::super::state::Ending;
use super::{Delivered, Told, WorkerPool, judged, refused};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// Equal refusals that are the server's fault.
const ALIKE_MIN: usize = 10;

/// How long and how many are held: well within a lease, and little memory.
const HELD_WITHIN: Duration = Duration::from_secs(300);
const HELD_MAX: usize = 1_024;

/// The held refusals of a run.
#[derive(Default)]
pub(super) struct Alike {
    /// Refused before the server had accepted any.
    doubted: Vec<Told>,
    held: Vec<Told>,
    since: Option<Instant>,
    counts: BTreeMap<String, usize>,
    /// The last run of equal answers and its length.
    row: (String, usize),
}

impl Alike {
    /// Takes results and returns those that can be recorded now.
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

    /// Results that were held long enough.
    pub(super) fn due(&mut self) -> Vec<Told> {
        if self.is_due() { self.released() } else { Vec::new() }
    }

    /// Everything left at the end of a run.
    pub(super) fn ended(&mut self, team: &WorkerPool, delivered: &mut Delivered) -> Vec<Told> {
        let mut ends = self.released();
        ends.extend(judged(std::mem::take(&mut self.doubted), team, delivered));
        ends
    }

    /// Takes an undoubted result; also returns why the run ends, if it does.
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

    /// The held results, ready to be recorded.
    fn released(&mut self) -> Vec<Told> {
        self.since = None;
        let held = std::mem::take(&mut self.held);
        held.into_iter().map(|told| self.judged(told)).collect()
    }

    fn is_due(&self) -> bool {
        self.held.len() >= HELD_MAX
            || self.since.is_some_and(|since| since.elapsed() >= HELD_WITHIN)
    }

    /// Counts against the address only when the answer was rare.
    fn judged(&self, told: Told) -> Told {
        let answer = refused(&told.ending);
        let many = self.counts.get(&likeness(answer)).is_some_and(|count| *count >= ALIKE_MIN);
        let ending = if many { Ending::Refused(answer.to_owned()) } else { told.ending };
        Told { ending, ..told }
    }

    /// All held results; those with the same answer get their try back.
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
