//! Parses one row under a plan: an entry, or the error and its place.
//!
//! Start at [`RowReader::read`]. It knows nothing of other rows. `plan.rs` has the fields of the columns; `block.rs`
//! handles a row without a day.

use super::cell::{BadCell, RowReader};
use super::header::shortened;
use super::movement::Movement;
use super::plan::WORD_FIELDS;
use crate::feed::amount::Amount;
use crate::feed::identity::is_no_serial;
use crate::feed::rows::Row;
use crate::feed::{Problem, Reject, StatementEntry, date};
use crate::rules::bank::Field;
use chrono::{NaiveDate, NaiveTime};
use remittance::{Counterparty, Direction, Remarks};

/// Characters of a row kept in a reject.
pub(in crate::feed) const ROW_CHARS_MAX: usize = 4096;
/// Characters of a field shown in a reject.
pub(in crate::feed) const FOUND_CHARS_MAX: usize = 60;

/// Currency names of banks besides ISO 4217 codes.
const CURRENCY_WORDS: [(&str, &str); 15] = [
    ("人民币", "CNY"),
    ("人民币元", "CNY"),
    ("RMB", "CNY"),
    ("CNY/人民币", "CNY"),
    ("人民币/CNY", "CNY"),
    ("元", "CNY"),
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

/// Separates texts of different columns. It consists of words, because a reference may be broken by spaces and signs:
/// one text must never complete a number cut off in the other.
const JOINT: &str = "；另：";

/// An entry with the amounts for checking the running balance.
pub(super) struct Reading<'a> {
    pub(super) entry: StatementEntry<'a>,
    pub(super) amount: Amount,
    pub(super) balance: Option<Amount>,
    /// The amount's column is for money in; `None` if one column holds both directions.
    pub(super) credit_column: Option<bool>,
    pub(super) ambiguous: bool,
}

/// Texts joined from several columns; the buffers are reused.
#[derive(Default)]
pub(super) struct Joined([String; WORD_FIELDS.len()]);

/// The booking time of a row.
struct Booked {
    on: NaiveDate,
    time: Option<NaiveTime>,
    ambiguous: bool,
}

