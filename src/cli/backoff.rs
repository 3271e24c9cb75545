//! A night is not given up because a server restarts.
//!
//! What a night commits is known by content, so a piece of it that lost its connection is simply done
//! again: what was committed is found, the rest is done. Only what passes is waited for
//! ([`StoreError::is_passing`]); everything else is said at once.

use super::failure::Failure;
use crate::store::StoreError;
use std::time::Duration;

/// How often a piece of work is begun, and how long it waits before the second attempt; the pause
/// doubles. A failover takes a minute or so: 2 + 4 + 8 + 16 + 32 seconds.
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_secs(2);

/// Does the work, again where what stopped it passes.
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
