//! Writes the night's letters: one an employer, about its own money only.
//!
//! Start at [`write`]. First what tonight found is noted with its owner ([`Writer::note`]); then
//! everything that is due, tonight's or an earlier night's, is gathered and told
//! ([`composing`]). Whose a transaction is, when it is due and whether a letter may be written at
//! all is `alert`'s to say. All of it is part of the commit of the decisions it tells of.

mod composing;

use super::{NightError, Tools};
use crate::alert::{Clues, KnownBy, Owner, Rhythm, identify};
use crate::matching::{Decision, Item};
use crate::remark::{Claim, Reading};
use crate::remittance::{
    BankTransaction, Direction, Employer, Outcome, PaymentReference, RemarkField,
};
use crate::report::RemarkText;
use crate::store::{Choice, Recording, Store, TellingKey, Verdict};
use std::collections::BTreeMap;

/// The employers, found by what a transaction shows of its payer.
#[derive(Debug, Default)]
pub(super) struct AddressBook {
    employers: BTreeMap<String, Entry>,
    by_name: BTreeMap<String, Vec<String>>,
    by_account: BTreeMap<String, Vec<String>>,
}

/// An employer and how it wants its letters.
#[derive(Debug)]
struct Entry {
    employer: Employer,
    rhythm: Rhythm,
    /// Where its mail goes; `None` where it has no address, or letters to it come back.
    address: Option<String>,
}

impl Entry {
    /// Whether advice reaches it: advice is not worth paper.
    fn is_reached(&self) -> bool {
        self.rhythm != Rhythm::Never && self.address.is_some()
    }
}

impl AddressBook {
    pub(super) fn load(store: &Store) -> Result<Self, NightError> {
        let mut book = Self::default();
        let choices = store.choices(None)?.into_iter();
        let mut choices: BTreeMap<String, Choice> =
            choices.map(|choice| (choice.employer_id.clone(), choice)).collect();
        store.employers(|employer| {
            let id = employer.employer_id.clone();
            book.by_name.entry(employer.name.clone()).or_default().push(id.clone());
            for account in &employer.payer_accounts {
                book.by_account.entry(account.clone()).or_default().push(id.clone());
            }
            let choice = choices.remove(&id).unwrap_or_default();
            let address = choice.address.filter(|_| choice.blocked.is_none());
            book.employers.insert(id, Entry { employer, rhythm: choice.rhythm, address });
        })?;
        Ok(book)
    }
}

/// Everything a letter is written from.
pub(super) struct Writer<'a> {
    pub(super) book: &'a AddressBook,
    pub(super) tools: &'a Tools<'a>,
}

/// Notes what this verdict found, and writes the letters that are due into the outbox.
pub(super) fn write(
    recording: &mut Recording,
    verdict: &Verdict<'_>,
    writer: &Writer<'_>,
) -> Result<(), NightError> {
    if writer.book.employers.is_empty() {
        return Ok(());
    }
    for place in recording.opened.iter().chain(&recording.settled) {
        if let (Some(item), Some(decision)) =
            (verdict.items.get(*place), verdict.decisions.get(*place))
        {
            writer.note(recording, item, decision)?;
        }
    }
    writer.compose(recording)
}

impl Writer<'_> {
    /// Notes what there is to tell of a transaction, where it is known whose it is.
    fn note(
        &self,
        recording: &Recording,
        item: &Item<'_>,
        decision: &Decision,
    ) -> Result<(), NightError> {
        let advice = match (decision.outcome, decision.reason) {
            (Outcome::Suspense, Some(_)) => false,
            (Outcome::Matched, _) => true,
            _ => return Ok(()),
        };
        if item.direction == Direction::Debit {
            return Ok(());
        }
        let named = self.owners_by_reference(recording, &item.claim)?;
        // Whose notices it names cannot be advised: its texts need not be read.
        let reached =
            |owner: &String| self.book.employers.get(owner).is_some_and(Entry::is_reached);
        if advice && !named.is_empty() && !named.iter().any(reached) {
            return Ok(());
        }
        let (serial, on) = (item.serial, item.booked_on);
        let owner = recording.transaction(item.account, serial, on, |transaction| {
            let breaks =
                || self.readings(transaction).iter().any(|(_, reading)| !reading.advice.is_empty());
            (!advice || breaks()).then(|| self.owner(transaction, &named)).flatten()
        })?;
        let Some((owner, known_by)) = owner.flatten() else { return Ok(()) };
        let Some(entry) = self.book.employers.get(&owner) else { return Ok(()) };
        if entry.rhythm == Rhythm::Never || (advice && !entry.is_reached()) {
            return Ok(());
        }
        let key = TellingKey {
            account: item.account,
            serial: item.serial.to_owned(),
            booked_on: item.booked_on,
            advice,
        };
        Ok(recording.note(&key, &owner, known_by)?)
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

    /// Whose a transaction is, where that is known beyond doubt.
    fn owner(
        &self,
        transaction: &BankTransaction<'_>,
        named: &[String],
    ) -> Option<(String, KnownBy)> {
        let reference = texts(Some(named));
        let payer_account = texts(self.by_account(transaction));
        let exact_name = texts(self.by_name(transaction));
        let Owner { employer_id, known_by } = identify(Clues {
            reference: &reference,
            payer_account: &payer_account,
            exact_name: &exact_name,
        })?;
        Some((employer_id.to_owned(), known_by))
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
}

fn texts(owners: Option<&[String]>) -> Vec<&str> {
    owners.unwrap_or_default().iter().map(String::as_str).collect()
}
