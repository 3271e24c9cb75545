//! The right to work on a centre: a lease on its own row, claimed by compare and set.
//!
//! Start at [`Store::claim`]. The holder renews the lease while it works; the lease of a dead worker expires,
//! and the next worker claims it. The same statements work on SQLite, PostgreSQL and a distributed PostgreSQL,
//! and none needs a session. Instants come from the caller, in seconds since 1970 UTC: machines that share a
//! database must agree on the time within a few seconds, a fraction of [`Lease::SECONDS`].
//!
//! Invariant: every commit of a holder proves that the lease is still its own ([`Tx::fence`]), so a worker that
//! slept past its lease writes nothing.

use super::claim::{Claimed, Holder};
use super::columns::{columns, select};
use super::row::day_number;
use super::sql::params;
use super::tx::Tx;
use crate::store::{Store, StoreError};
use chrono::NaiveDate;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Who holds a centre and until when, and how its last night ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub code: String,
    /// Empty if nobody ever held it.
    pub holder: String,
    pub claimed_at: i64,
    pub lease_until: i64,
    pub last: Option<Ended>,
}

/// How a night ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub night: NaiveDate,
    pub ended_at: i64,
    pub ending: Ending,
    pub failure: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Done,
    /// Done, but some input was rejected.
    SetAside,
    Failed,
}

impl Ending {
    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::SetAside => "set-aside",
            Self::Failed => "failed",
        }
    }

    fn from_code(code: &str) -> Result<Self, StoreError> {
        [Self::Done, Self::SetAside, Self::Failed]
            .into_iter()
            .find(|ending| ending.code() == code)
            .ok_or_else(|| StoreError::Unknown {
                table: "centre_lease",
                column: "ending",
                found: code.to_owned(),
            })
    }
}

impl Lease {
    /// How long a claim lasts without renewal: long enough for a busy machine, short enough that another worker
    /// finishes a dead worker's centre the same night.
    pub const SECONDS: i64 = 60;

    /// How often a holder renews it.
    pub const RENEWED_EVERY_SECONDS: u64 = 10;

    #[must_use]
    pub const fn is_held_at(&self, now: i64) -> bool {
        self.lease_until >= now
    }
}

const CLAIM: &str = "update centre_lease set holder = ?2, claimed_at = ?3, lease_until = ?4
    where centre_id = ?1 and (lease_until < ?3 or holder = ?2 or ?5 = 1)";

/// Also run by every commit as its proof: it touches the holder's row or none.
const RENEW: &str = "update centre_lease set lease_until = ?3 where centre_id = ?1 and holder = ?2";

impl Store {
    /// Claims the centre; `None` if another holds it. `over_the_dead` claims it regardless, for a caller that
    /// knows by other means that the holder is gone.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn claim(
        &self,
        holder: &Holder,
        now: i64,
        over_the_dead: bool,
    ) -> Result<Option<Self>, StoreError> {
        let tx = self.writing()?;
        let until = now + Lease::SECONDS;
        let values = params![tx.centre_id, holder.as_str(), now, until, over_the_dead];
        let claimed = tx.connection.prepare_cached(CLAIM)?.execute(values)?;
        let claim = || Claimed { holder: holder.clone(), until: Arc::new(until.into()) };
        Ok((claimed > 0).then(|| Self { claim: Some(claim()), ..self.clone() }))
    }

    /// Renews the claim; `false` if another has taken it. If the database cannot be written just now, the
    /// holder's next commit renews it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn renew(&self, now: i64) -> Result<bool, StoreError> {
        let Some(claim) = &self.claim else { return Ok(false) };
        claim.until.store(now + Lease::SECONDS, Ordering::Relaxed);
        self.writing()?.renew(claim)
    }

    /// Releases the lease.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; the lease then expires by itself.
    pub fn release(&self) -> Result<(), StoreError> {
        let Some(claim) = &self.claim else { return Ok(()) };
        claim.until.store(0, Ordering::Relaxed);
        self.writing()?.renew(claim).map(|_| ())
    }

    /// Records how a night ended.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn end_night(&self, ended: &Ended) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let sql = "update centre_lease set night = ?2, ended_at = ?3, ending = ?4, failure = ?5
            where centre_id = ?1";
        tx.connection.prepare_cached(sql)?.execute(params![
            tx.centre_id,
            day_number(ended.night),
            ended.ended_at,
            ended.ending.code(),
            ended.failure
        ])?;
        Ok(())
    }

    /// Who holds this centre, and how its last night ended.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn lease(&self) -> Result<Lease, StoreError> {
        let tx = self.reading()?;
        let sql = select::<LeaseColumns>(&format!("{LEASE} where c.centre_id = ?1"));
        tx.connection.fetch_one::<LeaseColumns>(&sql, params![tx.centre_id])?.lease()
    }

    /// The leases of every centre in the database, ordered by code.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn leases(&self) -> Result<Vec<Lease>, StoreError> {
        let tx = self.reading()?;
        let from = format!("{LEASE} order by c.code");
        let found: Vec<LeaseColumns> = tx.connection.select_all(&from, params![])?;
        found.into_iter().map(LeaseColumns::lease).collect()
    }
}

/// A query over all centres, for the program that assigns work; no night runs it.
const LEASE: &str = "from centre c join centre_lease l using (centre_id)";

columns! {
    struct LeaseColumns of "l" {
        code: String = "c.code",
        holder: String,
        claimed_at: i64,
        lease_until: i64,
        night: Option<NaiveDate>,
        ended_at: Option<i64>,
        ending: Option<String>,
        failure: Option<String>,
    }
}

impl LeaseColumns {
    fn lease(self) -> Result<Lease, StoreError> {
        let last = match self.night {
            None => None,
            Some(night) => Some(Ended {
                night,
                ended_at: self.ended_at.unwrap_or_default(),
                ending: Ending::from_code(&self.ending.unwrap_or_default())?,
                failure: self.failure,
            }),
        };
        Ok(Lease {
            code: self.code,
            holder: self.holder,
            claimed_at: self.claimed_at,
            lease_until: self.lease_until,
            last,
        })
    }
}

impl Tx {
    /// Proves, inside a transaction, that this store still holds its lease.
    pub(in crate::store) fn fence(&self) -> Result<(), StoreError> {
        match self.claim() {
            Some(claim) if !self.renew(claim)? => {
                Err(StoreError::LeaseLost { holder: claim.holder.as_str().to_owned() })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn renew(&self, claim: &Claimed) -> Result<bool, StoreError> {
        let until = claim.until.load(Ordering::Relaxed);
        let values = params![self.centre_id, claim.holder.as_str(), until];
        Ok(self.connection.prepare_cached(RENEW)?.execute(values)? > 0)
    }
}
