//! One message as a statement: its own data, and the sums of its movements.
//!
//! Declared balances and totals are compared when the message closes; a difference is a flag, never an error.

use super::balance::{balance, lacks_comma, total};
use super::movement::{BadPart, Movement};
use super::open::Open;
use crate::feed::camt::value::decimal_of_units;
use crate::feed::sequence::{Part, Sequence, number};
use crate::feed::{Balance, FeedErrorKind, Flag, Odd, Sink, Statement, StatementEntry};
use remittance::{Counterparty, Direction, Remarks};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Characters of a balance shown in a flag.
const FOUND_CHARACTERS_MAX: usize = 80;

/// A count, and a sum in units of 10^-5.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: u64,
    units: i128,
}

/// What is kept of the messages that ended.
#[derive(Debug, Default)]
pub(super) struct File {
    /// Fingerprints of each statement: of all of it, and of its head alone.
    pub(super) seen: HashSet<u64>,
    pub(super) heads: HashSet<u64>,
    pub(super) sequence: Sequence,
}

/// The open message.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) line: u64,
    /// Has something that makes it a statement.
    pub(super) is_statement: bool,
    pub(super) reference: String,
    pub(super) account: String,
    pub(super) number: String,
    pub(super) currency: String,
    pub(super) opening: Option<Balance>,
    pub(super) closing: Option<Balance>,
    /// Has an opening, readable or not.
    pub(super) opens: bool,
    /// The opening is an intermediate one: earlier pages exist.
    pub(super) continues: bool,
    /// Has a closing, readable or not.
    pub(super) closed: bool,
    /// The closing is an intermediate one: further pages exist.
    pub(super) more: bool,
    /// Has a field that only interim reports have.
    pub(super) interim: bool,
    pub(super) entries: u64,
    /// Has a movement.
    begun: bool,
    credit: Sum,
    debit: Sum,
    pub(super) declared_credit: String,
    pub(super) declared_debit: String,
}

