//! Loads a whole batch by COPY, on the expectation that all of it is new.
//!
//! Start at [`Intake::copy_batch`]. A night's rows are nearly always new, and PostgreSQL copies them at twice
//! the speed of an insert that checks first. Rows that this night met before are buffered. The identities of
//! the others go ahead on a second connection ([`super::identities`]); if one of them is known from an earlier
//! night, the server reports it at once, and the batch is split.

use super::super::{StoreError, WorkingSet};
use super::batch::TransactionBatch;
use super::branch::BranchKeys;
use super::identities::{Identities, copy_if_new};
use super::known::TAKE_OVER;
use super::{Identity, Intake, Placed, Written, place};
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::row::day_number;
use crate::store::database::sql::Connection;
use crate::store::database::tx::Binder;
use crate::store::posting::working_set::account_id;
use std::cell::RefCell;
use std::collections::HashSet;

/// The number of buffered rows that triggers a look-up.
const KEPT_BACK: usize = 4_096;

/// A list of account and serial, joined with the identities `i`.
fn identities_listed(connection: &Connection) -> String {
    let key = "i.account_id = v.column1 and i.serial = v.column2";
    query_in(connection, LIST, "transaction_identity", key, "i")
}

impl Placed<'_> {
    fn bind_identity(&self, row: &mut Binder<'_, '_>) -> Result<(), StoreError> {
        let (account, serial) = self.identity();
        row.bind(account)?;
        row.bind(serial)
    }
}

