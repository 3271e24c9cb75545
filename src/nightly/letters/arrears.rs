//! Employers that have not remitted by the day the law gives are told by letter (催缴).
//!
//! Start at [`Writer::call_in`]. A letter names all months that its employer owes; it is written where one of them was
//! never told of, or last told of so many days ago. Months deferred are not owed, months remitted by this very run
//! neither: both are read inside its commit.
//!
//! Invariant: a letter and the marks of the months it tells of stand or fall together.

use super::Writer;
use super::composing::POSTED_TOGETHER;
use crate::alert::{Addressee, Arrears, OwedMonth, Rhythm};
use crate::nightly::NightError;
use crate::store::{Arrear, LetterRow, Recording, ToldMonth, ToldTonight};
use chrono::NaiveDate;
use std::collections::BTreeMap;

impl Writer<'_> {
    /// Writes to every employer in arrears that was not told of late.
    pub(super) fn call_in(
        &self,
        recording: &mut Recording,
        all: &mut ToldTonight,
    ) -> Result<(), NightError> {
        let rules = self.tools.rules;
        if !rules.policy.arrears_letters {
            return Ok(());
        }
        let mut debtors: BTreeMap<String, (bool, Vec<OwedMonth>)> = BTreeMap::new();
        let withheld = recording.withheld()?;
        for (arrear, told_on) in recording.arrears(&rules.policy, &rules.calendar)? {
            let due =
                self.is_to_be_told(told_on) && !withheld.month(&arrear.employer_id, arrear.month);
            let (is_due, months) = debtors.entry(arrear.employer_id.clone()).or_default();
            *is_due |= due;
            months.push(owed(&arrear));
        }
        debtors.retain(|_, (is_due, _)| *is_due);
        let mut letters = Vec::new();
        for (employer_id, (_, months)) in &debtors {
            let Some(letter) = self.arrears_letter(employer_id, months) else { continue };
            all.months.extend(months.iter().map(|owed| ToldMonth {
                letter_id: letter.letter_id.clone(),
                employer_id: employer_id.clone(),
                month: owed.month,
            }));
            letters.push(letter);
            if letters.len() == POSTED_TOGETHER {
                recording.post(&letters)?;
                letters.clear();
            }
        }
        Ok(recording.post(&letters)?)
    }

    /// Whether a month is to be told of, that was told of on a day before or never.
    fn is_to_be_told(&self, told_on: Option<NaiveDate>) -> bool {
        let every = i64::from(self.tools.rules.policy.arrears_letter_every_days);
        told_on.is_none_or(|told_on| (self.tools.settings.as_of - told_on).num_days() >= every)
    }

    /// The letter; `None` for an employer that wants none.
    fn arrears_letter(&self, employer_id: &str, months: &[OwedMonth]) -> Option<LetterRow> {
        let entry = self.book.employers.get(employer_id)?;
        if entry.rhythm == Rhythm::Never {
            return None;
        }
        let arrears = Arrears {
            centre: self.tools.settings.centre.clone(),
            addressee: Addressee {
                employer_id: employer_id.to_owned(),
                name: entry.employer.name.clone(),
                contact: entry.employer.contact.clone(),
                email: entry.address.clone(),
            },
            night: self.tools.settings.as_of,
            within_days: self.tools.rules.policy.remit_within_days,
            months: months.to_vec(),
        };
        match arrears.letter(&self.tools.rules.letters) {
            Ok(letter) => self.row("arrears", letter),
            Err(refusal) => {
                tracing::warn!(employer_id, reason = refusal.code(), "no letter");
                None
            }
        }
    }
}

fn owed(arrear: &Arrear) -> OwedMonth {
    OwedMonth {
        month: arrear.month,
        due_on: arrear.due_on,
        headcount: arrear.headcount,
        amount: arrear.amount,
        reference: arrear.reference,
    }
}
