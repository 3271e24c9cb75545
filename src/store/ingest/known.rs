//! The stored transactions that a delivery brings again.
//!
//! Start at [`Known`]. A stored row is compared with a delivered one ([`super::agree`]); its [`Stage`] decides
//! what may be changed. Rewriting a transaction is here too.
//!
//! Invariant: a transaction that is settled, or decided by staff, keeps its content.

use super::super::{StoreError, WorkingSet};
use super::Intake;
use super::branch;
use crate::remittance::{BankTransaction, Counterparty, Direction, Money, Remarks};
use crate::store::database::columns::{columns, columns_of};
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::row::{day_number, direction_number, filled, time_number};
use crate::store::database::sql::{Row, params};
use crate::store::database::tx::Binder;
use crate::store::posting::working_set::{TransactionColumns, transactions_by_serial};
use chrono::{NaiveDate, NaiveTime};
use std::collections::HashMap;
use std::sync::LazyLock;

columns! {
    /// The stage of a transaction `t`, and its origin.
    #[derive(Clone, Copy)]
    pub(super) struct Kept of "t" {
        taken_on: i64,
        /// 0 if no night decided it, 1 if it is open, 2 if it is settled, or decided or handled by staff.
        decided: i64 = "coalesce((select case when d.outcome in (2, 3)
            and not exists (select 1 from suspense_item i where i.centre_id = d.centre_id
                and i.account_id = d.account_id and i.serial = d.serial
                and (i.resolution is not null or i.pending is not null or i.decided is not null
                    or i.read_as is not null or i.state in ('proposed', 'approved')))
            then 1 else 2 end
            from decision d where d.centre_id = t.centre_id and d.account_id = t.account_id
            and d.serial = t.serial and d.booked_on = t.booked_on), 0)",
        feed_no: Option<i64>,
    }
}

/// The stage of a stored transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// From this night and undecided: nothing depends on it.
    Tonight,
    /// Awaiting, in suspense, or undecided: its empty fields may be filled in.
    Open,
    Settled,
}

/// The column list of a stored transaction, built once because it is used row by row.
pub(super) static KEPT: LazyLock<String> =
    LazyLock::new(columns_of::<(TransactionColumns<'_>, Kept)>);

impl Kept {
    pub(super) const fn origin(&self) -> Origin {
        Origin { taken_on: self.taken_on, feed_no: self.feed_no }
    }

    pub(super) const fn stage(&self, tonight: i64) -> Stage {
        match self.decided {
            0 if self.taken_on == tonight => Stage::Tonight,
            0 | 1 => Stage::Open,
            _ => Stage::Settled,
        }
    }
}

/// When a row was ingested, and with which feed; `None` if an earlier release ingested it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) taken_on: i64,
    pub(super) feed_no: Option<i64>,
}

pub(super) const TAKE_OVER: &str = "
    insert into transaction_identity (centre_id, account_id, serial, booked_on)
    select ?1, v.column1, v.column2, v.column3 from (values …) v where true
    on conflict (centre_id, account_id, serial) do update set booked_on = excluded.booked_on";

/// A stored transaction with owned texts.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) account_id: i64,
    pub(super) serial: String,
    pub(super) booked_on: NaiveDate,
    booked_time: Option<NaiveTime>,
    pub(super) direction: Direction,
    pub(super) amount: Money,
    balance: Option<Money>,
    reversal: bool,
    contradicted: bool,
    party: [String; 4],
    remarks: [String; 4],
    pub(super) taken: Origin,
    pub(super) stage: Stage,
}

impl Known {
    fn read(row: &Row<'_>, tonight: i64) -> Result<Self, StoreError> {
        let (columns, kept): (TransactionColumns<'_>, Kept) = row.read()?;
        let (transaction, stage) = (columns.transaction()?, kept.stage(tonight));
        Ok(Self::of(columns.account_id, &transaction, kept.origin(), stage))
    }

    /// A transaction as it will be stored.
    pub(super) fn of(
        account_id: i64,
        transaction: &BankTransaction<'_>,
        taken: Origin,
        stage: Stage,
    ) -> Self {
        let (party, remarks) = (&transaction.counterparty, &transaction.remarks);
        Self {
            account_id,
            serial: transaction.serial.to_owned(),
            booked_on: transaction.booked_on,
            booked_time: transaction.booked_time,
            direction: transaction.direction,
            amount: transaction.amount,
            balance: transaction.balance,
            reversal: transaction.reversal,
            contradicted: transaction.contradicted,
            party: [party.account, party.name, party.bank_code, party.bank_name].map(str::to_owned),
            remarks: [remarks.postscript, remarks.purpose, remarks.summary, remarks.note]
                .map(str::to_owned),
            taken,
            stage,
        }
    }

    /// The same under another serial.
    pub(super) fn named(self, serial: String) -> Self {
        Self { serial, ..self }
    }

    pub(super) fn transaction(&self) -> BankTransaction<'_> {
        let [account, name, bank_code, bank_name] = self.party.each_ref().map(String::as_str);
        let [postscript, purpose, summary, note] = self.remarks.each_ref().map(String::as_str);
        BankTransaction {
            account: "",
            serial: &self.serial,
            booked_on: self.booked_on,
            booked_time: self.booked_time,
            direction: self.direction,
            amount: self.amount,
            balance: self.balance,
            counterparty: Counterparty { account, name, bank_code, bank_name },
            remarks: Remarks { postscript, purpose, summary, note },
            reversal: self.reversal,
            contradicted: self.contradicted,
        }
    }
}

