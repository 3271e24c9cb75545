//! Suggested notices, with a tick for each piece of evidence.

use super::{foreign, yuan};
use crate::remittance::{Language, Localized};
use crate::report::{Holds, Suggestion};
use std::borrow::Cow;

/// A suggested notice of an item.
pub(crate) struct Candidate {
    pub(crate) reference: String,
    pub(crate) employer: String,
    pub(crate) employer_href: String,
    pub(crate) month: String,
    pub(crate) amount: String,
    /// Its amount equals the money received.
    pub(crate) exact: bool,
    pub(crate) ticks: Vec<Tick>,
}

/// One comparison. The sign is visual, `says` is for screen readers.
pub(crate) struct Tick {
    pub(crate) class: &'static str,
    pub(crate) sign: &'static str,
    pub(crate) says: Cow<'static, str>,
    pub(crate) what: Cow<'static, str>,
    pub(crate) detail: String,
}

impl Candidate {
    pub(crate) fn of(suggestion: &Suggestion, language: Language) -> Self {
        use crate::report::EvidenceKind::Amount;
        let evidence = suggestion.evidence.iter();
        let ticks = evidence.clone().map(|evidence| Tick {
            class: match evidence.holds {
                Holds::Yes => "yes",
                Holds::Nearly => "nearly",
                Holds::No => "no",
            },
            sign: evidence.holds.tick(),
            says: evidence.holds.in_language(language),
            what: evidence.kind.in_language(language),
            detail: foreign(&evidence.in_language(language)),
        });
        let exact = evidence.clone().any(|one| one.kind == Amount && one.holds == Holds::Yes);
        Self {
            reference: suggestion.reference.to_string(),
            employer: foreign(&suggestion.employer),
            employer_href: format!("/notices?q={}", suggestion.reference),
            month: suggestion.month.to_string(),
            amount: yuan(suggestion.amount),
            exact,
            ticks: ticks.collect(),
        }
    }
}
