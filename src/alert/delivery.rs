//! Delivery: takes letters from an outbox, hands them to a mail server, writes down how that ended.
//!
//! Start at [`deliver`]. A few workers keep a connection each, and among them hold a pace. The
//! outbox is a trait, because it is the store's; it is asked on the calling thread alone, for a
//! few letters at a time, so that a hundred thousand need no more memory than sixty-four.
//!
//! Invariants: a letter in our hands is tried only while our lease on it surely lasts, so that no two
//! senders have it at once; every letter claimed is settled, tried or not; a server that is down,
//! silent, shuts us out or refuses everybody ends the run after one time-out or a few answers and costs no
//! letter one of its tries, nor its life.

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

/// A letter in our hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub letter_id: String,
    /// Whose money it is about; empty where it is nobody's.
    pub employer_id: String,
    pub recipient: String,
    /// The whole message, RFC 5322.
    pub message: Vec<u8>,
    /// How often it was tried before.
    pub tries: Tries,
}

/// What is asked of an outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterClaim {
    /// Who asks: no two senders have the same name.
    pub holder: String,
    pub now: i64,
    /// Nobody else gets these letters before.
    pub lease_until: i64,
    pub letters_max: usize,
}

/// Where letters wait, and where it is written what became of them.
pub trait Outbox {
    type Error: std::error::Error;

    /// Takes letters off the list whose address was blocked, or that nobody wants any more, since
    /// they were written.
    ///
    /// # Errors
    /// Where the outbox cannot be written.
    fn withdraw(&self, now: i64) -> Result<(), Self::Error>;

    /// Letters that are due, now in this holder's hands.
    ///
    /// # Errors
    /// Where the outbox cannot be read or written.
    fn claim(&self, claim: &LetterClaim) -> Result<Vec<Outgoing>, Self::Error>;

    /// Writes where letters stand now, in one commit.
    ///
    /// # Errors
    /// Where the outbox cannot be written.
    fn settle(&self, holder: &str, now: i64, settled: &[Settled]) -> Result<(), Self::Error>;
}

/// A letter's place after a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub letter_id: String,
    pub standing: LetterStanding,
    /// What is held against its address, where the server's answer was about it.
    pub no_mailbox: Option<NoMailbox>,
}

/// How a run goes about it.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub server: MailServer,
    /// The centre's address, in MAIL FROM: bounces come back to it.
    pub sender: Address,
    /// Whether each letter has a sender of its own in its envelope, which its bounce names ([`super::bounce`]).
    pub verp: bool,
    pub signer: Option<Signer>,
    /// Puts a link into letters that hold advice, by which it can be declined.
    pub one_click: Option<OneClick>,
    /// Connections at the same time.
    pub connections: usize,
    /// Letters a minute over all connections; 0 is as fast as the server takes them.
    pub per_minute: u32,
    /// What servers mean when they refuse, and the pace of each receiver.
    pub servers: ServerRules,
    /// Who sends: no two senders have the same name.
    pub holder: String,
}

impl Delivery {
    /// The sender in a letter's envelope.
    fn sender_of(&self, letter_id: &str) -> Address {
        let own =
            letter_id.get(..bounce::BEGINNING_CHARS).filter(|_| self.verp).and_then(|start| {
                let name = format!("{}+{start}", bounce::ENVELOPE_NAME);
                Address::new(name, self.sender.domain()).ok()
            });
        own.unwrap_or_else(|| self.sender.clone())
    }
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    pub sent: u64,
    pub refused: u64,
    pub given_up: u64,
    pub unknown: u64,
    /// Tried, and to be tried again.
    pub later: u64,
    /// Why the run ended early, or could do nothing.
    pub fault: Option<ServerFault>,
    /// A receiver that likes nothing we write, while others take their letters.
    pub disliked: Option<ServerFault>,
}

/// How long after it was claimed a letter may be begun.
const BEGUN_WITHIN: Duration = Duration::from_secs(600);

/// The longest a try may last, as a multiple of the patience: opening, three commands and taking
/// back, and the answer to the letter at five times the patience.
const TRY_FACTOR: u32 = 10;

/// Letters claimed at once, a connection.
const CLAIMED_EACH: usize = 32;

/// Letters, a connection, that may wait in memory for the turn of a receiver with a slow pace.
const HELD_EACH: usize = 256;

