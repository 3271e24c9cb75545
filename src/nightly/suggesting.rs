//! Suggestions for items in suspense, for the report and the desk.
//!
//! Start at [`Advice::load`], which reads the open notices, the employers and the confirmed matches once.
//! `matching::suggest` decides what supports a notice; this file puts it into the report's words.

use super::RunError;
use crate::matching::suggest::{
    Against, EmployerFact, EmployerIndex, Employers, Evidence, OpenItem, OpenNotice, OpenNotices,
    Suggestion, suggest,
};
use crate::remark::{Reader, Reading};
use crate::remittance::{
    Direction, Employer, Language, Localized, PaymentReference, Reason, RemarkField, Remarks,
};
use crate::report;
use crate::store::{Marks, Store, SuspenseRow};
use crate::suspense::ItemId;
use std::collections::BTreeMap;

/// The data behind suggestions; the desk keeps one and updates it ([`catch up`](Advice::catch_up)).
#[derive(Debug, Default)]
pub struct Advice {
    /// The marks at which the data was read.
    marks: Option<Marks>,
    numbers: BTreeMap<String, EmployerIndex>,
    /// Names by employer number; empty for an unknown employer.
    names: Vec<String>,
    employers: Employers,
    notices: OpenNotices,
    /// Settlements that were undone, by item.
    undone: BTreeMap<ItemId, Vec<PaymentReference>>,
}

impl Advice {
    /// Reads the data behind suggestions.
    ///
    /// # Errors
    /// [`RunError`] where the store fails.
    pub fn load(store: &Store) -> Result<Self, RunError> {
        store.read(Self::read)
    }

    fn read(store: &Store) -> Result<Self, RunError> {
        let marks = store.marks()?;
        let mut known: Vec<Employer> = Vec::new();
        store.employers(|employer| known.push(employer))?;
        let mut numbers: BTreeMap<String, EmployerIndex> = (0..)
            .zip(&known)
            .map(|(number, employer)| (employer.employer_id.clone(), EmployerIndex(number)))
            .collect();
        let mut notices = Vec::new();
        store.open_notices(|reference, employer_id, amount, month| {
            // An unknown employer of a notice still has a number and an id.
            let employer = match numbers.get(employer_id) {
                Some(employer) => *employer,
                None => {
                    let next = EmployerIndex(u32::try_from(known.len()).unwrap_or(u32::MAX));
                    let employer_id = employer_id.to_owned();
                    numbers.insert(employer_id.clone(), next);
                    known.push(Employer { employer_id, ..Employer::default() });
                    next
                }
            };
            notices.push(OpenNotice { reference, amount, employer, month });
        })?;
        let facts: Vec<EmployerFact<'_>> = known.iter().map(fact).collect();
        let employers = Employers::new(&facts);
        let mut advice = Self {
            marks: Some(marks),
            numbers,
            names: known.into_iter().map(|employer| employer.name).collect(),
            employers,
            notices: OpenNotices::new(notices),
            undone: BTreeMap::new(),
        };
        advice.learn(store)?;
        Ok(advice)
    }

    /// Whether the data is valid for a transaction at these marks.
    #[must_use]
    pub fn covers(&self, now: Marks) -> bool {
        self.marks.is_some_and(|then| then.cover(now))
    }

    /// Applies what staff settled, reopened and confirmed since; after a night or an import it reloads everything.
    ///
    /// # Errors
    /// [`RunError`] where the store fails.
    pub fn catch_up(&mut self, store: &Store) -> Result<(), RunError> {
        let now = store.marks()?;
        if self.covers(now) {
            return Ok(());
        }
        let touched = match self.marks {
            Some(then) => store.touched(then, now)?,
            None => None,
        };
        let Some(touched) = touched else {
            *self = Self::load(store)?;
            return Ok(());
        };
        let mut mark = |(reference, is_open): (_, _)| self.notices.mark(reference, is_open);
        if !touched.notices.into_iter().all(&mut mark) {
            // It was already settled at loading, so its position is unknown.
            *self = Self::load(store)?;
            return Ok(());
        }
        if touched.books {
            self.learn(store)?;
        }
        self.marks = Some(now);
        Ok(())
    }

    /// Reads the confirmed and the undone matches.
    fn learn(&mut self, store: &Store) -> Result<(), RunError> {
        let confirmed = store.payer_facts()?;
        self.employers.confirm(confirmed.iter().filter_map(|fact| {
            let employer = self.numbers.get(&fact.employer_id)?;
            Some((fact.account_no.as_str(), fact.name.as_str(), *employer))
        }));
        self.undone = store.undone_pairs()?;
        Ok(())
    }