impl<'p> RowReader<'p> {
    pub(super) fn read<'a>(
        self,
        row: Row<'a>,
        account: Option<&'a str>,
        day: Option<NaiveDate>,
        joined: &'a mut Joined,
    ) -> Result<Reading<'a>, BadCell>
    where
        'p: 'a,
    {
        let booked = self.booked(row, day)?;
        self.shape(row)?;
        let movement = self.movement(row)?;
        let balance = self.balance(row)?;
        let (counterparty, own) = self.parties(row, movement.direction);
        let entry = StatementEntry {
            line: row.line,
            account: if own.is_empty() { account } else { Some(own) },
            currency: self.currency(row)?,
            serial: self.serial(row),
            booked_on: booked.on,
            booked_time: booked.time,
            direction: movement.direction,
            amount: movement.amount.decimal(),
            balance: balance.map(Amount::signed),
            counterparty,
            remarks: self.remarks(row, joined),
            reversal: movement.red || self.reversal(row)?,
            booking: None,
            contradicted: false,
        };
        let Movement { amount, credit_column, .. } = movement;
        Ok(Reading { entry, amount, balance, credit_column, ambiguous: booked.ambiguous })
    }

    fn serial<'a>(self, row: Row<'a>) -> &'a str {
        let serial = self.number(row, Field::Serial);
        if self.plan.serial_counts_rows || is_no_serial(serial) { "" } else { serial }
    }

    /// The booking time of the row; `given` is the day for a row without one.
    fn booked(self, row: Row<'_>, given: Option<NaiveDate>) -> Result<Booked, BadCell> {
        let found = match (self.day(row), given) {
            (Ok(found), _) => found,
            // The day's column then holds a time, or nothing.
            (Err(_), Some(day)) => {
                let rest = self.value(row, Field::Date);
                date::DayFound { day, rest, ambiguous: false }
            }
            (Err(refusal), None) => return Err(refusal),
        };
        let expected = "a time of day such as 09:30:00";
        let wrong = |field| move |()| self.refusal(field, Problem::Date { expected });
        let (behind, zone) = date::zoned(found.rest);
        let behind = date::time(behind).map_err(wrong(Field::Date))?;
        let ambiguous = found.ambiguous;
        if let (Some(time), Some(zone)) = (behind, zone) {
            let (on, time) = date::in_beijing(found.day, time, zone);
            return Ok(Booked { on, time: Some(time), ambiguous });
        }
        let time = if behind.is_some() { behind } else { self.time_beside(row, found.day)? };
        Ok(Booked { on: found.day, time, ambiguous })
    }

    /// The time of day from a column of its own, if it is on the booking day: some banks give the time of the payer's
    /// order, which can be the evening before.
    fn time_beside(self, row: Row<'_>, booked_on: NaiveDate) -> Result<Option<NaiveTime>, BadCell> {
        let text = self.value(row, Field::Time);
        if text.is_empty() {
            return Ok(None);
        }
        let order = self.plan.dates;
        let day_beside = || date::day(self.cell(row, self.plan.time_day), order);
        let (day, rest) = match date::day(text, order) {
            Some(found) => (Some(found.day), found.rest),
            None => (day_beside().map(|found| found.day), text),
        };
        let (rest, zone) = date::zoned(rest);
        let expected = "a time of day such as 09:30:00";
        let time =
            date::time(rest).map_err(|()| self.refusal(Field::Time, Problem::Date { expected }))?;
        let time = match (time, day, zone) {
            (Some(time), Some(day), Some(zone)) => {
                let (day, time) = date::in_beijing(day, time, zone);
                Some(time).filter(|_| day == booked_on)
            }
            (time, day, _) => time.filter(|_| day.is_none_or(|day| day == booked_on)),
        };
        Ok(time)
    }

    /// Checks that the row has the header's columns, and valid text in them.
    fn shape(self, row: Row<'_>) -> Result<(), BadCell> {
        let (wanted, found) = (self.plan.header.len(), row.len());
        let short = found < wanted && !self.plan.ragged;
        let long = (wanted..found).any(|index| !row.cell(index).is_empty());
        let refuse = |problem| Err(self.refusal(Field::Date, problem));
        if short || long {
            let expected = format!("{wanted} fields");
            return refuse(Problem::Fields { expected });
        }
        if memchr::memchr(0, row.text.as_bytes()).is_some() {
            return refuse(Problem::Text { expected: "text without NUL" });
        }
        if self.plan.decoded && row.text.contains('\u{fffd}') {
            return refuse(Problem::Text { expected: "text in the file's encoding" });
        }
        Ok(())
    }

    fn balance(self, row: Row<'_>) -> Result<Option<Amount>, BadCell> {
        let column = self.plan.amounts.balance;
        match self.cell(row, column) {
            "" => Ok(None),
            text => self.money(text, column).map(Some),
        }
    }

    fn currency<'a>(self, row: Row<'a>) -> Result<Option<&'a str>, BadCell>
    where
        'p: 'a,
    {
        let text = self.value(row, Field::Currency);
        if text.is_empty() {
            return Ok(self.plan.currency.as_deref());
        }
        let expected =
            || Problem::Word { expected: "a currency such as 人民币 or CNY".to_owned() };
        currency_code(text).map(Some).ok_or_else(|| self.refusal(Field::Currency, expected()))
    }

    fn reversal(self, row: Row<'_>) -> Result<bool, BadCell> {
        let text = self.value(row, Field::Reversal);
        if text.is_empty() {
            return Ok(false);
        }
        let rules = self.plan.rules;
        let folded = rules.folded(text);
        let of_layout = |words: &dyn Fn(&crate::rules::bank::BankLayout) -> &[String]| {
            self.plan.layout.is_some_and(|layout| words(layout).iter().any(|word| word == text))
        };
        let is = |words: &[String]| words.contains(&folded);
        if of_layout(&|layout| &layout.ordinary) {
            Ok(false)
        } else if of_layout(&|layout| &layout.reversal) {
            Ok(true)
        } else if is(&rules.values.ordinary) {
            Ok(false)
        } else if is(&rules.values.reversal) {
            Ok(true)
        } else {
            let own = self.plan.layout.map_or(&[][..], |layout| &layout.reversal);
            let words = if own.is_empty() { &rules.values.reversal } else { own };
            let expected = format!("{} or 否", words.join(", "));
            Err(self.refusal(Field::Reversal, Problem::Word { expected }))
        }
    }

    /// The counterparty, and the own account if a column names it.
    pub(super) fn parties<'a>(
        self,
        row: Row<'a>,
        direction: Direction,
    ) -> (Counterparty<'a>, &'a str) {
        use Field::{BankCode, BankName, CounterpartyAccount, CounterpartyName};
        use Field::{PayeeAccount, PayeeBankCode, PayeeBankName, PayeeName};
        use Field::{PayerAccount, PayerBankCode, PayerBankName, PayerName};
        let single = !self.plan.two_parties;
        let [account, name, code, bank, own] = match direction {
            _ if single => {
                [CounterpartyAccount, CounterpartyName, BankCode, BankName, Field::Account]
            }
            Direction::Credit => {
                [PayerAccount, PayerName, PayerBankCode, PayerBankName, PayeeAccount]
            }
            Direction::Debit => {
                [PayeeAccount, PayeeName, PayeeBankCode, PayeeBankName, PayerAccount]
            }
        };
        let counterparty = Counterparty {
            account: self.number(row, account),
            name: self.value(row, name),
            bank_code: self.number(row, code),
            bank_name: self.value(row, bank),
        };
        let own = self.number(row, own);
        (counterparty, if own.is_empty() { self.number(row, Field::Account) } else { own })
    }

    /// The words of a row; several columns of one field are joined.
    fn remarks<'a>(self, row: Row<'a>, joined: &'a mut Joined) -> Remarks<'a> {
        for (columns, text) in self.plan.words.iter().zip(&mut joined.0) {
            if columns.len() < 2 {
                continue;
            }
            text.clear();
            for cell in columns.iter().map(|column| self.cell(row, *column)) {
                if text.is_empty() {
                    text.push_str(cell);
                } else if !cell.is_empty() && !text.contains(cell) {
                    text.push_str(JOINT);
                    text.push_str(cell);
                }
            }
        }
        let joined: &'a Joined = joined;
        let words = |place: usize| -> &'a str {
            match self.plan.words.get(place).map(Vec::as_slice) {
                Some([column]) => self.cell(row, *column),
                Some([_, _, ..]) => joined.0.get(place).map_or("", String::as_str),
                _ => "",
            }
        };
        Remarks { postscript: words(0), purpose: words(1), summary: words(2), note: words(3) }
    }

    pub(super) fn rejected(self, row: Row<'_>, refusal: BadCell) -> Reject {
        let column = refusal.column;
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

/// The ISO 4217 code of a bank's currency name.
pub(in crate::feed) fn currency_code(text: &str) -> Option<&str> {
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) && text != "RMB" {
        return Some(text);
    }
    CURRENCY_WORDS.iter().find(|(word, _)| *word == text).map(|(_, code)| *code)
}
