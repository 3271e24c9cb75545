//! Logging in and out, and choosing a language.
//!
//! One form asks for name, password and code together, and one answer is given to whatever was wrong:
//! nobody learns from it which of them. Each login opens a session of its own under a fresh token, and
//! ends the one that the browser had.

use super::Desk;
use super::cookie;
use super::fault::Fault;
use super::frame::{Frame, Visit, choose, show};
use super::session::{IDLE_SECONDS, LASTING_SECONDS, Session};
use super::{guard, password, second_factor, secret};
use crate::store::{Person, SessionOpening, SessionRow};
use crate::suspense::trail::Entry;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

/// Characters that are kept of what a browser calls itself.
const BROWSER_CHARACTERS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "desk/login.html")]
struct LoginPage {
    frame: Frame,
    csrf: String,
    next: String,
    failed: bool,
}

/// What was wrong with a secret that somebody who is logged in gave.
#[derive(Clone, Copy, Debug)]
pub(super) enum BadSecret {
    Password,
    Code,
}

impl From<BadSecret> for Fault {
    fn from(bad: BadSecret) -> Self {
        match bad {
            BadSecret::Password => Self::invalid("密码不正确", "the password is wrong"),
            BadSecret::Code => Self::invalid("动态码不正确", "the code is wrong"),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Whither {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct Login {
    name: String,
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn page(
    State(desk): State<Desk>,
    visit: Visit,
    headers: HeaderMap,
    Query(whither): Query<Whither>,
) -> Result<Response, Fault> {
    ask(&desk, &visit, &headers, &whither.next, false)
}

/// Shows the form, bound to a cookie of this browser.
fn ask(
    desk: &Desk,
    visit: &Visit,
    headers: &HeaderMap,
    next: &str,
    failed: bool,
) -> Result<Response, Fault> {
    let visitor = visitor(headers)?;
    let title = choose(visit.language, "登录", "Log in");
    let page = LoginPage {
        frame: Frame::of_visitor(desk, visit, title),
        csrf: visitor.csrf(),
        next: own_address(next).to_owned(),
        failed,
    };
    let mut response = visitor.remembered(show(&page)?);
    if failed {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    Ok(response)
}

/// A browser that nobody is logged in with, known by a cookie so that forms can be bound to it.
pub(super) struct Visitor(String);

/// The visitor that the cookie names, or a new one.
pub(super) fn visitor(headers: &HeaderMap) -> Result<Visitor, Fault> {
    let known = cookie::value(headers, cookie::VISITOR).map(str::to_owned);
    Ok(Visitor(known.map_or_else(secret::token, Ok)?))
}

impl Visitor {
    /// What its forms carry.
    pub(super) fn csrf(&self) -> String {
        guard::csrf_of(&self.0)
    }

    /// The answer with the cookie.
    pub(super) fn remembered(&self, mut response: Response) -> Response {
        if let Some(set) = cookie::set(cookie::VISITOR, &self.0, None) {
            response.headers_mut().append(header::SET_COOKIE, set);
        }
        response
    }
}

/// An address of the desk, or its first page for anything else: nobody is sent elsewhere after a login.
fn own_address(next: &str) -> &str {
    let own =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if own { next } else { "/" }
}

pub(super) async fn log_in(
    State(desk): State<Desk>,
    visit: Visit,
    headers: HeaderMap,
    Form(login): Form<Login>,
) -> Result<Response, Fault> {
    let now = desk.now();
    let person_id = login.name.trim().to_lowercase();
    let account = secret::hash("account", &person_id);
    let address = secret::hash("address", &visit.address);
    let subjects = vec![account.clone(), address.clone()];
    if let Some(seconds) = desk.store(move |store| store.attempt_login(&subjects, now)).await? {
        return Err(Fault::TooMany { seconds });
    }
    let named = person_id.clone();
    let person = desk.store(move |store| store.person(&named)).await?;
    let known = person.as_ref().map(|person| person.person_id.clone());
    let kept = person.as_ref().map(|person| person.password.clone());
    let right = desk.hashing(move || password::is_right(&login.password, kept.as_deref())).await?;
    let person = person.filter(|person| right && person.disabled_at.is_none());
    match person {
        Some(person) if has_code(&desk, &person, login.code, now).await? => {
            desk.store(move |store| store.login_succeeded(&account, &address)).await?;
            open(&desk, &headers, person, own_address(&login.next)).await
        }
        Some(_) | None => {
            // What was typed for a name may be a password; only a name that exists is written down.
            let entry = entry("login-failed", known.unwrap_or_default(), String::new(), now);
            desk.store(move |store| store.append(&entry)).await?;
            ask(&desk, &visit, &headers, &login.next, true)
        }
    }
}

/// Opens a session under a fresh token, in place of the one that the browser had.
async fn open(
    desk: &Desk,
    headers: &HeaderMap,
    person: Person,
    next: &str,
) -> Result<Response, Fault> {
    let (token, now) = (secret::token()?, desk.now());
    let entry = entry("logged-in", person.person_id.clone(), person.role, now);
    let opening = SessionOpening {
        session: SessionRow {
            token_hash: secret::hash("session", &token),
            person_id: person.person_id,
            opened_at: now,
            seen_at: now,
            browser: browser(headers),
        },
        replaces: cookie::value(headers, cookie::SESSION)
            .map(|token| secret::hash("session", token)),
        opened_after: now - LASTING_SECONDS,
        seen_after: now - IDLE_SECONDS,
    };
    desk.store(move |store| store.open_session(&opening, &entry)).await?;
    let mut response = Redirect::to(next).into_response();
    let cookies = [cookie::set(cookie::SESSION, &token, None), cookie::forget(cookie::VISITOR)];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn entry(event: &str, person_id: String, role: String, at: i64) -> Entry {
    let (event, subject) = (event.to_owned(), person_id.clone());
    Entry { at, actor: person_id, role, event, subject, detail: String::new() }
}

/// Whether the code, or a recovery code in its place, is right and fresh; nothing is asked of whoever has
/// no second factor yet (the guard lets them to its set-up alone).
async fn has_code(desk: &Desk, person: &Person, code: String, now: i64) -> Result<bool, Fault> {
    let Some(key) = &person.second_factor else { return Ok(true) };
    let (person_id, step) = (person.person_id.clone(), second_factor::step(key, &code, now));
    desk.store(move |store| match step {
        Some(step) => store.take_step(&person_id, step),
        None => store.take_recovery_code(&person_id, &second_factor::recovery_hash(&code), now),
    })
    .await
}

fn browser(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.unwrap_or_default().chars().take(BROWSER_CHARACTERS_MAX).collect()
}

pub(super) async fn log_out(State(desk): State<Desk>, session: Session) -> Result<Response, Fault> {
    let entry = session.entry(&desk, "logged-out", &session.person_id, "");
    let Session { person_id, token_hash, .. } = session;
    desk.store(move |store| {
        store.end_session(&person_id, &token_hash)?;
        store.append(&entry)
    })
    .await?;
    let mut response = Redirect::to("/login").into_response();
    if let Some(forget) = cookie::forget(cookie::SESSION) {
        response.headers_mut().append(header::SET_COOKIE, forget);
    }
    // Pages that the browser kept in memory go as well.
    let everything = HeaderValue::from_static("\"cache\"");
    response.headers_mut().insert("clear-site-data", everything);
    Ok(response)
}

/// Remembers a language in a cookie, and goes back.
pub(super) async fn language(
    Path(language): Path<String>,
    Query(whither): Query<Whither>,
) -> Result<Response, Fault> {
    const YEAR_SECONDS: u64 = 365 * 24 * 3600;
    if !matches!(language.as_str(), "zh" | "en") {
        return Err(Fault::NotFound);
    }
    let mut response = Redirect::to(own_address(&whither.next)).into_response();
    if let Some(set) = cookie::set(cookie::LANGUAGE, &language, Some(YEAR_SECONDS)) {
        response.headers_mut().append(header::SET_COOKIE, set);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_login_nobody_is_sent_elsewhere() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("/queue?reason=underpaid", "/queue?reason=underpaid"),
            ("//evil.example/",         "/"),
            ("/\\evil.example/",        "/"),
            ("https://evil.example/",   "/"),
            ("/a\r\nSet-Cookie: a=b",   "/"),
            ("",                        "/"),
        ];
        for (next, want) in rows {
            assert_eq!(own_address(next), want, "{next:?}");
        }
    }
}
