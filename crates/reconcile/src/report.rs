//! The suspense report (挂账报告): the results of the night and the open items, as one plain value.
//!
//! Start at [`Report`]. The caller fills it with figures, then [`html`], [`csv`], `xlsx` (feature `xlsx`) and `json`
//! (feature `app`) render it, each into a writer. Totals by bank, reason and age are counted from the items
//! ([`Report::by_reason`] and the like), so a report cannot contradict itself. [`Movement`] says whether it agrees with
//! the ledger.
//!
//! Not here: where the figures come from (`store`) and the life of an item (`suspense`).
//!
//! Invariants: account numbers are masked by type ([`MaskedAccount`]); the same value gives the same bytes; every text
//! is data, whoever wrote it, and no rendering lets it become markup or a formula.

pub mod breakdown;
mod column;
pub mod csv;
pub mod html;
pub mod item;
pub mod json;
pub mod night;
pub mod refund;
pub mod text;
mod trail_head;
pub mod warning;
#[cfg(feature = "xlsx")]
pub mod xlsx;

pub use crate::suspense::{Age, Stage};
pub use breakdown::{AgeTotal, BankTotal, ReasonTotal};
pub use item::{
    Evidence, EvidenceKind, Holds, Item, MaskedAccount, RemarkText, Segment, SegmentKind,
    Suggestion,
};
pub use night::{Awaiting, Centre, Movement, NightFigures, NightPoint, OutcomeTotal};
use remittance::{Bilingual, Language, Tally};
pub use trail_head::{TrailHead, TrailSignature};
pub use warning::Warning;

use chrono::NaiveDate;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::fmt::Display;

/// The report of one centre after one night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub centre: Centre,
    /// The night's day; ages are counted to it.
    pub as_of: NaiveDate,
    pub night: NightFigures,
    /// The outcomes of the movements ingested this night.
    pub outcomes: Vec<OutcomeTotal>,
    pub movement: Movement,
    /// Parts whose month is not closed yet.
    pub awaiting: Vec<Awaiting>,
    /// The nights up to this one, oldest first; 90 days are drawn.
    pub nights: Vec<NightPoint>,
    /// ALL open suspense items, in number order.
    pub items: Vec<Item>,
    pub warnings: Vec<Warning>,
    /// The end of the audit trail; `None` before the first night that recorded it.
    pub trail: Option<TrailHead>,
}

impl Report {
    /// Count and sum of the open items.
    #[must_use]
    pub fn open(&self) -> Tally {
        self.items.iter().map(|item| Tally::one(item.amount)).sum()
    }

    /// Count and sum of the waiting parts.
    #[must_use]
    pub fn waiting(&self) -> Tally {
        self.awaiting.iter().map(|part| Tally::one(part.amount)).sum()
    }

    /// The age of the oldest open item.
    #[must_use]
    pub fn oldest_days(&self) -> Option<u32> {
        self.items.iter().map(|item| item.age_days).max()
    }

    /// Whether the items, the night's movement and the ledger agree.
    #[must_use]
    pub fn ties(&self) -> bool {
        self.movement.ties() && self.movement.closing() == self.open()
    }
}

/// Writes the report for programs: stable English keys, derived totals beside the data.
///
/// Money is text in yuan, dates are ISO, codes are the contract's. Keys may be added, never changed.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 17)?;
        report.serialize_field("report", "suspense")?;
        report.serialize_field("centre", &self.centre)?;
        report.serialize_field("as_of", &self.as_of.to_string())?;
        report.serialize_field("night", &self.night)?;
        report.serialize_field("outcomes", &self.outcomes)?;
        report.serialize_field("movement", &self.movement)?;
        report.serialize_field("items_total", &self.open())?;
        report.serialize_field("ties", &self.ties())?;
        report.serialize_field("by_bank", &self.by_bank())?;
        report.serialize_field("by_reason", &self.by_reason())?;
        report.serialize_field("by_age", &self.by_age())?;
        report.serialize_field("awaiting_total", &self.waiting())?;
        report.serialize_field("awaiting", &self.awaiting)?;
        report.serialize_field("nights", &self.nights)?;
        report.serialize_field("items", &self.items)?;
        report.serialize_field("warnings", &self.warnings)?;
        match &self.trail {
            Some(trail) => report.serialize_field("trail", trail)?,
            None => report.skip_field("trail")?,
        }
        report.end()
    }
}

/// Serializes money, dates and codes as the text they print.
fn as_text<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
