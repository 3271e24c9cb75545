//! Turns the rows of a table into entries, under the layout that its header fits.
//!
//! Start at [`Table::row`]. Rows come from `rows.rs`, a workbook or an HTML table alike. A row that
//! cannot be read is a reject with the place of its first wrong field; rows that a layout knows to
//! be no data (blank, totals, a repeated header) are passed over, but only where no date stands in
//! the date's column.
//!
//! Invariant: each row behind the header is an entry, a reject, or known to be no data.

use super::amount::{self, Amount};
use super::layout::{Plan, normalised, shortened};
use super::rows::Row;
use super::running::Running;
use super::{Entry, Flag, Odd, Problem, Reject, Sink, date};
use crate::remittance::{Counterparty, Direction, MoneyError, Remarks};
use crate::rulebook::bank::{AmountModel, Field};
use chrono::{NaiveDate, NaiveTime};

/// Characters of a row that a reject keeps.
pub(super) const ROW_CHARS_MAX: usize = 4096;
/// Characters of a field that a reject shows.
pub(super) const FOUND_CHARS_MAX: usize = 60;
/// Ambiguous dates of one file that are named.
const AMBIGUOUS_MAX: u32 = 8;

/// What banks write for currencies besides ISO 4217 codes.
const CURRENCY_WORDS: [(&str, &str); 12] = [
    ("人民币", "CNY"),
    ("人民币元", "CNY"),
    ("RMB", "CNY"),
    ("156", "CNY"),
    ("01", "CNY"),
    ("美元", "USD"),
    ("港币", "HKD"),
    ("港元", "HKD"),
    ("欧元", "EUR"),
    ("日元", "JPY"),
    ("英镑", "GBP"),
    ("澳门元", "MOP"),
];
/// What stands in a reversal column of rows that are none.
const NO_REVERSAL: [&str; 6] = ["否", "N", "n", "0", "正常", "非冲正"];

/// A table on its way from rows to entries.
pub(super) struct Table<'p> {
    reader: Reader<'p>,
    running: Running,
    ambiguous: u32,
}

/// Reads single rows under a plan; knows nothing of the rows before.
#[derive(Clone, Copy)]
struct Reader<'p> {
    plan: &'p Plan<'p>,
}

/// Why a row is refused, and where in it.
struct Refusal {
    field: Field,
    problem: Problem,
}

/// An entry with the amounts that the running balance is followed by.
struct Reading<'a> {
    entry: Entry<'a>,
    amount: Amount,
    balance: Option<Amount>,
    ambiguous: bool,
}

const fn refusal(field: Field, problem: Problem) -> Refusal {
    Refusal { field, problem }
}

fn not_an_amount(field: Field) -> impl Fn(MoneyError) -> Refusal {
    move |error| refusal(field, amount::problem(&error))
}

impl<'p> Table<'p> {
    pub(super) fn new(plan: &'p Plan<'p>) -> Self {
        Self { reader: Reader { plan }, running: Running::default(), ambiguous: 0 }
    }

    /// Reads one row behind the header.
    pub(super) fn row(&mut self, row: Row<'_>, sink: &mut dyn Sink) {
        let reader = self.reader;
        match reader.reading(row) {
            Ok(reading) => {
                self.running.entry(&reading.entry, reading.amount, reading.balance);
                if reading.ambiguous && self.ambiguous < AMBIGUOUS_MAX {
                    self.ambiguous += 1;
                    let found = reader.value(row, Field::Date).to_owned();
                    sink.flag(Flag::Oddity { line: row.line, odd: Odd::AmbiguousDate, found });
                }
                sink.entry(reading.entry);
            }
            Err(refusal) => {
                if !reader.is_no_data(row) {
                    self.running.gap();
                    sink.reject(reader.rejected(row, refusal));
                }
            }
        }
    }