/// The values written for a transaction.
pub(super) struct Written<'b> {
    pub(super) account_id: i64,
    pub(super) transaction: BankTransaction<'b>,
    pub(super) branch_id: Option<i64>,
}

impl Written<'_> {
    /// The columns that [`Written::bind`] binds, in the table's order.
    pub(super) const COLUMNS: &'static str = "centre_id, account_id, serial, booked_on, booked_time, \
        direction, amount_fen, balance_fen, counterparty_account, counterparty_name, \
        counterparty_branch_id, postscript, purpose, summary, note, reversal, taken_on, \
        contradicted, feed_no";

    pub(super) fn bind(
        &self,
        row: &mut Binder<'_, '_>,
        centre: i64,
        taken: Origin,
    ) -> Result<(), StoreError> {
        let transaction = &self.transaction;
        let (party, remarks) = (&transaction.counterparty, &transaction.remarks);
        row.bind(centre)?;
        row.bind(self.account_id)?;
        row.bind(transaction.serial)?;
        row.bind(day_number(transaction.booked_on))?;
        row.bind(transaction.booked_time.map(time_number))?;
        row.bind(direction_number(transaction.direction))?;
        row.bind(transaction.amount.fen())?;
        row.bind(transaction.balance.map(Money::fen))?;
        row.bind(filled(party.account))?;
        row.bind(filled(party.name))?;
        row.bind(self.branch_id)?;
        row.bind(filled(remarks.postscript))?;
        row.bind(filled(remarks.purpose))?;
        row.bind(filled(remarks.summary))?;
        row.bind(filled(remarks.note))?;
        row.bind(transaction.reversal)?;
        row.bind(taken.taken_on)?;
        row.bind(transaction.contradicted)?;
        row.bind(taken.feed_no)
    }
}

const REPLACE: &str =
    "update bank_transaction set booked_on = ?4, booked_time = ?5, direction = ?6,
        amount_fen = ?7, balance_fen = ?8, counterparty_account = ?9, counterparty_name = ?10,
        counterparty_branch_id = ?11, postscript = ?12, purpose = ?13, summary = ?14, note = ?15,
        reversal = ?16, taken_on = ?17, contradicted = ?18, feed_no = ?19
    where centre_id = ?1 and account_id = ?2 and serial = ?3 and booked_on = ?20";

