//! What proves the books, for programs: the audit trail, and the audit itself.

use super::{Asked, limit, list, place, shape};
use crate::store::TrailFilter;
use crate::web::Desk;
use crate::web::fault::Fault;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Filter {
    subject: Option<String>,
    actor: Option<String>,
    event: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

pub(crate) async fn trail(
    State(desk): State<Desk>,
    Asked(asked): Asked<Filter>,
) -> Result<Response, Fault> {
    let rows = limit(asked.limit)?;
    let filter = TrailFilter {
        before: place(asked.cursor.as_deref())?,
        subject: asked.subject,
        actor: asked.actor,
        event: asked.event,
    };
    let found = desk.read(move |store| store.trail(&filter, rows + 1)).await?;
    Ok(list(found, rows, |link| link.sequence, shape::link))
}

/// Counts the books from the ground up, which takes a while.
pub(crate) async fn audit(State(desk): State<Desk>) -> Result<Json<Value>, Fault> {
    let audit = desk.read(|store| store.audit()).await?;
    Ok(Json(shape::audit(&audit)))
}
