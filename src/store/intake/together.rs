//! Rows go in together: a whole batch by COPY, in the hope that all of it is new.
//!
//! Start at [`Intake::write_together`]. A night's rows nearly always are new, and PostgreSQL copies
//! them in at twice the speed of an insert that asks first. Rows that this night met before are kept
//! apart. What names the others goes ahead on a second connection ([`super::identities`]); where one of
//! them is known from an earlier night the server says so at once, and the batch is taken apart.

use super::super::branch::BranchKeys;
use super::super::bulk::Binder;
use super::super::listed::{LIST, looked_up};
use super::super::row::day_number;
use super::super::slate::account_id;
use super::super::sql::{Connection, Row, params};
use super::super::{Slate, StoreError};
use super::batch::{BatchRow, TransactionBatch};
use super::identities::{Identities, copy_if_new};
use super::{COLUMNS, Intake, Placed, kept_columns, place};
use crate::remittance::BankTransaction;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

/// What names a transaction within its centre.
type Identity<'b> = (i64, &'b str);

/// From how many on rows that were kept back are looked at.
const KEPT_BACK: usize = 4_096;

const TAKE_OVER: &str = "
    insert into transaction_identity
    select ?1, v.column1, v.column2, v.column3 from (values …) v where true
    on conflict (centre_id, account_id, serial) do update set booked_on = excluded.booked_on";

/// A list of account and serial, with what they name `i`.
fn identities_listed(connection: &Connection) -> String {
    let key = "i.account_id = v.column1 and i.serial = v.column2";
    looked_up(connection, LIST, "transaction_identity", key, "i")
}

impl<'b> Placed<'b> {
    fn identity(&self) -> Identity<'b> {
        (account_id(self.row.account), self.transaction.serial)
    }

    fn bind_identity(&self, row: &mut Binder<'_, '_>) -> Result<(), StoreError> {
        row.bind(account_id(self.row.account))?;
        row.bind(self.transaction.serial)
    }
}

