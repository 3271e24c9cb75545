//! What an operation answers: the line that is printed for it, done or refused.
//!
//! Start at [`Answer`]. What can be asked is in `operation.rs`; why something is refused, in `refusal.rs`.

use super::policy::MonthlyContribution;
use super::refusal::Refusal;
use super::{Id, Money, PartsHere, PaymentReference, YearMonth};
use serde::Serialize;

/// What an operation answers; a field that does not apply is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Whose it is; a transfer's is the employer that files it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employer_id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<Id>,
    /// The new monthly amount, to be checked after saving.
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
    /// What of a notice's amount the advance balance brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_advance: Option<Money>,
    /// What of a notice's amount is to be transferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payable: Option<Money>,
    /// What came of a revoked notice's money and is in suspense from the next run on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<PartsHere>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment_id: Option<Id>,
    /// Whom a register in bulk was about, by number and name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub employees: Vec<Employee>,
    /// The next month to remit, where it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roster_month: Option<YearMonth>,
}

/// An employee that a register was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Employee {
    /// The line of the register, from 1.
    pub row: u64,
    /// The number that the register gave; none where it left the number to the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<Id>,
    pub name: String,
}

impl Output {
    /// With the monthly amount of one employee.
    pub(super) fn with_monthly(mut self, monthly: Option<MonthlyContribution>) -> Self {
        self.monthly = monthly.and_then(MonthlyContribution::total);
        self
    }
}

/// The line that is printed for one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub line: u64,
    pub ok: bool,
    #[serde(flatten)]
    pub said: Said,
}

/// Done or refused.
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
