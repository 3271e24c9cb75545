//! Writes the night's letters: one an employer, about its own new suspense and advice.
//!
//! Start at [`write`]. Whose a transaction is, and whether a letter may be written at all, is
//! `alert`'s to say; here the clues are gathered and the letters put into the outbox, in the same
//! commit as the decisions they tell of.

use super::{NightError, Tools};
use crate::alert::{
    About, Addressee, BrokenRule, CentreContact, Clues, Digest, DigestItem, Letter, identify,
};
use crate::matching::{Decision, Item, Notices};
use crate::remark::{Advice, Claim, Reading};
use crate::remittance::{
    BankTransaction, Direction, Employer, Outcome, PaymentReference, RemarkField,
};
use crate::report::{MaskedAccount, RemarkText};
use crate::rulebook::remark::RemarkRules;
use crate::store::{LetterRow, Recording, Store, Verdict};
use std::collections::BTreeMap;

/// The employers, found by what a transaction shows of its payer.
#[derive(Debug, Default)]
pub(super) struct AddressBook {
    employers: BTreeMap<String, Employer>,
    by_name: BTreeMap<String, Vec<String>>,
    by_account: BTreeMap<String, Vec<String>>,
}

impl AddressBook {
    pub(super) fn load(store: &Store) -> Result<Self, NightError> {
        let mut book = Self::default();
        store.employers(|employer| {
            let id = employer.employer_id.clone();
            book.by_name.entry(employer.name.clone()).or_default().push(id.clone());
            for account in &employer.payer_accounts {
                book.by_account.entry(account.clone()).or_default().push(id.clone());
            }
            book.employers.insert(id, employer);
        })?;
        Ok(book)
    }

    fn anyone_has_an_address(&self) -> bool {
        self.employers.values().any(|employer| employer.email.is_some())
    }
}

/// Everything a letter is written from.
pub(super) struct Writer<'a> {
    pub(super) book: &'a AddressBook,
    pub(super) tools: &'a Tools<'a>,
}

/// Writes the letters of this verdict into the outbox.
pub(super) fn write(
    recording: &mut Recording,
    verdict: &Verdict<'_>,
    writer: &Writer<'_>,
) -> Result<(), NightError> {
    if !writer.book.anyone_has_an_address() {
        return Ok(());
    }
    let mut told: BTreeMap<String, Vec<DigestItem>> = BTreeMap::new();
    for place in recording.opened.iter().chain(&recording.settled) {
        let (Some(item), Some(decision)) =
            (verdict.items.get(*place), verdict.decisions.get(*place))
        else {
            continue;
        };
        if let Some(digest_item) = writer.digest_item(recording, item, decision)? {
            told.entry(digest_item.employer_id.clone()).or_default().push(digest_item);
        }
    }
    for (employer_id, items) in told {
        if let Some(letter) = writer.letter(&employer_id, items) {
            recording.post(&letter)?;
        }
    }
    Ok(())
}

