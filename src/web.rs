//! The web desk, where staff work through suspense.
//!
//! Start at [`route::table`], which lists every address with the permission it needs and its handler. A request
//! passes [`guard`] (authentication, permission, CSRF), then its handler, which queries the store through
//! [`Desk::store`] and renders a template in a [`frame::Frame`]. Errors are [`fault::Fault`]s. [`serve`] owns the
//! socket: slow clients, connection limits, graceful shutdown.
//!
//! Invariant: a handler is reachable only through the table, and every route in it passes the guard.

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

/// Concurrent database calls. The database has one writer and readers wait for it, so more threads would only wait
/// elsewhere.
const STORE_THREADS: usize = 8;

/// Concurrent password checks: each takes 46 MiB and 25 ms of a core.
const HASHING_THREADS: usize = 2;
/// Additional checks for known devices and logged-in people, so that a crowd of strangers does not delay them.
const KNOWN_THREADS: usize = 1;

/// The settings of the desk.
pub struct Setup {
    pub store: Store,
    pub rules: Rulebook,
    /// The centre's name on every page.
    pub centre: String,
    /// The default language.
    pub language: Language,
    /// The reverse proxies, which end TLS and name the client in `X-Forwarded-For`.
    pub proxies: Proxies,
    /// Whether everybody needs a second factor.
    pub second_factor: bool,
    /// Keys to seal second factors and sign devices.
    pub keys: Keys,
    /// The token for `/metrics`; without one the desk's own address serves no metrics.
    pub metrics_token: Option<String>,
    /// Called when somebody's access changed or a change was requested, to notify approvers by mail; and when
    /// letters were released, to write the paper ones.
    pub told: Option<Told>,
    pub clock: Clock,
}

/// Returns the time in seconds since 1970-01-01 UTC: the caller's clock, or a test's.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Sends notifications by mail.
pub type Told = Arc<dyn Fn() + Send + Sync>;

/// The state shared by handlers.
#[derive(Clone)]
pub(crate) struct Desk {
    setup: Arc<Setup>,
    /// Pages that a redirect may lead to.
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

    /// Reads a page's data from one snapshot.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        self.store(|store| store.read(work)).await
    }

    /// Writes in one transaction.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        self.store(|store| store.write(work)).await
    }

    /// Uses the store on a blocking thread, each call in its own transaction. The closure owns what it needs.
    pub(crate) async fn store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        let setup = Arc::clone(&self.setup);
        Ok(blocking(&self.store_threads, move || work(&setup.store)).await??)
    }

    /// Runs CPU-heavy work such as password hashing, few at a time.
    pub(crate) async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        blocking(&self.hashing_threads, work).await
    }

    /// The same for known people.
    pub(crate) async fn hashing_for_known<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        blocking(&self.known_threads, work).await
    }

    /// The checks for new passwords.
    pub(crate) fn passwords(&self) -> password::Checker<'_> {
        password::Checker { rules: &self.setup.rules.login, centre: &self.setup.centre }
    }

    /// The centre's key in the store.
    pub(crate) fn centre_id(&self) -> i64 {
        self.setup.store.centre_id()
    }

    /// The current moment: acts are booked today.
    pub(crate) fn moment(&self) -> Moment {
        Moment { at: self.now(), on: self.today() }
    }

    /// Now, in seconds since 1970-01-01 UTC.
    pub(crate) fn now(&self) -> i64 {
        (self.setup.clock)()
    }

    /// Today in Beijing.
    pub(crate) fn today(&self) -> NaiveDate {
        beijing::time(self.now()).unwrap_or_default().date()
    }

    /// An instant for a page: day and minute in Beijing.
    pub(crate) fn shown_at(&self, at: i64) -> String {
        beijing::time(at)
            .map(|there| there.format("%Y-%m-%d %H:%M").to_string())
            .unwrap_or_default()
    }

    /// The remark reader and the advice on notices.
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

/// Runs work on a blocking thread once a permit is free.
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
