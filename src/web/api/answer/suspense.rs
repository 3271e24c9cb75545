//! An item in suspense, its suggested notices, and its history.

use crate::remittance::account::masked;
use crate::remittance::{self, Language, Localized, Money, Subject, Total};
use crate::report;
use crate::store;
use crate::web::api::value::{Amount, Day, Instant, ItemId, Month, Reason, Reference, Stage};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use utoipa::ToSchema;

/// An item in suspense (挂账).
#[derive(Serialize, ToSchema)]
pub(crate) struct Item {
    account: String,
    amount: Amount,
    #[schema(required)]
    assignee: Option<String>,
    bank: String,
    bank_name: String,
    booked_on: Day,
    #[schema(required)]
    closed_on: Option<Day>,
    /// The proposal that was approved and stands.
    #[schema(required)]
    decided: Option<String>,
    direction: Direction,
    id: ItemId,
    #[schema(required)]
    note: Option<String>,
    opened_on: Day,
    payer: String,
    /// Masked.
    payer_account: String,
    /// The proposal that waits for approval.
    #[schema(required)]
    pending: Option<String>,
    #[schema(required)]
    read_as: Option<Reference>,
    #[schema(required)]
    reason: Option<Reason>,
    #[schema(required)]
    reference: Option<Reference>,
    remarks: Vec<Remark>,
    #[schema(required)]
    resolution: Option<String>,
    serial: String,
    stage: Stage,
    version: i64,
    #[schema(required)]
    wake_on: Option<Day>,
}

/// A free text that the bank gave, and the field it stood in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Remark {
    field: Cow<'static, str>,
    text: String,
}

/// Which way money went, as seen from the centre's account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Direction {
    Credit,
    Debit,
}

/// A notice that may be meant. Nothing is settled by it: somebody proposes, somebody else approves.
#[derive(Serialize, ToSchema)]
pub(crate) struct Suggestion {
    amount: Amount,
    employer: String,
    evidence: Vec<Evidence>,
    month: Month,
    reference: Reference,
}

/// One thing that speaks for or against a suggestion.
#[derive(Serialize, ToSchema)]
pub(crate) struct Evidence {
    /// Chinese.
    detail: String,
    english: String,
    holds: Holds,
    kind: EvidenceKind,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EvidenceKind {
    Amount,
    PayerAccount,
    Name,
    Reference,
    Month,
    History,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holds {
    Yes,
    Nearly,
    No,
}

/// One thing that happened to an item.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryEntry {
    #[schema(required)]
    at: Option<Instant>,
    #[schema(required)]
    by: Option<String>,
    /// The trail's own JSON, or null.
    detail: Value,
    event: String,
    on: Day,
    #[schema(required)]
    posting: Option<Posting>,
}

/// A move of money in the general journal.
#[derive(Serialize, ToSchema)]
pub(crate) struct Posting {
    amount: Amount,
    #[schema(value_type = String)]
    credit: Subject,
    #[schema(value_type = String)]
    debit: Subject,
}

impl From<store::SuspenseRow> for Item {
    fn from(row: store::SuspenseRow) -> Self {
        let remark = |(field, text): (remittance::RemarkField, String)| Remark {
            field: field.in_language(Language::Chinese),
            text,
        };
        Self {
            account: row.id.account_no.clone(),
            amount: row.amount.into(),
            assignee: row.assignee,
            bank: row.bank,
            bank_name: row.bank_name,
            booked_on: row.booked_on.into(),
            closed_on: row.closed_on.map(Day::from),
            decided: row.decided,
            direction: row.direction.into(),
            id: ItemId::from(&row.id),
            note: row.note,
            opened_on: row.opened_on.into(),
            payer: row.counterparty_name,
            payer_account: masked(&row.counterparty_account),
            pending: row.pending,
            read_as: row.read_as.map(Reference::from),
            reason: row.reason.map(Reason::from),
            reference: row.reference.map(Reference::from),
            remarks: row.remarks.into_iter().map(remark).collect(),
            resolution: row.resolution,
            serial: row.id.serial,
            stage: row.stage.into(),
            version: row.version,
            wake_on: row.wake_on.map(Day::from),
        }
    }
}

impl From<store::OpenItem> for Item {
    fn from(row: store::OpenItem) -> Self {
        row.item.into()
    }
}

impl From<remittance::Direction> for Direction {
    fn from(direction: remittance::Direction) -> Self {
        match direction {
            remittance::Direction::Credit => Self::Credit,
            remittance::Direction::Debit => Self::Debit,
        }
    }
}

impl From<report::Suggestion> for Suggestion {
    fn from(suggestion: report::Suggestion) -> Self {
        Self {
            amount: suggestion.amount.into(),
            employer: suggestion.employer,
            evidence: suggestion.evidence.into_iter().map(Evidence::from).collect(),
            month: suggestion.month.into(),
            reference: suggestion.reference.into(),
        }
    }
}

impl From<report::Evidence> for Evidence {
    fn from(evidence: report::Evidence) -> Self {
        let kind = match evidence.kind {
            report::EvidenceKind::Amount => EvidenceKind::Amount,
            report::EvidenceKind::PayerAccount => EvidenceKind::PayerAccount,
            report::EvidenceKind::Name => EvidenceKind::Name,
            report::EvidenceKind::Reference => EvidenceKind::Reference,
            report::EvidenceKind::Month => EvidenceKind::Month,
            report::EvidenceKind::History => EvidenceKind::History,
        };
        let holds = match evidence.holds {
            report::Holds::Yes => Holds::Yes,
            report::Holds::Nearly => Holds::Nearly,
            report::Holds::No => Holds::No,
        };
        Self { detail: evidence.detail, english: evidence.english, holds, kind }
    }
}

impl From<store::HistoryEntry> for HistoryEntry {
    fn from(entry: store::HistoryEntry) -> Self {
        let event = entry.code().to_owned();
        Self {
            at: entry.at.map(Instant::of),
            by: entry.by.map(|person| person.0),
            detail: trail_json(&entry.detail),
            event,
            on: entry.on.into(),
            posting: entry.posting.map(Posting::from),
        }
    }
}

/// The trail's own JSON; null if empty.
pub(super) fn trail_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

impl From<(Subject, Subject, Money)> for Posting {
    fn from((debit, credit, amount): (Subject, Subject, Money)) -> Self {
        Self::from((debit, credit, Total::from(amount)))
    }
}

impl From<(Subject, Subject, Total)> for Posting {
    fn from((debit, credit, amount): (Subject, Subject, Total)) -> Self {
        Self { amount: amount.into(), credit, debit }
    }
}
