//! Claims a centre while a command works on it.
//!
//! A lease in the centre's row tells everybody who shares the database; a thread renews it during the work. For a
//! database file there is also an operating system lock: whoever gets it knows that the earlier holder is dead and
//! does not wait for the lease to expire.

use super::clock;
use super::failure::Failure;
use crate::store::{CentreLock, Holder, Lease, Store};
use std::sync::OnceLock;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often to check whether the centre is free.
const ASKED_EVERY: Duration = Duration::from_millis(200);

/// A claim, released on drop.
pub(super) struct CentreClaim {
    store: Store,
    heart: Option<(Sender<()>, JoinHandle<()>)>,
    _lock: Option<CentreLock>,
}

impl CentreClaim {
    /// Claims a centre, waiting up to `backoff` for another run to finish.
    pub(super) fn take(store: &Store, code: &str, backoff: Duration) -> Result<Self, Failure> {
        let began = Instant::now();
        loop {
            if let Some(claim) = Self::try_take(store, code, holder())? {
                return Ok(claim);
            }
            if began.elapsed() >= backoff {
                return Err(Failure::Held(format!(
                    "another run holds the centre {code:?} in {}; let it finish and try again",
                    store.shown()
                )));
            }
            std::thread::sleep(ASKED_EVERY);
        }
    }

    fn try_take(store: &Store, code: &str, holder: &Holder) -> Result<Option<Self>, Failure> {
        let lock = match store.path() {
            None => None,
            Some(path) => match CentreLock::try_take(path, code)? {
                None => return Ok(None),
                lock => lock,
            },
        };
        let Some(store) = store.claim(holder, clock::now(), lock.is_some())? else {
            return Ok(None);
        };
        let heart = Some(beat(store.clone()));
        Ok(Some(Self { store, heart, _lock: lock }))
    }

    /// The store under this claim.
    pub(super) fn store(&self) -> Store {
        self.store.clone()
    }
}

/// Renews the claim until told to stop.
fn beat(store: Store) -> (Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = channel();
    let every = Duration::from_secs(Lease::RENEWED_EVERY_SECONDS);
    let heart = std::thread::spawn(move || {
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(every) {
            // The next renewal or commit makes up for a failed one; the commit detects a renewal that came too
            // late.
            if let Err(error) = store.renew(clock::now()) {
                tracing::debug!(%error, "the claim could not be renewed just now");
            }
        }
    });
    (stop, heart)
}

impl Drop for CentreClaim {
    fn drop(&mut self) {
        if let Some((stop, heart)) = self.heart.take() {
            drop(stop);
            // The renewing thread may have panicked; there is nothing to do.
            let _ = heart.join();
        }
        if let Err(error) = self.store.release() {
            tracing::warn!(%error, "the claim was not given back; it runs out within a minute");
        }
    }
}

/// This process under one stable name, so that it recognises its own claim when the database's answer was lost.
fn holder() -> &'static Holder {
    static HOLDER: OnceLock<Holder> = OnceLock::new();
    HOLDER.get_or_init(|| Holder::new(&machine(), std::process::id(), clock::now_nanos()))
}

/// This machine's name, for people who ask who holds a centre.
fn machine() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => "unnamed".to_owned(),
        name => name.to_owned(),
    }
}
