//! Operations of the counter only (柜台业务): two persons do them, and the log says who, why and what was before.
//!
//! Start at [`persons`]. The caller gives both names: at the desk they are the proposer and the approver. The domain
//! refuses if one is missing or both are the same.

use super::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// Who approved something at the counter, and why; the log has it beside the author.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    pub approved_by: String,
    pub reason: String,
    /// The values before and after.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
}

pub(super) struct Persons {
    by: String,
    approved_by: String,
}

/// The two persons; refused if there are not two.
pub(super) fn persons(by: Option<&str>, approved_by: Option<&str>) -> Result<Persons, Refusal> {
    let named = |who: Option<&str>| who.unwrap_or_default().trim().to_owned();
    let (by, approved_by) = (named(by), named(approved_by));
    if by.is_empty() || approved_by.is_empty() || by == approved_by {
        return Err(Refusal::TwoPersons { by: if by.is_empty() { approved_by } else { by } });
    }
    Ok(Persons { by, approved_by })
}

impl Persons {
    /// Adds the reason, which is required.
    pub(super) fn because(self, reason: &str) -> Result<Counter, Refusal> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Refusal::ReasonMissing { by: self.by });
        }
        let approved_by = self.approved_by;
        Ok(Counter { approved_by, reason: reason.to_owned(), ..Counter::default() })
    }
}

impl Counter {
    /// Adds the values before and after.
    pub(super) fn changed(self, before: String, after: String) -> Self {
        Self { before, after, ..self }
    }
}
