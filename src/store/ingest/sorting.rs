//! Takes out of a batch the rows that cannot be written directly.
//!
//! Start at [`Intake::sort_out`]. Nearly every row passes: it has a serial and is not part of a booking, and no
//! booking is stored. The others are looked up together, a batch at a time.

use super::super::{StoreError, WorkingSet};
use super::agree::united;
use super::batch::{BatchRow, TransactionBatch};
use super::booking::Whole;
use super::branch::BranchKeys;
use super::origin::Met;
use super::silent::SILENT;
use super::{Identity, Intake, Placed, place};
use crate::remittance::BankTransaction;
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::row::day_number;
use crate::store::database::tx::Binder;
use crate::store::posting::working_set::account_id;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

/// Bookings stored part by part, by account and serial, with the feed that brought the parts.
type InParts = BTreeMap<(i64, String), (Whole, Option<i64>)>;

impl Intake<'_> {
    /// Leaves the writable rows in a batch.
    pub(super) fn sort_out(
        &mut self,
        mut batch: TransactionBatch,
        working_set: &mut WorkingSet,
    ) -> Result<TransactionBatch, StoreError> {
        if batch.rows.iter().any(|row| row.own_serial.is_some()) {
            batch = self.under_old_serials(&batch)?;
        }
        let is_plain =
            |row: &BatchRow| row.booking.is_none() && !batch.serial(row).starts_with(SILENT);
        if !self.has_bookings && batch.rows.iter().all(is_plain) {
            return Ok(batch);
        }
        let wholes = self.wholes_of(&batch)?;
        let in_parts = self.in_parts(&batch)?;
        let branches: &RefCell<BranchKeys> = self.branches;
        let branches = branches.borrow();
        let mut named = Vec::new();
        for row in std::mem::take(&mut batch.rows) {
            let key = (account_id(row.account), batch.serial(&row).to_owned());
            let booking = batch.booking(&row).filter(|(serial, _)| !serial.is_empty());
            if let Some((serial, amount)) = booking.filter(|(serial, _)| *serial != key.1) {
                let whole = (key.0, serial.to_owned());
                if wholes.contains(&whole) {
                    let bank = branches.names(row.branch);
                    self.parts.copy(&row, &batch.transaction(&row, bank), serial);
                    continue;
                }
                let (booked_on, direction) = (row.booked_on, row.direction);
                self.bookings.insert(whole, Whole { booked_on, direction, amount });
            } else if let Some((whole, feed_no)) = in_parts.get(&key)
                && *whole == Whole::of(&row)
            {
                // Its parts are stored: the same money, with fewer details.
                self.taken.seen += 1;
                self.met_of.note((key.0, row.booked_on), *feed_no, Met::Seen, 1);
                continue;
            }
            let silent = key.1.starts_with(SILENT);
            if silent && !self.is_quiet((key.0, row.booked_on))? {
                named.push(row);
            } else {
                batch.rows.push(row);
            }
        }
        drop(branches);
        self.meet_named(&mut batch, named, working_set)?;
        Ok(batch)
    }

    /// Handles rows without a serial on days with stored rows: those with a known name are duplicates, the
    /// others are deferred to the end.
    fn meet_named(
        &mut self,
        batch: &mut TransactionBatch,
        named: Vec<BatchRow>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        if named.is_empty() {
            return Ok(());
        }
        let plain = std::mem::replace(&mut batch.rows, named);
        let branches: &RefCell<BranchKeys> = self.branches;
        let branches = branches.borrow();
        let rows = place(batch, &branches)?;
        let keys: Vec<Identity<'_>> = rows.iter().map(Placed::identity).collect();
        let known = self.known(&keys)?;
        for (placed, (account, serial)) in rows.iter().zip(keys) {
            let archived = self.is_archived(&placed.transaction);
            match known.get(&(account, serial.to_owned())) {
                Some(kept) => {
                    self.claim(account, serial, working_set);
                    self.on_duplicate(placed, kept, working_set)?;
                }
                None if archived => self.reject_late_conflict(placed.row.line, &placed.transaction),
                None => self.silent.copy(placed.row, &placed.transaction, ""),
            }
        }
        drop(rows);
        batch.rows = plain;
        Ok(())
    }

    /// The bookings of a batch's parts that are stored as one transaction.
    fn wholes_of(&self, batch: &TransactionBatch) -> Result<HashSet<(i64, String)>, StoreError> {
        let whole = |row: &BatchRow| {
            let (serial, _) = batch.booking(row)?;
            (serial != batch.serial(row) && !serial.is_empty())
                .then(|| (account_id(row.account), serial.to_owned()))
        };
        let mut keys: Vec<(i64, String)> = batch.rows.iter().filter_map(whole).collect();
        keys.sort_unstable();
        keys.dedup();
        Ok(self.known(&keys)?.into_keys().collect())
    }

    /// The rows of a batch whose bookings are stored part by part.
    fn in_parts(&self, batch: &TransactionBatch) -> Result<InParts, StoreError> {
        let mut known = BTreeMap::new();
        if !self.has_bookings {
            return Ok(known);
        }
        let key = "b.account_id = v.column1 and b.serial = v.column2";
        let listed = query_in(&self.tx.connection, LIST, "booking", key, "b");
        let sql = format!(
            "select b.account_id, b.serial, b.booked_on, b.direction, b.amount_fen,
                b.feed_no from {listed}"
        );
        let bind = |row: &mut Binder<'_, '_>, each: &BatchRow| {
            row.bind(account_id(each.account))?;
            row.bind(batch.serial(each))
        };
        self.tx.ask(&sql, &batch.rows, bind, |row| {
            let (key, booked_on, direction, amount, feed_no) = row.read()?;
            known.insert(key, (Whole { booked_on, direction, amount }, feed_no));
            Ok(())
        })?;
        Ok(known)
    }

    /// Handles rows of a bank whose serials restart each period: a row stored before the bank's rules said so
    /// has only the bank's serial, and keeps it.
    fn under_old_serials(&self, batch: &TransactionBatch) -> Result<TransactionBatch, StoreError> {
        let own = |row: &BatchRow| batch.serial(row).get(..row.own_serial?).map(str::to_owned);
        let keys: Vec<(i64, String)> = batch
            .rows
            .iter()
            .filter_map(|row| Some((account_id(row.account), own(row)?)))
            .collect();
        let known = self.known(&keys)?;
        let branches = self.branches.borrow();
        let mut sorted = TransactionBatch::default();
        for row in &batch.rows {
            let bank = branches.names(row.branch);
            let given = batch.transaction(row, bank);
            let booking = batch.booking(row).map(|(serial, _)| serial).unwrap_or_default();
            let kept = own(row).and_then(|serial| known.get(&(account_id(row.account), serial)));
            let kept =
                kept.filter(|kept| united(&kept.transaction(), &given, self.reader).is_some());
            let serial = kept.map_or(given.serial, |kept| kept.serial.as_str());
            sorted.copy(row, &BankTransaction { serial, ..given }, booking);
        }
        Ok(sorted)
    }
}

impl Whole {
    fn of(row: &BatchRow) -> Self {
        Self { booked_on: row.booked_on, direction: row.direction, amount: row.amount }
    }

    pub(super) fn day(&self) -> i64 {
        day_number(self.booked_on)
    }
}
