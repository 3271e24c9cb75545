//! The delivery that brought a row, and later deliveries' matches with it.
//!
//! Start at [`Origin`]. A transaction has the number of the feed that brought it; each later feed's duplicates
//! of it are counted in `feed_met`, so that withdrawing a feed deletes no row that another feed also delivered
//! (`store/ingest/withdraw.rs`).
//!
//! Invariant: every row that duplicates, completes, replaces or contradicts a stored one is counted once.

use super::Intake;
use super::known::{Known, Origin};
use crate::store::database::row::day_number;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Whether an amount is added to a feed's receipts or subtracted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sign {
    In,
    Out,
}

/// How a row matched a stored one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Met {
    Seen,
    Changed,
    Conflicting,
}

/// Counts a feed's matches with others' rows, by account and the other feed's number.
#[derive(Debug, Default)]
pub(super) struct Meetings(pub(super) BTreeMap<(i64, i64), Meeting>);

/// A feed's matches with another feed's rows on an account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meeting {
    pub(super) seen: u64,
    pub(super) changed: u64,
    pub(super) conflicting: u64,
    /// The first and the last booking day of the matches.
    pub(super) first_on: i64,
    pub(super) last_on: i64,
}

impl Meetings {
    pub(super) fn note(
        &mut self,
        (account_id, booked_on): (i64, NaiveDate),
        before: Option<i64>,
        met: Met,
        count: u64,
    ) {
        let day = day_number(booked_on);
        let meeting = self.0.entry((account_id, before.unwrap_or_default())).or_insert(Meeting {
            seen: 0,
            changed: 0,
            conflicting: 0,
            first_on: day,
            last_on: day,
        });
        meeting.first_on = meeting.first_on.min(day);
        meeting.last_on = meeting.last_on.max(day);
        *match met {
            Met::Seen => &mut meeting.seen,
            Met::Changed => &mut meeting.changed,
            Met::Conflicting => &mut meeting.conflicting,
        } += count;
    }

    fn note_kept(&mut self, kept: &Known, met: Met, count: u64) {
        self.note((kept.account_id, kept.booked_on), kept.taken.feed_no, met, count);
    }
}

impl Intake<'_> {
    /// The origin of this feed's rows.
    pub(super) const fn origin(&self) -> Origin {
        Origin { taken_on: self.taken_on, feed_no: Some(self.feed_no) }
    }

    /// Counts rows that duplicate a stored one, with equal content or less.
    pub(super) fn note_seen(&mut self, kept: &Known, count: u64) {
        self.taken.seen += count;
        self.met_of.note_kept(kept, Met::Seen, count);
    }

    /// Counts a stored row that this feed completed, or replaced by its parts.
    pub(super) fn note_changed(&mut self, kept: &Known) {
        self.met_of.note_kept(kept, Met::Changed, 1);
    }

    /// Counts a row that contradicts a stored one.
    pub(super) fn note_conflict(&mut self, kept: &Known) {
        self.taken.conflicting += 1;
        self.met_of.note_kept(kept, Met::Conflicting, 1);
    }
}
