//! 复核: proposals with before and after side by side, to approve or send back.
//!
//! Start at [`show`]. An approval names the digest of what the page showed, so an edit in between invalidates it.
//! Similar proposals are approved together: all that are selected, or none.

use super::draft::Form;
use super::{actor, moment, people};
use crate::remittance::Localized;
use crate::store::{Approved, ProposalFilter};
use crate::suspense::{Permission, ProposalState};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::proposal::{Known, Shown};
use askama::Template;
use axum::extract::{Path, Query, RawForm, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::borrow::Cow;

/// Proposals listed.
const SHOWN: u32 = 100;

#[derive(Template)]
#[template(path = "desk/approvals.html")]
struct Page {
    frame: Frame,
    states: Vec<Choice>,
    proposals: Vec<Shown>,
    may_approve: bool,
    done: &'static str,
    more: bool,
}

/// A filter by proposal state.
struct Choice {
    words: Cow<'static, str>,
    href: String,
    is_chosen: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    state: String,
    done: String,
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let wanted = ProposalState::from_code(&asked.state).unwrap_or(ProposalState::Open);
    let filter = ProposalFilter { state: Some(wanted), ..ProposalFilter::default() };
    let (proposals, known) = desk
        .read(move |store| {
            let proposals = store.proposals(&filter, SHOWN + 1)?;
            let acts = proposals.iter().map(|proposal| &proposal.act);
            let notices = super::act::named(store, acts)?;
            let accounts = store.own_accounts()?;
            Ok((proposals, Known { notices, accounts, people: people(store)? }))
        })
        .await?;
    let frame = Frame::new(&desk, &session, "复核", "Approvals");
    let language = frame.language;
    let (rules, reader) = (&desk.rules().desk, actor(&session));
    let shown = proposals.iter().take(SHOWN as usize);
    answer(&Page {
        proposals: shown
            .map(|proposal| Shown::of(proposal, &known, rules, &reader, language))
            .collect(),
        more: proposals.len() > SHOWN as usize,
        states: ProposalState::ALL
            .into_iter()
            .map(|one| Choice {
                words: one.in_language(language),
                href: format!("/approvals?state={}", one.code()),
                is_chosen: one == wanted,
            })
            .collect(),
        may_approve: frame.may(Permission::Approve),
        done: match asked.done.as_str() {
            "booked" => language.choose("已通过并记账。", "Approved and booked."),
            "needs-another" => language.choose(
                "已通过；金额超限，还需另一人复核。",
                "Approved; above the limit, one more has to agree.",
            ),
            "sent-back" => language.choose("已退回经办人。", "Sent back."),
            "withdrawn" => language.choose("已撤回。", "Taken back."),
            _ => "",
        },
        frame,
    })
}

/// Approves all selected proposals or none.
pub(crate) async fn approve(
    State(desk): State<Desk>,
    session: Session,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let form = Form::read(&body);
    let chosen: Option<Vec<(String, String)>> = form
        .all("proposal")
        .map(|one| one.split_once('@').map(|(id, digest)| (id.to_owned(), digest.to_owned())))
        .collect();
    let chosen = chosen.filter(|chosen| !chosen.is_empty());
    let chosen =
        chosen.ok_or_else(|| Fault::invalid("请先选择要复核的意见", "choose a proposal first"))?;
    let (rules, actor, now) = (desk.rules().desk.clone(), actor(&session), moment(&desk));
    let done = desk.store(move |store| store.approve_all(&rules, &actor, &chosen, now)).await?;
    let done = done.map_err(Fault::from)?;
    let booked = done.iter().all(|one| matches!(one, Approved::Booked));
    let word = if booked { "booked" } else { "needs-another" };
    Ok(Redirect::to(&format!("/approvals?done={word}")).into_response())
}

/// Sends a proposal back to its author with a reason.
pub(crate) async fn send_back(
    State(desk): State<Desk>,
    session: Session,
    Path(proposal_id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let form = Form::read(&body);
    let (digest, why) = (form.one("digest").to_owned(), form.one("why").to_owned());
    if why.is_empty() {
        return Err(Fault::invalid("退回请写明原因", "say why it is sent back"));
    }
    let (actor, now) = (actor(&session), moment(&desk));
    let done =
        desk.store(move |store| store.send_back(&actor, &proposal_id, &digest, &why, now)).await?;
    done.map_err(Fault::from)?;
    Ok(Redirect::to("/approvals?done=sent-back").into_response())
}
