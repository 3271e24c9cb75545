//! One booking in two forms: as one sum, and part by part.
//!
//! Start at [`Intake::settle_parts`]. A bank books a batch of payments as one sum, and reports it once bare and
//! once with details; both have the same serial and sum, and are the same money. The order of the two does not
//! matter: while nothing of the sum is settled or handled by staff, the parts replace it; afterwards the parts
//! count as "seen". `booking` records that the parts are stored, so that a sum that comes later counts as seen.
//!
//! Invariant: the sum and its parts are never both transactions. A posting of the sum's decision is reversed,
//! not deleted.

use super::super::{StoreError, WorkingSet, trail};
use super::known::{Known, Stage};
use super::origin::Sign;
use super::{Intake, Placed};
use crate::remittance::{Direction, Money, Subject};
use crate::store::database::row::{day_number, direction_number};
use crate::store::database::sql::{Connection, params};
use crate::store::posting::working_set::account_id;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A booking as one sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) booked_on: NaiveDate,
    pub(super) direction: Direction,
    pub(super) amount: Money,
}

/// The rows of an open transaction that nobody decided; the transaction itself is deleted last. Its postings
/// stay, with their reversals.
const HANGING: [&str; 4] = ["telling", "allocation", "suspense_item", "decision"];

impl Intake<'_> {
    /// Decides the parts of bookings that are known as one sum.
    pub(super) fn settle_parts(
        &mut self,
        rows: Vec<Placed<'_>>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut bookings: BTreeMap<(i64, &str), Vec<Placed<'_>>> = BTreeMap::new();
        for placed in rows {
            let serial = placed.booking.map(|(serial, _)| serial).unwrap_or_default();
            bookings.entry((account_id(placed.row.account), serial)).or_default().push(placed);
        }
        let keys: Vec<(i64, &str)> = bookings.keys().copied().collect();
        // Staff may be handling one of them: the lock makes them wait, and their earlier decisions are not
        // undone.
        trail::hold(&self.tx.connection, self.tx.centre_id)?;
        let mut known = self.known(&keys)?;
        let mut writable = Vec::new();
        for ((account, serial), parts) in bookings {
            let whole = known.remove(&(account, serial.to_owned()));
            let taken = match whole {
                None => true,
                Some(whole) => self.take_apart(&whole, &parts, working_set)?,
            };
            if let (true, Some(first)) = (taken, parts.first()) {
                let amount = first.booking.map(|(_, amount)| amount).unwrap_or_default();
                let (booked_on, direction) = (first.row.booked_on, first.row.direction);
                let whole = Whole { booked_on, direction, amount };
                self.bookings.insert((account, serial.to_owned()), whole);
                writable.extend(parts);
            }
        }
        match &*self.tx.connection {
            Connection::Sqlite(..) => self.write_singly(writable, working_set),
            Connection::Postgres(..) => {
                let once = writable.into_iter().filter_map(|placed| {
                    let (account, serial) = placed.identity();
                    let named = self.met_as_hash(account, serial);
                    if self.met_here.insert(named) {
                        return Some(placed);
                    }
                    self.keep_back(&placed);
                    None
                });
                let once: Vec<Placed<'_>> = once.collect();
                self.insert_rows(once, working_set)
            }
        }
    }

    /// Whether the parts replace the stored sum; if so, the sum is deleted.
    fn take_apart(
        &mut self,
        whole: &Known,
        parts: &[Placed<'_>],
        working_set: &mut WorkingSet,
    ) -> Result<bool, StoreError> {
        let sum = parts.first().and_then(|part| part.booking).map(|(_, amount)| amount);
        let same = |part: &Placed<'_>| {
            (part.transaction.direction, part.transaction.booked_on)
                == (whole.direction, whole.booked_on)
        };
        if sum != Some(whole.amount) || !parts.iter().all(same) {
            for part in parts {
                self.note_conflict(whole);
                self.reject_conflict(part.row.line, &part.transaction, &whole.transaction());
            }
            return Ok(false);
        }
        match whole.stage {
            Stage::Settled => {
                self.note_seen(whole, parts.len() as u64);
                return Ok(false);
            }
            Stage::Tonight => working_set.outdate(),
            Stage::Open => self.undo_decision(whole)?,
        }
        self.note_changed(whole);
        self.take_out(whole)?;
        self.receive(whole.account_id, &whole.transaction(), Sign::Out);
        Ok(true)
    }

    /// Undoes a night's decision of a transaction: its postings, its item, its pending notification.
    fn undo_decision(&mut self, whole: &Known) -> Result<(), StoreError> {
        self.completed = true;
        let tx = self.tx;
        let key =
            params![tx.centre_id, whole.account_id, whole.serial, day_number(whole.booked_on)];
        let sql = "select 1 from decision where centre_id = ?1 and account_id = ?2 and serial = ?3
            and booked_on = ?4 and outcome = 3";
        if tx.connection.prepare_cached(sql)?.exists(key)? {
            self.reverse(whole)?;
        }
        for table in HANGING {
            let sql = format!(
                "delete from {table} where centre_id = ?1 and account_id = ?2 and serial = ?3
                    and booked_on = ?4"
            );
            tx.connection.prepare_cached(&sql)?.execute(key)?;
        }
        Ok(())
    }

    /// Reverses its posting to suspense.
    fn reverse(&self, whole: &Known) -> Result<(), StoreError> {
        let (debit, credit) = match whole.direction {
            Direction::Credit => (Subject::Suspense, Subject::Receipts),
            Direction::Debit => (Subject::Other, Subject::Suspense),
        };
        let transaction = (whole.account_id, &*whole.serial, day_number(whole.booked_on));
        let posting = (debit, credit, whole.amount);
        crate::store::posting::journal::post_step(self.tx, self.taken_on, transaction, posting)
    }

    /// Records the bookings whose parts this delivery brought.
    pub(super) fn note_bookings(&mut self) -> Result<(), StoreError> {
        let bookings: Vec<((i64, String), Whole)> =
            std::mem::take(&mut self.bookings).into_iter().collect();
        self.has_bookings |= !bookings.is_empty();
        let sql = "insert into booking
                (centre_id, account_id, serial, booked_on, direction, amount_fen, feed_no)
            select ?1, v.column1, v.column2, v.column3, v.column4, v.column5, v.column6
            from (values …) v where true
            on conflict (centre_id, account_id, serial) do nothing";
        let feed_no = self.feed_no;
        self.tx.change(sql, &bookings, |row, ((account, serial), whole)| {
            row.bind(*account)?;
            row.bind(serial)?;
            row.bind(whole.day())?;
            row.bind(direction_number(whole.direction))?;
            row.bind(whole.amount.fen())?;
            row.bind(feed_no)
        })
    }
}
