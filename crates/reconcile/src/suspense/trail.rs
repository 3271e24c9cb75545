//! The audit trail (审计日志): every act, assignment, look at a full number and change of people, chained.
//!
//! Start at [`TrailEntry::hash_after`]: each entry's hash covers the previous hash and all of its own content, so
//! changing an old row means changing every later one. [`Chain`] checks a trail read in pages. Rows are only added; the
//! store has no verb that changes or removes one.
//!
//! Invariant: an entry is written in the transaction that it describes; it contains ids, never a payer's full account
//! or identity number.

mod event;

pub use event::TrailEvent;

use super::canonical::Canonical;
use remittance::{Language, Localized, said};
use std::borrow::Cow;
use std::fmt;

/// The hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The actor if no person acted.
pub const NIGHT: &str = "night";

/// The actor if the command line had no name.
pub const COMMAND_LINE: &str = "command line";

/// The actor if somebody followed a link in a mail.
pub const LINK: &str = "link";

/// An event before it has its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailEntry {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// A person's key, [`NIGHT`], [`LINK`] or [`COMMAND_LINE`].
    pub actor: String,
    /// A role's code; empty for a run, `operator` at the command line.
    pub role: String,
    pub event: TrailEvent,
    /// The target: an item's id, a proposal's, a person's.
    pub subject: String,
    /// Details as JSON text; may be empty.
    pub detail: String,
}

/// An entry with its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// From 1, without a gap.
    pub sequence: i64,
    pub entry: TrailEntry,
    /// The hash of the previous entry.
    pub previous: String,
    pub hash: String,
}

/// Checks a trail link by link, in order.
#[derive(Clone, Debug)]
pub struct Chain {
    sequence: i64,
    hash: String,
}

/// Where the chain is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Break {
    /// A row is missing or duplicated.
    Gap { expected: i64, found: i64 },
    /// The row does not follow from the previous one.
    Previous { sequence: i64 },
    /// The row's content is not what was hashed.
    Content { sequence: i64 },
    /// The trail does not end where its head says: rows were cut off.
    Head { expected: i64, found: i64 },
}

impl TrailEntry {
    /// The hash of this entry in its place; every part counts, and parts cannot run into each other.
    #[must_use]
    pub fn hash_after(&self, previous: &str, sequence: i64) -> String {
        let mut text = Canonical::default();
        text.add(previous);
        text.add(&sequence.to_string());
        text.add(&self.at.to_string());
        let event = self.event.code();
        for part in [&*self.actor, &self.role, event, &self.subject, &self.detail] {
            text.add(part);
        }
        text.hex()
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self { sequence: 0, hash: GENESIS.to_owned() }
    }
}

impl Chain {
    /// Adds the next link.
    ///
    /// # Errors
    /// [`Break`] if it does not belong here.
    pub fn take(&mut self, link: &Link) -> Result<(), Break> {
        let sequence = self.sequence + 1;
        if link.sequence != sequence {
            return Err(Break::Gap { expected: sequence, found: link.sequence });
        }
        if link.previous != self.hash {
            return Err(Break::Previous { sequence });
        }
        if link.entry.hash_after(&self.hash, sequence) != link.hash {
            return Err(Break::Content { sequence });
        }
        self.sequence = sequence;
        self.hash.clone_from(&link.hash);
        Ok(())
    }

    /// Compares the end with the last entry in the head.
    ///
    /// # Errors
    /// [`Break::Head`] if rows are missing at the end.
    pub fn end(&self, sequence: i64, hash: &str) -> Result<(), Break> {
        if self.sequence == sequence && self.hash == hash {
            return Ok(());
        }
        Err(Break::Head { expected: sequence, found: self.sequence })
    }

    #[must_use]
    pub const fn len(&self) -> i64 {
        self.sequence
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sequence == 0
    }

    /// The hash of the last link: kept elsewhere, it proves the trail up to here.
    #[must_use]
    pub fn head(&self) -> &str {
        &self.hash
    }
}

impl Localized for Break {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Gap { expected, found } => said!(
                language,
                "应为第 {expected} 条，实为第 {found} 条",
                "expected entry {expected}, found {found}"
            ),
            Self::Previous { sequence } => said!(
                language,
                "第 {sequence} 条与上一条不衔接",
                "entry {sequence} does not follow from the one before"
            ),
            Self::Content { sequence } => {
                said!(language, "第 {sequence} 条已被改动", "entry {sequence} was changed")
            }
            Self::Head { expected, found } => said!(
                language,
                "应有 {expected} 条，实有 {found} 条",
                "expected {expected} entries, found {found}"
            ),
        }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(count: i64) -> Vec<Link> {
        let mut previous = GENESIS.to_owned();
        let link = |sequence| {
            let entry = TrailEntry {
                at: 1_000 + sequence,
                actor: "clerk".into(),
                role: "clerk".into(),
                event: "noted".into(),
                subject: format!("acc/S{sequence}"),
                detail: String::new(),
            };
            let hash = entry.hash_after(&previous, sequence);
            let link = Link { sequence, entry, previous: previous.clone(), hash: hash.clone() };
            previous = hash;
            link
        };
        (1..=count).map(link).collect()
    }

    fn check(links: &[Link], head: &Link) -> Result<(), Break> {
        let mut chain = Chain::default();
        links.iter().try_for_each(|link| chain.take(link))?;
        chain.end(head.sequence, &head.hash)
    }

    #[test]
    fn whatever_is_done_to_a_trail_shows() {
        let whole = trail(5);
        let head = whole[4].clone();
        assert_eq!(check(&whole, &head), Ok(()));
        let with = |change: &dyn Fn(&mut Vec<Link>)| {
            let mut links = whole.clone();
            change(&mut links);
            check(&links, &head)
        };
        #[rustfmt::skip] // A table is read by column.
        type Tampering<'t> = &'t dyn Fn(&mut Vec<Link>);
        let rows: [(&str, Tampering<'_>, Break); 6] = [
            (
                "another actor",
                &|all| all[2].entry.actor = "boss".into(),
                Break::Content { sequence: 3 },
            ),
            ("another time", &|all| all[0].entry.at += 1, Break::Content { sequence: 1 }),
            (
                "text moved",
                &|all| {
                    all[1].entry.subject.push('n');
                    all[1].entry.event = "oted".into()
                },
                Break::Content { sequence: 2 },
            ),
            (
                "one removed",
                &|all| {
                    all.remove(3);
                },
                Break::Gap { expected: 4, found: 5 },
            ),
            (
                "the end cut",
                &|all| {
                    all.pop();
                },
                Break::Head { expected: 5, found: 4 },
            ),
            (
                "one hashed anew",
                &|all| {
                    all[3].entry.actor = "boss".into();
                    let hash = all[3].entry.hash_after(&all[3].previous.clone(), 4);
                    all[3].hash = hash;
                },
                Break::Previous { sequence: 5 },
            ),
        ];
        for (what, change, want) in rows {
            assert_eq!(with(change), Err(want), "{what}");
        }
    }
}
