//! Correction 错缴更正: what was paid for one employee's month, and should not have been, goes back.
//!
//! Start at [`Correction`]. The list, the supplement and the notice keep what was paid; a correction stands
//! beside them. It is posted in red on the employee's account, wherever it is now, and to the employer's
//! advance balance, which pays a later notice or is returned (多缴退回). Two persons do it, and say why.
//!
//! Invariant: never more than earlier corrections left of the line, nor than the employee has.

use super::wire::day;
use super::{Id, Money, PaymentReference, YearMonth};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One correction of one employee's line, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub employer_id: Id,
    /// The voucher's, in the employer's own count.
    pub ordinal: u32,
    /// As the list or the supplement names it.
    pub employee_id: Id,
    /// The list's month, or the month that the supplement was for.
    pub month: YearMonth,
    /// The supplement's register; `None` for the month's list.
    pub register: Option<u32>,
    /// The notice that had paid it.
    pub reference: PaymentReference,
    #[serde(with = "day")]
    pub on: NaiveDate,
    /// What goes back of each side.
    pub employer_share: Money,
    pub employee_share: Money,
    pub reason: String,
    pub by: String,
    pub approved_by: String,
}

/// Which line of a list or of a supplement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineKey<'a> {
    pub employee_id: &'a Id,
    pub month: YearMonth,
    pub register: Option<u32>,
}

impl Correction {
    /// Both sides together.
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
