//! Summarizes a file, for `duizhang feed inspect`, without a database.
//!
//! Start at [`inspect`]; it parses one file into a [`Summary`], whose fields are the keys of the JSON line in their
//! order. [`Tally`] combines the statements of a file:
//!
//! - `entries`: everything that the statements count, booked or not, readable or not.
//! - `transactions`: the results of the entries: one for each part, none for an amount of zero.
//! - `currency`: that of the booked entries; without any, that of the statements; `MULTI` if several.
//! - sums: over the statements; none if the currency is `MULTI` or an amount had a sign.
//! - `opening`, `closing`: of a single statement only.
//! - `balance_ok`: false if one statement's is false, otherwise true if one's is true; a statement whose entries have
//!   another currency than its own has none.
//!
//! Amounts have the file's decimals without trailing zeros, and at least two.

use super::{
    BlockRead, ColumnRead, FeedError, Flag, Odd, Reject, Sink, Source, Statement, StatementEntry,
};
use crate::rules::bank::BankLayouts;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

/// The currency if there are several.
const MULTI: &str = "MULTI";
/// Flags of one file that are written out; one more line counts the rest.
const FLAGS_MAX: usize = 50;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub file: String,
    pub format: Option<&'static str>,
    pub encoding: Option<&'static str>,
    pub statements: u64,
    pub entries: u64,
    pub transactions: u64,
    pub sum_credit: Option<String>,
    pub sum_debit: Option<String>,
    pub currency: Option<String>,
    pub opening: Option<String>,
    pub closing: Option<String>,
    pub balance_ok: Option<bool>,
    pub rejected: u64,
    pub error: Option<String>,
    pub flags: Vec<String>,
    pub blocks: Vec<BlockSummary>,
}

/// One block of a table, or one statement of a message: its account, its days, how it was parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BlockSummary {
    /// Physical line on which it starts, from 1.
    pub line: u64,
    pub account: Option<String>,
    /// First and last booking day, as `2026-05-11`.
    pub from: Option<String>,
    pub to: Option<String>,
    pub entries: u64,
    /// The layout of `rules/banks/` that adds to the headings.
    pub layout: Option<String>,
    /// None for messages, whose fields are fixed.
    pub columns: Vec<ColumnSummary>,
    /// Whether the balances prove each row; `null` without balances for that.
    pub proved: Option<bool>,
}

/// The meaning of a column, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnSummary {
    pub heading: String,
    pub reads: &'static str,
    pub why: &'static str,
}

/// Parses one file and summarizes it; `file` is the caller's name for it.
///
/// The rejects go to `rejected` as they come, for showing them; an error becomes the summary's.
pub fn inspect(
    file: &str,
    input: &mut dyn Source,
    layouts: &BankLayouts,
    rejected: &mut dyn FnMut(&Reject),
) -> Summary {
    let mut tally = Tally::new(rejected);
    match super::read(input, layouts, &mut tally) {
        Ok(facts) => tally.summary(file, facts.format.code(), facts.encoding),
        Err(error) => Summary::failed(file, &error),
    }
}

/// Counts and sums a reader's results; memory does not grow with the file.
pub struct Tally<'r> {
    rejected: &'r mut dyn FnMut(&Reject),
    rejects: u64,
    statements: u64,
    entries: u64,
    transactions: u64,
    sums: Option<(Decimal, Decimal)>,
    entry_currency: Currency,
    statement_currency: Currency,
    /// Of the entries since the last statement ended.
    current: Currency,
    opening: Option<Decimal>,
    closing: Option<Decimal>,
    balance_ok: Option<bool>,
    flags: Vec<String>,
    flags_more: u64,
    /// Blocks of tables, or statements if there are no tables.
    blocks: Vec<BlockSummary>,
    of_statements: Vec<BlockSummary>,
    /// First and last day of the entries since the last statement ended.
    days: Option<(NaiveDate, NaiveDate)>,
}

/// The most blocks reported of one file.
const BLOCKS_MAX: usize = 256;

/// The only currency so far, or that there are several.
#[derive(Default)]
enum Currency {
    #[default]
    None,
    One(String),
    Several,
}

impl Currency {
    fn add(&mut self, found: Option<&str>) {
        match (&*self, found) {
            (Self::None, Some(found)) => *self = Self::One(found.to_owned()),
            (Self::One(known), Some(found)) if known != found => *self = Self::Several,
            (Self::None | Self::One(_) | Self::Several, _) => {}
        }
    }
}

