//! A closed `Ntry`: an entry, its parts, or a reject.
//!
//! Start at [`Gathered::close`]. `batch.rs` decides whether details are parts of the entry. Entries that are not booked
//! (`PDNG`, `INFO`, `FUTR`) are only counted by their statement. A statement's sums include every readable booked
//! amount, even if the entry is rejected for its date.
//!
//! Invariant: what the sink receives of an entry adds up to its amount.

use super::batch::{Joined, PartSerials, Shape};
use super::detail::{Detail, Party};
use super::gathered::{DETAILS_MAX, Fields, Gathered};
use super::place::Side;
use super::source::Source;
use super::statement::Statement;
use super::text::Span;
use super::value::{Exact, UNITS_MAX, date_time};
use crate::feed::identity::is_no_serial;
use crate::feed::{self, Flag, Odd, Problem, Reject, Sink};
use chrono::{NaiveDate, NaiveTime};
use remittance::{AMOUNT_MAX, Counterparty, Direction, Remarks};

/// Characters of a row and of a field shown in a reject.
const ROW_CHARACTERS_MAX: usize = 4096;
const FOUND_CHARACTERS_MAX: usize = 80;

/// Why an entry is rejected: the field, its content, the error.
struct BadElement<'a>(&'static str, &'a str, Problem);

/// An entry's parsed amount.
struct Amount {
    direction: Direction,
    amount: Exact,
    units: i128,
}

/// The values shared by all parts of an entry.
struct Common<'a> {
    account: Option<&'a str>,
    currency: &'a str,
    serial: &'a str,
    booked_on: NaiveDate,
    booked_time: Option<NaiveTime>,
    amount: Amount,
    reversal: bool,
}

impl Gathered {
    /// Passes the entry, its parts or a reject to the sink, and its amount to the statement.
    pub(super) fn close(
        &self,
        statement: &mut Statement,
        source: &Source<'_>,
        sink: &mut dyn Sink,
    ) {
        if let Err(BadElement(field, found, problem)) = self.judge(statement, sink) {
            sink.reject(Reject {
                line: self.fields.line,
                column: None,
                field: field.to_owned(),
                found: found.chars().take(FOUND_CHARACTERS_MAX).collect(),
                problem,
                row: source.recorded().chars().take(ROW_CHARACTERS_MAX).collect(),
            });
        }
    }