    /// The notices closest to an item.
    #[must_use]
    pub fn suggestions(&self, row: &SuspenseRow, reader: &Reader) -> Vec<report::Suggestion> {
        if row.direction == Direction::Debit {
            return Vec::new();
        }
        let remarks = remarks(row);
        let read = reader.claim_fields(&remarks, &RemarkField::DEFAULT_ORDER);
        let digits = read.field.map(|field| {
            let text = remarks.field(field);
            unfinished_digits(text, &reader.read(text))
        });
        let open_item = OpenItem {
            amount: row.amount,
            booked_on: row.booked_on,
            payer_account: &row.counterparty_account,
            payer_name: &row.counterparty_name,
            claim: &read.claim,
            digits: digits.as_deref().unwrap_or_default(),
            undone: self.undone.get(&row.id).map(Vec::as_slice).unwrap_or_default(),
            payer_disagrees: row.reason == Some(Reason::PayerDisagrees),
        };
        let found = suggest(&open_item, &self.notices, &self.employers);
        found.iter().map(|found| self.shown(found)).collect()
    }

    fn shown(&self, found: &Suggestion<'_>) -> report::Suggestion {
        let name = self.names.get(usize::try_from(found.employer.0).unwrap_or(usize::MAX));
        let name = name.filter(|name| !name.is_empty()).cloned();
        let mut evidence: Vec<report::Evidence> = found.evidence.iter().map(speaks_for).collect();
        evidence.extend(found.against.iter().map(speaks_against));
        report::Suggestion {
            reference: found.reference,
            employer: name.unwrap_or_else(|| found.employer_id.to_owned()),
            month: found.month,
            amount: found.amount,
            evidence,
        }
    }
}

fn fact(employer: &Employer) -> EmployerFact<'_> {
    let Employer { employer_id, name, payer_accounts, .. } = employer;
    EmployerFact { employer_id, name, payer_accounts }
}

/// A row's remarks by field.
fn remarks(row: &SuspenseRow) -> Remarks<'_> {
    let text = |wanted: RemarkField| {
        let found = row.remarks.iter().find(|(field, _)| *field == wanted);
        found.map(|(_, text)| text.as_str()).unwrap_or_default()
    };
    Remarks {
        postscript: text(RemarkField::Postscript),
        purpose: text(RemarkField::Purpose),
        summary: text(RemarkField::Summary),
        note: text(RemarkField::Note),
    }
}

/// The digits of a truncated or overlong reference.
fn unfinished_digits(text: &str, reading: &Reading) -> String {
    let Some((start, end)) = reading.places.first().copied() else { return String::new() };
    let piece: String = text.chars().skip(start).take(end.saturating_sub(start)).collect();
    piece
        .chars()
        .filter_map(|found| match found {
            '0'..='9' => Some(found),
            '０'..='９' => char::from_digit(u32::from(found) - u32::from('０'), 10),
            _ => None,
        })
        .collect()
}

fn speaks_for(evidence: &Evidence) -> report::Evidence {
    use report::{EvidenceKind as Kind, Holds};
    let (kind, holds) = match evidence {
        Evidence::ReferenceRead => (Kind::Reference, Holds::Yes),
        Evidence::ReferenceSlip(_) | Evidence::ReferencePrefix(_) => {
            (Kind::Reference, Holds::Nearly)
        }
        Evidence::CheckDigit => (Kind::Reference, Holds::Yes),
        Evidence::AmountEqual => (Kind::Amount, Holds::Yes),
        Evidence::AccountKnown | Evidence::AccountConfirmed => (Kind::PayerAccount, Holds::Yes),
        Evidence::NameEqual | Evidence::NameConfirmed => (Kind::Name, Holds::Yes),
        Evidence::NameAlike(_) => (Kind::Name, Holds::Nearly),
        Evidence::Month => (Kind::Month, Holds::Yes),
    };
    report::Evidence {
        kind,
        holds,
        detail: unmarked(&evidence.in_language(Language::Chinese)),
        english: unmarked(&evidence.in_language(Language::English)),
    }
}

fn speaks_against(against: &Against) -> report::Evidence {
    use report::{EvidenceKind as Kind, Holds};
    let kind = match against {
        Against::Amount { .. } => Kind::Amount,
        Against::Month { .. } => Kind::Month,
        Against::OtherPayer => Kind::PayerAccount,
        Against::ReversalLink => Kind::History,
    };
    report::Evidence {
        kind,
        holds: Holds::No,
        detail: unmarked(&against.in_language(Language::Chinese)),
        english: unmarked(&against.in_language(Language::English)),
    }
}

/// The words without their mark: the report adds its own from [`report::Holds`].
fn unmarked(words: &str) -> String {
    words.trim_start_matches(['✓', '≈', '✗', ' ']).to_owned()
}