impl Writer<'_> {
    /// What there is to tell of a transaction, and to whom; `None` where there is nothing to tell,
    /// or it cannot be known whose it is.
    fn digest_item(
        &self,
        recording: &Recording,
        item: &Item<'_>,
        decision: &Decision,
    ) -> Result<Option<DigestItem>, NightError> {
        if item.direction == Direction::Debit {
            return Ok(None);
        }
        let named = self.owners_by_reference(recording, &item.claim)?;
        let told = recording.transaction(item.account, item.serial, |transaction| {
            self.told(transaction, item, decision, &named)
        })?;
        Ok(told.flatten())
    }

    /// The employers whose notices the remark names with certainty.
    fn owners_by_reference(
        &self,
        recording: &Recording,
        claim: &Claim,
    ) -> Result<Vec<String>, NightError> {
        let references: &[PaymentReference] = match claim {
            Claim::Certain(reference) => std::slice::from_ref(reference),
            Claim::Several(references) => references,
            Claim::None | Claim::Truncated | Claim::Probable(_) => &[],
        };
        let mut owners = Vec::new();
        for reference in references {
            owners.extend(recording.employer_of(*reference)?);
        }
        Ok(owners)
    }

    fn told(
        &self,
        transaction: &BankTransaction<'_>,
        item: &Item<'_>,
        decision: &Decision,
        named: &[String],
    ) -> Option<DigestItem> {
        let readings = self.readings(transaction);
        let about = match (decision.outcome, decision.reason) {
            (Outcome::Suspense, Some(reason)) => About::Suspense(reason),
            (Outcome::Matched, _) => About::Advice,
            _ => return None,
        };
        let rules = broken_rules(&readings, decision, &self.tools.rules.remark);
        if about == About::Advice && rules.is_empty() {
            return None;
        }
        let reference = texts(Some(named));
        let payer_account = texts(self.by_account(transaction));
        let exact_name = texts(self.by_name(transaction));
        let owner = identify(Clues {
            reference: &reference,
            payer_account: &payer_account,
            exact_name: &exact_name,
        })?;
        let account = self.tools.accounts.get(item.account)?;
        Some(DigestItem {
            transaction_id: format!("{}/{}", account.account_no, item.serial),
            employer_id: owner.employer_id.to_owned(),
            known_by: owner.known_by,
            about,
            booked_on: item.booked_on,
            amount: item.amount,
            bank_name: account.bank_name.clone(),
            account: MaskedAccount::of(&account.account_no),
            payer_account: MaskedAccount::of(transaction.counterparty.account),
            remarks: readings.into_iter().map(|(text, _)| text).collect(),
            explanation: decision.because.in_chinese(),
            rules,
            until: None,
        })
    }

    fn by_account(&self, transaction: &BankTransaction<'_>) -> Option<&[String]> {
        let account = transaction.counterparty.account;
        self.book.by_account.get(account).map(Vec::as_slice).filter(|_| !account.is_empty())
    }

    fn by_name(&self, transaction: &BankTransaction<'_>) -> Option<&[String]> {
        let name = transaction.counterparty.name;
        self.book.by_name.get(name).map(Vec::as_slice).filter(|_| !name.is_empty())
    }

    /// Every field that holds anything, with its reading.
    fn readings(&self, transaction: &BankTransaction<'_>) -> Vec<(RemarkText, Reading)> {
        let read = |field: RemarkField| {
            let text = transaction.remarks.field(field);
            let reading = self.tools.reader.read(text);
            (!text.is_empty())
                .then(|| (super::reporting::remark_text(field, text, &reading), reading))
        };
        RemarkField::DEFAULT_ORDER.into_iter().filter_map(read).collect()
    }

    fn letter(&self, employer_id: &str, items: Vec<DigestItem>) -> Option<LetterRow> {
        let employer = self.book.employers.get(employer_id)?;
        let night = self.tools.settings.as_of;
        let addressee = Addressee {
            employer_id: employer.employer_id.clone(),
            name: employer.name.clone(),
            contact: employer.contact.clone(),
            email: employer.email.clone(),
        };
        let contact: CentreContact = self.tools.settings.centre.clone();
        let digest = match Digest::new(contact, addressee, night, items) {
            Ok(digest) => digest,
            Err(refusal) => {
                // No address is the ordinary case; the id alone says whom it concerns.
                tracing::debug!(employer_id, reason = refusal.code(), "no letter");
                return None;
            }
        };
        let letter = Letter::write(&digest, &self.tools.rules.letters);
        let message = match letter.eml(night) {
            Ok(message) => message,
            Err(_) => {
                tracing::warn!(employer_id, "the letter cannot be written as a message");
                return None;
            }
        };
        Some(LetterRow {
            letter_id: letter.letter_id,
            employer_id: letter.employer_id,
            written_on: night,
            recipient: letter.to,
            subject: letter.subject,
            message: String::from_utf8_lossy(&message).into_owned(),
        })
    }
}

fn texts(owners: Option<&[String]>) -> Vec<&str> {
    owners.unwrap_or_default().iter().map(String::as_str).collect()
}

/// The rules of writing that the remark broke, with the wrong and the right form side by side.
fn broken_rules(
    readings: &[(RemarkText, Reading)],
    decision: &Decision,
    rules: &RemarkRules,
) -> Vec<BrokenRule> {
    // Only the field that carries the reading breaks rules; a bank's own words do not.
    let Some((text, reading)) = readings.iter().find(|(_, reading)| !reading.advice.is_empty())
    else {
        return Vec::new();
    };
    let settled = match &decision.notices {
        Notices::One(reference) => Some(*reference),
        Notices::None | Notices::Several(_) => None,
    };
    let right = settled.or(reading.reference).map(|reference| reference.to_string());
    let rule = |advice: &Advice| {
        let words = rules.advice_text(advice.code());
        let handbook = words.and_then(|words| rules.handbook_rule(*words.handbook.get_ref()));
        BrokenRule {
            code: advice.code().to_owned(),
            handbook: handbook.map(|rule| rule.zh.clone()).unwrap_or_default(),
            wrong: text.text().to_owned(),
            right: right.clone().unwrap_or_default(),
        }
    };
    reading.advice.iter().map(rule).collect()
}
