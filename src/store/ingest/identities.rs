//! What names a file's transactions, written beside them on a connection of its own.
//!
//! PostgreSQL works on one core for a connection, and keeps what names a transaction apart from its
//! row: two connections write a file in two thirds of the time. A batch's identities go first; where
//! all of them are new its rows are too, and are copied in without asking.
//!
//! A pooler may have no second connection to give, and all nights that wait for one would wait for each
//! other: then a file is written on the one there is.
//!
//! Invariant: identities are committed before the file that has them, and none that an uncommitted file
//! wrote is written again beside it. A night that ends between the two commits leaves identities that
//! name nothing; whoever brings the transaction takes them over.

use super::super::StoreError;
use crate::store::database::columns::insert_into;
use crate::store::database::tx::Tx;
use std::cell::Cell;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a file waits for a second connection.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Account, serial and booking day of a transaction, as the store has them.
pub(super) type Named = (i64, String, i64);

enum Order {
    Begin,
    Write(Vec<Named>),
    Commit,
    Undo,
}

/// A second connection at work.
#[derive(Debug)]
pub(super) struct Identities {
    /// Orders, and who carries them out; taken when it ends.
    worker: Option<(SyncSender<Order>, JoinHandle<()>)>,
    answers: Receiver<Result<bool, StoreError>>,
    unanswered: Cell<usize>,
}

impl Identities {
    /// Begins; `tx` is the connection.
    pub(super) fn beside(tx: Tx) -> Self {
        let (orders, taken) = sync_channel(4);
        let (answer, answers) = channel();
        let thread = std::thread::spawn(move || work(&tx, &taken, &answer));
        Self { worker: Some((orders, thread)), answers, unanswered: Cell::new(0) }
    }

    /// Begins a file; `false` where there is no connection to be had in time.
    pub(super) fn begin(&self) -> Result<bool, StoreError> {
        let until = Instant::now() + WAIT_MAX;
        // What the file before this one waited for in vain comes first.
        while self.unanswered.get() > 0 {
            if self.answer_until(until)?.is_none() {
                return Ok(false);
            }
        }
        self.order(Order::Begin)?;
        match self.answer_until(until)? {
            Some(begun) => Ok(begun),
            // Whatever comes of it, it is given back at once.
            None => self.order(Order::Undo).map(|()| false),
        }
    }

    /// Whether an order was carried out; `None` where that is not known in time. A connection that is of no use
    /// is no loss as long as nothing was written on it.
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

    /// Has a batch's identities written; [`Self::all_new`] says how it went.
    pub(super) fn write(&self, identities: Vec<Named>) -> Result<(), StoreError> {
        self.order(Order::Write(identities))
    }

    /// Whether the batch that was sent first of those not asked for was new as a whole; else nothing of it
    /// is written.
    pub(super) fn all_new(&self) -> Result<bool, StoreError> {
        self.answer()
    }

    /// Waits for the answer to the order that was given first of those without one.
    fn answer(&self) -> Result<bool, StoreError> {
        let answer = self.answers.recv().map_err(|_| StoreError::Writer)?;
        self.answered();
        answer
    }

    /// Commits what was written.
    pub(super) fn commit(&self) -> Result<(), StoreError> {
        self.end(Order::Commit)
    }

    /// Undoes what was written.
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
            // It holds a connection: whoever is done with the session is done with that too.
            let _ = thread.join();
        }
    }
}

/// The thread: carries orders out until there are none.
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

/// Nobody else writes for this centre. If somebody does all the same, each of the two may wait for the
/// other's second connection, which the server cannot see: then this night gives up and tries again.
pub(super) const LOCK_TIMEOUT: &str = "set local lock_timeout = '2min'";

fn begin(tx: &Tx) -> Result<(), StoreError> {
    tx.begin()?;
    tx.connection.execute_batch(LOCK_TIMEOUT)
}

/// Copies identities in, in the order of their key; undoes it and says so where any is known already.
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
