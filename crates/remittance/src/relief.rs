//! Relief for an employer in difficulties, by approval: deferral 缓缴, and rates below the minimum 降低缴存比例.
//!
//! Start at [`Approval`]. Two persons enter both at the counter with the approval's number, from a month to a month. A
//! deferral moves no list: the months are owed after it ends (`arrears.rs`). Low rates are periods of the employer's
//! rates and end by themselves. Neither uses up the employer's own adjustment.

use super::YearMonth;
use super::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// What was approved: the months and the approval's number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    pub from: YearMonth,
    /// The last month, inclusive.
    pub to: YearMonth,
    pub number: String,
}

impl Approval {
    #[must_use]
    pub fn covers(&self, month: YearMonth) -> bool {
        self.from <= month && month <= self.to
    }

    /// The approval in an operation, if it is complete.
    pub(super) fn of(from: YearMonth, to: YearMonth, number: &str) -> Result<Self, Refusal> {
        if to < from {
            return Err(Refusal::SpanBackwards { from, to });
        }
        let number = number.trim();
        if number.is_empty() {
            return Err(Refusal::ApprovalMissing { from, to });
        }
        Ok(Self { from, to, number: number.to_owned() })
    }

    pub(super) fn words(&self) -> String {
        format!("{}..{} {}", self.from, self.to, self.number)
    }
}
