//! Correction 错缴更正: returns what was wrongly paid for one employee's month.
//!
//! Start at [`Correction`]. The list, the supplement and the notice keep what was paid; a correction is a record of its
//! own. It is posted in red to the employee's account, wherever that is now, and credited to the employer's advance
//! balance, which pays a later notice or is returned (多缴退回). Two persons do it, and give a reason.
//!
//! Invariant: a correction never exceeds what earlier corrections left of the line, nor the employee's balance.

use super::wire::day;
use super::{Id, Money, PaymentReference, YearMonth};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One permanent correction of one employee's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub employer_id: Id,
    /// The voucher's ordinal at the employer.
    pub ordinal: u32,
    /// As the list or the supplement names it.
    pub employee_id: Id,
    /// The list's month, or the supplement's month.
    pub month: YearMonth,
    /// The supplement's register; `None` for the month's list.
    pub register: Option<u32>,
    /// The notice that paid it.
    pub reference: PaymentReference,
    #[serde(with = "day")]
    pub on: NaiveDate,
    /// The part returned of each side.
    pub employer_share: Money,
    pub employee_share: Money,
    pub reason: String,
    pub by: String,
    pub approved_by: String,
}

/// A line of a list or of a supplement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineKey<'a> {
    pub employee_id: &'a Id,
    pub month: YearMonth,
    pub register: Option<u32>,
}

impl Correction {
    #[must_use]
    pub fn amount(&self) -> Money {
        Money::together([self.employer_share, self.employee_share])
    }

    pub(super) fn is_of(&self, line: LineKey<'_>) -> bool {
        self.employee_id == *line.employee_id
            && self.month == line.month
            && self.register == line.register
    }
}
