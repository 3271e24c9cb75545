//! One `Ntry`: its fields as text while it is open, an entry or a reject when it closes.
//!
//! The entry's amount is the booking, however many details it has. Entries that are not booked
//! (`PDNG`, `INFO`, `FUTR`) are counted by their statement and go no further. A statement's sums
//! take in every booked amount that can be read, also where the entry is refused for its date.

use super::detail::{Detail, Party, extend, join, looks_like_a_reference};
use super::place::{EntryField, Side};
use super::source::Source;
use super::statement::Statement;
use super::value::{Exact, date_time, decimal_of_units};
use crate::feed::{self, Flag, Odd, Problem, Reject, Sink};
use crate::remittance::{Counterparty, Direction, Remarks};
use chrono::{NaiveDate, NaiveTime};

/// Characters of a row and of a field that a reject shows.
const ROW_CHARACTERS_MAX: usize = 4096;
const FOUND_CHARACTERS_MAX: usize = 80;

/// What is gathered of the entry that is open.
#[derive(Debug, Default)]
pub(super) struct Entry {
    line: u64,
    reference: String,
    servicer_reference: String,
    amount: String,
    currency: String,
    indicator: String,
    reversal: String,
    status: String,
    booked: String,
    valued: String,
    text: String,
    batch_count: String,
    details: u64,
    /// The details' amounts; `None` once one of them names none.
    details_units: Option<i128>,
    pub(super) detail: Detail,
    debtor: Party,
    creditor: Party,
    detail_reference: String,
    postscript: String,
    purpose: String,
    note: String,
}

/// Why an entry is refused: the field, what it held, what is wrong with it.
struct Refusal<'a>(&'static str, &'a str, Problem);

/// An entry's amount, read.
struct Booking {
    direction: Direction,
    amount: Exact,
    units: i128,
}

impl Entry {
    pub(super) fn begin(&mut self, line: u64) {
        self.line = line;
        for text in [
            &mut self.reference,
            &mut self.servicer_reference,
            &mut self.amount,
            &mut self.currency,
            &mut self.indicator,
            &mut self.reversal,
            &mut self.status,
            &mut self.booked,
            &mut self.valued,
            &mut self.text,
            &mut self.batch_count,
            &mut self.detail_reference,
            &mut self.postscript,
            &mut self.purpose,
            &mut self.note,
        ] {
            text.clear();
        }
        self.details = 0;
        self.details_units = Some(0);
        self.debtor.clear();
        self.creditor.clear();
    }

    /// Takes in a field of the entry or of its open detail; `currency` is an amount's attribute.
    pub(super) fn store(&mut self, field: EntryField, text: &str, currency: &str) {
        let detail = &mut self.detail;
        let single = match field {
            EntryField::Reference => &mut self.reference,
            EntryField::ServicerReference => &mut self.servicer_reference,
            EntryField::Amount => {
                currency.clone_into(&mut self.currency);
                &mut self.amount
            }
            EntryField::Indicator => &mut self.indicator,
            EntryField::Reversal => &mut self.reversal,
            EntryField::Status => &mut self.status,
            EntryField::BookingDate => &mut self.booked,
            EntryField::ValueDate => &mut self.valued,
            EntryField::Text => &mut self.text,
            EntryField::BatchCount => &mut self.batch_count,
            EntryField::DetailServicerReference => &mut detail.servicer_reference,
            EntryField::EndToEnd => &mut detail.end_to_end,
            // `Amt` stands before `AmtDtls` and is in the account's currency.
            EntryField::DetailTransactionAmount if !detail.amount.is_empty() => return,
            EntryField::DetailAmount | EntryField::DetailTransactionAmount => {
                currency.clone_into(&mut detail.amount_currency);
                &mut detail.amount
            }
            EntryField::DetailIndicator => &mut detail.indicator,
            EntryField::Name(side) => &mut detail.party(side).name,
            EntryField::OtherAccount(side) if !detail.party(side).account.is_empty() => return,
            EntryField::Iban(side) | EntryField::OtherAccount(side) => {
                &mut detail.party(side).account
            }
            EntryField::Member(side) => &mut detail.party(side).member,
            EntryField::Bic(side) => &mut detail.party(side).bic,
            EntryField::AgentName(side) => &mut detail.party(side).bank_name,
            EntryField::Unstructured => return extend(&mut detail.unstructured, text),
            EntryField::Structured => return join(&mut detail.structured, text),
            EntryField::Purpose => &mut detail.purpose,
            EntryField::DetailText => return extend(&mut detail.text, text),
        };
        text.clone_into(single);
    }