    /// Ends the table: sums, balances, and what is odd of them.
    pub(super) fn finish(self, sink: &mut dyn Sink) {
        let plan = self.reader.plan;
        let currency = plan.preamble.currency.as_deref();
        let currency = currency.and_then(currency_code).or(plan.layout.currency.as_deref());
        self.running.finish(&plan.preamble, currency, sink);
    }
}

impl<'p> Reader<'p> {
    fn reading<'a>(self, row: Row<'a>) -> Result<Reading<'a>, Refusal>
    where
        'p: 'a,
    {
        let layout = self.plan.layout;
        let (booked_on, rest, ambiguous) = self.day(row)?;
        self.shape(row)?;
        let booked_time = self.time(row, rest)?;
        let (direction, amount) = self.amount(row)?;
        let balance = match self.value(row, Field::Balance) {
            "" => None,
            text => Some(Amount::read(text, layout.style).map_err(not_an_amount(Field::Balance))?),
        };
        let (counterparty, own) = self.parties(row, direction);
        let entry = Entry {
            line: row.line,
            account: if own.is_empty() { self.plan.preamble.account.as_deref() } else { Some(own) },
            currency: self.currency(row)?,
            serial: self.number(row, Field::Serial),
            booked_on,
            booked_time,
            direction,
            amount: amount.decimal(),
            balance: balance.map(Amount::signed),
            counterparty,
            remarks: Remarks {
                postscript: self.value(row, Field::Postscript),
                purpose: self.value(row, Field::Purpose),
                summary: self.value(row, Field::Summary),
                note: self.value(row, Field::Note),
            },
            reversal: self.reversal(row)?,
            booking: None,
            contradicted: false,
        };
        Ok(Reading { entry, amount, balance, ambiguous })
    }

    /// A field's cell; empty where the layout says that what stands there means nothing.
    fn value<'a>(self, row: Row<'a>, field: Field) -> &'a str {
        let Some(column) = self.plan.columns.get(field as usize) else { return "" };
        let cell = row.cell(*column);
        let blank = &self.plan.layout.blank;
        if blank.is_empty() || cell.is_empty() {
            return cell;
        }
        // A run of hyphens is as blank as one.
        let hyphens = cell.bytes().all(|byte| byte == b'-');
        let means_nothing = |word: &String| word == cell || (hyphens && word == "-");
        if blank.iter().any(means_nothing) { "" } else { cell }
    }

    /// An account or a serial: what spreadsheets need to keep its digits (`="6222"`) comes off.
    fn number<'a>(self, row: Row<'a>, field: Field) -> &'a str {
        let text = self.value(row, field);
        let kept = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"'));
        kept.unwrap_or_else(|| text.strip_prefix('\'').unwrap_or(text))
    }

    fn has(self, field: Field) -> bool {
        self.plan.columns.get(field as usize).is_some_and(|column| *column != usize::MAX)
    }

    fn day<'a>(self, row: Row<'a>) -> Result<(NaiveDate, &'a str, bool), Refusal> {
        let (text, order) = (self.value(row, Field::Date), self.plan.layout.dates);
        match date::day(text, order) {
            Some(found) => Ok((found.day, found.rest, found.ambiguous)),
            None if text.is_empty() => Err(refusal(Field::Date, Problem::Missing)),
            None => Err(refusal(Field::Date, Problem::Date { expected: date::expected(order) })),
        }
    }

    /// Checks that the row has the header's columns, and text in them.
    fn shape(self, row: Row<'_>) -> Result<(), Refusal> {
        let (wanted, found) = (self.plan.header.len(), row.len());
        let short = found < wanted && !self.plan.layout.ragged;
        let long = (wanted..found).any(|index| !row.cell(index).is_empty());
        if short || long {
            let expected = format!("{wanted} fields");
            return Err(refusal(Field::Date, Problem::Fields { expected }));
        }
        if memchr::memchr(0, row.text.as_bytes()).is_some() {
            return Err(refusal(Field::Date, Problem::Text { expected: "text without NUL" }));
        }
        if self.plan.decoded && row.text.contains('\u{fffd}') {
            let expected = "text in the file's encoding";
            return Err(refusal(Field::Date, Problem::Text { expected }));
        }
        Ok(())
    }

    /// The time of day, from its own column or from behind the date.
    fn time(self, row: Row<'_>, rest: &str) -> Result<Option<NaiveTime>, Refusal> {
        let expected = "a time of day such as 09:30:00";
        let wrong = |field| move |()| refusal(field, Problem::Date { expected });
        let behind = date::time(rest).map_err(wrong(Field::Date))?;
        let text = self.value(row, Field::Time);
        // Some banks repeat the day in the time's column.
        let text = date::day(text, self.plan.layout.dates).map_or(text, |found| found.rest);
        Ok(date::time(text).map_err(wrong(Field::Time))?.or(behind))
    }

    fn amount(self, row: Row<'_>) -> Result<(Direction, Amount), Refusal> {
        let style = self.plan.layout.style;
        match self.plan.layout.amount {
            AmountModel::Signed => {
                let text = self.value(row, Field::Amount);
                let amount = Amount::read(text, style).map_err(not_an_amount(Field::Amount))?;
                let out = amount.hundredths < 0;
                Ok((if out { Direction::Debit } else { Direction::Credit }, amount))
            }
            AmountModel::Flagged => {
                let direction = self.flag(row)?;
                Ok((direction, self.unsigned(row, Field::Amount)?))
            }
            AmountModel::Pair => self.pair(row),
        }
    }

    fn unsigned(self, row: Row<'_>, field: Field) -> Result<Amount, Refusal> {
        let text = self.value(row, field);
        let amount = Amount::read(text, self.plan.layout.style).map_err(not_an_amount(field))?;
        if amount.hundredths < 0 {
            let why = "expected an amount without a minus".to_owned();
            return Err(refusal(field, Problem::Amount(why)));
        }
        Ok(amount)
    }

    fn pair(self, row: Row<'_>) -> Result<(Direction, Amount), Refusal> {
        let side = |field| match self.value(row, field) {
            "" => Ok(None),
            _ => self.unsigned(row, field).map(Some),
        };
        let (credit, debit) = (side(Field::Credit)?, side(Field::Debit)?);
        let moves = |amount: &Amount| amount.hundredths != 0;
        let found = match (credit, debit) {
            (Some(credit), None) => (Direction::Credit, credit),
            (None, Some(debit)) => (Direction::Debit, debit),
            (Some(credit), Some(debit)) if moves(&credit) && !moves(&debit) => {
                (Direction::Credit, credit)
            }
            (Some(credit), Some(debit)) if moves(&debit) && !moves(&credit) => {
                (Direction::Debit, debit)
            }
            (Some(_), Some(_)) | (None, None) => {
                return Err(refusal(Field::Credit, Problem::Direction));
            }
        };
        if self.has(Field::Flag)
            && !self.value(row, Field::Flag).is_empty()
            && self.flag(row)? != found.0
        {
            return Err(refusal(Field::Flag, Problem::Direction));
        }
        Ok(found)
    }

    fn flag(self, row: Row<'_>) -> Result<Direction, Refusal> {
        let layout = self.plan.layout;
        let word = self.value(row, Field::Flag);
        if layout.credit.iter().any(|credit| credit == word) {
            Ok(Direction::Credit)
        } else if layout.debit.iter().any(|debit| debit == word) {
            Ok(Direction::Debit)
        } else {
            let (credit, debit) = (layout.credit.join(", "), layout.debit.join(", "));
            let expected = format!("{credit} (credit) or {debit} (debit)");
            Err(refusal(Field::Flag, Problem::Word { expected }))
        }
    }

    fn currency<'a>(self, row: Row<'a>) -> Result<Option<&'a str>, Refusal>
    where
        'p: 'a,
    {
        let text = match self.value(row, Field::Currency) {
            "" => self.plan.preamble.currency.as_deref().unwrap_or_default(),
            text => text,
        };
        if text.is_empty() {
            return Ok(self.plan.layout.currency.as_deref());
        }
        let expected =
            || Problem::Word { expected: "a currency such as 人民币 or CNY".to_owned() };
        currency_code(text).map(Some).ok_or_else(|| refusal(Field::Currency, expected()))
    }

    fn reversal(self, row: Row<'_>) -> Result<bool, Refusal> {
        let text = self.value(row, Field::Reversal);
        if text.is_empty() || NO_REVERSAL.contains(&text) {
            return Ok(false);
        }
        if self.plan.layout.reversal.iter().any(|word| word == text) {
            return Ok(true);
        }
        let expected = format!("{} or 否", self.plan.layout.reversal.join(", "));
        Err(refusal(Field::Reversal, Problem::Word { expected }))
    }

    /// The other side, and the own account where a column names it.
    fn parties<'a>(self, row: Row<'a>, direction: Direction) -> (Counterparty<'a>, &'a str) {
        use Field::{BankCode, BankName, CounterpartyAccount, CounterpartyName};
        use Field::{PayeeAccount, PayeeBankCode, PayeeBankName, PayeeName};
        use Field::{PayerAccount, PayerBankCode, PayerBankName, PayerName};
        let payer = [PayerAccount, PayerName, PayerBankCode, PayerBankName];
        let payee = [PayeeAccount, PayeeName, PayeeBankCode, PayeeBankName];
        let [account, name, code, bank] = match direction {
            _ if !self.has(PayerAccount) => {
                [CounterpartyAccount, CounterpartyName, BankCode, BankName]
            }
            Direction::Credit => payer,
            Direction::Debit => payee,
        };
        let own = match direction {
            _ if !self.has(PayerAccount) => Field::Account,
            Direction::Credit => PayeeAccount,
            Direction::Debit => PayerAccount,
        };
        let counterparty = Counterparty {
            account: self.number(row, account),
            name: self.value(row, name),
            bank_code: self.number(row, code),
            bank_name: self.value(row, bank),
        };
        (counterparty, self.number(row, own))
    }

    /// Whether a row that is no entry is known to be no data.
    fn is_no_data(self, row: Row<'_>) -> bool {
        let Some(first) = row.cells().find(|cell| !cell.is_empty()) else { return true };
        if self.day(row).is_ok() {
            return false;
        }
        let repeated = row.len() == self.plan.header.len()
            && row.cells().zip(&self.plan.header).all(|(cell, heading)| cell == heading);
        repeated || self.plan.layout.skip.is_match(&normalised(first))
    }

    fn rejected(self, row: Row<'_>, refusal: Refusal) -> Reject {
        let column = self.plan.columns.get(refusal.field as usize).copied().unwrap_or_default();
        let heading = self.plan.header.get(column).cloned().unwrap_or_default();
        let (column, field, found) = match refusal.problem {
            Problem::Fields { .. } => (None, "row".to_owned(), format!("{} fields", row.len())),
            Problem::Text { .. } => (None, "row".to_owned(), row.text.to_owned()),
            Problem::Missing
            | Problem::Amount(_)
            | Problem::Date { .. }
            | Problem::Word { .. }
            | Problem::Currency
            | Problem::Direction => {
                (u32::try_from(column + 1).ok(), heading, row.cell(column).to_owned())
            }
        };
        Reject {
            line: row.line,
            column,
            field,
            found: shortened(&found, FOUND_CHARS_MAX),
            problem: refusal.problem,
            row: shortened(row.text, ROW_CHARS_MAX),
        }
    }
}

/// The ISO 4217 code of a currency as banks write it.
pub(super) fn currency_code(text: &str) -> Option<&str> {
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) && text != "RMB" {
        return Some(text);
    }
    CURRENCY_WORDS.iter().find(|(word, _)| *word == text).map(|(_, code)| *code)
}
