//! Delivery: claims letters from an outbox, sends them to a mail server and records the results.
//!
//! Start at [`deliver`]. A few workers keep one connection each and share one pace. The outbox is a trait, because
//! the store implements it. Only the calling thread uses it, for a few letters at a time, so a hundred thousand
//! letters need no more memory than sixty-four.
//!
//! Invariants: a claimed letter is tried only while our lease on it surely lasts, so two senders never have it at
//! once. Every claimed letter is settled, tried or not. A server that is down, silent, rejects our login or refuses
//! everybody ends the run after one time-out or a few answers; no letter loses a try or is given up for it.

mod alike;
mod error;
mod hands;
mod limit;
mod line;
mod receiver;

pub use error::DeliveryError;

use super::bounce;
use super::dkim::Signer;
use super::smtp::{MailServer, SendOutcome, ServerFault};
use super::state::{Ending, LetterStanding, LetterState, NoMailbox, Tries};
use super::unsubscribe::OneClick;
use crate::rulebook::servers::ServerRules;
use hands::Hands;
use lettre::Address;
use limit::{Limit, Looked};
use line::{MailLine, busy};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;

/// A claimed letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub letter_id: String,
    /// The employer it is about; empty for none.
    pub employer_id: String,
    pub recipient: String,
    /// The complete RFC 5322 message.
    pub message: Vec<u8>,
    /// Its previous tries.
    pub tries: Tries,
}

/// The parameters of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterClaim {
    /// The sender's name, unique among senders.
    pub holder: String,
    pub now: i64,
    /// Nobody else gets these letters before this time.
    pub lease_until: i64,
    pub letters_max: usize,
}

/// The queue of letters, and the record of their results.
pub trait Outbox {
    type Error: std::error::Error;

    /// Withdraws letters whose address was blocked, or that are no longer wanted, since they were written.
    ///
    /// # Errors
    /// When the outbox cannot be written.
    fn withdraw(&self, now: i64) -> Result<(), Self::Error>;

    /// Claims due letters for this holder.
    ///
    /// # Errors
    /// When the outbox cannot be read or written.
    fn claim(&self, claim: &LetterClaim) -> Result<Vec<Outgoing>, Self::Error>;

    /// Records the letters' new states in one commit.
    ///
    /// # Errors
    /// When the outbox cannot be written.
    fn settle(&self, holder: &str, now: i64, settled: &[Settled]) -> Result<(), Self::Error>;
}

/// A letter's state after a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub letter_id: String,
    pub standing: LetterStanding,
    /// The mark against its address, when the server's answer was about it.
    pub no_mailbox: Option<NoMailbox>,
}

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub server: MailServer,
    /// The centre's address in MAIL FROM, which receives bounces.
    pub sender: Address,
    /// Whether each letter has its own envelope sender, which its bounce names ([`super::bounce`]).
    pub verp: bool,
    pub signer: Option<Signer>,
    /// Adds a one-click link to letters with advice.
    pub one_click: Option<OneClick>,
    /// Concurrent connections.
    pub connections: usize,
    /// Letters a minute over all connections; 0 for no limit.
    pub per_minute: u32,
    /// How to interpret servers' refusals, and the pace of each receiver.
    pub servers: ServerRules,
    /// The sender's name, unique among senders.
    pub holder: String,
}

impl Delivery {
    /// The envelope sender of a letter.
    fn sender_of(&self, letter_id: &str) -> Address {
        let own =
            letter_id.get(..bounce::BEGINNING_CHARS).filter(|_| self.verp).and_then(|start| {
                let name = format!("{}+{start}", bounce::ENVELOPE_NAME);
                Address::new(name, self.sender.domain()).ok()
            });
        own.unwrap_or_else(|| self.sender.clone())
    }
}

