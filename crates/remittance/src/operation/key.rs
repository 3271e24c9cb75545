//! Key information of an employer (关键信息): name, kind, credit code, legal person.
//!
//! It changes under the company's electronic seal, or at the counter by two persons. `enrolment.rs` has the basic
//! information, which changes at once.

use super::enrolment::named;
use super::{Output, UpdateKey};
use crate::centre::Work;
use crate::counter::persons;
use crate::enrolment::{EmployerAccount, EmployerKind};
use crate::log::LogKind;
use crate::refusal::Refusal;

pub(super) fn update_key(work: &mut Work<'_>, op: &UpdateKey) -> Result<Output, Refusal> {
    let mut employer = work.employer(&op.employer_id)?;
    let seal = op.seal_ref.as_deref().map(str::trim).unwrap_or_default();
    let counter = match op.approved_by.as_deref() {
        Some(approved_by) => {
            Some(persons(op.by.as_deref(), Some(approved_by))?.because(&op.reason)?)
        }
        None if employer.kind != EmployerKind::Company => {
            return Err(Refusal::NoElectronicSeal { employer: op.employer_id.clone() });
        }
        None if seal.is_empty() => {
            return Err(Refusal::SealReferenceMissing { employer: op.employer_id.clone() });
        }
        None => None,
    };
    let uscc = work.centre.check_key(op.uscc.as_deref())?;
    let before = key_information(&employer);
    if let Some(name) = &op.name {
        employer.name = named("name", name)?;
    }
    if let Some(name) = &op.legal_person {
        employer.legal_person = Some(named("legal_person", name)?);
    }
    employer.kind = op.kind.unwrap_or(employer.kind);
    employer.uscc = uscc.or(employer.uscc);
    let after = key_information(&employer);
    let ordinal = employer.next_ordinal();
    work.put(employer);
    let (what, subject) = ("update_key", seal.to_owned());
    match counter.map(|counter| counter.changed(before, after)) {
        Some(counter) => {
            let kind = LogKind::Corrected;
            work.note_counter(&op.employer_id, ordinal, kind, what, subject, None, counter);
        }
        None => work.note(&op.employer_id, ordinal, LogKind::Changed, what, subject, None),
    }
    Ok(Output::default())
}

/// The key information for the log.
fn key_information(employer: &EmployerAccount) -> String {
    let uscc = employer.uscc.as_deref().unwrap_or("-");
    let legal_person = employer.legal_person.as_deref().unwrap_or("-");
    format!("{} {:?} {uscc} {legal_person}", employer.name, employer.kind)
}