/// Letters whose end is written down in one commit: a commit a letter would make the disk the pace. A
/// sender that is killed has sent at most so many that the next sends once more.
const SETTLED_TOGETHER: usize = 64;

/// How long an end waits for others.
const SETTLE_WITHIN: Duration = Duration::from_millis(300);

/// Letters over one connection: servers close it after some, and a new one is cheap.
const LETTERS_A_CONNECTION: u32 = 100;

/// Connections lost one after the other, without a letter between them, that end a run.
const LOST_IN_A_ROW_MAX: u32 = 3;

/// Connections opened anew for a limit's sake that met the same, after which none is any more.
const ANEW_IN_VAIN_MAX: u32 = 3;

/// Recipients refused before the first is taken, without a code that blames them, that end a run: a
/// relay that does not know us says "550" to everybody.
const REFUSED_AT_FIRST_MAX: u32 = 5;

/// Sends every letter that is due. `now` is the shell's clock.
///
/// # Errors
/// [`DeliveryError`] where the outbox fails. A mail server that fails is told in [`Delivered`].
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
    // A connection that does not close itself is not waited for.
    runtime.shutdown_background();
    delivered
}

/// Recipients refused in a run, none of them taken, from which on the relay is to blame where all got one number. One
/// alone may well have a bad address.
const REFUSED_ALIKE_MIN: usize = 2;

/// A letter on its way to a worker, and until when it may be tried.
struct Job {
    letter: Outgoing,
    until: Instant,
}

/// What a worker has to tell.
struct Told {
    letter_id: String,
    recipient: String,
    tries: Tries,
    ending: Ending,
    /// The recipient was refused before the server had taken any: nobody can say yet whose fault that is.
    doubted: bool,
    /// The recipient was refused, not the letter.
    refused_at_recipient: bool,
    limit: Option<Limit>,
    /// Refused for what it says, or for who sends it.
    content: bool,
    fault: Option<ServerFault>,
    /// The letter, where its worker has no connection any more and others have: theirs to try.
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
    /// Runs on the calling thread, outside the runtime: the outbox waits for its database.
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
        // The workers say goodbye to the server, and then hang up here.
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
            // What was refused with everybody else lets those pass that were not tried at all: else the same
            // few would end every run.
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

    /// Lets go of letters that were claimed and never tried.
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

/// What becomes of recipients that were refused before the server had taken any. Where it took one later, each is to
/// blame itself; where it refused everybody alike, or broke off, none is: all get their try back.
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
        // A bare number of a server that took nobody blames no address.
        None => Ending::Refused(refused(&told.ending).to_owned()),
    };
    doubted.into_iter().map(|told| Told { ending: ending(&told), ..told }).collect()
}

/// What the server said where it refused.
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

/// Seconds that a letter is in a sender's hands: a try that was begun in time ends before.
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

    /// Letters that were handed over or tried.
    #[must_use]
    pub const fn tried(&self) -> u64 {
        self.sent + self.refused + self.given_up + self.unknown + self.later
    }
}

/// What the workers share.
struct WorkerPool {
    delivery: Delivery,
    jobs: Mutex<mpsc::Receiver<Job>>,
    /// When the next letter may go, to hold the pace.
    next: Mutex<Instant>,
    lost_in_a_row: AtomicU32,
    /// Workers that have a connection, or may open one.
    live: AtomicUsize,
    /// Connections that were opened anew for a limit's sake and met the same.
    anew_in_vain: AtomicU32,
    /// Whether the server has taken any recipient in this run, and how many it refused before.
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

    /// One worker: takes jobs until there are no more, over connections of its own.
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

    /// Believes a bare "550" about a mailbox only of a server that has taken somebody's: to a sender it
    /// does not know it says the same of everybody, and then no address is to blame. Gives whether there is a doubt.
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

    /// Looks at how it went: whether the server is still worth a try.
    async fn judged(&self, over: &SendOutcome, limit: Option<Limit>) -> Option<ServerFault> {
        // Who breaks off for a limit's sake is no server that falls down.
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

/// The time between two letters; `None` where there is no pace to hold.
fn pause(per_minute: u32) -> Option<Duration> {
    Duration::from_secs(60).checked_div(per_minute)
}

fn untried(fault: Option<ServerFault>) -> SendOutcome {
    SendOutcome { fault, ..SendOutcome::of(Ending::Untried, false) }
}
