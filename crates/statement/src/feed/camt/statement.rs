//! One `Stmt`, `Rpt` or `Ntfctn`: its account, its balances, and the sums of its entries.
//!
//! The statement's declared values (balances, `TxsSummry`) are compared when it closes; a difference is a flag, never
//! an error.

use super::place::{StatementField, Total};
use super::value::{Exact, date_time, decimal_of_units};
use crate::feed::sequence::{Part, Sequence, number};
use crate::feed::{self, Balance, FeedErrorKind, Flag, Format, Odd, Sink};
use chrono::{NaiveDate, NaiveTime};
use remittance::Direction;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A count, and a sum in units of 10^-5.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: u64,
    units: i128,
}

impl Sum {
    fn add(&mut self, units: i128) {
        self.count += 1;
        self.units = self.units.saturating_add(units);
    }
}

/// A declared total, unchanged.
#[derive(Debug, Default)]
struct Declared {
    count: String,
    sum: String,
}

/// The open balance, unchanged.
#[derive(Debug, Default)]
struct BalanceText {
    code: String,
    amount: String,
    indicator: String,
    date: String,
}

/// What is kept of the statements that ended.
#[derive(Debug, Default)]
pub(super) struct File {
    /// Fingerprints of each statement: by its names alone, and by everything before its entries.
    seen: HashSet<u64>,
    heads: HashSet<u64>,
    pub(super) sequence: Sequence,
}

/// The data of the open statement.
#[derive(Debug, Default)]
pub(super) struct Statement {
    line: u64,
    id: String,
    number: String,
    legal_number: String,
    page: String,
    last_page: String,
    created: String,
    from: String,
    to: String,
    account: String,
    account_currency: String,
    balance_currency: String,
    balance: BalanceText,
    opening: Option<Balance>,
    /// The closing of the previous day, used if there is no opening.
    previous: Option<Balance>,
    closing: Option<Balance>,
    unreadable_balance: Option<String>,
    declared: [Declared; 3],
    /// All `Ntry` elements, booked or not, readable or not.
    pub(super) entries: u64,
    credit: Sum,
    debit: Sum,
    pending_credit: Sum,
    pending_debit: Sum,
    entry_currency: String,
    mixed: bool,
}

impl Statement {
    pub(super) fn begin(&mut self, line: u64) {
        *self = Self { line, ..Self::default() };
    }

    pub(super) fn account(&self) -> Option<&str> {
        some(&self.account)
    }

    /// The currency of the account, or of its balances.
    pub(super) fn currency(&self) -> Option<&str> {
        some(&self.account_currency).or_else(|| some(&self.balance_currency))
    }

    /// Stores a field of the statement or of its open balance.
    pub(super) fn store(&mut self, field: StatementField, text: &str, currency: &str) {
        let single = match field {
            StatementField::Id => &mut self.id,
            StatementField::Number => &mut self.number,
            StatementField::LegalNumber => &mut self.legal_number,
            StatementField::Page => &mut self.page,
            StatementField::LastPage => &mut self.last_page,
            StatementField::Created => &mut self.created,
            StatementField::PeriodFrom => &mut self.from,
            StatementField::PeriodTo => &mut self.to,
            StatementField::AccountOther if !self.account.is_empty() => return,
            StatementField::AccountIban | StatementField::AccountOther => &mut self.account,
            StatementField::AccountCurrency => &mut self.account_currency,
            StatementField::BalanceCode => &mut self.balance.code,
            StatementField::BalanceAmount => {
                if self.balance_currency.is_empty() {
                    currency.clone_into(&mut self.balance_currency);
                }
                &mut self.balance.amount
            }
            StatementField::BalanceIndicator => &mut self.balance.indicator,
            StatementField::BalanceDate => &mut self.balance.date,
            StatementField::TotalCount(total) => &mut self.declared_mut(total).count,
            StatementField::TotalSum(total) => &mut self.declared_mut(total).sum,
        };
        text.clone_into(single);
    }

    const fn declared_mut(&mut self, total: Total) -> &mut Declared {
        let [all, credit, debit] = &mut self.declared;
        match total {
            Total::All => all,
            Total::Credit => credit,
            Total::Debit => debit,
        }
    }