/// The counts and faults of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    pub sent: u64,
    pub refused: u64,
    pub given_up: u64,
    pub unknown: u64,
    /// Tried, and to be tried again.
    pub later: u64,
    /// Why the run ended early or could do nothing.
    pub fault: Option<ServerFault>,
    /// A receiver that refuses everything for its content while others accept their letters.
    pub disliked: Option<ServerFault>,
}

/// How long after its claim a letter may be started.
const BEGUN_WITHIN: Duration = Duration::from_secs(600);

/// The longest try, as a multiple of the patience: opening, three commands and a reset, plus five times the
/// patience for the answer to the letter.
const TRY_FACTOR: u32 = 10;

/// Letters per claim and connection.
const CLAIMED_EACH: usize = 32;

/// Letters per connection that may wait in memory for a receiver with a slow pace.
const HELD_EACH: usize = 256;

/// Results recorded per commit: one commit per letter would make the disk the bottleneck. A killed sender leaves at
/// most this many letters that are sent twice.
const SETTLED_TOGETHER: usize = 64;

/// How long a result waits for others.
const SETTLE_WITHIN: Duration = Duration::from_millis(300);

/// Letters per connection: servers close it after some, and a new one is cheap.
const LETTERS_A_CONNECTION: u32 = 100;

/// Consecutive connections lost without a letter that end a run.
const LOST_IN_A_ROW_MAX: u32 = 3;

/// Reconnects for a limit that met the same limit; after this many, no more are tried.
const ANEW_IN_VAIN_MAX: u32 = 3;

/// Recipients refused without a blaming code before the first is accepted, that end a run: a relay that does not
/// know us answers "550" to everybody.
const REFUSED_AT_FIRST_MAX: u32 = 5;

/// Sends every due letter. `now` is the caller's clock.
///
/// # Errors
/// [`DeliveryError`] when the outbox fails. [`Delivered`] reports a failing mail server.
pub fn deliver<O: Outbox>(
    outbox: &O,
    delivery: &Delivery,
    now: &dyn Fn() -> i64,
    watch: &dyn Fn(&Delivered),
) -> Result<Delivered, DeliveryError<O::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(DeliveryError::Start)?;
    let run = Run { outbox, delivery, now, watch };
    let delivered = run.all(&runtime);
    // Do not wait for a connection that does not close.
    runtime.shutdown_background();
    delivered
}

/// From this many recipients refused with the same number, and none accepted, the relay is to blame. A single one
/// may simply have a bad address.
const REFUSED_ALIKE_MIN: usize = 2;

/// A letter for a worker, with the deadline to start it.
struct Job {
    letter: Outgoing,
    until: Instant,
}

/// A worker's result.
struct Told {
    letter_id: String,
    recipient: String,
    tries: Tries,
    ending: Ending,
    /// The recipient was refused before the server had accepted any: the cause is still unclear.
    doubted: bool,
    /// The recipient was refused, not the letter.
    refused_at_recipient: bool,
    limit: Option<Limit>,
    /// Refused for its content or its sender.
    content: bool,
    fault: Option<ServerFault>,
    /// The letter to hand to another worker, when this one lost its connection and others have theirs.
    again: Option<Job>,
}

impl Told {
    fn of(letter: &Outgoing, ending: Ending) -> Self {
        Self {
            letter_id: letter.letter_id.clone(),
            recipient: letter.recipient.clone(),
            tries: letter.tries,
            ending,
            doubted: false,
            refused_at_recipient: false,
            limit: None,
            content: false,
            fault: None,
            again: None,
        }
    }
}

struct Run<'a, O> {
    outbox: &'a O,
    delivery: &'a Delivery,
    now: &'a dyn Fn() -> i64,
    watch: &'a dyn Fn(&Delivered),
}

