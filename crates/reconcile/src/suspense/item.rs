//! How an item, a person and a moment are named when something is done.
//!
//! Start at [`Seen`]: whoever acts says which version of the item they looked at, so that of two
//! people who act at once one wins and the other is told.

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

/// An item as somebody saw it. Every change of it by a person or a night counts its version up.
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

/// Who acts, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub person: Person,
    pub role: Role,
    /// The token that a program acts with; it counts as the person it belongs to.
    pub token: Option<String>,
}

impl Actor {
    /// Somebody who acts themselves.
    #[must_use]
    pub const fn of(person: Person, role: Role) -> Self {
        Self { person, role, token: None }
    }
}

/// When something is done. The shell reads the clock; nothing below it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// The day it is booked on.
    pub on: NaiveDate,
}

/// Seconds a day, and how far Beijing is ahead of UTC.
const DAY_SECONDS: i64 = 86_400;
const BEIJING_SECONDS: i64 = 8 * 3_600;

impl Moment {
    /// The midnight at which a day begins in China: the instant of whatever knows its day alone.
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
