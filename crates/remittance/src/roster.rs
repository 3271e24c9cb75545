//! Monthly remittance 单位汇缴: makes the month's list (汇缴清册) and advances the roster month.
//!
//! A line is base × rate, each side rounded on its own. To make a list again, delete it first, which moves the roster
//! month back. Nobody is listed above a cap or with a base outside the limits: such a list is refused, and the refusal
//! names everybody concerned.

use super::refusal::Refusal;
use super::wire::{day, day_or_none};
use super::{Id, Money, PaymentReference, YearMonth};
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// The list of one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    pub employer_id: Id,
    pub month: YearMonth,
    /// Its place in the order of the employer's filings.
    pub ordinal: u32,
    #[serde(with = "day")]
    pub made_on: NaiveDate,
    pub total: Money,
    /// The notice it is on.
    pub reference: Option<PaymentReference>,
    #[serde(with = "day_or_none")]
    pub paid_on: Option<NaiveDate>,
    /// One a remitted employee, in number order; shared, not copied.
    #[serde(serialize_with = "write_lines", deserialize_with = "read_lines")]
    pub lines: Arc<Vec<RosterLine>>,
}

/// What one employee's month costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterLine {
    pub employee_id: Id,
    pub base: Money,
    pub employer_share: Money,
    pub employee_share: Money,
}

fn write_lines<S: Serializer>(lines: &Arc<Vec<RosterLine>>, to: S) -> Result<S::Ok, S::Error> {
    lines.as_ref().serialize(to)
}

fn read_lines<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Vec<RosterLine>>, D::Error> {
    Vec::deserialize(from).map(Arc::new)
}

impl Roster {
    #[must_use]
    pub fn headcount(&self) -> usize {
        self.lines.len()
    }

    /// Its state: made, on a notice, paid.
    #[must_use]
    pub const fn state(&self) -> &'static str {
        match (self.reference, self.paid_on) {
            (_, Some(_)) => "paid",
            (Some(_), None) => "awaiting",
            (None, None) => "made",
        }
    }

    /// Refuses a list whose lines do not add up to its total: a store may leave lines out if no operation needs them,
    /// but never when money moves by them.
    pub(super) fn check_lines(&self) -> Result<(), Refusal> {
        let shares = self.lines.iter().flat_map(|line| [line.employer_share, line.employee_share]);
        let found = Money::together(shares);
        if found == self.total {
            return Ok(());
        }
        Err(Refusal::ListLinesDiffer { month: self.month, expected: self.total, found })
    }
}
