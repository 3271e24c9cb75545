//! The changes of a list to a row, and its values that were not applied: for display, storage and undo.
//!
//! A [`RowChange`] is one line of `list_import_part`; its short keys save space in the database.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The result for one row of a list, if it had any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowChange {
    /// The list's own key: an account number, an employer's or employee's number, a reference.
    #[serde(rename = "k")]
    pub key: String,
    /// The employer, if the key is an employee's.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub employer_id: Option<String>,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(rename = "w", default, skip_serializing_if = "RowEffect::is_changed")]
    pub effect: RowEffect,
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<FieldChange>,
    #[serde(rename = "h", default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<KeptField>,
}

/// The effect of a list on a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowEffect {
    /// It was new.
    Added,
    /// It existed; without changed fields, nothing was applied.
    #[default]
    Changed,
    /// It exists, and a full list lacks it; nothing was done to it.
    Missing,
}

/// Fields stored only for undo and not displayed: an employer's complete books, and the number of an account at
/// its former employer.
pub const HIDDEN_FIELDS: [&str; 2] = [BOOK, SEAT];
pub(super) const BOOK: &str = "book";
pub(super) const SEAT: &str = "seat";

/// A field with its old and new value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    #[serde(rename = "f")]
    pub field: Cow<'static, str>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A field that keeps its value despite the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptField {
    #[serde(rename = "f")]
    pub field: Cow<'static, str>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<String>,
    #[serde(rename = "y")]
    pub why: KeptWhy,
}

/// Why a list's value was not applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeptWhy {
    /// Money was requested or posted: only the counter may change the account.
    Entries,
    /// An operation wrote the account: only the counter may change it.
    Operation,
    /// An operation changed it after the list's date.
    LaterOperation {
        #[serde(with = "crate::remittance::wire::day")]
        on: NaiveDate,
    },
    Transferred {
        to: String,
    },
    Merged {
        into: String,
    },
}

impl RowEffect {
    const fn is_changed(&self) -> bool {
        matches!(self, Self::Changed)
    }
}

impl RowChange {
    /// A new row.
    pub(super) fn added(key: &str) -> Self {
        Self { key: key.to_owned(), effect: RowEffect::Added, ..Self::default() }
    }

    /// A row that a full list lacks.
    pub(super) fn missing(key: &str) -> Self {
        Self { key: key.to_owned(), effect: RowEffect::Missing, ..Self::default() }
    }

    /// A known row.
    pub(super) fn known(key: &str, changed: Vec<FieldChange>, kept: Vec<KeptField>) -> Self {
        Self { key: key.to_owned(), changed, kept, ..Self::default() }
    }

    /// The change of a field.
    pub(super) fn of(&self, field: &str) -> Option<&FieldChange> {
        self.changed.iter().find(|change| change.field == field)
    }
}

impl FieldChange {
    /// The field, if the two values differ.
    pub(super) fn between(
        field: &'static str,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Option<Self> {
        (before != after).then(|| Self {
            field: Cow::Borrowed(field),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        })
    }

    /// The same change as a value not applied, with the reason.
    pub(super) fn kept(self, why: KeptWhy) -> KeptField {
        KeptField { field: self.field, known: self.before, listed: self.after, why }
    }
}

impl KeptWhy {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Operation => "operation",
            Self::LaterOperation { .. } => "later-operation",
            Self::Transferred { .. } => "transferred",
            Self::Merged { .. } => "merged",
        }
    }
}

impl fmt::Display for KeptWhy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entries => {
                write!(f, "the account has entries, so this is the counter's to change")
            }
            Self::Operation => {
                write!(f, "an operation wrote the account, so this is the counter's to change")
            }
            Self::LaterOperation { on } => {
                write!(f, "an operation of {on} changed it, and the list is older")
            }
            Self::Transferred { to } => write!(f, "the account went to employer {to}"),
            Self::Merged { into } => write!(f, "the number was merged into {into}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_short_and_is_read_back() {
        let on = NaiveDate::from_ymd_opt(2026, 5, 7).unwrap();
        let base = FieldChange::between("base", Some("5000.00"), Some("6000.00")).unwrap();
        let changed = RowChange {
            employer_id: Some("E9".into()),
            ..RowChange::known("A1", vec![base.clone()], vec![base.kept(KeptWhy::Operation)])
        };
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (RowChange::added("P1906133753"), r#"{"k":"P1906133753","w":"added"}"#),
            (RowChange::missing("A1"),        r#"{"k":"A1","w":"missing"}"#),
            (changed, r#"{"k":"A1","e":"E9","c":[{"f":"base","b":"5000.00","a":"6000.00"}],"h":[{"f":"base","b":"5000.00","l":"6000.00","y":"operation"}]}"#),
        ];
        for (change, want) in rows {
            let line = serde_json::to_string(&change).unwrap();
            assert_eq!(line, want);
            assert_eq!(serde_json::from_str::<RowChange>(&line).unwrap(), change);
        }
        let why = serde_json::to_string(&KeptWhy::LaterOperation { on }).unwrap();
        assert_eq!(why, r#"{"later-operation":{"on":"2026-05-07"}}"#);
    }
}
