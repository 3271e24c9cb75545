//! The letter to an employer that has not remitted by the legal deadline (催缴).
//!
//! Start at [`Arrears::letter`]. Sentences come from `rules/letters/arrears.txt`; page and plain text are shared by
//! all letters (`letter.rs`, `page.rs`). The domain decides which months are owed, the night when to repeat the
//! letter.
//!
//! Invariant: an amount appears only where the month's list was made. The id derives from the content.

use super::body::{Block, Body, Paper, Row, Section, Tone};
use super::digest::{Addressee, CentreContact, LetterRefusal, address};
use super::guard::{display, harmless, line, name};
use super::letter::{self, Letter};
use super::{letter_number, page};
use crate::remittance::{Money, PaymentReference, YearMonth};
use crate::report::text;
use crate::rulebook::letter::LetterRules;
use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

/// A month that an employer owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedMonth {
    pub month: YearMonth,
    /// The last day to remit in time.
    pub due_on: NaiveDate,
    /// Employees on its list; without a list, the active employees.
    pub headcount: u64,
    /// Total of its list; `None` without one.
    pub amount: Option<Money>,
    /// Its notice.
    pub reference: Option<PaymentReference>,
}

/// All months that one employer owes on a night; at least one, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrears {
    pub centre: CentreContact,
    pub addressee: Addressee,
    pub night: NaiveDate,
    /// Days after the payday within which a month must be remitted.
    pub within_days: u8,
    pub months: Vec<OwedMonth>,
}

impl Arrears {
    /// The letter; on paper when the employer has no valid address.
    ///
    /// # Errors
    /// [`LetterRefusal`] when there is nothing to say or the centre's own address is invalid.
    pub fn letter(&self, rules: &LetterRules) -> Result<Letter, LetterRefusal> {
        self.numbered(rules, &letter_number::of(&self.letter_id(), 0))
    }

    /// The same under another number, because another letter uses that one.
    ///
    /// # Errors
    /// [`LetterRefusal`] when there is nothing to say or the centre's own address is invalid.
    pub fn numbered(&self, rules: &LetterRules, number: &str) -> Result<Letter, LetterRefusal> {
        if self.months.is_empty() {
            return Err(LetterRefusal::Nothing { employer_id: self.addressee.employer_id.clone() });
        }
        let own = |found: &str| {
            address(found).ok_or_else(|| LetterRefusal::InvalidSender { found: found.to_owned() })
        };
        let sender = own(&self.centre.sender)?;
        let unsubscribe = self.centre.unsubscribe.as_deref().map(own).transpose()?;
        let reply_to = self.centre.reply_to.as_deref().map(own).transpose()?;
        let recipient = self.addressee.email.as_deref().map(str::trim).and_then(address);
        let body = self.body(number, rules);
        Ok(Letter {
            letter_id: self.letter_id(),
            number: number.to_owned(),
            employer_id: self.addressee.employer_id.clone(),
            from: sender.to_string(),
            from_name: display(&self.centre.name),
            to: recipient.as_ref().map(ToString::to_string).unwrap_or_default(),
            to_name: display(&self.addressee.name),
            unsubscribe: unsubscribe.map(|address| address.to_string()),
            reply_to: reply_to.map(|address| address.to_string()),
            advises: false,
            text: body.plain(),
            html: match recipient {
                Some(_) => page::html(&body),
                None => page::paper(&body),
            },
            subject: body.subject,
        })
    }

    /// SHA-256 over centre, employer, night and months, in hex; the wording does not count.
    #[must_use]
    pub fn letter_id(&self) -> String {
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

    /// `2026年5月`, or the first and last month with the count: months in between may be paid.
    fn span(&self) -> String {
        let (Some(first), Some(last)) = (self.months.first(), self.months.last()) else {
            return String::new();
        };
        if first.month == last.month {
            return first.month.chinese();
        }
        let span = format!("{}至{}", first.month.chinese(), last.month.chinese());
        format!("{span}共 {} 个月", self.months.len())
    }

    fn section(&self, number: usize, owed: &OwedMonth, rules: &LetterRules) -> Section {
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
            (Some(_), Some(_)) => "arrears-noticed",
            (Some(_), None) => "arrears-listed",
            (None, _) => "arrears-no-list",
        };
        let month = [("month", owed.month.chinese()), ("due_on", owed.due_on.to_string())];
        let month = month.each_ref().map(|(name, value)| (*name, value.as_str()));
        let steps = rules.fill(&format!("{section}.steps"), &values);
        let blocks = vec![
            Block::said("", rules.fill(section, &values), Tone::Strong),
            Block::Steps(steps.lines().map(str::to_owned).collect()),
        ];
        let title = rules.fill("arrears-month", &month);
        Section { heading: String::new(), number, title, asks: true, blocks }
    }

    /// What to do, whom to call, and what the centre does otherwise.
    fn summary(&self, spoken: &str, rules: &LetterRules) -> Vec<Row> {
        let months = self.span();
        let reach = [("phone", self.centre.phone.as_str()), ("hours", &self.centre.hours)];
        let rows = [
            ("box-do", rules.fill("arrears.do", &[("months", &months)])),
            ("box-until", rules.fill("arrears-until", &[])),
            ("box-call", rules.fill("box-phone", &reach)),
            ("box-number", rules.fill("box-letter", &[("letter", spoken)])),
            ("box-else", rules.fill("box-else-arrears", &[])),
        ];
        let row = |(label, line): (&str, String)| Row {
            label: rules.fill(label, &[]),
            lines: vec![line],
        };
        rows.into_iter().map(row).collect()
    }

    fn body(&self, number: &str, rules: &LetterRules) -> Body {
        let (centre, addressee) = (&self.centre, &self.addressee);
        let (employer, night) = (harmless(&name(&addressee.name), rules), self.night.to_string());
        let (days, spoken) = (self.within_days.to_string(), letter_number::spoken(number));
        let reach = [
            ("phone", centre.phone.as_str()),
            ("hours", &centre.hours),
            ("address", &centre.address),
            ("letter", &spoken),
        ];
        let subject = rules.fill("arrears-subject", &[("months", &self.span())]);
        let sections = (1..).zip(&self.months);
        Body {
            subject: line(&subject, usize::MAX),
            centre: name(&centre.name),
            greeting: letter::greeting(addressee.contact.as_deref(), rules),
            summary: self.summary(&spoken, rules),
            opening: rules.fill("arrears-opening", &[("employer", &employer), ("night", &night)]),
            sections: sections.map(|(number, owed)| self.section(number, owed, rules)).collect(),
            quoted: String::new(),
            closing: vec![
                rules.fill("arrears-paid", &reach),
                rules.fill("arrears-deferral", &reach),
                rules.fill("arrears-rule", &[("days", &days)]),
            ],
            contact: rules.fill("contact", &reach),
            safety: rules.fill("safety", &[]),
            automatic: letter::ending(centre, rules),
            night,
            paper: Paper::of(&addressee.name, addressee.postal.as_deref(), centre, rules),
        }
    }
}
