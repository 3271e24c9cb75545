//! Writes the night's letters: one per employer, about its own money only, on working days, a week apart.
//!
//! Start at [`write`]. First tonight's findings are stored with their owner ([`Writer::note`]). Then everything
//! due, from tonight or an earlier night, is collected into letters ([`composing`]). The module `alert` decides who
//! owns a transaction, when a notification is due and whether a letter may be written. The letters are part of the
//! commit of the decisions they report.

mod arrears;
mod braking;
mod broken;
mod composing;
mod due;
mod following;
mod gathering;
mod habits;
mod notices;

use super::{RunError, Tools};
use crate::alert::{Clues, KnownBy, Owner, Rhythm, identify};
use crate::matching::{Decision, Item};
use crate::remark::{Claim, Reading};
use crate::remittance::{
    BankTransaction, Direction, Employer, Outcome, PaymentReference, RemarkField,
};
use crate::report::RemarkText;
use crate::store::{
    ContactPreference, NotificationKey, NotificationNote, Recording, RunDecisions, Store,
    ToldTonight,
};
use std::collections::BTreeMap;

/// Finds employers by what a transaction shows of its payer.
#[derive(Debug, Default)]
pub(super) struct AddressBook {
    employers: BTreeMap<String, LetterEmployer>,
    by_name: BTreeMap<String, Vec<String>>,
    by_account: BTreeMap<String, Vec<String>>,
}

/// An employer with its preferences for letters.
#[derive(Debug)]
struct LetterEmployer {
    employer: Employer,
    rhythm: Rhythm,
    /// Its mail address; `None` without one, or when letters to it bounce.
    address: Option<String>,
    no_advice: bool,
}

impl LetterEmployer {
    /// Whether it wants advice and gets mail: advice is not sent on paper.
    fn is_advised(&self) -> bool {
        self.rhythm != Rhythm::Never && self.address.is_some() && !self.no_advice
    }
}

impl AddressBook {
    pub(super) fn load(store: &Store) -> Result<Self, RunError> {
        let mut book = Self::default();
        let choices = store.contact_preferences(None)?.into_iter();
        let mut choices: BTreeMap<String, ContactPreference> =
            choices.map(|choice| (choice.employer_id.clone(), choice)).collect();
        store.employers(|employer| {
            let id = employer.employer_id.clone();
            book.by_name.entry(employer.name.clone()).or_default().push(id.clone());
            for account in &employer.payer_accounts {
                book.by_account.entry(account.clone()).or_default().push(id.clone());
            }
            let choice = choices.remove(&id).unwrap_or_default();
            let address = choice.address.filter(|_| choice.blocked.is_none());
            let (rhythm, no_advice) = (choice.rhythm, choice.no_advice);
            book.employers.insert(id, LetterEmployer { employer, rhythm, address, no_advice });
        })?;
        Ok(book)
    }

    /// Visits every employer, in order of id.
    pub(super) fn each<'b>(&'b self, mut show: impl FnMut(&'b Employer)) {
        self.employers.values().for_each(|entry| show(&entry.employer));
    }
}

/// Everything needed to write letters.
pub(super) struct Writer<'a> {
    pub(super) book: &'a AddressBook,
    pub(super) tools: &'a Tools<'a>,
}

/// Stores what this run found and writes the due letters into the outbox.
pub(super) fn write(
    recording: &mut Recording,
    verdict: &RunDecisions<'_>,
    writer: &Writer<'_>,
) -> Result<(), RunError> {
    if writer.book.employers.is_empty() {
        return Ok(());
    }
    let news: Vec<News<'_>> = recording
        .opened
        .iter()
        .chain(&recording.settled)
        .filter_map(|place| News::of(verdict.items.get(*place)?, verdict.decisions.get(*place)?))
        .collect();
    for some in news.chunks(NOTED_TOGETHER) {
        writer.note(recording, some)?;
    }
    Writer::note_taken_back(recording, verdict)?;
    // A later night has already written its letters; the next night reports what this one found.
    if recording.is_over() {
        return Ok(());
    }
    let settings = writer.tools.settings;
    if !settings.any_day && !writer.tools.rules.calendar.is_working_day(settings.as_of) {
        return Ok(());
    }
    recording.let_go_of_outdated(writer.tools.rules.brake.stands_days)?;
    let withheld = recording.withheld()?;
    let debtors = writer.debtors(recording, &withheld)?;
    let first = writer.owes_first(recording, &debtors)?;
    let mut told = ToldTonight::default();
    writer.compose(recording, (&withheld, &first), &mut told)?;
    writer.call_in(recording, debtors, &mut told)?;
    writer.brake(recording, &told)
}

