//! Sums up what a file holds, for `duizhang feed inspect`, without a database.
//!
//! Start at [`inspect`]; it reads one file into a [`Summary`], whose fields are the keys of the JSON
//! line in their order. The rule where a file holds several statements: `opening` and `closing` are
//! those of a single statement, else null; `balance_ok` is false when one statement's balance does
//! not hold, true when at least one holds, else null; `currency` is `MULTI` and the sums are null
//! when there are several currencies. Sums have the file's decimals, at least two.

use super::{Entry, FeedError, Flag, Reject, Sink, Source, Statement};
use crate::remittance::Direction;
use crate::rulebook::bank::BankLayouts;
use rust_decimal::Decimal;
use serde::Serialize;

/// Stands for the currency where there are several.
const MULTI: &str = "MULTI";
/// Flags of one file that are spelled out; beyond them one line says how many more there are.
const FLAGS_MAX: usize = 50;

/// One file's figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub file: String,
    pub format: Option<&'static str>,
    pub encoding: Option<&'static str>,
    pub statements: u64,
    pub entries: u64,
    pub sum_credit: Option<String>,
    pub sum_debit: Option<String>,
    pub currency: Option<String>,
    pub opening: Option<String>,
    pub closing: Option<String>,
    pub balance_ok: Option<bool>,
    pub rejected: u64,
    pub error: Option<String>,
    pub flags: Vec<String>,
}

/// Reads one file and sums it up; `file` is how the caller names it.
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

/// Counts and sums what a reader gives; memory does not grow with the file.
pub struct Tally<'r> {
    rejected: &'r mut dyn FnMut(&Reject),
    rejects: u64,
    statements: u64,
    entries: u64,
    sums: Option<(Decimal, Decimal)>,
    /// The one currency so far; the second makes it `MULTI`.
    currency: Option<String>,
    opening: Option<Decimal>,
    closing: Option<Decimal>,
    holds: bool,
    breaks: bool,
    flags: Vec<String>,
    flags_more: u64,
}

impl<'r> Tally<'r> {
    #[must_use]
    pub fn new(rejected: &'r mut dyn FnMut(&Reject)) -> Self {
        Self {
            rejected,
            rejects: 0,
            statements: 0,
            entries: 0,
            sums: Some((Decimal::ZERO, Decimal::ZERO)),
            currency: None,
            opening: None,
            closing: None,
            holds: false,
            breaks: false,
            flags: Vec::new(),
            flags_more: 0,
        }
    }

    fn currency(&mut self, found: Option<&str>) {
        match (&self.currency, found) {
            (None, Some(found)) => self.currency = Some(found.to_owned()),
            (Some(known), Some(found)) if known != found => self.currency = Some(MULTI.to_owned()),
            (Some(_) | None, Some(_) | None) => {}
        }
    }

    /// The figures of a file that was read to its end.
    #[must_use]
    pub fn summary(self, file: &str, format: &'static str, encoding: &'static str) -> Summary {
        let single = self.statements == 1;
        let multi = self.currency.as_deref() == Some(MULTI);
        let sums = self.sums.filter(|_| !multi);
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
            sum_credit: sums.map(|(credit, _)| written(credit)),
            sum_debit: sums.map(|(_, debit)| written(debit)),
            currency: self.currency,
            opening: self.opening.filter(|_| single).map(written),
            closing: self.closing.filter(|_| single).map(written),
            balance_ok: if self.breaks { Some(false) } else { self.holds.then_some(true) },
            rejected: self.rejects,
            error: None,
            flags,
        }
    }
}

/// An amount with the file's decimals, at least two.
fn written(amount: Decimal) -> String {
    let mut amount = amount;
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}

impl Sink for Tally<'_> {
    fn entry(&mut self, entry: Entry<'_>) {
        self.entries += 1;
        self.currency(entry.currency);
        self.sums = self.sums.and_then(|(credit, debit)| match entry.direction {
            Direction::Credit => Some((credit.checked_add(entry.amount)?, debit)),
            Direction::Debit => Some((credit, debit.checked_add(entry.amount)?)),
        });
    }

    fn reject(&mut self, reject: Reject) {
        self.rejects += 1;
        (self.rejected)(&reject);
    }

    fn statement(&mut self, statement: Statement<'_>) {
        self.statements += 1;
        self.currency(statement.currency);
        self.opening = statement.opening.map(|balance| balance.amount);
        self.closing = statement.closing.map(|balance| balance.amount);
        match statement.balance_ok() {
            Some(true) => self.holds = true,
            Some(false) => self.breaks = true,
            None => {}
        }
    }

    fn flag(&mut self, flag: Flag) {
        if self.flags.len() < FLAGS_MAX {
            self.flags.push(flag.to_string());
        } else {
            self.flags_more += 1;
        }
    }
}

impl Summary {
    /// A file of which nothing is taken in.
    #[must_use]
    pub fn failed(file: &str, error: &FeedError) -> Self {
        Self { file: file.to_owned(), error: Some(error.to_string()), ..Self::default() }
    }
}