    pub(super) fn begin_balance(&mut self) {
        self.balance = BalanceText::default();
    }

    /// Stores the closed balance, if it is compared: the first opening, the last closing.
    pub(super) fn close_balance(&mut self) {
        let text = &self.balance;
        if !matches!(text.code.as_str(), "OPBD" | "PRCD" | "CLBD") {
            return;
        }
        let Ok(amount) = Exact::read(&text.amount, b'.') else {
            self.unreadable_balance = Some(text.amount.chars().take(80).collect());
            return;
        };
        let amount = amount.decimal();
        let on = date_time(&text.date).map(|(date, _)| date);
        // A balance without an indicator keeps its sign.
        let amount = if text.indicator == "DBIT" { -amount } else { amount };
        let balance = Some(Balance { amount, on });
        match text.code.as_str() {
            "OPBD" => self.opening = self.opening.or(balance),
            "PRCD" => self.previous = self.previous.or(balance),
            _ => self.closing = balance,
        }
    }

    /// At the first entry: says whether everything before it was in the file before.
    pub(super) fn begin_entries(&self, file: &mut File, sink: &mut dyn Sink) {
        if self.entries == 0 && !self.id.is_empty() {
            let mut hasher = DefaultHasher::new();
            let balances = [self.opening, self.previous, self.closing]
                .map(|balance| balance.map(|balance| (balance.amount, balance.on)));
            let texts = [&self.legal_number, &self.created, &self.from, &self.to];
            (self.fingerprint(), balances, texts).hash(&mut hasher);
            if !file.heads.insert(hasher.finish()) {
                sink.begins_again();
            }
        }
    }

    /// The day that the statement covers, if it is a single one: its period, or the days of its balances.
    pub(super) fn only_day(&self) -> Option<NaiveDate> {
        let on = |balance: Option<Balance>| balance.and_then(|balance| balance.on);
        let closing = on(self.closing);
        if !(self.from.is_empty() && self.to.is_empty()) {
            let ((from, _), (to, time)) = (date_time(&self.from)?, date_time(&self.to)?);
            // A period that ends at midnight ends on the day before.
            let midnight = time == Some(NaiveTime::MIN) && to > from;
            let to = if midnight { to.pred_opt()? } else { to };
            return Some(to).filter(|to| *to == from && closing.is_none_or(|on| on == *to));
        }
        let day = closing?;
        let opening = match (on(self.opening), on(self.previous)) {
            (Some(opening), _) => opening,
            // The closing of the previous day: what follows belongs to this day only.
            (None, Some(previous)) if previous.succ_opt() == Some(day) => day,
            (None, previous) => previous?,
        };
        (opening == day).then_some(day)
    }

    /// Counts a booked entry.
    pub(super) fn count(&mut self, direction: Direction, units: i128, currency: &str) {
        match direction {
            Direction::Credit => self.credit.add(units),
            Direction::Debit => self.debit.add(units),
        }
        if self.entry_currency.is_empty() {
            currency.clone_into(&mut self.entry_currency);
        }
        self.mixed |=
            currency != self.entry_currency || self.currency().is_some_and(|own| own != currency);
    }

    /// Counts an entry that is not booked: only a declared total may include it.
    pub(super) fn count_pending(&mut self, direction: Direction, units: i128) {
        match direction {
            Direction::Credit => self.pending_credit.add(units),
            Direction::Debit => self.pending_debit.add(units),
        }
    }

