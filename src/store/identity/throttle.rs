//! Throttles logins: counts wrong secrets, and gives the time to wait.
//!
//! Start at [`Store::login_wait`]. Only failures are counted, not checks in progress: twenty people who log in
//! at once all succeed. A checker asks here at its turn and reports the result before the next turn, so the
//! number of concurrent checks bounds a thousand simultaneous guesses (`web/attempt.rs`). Subjects are hashes
//! of the typed text: a nonexistent name counts like any other.

use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::{Store, StoreError};

/// After this time without a failure the count restarts.
const FORGOTTEN_SECONDS: i64 = 3600;

/// How failures make a subject wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// `free` failures cost nothing; each further one waits one second, two, four … up to `longest`.
    Doubling { free: i64, longest: i64 },
    /// `most` per hour, evenly: a leaky bucket.
    Hourly { most: i64 },
}

/// The subject of failures: a hash, and its pace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub hash: String,
    pub pace: Pace,
}

impl Pace {
    /// The remaining seconds.
    #[must_use]
    fn wait(self, failures: i64, failed_at: i64, now: i64) -> i64 {
        match self {
            Self::Doubling { free, longest } => {
                let beyond = failures - free;
                if beyond < 0 {
                    return 0;
                }
                let doublings = u32::try_from(beyond).unwrap_or(u32::MAX).min(32);
                let wait = 1_i64.checked_shl(doublings).unwrap_or(longest).min(longest);
                (failed_at + wait - now).max(0)
            }
            Self::Hourly { most } => {
                let over = self.level(failures, failed_at, now) + 1 - most;
                if over <= 0 {
                    return 0;
                }
                // At least one second, so that a refusal never names a wait of zero.
                (over * FORGOTTEN_SECONDS / most.max(1) - (now - failed_at).max(0)).max(1)
            }
        }
    }

    /// How many failures still count.
    const fn level(self, failures: i64, failed_at: i64, now: i64) -> i64 {
        let passed = if now > failed_at { now - failed_at } else { 0 };
        match self {
            Self::Doubling { .. } if passed >= FORGOTTEN_SECONDS => 0,
            Self::Doubling { .. } => failures,
            Self::Hourly { most } => {
                let left = failures - passed * most / FORGOTTEN_SECONDS;
                if left > 0 { left } else { 0 }
            }
        }
    }
}

impl Store {
    /// The remaining seconds before secrets of these subjects are checked; asking counts nothing.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn login_wait(&self, subjects: &[Subject], now: i64) -> Result<i64, StoreError> {
        let tx = self.reading()?;
        let mut longest = 0;
        for Subject { hash, pace } in subjects {
            if let Some((failures, failed_at)) = failures(&tx, hash)? {
                let counted = pace.level(failures, failed_at, now);
                if counted > 0 {
                    longest = longest.max(pace.wait(failures, failed_at, now));
                }
            }
        }
        Ok(longest)
    }

    /// Counts wrong secrets against every subject.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn login_failed(&self, subjects: &[Subject], now: i64) -> Result<(), StoreError> {
        let tx = self.writing()?;
        tx.atomically(|connection| {
            let old = "delete from login_failure where centre_id = ?1 and failed_at <= ?2";
            let values = params![tx.centre_id, now - FORGOTTEN_SECONDS];
            connection.prepare_cached(old)?.execute(values)?;
            for Subject { hash, pace } in subjects {
                let before = failures(&tx, hash)?;
                let level = before.map_or(0, |(count, at)| pace.level(count, at, now)) + 1;
                connection
                    .prepare_cached(
                        "insert into login_failure (centre_id, subject, failures, failed_at)
                            values (?1, ?2, ?3, ?4)
                         on conflict (centre_id, subject) do update
                         set failures = excluded.failures, failed_at = excluded.failed_at",
                    )?
                    .execute(params![tx.centre_id, hash, level, now])?;
            }
            Ok(())
        })
    }

    /// The secrets were right: resets the counts of these subjects.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn login_succeeded(&self, hashes: &[&str]) -> Result<(), StoreError> {
        let tx = self.writing()?;
        for hash in hashes {
            // Most have no count, and a write blocks all readers.
            if failures(&tx, hash)?.is_some() {
                let sql = "delete from login_failure where centre_id = ?1 and subject = ?2";
                tx.connection.prepare_cached(sql)?.execute(params![tx.centre_id, *hash])?;
            }
        }
        Ok(())
    }
}

/// A subject's failures, and the time of the last one.
fn failures(tx: &Tx, hash: &str) -> Result<Option<(i64, i64)>, StoreError> {
    let sql = "select failures, failed_at from login_failure where centre_id = ?1 and subject = ?2";
    let mut select = tx.connection.prepare_cached(sql)?;
    select.query_row_optional(params![tx.centre_id, hash], |row| row.read::<(_, _)>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_the_fifth_failure_on_the_wait_doubles_up_to_the_longest() {
        let pace = Pace::Doubling { free: 5, longest: 900 };
        let waits: Vec<i64> = (3..10).map(|failures| pace.wait(failures, 0, 0)).collect();
        assert_eq!(waits, [0, 0, 1, 2, 4, 8, 16]);
        assert_eq!(pace.wait(14, 0, 0), 512);
        assert_eq!(pace.wait(15, 0, 0), 900);
        assert_eq!(pace.wait(i64::MAX, 0, 0), 900);
        assert_eq!(pace.wait(8, 100, 105), 3, "five of eight seconds went by");
        assert_eq!(pace.level(8, 0, 3_600), 0, "an hour later it is forgotten");
    }

    #[test]
    fn of_a_hundred_an_hour_one_leaks_every_thirty_six_seconds() {
        let pace = Pace::Hourly { most: 100 };
        assert_eq!(pace.wait(99, 0, 0), 0);
        assert_eq!(pace.wait(100, 0, 0), 36);
        assert_eq!(pace.wait(100, 0, 35), 1);
        assert_eq!(pace.wait(100, 0, 36), 0);
        assert_eq!(pace.wait(110, 0, 0), 396);
        assert_eq!(pace.level(100, 0, 1_800), 50);
        assert_eq!(pace.level(100, 0, 3_600), 0);
        assert_eq!(pace.level(100, 50, 0), 100, "a clock that was put back forgives nothing");
    }
}
