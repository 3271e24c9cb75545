//! Proof of the books for programs: the audit trail and the audit.

use super::answer::Page;
use super::answer::proof::{Audit, TrailLink};
use super::{Asked, limit, page, place};
use crate::store::TrailFilter;
use crate::web::Desk;
use crate::web::fault::Fault;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

type TrailLinkPage = Page<TrailLink>;

#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    subject: Option<String>,
    actor: Option<String>,
    event: Option<String>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// The audit trail, the latest entry first
#[utoipa::path(
    get,
    path = "/api/v1/trail",
    operation_id = "listTrail",
    params(Filter),
    responses((status = 200, description = "Done", body = TrailLinkPage))
)]
pub(crate) async fn trail(
    State(desk): State<Desk>,
    Asked(asked): Asked<Filter>,
) -> Result<Json<TrailLinkPage>, Fault> {
    let rows = limit(asked.limit)?;
    let filter = TrailFilter {
        before: place(asked.cursor.as_deref())?,
        subject: asked.subject,
        actor: asked.actor,
        event: asked.event,
    };
    let found = desk.read(move |store| store.trail(&filter, rows + 1)).await?;
    Ok(page(found, rows, |link| link.sequence, TrailLink::from))
}

/// Proves the books from the ground up
// Slow.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "audit",
    responses((status = 200, description = "Done", body = Audit))
)]
pub(crate) async fn audit(State(desk): State<Desk>) -> Result<Json<Audit>, Fault> {
    let audit = desk.read(|store| store.audit()).await?;
    Ok(Json(audit.into()))
}
