//! The letter to an employer that has not remitted by the day the law gives (催缴).
//!
//! Start at [`Arrears::letter`]. Words come from `rules/letters/arrears.txt`; the page and the plain text are those of
//! every letter (`letter.rs`, `page.rs`). Which months are owed is the domain's to say, when it is said again the
//! night's.
//!
//! Invariant: an amount stands only where the list of the month was made. The id follows from what is told.

use super::digest::{Addressee, CentreContact, Refusal, address};
use super::letter::{Frame, Letter, Paper, Paragraph, display, harmless, line, name, plain};
use super::page;
use crate::remittance::{Money, PaymentReference, YearMonth};
use crate::report::text;
use crate::rulebook::letter::LetterRules;
use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

/// A month that an employer owes, as a letter tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedMonth {
    pub month: YearMonth,
    /// The last day on which it was in time.
    pub due_on: NaiveDate,
    /// On its list; without a list, the active employees.
    pub headcount: u64,
    /// What its list asks for; `None` while there is none.
    pub amount: Option<Money>,
    /// The notice it is on.
    pub reference: Option<PaymentReference>,
}

/// All months that one employer owes on a night; at least one, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrears {
    pub centre: CentreContact,
    pub addressee: Addressee,
    pub night: NaiveDate,
    /// Days from the payday within which a month is remitted.
    pub within_days: u8,
    pub months: Vec<OwedMonth>,
}

impl Arrears {
    /// The letter; on paper where the employer has no address, or what was imported as one is none.
    ///
    /// # Errors
    /// [`Refusal`] where there is nothing to say, or the centre's own address is none.
    pub fn letter(&self, rules: &LetterRules) -> Result<Letter, Refusal> {
        if self.months.is_empty() {
            return Err(Refusal::Nothing { employer_id: self.addressee.employer_id.clone() });
        }
        let own = |found: &str| {
            address(found).ok_or_else(|| Refusal::InvalidSender { found: found.to_owned() })
        };
        let sender = own(&self.centre.sender)?;
        let unsubscribe = self.centre.unsubscribe.as_deref().map(own).transpose()?;
        let reply_to = self.centre.reply_to.as_deref().map(own).transpose()?;
        let recipient = self.addressee.email.as_deref().map(str::trim).and_then(address);
        let paragraphs: Vec<Paragraph> = (1..)
            .zip(&self.months)
            .map(|(number, owed)| self.paragraph(number, owed, rules))
            .collect();
        let letter_id = self.letter_id();
        let frame = self.frame(&letter_id, rules);
        let subject = rules.fill("arrears-subject", &[("months", &self.span())]);
        let subject = line(&subject, usize::MAX);
        Ok(Letter {
            employer_id: self.addressee.employer_id.clone(),
            from: sender.to_string(),
            from_name: display(&self.centre.name),
            to: recipient.as_ref().map(ToString::to_string).unwrap_or_default(),
            to_name: display(&self.addressee.name),
            unsubscribe: unsubscribe.map(|address| address.to_string()),
            reply_to: reply_to.map(|address| address.to_string()),
            advises: false,
            text: plain(&frame, &paragraphs),
            html: match recipient {
                Some(_) => page::html(&subject, &frame, &paragraphs),
                None => page::paper(&subject, &frame, &paragraphs),
            },
            subject,
            letter_id,
        })
    }

    /// SHA-256 over centre, employer, night and months, in hex; wording is left out.
    fn letter_id(&self) -> String {
        let mut hash = Sha256::new();
        let mut field = |text: &str| {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text);
        };
        field("duizhang arrears 1");
        field(&self.centre.centre_id);
        field(&self.addressee.employer_id);
        field(&self.night.to_string());
        for owed in &self.months {
            field(&owed.month.to_string());
            field(&owed.due_on.to_string());
            field(&owed.amount.map(|amount| amount.to_string()).unwrap_or_default());
            field(&owed.reference.map(|reference| reference.to_string()).unwrap_or_default());
        }
        hex::encode(hash.finalize())
    }

    /// `2026年5月`, or from the first to the last and how many: those between may be paid.
    fn span(&self) -> String {
        let (Some(first), Some(last)) = (self.months.first(), self.months.last()) else {
            return String::new();
        };
        if first.month == last.month {
            return said(first.month);
        }
        let span = format!("{}至{}", said(first.month), said(last.month));
        format!("{span}共 {} 个月", self.months.len())
    }

    fn paragraph(&self, number: usize, owed: &OwedMonth, rules: &LetterRules) -> Paragraph {
        let headcount = owed.headcount.to_string();
        let amount = owed.amount.map(text::grouped).unwrap_or_default();
        let reference = owed.reference.map(|found| found.to_string()).unwrap_or_default();
        let values = [
            ("headcount", headcount.as_str()),
            ("amount", &amount),
            ("reference", &reference),
            ("phone", &self.centre.phone),
        ];
        let section = match (owed.amount, owed.reference) {
            (None, _) => "arrears-no-list",
            (Some(_), None) => "arrears-listed",
            (Some(_), Some(_)) => "arrears-noticed",
        };
        let due_on = owed.due_on.to_string();
        let month = [("month", said(owed.month)), ("due_on", due_on)];
        let month = month.each_ref().map(|(name, value)| (*name, value.as_str()));
        let steps = rules.fill(&format!("{section}.steps"), &values);
        Paragraph {
            number,
            hangs: true,
            heading: String::new(),
            headline: rules.fill("arrears-month", &month),
            note: rules.fill(section, &values),
            payer_account: String::new(),
            remarks: Vec::new(),
            open_heading: String::new(),
            open: Vec::new(),
            wrong: String::new(),
            explanation: String::new(),
            rules: Vec::new(),
            steps: steps.lines().map(str::to_owned).collect(),
            until: String::new(),
        }
    }

    fn frame(&self, letter_id: &str, rules: &LetterRules) -> Frame {
        let (centre, addressee) = (&self.centre, &self.addressee);
        let contact = addressee.contact.as_deref().map(|found| harmless(&name(found)));
        let contact = contact.filter(|found| !found.is_empty()).unwrap_or_else(|| "经办人".into());
        let (employer, night) = (harmless(&name(&addressee.name)), self.night.to_string());
        let days = self.within_days.to_string();
        let reach = [
            ("phone", centre.phone.as_str()),
            ("hours", &centre.hours),
            ("address", &centre.address),
            ("letter", letter_id.get(..12).unwrap_or(letter_id)),
        ];
        Frame {
            greeting: rules.fill("greeting", &[("contact", &contact)]),
            opening: rules.fill("arrears-opening", &[("employer", &employer), ("night", &night)]),
            quoted: String::new(),
            closing: vec![
                rules.fill("arrears-paid", &reach),
                rules.fill("arrears-deferral", &reach),
                rules.fill("arrears-rule", &[("days", &days)]),
            ],
            contact: rules.fill("contact", &reach),
            safety: rules.fill("safety", &[]),
            automatic: rules.fill("automatic", &[]),
            centre: name(&centre.name),
            night,
            paper: Paper::of(&addressee.name, centre, rules),
        }
    }
}

fn said(month: YearMonth) -> String {
    format!("{}年{}月", month.year(), month.month())
}