/// Transactions processed per batch: limits memory.
const NOTED_TOGETHER: usize = 10_000;

/// A transaction that an employer may have to hear about.
struct News<'a> {
    item: &'a Item<'a>,
    /// It settled; only its remark may be worth advice.
    advice: bool,
}

impl<'a> News<'a> {
    fn of(item: &'a Item<'a>, decision: &Decision) -> Option<Self> {
        let advice = match (decision.outcome, decision.reason) {
            (Outcome::Suspense, Some(_)) => false,
            (Outcome::Matched, _) => true,
            _ => return None,
        };
        (item.direction == Direction::Credit).then_some(Self { item, advice })
    }

    /// The notices that the remark names unambiguously.
    fn references(&self) -> &'a [PaymentReference] {
        match &self.item.claim {
            Claim::Certain(reference) => std::slice::from_ref(reference),
            Claim::Several(references) => references,
            Claim::None | Claim::Truncated | Claim::Probable(_) | Claim::SeveralDoubtful(_) => &[],
        }
    }
}

impl Writer<'_> {
    /// Stores what to report of transactions whose owner is known.
    fn note(&self, recording: &Recording, news: &[News<'_>]) -> Result<(), RunError> {
        let named: Vec<PaymentReference> =
            news.iter().flat_map(News::references).copied().collect();
        let owners = recording.employers_of(&named)?;
        let owners = |news: &News<'_>| -> Vec<&str> {
            news.references().iter().filter_map(|one| Some(owners.get(one)?.as_str())).collect()
        };
        // Skip the remark texts where none of the named employers can get advice.
        let reached =
            |owner: &&str| self.book.employers.get(*owner).is_some_and(LetterEmployer::is_advised);
        let in_vain = |news: &News<'_>| {
            let owners = owners(news);
            news.advice && !owners.is_empty() && !owners.iter().any(reached)
        };
        let news: Vec<&News<'_>> = news.iter().filter(|news| !in_vain(news)).collect();
        let items: Vec<&Item<'_>> = news.iter().map(|news| news.item).collect();
        let mut notes = Vec::new();
        recording.transactions(&items, |place, transaction| {
            if let Some(news) = news.get(place) {
                notes.extend(self.note_of(news, &owners(news), transaction));
            }
        })?;
        Ok(recording.note(&notes)?)
    }

    /// What to report of a transaction that names notices of these employers.
    fn note_of(
        &self,
        news: &News<'_>,
        named: &[&str],
        transaction: &BankTransaction<'_>,
    ) -> Option<NotificationNote> {
        let advice = news.advice;
        let breaks =
            || self.readings(transaction).iter().any(|(_, reading)| !reading.advice.is_empty());
        let (owner, known_by) =
            (!advice || breaks()).then(|| self.owner(transaction, named)).flatten()?;
        let entry = self.book.employers.get(&owner)?;
        if entry.rhythm == Rhythm::Never || (advice && !entry.is_advised()) {
            return None;
        }
        let key = NotificationKey {
            account: news.item.account,
            serial: news.item.serial.to_owned(),
            booked_on: news.item.booked_on,
            advice,
        };
        Some(NotificationNote { key, employer_id: owner, known_by })
    }

    /// The owner of a transaction, where it is beyond doubt.
    fn owner(
        &self,
        transaction: &BankTransaction<'_>,
        named: &[&str],
    ) -> Option<(String, KnownBy)> {
        let payer_account = texts(self.by_account(transaction));
        let exact_name = texts(self.by_name(transaction));
        let Owner { employer_id, known_by } = identify(Clues {
            reference: named,
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

    /// Every remark field with content, with its parse.
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