    /// Passes the statement and its oddities to the sink.
    pub(super) fn close(
        &self,
        format: Option<Format>,
        file: &mut File,
        sink: &mut dyn Sink,
    ) -> Result<(), FeedErrorKind> {
        let sum = |sum: Sum| {
            decimal_of_units(sum.units).ok_or_else(|| FeedErrorKind::Structure {
                expected: "entries with a sum of at most 22 digits".to_owned(),
                found: "more".to_owned(),
            })
        };
        let statement = feed::Statement {
            line: self.line,
            account: self.account(),
            currency: self.currency().or_else(|| some(&self.entry_currency)),
            identification: some(&self.id),
            opening: self.opening.or(self.previous),
            closing: self.closing,
            entries: self.entries,
            sum_credit: sum(self.credit)?,
            sum_debit: sum(self.debit)?,
            proved: None,
        };
        // Sums over several currencies prove nothing.
        let proved = statement.balance_ok().filter(|_| !self.mixed);
        let statement = feed::Statement { proved, ..statement };
        self.check(&statement, sink);
        let (line, found) = (self.line, self.id.clone());
        let has_opening = statement.opening.is_some() || self.unreadable_balance.is_some();
        // Reports within a day and notifications need no balance.
        if format == Some(Format::Camt053) && !has_opening {
            let found = found.clone();
            sink.flag(Flag::Oddity { line, odd: Odd::NoOpeningBalance, found });
        }
        if !self.id.is_empty() && !file.seen.insert(self.fingerprint()) {
            sink.flag(Flag::Oddity { line, odd: Odd::StatementRepeated, found });
        } else {
            let currency = self.currency().unwrap_or_default();
            file.sequence.take(&self.account, currency, self.part());
        }
        sink.statement(statement);
        Ok(())
    }

    fn part(&self) -> Part {
        Part {
            line: self.line,
            number: number(&self.number).or_else(|| number(&self.legal_number)),
            page: number(&self.page),
            more: matches!(self.last_page.as_str(), "false" | "0"),
            opening: self.opening.or(self.previous),
            closing: self.closing,
            ..Part::default()
        }
    }

    fn check(&self, statement: &feed::Statement<'_>, sink: &mut dyn Sink) {
        let line = self.line;
        if let Some(found) = self.unreadable_balance.clone() {
            sink.flag(Flag::Oddity { line, odd: Odd::BalanceUnreadable, found });
        }
        if let (Some(opening), Some(closing)) = (statement.opening, statement.closing)
            && statement.balance_ok() == Some(false)
            && !self.mixed
        {
            let expected = opening.amount + statement.sum_credit - statement.sum_debit;
            let (account, found) = (self.account().map(str::to_owned), closing.amount);
            sink.flag(Flag::BalanceBroken { line, account, expected, found });
        }
        let [all, credit, debit] = &self.declared;
        let both = |a: Sum, b: Sum| Sum { count: a.count + b.count, units: a.units + b.units };
        let pending = both(self.pending_credit, self.pending_debit);
        let names = ["TxsSummry/TtlNtries", "TxsSummry/TtlCdtNtries", "TxsSummry/TtlDbtNtries"];
        let [of_all, of_credit, of_debit] = names;
        self.compare(of_all, all, both(self.credit, self.debit), pending, sink);
        self.compare(of_credit, credit, self.credit, self.pending_credit, sink);
        self.compare(of_debit, debit, self.debit, self.pending_debit, sink);
    }

    /// Compares a declared total with the booked entries, then with the pending ones included.
    fn compare(
        &self,
        what: &'static str,
        declared: &Declared,
        booked: Sum,
        pending: Sum,
        sink: &mut dyn Sink,
    ) {
        let line = self.line;
        let counts = [booked.count, booked.count + pending.count];
        if !declared.count.is_empty() && !counts.iter().any(|n| declared.count.parse() == Ok(*n)) {
            let (declared, found) = (declared.count.clone(), booked.count.to_string());
            sink.flag(Flag::ControlSum { line, what, declared, found });
        }
        let sums = [booked.units, booked.units + pending.units];
        let units = Exact::read(&declared.sum, b'.').ok().and_then(Exact::units);
        let agrees = units.is_some_and(|units| sums.contains(&units));
        if !declared.sum.is_empty() && !self.mixed && !agrees {
            let found = decimal_of_units(booked.units).map_or(String::new(), |sum| sum.to_string());
            let declared = declared.sum.clone();
            sink.flag(Flag::ControlSum { line, what, declared, found });
        }
    }

    /// The fingerprint by which two statements of one file are the same; eight bytes a statement are kept.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.account, &self.id, &self.number, &self.page, self.currency()).hash(&mut hasher);
        hasher.finish()
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
