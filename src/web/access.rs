//! 权限变更: requested changes of people's access, and their outcome.
//!
//! Start at [`ask`], through which every change of access goes. Approvers see the page too: they are told of
//! changes that take effect without a second administrator or were made at the command line, and can object.

use super::Desk;
use super::fault::Fault;
use super::frame::{Frame, show};
use super::session::Session;
use crate::remittance::{Language, Localized};
use crate::store::{Requested, StoreError};
use crate::suspense::{
    AccessChange, AccessRequest, AccessState, Actor, DeskRefusal, Permission, Person,
};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Changes listed.
const SHOWN: u32 = 100;

/// Requests a change of somebody's access and sends notifications.
pub(super) async fn ask(
    desk: &Desk,
    session: &Session,
    request: AccessRequest,
) -> Result<Requested, Fault> {
    let (renewed, now) = (desk.rules().desk.renewed.clone(), desk.moment());
    let actor = actor(session);
    let asked = desk
        .store(move |store| {
            store.settle_access(now)?;
            store.request_access(&renewed, &actor, &request, now)
        })
        .await?;
    let asked = asked.map_err(|refusal| {
        let nobody = matches!(refusal, DeskRefusal::NoSuch { .. });
        if nobody { Fault::NotFound } else { Fault::Refused(refusal) }
    })?;
    tell(desk).await;
    Ok(asked)
}

fn actor(session: &Session) -> Actor {
    Actor::of(Person(session.person_id.clone()), session.role)
}

/// Writes notifications to the outbox. A failure is ignored, since the night writes them too.
async fn tell(desk: &Desk) {
    let Some(told) = desk.setup().told.clone() else { return };
    let _ = desk
        .store(move |_| {
            told();
            Ok::<_, StoreError>(())
        })
        .await;
}

#[derive(Template)]
#[template(path = "desk/access.html")]
struct Page {
    frame: Frame,
    changes: Vec<Line>,
    administers: bool,
    approves: bool,
    done: &'static str,
}

/// A change for display.
struct Line {
    id: String,
    what: Cow<'static, str>,
    whose: String,
    role: Cow<'static, str>,
    name: String,
    by: String,
    at: String,
    state: Cow<'static, str>,
    waits: bool,
    /// When it takes effect by itself; empty if somebody must confirm it.
    after: String,
    /// Who decided, and when.
    decided: String,
    /// The reader can confirm it.
    confirms: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    done: String,
}

pub(super) async fn page(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let now = desk.moment();
    let (changes, people) = desk
        .store(move |store| {
            store.settle_access(now)?;
            Ok((store.access_changes(SHOWN)?, store.people()?))
        })
        .await?;
    let names: BTreeMap<String, String> =
        people.into_iter().map(|person| (person.person_id, person.name)).collect();
    let frame = Frame::new(&desk, &session, "权限变更", "Changes of access");
    let administers = frame.may(Permission::AdministerPeople);
    let line = |change: AccessChange| line(&desk, &session, change, &names, frame.language);
    show(&Page {
        changes: changes.into_iter().map(line).collect(),
        administers,
        approves: frame.may(Permission::Approve),
        done: match asked.done.as_str() {
            "asked" => frame.say("已提出，待确认。", "Asked for; it waits."),
            "confirmed" => frame.say("已确认，即时生效。", "Confirmed; it is in effect."),
            "dropped" => frame.say("已取消。", "Dropped."),
            _ => "",
        },
        frame,
    })
}

fn line(
    desk: &Desk,
    session: &Session,
    change: AccessChange,
    names: &BTreeMap<String, String>,
    language: Language,
) -> Line {
    let named = |login: &str| match names.get(login) {
        Some(name) if !name.is_empty() && name != login => format!("{login} {name}"),
        _ => login.to_owned(),
    };
    let me = session.person_id.as_str();
    let by = named(&change.requested_by.0);
    let waits = change.state == AccessState::Waiting;
    let another = change.requested_by.0 != me && change.subject.0 != me;
    Line {
        what: change.kind.in_language(language),
        whose: named(&change.subject.0),
        role: change.role.map(|role| role.in_language(language)).unwrap_or_default(),
        by: match change.operator {
            true => format!("{}（{by}）", language.choose("命令行", "command line")),
            false => by,
        },
        at: desk.shown_at(change.requested_at),
        state: change.state.in_language(language),
        after: change
            .effective_after
            .filter(|_| waits)
            .map(|at| desk.shown_at(at))
            .unwrap_or_default(),
        decided: match (change.operator, &change.decided) {
            (false, Some((Some(person), at))) => {
                format!("{} {}", named(&person.0), desk.shown_at(*at))
            }
            (false, Some((None, at))) => format!(
                "{} {}",
                language.choose("满 24 小时无异议", "a day without objection"),
                desk.shown_at(*at)
            ),
            (true, _) | (false, None) => String::new(),
        },
        confirms: waits && another && session.may(Permission::AdministerPeople),
        waits,
        name: change.name,
        id: change.change_id,
    }
}

pub(super) async fn confirm(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let (actor, now) = (actor(&session), desk.moment());
    desk.store(move |store| store.confirm_access(&actor, &id, now)).await??;
    tell(&desk).await;
    Ok(Redirect::to("/access?done=confirmed").into_response())
}

/// Withdraws a change, or objects to it.
pub(super) async fn drop(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let (actor, now) = (actor(&session), desk.moment());
    desk.store(move |store| store.drop_access(&actor, &id, now)).await??;
    tell(&desk).await;
    Ok(Redirect::to("/access?done=dropped").into_response())
}
