//! The receivers of a run: their pace, their limits, and who refuses all our content.
//!
//! Start at [`Receivers::pick`]. A receiver is a domain, or all domains of one provider (`rules/servers.toml`).
//! This file keeps its pace. A receiver that reports a limit is paused for the rest of the run while letters to
//! others go on. Only the run's own thread uses it, so it needs no lock.

use super::limit::Limit;
use super::{Job, Told};
use crate::alert::smtp::ServerFault;
use crate::alert::state::{Ending, LetterStanding, LetterState, Tries};
use crate::rulebook::servers::{Pace, ServerRules};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// Consecutive deferrals after which a receiver is paused.
const PUT_OFF_IN_A_ROW_MAX: u32 = 2;

/// The same over all receivers without an accepted letter: then the limit is the server's.
const PUT_OFF_BY_ALL_MAX: u32 = 6;

/// Consecutive content refusals that are not the letters' own fault.
pub(super) const DISLIKED_MIN: usize = 3;

/// The same at the end of a run that had no more letters.
const DISLIKED_AT_THE_END: usize = 2;

/// Seconds until a limited receiver is tried again, unless it says.
const LEFT_ALONE: i64 = 900;

/// Seconds until letters refused for content are tried again: somebody must look first.
const DISLIKED_FOR: i64 = 3_600;

/// The receivers of a run, by name.
pub(super) struct Receivers<'r> {
    rules: &'r ServerRules,
    known: BTreeMap<String, Receiver>,
    put_off_by_all: u32,
    /// Whether any letter was accepted in this run.
    taken: bool,
}

#[derive(Default)]
struct Receiver {
    pace: Option<Pace>,
    /// When its next letter may go.
    next: Option<Instant>,
    in_hands: u32,
    put_off_in_a_row: u32,
    /// Paused: for how many seconds, and its answer.
    closed: Option<(i64, String)>,
    taken: bool,
    /// Letters refused for content since it last accepted one.
    disliked: Vec<Told>,
}

/// The next step.
pub(super) enum Pick {
    Job(Job),
    /// All receivers with letters must wait this long.
    Wait(Duration),
    Nothing,
}

impl<'r> Receivers<'r> {
    pub(super) const fn new(rules: &'r ServerRules) -> Self {
        Self { rules, known: BTreeMap::new(), put_off_by_all: 0, taken: false }
    }

    fn of(&mut self, recipient: &str) -> &mut Receiver {
        let (name, pace) = named(self.rules, recipient);
        self.known.entry(name).or_insert_with(|| Receiver { pace, ..Receiver::default() })
    }

    /// Takes the first letter whose receiver may get one now.
    pub(super) fn pick(&mut self, waiting: &mut VecDeque<Job>, now: Instant) -> Pick {
        let mut earliest: Option<Instant> = None;
        let mut found = None;
        for (place, job) in waiting.iter().enumerate() {
            let receiver = self.of(&job.letter.recipient);
            match receiver.turn(now) {
                Turn::Now => {
                    found = Some(place);
                    break;
                }
                Turn::At(turn) => earliest = Some(earliest.map_or(turn, |known| known.min(turn))),
                Turn::InHands => {}
            }
        }
        match (found.and_then(|place| waiting.remove(place)), earliest) {
            (Some(job), _) => {
                self.of(&job.letter.recipient).begin(now);
                Pick::Job(job)
            }
            (None, Some(turn)) => Pick::Wait(turn.saturating_duration_since(now)),
            (None, None) => Pick::Nothing,
        }
    }

    /// Removes letters to paused receivers; returns their new states.
    pub(super) fn left_alone(
        &mut self,
        waiting: &mut VecDeque<Job>,
        now: i64,
    ) -> Vec<(String, LetterStanding)> {
        let mut held = Vec::new();
        waiting.retain(|job| match &self.of(&job.letter.recipient).closed {
            Some((pause, answer)) => {
                let standing = held_back(job.letter.tries, answer, now + pause);
                held.push((job.letter.letter_id.clone(), standing));
                false
            }
            None => true,
        });
        held
    }

    /// A worker returned a letter without trying it.
    pub(super) fn put_back(&mut self, recipient: &str) {
        let receiver = self.of(recipient);
        receiver.in_hands = receiver.in_hands.saturating_sub(1);
    }