impl<O: Outbox> Run<'_, O> {
    /// Runs on the calling thread, outside the runtime, because the outbox blocks on its database.
    fn all(&self, runtime: &Runtime) -> Result<Delivered, DeliveryError<O::Error>> {
        self.outbox.withdraw((self.now)()).map_err(DeliveryError::Outbox)?;
        let connections = self.delivery.connections.max(1);
        let (jobs, taken) = mpsc::channel::<Job>(connections);
        let (tell, mut told) = mpsc::unbounded_channel();
        let team = Arc::new(WorkerPool::new(self.delivery, taken));
        for _ in 0..connections {
            runtime.spawn(Arc::clone(&team).work(tell.clone()));
        }
        drop(tell);
        let mut hands = Hands::of(&self.delivery.servers);
        while let Some(patience) = self.fill(&mut hands, &jobs)? {
            let next = async { tokio::time::timeout(patience, told.recv()).await };
            match runtime.block_on(next) {
                Ok(Some(end)) => self.took(end, &mut hands, &team)?,
                Ok(None) => break,
                Err(_) => self.settle_all(&mut hands)?,
            }
        }
        let Hands { mut receivers, waiting, mut ends, mut alike, mut delivered, .. } = hands;
        let rest = self.ended(receivers.rest(), &mut delivered)?;
        ends.extend(alike.sort(rest, &team, &mut delivered));
        ends.extend(alike.ended(&team, &mut delivered));
        self.settle(ends, &mut delivered)?;
        self.give_back(waiting, &mut delivered)?;
        drop(jobs);
        // The workers close their connections politely, then drop their senders.
        let goodbye = async { while told.recv().await.is_some() {} };
        let patience = self.delivery.server.patience;
        let _ = runtime.block_on(async { tokio::time::timeout(patience, goodbye).await });
        Ok(delivered)
    }

    fn claim(&self, letters_max: usize) -> Result<VecDeque<Job>, DeliveryError<O::Error>> {
        let (now, began) = ((self.now)(), Instant::now());
        let claim = LetterClaim {
            holder: self.delivery.holder.clone(),
            now,
            lease_until: now + lease(self.delivery.server.patience),
            letters_max,
        };
        let letters = self.outbox.claim(&claim).map_err(DeliveryError::Outbox)?;
        let until = began + BEGUN_WITHIN;
        Ok(letters.into_iter().map(|letter| Job { letter, until }).collect())
    }

    fn settle(
        &self,
        ends: Vec<Told>,
        delivered: &mut Delivered,
    ) -> Result<(), DeliveryError<O::Error>> {
        if ends.is_empty() {
            return Ok(());
        }
        let now = (self.now)();
        let mut settled = Vec::with_capacity(ends.len());
        for told in ends {
            let mut standing = LetterStanding::after(&told.ending, told.tries, now);
            // Letters refused like everybody's yield to letters not tried at all; otherwise the same few would end
            // every run.
            if told.ending == Ending::Untried && !told.doubted {
                standing.due_at = Some(now - 1);
            }
            delivered.count(standing.state, &told.ending);
            let no_mailbox = told.ending.no_mailbox();
            settled.push(Settled { letter_id: told.letter_id, standing, no_mailbox });
        }
        self.outbox.settle(&self.delivery.holder, now, &settled).map_err(DeliveryError::Outbox)?;
        (self.watch)(delivered);
        Ok(())
    }

    /// Releases letters that were claimed and never tried.
    fn give_back(
        &self,
        waiting: VecDeque<Job>,
        delivered: &mut Delivered,
    ) -> Result<(), DeliveryError<O::Error>> {
        let untried = |job: Job| Told::of(&job.letter, Ending::Untried);
        let untried: Vec<Told> = waiting.into_iter().map(untried).collect();
        self.settle(untried, delivered)
    }
}

