//! What a file says of itself: its receipts, statements, flags, and the rows set aside.

use super::super::StoreError;
use super::super::row::day_number;
use super::super::sql::in_columns;
use super::super::tx::Tx;
use super::super::working_set::account_id;
use super::origin::Meetings;
use super::{FlagRecord, SetAside, StatementRecord};
use crate::remittance::Total;
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
        self.tx.insert("receipt", 8, &rows, |row, ((account, booked_on), (credit, debit))| {
            let (credit, debit) = (in_columns(*credit), in_columns(*debit));
            row.bind(self.tx.centre_id)?;
            row.bind(self.feed_id)?;
            row.bind(account)?;
            row.bind(booked_on)?;
            row.bind(credit.0)?;
            row.bind(debit.0)?;
            row.bind(credit.1)?;
            row.bind(debit.1)
        })
    }

    /// What it met of what other feeds had brought; its own rows are not among it.
    pub(super) fn meetings(&self, feed_no: i64, met: &Meetings) -> Result<(), StoreError> {
        let rows: Vec<_> = met.0.iter().filter(|((_, before), _)| *before != feed_no).collect();
        self.tx.insert("feed_met", 9, &rows, |row, ((account, before), met)| {
            row.bind(self.tx.centre_id)?;
            row.bind(feed_no)?;
            row.bind(before)?;
            row.bind(account)?;
            row.bind(met.seen.cast_signed())?;
            row.bind(met.changed.cast_signed())?;
            row.bind(met.conflicting.cast_signed())?;
            row.bind(met.first_on)?;
            row.bind(met.last_on)
        })
    }

    pub(super) fn set_aside(&self, set_aside: &[SetAside]) -> Result<(), StoreError> {
        let rows: Vec<_> = (1_i64..).zip(set_aside).collect();
        self.tx.insert("set_aside", 9, &rows, |row, (position, aside)| {
            row.bind(self.tx.centre_id)?;
            row.bind(self.feed_id)?;
            row.bind(position)?;
            row.bind(aside.line.cast_signed())?;
            row.bind(aside.field_no)?;
            row.bind(&aside.field)?;
            row.bind(&aside.found)?;
            row.bind(&aside.problem)?;
            row.bind(&aside.row)
        })
    }

    pub(super) fn statements(&self, statements: &[StatementRecord]) -> Result<(), StoreError> {
        let rows: Vec<_> = (1_i64..).zip(statements).collect();
        self.tx.insert("statement", 13, &rows, |row, (position, statement)| {
            let (opening, closing) = (statement.opening, statement.closing);
            row.bind(self.tx.centre_id)?;
            row.bind(self.feed_id)?;
            row.bind(position)?;
            row.bind(account_id(statement.account))?;
            row.bind(&statement.identification)?;
            row.bind(opening.map(|(amount, _)| amount.fen()))?;
            row.bind(opening.and_then(|(_, on)| on).map(day_number))?;
            row.bind(closing.map(|(amount, _)| amount.fen()))?;
            row.bind(closing.and_then(|(_, on)| on).map(day_number))?;
            row.bind(statement.entries.cast_signed())?;
            row.bind(statement.sum_credit.fen())?;
            row.bind(statement.sum_debit.fen())?;
            row.bind(statement.proved.map(i64::from))
        })
    }

    pub(super) fn flags(&self, flags: &[FlagRecord]) -> Result<(), StoreError> {
        let rows: Vec<_> = (1_i64..).zip(flags).collect();
        self.tx.insert("feed_flag", 6, &rows, |row, (position, flag)| {
            row.bind(self.tx.centre_id)?;
            row.bind(self.feed_id)?;
            row.bind(position)?;
            row.bind(flag.line.cast_signed())?;
            row.bind(&flag.code)?;
            row.bind(&flag.detail)
        })
    }
}
