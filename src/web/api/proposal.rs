//! Acts for programs: preview, propose, and decide.
//!
//! As at the desk, an approval names the digest of what was previewed, and a proposer cannot approve: a token
//! counts as a person of its own.

use super::answer::Page;
use super::answer::proposal::{Approved, Draft, Preview, Proposal};
use super::value::{ItemId, ProposalState};
use super::{Asked, Body, Caller, limit, moment, page, place, wrong};
use crate::store::ProposalFilter;
use crate::suspense;
use crate::web::Desk;
use crate::web::fault::Fault;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

type ProposalPage = Page<Proposal>;

/// What an act would do; writes nothing
#[utoipa::path(
    post,
    path = "/api/v1/previews",
    operation_id = "preview",
    request_body = Draft,
    responses(
        (status = 200, description = "Done", body = Preview),
        (status = 409, description = "Somebody was faster"),
    )
)]
pub(crate) async fn preview(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Body(draft): Body<Draft>,
) -> Result<Json<Preview>, Fault> {
    let (rules, now) = (desk.rules().desk.clone(), moment(&desk));
    let draft = suspense::Draft::from(draft);
    let preview = desk.store(move |store| store.preview(&rules, &actor, &draft, now)).await??;
    Ok(Json(preview.into()))
}

/// Propose an act; somebody else approves it
#[utoipa::path(
    post,
    path = "/api/v1/proposals",
    operation_id = "propose",
    request_body = Draft,
    responses(
        (status = 201, description = "It waits for approval", body = Proposal),
        (status = 409, description = "Somebody was faster"),
    )
)]
pub(crate) async fn propose(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Body(draft): Body<Draft>,
) -> Result<(StatusCode, Json<Proposal>), Fault> {
    let (rules, now) = (desk.rules().desk.clone(), moment(&desk));
    let draft = suspense::Draft::from(draft);
    let proposal = desk.store(move |store| store.propose(&rules, &actor, &draft, now)).await??;
    Ok((StatusCode::CREATED, Json(proposal.into())))
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    #[param(value_type = Option<ProposalState>)]
    state: Option<String>,
    /// Those about this item.
    #[param(value_type = Option<ItemId>)]
    item: Option<String>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// Proposals, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/proposals",
    operation_id = "listProposals",
    params(Filter),
    responses((status = 200, description = "Done", body = ProposalPage))
)]
pub(crate) async fn listed(
    State(desk): State<Desk>,
    Asked(asked): Asked<Filter>,
) -> Result<Json<ProposalPage>, Fault> {
    let state = asked.state.as_deref();
    let known = |code| suspense::ProposalState::from_code(code).ok_or_else(|| wrong("state"));
    let filter = ProposalFilter {
        state: state.map(known).transpose()?,
        proposed_by: None,
        item: super::parsed("item", asked.item.as_deref())?,
        before: place(asked.cursor.as_deref())?,
    };
    let rows = limit(asked.limit)?;
    let found = desk.read(move |store| store.proposals(&filter, rows + 1)).await?;
    let key = |row: &suspense::Proposal| (row.proposed_at, row.proposal_id.clone());
    Ok(page(found, rows, key, Proposal::from))
}

/// One proposal
#[utoipa::path(
    get,
    path = "/api/v1/proposals/{id}",
    operation_id = "showProposal",
    params(("id" = String, Path)),
    responses((status = 200, description = "Done", body = Proposal))
)]
pub(crate) async fn shown(
    State(desk): State<Desk>,
    Path(proposal_id): Path<String>,
) -> Result<Json<Proposal>, Fault> {
    let found = desk.read(move |store| store.proposal(&proposal_id)).await?;
    Ok(Json(found.ok_or(Fault::NotFound)?.into()))
}

/// What was looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookedAt {
    digest: String,
}

/// Approve what another proposed; the books move in the same commit
#[utoipa::path(
    post,
    path = "/api/v1/proposals/{id}/approve",
    operation_id = "approve",
    params(("id" = String, Path)),
    request_body = LookedAt,
    responses(
        (status = 200, description = "Done", body = Approved),
        (status = 409, description = "Somebody was faster"),
    )
)]
pub(crate) async fn approve(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Path(proposal_id): Path<String>,
    Body(LookedAt { digest }): Body<LookedAt>,
) -> Result<Json<Approved>, Fault> {
    let (rules, now) = (desk.rules().desk.clone(), moment(&desk));
    let done = desk
        .store(move |store| store.approve(&rules, &actor, &proposal_id, &digest, now))
        .await??;
    Ok(Json(done.into()))
}

/// What was looked at, and why it is sent back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SentBack {
    digest: String,
    why: String,
}

/// Send a proposal back
#[utoipa::path(
    post,
    path = "/api/v1/proposals/{id}/send-back",
    operation_id = "sendBack",
    params(("id" = String, Path)),
    request_body = SentBack,
    responses((status = 204, description = "Done"), (status = 409, description = "Somebody was faster"))
)]
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

/// Take the own proposal back
#[utoipa::path(
    post,
    path = "/api/v1/proposals/{id}/withdraw",
    operation_id = "withdraw",
    params(("id" = String, Path)),
    request_body = LookedAt,
    responses((status = 204, description = "Done"), (status = 409, description = "Somebody was faster"))
)]
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
