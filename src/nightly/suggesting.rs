//! Suggestions for what hangs, as the report shows them.
//!
//! Start at [`Adviser::new`]: it reads the open notices and the employers once. What speaks for a
//! notice is `matching::suggest`'s to say; here it is put into the report's words.

use super::NightError;
use crate::matching::suggest::{
    Against, EmployerFact, EmployerIndex, Employers, Evidence, Hanging, OpenNotice, OpenNotices,
    suggest,
};
use crate::remark::{Reader, Reading};
use crate::remittance::{Direction, Employer, RemarkField, Remarks};
use crate::report;
use crate::store::{Store, SuspenseRow};
use std::collections::BTreeMap;

/// What a suggestion is drawn from.
#[derive(Debug, Default)]
pub(super) struct Known {
    employers: Vec<Employer>,
    numbers: BTreeMap<String, EmployerIndex>,
    notices: Vec<OpenNotice>,
}

/// The indices over what is known.
pub(super) struct Adviser<'a> {
    known: &'a Known,
    employers: Employers<'a>,
    notices: OpenNotices,
}

impl Known {
    pub(super) fn load(store: &Store) -> Result<Self, NightError> {
        let mut known = Self::default();
        store.employers(|employer| known.employers.push(employer))?;
        known.numbers = (0..)
            .zip(&known.employers)
            .map(|(number, employer)| (employer.employer_id.clone(), EmployerIndex(number)))
            .collect();
        let Self { employers, numbers, notices } = &mut known;
        store.open_notices(|reference, employer_id, amount, month| {
            // A notice's employer may be unknown to us; it still has a number and an id.
            let employer = match numbers.get(employer_id) {
                Some(employer) => *employer,
                None => {
                    let next = EmployerIndex(u32::try_from(employers.len()).unwrap_or(u32::MAX));
                    let employer_id = employer_id.to_owned();
                    numbers.insert(employer_id.clone(), next);
                    employers.push(Employer { employer_id, ..Employer::default() });
                    next
                }
            };
            notices.push(OpenNotice { reference, amount, employer, month });
        })?;
        Ok(known)
    }
}

impl<'a> Adviser<'a> {
    pub(super) fn new(known: &'a Known) -> Self {
        let fact = |employer: &'a Employer| EmployerFact {
            employer_id: &employer.employer_id,
            name: &employer.name,
            payer_accounts: &employer.payer_accounts,
        };
        let facts: Vec<EmployerFact<'a>> = known.employers.iter().map(fact).collect();
        Self {
            known,
            employers: Employers::new(&facts),
            notices: OpenNotices::new(known.notices.clone()),
        }
    }

    /// The notices that come nearest to an item.
    pub(super) fn suggestions(
        &self,
        row: &SuspenseRow,
        reader: &Reader,
    ) -> Vec<report::Suggestion> {
        if row.direction == Direction::Debit {
            return Vec::new();
        }
        let remarks = remarks(row);
        let read = reader.claim_fields(&remarks, &RemarkField::DEFAULT_ORDER);
        let digits = read.field.map(|field| {
            let text = remarks.field(field);
            unfinished_digits(text, &reader.read(text))
        });
        let hanging = Hanging {
            amount: row.amount,
            booked_on: row.booked_on,
            payer_account: &row.counterparty_account,
            payer_name: &row.counterparty_name,
            claim: &read.claim,
            digits: digits.as_deref().unwrap_or_default(),
        };
        let found = suggest(&hanging, &self.notices, &self.employers);
        found.iter().map(|found| self.shown(found)).collect()
    }

    fn shown(&self, found: &crate::matching::suggest::Suggestion<'_>) -> report::Suggestion {
        let number = self.known.numbers.get(found.employer_id);
        let place = number.and_then(|number| usize::try_from(number.0).ok());
        let employer = place.and_then(|place| self.known.employers.get(place));
        let name = employer.map(|employer| employer.name.clone()).filter(|name| !name.is_empty());
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

/// A row's free texts by field.
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

/// The digits of a reference that was cut off, or that has too many.
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
        Evidence::AmountEqual => (Kind::Amount, Holds::Yes),
        Evidence::AccountKnown => (Kind::PayerAccount, Holds::Yes),
        Evidence::NameEqual => (Kind::Name, Holds::Yes),
        Evidence::NameAlike(_) => (Kind::Name, Holds::Nearly),
        Evidence::Month => (Kind::Month, Holds::Yes),
    };
    report::Evidence { kind, holds, detail: unmarked(&evidence.chinese()) }
}

fn speaks_against(against: &Against) -> report::Evidence {
    use report::{EvidenceKind as Kind, Holds};
    let kind = match against {
        Against::Amount { .. } => Kind::Amount,
        Against::Month { .. } => Kind::Month,
    };
    report::Evidence { kind, holds: Holds::No, detail: unmarked(&against.chinese()) }
}

/// The words without their mark: the report draws its own from [`report::Holds`].
fn unmarked(words: &str) -> String {
    words.trim_start_matches(['✓', '≈', '✗', ' ']).to_owned()
}