    /// Takes the result of a try; returns what to record now.
    pub(super) fn ended(&mut self, told: Told) -> Ended {
        let mut ended = Ended::default();
        let (limit, disliked) = (told.limit, told.content);
        let sent = matches!(told.ending, Ending::Sent(_));
        let answer = match &told.ending {
            Ending::PutOff { answer, .. } | Ending::Refused(answer) => answer.clone(),
            Ending::Sent(_)
            | Ending::NoMailbox { .. }
            | Ending::Later(_)
            | Ending::Unknown(_)
            | Ending::Untried => String::new(),
        };
        let pause = if let Ending::PutOff { pause, .. } = told.ending { pause } else { 0 };
        self.put_back(&told.recipient);
        if sent {
            (self.taken, self.put_off_by_all) = (true, 0);
        }
        let against_it = matches!(limit, Some(Limit::Receiver | Limit::Connection));
        if against_it {
            self.put_off_by_all += 1;
        }
        let (by_all, none_taken) = (self.put_off_by_all, !self.taken);
        let receiver = self.of(&told.recipient);
        if sent {
            (receiver.taken, receiver.put_off_in_a_row) = (true, 0);
            ended.written.append(&mut receiver.disliked);
        }
        if against_it {
            receiver.put_off_in_a_row += 1;
            if receiver.put_off_in_a_row >= PUT_OFF_IN_A_ROW_MAX {
                receiver.closed.get_or_insert((pause.max(LEFT_ALONE), answer.clone()));
            }
            if by_all >= PUT_OFF_BY_ALL_MAX {
                ended.fault = Some(ServerFault::Limited(answer.clone()));
            }
        }
        if !disliked {
            ended.written.push(told);
            return ended;
        }
        receiver.disliked.push(told);
        if receiver.disliked.len() >= DISLIKED_MIN {
            receiver.closed.get_or_insert((DISLIKED_FOR, answer.clone()));
            ended.held.append(&mut receiver.disliked);
            ended.disliked = Some(ServerFault::Content(answer.clone()));
            if none_taken {
                ended.fault.clone_from(&ended.disliked);
            }
        }
        ended
    }

    /// The doubtful results at the end of a run: two letters refused for content by a receiver that accepted none
    /// are not to blame.
    pub(super) fn rest(&mut self) -> Ended {
        let mut ended = Ended::default();
        for receiver in self.known.values_mut() {
            let doubted = std::mem::take(&mut receiver.disliked);
            let alike = doubted.len() >= DISLIKED_AT_THE_END || receiver.closed.is_some();
            let Some(Ending::Refused(answer)) = doubted.first().map(|told| &told.ending) else {
                continue;
            };
            if !receiver.taken && alike {
                ended.disliked.get_or_insert(ServerFault::Content(answer.clone()));
                ended.held.extend(doubted);
            } else {
                ended.written.extend(doubted);
            }
        }
        ended
    }
}

/// The consequences of a try.
#[derive(Default)]
pub(super) struct Ended {
    pub(super) written: Vec<Told>,
    /// Not to blame: they wait and keep their tries.
    pub(super) held: Vec<Told>,
    /// Why the run ends.
    pub(super) fault: Option<ServerFault>,
    /// A receiver that refuses all our content: staff must know, whether or not the run goes on.
    pub(super) disliked: Option<ServerFault>,
}

impl Ended {
    /// The states of held letters.
    pub(super) fn standings(held: Vec<Told>, now: i64) -> Vec<(String, LetterStanding)> {
        let standing = |told: Told| {
            let answer = if let Ending::Refused(answer) = &told.ending { answer } else { "" };
            let standing = held_back(told.tries, answer, now + DISLIKED_FOR);
            (told.letter_id, standing)
        };
        held.into_iter().map(standing).collect()
    }
}

/// A letter that waits without losing a try.
fn held_back(tries: Tries, answer: &str, due_at: i64) -> LetterStanding {
    let untried = LetterStanding::after(&Ending::Untried, tries, due_at);
    LetterStanding { state: LetterState::Waiting, answer: answer.to_owned(), ..untried }
}

enum Turn {
    Now,
    At(Instant),
    /// It already has as many letters in progress as it accepts at once.
    InHands,
}

impl Receiver {
    fn turn(&self, now: Instant) -> Turn {
        let most = self.pace.map_or(0, |pace| pace.connections);
        if most > 0 && self.in_hands >= most {
            return Turn::InHands;
        }
        match self.next {
            Some(next) if next > now => Turn::At(next),
            Some(_) | None => Turn::Now,
        }
    }

    fn begin(&mut self, now: Instant) {
        self.in_hands += 1;
        let pause = self.pace.and_then(|pace| super::pause(pace.per_minute));
        self.next = pause.map(|pause| self.next.map_or(now, |next| next.max(now)) + pause);
    }
}

/// The name of a recipient's receiver, and its pace.
pub(super) fn named(rules: &ServerRules, recipient: &str) -> (String, Option<Pace>) {
    let domain = recipient.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
    match rules.pace(&domain) {
        Some((name, pace)) => (name.to_owned(), Some(pace)),
        None => (domain, None),
    }
}
