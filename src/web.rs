//! The web desk: where staff work through suspense.
//!
//! Start at [`route::table`]: every address there is, what it needs of whoever asks, and who answers.
//! A request passes [`guard`] (who is it, may they, is the form ours), then its handler, which asks
//! the store through [`Desk::store`] and shows a template in a [`frame::Frame`]. What goes wrong on the
//! way is a [`fault::Fault`]. [`serve`] is the socket: slow senders, many connections, a graceful end.
//!
//! Invariant: no handler is reachable but through the table, and no route of it without the guard.

pub mod account;
mod api;
mod asset;
mod confirm;
mod cookie;
mod fault;
mod frame;
mod guard;
mod header;
mod health;
mod login;
mod metric;
mod own;
mod page;
pub mod password;
mod people;
mod readings;
mod route;
mod second_factor;
mod secret;
mod serve;
mod session;
mod view;

pub use route::{Access, Listed, listed};
pub use serve::serve;

use crate::report::Language;
use crate::rulebook::Rulebook;
use crate::store::{Store, StoreError};
use chrono::{DateTime, NaiveDate};
use fault::Fault;
use readings::Readings;
use std::fmt;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Statements that run at once. The database has one writer and readers wait for it, so more threads
/// would only wait elsewhere.
const STORE_THREADS: usize = 8;

/// Passwords that are checked at once: each takes 46 MiB and 25 ms of a core.
const HASHING_THREADS: usize = 2;

/// China has one time zone and no summer time.
const BEIJING_SECONDS_EAST: i64 = 8 * 3600;

/// What the desk is told when it starts.
pub struct Setup {
    pub store: Store,
    pub rules: Rulebook,
    /// The centre's name, as every page shows it.
    pub centre: String,
    /// The language of whoever has not chosen one.
    pub language: Language,
    /// A proxy stands in front, ends TLS, and names the client in `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Whether nobody works without a second factor.
    pub second_factor: bool,
    pub clock: Clock,
}

/// Says what time it is: seconds since 1970-01-01, UTC. The shell's, or a test's.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The desk as its handlers know it.
#[derive(Clone)]
pub(crate) struct Desk {
    setup: Arc<Setup>,
    readings: Arc<Readings>,
    store_threads: Arc<Semaphore>,
    hashing_threads: Arc<Semaphore>,
    metrics: Arc<metric::Metrics>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("centre", &self.setup.centre).finish_non_exhaustive()
    }
}

impl Desk {
    fn new(setup: Setup) -> Self {
        Self {
            readings: Arc::new(Readings::new(&setup.rules)),
            setup: Arc::new(setup),
            store_threads: Arc::new(Semaphore::new(STORE_THREADS)),
            hashing_threads: Arc::new(Semaphore::new(HASHING_THREADS)),
            metrics: Arc::default(),
        }
    }

    /// Asks the store on a thread that may wait. The work owns what it needs.
    pub(crate) async fn store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        let setup = Arc::clone(&self.setup);
        Ok(blocking(&self.store_threads, move || work(&setup.store)).await??)
    }

    /// Does what takes a core for a while, such as a password, and few of them at once.
    pub(crate) async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        blocking(&self.hashing_threads, work).await
    }

    /// Now, in seconds since 1970-01-01, UTC.
    pub(crate) fn now(&self) -> i64 {
        (self.setup.clock)()
    }

    /// Today in Beijing.
    pub(crate) fn today(&self) -> NaiveDate {
        let there = DateTime::from_timestamp(self.now() + BEIJING_SECONDS_EAST, 0);
        there.map(|there| there.date_naive()).unwrap_or_default()
    }

    /// An instant as a page shows it: Beijing's day and minute.
    pub(crate) fn shown_at(&self, at: i64) -> String {
        let there = DateTime::from_timestamp(at + BEIJING_SECONDS_EAST, 0);
        there.map(|there| there.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
    }

    /// What remarks are read with, and what notices may be meant.
    pub(crate) fn readings(&self) -> Arc<Readings> {
        Arc::clone(&self.readings)
    }

    pub(crate) fn rules(&self) -> &Rulebook {
        &self.setup.rules
    }

    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }
}

/// Runs work on a blocking thread once one of so many is free.
async fn blocking<T: Send + 'static>(
    threads: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let permit = Arc::clone(threads).acquire_owned().await.map_err(|_| Fault::Stopping)?;
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(permit);
        done
    });
    done.await.map_err(|_| Fault::Broken)
}