    fn judge(&self, statement: &mut Statement, sink: &mut dyn Sink) -> Result<(), BadElement<'_>> {
        statement.entries += 1;
        let booked = self.is_booked()?;
        let amount = self.read_amount(sink)?;
        if !booked {
            statement.count_pending(amount.direction, amount.units);
            return Ok(());
        }
        statement.count(amount.direction, amount.units, self.currency());
        let (booked_on, booked_time) = self.booked_on(statement, sink)?;
        let reversal = match self.words.get(self.fields.reversal) {
            "true" | "1" => true,
            "" | "false" | "0" => false,
            found => {
                let expected = "true or false".to_owned();
                return Err(BadElement("RvslInd", found, Problem::Word { expected }));
            }
        };
        if self.details_more > 0 {
            let expected = format!("at most {DETAILS_MAX} TxDtls in one entry");
            return Err(BadElement("TxDtls", "", Problem::Fields { expected }));
        }
        self.check_currency(statement, sink);
        self.check_count(sink);
        let account = statement.account();
        let (currency, serial) = (self.currency(), self.serial(account));
        let shape = Shape::of(self, amount.units);
        let common = Common { account, currency, serial, booked_on, booked_time, amount, reversal };
        match shape {
            Shape::One => self.give_one(&common, false, sink),
            Shape::Parts(amounts) => self.give_parts(&common, &amounts, sink),
            Shape::Contradicted(what, declared, found) => {
                sink.flag(Flag::ControlSum { line: self.fields.line, what, declared, found });
                self.give_one(&common, true, sink);
            }
        }
        Ok(())
    }

    /// Passes the entry on as one transaction.
    fn give_one(&self, common: &Common<'_>, contradicted: bool, sink: &mut dyn Sink) {
        let summary = self.words.get(self.fields.text);
        if let [] | [_] = self.details.as_slice() {
            let detail = self.details.first().copied().unwrap_or_default();
            let remarks = Remarks { summary, ..self.remarks(&detail) };
            let party = self.counterparty(common, &detail.debtor, &detail.creditor);
            let entry = self.entry(common, party, remarks);
            return sink.entry(feed::StatementEntry { contradicted, ..entry });
        }
        let joined = Joined::of(self);
        let remarks = Remarks {
            postscript: &joined.postscript,
            purpose: &joined.purpose,
            summary,
            note: &joined.note,
        };
        let party = self.counterparty(common, &joined.debtor, &joined.creditor);
        let entry = self.entry(common, party, remarks);
        sink.entry(feed::StatementEntry { contradicted, ..entry });
    }

    /// Passes on each detail as a separate transaction.
    fn give_parts(&self, common: &Common<'_>, amounts: &[Exact], sink: &mut dyn Sink) {
        // The bank's text on the entry applies to a part only if no part has its own.
        let silent = !self.details.iter().any(Detail::has_words);
        let summary = if silent { self.words.get(self.fields.text) } else { "" };
        let booking =
            feed::Booking { serial: common.serial, amount: common.amount.amount.decimal() };
        let mut serials = PartSerials::new(self, common.serial, common.account);
        for ((index, detail), amount) in self.details.iter().enumerate().zip(amounts) {
            let remarks = Remarks { summary, ..self.remarks(detail) };
            let party = self.counterparty(common, &detail.debtor, &detail.creditor);
            let entry = self.entry(common, party, remarks);
            sink.entry(feed::StatementEntry {
                line: detail.line,
                serial: serials.serial(index),
                amount: amount.decimal(),
                booking: Some(booking),
                ..entry
            });
        }
    }

    fn entry<'a>(
        &'a self,
        common: &Common<'a>,
        counterparty: Counterparty<'a>,
        remarks: Remarks<'a>,
    ) -> feed::StatementEntry<'a> {
        feed::StatementEntry {
            line: self.fields.line,
            account: common.account,
            currency: Some(common.currency),
            serial: common.serial,
            booked_on: common.booked_on,
            booked_time: common.booked_time,
            direction: common.amount.direction,
            amount: common.amount.amount.decimal(),
            balance: None,
            counterparty,
            remarks,
            reversal: common.reversal,
            booking: None,
            contradicted: false,
        }
    }

    fn remarks(&self, detail: &Detail) -> Remarks<'_> {
        Remarks {
            postscript: self.unstructured.get(detail.unstructured),
            purpose: self.structured.get(detail.structured),
            summary: "",
            note: self.notes.get(detail.note),
        }
    }

    /// A statement lists bookings; without a status the entry is one.
    fn is_booked(&self) -> Result<bool, BadElement<'_>> {
        match self.words.get(self.fields.status) {
            "" | "BOOK" => Ok(true),
            "PDNG" | "INFO" | "FUTR" => Ok(false),
            found => {
                let expected = "BOOK, PDNG, INFO or FUTR".to_owned();
                Err(BadElement("Sts", found, Problem::Word { expected }))
            }
        }
    }

    fn read_amount(&self, sink: &mut dyn Sink) -> Result<Amount, BadElement<'_>> {
        let direction = match self.indicator() {
            "CRDT" => Direction::Credit,
            "DBIT" => Direction::Debit,
            "" => return Err(BadElement("CdtDbtInd", "", Problem::Missing)),
            found => {
                let expected = "CRDT or DBIT".to_owned();
                return Err(BadElement("CdtDbtInd", found, Problem::Word { expected }));
            }
        };
        let text = self.amount();
        let refuse = |why: &str| BadElement("Amt", text, Problem::Amount(why.to_owned()));
        if text.is_empty() {
            return Err(BadElement("Amt", "", Problem::Missing));
        }
        let amount = Exact::read(text, b'.').map_err(|why| refuse(&why))?;
        if amount.is_negative() {
            let (line, found) = (self.fields.line, text.to_owned());
            sink.flag(Flag::Oddity { line, odd: Odd::NegativeAmount, found });
            return Err(refuse("expected no sign: the direction is in CdtDbtInd"));
        }
        let units = amount.units().ok_or_else(|| refuse("expected at most 5 decimals"))?;
        if units > UNITS_MAX {
            return Err(refuse(&format!("expected at most {AMOUNT_MAX}")));
        }
        match self.currency().as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|byte| byte.is_ascii_uppercase()) => {}
            [] => return Err(BadElement("Amt/@Ccy", "", Problem::Missing)),
            _ => {
                let expected = "a currency code of three capitals".to_owned();
                return Err(BadElement("Amt/@Ccy", self.currency(), Problem::Word { expected }));
            }
        }
        Ok(Amount { direction, amount, units })
    }

    /// The booking date; without one, the value date; without any day, the only day that the statement covers. Both
    /// substitutes are flagged.
    fn booked_on(
        &self,
        statement: &Statement,
        sink: &mut dyn Sink,
    ) -> Result<(NaiveDate, Option<NaiveTime>), BadElement<'_>> {
        let expected = "a date that exists, as YYYY-MM-DD or YYYY-MM-DDThh:mm:ss";
        let refuse = |field, found| BadElement(field, found, Problem::Date { expected });
        let line = self.fields.line;
        let (booked, valued) =
            (self.words.get(self.fields.booked), self.words.get(self.fields.valued));
        if !booked.is_empty() {
            return date_time(booked).ok_or_else(|| refuse("BookgDt", booked));
        }
        if !valued.is_empty() {
            let (date, _) = date_time(valued).ok_or_else(|| refuse("ValDt", valued))?;
            let found = valued.to_owned();
            sink.flag(Flag::Oddity { line, odd: Odd::BookedOnValueDate, found });
            return Ok((date, None));
        }
        let date = statement.only_day().ok_or(BadElement("BookgDt", "", Problem::Missing))?;
        let found = date.to_string();
        sink.flag(Flag::Oddity { line, odd: Odd::BookedOnStatementDay, found });
        Ok((date, None))
    }

    fn check_currency(&self, statement: &Statement, sink: &mut dyn Sink) {
        if statement.currency().is_some_and(|currency| currency != self.currency()) {
            let (line, found) = (self.fields.line, self.currency().to_owned());
            sink.flag(Flag::Oddity { line, odd: Odd::EntryInOtherCurrency, found });
        }
    }

    /// Compares the number of details with what the batch declares.
    fn check_count(&self, sink: &mut dyn Sink) {
        let Fields { line, batch_text, batch_count, .. } = self.fields;
        let details = self.details.len();
        let agrees = batch_count.is_some_and(|count| u64::try_from(details) == Ok(count));
        if details > 0 && !batch_text.is_empty() && !agrees {
            let text = self.words.get(batch_text);
            let declared = batch_count.map_or(text.to_owned(), |count| count.to_string());
            let (what, found) = ("Btch/NbOfTxs", details.to_string());
            sink.flag(Flag::ControlSum { line, what, declared, found });
        }
    }

    /// The bank's own number of the booking. `NtryRef` comes last: some banks write a mere ordinal or the account into
    /// it.
    fn serial(&self, account: Option<&str>) -> &str {
        // With several details, none identifies the entry.
        let detail = match self.details.as_slice() {
            [detail] => detail.servicer_reference,
            _ => Span::default(),
        };
        let texts = [self.fields.servicer_reference, detail, self.fields.reference];
        let text = texts.into_iter().map(|text| self.words.get(text)).find(|t| !is_no_serial(t));
        text.filter(|text| account != Some(*text)).unwrap_or_default()
    }

    /// The counterparty: the debtor of a credit, also when it is reversed.
    ///
    /// For a reversal some banks name only one party, on the side that receives the money: then it is that one, unless
    /// it is the centre itself.
    fn counterparty(
        &self,
        common: &Common<'_>,
        debtor: &Party,
        creditor: &Party,
    ) -> Counterparty<'_> {
        let side = match (common.amount.direction, common.reversal) {
            (Direction::Credit, false) | (Direction::Debit, true) => Side::Debtor,
            (Direction::Debit, false) | (Direction::Credit, true) => Side::Creditor,
        };
        let (party, other) = match side {
            Side::Debtor => (debtor, creditor),
            Side::Creditor => (creditor, debtor),
        };
        let unnamed = party.name.is_empty() && party.account.is_empty();
        let own = common.account == Some(self.words.get(other.account));
        let party = if common.reversal && unnamed && !own { other } else { party };
        let bank_code = if party.member.is_empty() { party.bic } else { party.member };
        Counterparty {
            account: self.words.get(party.account),
            name: self.words.get(party.name),
            bank_code: self.words.get(bank_code),
            bank_name: self.words.get(party.bank_name),
        }
    }
}