impl Intake<'_> {
    /// The stored transactions with these accounts and serials.
    pub(super) fn known<S: AsRef<str>>(
        &self,
        keys: &[(i64, S)],
    ) -> Result<HashMap<(i64, String), Known>, StoreError> {
        let connection = &self.tx.connection;
        let key = "i.account_id = v.column1 and i.serial = v.column2";
        let listed = if let Some(identities) = connection.dialect().identities() {
            let identities = query_in(connection, LIST, identities, key, "i");
            let key =
                "t.booked_on = i.booked_on and t.account_id = i.account_id and t.serial = i.serial";
            query_in(connection, &identities, "bank_transaction", key, "t")
        } else {
            query_in(connection, LIST, "bank_transaction", &key.replace("i.", "t."), "t")
        };
        let sql = format!("select {} from {listed}", *KEPT);
        let mut known = HashMap::with_capacity(keys.len());
        let bind = |row: &mut Binder<'_, '_>, (account, serial): &(i64, S)| {
            row.bind(*account)?;
            row.bind(serial.as_ref())
        };
        self.tx.ask(&sql, keys, bind, |row| {
            let found = Known::read(row, self.taken_on)?;
            known.insert((found.account_id, found.serial.clone()), found);
            Ok(())
        })?;
        Ok(known)
    }

    /// The stored transactions of an account whose serials are in a range; the end is excluded.
    pub(super) fn known_between(
        &self,
        account_id: i64,
        from: &str,
        until: &str,
    ) -> Result<Vec<Known>, StoreError> {
        let sql = format!(
            "select {} from {} where {i}.centre_id = ?1 and {i}.account_id = ?2
                and {i}.serial >= ?3 and {i}.serial < ?4 order by 2",
            *KEPT,
            transactions_by_serial(&self.tx.connection),
            i = if self.tx.connection.dialect().identities().is_some() { "i" } else { "t" },
        );
        self.tx
            .connection
            .prepare_cached(&sql)?
            .query_all(params![self.tx.centre_id, account_id, from, until], |row| {
                Known::read(row, self.taken_on)
            })
    }

    /// Rewrites a stored transaction under its present serial.
    pub(super) fn replace(
        &mut self,
        kept: &Known,
        content: &BankTransaction<'_>,
        working_set: &mut WorkingSet,
    ) -> Result<(), StoreError> {
        self.note_changed(kept);
        match kept.stage {
            // Open items of earlier nights are read when they are judged; cached copies of them must be
            // refreshed.
            Stage::Open | Stage::Settled => self.completed = true,
            Stage::Tonight => working_set.outdate(),
        }
        let transaction = BankTransaction { serial: &kept.serial, ..*content };
        let tx = self.tx;
        let written = self.written(kept.account_id, transaction)?;
        let mut values = Vec::new();
        written.bind(&mut Binder::Kept(&mut values), tx.centre_id, kept.taken)?;
        Binder::Kept(&mut values).bind(day_number(kept.booked_on))?;
        tx.months_of([transaction.booked_on])?;
        tx.connection.prepare_cached(REPLACE)?.execute(&Binder::given(&values))?;
        if let Some(identities) = tx.connection.dialect().identities()
            && kept.booked_on != transaction.booked_on
        {
            let sql = format!(
                "update {identities} set booked_on = ?4
                    where centre_id = ?1 and account_id = ?2 and serial = ?3"
            );
            tx.connection.prepare_cached(&sql)?.execute(params![
                tx.centre_id,
                kept.account_id,
                kept.serial,
                day_number(transaction.booked_on)
            ])?;
        }
        Ok(())
    }

    fn written<'b>(
        &self,
        account_id: i64,
        transaction: BankTransaction<'b>,
    ) -> Result<Written<'b>, StoreError> {
        let Counterparty { bank_code, bank_name, .. } = transaction.counterparty;
        let named = !bank_code.is_empty() || !bank_name.is_empty();
        let branch_id = named.then(|| branch::key_of(self.tx, bank_code, bank_name)).transpose()?;
        Ok(Written { account_id, transaction, branch_id })
    }

    /// Deletes a transaction of tonight, or one that nothing depends on any more.
    pub(super) fn take_out(&self, kept: &Known) -> Result<(), StoreError> {
        let tx = self.tx;
        let key = params![tx.centre_id, kept.account_id, kept.serial, day_number(kept.booked_on)];
        let sql = "delete from bank_transaction where centre_id = ?1 and account_id = ?2
            and serial = ?3 and booked_on = ?4";
        tx.connection.prepare_cached(sql)?.execute(key)?;
        if let Some(identities) = tx.connection.dialect().identities() {
            let sql = format!(
                "delete from {identities} where centre_id = ?1 and account_id = ?2
                    and serial = ?3 and booked_on = ?4"
            );
            tx.connection.prepare_cached(&sql)?.execute(key)?;
        }
        Ok(())
    }

    /// Inserts transactions whose identities are new.
    pub(super) fn put_in(&mut self, rows: &[Known]) -> Result<(), StoreError> {
        let tx = self.tx;
        tx.months_of(rows.iter().map(|row| row.booked_on))?;
        let mut written = Vec::with_capacity(rows.len());
        for row in rows {
            let named = self.met_as_hash(row.account_id, &row.serial);
            self.met_here.insert(named);
            written.push((self.written(row.account_id, row.transaction())?, row.taken));
        }
        if tx.connection.dialect().identities().is_some() {
            tx.change(TAKE_OVER, rows, |row, known| {
                row.bind(known.account_id)?;
                row.bind(&known.serial)?;
                row.bind(day_number(known.booked_on))
            })?;
        }
        tx.insert("bank_transaction", Written::COLUMNS, &written, |row, (written, taken)| {
            written.bind(row, tx.centre_id, *taken)
        })
    }
}
