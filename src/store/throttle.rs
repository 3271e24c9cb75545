//! How often somebody failed to log in, and how long they wait.
//!
//! An attempt is counted before it is made, so that a thousand at once are a thousand; success takes
//! it back. Subjects are hashes of what was typed: a name that does not exist is counted like any other.

use super::bulk::Bulk;
use super::sql::params;
use super::{Store, StoreError};

/// Failures that cost nothing.
const FREE_FAILURES: i64 = 5;
/// The longest wait: long enough against guessing, short enough for whoever is locked out by a stranger.
const WAIT_SECONDS_MAX: i64 = 15 * 60;
/// After that long without a failure one begins anew.
const FORGOTTEN_SECONDS: i64 = 3600;

/// Seconds to wait after so many failures: 1, 2, 4, … from the fifth on.
#[must_use]
fn wait_after(failures: i64) -> i64 {
    let beyond = failures - FREE_FAILURES;
    if beyond < 0 {
        return 0;
    }
    let doublings = u32::try_from(beyond).unwrap_or(u32::MAX);
    1_i64.checked_shl(doublings.min(32)).unwrap_or(WAIT_SECONDS_MAX).min(WAIT_SECONDS_MAX)
}

impl Store {
    /// Counts an attempt against every subject; or counts nothing, and says how many seconds remain.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn attempt_login(&self, subjects: &[String], now: i64) -> Result<Option<i64>, StoreError> {
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        bulk.atomically(|connection| {
            connection
                .prepare_cached(
                    "delete from login_failure where centre_id = ?1 and failed_at <= ?2",
                )?
                .execute(params![centre, now - FORGOTTEN_SECONDS])?;
            let mut longest = 0;
            for subject in subjects {
                let mut select = connection.prepare_cached(
                    "select failures, failed_at from login_failure
                     where centre_id = ?1 and subject = ?2",
                )?;
                let mut rows = select.query(params![centre, subject])?;
                if let Some(row) = rows.next()? {
                    let (failures, failed_at): (i64, i64) = (row.get(0)?, row.get(1)?);
                    longest = longest.max(failed_at + wait_after(failures) - now);
                }
            }
            if longest > 0 {
                return Ok(Some(longest));
            }
            for subject in subjects {
                connection
                    .prepare_cached(
                        "insert into login_failure values (?1, ?2, 1, ?3)
                         on conflict (centre_id, subject) do update
                         set failures = login_failure.failures + 1, failed_at = excluded.failed_at",
                    )?
                    .execute(params![centre, subject, now])?;
            }
            Ok(None)
        })
    }

    /// The attempt succeeded: the account begins anew, the address has this one back. (One who has an
    /// account could otherwise clear the address between guesses at another's.)
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn login_succeeded(&self, account: &str, address: &str) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        bulk.atomically(|connection| {
            connection
                .prepare_cached("delete from login_failure where centre_id = ?1 and subject = ?2")?
                .execute(params![centre, account])?;
            connection
                .prepare_cached(
                    "update login_failure set failures = failures - 1
                     where centre_id = ?1 and subject = ?2",
                )?
                .execute(params![centre, address])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_the_fifth_failure_on_the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (3..10).map(wait_after).collect();
        assert_eq!(waits, [0, 0, 1, 2, 4, 8, 16]);
        assert_eq!(wait_after(14), 512);
        assert_eq!(wait_after(15), 900);
        assert_eq!(wait_after(i64::MAX), 900);
    }
}
