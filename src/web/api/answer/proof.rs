//! Proof of the books: links of the audit trail, and the audit.

use super::suspense::trail_json;
use crate::store;
use crate::suspense::trail;
use crate::web::api::value::{Amount, Instant, Outcome};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An entry of the audit trail, with its place in the chain.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrailLink {
    actor: String,
    at: Instant,
    /// JSON, or null.
    detail: Value,
    event: String,
    hash: String,
    previous: String,
    role: String,
    sequence: i64,
    subject: String,
}

/// What the audit found.
#[derive(Serialize, ToSchema)]
pub(crate) struct Audit {
    advance: Advance,
    gaps: Vec<String>,
    places: Vec<Place>,
    received: Amount,
    whole: bool,
}

/// Where credited money stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Place {
    amount: Amount,
    by_outcome: Amount,
    count: u64,
    outcome: Outcome,
    place: &'static str,
}

/// Employers' advance balances, all together.
#[derive(Serialize, ToSchema)]
pub(crate) struct Advance {
    corrected: Amount,
    left: Amount,
    put_in: Amount,
    used: Amount,
}

impl From<trail::Link> for TrailLink {
    fn from(link: trail::Link) -> Self {
        let entry = link.entry;
        Self {
            actor: entry.actor,
            at: Instant::of(entry.at),
            detail: trail_json(&entry.detail),
            event: entry.event.code().to_owned(),
            hash: link.hash,
            previous: link.previous,
            role: entry.role,
            sequence: link.sequence,
            subject: entry.subject,
        }
    }
}

impl From<store::Audit> for Audit {
    fn from(audit: store::Audit) -> Self {
        let figures = &audit.advance;
        let advance = Advance {
            corrected: figures.corrected.into(),
            left: figures.left.into(),
            put_in: figures.put_in.into(),
            used: figures.used.into(),
        };
        let place = |standing: &store::PlaceFigures| Place {
            amount: standing.amount.into(),
            by_outcome: standing.by_outcome.into(),
            count: standing.transactions,
            outcome: standing.place.outcome().into(),
            place: standing.place.code(),
        };
        Self {
            advance,
            gaps: audit.gaps.iter().map(ToString::to_string).collect(),
            places: audit.places.iter().map(place).collect(),
            received: audit.received.into(),
            whole: audit.gaps.is_empty(),
        }
    }
}