    /// Folds the detail that closed into the entry.
    pub(super) fn close_detail(&mut self) {
        let detail = &mut self.detail;
        self.details += 1;
        let units = detail.units(&self.currency, &self.indicator);
        self.details_units =
            self.details_units.zip(units).and_then(|(sum, units)| sum.checked_add(units));
        join(&mut self.postscript, &detail.unstructured);
        join(&mut self.purpose, &detail.structured);
        join(&mut self.purpose, &detail.purpose);
        join(&mut self.note, &detail.text);
        if looks_like_a_reference(&detail.end_to_end) {
            join(&mut self.note, &detail.end_to_end);
        }
        if self.details == 1 {
            std::mem::swap(&mut self.debtor, &mut detail.debtor);
            std::mem::swap(&mut self.creditor, &mut detail.creditor);
            std::mem::swap(&mut self.detail_reference, &mut detail.servicer_reference);
        } else {
            self.detail_reference.clear();
            if self.debtor != detail.debtor {
                self.debtor.clear();
            }
            if self.creditor != detail.creditor {
                self.creditor.clear();
            }
        }
    }

    /// Gives the entry, or a reject, to the sink and its amount to the statement.
    pub(super) fn close(
        &self,
        statement: &mut Statement,
        source: &mut Source<'_>,
        sink: &mut dyn Sink,
    ) {
        if let Err(Refusal(field, found, problem)) = self.judge(statement, sink) {
            sink.reject(Reject {
                line: self.line,
                column: None,
                field: field.to_owned(),
                found: found.chars().take(FOUND_CHARACTERS_MAX).collect(),
                problem,
                row: String::from_utf8_lossy(source.recorded())
                    .chars()
                    .take(ROW_CHARACTERS_MAX)
                    .collect(),
            });
        }
    }

