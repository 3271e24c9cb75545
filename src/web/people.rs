//! The administrator's pages: people and tokens.
//!
//! A first password is generated and shown once; it must be changed at the first login before any work. A token is
//! shown once too. A change that gives somebody power is requested here and waits for another administrator
//! (`access.rs`); until then neither password nor token works.

use super::access::ask;
use super::account::{self, Newcomer, Unfit};
use super::fault::Fault;
use super::frame::{Frame, show};
use super::session::Session;
use super::{Desk, secret};
use crate::remittance::{Bilingual, Localized, said};
use crate::store::{ApiToken, Person, Requested};
use crate::suspense::trail::TrailEvent;
use crate::suspense::{AccessKind, AccessRequest, Role};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Template)]
#[template(path = "desk/people.html")]
struct PeoplePage {
    frame: Frame,
    people: Vec<PersonLine>,
    roles: Vec<(&'static str, Cow<'static, str>)>,
}

struct PersonLine {
    person: Person,
    role: Cow<'static, str>,
    /// The reader's own row: nobody changes their own role here.
    own: bool,
}

/// Codes and names of the roles.
fn roles(frame: &Frame) -> Vec<(&'static str, Cow<'static, str>)> {
    let words = |role: Role| (role.code(), role.in_language(frame.language));
    Role::ALL.into_iter().map(words).collect()
}

fn role_of(code: &str) -> Result<Role, Fault> {
    Role::from_code(code).ok_or_else(|| Fault::invalid("没有这个角色", "there is no such role"))
}

pub(super) async fn page(State(desk): State<Desk>, session: Session) -> Result<Response, Fault> {
    let now = desk.moment();
    let people = desk
        .store(move |store| {
            store.settle_access(now)?;
            store.people()
        })
        .await?;
    let frame = Frame::new(&desk, &session, "人员", "People");
    let line = |person: Person| {
        let role = Role::from_code(&person.role).map(|role| role.in_language(frame.language));
        let own = person.person_id == session.person_id;
        PersonLine { role: role.unwrap_or_default(), own, person }
    };
    let people = people.into_iter().map(line).collect();
    show(&PeoplePage { people, roles: roles(&frame), frame })
}

/// A secret shown once.
#[derive(Template)]
#[template(path = "desk/shown_once.html")]
struct ShownOnce {
    frame: Frame,
    whose: String,
    what: String,
    /// What it still waits for; empty for nothing.
    waits: String,
    back: &'static str,
}

/// Shows a secret once, with what it waits for.
fn shown_once(
    frame: Frame,
    desk: &Desk,
    shown: (String, String),
    asked: &Requested,
    back: &'static str,
) -> Result<Response, Fault> {
    let waits = match asked {
        Requested::Done => String::new(),
        Requested::Waits { effective_after: None, .. } => frame
            .say(
                "另一位管理员确认后生效。",
                "It takes effect once another administrator confirms it.",
            )
            .to_owned(),
        Requested::Waits { effective_after: Some(at), .. } => {
            let at = desk.shown_at(*at);
            said!(
                frame.language,
                "没有另一位管理员可以确认：{at} 起生效，其间复核人员可以提出异议。",
                "No other administrator can confirm it: it takes effect at {at}, unless an approver objects."
            )
            .into_owned()
        }
    };
    let (whose, what) = shown;
    show(&ShownOnce { frame, whose, what, waits, back })
}

#[derive(Deserialize)]
pub(super) struct NewPerson {
    login: String,
    name: String,
    role: String,
}

impl From<Unfit> for Fault {
    fn from(unfit: Unfit) -> Self {
        Self::Invalid(Bilingual::of(&unfit))
    }
}

pub(super) async fn add(
    State(desk): State<Desk>,
    session: Session,
    Form(form): Form<NewPerson>,
) -> Result<Response, Fault> {
    let password = secret::first_password()?;
    let newcomer = Newcomer {
        login: account::login(&form.login)?,
        name: form.name,
        role: role_of(&form.role)?,
        password: password.clone(),
        password_given: true,
    };
    newcomer.check(&desk.passwords())?;
    let hashed = password.clone();
    let hash = desk.hashing(move || super::password::hash(&hashed)).await??;
    let request = newcomer.request(&hash);
    let whose = request.subject.clone();
    let asked = ask(&desk, &session, request).await?;
    let frame = Frame::new(&desk, &session, "首次登录密码", "First password");
    shown_once(frame, &desk, (whose, password), &asked, "/people")
}