/// Judges recipients that were refused before the server had accepted any. If it accepted one later, each is to
/// blame itself. If it refused everybody alike or broke off, none is: all get their try back.
fn judged(doubted: Vec<Told>, team: &WorkerPool, delivered: &mut Delivered) -> Vec<Told> {
    let Some(first) = doubted.first() else { return doubted };
    if team.recipient_taken.load(Ordering::Relaxed) {
        return doubted;
    }
    let number = |told: &Told| refused(&told.ending).split_whitespace().next().map(str::to_owned);
    let alike = doubted.len() >= REFUSED_ALIKE_MIN
        && delivered.tried() == 0
        && doubted.iter().all(|told| number(told) == number(first));
    if delivered.fault.is_none() && alike {
        delivered.fault = Some(ServerFault::Recipients(refused(&first.ending).to_owned()));
    }
    let ending = |told: &Told| match delivered.fault {
        Some(_) => Ending::Untried,
        // A bare number from a server that accepted nobody blames no address.
        None => Ending::Refused(refused(&told.ending).to_owned()),
    };
    doubted.into_iter().map(|told| Told { ending: ending(&told), ..told }).collect()
}

/// The server's answer to a refused letter.
fn refused(ending: &Ending) -> &str {
    match ending {
        Ending::Refused(answer) | Ending::NoMailbox { answer, .. } => answer,
        Ending::Sent(_)
        | Ending::Later(_)
        | Ending::PutOff { .. }
        | Ending::Unknown(_)
        | Ending::Untried => "",
    }
}

/// Seconds of a lease: a try that was started in time ends before it.
fn lease(patience: Duration) -> i64 {
    let lease = BEGUN_WITHIN + patience * TRY_FACTOR;
    i64::try_from(lease.as_secs()).unwrap_or(i64::MAX / 2)
}

impl Delivered {
    fn count(&mut self, state: LetterState, ending: &Ending) {
        match state {
            LetterState::Sent => self.sent += 1,
            LetterState::Refused => self.refused += 1,
            LetterState::GivenUp => self.given_up += 1,
            LetterState::Unknown => self.unknown += 1,
            LetterState::Waiting if *ending != Ending::Untried => self.later += 1,
            LetterState::Waiting
            | LetterState::Sending
            | LetterState::Returned
            | LetterState::Printed
            | LetterState::Filed
            | LetterState::Held
            | LetterState::Dropped => {}
        }
    }

    /// Letters sent or tried.
    #[must_use]
    pub const fn tried(&self) -> u64 {
        self.sent + self.refused + self.given_up + self.unknown + self.later
    }
}

/// The state that workers share.
struct WorkerPool {
    delivery: Delivery,
    jobs: Mutex<mpsc::Receiver<Job>>,
    /// When the next letter may go at this pace.
    next: Mutex<Instant>,
    lost_in_a_row: AtomicU32,
    /// Workers that have a connection or may open one.
    live: AtomicUsize,
    /// Reconnects for a limit that met the same limit.
    anew_in_vain: AtomicU32,
    /// Whether the server has accepted any recipient in this run, and how many it refused before.
    recipient_taken: AtomicBool,
    refused_at_first: AtomicU32,
    fault: Mutex<Option<ServerFault>>,
}

impl WorkerPool {
    fn new(delivery: &Delivery, jobs: mpsc::Receiver<Job>) -> Self {
        Self {
            delivery: delivery.clone(),
            jobs: Mutex::new(jobs),
            next: Mutex::new(Instant::now()),
            lost_in_a_row: AtomicU32::new(0),
            live: AtomicUsize::new(delivery.connections.max(1)),
            anew_in_vain: AtomicU32::new(0),
            recipient_taken: AtomicBool::new(false),
            refused_at_first: AtomicU32::new(0),
            fault: Mutex::new(None),
        }
    }