impl Intake<'_> {
    /// Sends a batch's identities ahead and writes the batch before it: one connection checks whether all of
    /// this batch is new while the other copies the previous rows.
    pub(super) fn copy_batch(
        &mut self,
        mut batch: TransactionBatch,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        self.sort_new(&mut batch);
        self.tx.months_of(batch.rows.iter().map(|row| row.booked_on))?;
        if let Some(identities) = self.identities {
            identities.write(batch.identities())?;
            let before = self.ahead.replace(batch);
            self.write_ahead(before, working_set)?;
        } else {
            let all_new = copy_if_new(self.tx, batch.identities())?;
            self.write_named(&batch, all_new, working_set)?;
        }
        if self.later.len() < KEPT_BACK { Ok(()) } else { self.write_later(working_set) }
    }

    /// Writes everything of a delivery that is not deferred to its end.
    pub(super) fn write_rest(&mut self, working_set: &mut WorkingSet) -> Result<(), StoreError> {
        let last = self.ahead.take();
        self.write_ahead(last, working_set)?;
        self.write_later(working_set)?;
        // The first connection may write the identities of deferred rows: the second is done by then.
        self.identities.map_or(Ok(()), Identities::commit)
    }

    /// Leaves possibly new rows in a batch. Rows of archived months are rejected; rows that this delivery named
    /// before are deferred to its end, and rows that this night met before are buffered for a joint look-up.
    fn sort_new(&mut self, batch: &mut TransactionBatch) {
        let branches: &RefCell<BranchKeys> = self.branches;
        let branches = branches.borrow();
        for row in std::mem::take(&mut batch.rows) {
            let bank = branches.names(row.branch);
            let transaction = batch.transaction(&row, bank);
            let identity = self.met_as_hash(account_id(row.account), transaction.serial);
            let booking = batch.booking(&row).map(|(serial, _)| serial).unwrap_or_default();
            if self.is_archived(&transaction) {
                self.reject_late_conflict(row.line, &transaction);
            } else if !self.met_here.insert(identity) {
                self.repeated.copy(&row, &transaction, booking);
            } else if self.met_before.contains(&identity) || self.met.borrow().contains(&identity) {
                self.later.copy(&row, &transaction, booking);
            } else {
                batch.rows.push(row);
            }
        }
    }

    /// Copies the batch whose identities went ahead.
    fn write_ahead(
        &mut self,
        batch: Option<TransactionBatch>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let (Some(batch), Some(identities)) = (batch, self.identities) else { return Ok(()) };
        let all_new = identities.all_new()?;
        self.write_named(&batch, all_new, working_set)
    }

    /// Copies a batch whose identities are written, if all of them are new; otherwise splits it.
    fn write_named(
        &mut self,
        batch: &TransactionBatch,
        all_new: bool,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let branches: &RefCell<BranchKeys> = self.branches;
        let branches = branches.borrow();
        let rows = place(batch, &branches)?;
        if !all_new {
            return self.insert_rows(rows, working_set);
        }
        self.copy(&rows)?;
        rows.iter().for_each(|placed| self.on_new(placed.row, &placed.transaction, working_set));
        Ok(())
    }

    /// Writes rows that an earlier file of this night may have brought.
    fn write_later(&mut self, working_set: &mut WorkingSet) -> Result<(), StoreError> {
        let later = std::mem::take(&mut self.later);
        self.write_kept_back(&later, working_set)
    }

    fn write_kept_back(
        &mut self,
        rows: &TransactionBatch,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        let branches: &RefCell<BranchKeys> = self.branches;
        let branches = branches.borrow();
        self.insert_rows(place(rows, &branches)?, working_set)
    }

    /// Splits a batch: new rows are copied, known ones compared. No two rows have one identity.
    pub(super) fn insert_rows(
        &mut self,
        rows: Vec<Placed<'_>>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let rows = self.without_archived_identities(rows)?;
        let keys: Vec<Identity<'_>> = rows.iter().map(Placed::identity).collect();
        let known = self.known(&keys)?;
        let mut fresh: Vec<Placed<'_>> = Vec::new();
        for placed in rows {
            let (account, serial) = placed.identity();
            match known.get(&(account, serial.to_owned())) {
                Some(kept) => self.on_duplicate(&placed, kept, working_set)?,
                None => fresh.push(placed),
            }
        }
        self.take_over(&fresh)?;
        fresh.iter().for_each(|placed| self.on_new(placed.row, &placed.transaction, working_set));
        Ok(())
    }

    /// Removes and rejects rows whose serial was booked in a month that is now archived: a serial is one
    /// transaction for ever.
    fn without_archived_identities<'b>(
        &mut self,
        rows: Vec<Placed<'b>>,
    ) -> Result<Vec<Placed<'b>>, StoreError> {
        let Some(until) = self.archived_until else { return Ok(rows) };
        let mut archived = HashSet::new();
        let identity = |row: &mut Binder<'_, '_>, placed: &Placed<'_>| {
            placed.bind_identity(row)?;
            row.bind(until)
        };
        let listed = identities_listed(&self.tx.connection);
        let sql =
            format!("select i.account_id, i.serial from {listed} where i.booked_on < v.column3");
        self.tx.ask(&sql, &rows, identity, |row| {
            archived.insert(row.read::<(i64, String)>()?);
            Ok(())
        })?;
        let is_archived = |placed: &Placed<'_>| {
            let (account, serial) = placed.identity();
            archived.contains(&(account, serial.to_owned()))
        };
        let (late, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_archived);
        for placed in &late {
            self.reject_late_conflict(placed.row.line, &placed.transaction);
        }
        Ok(rows)
    }

    /// Copies new rows after their identities; takes over identities left by an interrupted night.
    fn take_over(&self, rows: &[Placed<'_>]) -> Result<(), StoreError> {
        self.tx.change(TAKE_OVER, rows, |row, placed| {
            placed.bind_identity(row)?;
            row.bind(day_number(placed.transaction.booked_on))
        })?;
        self.copy(rows)
    }

    /// Copies rows in key order.
    fn copy(&self, rows: &[Placed<'_>]) -> Result<(), StoreError> {
        let (centre, taken) = (self.tx.centre_id, self.origin());
        let mut rows: Vec<&Placed<'_>> = rows.iter().collect();
        rows.sort_unstable_by_key(|placed| (placed.transaction.booked_on, placed.identity()));
        self.tx.insert("bank_transaction", Written::COLUMNS, &rows, |row, placed| {
            placed.bind(row, centre, taken)
        })
    }
}
