//! Writes the identities of a file's transactions in parallel, on a connection of its own.
//!
//! PostgreSQL uses one core per connection, and stores identities in a table of their own: two connections
//! write a file in two thirds of the time. A batch's identities go first; if all of them are new, its rows are
//! too, and are copied without a check.
//!
//! A pooler may have no second connection to give, and nights that all wait for one would deadlock: after a
//! timeout the file is written on the first connection alone.
//!
//! Invariant: identities are committed before their file, and none written by an uncommitted file is written a
//! second time. A night that ends between the two commits leaves identities without transactions; the next
//! delivery of the transaction takes them over.

use super::super::StoreError;
use crate::store::database::columns::insert_into;
use crate::store::database::tx::Tx;
use std::cell::Cell;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a file waits for a second connection.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Account, serial and booking day of a transaction, as stored.
pub(super) type Named = (i64, String, i64);

enum Order {
    Begin,
    Write(Vec<Named>),
    Commit,
    Undo,
}

/// The second connection.
#[derive(Debug)]
pub(super) struct Identities {
    /// The order queue and the worker thread; taken when it ends.
    worker: Option<(SyncSender<Order>, JoinHandle<()>)>,
    answers: Receiver<Result<bool, StoreError>>,
    unanswered: Cell<usize>,
}

impl Identities {
    /// Starts the thread on this connection.
    pub(super) fn beside(tx: Tx) -> Self {
        let (orders, taken) = sync_channel(4);
        let (answer, answers) = channel();
        let thread = std::thread::spawn(move || work(&tx, &taken, &answer));
        Self { worker: Some((orders, thread)), answers, unanswered: Cell::new(0) }
    }

    /// Begins a file; `false` if no connection is available in time.
    pub(super) fn begin(&self) -> Result<bool, StoreError> {
        let until = Instant::now() + WAIT_MAX;
        // Answers that an earlier file gave up on come first.
        while self.unanswered.get() > 0 {
            if self.answer_until(until)?.is_none() {
                return Ok(false);
            }
        }
        self.order(Order::Begin)?;
        match self.answer_until(until)? {
            Some(begun) => Ok(begun),
            // Whatever the answer, the connection is released at once.
            None => self.order(Order::Undo).map(|()| false),
        }
    }

    /// Whether an order was carried out; `None` on timeout. An unusable connection loses nothing as long as
    /// nothing was written on it.
    fn answer_until(&self, until: Instant) -> Result<Option<bool>, StoreError> {
        match self.answers.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(answer) => {
                self.answered();
                Ok(Some(answer.is_ok()))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(StoreError::Writer),
        }
    }

    /// Sends a batch's identities to be written; [`Self::all_new`] gives the result.
    pub(super) fn write(&self, identities: Vec<Named>) -> Result<(), StoreError> {
        self.order(Order::Write(identities))
    }

    /// Whether the oldest batch without an answer was entirely new; otherwise none of it is written.
    pub(super) fn all_new(&self) -> Result<bool, StoreError> {
        self.answer()
    }

    /// Waits for the answer to the oldest unanswered order.
    fn answer(&self) -> Result<bool, StoreError> {
        let answer = self.answers.recv().map_err(|_| StoreError::Writer)?;
        self.answered();
        answer
    }

    pub(super) fn commit(&self) -> Result<(), StoreError> {
        self.end(Order::Commit)
    }

    pub(super) fn undo(&self) -> Result<(), StoreError> {
        self.end(Order::Undo)
    }

    fn end(&self, order: Order) -> Result<(), StoreError> {
        while self.unanswered.get() > 0 {
            self.answer()?;
        }
        self.order(order)?;
        self.answer().map(drop)
    }

    fn answered(&self) {
        self.unanswered.set(self.unanswered.get().saturating_sub(1));
    }

    fn order(&self, order: Order) -> Result<(), StoreError> {
        let (orders, _) = self.worker.as_ref().ok_or(StoreError::Writer)?;
        orders.send(order).map_err(|_| StoreError::Writer)?;
        self.unanswered.set(self.unanswered.get() + 1);
        Ok(())
    }
}

impl Drop for Identities {
    fn drop(&mut self) {
        if let Some((orders, thread)) = self.worker.take() {
            drop(orders);
            // The thread holds a connection, which must end with the session.
            let _ = thread.join();
        }
    }
}

/// The worker thread: carries out orders until the queue closes.
fn work(tx: &Tx, orders: &Receiver<Order>, answers: &Sender<Result<bool, StoreError>>) {
    while let Ok(order) = orders.recv() {
        let done = match order {
            Order::Begin => begin(tx).map(|()| true),
            Order::Write(identities) => copy_if_new(tx, identities),
            Order::Commit => tx.commit().map(|()| true),
            Order::Undo => tx.rollback().map(|()| true),
        };
        if answers.send(done).is_err() {
            break;
        }
    }
}

/// Nobody else writes for this centre. If another process does so anyway, each may wait for the other's second
/// connection, a deadlock the server cannot see: then this night times out and tries again.
pub(super) const LOCK_TIMEOUT: &str = "set local lock_timeout = '2min'";

fn begin(tx: &Tx) -> Result<(), StoreError> {
    tx.begin()?;
    tx.connection.execute_batch(LOCK_TIMEOUT)
}

/// Copies identities in key order; if any exists already, rolls back and reports it.
pub(super) fn copy_if_new(tx: &Tx, mut identities: Vec<Named>) -> Result<bool, StoreError> {
    tx.connection.execute_batch("savepoint batch")?;
    identities.sort_unstable();
    let centre = tx.centre_id;
    let copied = insert_into!(tx, "transaction_identity", &identities, |(account_id, serial, booked_on)| {
        centre_id: centre,
        account_id: *account_id,
        serial: serial,
        booked_on: *booked_on,
    });
    match copied {
        Ok(()) => tx.connection.execute_batch("release savepoint batch").map(|()| true),
        Err(error) if error.is_duplicate() => {
            tx.connection.execute_batch("rollback to savepoint batch").map(|()| false)
        }
        Err(error) => Err(error),
    }
}