    /// One worker: processes jobs until there are no more, over its own connections.
    async fn work(self: Arc<Self>, tell: mpsc::UnboundedSender<Told>) {
        let mut line = MailLine::default();
        loop {
            let job = self.jobs.lock().await.recv().await;
            let Some(Job { letter, until }) = job else { break };
            self.hold_the_pace().await;
            let looked = if self.fault.lock().await.is_some() || Instant::now() >= until {
                Looked::of(untried(None))
            } else {
                self.send(&mut line, &letter).await
            };
            if busy(&looked.over) && self.retires() {
                let again = Some(Job { letter: letter.clone(), until });
                let _gone = tell.send(Told { again, ..Told::of(&letter, Ending::Untried) });
                break;
            }
            let Looked { over, limit, content } = looked;
            let (over, doubted) = if content { (over, false) } else { self.doubted(over) };
            let refused_at_recipient = !over.recipient_taken && !refused(&over.ending).is_empty();
            let fault = self.judged(&over, limit).await;
            let told = Told::of(&letter, over.ending);
            let told = Told { doubted, refused_at_recipient, limit, content, fault, ..told };
            if tell.send(told).is_err() {
                break;
            }
        }
        line.close().await;
    }

    /// Whether this worker may leave its letters to others: the last one may not.
    fn retires(&self) -> bool {
        let fewer = |live: usize| (live > 1).then(|| live - 1);
        self.live.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer).is_ok()
    }

    /// A bare "550" about a mailbox counts only from a server that has accepted some recipient: to an unknown
    /// sender it says the same of everybody, and then no address is to blame. Returns whether there is doubt.
    fn doubted(&self, mut over: SendOutcome) -> (SendOutcome, bool) {
        if over.recipient_taken {
            self.recipient_taken.store(true, Ordering::Relaxed);
            return (over, false);
        }
        let answer = match &over.ending {
            Ending::Refused(answer) => answer.clone(),
            Ending::NoMailbox { status, answer, .. } if !status.contains('.') => answer.clone(),
            Ending::NoMailbox { .. }
            | Ending::Sent(_)
            | Ending::Later(_)
            | Ending::PutOff { .. }
            | Ending::Unknown(_)
            | Ending::Untried => return (over, false),
        };
        if self.recipient_taken.load(Ordering::Relaxed) {
            return (over, false);
        }
        if self.refused_at_first.fetch_add(1, Ordering::Relaxed) + 1 >= REFUSED_AT_FIRST_MAX {
            over.fault = Some(ServerFault::Recipients(answer));
        }
        (over, true)
    }

    /// Decides after a try whether the server is still worth another.
    async fn judged(&self, over: &SendOutcome, limit: Option<Limit>) -> Option<ServerFault> {
        // A server that closes for a limit has not failed.
        if (over.goes_on || limit.is_some()) && over.fault.is_none() {
            self.lost_in_a_row.store(0, Ordering::Relaxed);
            return None;
        }
        let mut known = self.fault.lock().await;
        let answer = match &over.ending {
            Ending::Later(answer) | Ending::Unknown(answer) => answer.as_str(),
            Ending::Sent(_)
            | Ending::Refused(_)
            | Ending::NoMailbox { .. }
            | Ending::PutOff { .. }
            | Ending::Untried => "",
        };
        let mut fault = over.fault.clone();
        if fault.is_none() && !answer.is_empty() {
            let lost = self.lost_in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
            fault = (lost >= LOST_IN_A_ROW_MAX).then(|| ServerFault::Unsteady(answer.to_owned()));
        }
        if known.is_none() {
            (*known).clone_from(&fault);
        }
        fault
    }

    /// Waits for this letter's turn.
    async fn hold_the_pace(&self) {
        let Some(pause) = pause(self.delivery.per_minute) else { return };
        let turn = {
            let mut next = self.next.lock().await;
            let turn = (*next).max(Instant::now());
            *next = turn + pause;
            turn
        };
        tokio::time::sleep_until(turn).await;
    }
}

/// The time between two letters; `None` without a pace.
fn pause(per_minute: u32) -> Option<Duration> {
    Duration::from_secs(60).checked_div(per_minute)
}

fn untried(fault: Option<ServerFault>) -> SendOutcome {
    SendOutcome { fault, ..SendOutcome::of(Ending::Untried, false) }
}
