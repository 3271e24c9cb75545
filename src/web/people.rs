//! The administrator's pages: people, and the tokens of programs.
//!
//! A first password is made here and shown once; nobody works with it, since it must be changed at the
//! first login. A token is shown once too.

use super::account::{self, Newcomer, Unfit};
use super::fault::Fault;
use super::frame::{Frame, show};
use super::own::role_words;
use super::session::Session;
use super::{Desk, secret};
use crate::store::{ApiToken, Person};
use crate::suspense::Role;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "desk/people.html")]
struct PeoplePage {
    frame: Frame,
    people: Vec<PersonLine>,
    roles: Vec<(&'static str, &'static str)>,
}

struct PersonLine {
    person: Person,
    role: &'static str,
    /// Whoever looks: nobody changes their own role here.
    own: bool,
}

/// Codes and words of the roles.
fn roles(frame: &Frame) -> Vec<(&'static str, &'static str)> {
    let words = |role: Role| {
        let (zh, en) = role_words(role);
        (role.code(), frame.say(zh, en))
    };
    Role::ALL.into_iter().map(words).collect()
}

fn role_of(code: &str) -> Result<Role, Fault> {
    Role::from_code(code).ok_or_else(|| Fault::invalid("没有这个角色", "there is no such role"))
}

pub(super) async fn page(State(desk): State<Desk>, session: Session) -> Result<Response, Fault> {
    let people = desk.store(|store| store.people()).await?;
    let frame = Frame::new(&desk, &session, "人员", "People");
    let line = |person: Person| {
        let (zh, en) = Role::from_code(&person.role).map_or(("", ""), role_words);
        let own = person.person_id == session.person_id;
        PersonLine { role: frame.say(zh, en), own, person }
    };
    let people = people.into_iter().map(line).collect();
    show(&PeoplePage { people, roles: roles(&frame), frame })
}

/// Something that is shown once.
#[derive(Template)]
#[template(path = "desk/shown_once.html")]
struct ShownOnce {
    frame: Frame,
    whose: String,
    what: String,
    back: &'static str,
}

#[derive(Deserialize)]
pub(super) struct NewPerson {
    login: String,
    name: String,
    role: String,
}

impl From<Unfit> for Fault {
    fn from(unfit: Unfit) -> Self {
        let (zh, en) = unfit.words();
        Self::invalid(zh, en)
    }
}

pub(super) async fn add(
    State(desk): State<Desk>,
    session: Session,
    Form(form): Form<NewPerson>,
) -> Result<Response, Fault> {
    let role = role_of(&form.role)?;
    let password = secret::first_password()?;
    let newcomer = Newcomer {
        login: account::login(&form.login)?,
        name: form.name,
        role,
        password: password.clone(),
        password_given: true,
    };
    newcomer.check()?;
    let entry = session.entry(&desk, "person-added", &newcomer.login, role.code());
    let now = desk.now();
    let person = desk.hashing(move || newcomer.person(now)).await??;
    let whose = person.person_id.clone();
    desk.store(move |store| store.add_person(&person, &entry)).await?;
    let frame = Frame::new(&desk, &session, "首次登录密码", "First password");
    show(&ShownOnce { frame, whose, what: password, back: "/people" })
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
    not_oneself(&session, &id)?;
    let role = role_of(&form.role)?;
    let entry = session.entry(&desk, "person-changed", &id, role.code());
    desk.store(move |store| store.set_role(&id, role.code(), &entry)).await?;
    Ok(Redirect::to("/people").into_response())
}

pub(super) async fn disable(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    not_oneself(&session, &id)?;
    let (entry, now) = (session.entry(&desk, "person-locked", &id, ""), desk.now());
    desk.store(move |store| store.set_disabled(&id, Some(now), &entry)).await?;
    Ok(Redirect::to("/people").into_response())
}

pub(super) async fn enable(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let entry = session.entry(&desk, "person-changed", &id, "enabled");
    desk.store(move |store| store.set_disabled(&id, None, &entry)).await?;
    Ok(Redirect::to("/people").into_response())
}

pub(super) async fn reset(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    not_oneself(&session, &id)?;
    let password = secret::first_password()?;
    let (hashed, whose) = (password.clone(), id.clone());
    let hash = desk.hashing(move || super::password::hash(&hashed)).await??;
    let entry = session.entry(&desk, "person-changed", &id, "reset");
    desk.store(move |store| store.reset_person(&id, &hash, true, &entry)).await?;
    let frame = Frame::new(&desk, &session, "首次登录密码", "First password");
    show(&ShownOnce { frame, whose, what: password, back: "/people" })
}

/// An administrator who locks themselves out, or out of their role, calls another one.
fn not_oneself(session: &Session, id: &str) -> Result<(), Fault> {
    if session.person_id == id {
        return Err(Fault::invalid(
            "不能更改自己，请另一位管理员办理",
            "nobody changes themselves here; ask another administrator",
        ));
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "desk/tokens.html")]
struct TokensPage {
    frame: Frame,
    tokens: Vec<TokenLine>,
    roles: Vec<(&'static str, &'static str)>,
}

struct TokenLine {
    token: ApiToken,
    role: &'static str,
    until: String,
    in_force: bool,
}

pub(super) async fn tokens(State(desk): State<Desk>, session: Session) -> Result<Response, Fault> {
    let tokens = desk.store(|store| store.tokens()).await?;
    let frame = Frame::new(&desk, &session, "接口令牌", "Tokens");
    let now = desk.now();
    let line = |token: ApiToken| {
        let (zh, en) = Role::from_code(&token.role).map_or(("", ""), role_words);
        TokenLine {
            role: frame.say(zh, en),
            until: desk.shown_at(token.expires_at),
            in_force: token.revoked_at.is_none() && token.expires_at > now,
            token,
        }
    };
    let tokens = tokens.into_iter().map(line).collect();
    show(&TokensPage { tokens, roles: roles(&frame), frame })
}

#[derive(Deserialize)]
pub(super) struct NewToken {
    name: String,
    role: String,
    days: u16,
}

/// Days a token lives at most.
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
    let (token, kept) =
        account::token(&form.name, role, &session.person_id, desk.now(), form.days)?;
    let entry = session.entry(&desk, "token-made", &kept.token_id, role.code());
    desk.store(move |store| store.add_token(&kept, &entry)).await?;
    let frame = Frame::new(&desk, &session, "接口令牌", "Token");
    show(&ShownOnce { frame, whose: form.name, what: token, back: "/tokens" })
}

pub(super) async fn revoke_token(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let (entry, now) = (session.entry(&desk, "token-revoked", &id, ""), desk.now());
    desk.store(move |store| store.revoke_token(&id, now, &entry)).await?;
    Ok(Redirect::to("/tokens").into_response())
}
