//! The web desk: where staff work through suspense.
//!
//! Start at [`route::table`]: every address there is, what it needs of whoever asks, and who answers.
//! A request passes [`guard`] (who is it, may they, is the form ours), then its handler, which asks
//! the store through [`Desk::store`] and shows a template in a [`frame::Frame`]. What goes wrong on the
//! way is a [`fault::Fault`]. [`serve`] is the socket: slow senders, many connections, a graceful end.
//!
//! Invariant: no handler is reachable but through the table, and no route of it without the guard.

mod access;
pub mod account;
mod api;
mod asset;
mod attempt;
mod confirm;
mod connection;
mod cookie;
mod device;
mod fault;
mod fault_page;
mod frame;
mod guard;
mod header;
mod health;
pub mod key;
mod listed;
mod login;
mod menu;
mod metric;
mod next;
mod own;
mod page;
pub mod password;
mod people;
pub mod proxy;
mod readings;
mod route;
mod second_factor;
mod secret;
mod serve;
mod session;
mod unsubscribe;
mod view;
mod visit;

pub use listed::Listed;
pub use route::listed;
pub use serve::{serve, serve_figures};
pub use session::Access;

use crate::remittance::{Language, beijing};
use crate::rulebook::Rulebook;
use crate::store::{Store, StoreError};
use crate::suspense::Moment;
use chrono::NaiveDate;
use fault::Fault;
use key::Keys;
use next::Pages;
use proxy::Proxies;
use readings::Readings;
use std::fmt;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Statements that run at once. The database has one writer and readers wait for it, so more threads
/// would only wait elsewhere.
const STORE_THREADS: usize = 8;

/// Passwords that are checked at once: each takes 46 MiB and 25 ms of a core.
const HASHING_THREADS: usize = 2;
/// Of known devices and of whoever is logged in, beside those: a crowd of strangers does not stand before them.
const KNOWN_THREADS: usize = 1;

/// What the desk is told when it starts.
pub struct Setup {
    pub store: Store,
    pub rules: Rulebook,
    /// The centre's name, as every page shows it.
    pub centre: String,
    /// The language of whoever has not chosen one.
    pub language: Language,
    /// The proxies in front, which end TLS and name the client in `X-Forwarded-For`.
    pub proxies: Proxies,
    /// Whether nobody works without a second factor.
    pub second_factor: bool,
    /// What second factors are sealed and devices signed with.
    pub keys: Keys,
    /// What a monitor shows for `/metrics`; without it there are no figures at the desk's own address.
    pub metrics_token: Option<String>,
    /// Called when somebody's access changed, or was asked to, so that approvers are told by mail; and when letters
    /// were released, so that those on paper are written.
    pub told: Option<Told>,
    pub clock: Clock,
}

/// Says what time it is: seconds since 1970-01-01, UTC. The shell's, or a test's.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Has what happened told by mail.
pub type Told = Arc<dyn Fn() + Send + Sync>;

/// The desk as its handlers know it.
#[derive(Clone)]
pub(crate) struct Desk {
    setup: Arc<Setup>,
    /// Where somebody may be sent.
    pages: Pages,
    readings: Arc<Readings>,
    store_threads: Arc<Semaphore>,
    hashing_threads: Arc<Semaphore>,
    known_threads: Arc<Semaphore>,
    lanes: Arc<attempt::Lanes>,
    requests: Arc<connection::Requests>,
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
            pages: Pages::of(route::pages()),
            setup: Arc::new(setup),
            store_threads: Arc::new(Semaphore::new(STORE_THREADS)),
            hashing_threads: Arc::new(Semaphore::new(HASHING_THREADS)),
            known_threads: Arc::new(Semaphore::new(KNOWN_THREADS)),
            lanes: Arc::default(),
            requests: Arc::default(),
            metrics: Arc::default(),
        }
    }

    /// Reads what a page shows, all of it as it stands together.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        self.store(|store| store.read(work)).await
    }

    /// Writes several things together, or none of them.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        self.store(|store| store.write(work)).await
    }

    /// Uses the store on a thread that may wait, each verb in a transaction of its own. The work owns what it needs.
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

    /// The same for whoever is known already.
    pub(crate) async fn hashing_for_known<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        blocking(&self.known_threads, work).await
    }

    /// What new passwords are held against.
    pub(crate) fn passwords(&self) -> password::Checker<'_> {
        password::Checker { rules: &self.setup.rules.login, centre: &self.setup.centre }
    }

    /// The number under which the centre's rows stand.
    pub(crate) fn centre_id(&self) -> i64 {
        self.setup.store.centre_id()
    }

    /// When: what is done now is booked today.
    pub(crate) fn moment(&self) -> Moment {
        Moment { at: self.now(), on: self.today() }
    }

    /// Now, in seconds since 1970-01-01, UTC.
    pub(crate) fn now(&self) -> i64 {
        (self.setup.clock)()
    }

    /// Today in Beijing.
    pub(crate) fn today(&self) -> NaiveDate {
        beijing::time(self.now()).unwrap_or_default().date()
    }

    /// An instant as a page shows it: Beijing's day and minute.
    pub(crate) fn shown_at(&self, at: i64) -> String {
        beijing::time(at)
            .map(|there| there.format("%Y-%m-%d %H:%M").to_string())
            .unwrap_or_default()
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
