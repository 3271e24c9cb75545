//! Acts, for programs: what one would do, proposing it, and what others decide of it.
//!
//! As at the desk, an approval names the digest of what was looked at, and who proposed does not
//! approve: a token is a person of its own.

use super::{Asked, Body, Caller, limit, list, moment, place, shape, wrong};
use crate::store::{Approved, ProposalFilter};
use crate::suspense::{Draft, Proposal, ProposalState};
use crate::web::Desk;
use crate::web::fault::Fault;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

/// What an act would do; writes nothing.
pub(crate) async fn preview(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Body(draft): Body<Draft>,
) -> Result<Json<Value>, Fault> {
    let (rules, now) = (desk.rules().desk.clone(), moment(&desk));
    let preview = desk.store(move |store| store.preview(&rules, &actor, &draft, now)).await??;
    Ok(Json(shape::preview(&preview)))
}

pub(crate) async fn propose(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Body(draft): Body<Draft>,
) -> Result<(StatusCode, Json<Value>), Fault> {
    let (rules, now) = (desk.rules().desk.clone(), moment(&desk));
    let proposal = desk.store(move |store| store.propose(&rules, &actor, &draft, now)).await??;
    Ok((StatusCode::CREATED, Json(shape::proposal(&proposal))))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Filter {
    state: Option<String>,
    /// Those about this item.
    item: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

pub(crate) async fn listed(
    State(desk): State<Desk>,
    Asked(asked): Asked<Filter>,
) -> Result<Response, Fault> {
    let state = asked.state.as_deref();
    let filter = ProposalFilter {
        state: state
            .map(|code| ProposalState::from_code(code).ok_or_else(|| wrong("state")))
            .transpose()?,
        proposed_by: None,
        item: super::parsed("item", asked.item.as_deref())?,
        before: place(asked.cursor.as_deref())?,
    };
    let rows = limit(asked.limit)?;
    let found = desk.read(move |store| store.proposals(&filter, rows + 1)).await?;
    let key = |row: &Proposal| (row.proposed_at, row.proposal_id.clone());
    Ok(list(found, rows, key, shape::proposal))
}

pub(crate) async fn shown(
    State(desk): State<Desk>,
    Path(proposal_id): Path<String>,
) -> Result<Json<Value>, Fault> {
    let found = desk.read(move |store| store.proposal(&proposal_id)).await?;
    Ok(Json(shape::proposal(&found.ok_or(Fault::NotFound)?)))
}

/// What was looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookedAt {
    digest: String,
}

pub(crate) async fn approve(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Path(proposal_id): Path<String>,
    Body(LookedAt { digest }): Body<LookedAt>,
) -> Result<Json<Value>, Fault> {
    let (rules, now) = (desk.rules().desk.clone(), moment(&desk));
    let done = desk
        .store(move |store| store.approve(&rules, &actor, &proposal_id, &digest, now))
        .await??;
    let done = match done {
        Approved::Booked => "booked",
        Approved::NeedsAnother => "needs-another",
    };
    Ok(Json(json!({ "approved": done })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SentBack {
    digest: String,
    why: String,
}

pub(crate) async fn send_back(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Path(proposal_id): Path<String>,
    Body(SentBack { digest, why }): Body<SentBack>,
) -> Result<StatusCode, Fault> {
    let now = moment(&desk);
    desk.store(move |store| store.send_back(&actor, &proposal_id, &digest, &why, now)).await??;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn withdraw(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Path(proposal_id): Path<String>,
    Body(LookedAt { digest }): Body<LookedAt>,
) -> Result<StatusCode, Fault> {
    let now = moment(&desk);
    desk.store(move |store| store.withdraw(&actor, &proposal_id, &digest, now)).await??;
    Ok(StatusCode::NO_CONTENT)
}
