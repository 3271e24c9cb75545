//! Withdraws deliveries completely: their rows, their records, and the decisions on them.
//!
//! Start at [`Store::withdraw_feeds`]. It removes a delivery that should never have been ingested: a serial in
//! the amount column, a file of another centre. None of its rows may be settled, decided or handled by staff
//! ([`standing`]), and no other delivery may have delivered one of them ([`telling_apart`]). Deliveries that
//! depend on each other are withdrawn together.
//!
//! Invariant: one commit removes all of it or nothing, with an entry in the trail. The next night decides as if
//! it had never come, and the same file may be ingested again. Letters already written stay as history.

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

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withdrawn {
    pub feeds: Vec<TakenBack>,
}

/// A withdrawn delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    pub feed_id: String,
    pub file_name: String,
    pub taken_on: NaiveDate,
    pub transactions: u64,
    pub credit: Total,
    pub debit: Total,
    /// Its open suspense items.
    pub items: u64,
    /// Its rejected rows.
    pub set_aside: u64,
}

/// The result of a withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    Done(Withdrawn),
    /// Nothing was changed, because of these obstacles.
    Refused(Vec<InTheWay>),
    /// No delivery has this id, or several ids begin with it.
    NotOne {
        name: String,
        begin_so: Vec<String>,
    },
}

/// The deliveries being withdrawn, once they are known.
struct Work<'a> {
    tx: &'a Tx,
    feeds: Vec<Feed>,
    /// The account days with their rows, with the sums of their receipts: in and out.
    days: BTreeMap<(i64, i64), Receipts>,
}

/// The sums of the receipts for an account's day.
#[derive(Clone, Copy, Debug, Default)]
struct Receipts {
    credit: Total,
    debit: Total,
    /// An earlier release clamped one of them to 64 bits.
    cut_off: bool,
}

impl Store {
    /// Withdraws feeds; each is named by its id or a prefix of it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; obstacles are no error but part of the result.
    pub fn withdraw_feeds(
        &self,
        names: &[String],
        by: (&str, &str),
        note: &str,
        now: Moment,
    ) -> Result<Withdrawal, StoreError> {
        let tx = self.writing()?;
        tx.atomically_or_not(|connection| {
            // Staff may be handling a part of it: the lock makes them wait, and nothing they handle is removed.
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

    fn numbers(&self) -> BTreeSet<i64> {
        self.feeds.iter().filter_map(|feed| feed.number).collect()
    }

    /// Whether it is one of the withdrawn deliveries.
    fn is_mine(&self, feed_id: &str) -> bool {
        self.feeds.iter().any(|feed| feed.feed_id == feed_id)
    }

    /// Writes a trail entry for each, in the commit that removes it.
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