/// Where an act without a secret leads: to the pending change, or back.
fn onward(asked: &Requested) -> Response {
    match asked {
        Requested::Done => Redirect::to("/people"),
        Requested::Waits { .. } => Redirect::to("/access?done=asked"),
    }
    .into_response()
}

#[derive(Deserialize)]
pub(super) struct NewRole {
    role: String,
}

pub(super) async fn set_role(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<NewRole>,
) -> Result<Response, Fault> {
    let role = Some(role_of(&form.role)?);
    let request = AccessRequest { role, ..AccessRequest::plain(AccessKind::Role, &id) };
    Ok(onward(&ask(&desk, &session, request).await?))
}

pub(super) async fn disable(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    Ok(onward(&ask(&desk, &session, AccessRequest::plain(AccessKind::Lock, &id)).await?))
}

pub(super) async fn enable(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    Ok(onward(&ask(&desk, &session, AccessRequest::plain(AccessKind::Enable, &id)).await?))
}

pub(super) async fn reset(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let password = secret::first_password()?;
    let hashed = password.clone();
    let hash = desk.hashing(move || super::password::hash(&hashed)).await??;
    let asked = ask(&desk, &session, account::reset(&id, &hash, true)).await?;
    let frame = Frame::new(&desk, &session, "首次登录密码", "First password");
    shown_once(frame, &desk, (id, password), &asked, "/people")
}

#[derive(Template)]
#[template(path = "desk/tokens.html")]
struct TokensPage {
    frame: Frame,
    tokens: Vec<TokenLine>,
    /// Possible owners of a token: login and display name.
    owners: Vec<(String, String)>,
    roles: Vec<(&'static str, Cow<'static, str>)>,
}

struct TokenLine {
    token: ApiToken,
    role: Cow<'static, str>,
    until: String,
    in_force: bool,
}

pub(super) async fn tokens(State(desk): State<Desk>, session: Session) -> Result<Response, Fault> {
    let now = desk.moment();
    let (tokens, people) = desk
        .store(move |store| {
            store.settle_access(now)?;
            Ok((store.tokens()?, store.people()?))
        })
        .await?;
    let frame = Frame::new(&desk, &session, "接口令牌", "Tokens");
    let now = desk.now();
    let line = |token: ApiToken| {
        let role = Role::from_code(&token.role).map(|role| role.in_language(frame.language));
        TokenLine {
            role: role.unwrap_or_default(),
            until: desk.shown_at(token.expires_at),
            in_force: token.revoked_at.is_none()
                && token.expires_at > now
                && !token.owner.is_empty(),
            token,
        }
    };
    let tokens = tokens.into_iter().map(line).collect();
    let owners = people.into_iter().filter(|person| person.disabled_at.is_none());
    let owners = owners.map(|person| (person.person_id, person.name)).collect();
    show(&TokensPage { tokens, owners, roles: roles(&frame), frame })
}

#[derive(Deserialize)]
pub(super) struct NewToken {
    name: String,
    role: String,
    owner: String,
    days: u16,
}

/// Longest life of a token in days.
const TOKEN_DAYS_MAX: u16 = 366;

pub(super) async fn add_token(
    State(desk): State<Desk>,
    session: Session,
    Form(form): Form<NewToken>,
) -> Result<Response, Fault> {
    account::check_name(&form.name)?;
    if !(1..=TOKEN_DAYS_MAX).contains(&form.days) {
        return Err(Fault::invalid("有效期为 1 至 366 天", "a token lives 1 to 366 days"));
    }
    let role = role_of(&form.role)?;
    let (token, request) = account::token(&form.name, role, &form.owner, desk.now(), form.days)?;
    let asked = ask(&desk, &session, request).await?;
    let frame = Frame::new(&desk, &session, "接口令牌", "Token");
    shown_once(frame, &desk, (form.name, token), &asked, "/tokens")
}

pub(super) async fn revoke_token(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let (entry, now) = (session.entry(&desk, TrailEvent::TokenRevoked, &id, ""), desk.now());
    desk.store(move |store| store.revoke_token(&id, now, &entry)).await?;
    Ok(Redirect::to("/tokens").into_response())
}