    fn judge(&self, statement: &mut Statement, sink: &mut dyn Sink) -> Result<(), Refusal<'_>> {
        statement.entries += 1;
        let booked = self.is_booked()?;
        let booking = self.booking(sink)?;
        if !booked {
            statement.count_pending(booking.direction, booking.units);
            return Ok(());
        }
        statement.count(booking.direction, booking.units, &self.currency);
        let (booked_on, booked_time) = self.booked_on(sink)?;
        let reversal = match self.reversal.as_str() {
            "true" | "1" => true,
            "" | "false" | "0" => false,
            found => {
                let expected = "true or false".to_owned();
                return Err(Refusal("RvslInd", found, Problem::Word { expected }));
            }
        };
        self.check_details(&booking, sink);
        if statement.currency().is_some_and(|currency| currency != self.currency) {
            let (line, found) = (self.line, self.currency.clone());
            sink.flag(Flag::Oddity { line, odd: Odd::EntryInOtherCurrency, found });
        }
        sink.entry(feed::Entry {
            line: self.line,
            account: statement.account(),
            currency: Some(&self.currency),
            serial: self.serial(statement.account()),
            booked_on,
            booked_time,
            direction: booking.direction,
            amount: booking.amount.decimal(),
            balance: None,
            counterparty: self.counterparty(booking.direction, reversal),
            remarks: Remarks {
                postscript: &self.postscript,
                purpose: &self.purpose,
                // Of several payments it can only say what they have in common.
                summary: if self.details > 1 { "" } else { &self.text },
                note: &self.note,
            },
            reversal,
            booking: None,
            contradicted: false,
        });
        Ok(())
    }

    /// A statement lists bookings; where the status is left out, the entry is one.
    fn is_booked(&self) -> Result<bool, Refusal<'_>> {
        match self.status.as_str() {
            "" | "BOOK" => Ok(true),
            "PDNG" | "INFO" | "FUTR" => Ok(false),
            found => {
                let expected = "BOOK, PDNG, INFO or FUTR".to_owned();
                Err(Refusal("Sts", found, Problem::Word { expected }))
            }
        }
    }

    fn booking(&self, sink: &mut dyn Sink) -> Result<Booking, Refusal<'_>> {
        let direction = match self.indicator.as_str() {
            "CRDT" => Direction::Credit,
            "DBIT" => Direction::Debit,
            "" => return Err(Refusal("CdtDbtInd", "", Problem::Missing)),
            found => {
                let expected = "CRDT or DBIT".to_owned();
                return Err(Refusal("CdtDbtInd", found, Problem::Word { expected }));
            }
        };
        let refuse = |why: String| Refusal("Amt", &self.amount, Problem::Amount(why));
        if self.amount.is_empty() {
            return Err(Refusal("Amt", "", Problem::Missing));
        }
        let amount = Exact::read(&self.amount, b'.').map_err(refuse)?;
        if amount.is_negative() {
            let (line, found) = (self.line, self.amount.clone());
            sink.flag(Flag::Oddity { line, odd: Odd::NegativeAmount, found });
            return Err(refuse("expected no sign: the direction is in CdtDbtInd".to_owned()));
        }
        let units =
            amount.units().ok_or_else(|| refuse("expected at most 5 decimals".to_owned()))?;
        match self.currency.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|byte| byte.is_ascii_uppercase()) => {}
            [] => return Err(Refusal("Amt/@Ccy", "", Problem::Missing)),
            _ => {
                let expected = "a currency code of three capitals".to_owned();
                return Err(Refusal("Amt/@Ccy", &self.currency, Problem::Word { expected }));
            }
        }
        Ok(Booking { direction, amount, units })
    }

    /// The booking date; where the bank gives none, the value date, and that is said.
    fn booked_on(
        &self,
        sink: &mut dyn Sink,
    ) -> Result<(NaiveDate, Option<NaiveTime>), Refusal<'_>> {
        let expected = "a date that exists, as YYYY-MM-DD or YYYY-MM-DDThh:mm:ss";
        let refuse = |field, found| Refusal(field, found, Problem::Date { expected });
        if !self.booked.is_empty() {
            return date_time(&self.booked).ok_or_else(|| refuse("BookgDt", &self.booked));
        }
        if self.valued.is_empty() {
            return Err(Refusal("BookgDt", "", Problem::Missing));
        }
        let (date, _) = date_time(&self.valued).ok_or_else(|| refuse("ValDt", &self.valued))?;
        let (line, found) = (self.line, self.valued.clone());
        sink.flag(Flag::Oddity { line, odd: Odd::BookedOnValueDate, found });
        Ok((date, None))
    }

    fn check_details(&self, booking: &Booking, sink: &mut dyn Sink) {
        if self.details == 0 {
            return;
        }
        let line = self.line;
        if !self.batch_count.is_empty() && self.batch_count.parse() != Ok(self.details) {
            let (declared, found) = (self.batch_count.clone(), self.details.to_string());
            sink.flag(Flag::ControlSum { line, what: "Btch/NbOfTxs", declared, found });
        }
        if let Some(units) = self.details_units
            && units != booking.units
        {
            let found = decimal_of_units(units).map(|sum| sum.to_string()).unwrap_or_default();
            let declared = self.amount.clone();
            sink.flag(Flag::ControlSum { line, what: "TxDtls/Amt", declared, found });
        }
    }

    /// The bank's own number of the booking. `NtryRef` comes last: some banks write a mere ordinal
    /// or the account into it.
    fn serial(&self, account: Option<&str>) -> &str {
        let named = |text: &str| !matches!(text, "" | "NONREF" | "NOTPROVIDED");
        let texts = [&self.servicer_reference, &self.detail_reference, &self.reference];
        let text = texts.into_iter().find(|text| named(text));
        text.filter(|text| account != Some(text.as_str())).map_or("", |text| text.as_str())
    }

    /// Who stands on the other side: of a credit the debtor, and of its reversal still the debtor.
    fn counterparty(&self, direction: Direction, reversal: bool) -> Counterparty<'_> {
        let side = match (direction, reversal) {
            (Direction::Credit, false) | (Direction::Debit, true) => Side::Debtor,
            (Direction::Debit, false) | (Direction::Credit, true) => Side::Creditor,
        };
        let party = match side {
            Side::Debtor => &self.debtor,
            Side::Creditor => &self.creditor,
        };
        Counterparty {
            account: &party.account,
            name: &party.name,
            bank_code: if party.member.is_empty() { &party.bic } else { &party.member },
            bank_name: &party.bank_name,
        }
    }
}
