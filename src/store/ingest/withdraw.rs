//! Takes deliveries back whole: what they brought, what they said of themselves, what was judged of it.
//!
//! Start at [`Store::withdraw_feeds`]. It is the way out for a delivery that should never have come in: a serial in the
//! amount's column, a file of another centre. Nothing of it may be settled, decided or in the hands of staff
//! ([`standing`]), and no other delivery may stand for one of its rows ([`telling_apart`]). Several are withdrawn
//! together where one stands on the other.
//!
//! Invariant: one commit takes all of it or nothing, with an entry in the trail; the next night judges as if it
//! had never come, and the same file may come in again. Letters that were written are history and stay.

mod listed;
mod standing;
mod taking_away;
mod telling_apart;

pub use listed::FeedRow;
pub use standing::{Held, InTheWay};

use crate::remittance::Total;
use crate::store::database::row::WideTotal;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::{Store, StoreError, trail};
use crate::suspense::Moment;
use crate::suspense::trail::{TrailEntry, TrailEvent};
use chrono::NaiveDate;
use listed::Feed;
use std::collections::{BTreeMap, BTreeSet};

/// What was taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withdrawn {
    pub feeds: Vec<TakenBack>,
}

/// A delivery that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    pub feed_id: String,
    pub file_name: String,
    pub taken_on: NaiveDate,
    pub transactions: u64,
    pub credit: Total,
    pub debit: Total,
    /// Suspense items that were open.
    pub items: u64,
    /// Rows that were set aside.
    pub set_aside: u64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    Done(Withdrawn),
    /// Nothing was changed: this stands in the way.
    Refused(Vec<InTheWay>),
    /// No delivery is called so, or several begin so.
    NotOne {
        name: String,
        begin_so: Vec<String>,
    },
}

/// What is being withdrawn, once it is known.
struct Work<'a> {
    tx: &'a Tx,
    feeds: Vec<Feed>,
    /// The account days on which they brought something, with what their receipts say: in and out.
    days: BTreeMap<(i64, i64), Receipts>,
}

/// What receipts say of an account's day.
#[derive(Clone, Copy, Debug, Default)]
struct Receipts {
    credit: Total,
    debit: Total,
    /// An earlier release cut one of them off where 64 bits end.
    cut_off: bool,
}

impl Store {
    /// Takes feeds back; each is named by its id, or by how its id begins.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; what stands in the way is no error but in the result.
    pub fn withdraw_feeds(
        &self,
        names: &[String],
        by: (&str, &str),
        note: &str,
        now: Moment,
    ) -> Result<Withdrawal, StoreError> {
        let tx = self.writing()?;
        tx.atomically_or_not(|connection| {
            // Staff may be at work on a part of it: they wait, and nothing is taken from under their hands.
            trail::hold(connection, tx.centre_id)?;
            let mut feeds: Vec<Feed> = Vec::new();
            for name in names {
                let mut found = listed::named(&tx, name)?;
                match (found.pop(), found.is_empty()) {
                    (Some(only), true) => {
                        if feeds.iter().all(|feed| feed.feed_id != only.feed_id) {
                            feeds.push(only);
                        }
                    }
                    (last, _) => {
                        let several = found.into_iter().chain(last).map(|feed| feed.feed_id);
                        let (name, begin_so) = (name.clone(), several.collect());
                        return Ok((Withdrawal::NotOne { name, begin_so }, false));
                    }
                }
            }
            let work = Work::of(&tx, feeds)?;
            let in_the_way = work.in_the_way()?;
            if !in_the_way.is_empty() {
                return Ok((Withdrawal::Refused(in_the_way), false));
            }
            let withdrawn = work.take_away()?;
            work.tell(&withdrawn, by, note, now)?;
            Ok((Withdrawal::Done(withdrawn), true))
        })
    }
}

impl<'a> Work<'a> {
    fn of(tx: &'a Tx, mut feeds: Vec<Feed>) -> Result<Self, StoreError> {
        let mut days: BTreeMap<(i64, i64), Receipts> = BTreeMap::new();
        let sql = "select account_id, booked_on, credit_fen, credit_over, debit_fen, debit_over,
                case when 9223372036854775807 in (credit_fen, debit_fen) then 1 else 0 end
            from receipt where centre_id = ?1 and feed_id = ?2";
        for feed in &mut feeds {
            let found = tx.connection.fetch_all(sql, params![tx.centre_id, feed.feed_id])?;
            for (key, WideTotal(credit), WideTotal(debit), cut_off) in found {
                let cut_off: bool = cut_off;
                let receipts = days.entry(key).or_default();
                receipts.credit += credit;
                receipts.debit += debit;
                receipts.cut_off |= cut_off;
                feed.days.insert(key);
            }
        }
        Ok(Self { tx, feeds, days })
    }

    /// The numbers of those that have one.
    fn numbers(&self) -> BTreeSet<i64> {
        self.feeds.iter().filter_map(|feed| feed.number).collect()
    }

    /// Whether it is one of those that are withdrawn.
    fn is_mine(&self, feed_id: &str) -> bool {
        self.feeds.iter().any(|feed| feed.feed_id == feed_id)
    }

    /// An entry for each, in the commit that takes it away.
    fn tell(
        &self,
        withdrawn: &Withdrawn,
        (actor, role): (&str, &str),
        note: &str,
        now: Moment,
    ) -> Result<(), StoreError> {
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        trail::next_turn(connection, centre)?;
        for feed in &withdrawn.feeds {
            let detail = serde_json::json!({
                "file": feed.file_name,
                "taken_on": feed.taken_on.to_string(),
                "transactions": feed.transactions,
                "credit": feed.credit,
                "debit": feed.debit,
                "items": feed.items,
                "set_aside": feed.set_aside,
                "note": note,
            });
            let entry = TrailEntry {
                at: now.at,
                actor: actor.to_owned(),
                role: role.to_owned(),
                event: TrailEvent::FeedWithdrawn,
                subject: feed.feed_id.clone(),
                detail: detail.to_string(),
            };
            trail::append(connection, centre, &entry)?;
        }
        trail::rebuild_epoch(connection, centre)
    }
}