impl Message {
    /// Counts the open movement and passes it to the sink.
    pub(super) fn give<'a>(
        &mut self,
        open: &'a Open,
        sink: &mut dyn Sink,
    ) -> Result<(), BadPart<'a>> {
        let movement = Movement::read(&open.field)?;
        if movement.expected {
            return Ok(());
        }
        let sum = match movement.direction {
            Direction::Credit => &mut self.credit,
            Direction::Debit => &mut self.debit,
        };
        sum.count += 1;
        sum.units = sum.units.saturating_add(movement.units);
        let booked = movement.booked()?;
        if lacks_comma(movement.written) {
            let (line, found) = (open.line, movement.written.to_owned());
            sink.flag(Flag::Oddity { line, odd: Odd::AmountWithoutComma, found });
        }
        if booked.value_impossible {
            let (line, found) = (open.line, open.field.clone());
            sink.flag(Flag::Oddity { line, odd: Odd::ValueDateImpossible, found });
        }
        let time = open.time();
        let information = &open.information;
        // A code word is the bank's, and so is the time; everything else is kept as a note.
        let supplement = if time.is_some() { "" } else { open.supplement.trim() };
        sink.entry(StatementEntry {
            line: open.line,
            account: some(&self.account),
            currency: some(&self.currency),
            serial: movement.serial,
            booked_on: booked.on,
            booked_time: time,
            direction: movement.direction,
            amount: movement.amount.decimal(),
            balance: None,
            counterparty: Counterparty {
                account: &information.account,
                name: &information.name,
                bank_code: &information.bank_code,
                bank_name: "",
            },
            remarks: Remarks {
                postscript: &information.postscript,
                purpose: &information.note,
                summary: &information.summary,
                note: supplement,
            },
            reversal: movement.reversal,
            booking: None,
            contradicted: false,
        });
        Ok(())
    }

    /// Parses a balance of this message, or flags it as unreadable.
    pub(super) fn balance(
        &mut self,
        text: &str,
        line: u64,
        sink: &mut dyn Sink,
    ) -> Option<Balance> {
        let found = || text.chars().take(FOUND_CHARACTERS_MAX).collect::<String>();
        let Some(read) = balance(text.trim()) else {
            sink.flag(Flag::Oddity { line, odd: Odd::BalanceUnreadable, found: found() });
            return None;
        };
        if !read.rest.is_empty() {
            sink.flag(Flag::Oddity { line, odd: Odd::TextAfterBalance, found: found() });
        }
        self.take_currency(read.currency, line, sink);
        Some(read.balance)
    }

    pub(super) fn take_currency(&mut self, currency: &str, line: u64, sink: &mut dyn Sink) {
        if self.currency.is_empty() {
            currency.clone_into(&mut self.currency);
        } else if !currency.is_empty() && currency != self.currency {
            let found = format!("{} and {currency}", self.currency);
            sink.flag(Flag::Oddity { line, odd: Odd::SeveralCurrencies, found });
        }
    }

    /// Passes the statement and its oddities to the sink.
    pub(super) fn close(
        mut self,
        file: &mut File,
        interim: bool,
        sink: &mut dyn Sink,
    ) -> Result<(), FeedErrorKind> {
        let declared = [
            (":90C:", std::mem::take(&mut self.declared_credit), self.credit),
            (":90D:", std::mem::take(&mut self.declared_debit), self.debit),
        ];
        for (what, text, sum) in declared {
            self.check_total(what, text, sum, sink);
        }
        let sum = |sum: Sum| {
            decimal_of_units(sum.units).ok_or_else(|| FeedErrorKind::Structure {
                expected: "movements with a sum of at most 22 digits".to_owned(),
                found: "more".to_owned(),
            })
        };
        let line = self.line;
        let statement = Statement {
            line,
            account: some(&self.account),
            currency: some(&self.currency),
            identification: some(&self.reference),
            opening: self.opening,
            closing: self.closing,
            entries: self.entries,
            sum_credit: sum(self.credit)?,
            sum_debit: sum(self.debit)?,
            proved: None,
        };
        let statement = Statement { proved: statement.balance_ok(), ..statement };
        if let (Some(opening), Some(closing), Some(false)) =
            (statement.opening, statement.closing, statement.balance_ok())
        {
            let expected = opening.amount + statement.sum_credit - statement.sum_debit;
            let (account, found) = (some(&self.account).map(str::to_owned), closing.amount);
            sink.flag(Flag::BalanceBroken { line, account, expected, found });
        }
        if self.opening.is_some() && !self.closed {
            let found = self.reference.clone();
            sink.flag(Flag::Oddity { line, odd: Odd::NoClosingBalance, found });
        }
        if !self.opens && (self.closed || !(interim || self.interim)) {
            let found = self.reference.clone();
            sink.flag(Flag::Oddity { line, odd: Odd::NoOpeningBalance, found });
        }
        if !self.reference.is_empty() && !file.seen.insert(self.fingerprint()) {
            let found = self.reference.clone();
            sink.flag(Flag::Oddity { line, odd: Odd::StatementRepeated, found });
        } else {
            file.sequence.take(&self.account, &self.currency, self.part());
        }
        sink.statement(statement);
        Ok(())
    }

    fn check_total(&mut self, what: &'static str, text: String, sum: Sum, sink: &mut dyn Sink) {
        if text.is_empty() {
            return;
        }
        let read = total(&text);
        if let Some(read) = &read {
            self.take_currency(read.currency, self.line, sink);
        }
        let agrees =
            read.is_some_and(|read| read.count == sum.count && read.sum.units() == Some(sum.units));
        if !agrees {
            let units = decimal_of_units(sum.units);
            let found = units.map_or(String::new(), |units| format!("{} with {units}", sum.count));
            sink.flag(Flag::ControlSum { line: self.line, what, declared: text, found });
        }
    }

    /// At the first movement: says whether the message's head was in the file before.
    pub(super) fn begin_movements(&mut self, heads: &mut HashSet<u64>, sink: &mut dyn Sink) {
        // Without an opening balance two reports of one day cannot be told apart.
        if self.begun || self.reference.is_empty() || self.opening.is_none() {
            return;
        }
        self.begun = true;
        let mut hasher = DefaultHasher::new();
        let opening = self.opening.map(|balance| (balance.amount, balance.on));
        (&self.account, &self.currency, &self.reference, &self.number, opening).hash(&mut hasher);
        if !heads.insert(hasher.finish()) {
            sink.begins_again();
        }
    }

    fn part(&self) -> Part {
        let (statement, page) = self.number.split_once('/').unwrap_or((&self.number, ""));
        Part {
            line: self.line,
            number: number(statement),
            page: number(page),
            continues: self.continues,
            more: self.more,
            opening: self.opening,
            closing: self.closing,
            ..Part::default()
        }
    }

    /// The fingerprint by which two messages of one file are the same: many banks write one reference into all.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let balances = [self.opening, self.closing]
            .map(|balance| balance.map(|balance| (balance.amount, balance.on)));
        (&self.account, &self.reference, &self.number, balances, self.entries).hash(&mut hasher);
        (self.credit.units, self.debit.units).hash(&mut hasher);
        hasher.finish()
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