impl Intake<'_> {
    /// Sends a batch's identities ahead and writes the batch before it: while one connection says whether
    /// all of this one is new, the other copies the rows of that one.
    pub(super) fn write_together(
        &mut self,
        mut batch: TransactionBatch,
        slate: &mut Slate,
    ) -> Result<(), StoreError> {
        self.sort_out(&mut batch);
        self.bulk.months_of(batch.rows.iter().map(|row| row.booked_on))?;
        if let Some(identities) = self.identities {
            identities.write(batch.identities())?;
            let before = self.ahead.replace(batch);
            self.write_ahead(before, slate)?;
        } else {
            let all_new = copy_if_new(self.bulk, batch.identities())?;
            self.write_named(&batch, all_new, slate)?;
        }
        if self.later.len() < KEPT_BACK { Ok(()) } else { self.write_later(slate) }
    }

    /// Writes all that is left of the file.
    pub(super) fn write_rest(&mut self, slate: &mut Slate) -> Result<(), StoreError> {
        let last = self.ahead.take();
        self.write_ahead(last, slate)?;
        self.write_later(slate)?;
        self.identities.map_or(Ok(()), Identities::commit)?;
        let twice = std::mem::take(&mut self.twice);
        self.write_kept_back(&twice, slate)
    }

    /// Leaves what may be new in a batch. What belongs to an archived month is set aside; what this night
    /// met before is kept back.
    fn sort_out(&mut self, batch: &mut TransactionBatch) {
        let branches: &RefCell<BranchKeys> = self.branches;
        let branches = branches.borrow();
        for row in std::mem::take(&mut batch.rows) {
            let bank = row.branch.map(|number| branches.names(number)).unwrap_or_default();
            let transaction = batch.transaction(&row, bank);
            let identity = self.met_as.hash_one((account_id(row.account), transaction.serial));
            if self.is_archived(&transaction) {
                self.put_late_aside(row.line, &transaction);
            } else if self.met.borrow().contains(&identity) {
                self.later.copy(&row, &transaction);
            } else if self.met_here.insert(identity) {
                batch.rows.push(row);
            } else {
                self.twice.copy(&row, &transaction);
            }
        }
    }

    /// Copies in the batch whose identities went ahead.
    fn write_ahead(
        &mut self,
        batch: Option<TransactionBatch>,
        slate: &mut Slate,
    ) -> Result<(), StoreError> {
        let (Some(batch), Some(identities)) = (batch, self.identities) else { return Ok(()) };
        let all_new = identities.all_new()?;
        self.write_named(&batch, all_new, slate)
    }

    /// Copies in a batch whose identities are written, if all of them are new; else takes it apart.
    fn write_named(
        &mut self,
        batch: &TransactionBatch,
        all_new: bool,
        slate: &mut Slate,
    ) -> Result<(), StoreError> {
        let branches: &RefCell<BranchKeys> = self.branches;
        let branches = branches.borrow();
        let rows = place(batch, &branches)?;
        if !all_new {
            return self.write_apart(rows, slate);
        }
        self.copy(&rows)?;
        rows.iter().for_each(|placed| self.welcome(placed, slate));
        Ok(())
    }

    /// Writes rows that an earlier file of this night may have brought.
    fn write_later(&mut self, slate: &mut Slate) -> Result<(), StoreError> {
        let later = std::mem::take(&mut self.later);
        self.write_kept_back(&later, slate)
    }

    fn write_kept_back(
        &mut self,
        rows: &TransactionBatch,
        slate: &mut Slate,
    ) -> Result<(), StoreError> {
        let branches: &RefCell<BranchKeys> = self.branches;
        let branches = branches.borrow();
        self.write_apart(place(rows, &branches)?, slate)
    }

    /// Takes a batch apart: what is new is copied in, what is known is compared.
    fn write_apart(&mut self, rows: Vec<Placed<'_>>, slate: &mut Slate) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let rows = self.without_archived_identities(rows)?;
        let kept = self.kept(&rows)?;
        let mut known = HashMap::with_capacity(kept.len());
        for row in &kept {
            let row = Row::Postgres(row);
            known.insert((row.get::<i64>(0)?, row.text(1)?), row);
        }
        let mut fresh: Vec<Placed<'_>> = Vec::new();
        let mut written: HashSet<Identity<'_>> = HashSet::new();
        for placed in rows {
            let identity = placed.identity();
            if let Some(found) = known.get(&identity) {
                if self.meet(&placed, found, slate)? {
                    known.remove(&identity);
                    written.insert(identity);
                }
            } else if written.insert(identity) {
                fresh.push(placed);
            } else {
                // Named before in this very batch: what was written of it counts.
                self.take_over(&fresh)?;
                fresh.drain(..).for_each(|placed| self.welcome(&placed, slate));
                self.meet_kept(&placed, slate)?;
            }
        }
        self.take_over(&fresh)?;
        fresh.iter().for_each(|placed| self.welcome(placed, slate));
        Ok(())
    }

    /// Leaves out rows whose serial was booked in a month that is archived by now, and sets them aside:
    /// one serial is one transaction, for ever.
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
        let listed = identities_listed(&self.bulk.connection);
        let sql =
            format!("select i.account_id, i.serial from {listed} where i.booked_on < v.column3");
        self.bulk.ask(&sql, 3, &rows, identity, |row| {
            archived.insert((row.get::<i64>(0)?, row.get::<String>(1)?));
            Ok(())
        })?;
        let is_archived = |placed: &Placed<'_>| {
            let (account, serial) = placed.identity();
            archived.contains(&(account, serial.to_owned()))
        };
        let (late, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_archived);
        for placed in &late {
            self.put_late_aside(placed.row.line, &placed.transaction);
        }
        Ok(rows)
    }

    /// Copies new rows in, their identities first; one that a night left behind when it was stopped is theirs.
    fn take_over(&self, rows: &[Placed<'_>]) -> Result<(), StoreError> {
        self.bulk.change(TAKE_OVER, 3, rows, |row, placed| {
            placed.bind_identity(row)?;
            row.bind(day_number(placed.transaction.booked_on))
        })?;
        self.copy(rows)
    }

    /// Copies rows in, in the order of their key.
    fn copy(&self, rows: &[Placed<'_>]) -> Result<(), StoreError> {
        let (centre, taken_on) = (self.bulk.centre_id, self.taken_on);
        let mut rows: Vec<&Placed<'_>> = rows.iter().collect();
        rows.sort_unstable_by_key(|placed| (placed.transaction.booked_on, placed.identity()));
        self.bulk.insert("bank_transaction", COLUMNS, &rows, |row, placed| {
            placed.bind(row, centre, taken_on)
        })
    }

    /// What is kept of the rows that are known.
    fn kept(&self, rows: &[Placed<'_>]) -> Result<Vec<postgres::Row>, StoreError> {
        let identities = identities_listed(&self.bulk.connection);
        let key =
            "t.booked_on = i.booked_on and t.account_id = i.account_id and t.serial = i.serial";
        let listed = looked_up(&self.bulk.connection, &identities, "bank_transaction", key, "t");
        let sql = format!("select {} from {listed}", kept_columns());
        self.bulk.ask_kept(&sql, 2, rows, |row, placed| placed.bind_identity(row))
    }

    /// A transaction of tonight turns out to be booked on another day.
    pub(super) fn book_elsewhere(
        &self,
        row: &BatchRow,
        transaction: &BankTransaction<'_>,
    ) -> Result<(), StoreError> {
        let sql = "update transaction_identity set booked_on = ?4
            where centre_id = ?1 and account_id = ?2 and serial = ?3";
        self.bulk.connection.prepare_cached(sql)?.execute(params![
            self.bulk.centre_id,
            account_id(row.account),
            transaction.serial,
            day_number(transaction.booked_on)
        ])?;
        Ok(())
    }
}
