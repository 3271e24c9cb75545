//! The answer to an operation: the line we print for it, done or refused.
//!
//! Start at [`Answer`]. `operation.rs` has the operations; `refusal.rs` has the reasons for refusing one.

use super::policy::MonthlyContribution;
use super::refusal::Refusal;
use super::{Id, Money, PartsHere, PaymentReference, YearMonth};
use serde::Serialize;

/// What an operation answers; a field that does not apply is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Output {
    /// The employer; for a transfer, the one that files it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employer_id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<Id>,
    /// The new monthly amount, for the employer to check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headcount: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<PaymentReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The part of a notice's amount that the advance balance pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_advance: Option<Money>,
    /// The part of a notice's amount that the employer must transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payable: Option<Money>,
    /// Money received for a revoked notice; it is in suspense from the next run on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<PartsHere>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment_id: Option<Id>,
    /// The employees in a bulk register, by number and name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub employees: Vec<Employee>,
    /// The next month to remit, if it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roster_month: Option<YearMonth>,
}

/// An employee in a register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Employee {
    /// The line of the register, from 1.
    pub row: u64,
    /// The number in the register; none if the program was to choose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<Id>,
    pub name: String,
}

impl Output {
    pub(super) fn with_monthly(mut self, monthly: Option<MonthlyContribution>) -> Self {
        self.monthly = monthly.and_then(MonthlyContribution::total);
        self
    }
}

/// The line we print for one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub line: u64,
    pub ok: bool,
    #[serde(flatten)]
    pub said: Said,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Said {
    Done(Output),
    Refused(Refusal),
}

impl Answer {
    #[must_use]
    pub fn new(line: u64, result: Result<Output, Refusal>) -> Self {
        match result {
            Ok(output) => Self { line, ok: true, said: Said::Done(output) },
            Err(refusal) => Self { line, ok: false, said: Said::Refused(refusal) },
        }
    }
}
