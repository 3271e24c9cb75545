//! Personal pages: password, second factor, sessions. Only these are open until both are set up.
//!
//! Changing a secret requires the current one, counted like a login: an unattended session is not enough to take
//! over the account.

use super::fault::Fault;
use super::frame::{Frame, show};
use super::login::BadSecret;
use super::session::Session;
use super::{Desk, attempt, password, second_factor};
use crate::remittance::Bilingual;
use crate::store::{Person, SessionRow};
use crate::suspense::trail::TrailEvent;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "desk/own.html")]
struct OwnPage {
    frame: Frame,
    session: Session,
    has_second_factor: bool,
    codes_left: i64,
    sessions: Vec<SessionLine>,
}

struct SessionLine {
    row: SessionRow,
    opened: String,
    seen: String,
    current: bool,
}

pub(super) async fn page(State(desk): State<Desk>, session: Session) -> Result<Response, Fault> {
    let id = session.person_id.clone();
    let (person, codes_left, rows) = desk
        .read(move |store| {
            Ok((store.person(&id)?, store.recovery_codes_left(&id)?, store.sessions_of(&id)?))
        })
        .await?;
    let line = |row: SessionRow| SessionLine {
        opened: desk.shown_at(row.opened_at),
        seen: desk.shown_at(row.seen_at),
        current: row.token_hash == session.token_hash,
        row,
    };
    show(&OwnPage {
        frame: Frame::new(&desk, &session, "我的账户", "My account"),
        has_second_factor: person.is_some_and(|person| person.second_factor.is_some()),
        codes_left,
        sessions: rows.into_iter().map(line).collect(),
        session,
    })
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    current: String,
    password: String,
    again: String,
}

pub(super) async fn change_password(
    State(desk): State<Desk>,
    session: Session,
    Form(form): Form<NewPassword>,
) -> Result<Response, Fault> {
    if form.password != form.again {
        return Err(Fault::invalid("两次输入的新密码不一致", "the two new passwords differ"));
    }
    if form.password == form.current {
        return Err(Fault::invalid("新密码与原密码相同", "the new password is the one there is"));
    }
    let checked = desk.passwords().check(&form.password, &session.person_id, &session.name);
    checked.map_err(|weakness| Fault::Invalid(Bilingual::of(&weakness)))?;
    confirm(&desk, &session, form.current).await?;
    let hash = desk.hashing(move || password::hash(&form.password)).await??;
    let entry = session.entry(&desk, TrailEvent::PasswordChanged, &session.person_id, "");
    let Session { person_id, token_hash, .. } = session;
    desk.store(move |store| store.set_password(&person_id, &hash, &token_hash, &entry)).await?;
    Ok(Redirect::to("/me").into_response())
}

/// Checks the password of a logged-in person; returns the person.
async fn confirm(desk: &Desk, session: &Session, given: String) -> Result<Person, Fault> {
    attempt::confirm(desk, session, given).await?.ok_or_else(|| BadSecret::Password.into())
}

#[derive(Template)]
#[template(path = "desk/second_factor.html")]
struct SecondFactorPage {
    frame: Frame,
    /// The key as an image; our own markup.
    picture: String,
    /// The key in groups of four, for typing.
    key: String,
    replaces: bool,
}

pub(super) async fn second_factor(
    State(desk): State<Desk>,
    session: Session,
) -> Result<Response, Fault> {
    let id = session.person_id.clone();
    let whose = (desk.centre_id(), session.person_id.as_str());
    let fresh = desk.setup().keys.seal(whose, &second_factor::key()?)?;
    let token_hash = session.token_hash.clone();
    let (key, person) = desk
        .write(move |store| Ok((store.offer_key(&token_hash, &fresh)?, store.person(&id)?)))
        .await?;
    let key = desk.setup().keys.open(whose, &key).ok_or(Fault::Broken)?;
    let groups: Vec<_> = key.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    show(&SecondFactorPage {
        frame: Frame::new(&desk, &session, "设置动态码", "Set up codes"),
        picture: second_factor::picture(&key, &session.person_id, &desk.setup().centre)?,
        key: groups.join(" "),
        replaces: person.is_some_and(|person| person.second_factor.is_some()),
    })
}

#[derive(Deserialize)]
pub(super) struct NewSecondFactor {
    password: String,
    code: String,
}

#[derive(Template)]
#[template(path = "desk/codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<String>,
}

/// Accepts the offered key once a code proves that it arrived; shows the recovery codes once.
pub(super) async fn set_second_factor(
    State(desk): State<Desk>,
    session: Session,
    Form(form): Form<NewSecondFactor>,
) -> Result<Response, Fault> {
    confirm(&desk, &session, form.password).await?;
    let token_hash = session.token_hash.clone();
    let key = desk.read(move |store| store.offered_key(&token_hash)).await?;
    let whose = (desk.centre_id(), session.person_id.as_str());
    let opened = key.and_then(|key| desk.setup().keys.open(whose, &key));
    let opened = opened.ok_or_else(|| Fault::invalid("请重新扫码", "scan the key again"))?;
    let step = second_factor::step(&opened, &form.code, desk.now());
    let step = step.ok_or(BadSecret::Code)?;
    let codes = second_factor::recovery_codes()?;
    let hashes: Vec<String> = codes.iter().map(|code| second_factor::recovery_hash(code)).collect();
    let entry = session.entry(&desk, TrailEvent::SecondFactorChanged, &session.person_id, "");
    let key = desk.setup().keys.seal(whose, &opened)?;
    let id = session.person_id.clone();
    desk.store(move |store| store.set_second_factor(&id, &key, step, &hashes, &entry)).await?;
    let session = Session { setup_incomplete: session.given_password, ..session };
    show(&CodesPage { frame: Frame::new(&desk, &session, "恢复码", "Recovery codes"), codes })
}

#[derive(Deserialize)]
pub(super) struct EndSession {
    /// The session's name in the list; empty ends all others.
    #[serde(default)]
    session: String,
}

pub(super) async fn end_session(
    State(desk): State<Desk>,
    session: Session,
    Form(form): Form<EndSession>,
) -> Result<Response, Fault> {
    let Session { person_id, token_hash, .. } = session;
    desk.store(move |store| match form.session.as_str() {
        "" => store.end_other_sessions(&person_id, &token_hash),
        ended => store.end_session(&person_id, ended),
    })
    .await?;
    Ok(Redirect::to("/me").into_response())
}