impl<'r> Tally<'r> {
    #[must_use]
    pub fn new(rejected: &'r mut dyn FnMut(&Reject)) -> Self {
        Self {
            rejected,
            rejects: 0,
            statements: 0,
            entries: 0,
            transactions: 0,
            sums: Some((Decimal::ZERO, Decimal::ZERO)),
            entry_currency: Currency::None,
            statement_currency: Currency::None,
            current: Currency::None,
            opening: None,
            closing: None,
            balance_ok: None,
            flags: Vec::new(),
            flags_more: 0,
            blocks: Vec::new(),
            of_statements: Vec::new(),
            days: None,
        }
    }

    /// The figures of a completely parsed file.
    #[must_use]
    pub fn summary(self, file: &str, format: &'static str, encoding: &'static str) -> Summary {
        let single = self.statements == 1;
        let currency = match (self.entry_currency, self.statement_currency) {
            (Currency::None, currency) | (currency, _) => currency,
        };
        let (currency, sums) = match currency {
            Currency::None => (None, self.sums),
            Currency::One(currency) => (Some(currency), self.sums),
            Currency::Several => (Some(MULTI.to_owned()), None),
        };
        let mut flags = self.flags;
        if self.flags_more > 0 {
            flags.push(format!("and {} more", self.flags_more));
        }
        Summary {
            file: file.to_owned(),
            format: Some(format),
            encoding: Some(encoding),
            statements: self.statements,
            entries: self.entries,
            transactions: self.transactions,
            sum_credit: sums.map(|(credit, _)| written(credit)),
            sum_debit: sums.map(|(_, debit)| written(debit)),
            currency,
            opening: self.opening.filter(|_| single).map(written),
            closing: self.closing.filter(|_| single).map(written),
            balance_ok: self.balance_ok,
            rejected: self.rejects,
            error: None,
            flags,
            blocks: if self.blocks.is_empty() { self.of_statements } else { self.blocks },
        }
    }
}

impl From<BlockRead> for BlockSummary {
    fn from(block: BlockRead) -> Self {
        let BlockRead { line, account, from, to, entries, layout, columns, proved } = block;
        let column = |ColumnRead { heading, reads, why }| ColumnSummary { heading, reads, why };
        let columns = columns.into_iter().map(column).collect();
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        Self { line, account, from: day(from), to: day(to), entries, layout, columns, proved }
    }
}

/// An amount with its decimals, at least two.
fn written(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}

impl Sink for Tally<'_> {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        self.transactions += 1;
        self.entry_currency.add(entry.currency);
        self.current.add(entry.currency);
        let day = entry.booked_on;
        self.days = Some(self.days.map_or((day, day), |(from, to)| (from.min(day), to.max(day))));
    }

    fn block(&mut self, block: BlockRead) {
        if self.blocks.len() < BLOCKS_MAX {
            self.blocks.push(block.into());
        }
    }

    fn reject(&mut self, reject: Reject) {
        self.rejects += 1;
        (self.rejected)(&reject);
    }

    fn statement(&mut self, statement: Statement<'_>) {
        self.statements += 1;
        let days = self.days.take();
        if self.of_statements.len() < BLOCKS_MAX {
            self.of_statements.push(BlockSummary {
                line: statement.line,
                account: statement.account.map(str::to_owned),
                from: days.map(|(from, _)| from.to_string()),
                to: days.map(|(_, to)| to.to_string()),
                entries: statement.entries,
                proved: statement.proved,
                ..BlockSummary::default()
            });
        }
        self.entries += statement.entries;
        self.sums = self.sums.and_then(|(credit, debit)| {
            let credit = credit.checked_add(statement.sum_credit)?;
            Some((credit, debit.checked_add(statement.sum_debit)?))
        });
        self.opening = statement.opening.map(|balance| balance.amount);
        self.closing = statement.closing.map(|balance| balance.amount);
        self.statement_currency.add(statement.currency);
        let mut current = std::mem::take(&mut self.current);
        current.add(statement.currency);
        if let (Currency::None | Currency::One(_), Some(holds)) = (current, statement.balance_ok())
        {
            self.balance_ok = Some(holds && self.balance_ok != Some(false));
        }
    }

    fn flag(&mut self, flag: Flag) {
        // Without a statement that says which, the sign of an amount is ambiguous.
        if matches!(flag, Flag::Oddity { odd: Odd::NegativeAmount, .. }) {
            self.sums = None;
        }
        if self.flags.len() < FLAGS_MAX {
            self.flags.push(flag.to_string());
        } else {
            self.flags_more += 1;
        }
    }
}

impl Summary {
    /// A file of which nothing is ingested.
    #[must_use]
    pub fn failed(file: &str, error: &FeedError) -> Self {
        Self { file: file.to_owned(), error: Some(error.to_string()), ..Self::default() }
    }
}
