//! Retries work with backoff, so that a server restart does not end a night.
//!
//! A night recognises its commits by content, so work that lost its connection is simply repeated: committed parts
//! are found, the rest is done. Only transient errors are retried ([`StoreError::is_passing`]); others are reported
//! at once.

use super::failure::Failure;
use crate::store::StoreError;
use std::time::Duration;

/// Attempts, and the pause before the second one; the pause doubles. A failover takes about a minute: 2 + 4 + 8 +
/// 16 + 32 seconds.
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_secs(2);

/// Does the work, with retries after transient errors.
pub(super) fn with_backoff<T>(mut work: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    let mut pause = PAUSE;
    for _ in 1..ATTEMPTS {
        match work() {
            Err(failure) if is_passing(&failure) => {
                let seconds = pause.as_secs();
                tell!("{}; trying again in {seconds} seconds", failure.sentence());
                std::thread::sleep(pause);
                pause *= 2;
            }
            other => return other,
        }
    }
    work()
}

fn is_passing(failure: &Failure) -> bool {
    failure.store_errors().any(StoreError::is_passing)
}
