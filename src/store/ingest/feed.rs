//! A file's own records: its receipts, statements, flags and rejected rows.

use super::super::StoreError;
use super::origin::Meetings;
use super::{FlagRecord, SetAside, StatementRecord};
use crate::remittance::Total;
use crate::store::database::columns::insert_into;
use crate::store::database::row::day_number;
use crate::store::database::sql::in_columns;
use crate::store::database::tx::Tx;
use crate::store::posting::working_set::account_id;
use std::collections::BTreeMap;

/// The rows that belong to a feed.
pub(super) struct Feed<'a> {
    pub(super) tx: &'a Tx,
    pub(super) feed_id: &'a str,
}

impl Feed<'_> {
    pub(super) fn receipts(
        &self,
        receipts: &BTreeMap<(i64, i64), (Total, Total)>,
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = receipts.iter().collect();
        insert_into!(self.tx, "receipt", &rows, |((account, booked_on), (credit, debit))| {
            centre_id: self.tx.centre_id,
            feed_id: self.feed_id,
            account_id: account,
            booked_on: booked_on,
            credit_fen: in_columns(*credit).0,
            debit_fen: in_columns(*debit).0,
            credit_over: in_columns(*credit).1,
            debit_over: in_columns(*debit).1,
        })
    }

    /// Its matches with rows of other feeds, not with its own.
    pub(super) fn meetings(&self, feed_no: i64, met: &Meetings) -> Result<(), StoreError> {
        let rows: Vec<_> = met.0.iter().filter(|((_, before), _)| *before != feed_no).collect();
        insert_into!(self.tx, "feed_met", &rows, |((account, before), met)| {
            centre_id: self.tx.centre_id,
            feed_no: feed_no,
            before_no: before,
            account_id: account,
            seen: met.seen.cast_signed(),
            changed: met.changed.cast_signed(),
            conflicting: met.conflicting.cast_signed(),
            first_on: met.first_on,
            last_on: met.last_on,
        })
    }

    pub(super) fn set_aside(&self, set_aside: &[SetAside]) -> Result<(), StoreError> {
        let rows: Vec<_> = (1_i64..).zip(set_aside).collect();
        insert_into!(self.tx, "set_aside", &rows, |(position, aside)| {
            centre_id: self.tx.centre_id,
            feed_id: self.feed_id,
            position: position,
            line: aside.line.cast_signed(),
            field_no: aside.field_no,
            field: &aside.field,
            found: &aside.found,
            problem: &aside.problem,
            row_text: &aside.row,
        })
    }

    pub(super) fn statements(&self, statements: &[StatementRecord]) -> Result<(), StoreError> {
        let rows: Vec<_> = (1_i64..).zip(statements).collect();
        insert_into!(self.tx, "statement", &rows, |(position, statement)| {
            centre_id: self.tx.centre_id,
            feed_id: self.feed_id,
            position: position,
            account_id: account_id(statement.account),
            identification: &statement.identification,
            opening_fen: statement.opening.map(|(amount, _)| amount.fen()),
            opening_on: statement.opening.and_then(|(_, on)| on).map(day_number),
            closing_fen: statement.closing.map(|(amount, _)| amount.fen()),
            closing_on: statement.closing.and_then(|(_, on)| on).map(day_number),
            entries: statement.entries.cast_signed(),
            credit_fen: statement.sum_credit.fen(),
            debit_fen: statement.sum_debit.fen(),
            proved: statement.proved.map(i64::from),
        })
    }

    pub(super) fn flags(&self, flags: &[FlagRecord]) -> Result<(), StoreError> {
        let rows: Vec<_> = (1_i64..).zip(flags).collect();
        insert_into!(self.tx, "feed_flag", &rows, |(position, flag)| {
            centre_id: self.tx.centre_id,
            feed_id: self.feed_id,
            position: position,
            line: flag.line.cast_signed(),
            code: &flag.code,
            detail: &flag.detail,
        })
    }
}
