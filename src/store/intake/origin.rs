//! Which delivery a row came with, and what later deliveries met of it.
//!
//! Start at [`Origin`]. A transaction carries the number of the feed that brought it; what another feed
//! brings of it again is counted in `feed_met`, so that a feed that is withdrawn takes nothing along that
//! another one stands for (`store/withdraw.rs`).
//!
//! Invariant: every row that is seen, completed, replaced or set aside against a kept one is counted once.

use super::super::StoreError;
use super::super::sql::Row;
use super::Intake;
use super::known::Known;
use std::collections::BTreeMap;

/// When a row was taken in, and with which feed; `None` where an earlier release took it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) taken_on: i64,
    pub(super) feed_no: Option<i64>,
}

/// Whether money comes to a feed's receipts or goes out of them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sign {
    In,
    Out,
}

/// How a row met one that was kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Met {
    Seen,
    Changed,
    Conflicting,
}

/// How often rows of a feed met those of others: by account and the other's number.
#[derive(Debug, Default)]
pub(super) struct Meetings(pub(super) BTreeMap<(i64, i64), [u64; 3]>);

impl Origin {
    /// Reads it behind a transaction ([`super::known::kept_columns`]).
    pub(super) fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { taken_on: row.get(17)?, feed_no: row.get(19)? })
    }
}

impl Meetings {
    pub(super) fn note(&mut self, account_id: i64, before: Option<i64>, met: Met, count: u64) {
        let counts = self.0.entry((account_id, before.unwrap_or_default())).or_default();
        let [seen, changed, conflicting] = counts;
        *match met {
            Met::Seen => seen,
            Met::Changed => changed,
            Met::Conflicting => conflicting,
        } += count;
    }
}

impl Intake<'_> {
    /// What this feed brings.
    pub(super) const fn origin(&self) -> Origin {
        Origin { taken_on: self.taken_on, feed_no: Some(self.feed_no) }
    }

    /// Rows that are a kept one, with equal content or less.
    pub(super) fn note_seen(&mut self, kept: &Known, count: u64) {
        self.taken.seen += count;
        self.met_of.note(kept.account_id, kept.taken.feed_no, Met::Seen, count);
    }

    /// A kept row whose content this feed changed, or whose place its parts took.
    pub(super) fn note_changed(&mut self, kept: &Known) {
        self.met_of.note(kept.account_id, kept.taken.feed_no, Met::Changed, 1);
    }

    /// A row that contradicts a kept one.
    pub(super) fn note_conflict(&mut self, kept: &Known) {
        self.taken.conflicting += 1;
        self.met_of.note(kept.account_id, kept.taken.feed_no, Met::Conflicting, 1);
    }
}
