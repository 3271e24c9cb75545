//! The identities of items, persons and instants in actions.
//!
//! Start at [`Seen`]: an action names the version of the item that its author saw, so that of two concurrent actions
//! one wins and the other is told.

use super::Role;
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Names an item: the centre's account and the bank's serial, written `account/serial`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId {
    pub account_no: String,
    pub serial: String,
}

/// A text that names no item; prints as `expected ACCOUNT/SERIAL, found "…"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemIdError {
    pub found: String,
}

/// An item as somebody saw it. Every change by a person or a run increments its version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    pub id: ItemId,
    pub version: i64,
}

/// A member of staff, by the key of the desk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Person(pub String);

/// Who acts, and in which role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub person: Person,
    pub role: Role,
    /// The token of a program; it counts as its owner.
    pub token: Option<String>,
}

impl Actor {
    /// A person who acts directly.
    #[must_use]
    pub const fn of(person: Person, role: Role) -> Self {
        Self { person, role, token: None }
    }
}

/// The time of an action. Only the shell reads the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// The day it is booked on.
    pub on: NaiveDate,
}

/// Seconds a day, and the seconds that Beijing is ahead of UTC.
const DAY_SECONDS: i64 = 86_400;
const BEIJING_SECONDS: i64 = 8 * 3_600;

impl Moment {
    /// The midnight at which a day begins in China: the instant for records that have only a day.
    #[must_use]
    pub fn midnight(on: NaiveDate) -> Self {
        let days = on.signed_duration_since(NaiveDate::default()).num_days();
        Self { at: days * DAY_SECONDS - BEIJING_SECONDS, on }
    }
}

impl FromStr for ItemId {
    type Err = ItemIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((account_no, serial)) if !account_no.is_empty() && !serial.is_empty() => {
                Ok(Self { account_no: account_no.to_owned(), serial: serial.to_owned() })
            }
            _ => Err(ItemIdError { found: text.to_owned() }),
        }
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account_no, self.serial)
    }
}

impl Serialize for ItemId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ItemId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for ItemIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected ACCOUNT/SERIAL, found {:?}", self.found)
    }
}

impl std::error::Error for ItemIdError {}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
