//! Passes the rows of one file from the reading thread to the writing one.
//!
//! A row's texts are concatenated in one buffer: a batch of four thousand rows is two allocations, not thirty
//! thousand.

use super::branch::{Branch, BranchNumber, BranchNumbers};
use super::identities::Named;
use crate::matching::{AccountIndex, Kind};
use crate::remark::Claim;
use crate::remittance::{BankTransaction, Counterparty, Direction, Money, Remarks};
use crate::store::database::row::day_number;
use crate::store::posting::working_set::account_id;
use chrono::{NaiveDate, NaiveTime};

/// Text fields of a row: its transaction's, and the serial of the booking it is a part of.
const TEXTS: usize = 8;

/// The origin of a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowOrigin<'a> {
    /// Physical line, from 1.
    pub line: u64,
    /// The booking it is a part of: the booking's own serial and its amount.
    pub booking: Option<(&'a str, Money)>,
    /// If the bank's serials restart each period: the length of the bank's own serial.
    pub own_serial: Option<usize>,
}

/// Rows of one file, read and judged individually, packed for the writing thread.
#[derive(Clone, Debug, Default)]
pub struct TransactionBatch {
    text: String,
    pub(super) rows: Vec<BatchRow>,
    /// Branches first named in this batch, in the order of their numbers.
    pub(super) branches: Vec<Branch>,
}

#[derive(Clone, Debug)]
pub(super) struct BatchRow {
    pub(super) line: u64,
    pub(super) account: AccountIndex,
    pub(super) booked_on: NaiveDate,
    pub(super) booked_time: Option<NaiveTime>,
    pub(super) direction: Direction,
    pub(super) amount: Money,
    pub(super) balance: Option<Money>,
    pub(super) reversal: bool,
    pub(super) claim: Claim,
    pub(super) kind: Kind,
    pub(super) branch: Option<BranchNumber>,
    pub(super) contradicted: bool,
    /// The amount of the booking it is a part of.
    pub(super) booking: Option<Money>,
    pub(super) own_serial: Option<usize>,
    /// Where its texts end in the batch; the first one starts at the end of the row before.
    pub(super) start: usize,
    pub(super) ends: [usize; TEXTS],
}

impl TransactionBatch {
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn push(
        &mut self,
        origin: RowOrigin<'_>,
        account: AccountIndex,
        transaction: &BankTransaction<'_>,
        claim: Claim,
        kind: Kind,
        branches: &mut BranchNumbers,
    ) {
        let party = &transaction.counterparty;
        let branch = branches.number(party.bank_code, party.bank_name).map(|(number, first)| {
            self.branches.extend(first);
            number
        });
        let row = BatchRow {
            line: origin.line,
            account,
            booked_on: transaction.booked_on,
            booked_time: transaction.booked_time,
            direction: transaction.direction,
            amount: transaction.amount,
            balance: transaction.balance,
            reversal: transaction.reversal,
            claim,
            kind,
            branch,
            contradicted: transaction.contradicted,
            booking: origin.booking.map(|(_, amount)| amount),
            own_serial: origin.own_serial,
            start: 0,
            ends: [0; TEXTS],
        };
        let booking = origin.booking.map(|(serial, _)| serial).unwrap_or_default();
        self.copy(&row, transaction, booking);
    }

    /// Adds a row of another batch, with the texts of its transaction and the serial of its booking.
    pub(super) fn copy(
        &mut self,
        row: &BatchRow,
        transaction: &BankTransaction<'_>,
        booking: &str,
    ) {
        let start = self.text.len();
        let (party, remarks) = (&transaction.counterparty, &transaction.remarks);
        let texts = [
            transaction.serial,
            party.account,
            party.name,
            remarks.postscript,
            remarks.purpose,
            remarks.summary,
            remarks.note,
            booking,
        ];
        let ends = texts.map(|text| {
            self.text.push_str(text);
            self.text.len()
        });
        self.rows.push(BatchRow { start, ends, ..row.clone() });
    }

    /// The identities of its transactions.
    pub(super) fn identities(&self) -> Vec<Named> {
        let named = |row: &BatchRow| {
            (account_id(row.account), self.serial(row).to_owned(), day_number(row.booked_on))
        };
        self.rows.iter().map(named).collect()
    }

    /// The row as a transaction; `bank` is the 行号 and 开户行 of its branch.
    pub(super) fn transaction<'a>(
        &'a self,
        row: &BatchRow,
        bank: (&'a str, &'a str),
    ) -> BankTransaction<'a> {
        let mut start = row.start;
        let [serial, account, name, postscript, purpose, summary, note, _] = row.ends.map(|end| {
            let text = self.text.get(start..end).unwrap_or_default();
            start = end;
            text
        });
        BankTransaction {
            account: "",
            serial,
            booked_on: row.booked_on,
            booked_time: row.booked_time,
            direction: row.direction,
            amount: row.amount,
            balance: row.balance,
            counterparty: Counterparty { account, name, bank_code: bank.0, bank_name: bank.1 },
            remarks: Remarks { postscript, purpose, summary, note },
            reversal: row.reversal,
            contradicted: row.contradicted,
        }
    }

    pub(super) fn serial(&self, row: &BatchRow) -> &str {
        let [end, ..] = row.ends;
        self.text.get(row.start..end).unwrap_or_default()
    }

    /// The booking that a row is a part of: its serial and its amount.
    pub(super) fn booking(&self, row: &BatchRow) -> Option<(&str, Money)> {
        let [.., from, until] = row.ends;
        Some((self.text.get(from..until).unwrap_or_default(), row.booking?))
    }
}
