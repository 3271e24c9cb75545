//! Writes to employers that have not remitted by the legal deadline (催缴).
//!
//! Start at [`Writer::call_in`]. A letter names all months that its employer owes. It is written when one of them
//! was never reported, or was last reported long enough ago. Deferred months and months remitted by this run are
//! not owed; both are read inside the run's commit.
//!
//! Invariant: a letter and the marks of its months are committed together.

use super::Writer;
use super::composing::{POSTED_TOGETHER, numbers};
use crate::alert::{Addressee, Arrears, LetterKind, OwedMonth, Rhythm, may_write, rhythm::APART};
use crate::nightly::RunError;
use crate::store::{Arrear, LetterRow, Recording, ToldMonth, ToldTonight, Withheld};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The months owed by each employer that must be notified.
pub(super) type Debtors = BTreeMap<String, Vec<OwedMonth>>;

impl Writer<'_> {
    /// Writes to every employer in arrears that was not notified recently.
    pub(super) fn call_in(
        &self,
        recording: &mut Recording,
        mut debtors: Debtors,
        all: &mut ToldTonight,
    ) -> Result<(), RunError> {
        if debtors.is_empty() {
            return Ok(());
        }
        let lately = recording.lately_written(APART)?;
        let night = self.tools.settings.as_of;
        debtors
            .retain(|employer_id, _| may_write(lately.get(employer_id).map(|(on, _)| *on), night));
        let due: Vec<(&String, &Vec<OwedMonth>)> = debtors.iter().collect();
        for some in due.chunks(POSTED_TOGETHER) {
            self.call_in_some(recording, some, all)?;
        }
        Ok(())
    }

    /// Employers whose last letter was about something else and that must now hear of arrears. They go first, so
    /// that other news cannot delay an arrears letter.
    pub(super) fn owes_first(
        &self,
        recording: &Recording,
        debtors: &Debtors,
    ) -> Result<BTreeSet<String>, RunError> {
        if debtors.is_empty() {
            return Ok(BTreeSet::new());
        }
        let lately = recording.lately_written(2 * APART)?;
        let night = self.tools.settings.as_of;
        let first = |employer_id: &&String| {
            let last = lately.get(*employer_id);
            last.is_some_and(|(on, arrears)| !arrears && may_write(Some(*on), night))
        };
        Ok(debtors.keys().filter(first).cloned().collect())
    }

    /// The employers to notify. Each gets all months it owes once one of them is due.
    pub(super) fn debtors(
        &self,
        recording: &Recording,
        withheld: &Withheld,
    ) -> Result<Debtors, RunError> {
        let rules = self.tools.rules;
        if !rules.policy.arrears_letters {
            return Ok(Debtors::new());
        }
        let mut debtors: BTreeMap<String, (bool, Vec<OwedMonth>)> = BTreeMap::new();
        for (arrear, told_on) in recording.arrears(&rules.policy, &rules.calendar)? {
            let due =
                self.is_to_be_told(told_on) && !withheld.month(&arrear.employer_id, arrear.month);
            let (is_due, months) = debtors.entry(arrear.employer_id.clone()).or_default();
            *is_due |= due;
            months.push(owed(&arrear));
        }
        let due = debtors.into_iter().filter(|(_, (is_due, _))| *is_due);
        Ok(due.map(|(employer_id, (_, months))| (employer_id, months)).collect())
    }

    fn call_in_some(
        &self,
        recording: &mut Recording,
        some: &[(&String, &Vec<OwedMonth>)],
        all: &mut ToldTonight,
    ) -> Result<(), RunError> {
        let employers: Vec<&str> =
            some.iter().map(|(employer_id, _)| employer_id.as_str()).collect();
        let postal = self.postal(recording, &employers)?;
        let due: Vec<Arrears> = some
            .iter()
            .filter_map(|(employer_id, months)| {
                self.arrears_of(employer_id, months, postal.get(*employer_id).cloned())
            })
            .collect();
        let ids: Vec<String> = due.iter().map(Arrears::letter_id).collect();
        let numbers = numbers(recording, &ids)?;
        let mut letters = Vec::new();
        for (arrears, number) in due.iter().zip(&numbers) {
            let Some(letter) = self.arrears_letter(arrears, number) else { continue };
            all.months.extend(arrears.months.iter().map(|owed| ToldMonth {
                letter_id: letter.letter_id.clone(),
                employer_id: arrears.addressee.employer_id.clone(),
                month: owed.month,
            }));
            letters.push(letter);
        }
        Ok(recording.post(&letters)?)
    }

    /// Whether a month last reported on this day, or never, must be reported now.
    fn is_to_be_told(&self, told_on: Option<NaiveDate>) -> bool {
        let every = i64::from(self.tools.rules.policy.arrears_letter_every_days);
        told_on.is_none_or(|told_on| (self.tools.settings.as_of - told_on).num_days() >= every)
    }

    /// The content of the letter; `None` for an employer that wants none.
    fn arrears_of(
        &self,
        employer_id: &str,
        months: &[OwedMonth],
        postal: Option<String>,
    ) -> Option<Arrears> {
        let entry = self.book.employers.get(employer_id)?;
        if entry.rhythm == Rhythm::Never {
            return None;
        }
        Some(Arrears {
            centre: self.tools.settings.centre.clone(),
            addressee: Addressee {
                employer_id: employer_id.to_owned(),
                name: entry.employer.name.clone(),
                contact: entry.employer.contact.clone(),
                email: entry.address.clone(),
                postal,
            },
            night: self.tools.settings.as_of,
            within_days: self.tools.rules.policy.remit_within_days,
            months: months.to_vec(),
        })
    }

    fn arrears_letter(&self, arrears: &Arrears, number: &str) -> Option<LetterRow> {
        let employer_id = arrears.addressee.employer_id.as_str();
        match arrears.numbered(&self.tools.rules.letters, number) {
            Ok(letter) => self.row(LetterKind::Arrears, letter),
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
