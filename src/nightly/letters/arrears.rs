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
use crate::nightly::RunError;
use crate::remittance::YearMonth;
use crate::store::{Arrear, LetterRow, Recording};
use chrono::NaiveDate;
use std::collections::BTreeMap;

impl Writer<'_> {
    /// Writes to every employer in arrears that was not told of late.
    pub(super) fn call_in(&self, recording: &mut Recording) -> Result<(), RunError> {
        let rules = self.tools.rules;
        if !rules.policy.arrears_letters {
            return Ok(());
        }
        let mut debtors: BTreeMap<String, (bool, Vec<OwedMonth>)> = BTreeMap::new();
        for (arrear, told_on) in recording.arrears(&rules.policy, &rules.calendar)? {
            let due = self.is_to_be_told(told_on);
            let (is_due, months) = debtors.entry(arrear.employer_id.clone()).or_default();
            *is_due |= due;
            months.push(owed(&arrear));
        }
        debtors.retain(|_, (is_due, _)| *is_due);
        let (mut letters, mut told) = (Vec::new(), Vec::new());
        for (employer_id, (_, months)) in &debtors {
            let Some(letter) = self.arrears_letter(employer_id, months) else { continue };
            letters.push(letter);
            told.extend(months.iter().map(|owed| (employer_id.as_str(), owed.month)));
            if letters.len() == POSTED_TOGETHER {
                recording.post(&letters)?;
                letters.clear();
            }
        }
        recording.post(&letters)?;
        let told: Vec<(&str, YearMonth)> = told;
        Ok(recording.arrears_told(&told)?)
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
