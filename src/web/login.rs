//! Login, logout and choice of language.
//!
//! One form asks for name, password and code together, and gives one answer for any error, so that nobody learns
//! which was wrong. Each login opens a new session under a new token and ends the browser's previous one.

use super::Desk;
use super::attempt::{Secrets, attempt};
use super::cookie;
use super::device::Device;
use super::fault::Fault;
use super::frame::{Frame, show};
use super::session::{IDLE_SECONDS, LASTING_SECONDS, Session};
use super::visit::Visit;
use super::{guard, secret};
use crate::store::{Person, SessionOpening, SessionRow};
use crate::suspense::trail::{TrailEntry, TrailEvent};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

/// Characters kept of the user agent.
const BROWSER_CHARACTERS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "desk/login.html")]
struct LoginPage {
    frame: Frame,
    csrf: String,
    next: String,
    failed: bool,
}

/// What was wrong with a logged-in person's secret.
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
    let title = visit.language.choose("登录", "Log in");
    let page = LoginPage {
        frame: Frame::of_visitor(desk, visit, title),
        csrf: visitor.csrf(),
        next: own_address(desk, next).to_owned(),
        failed,
    };
    let mut response = visitor.remembered(show(&page)?);
    if failed {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    Ok(response)
}

/// A browser without a login, with a cookie to bind forms to.
pub(super) struct Visitor(String);

/// The visitor of the cookie, or a new one.
pub(super) fn visitor(headers: &HeaderMap) -> Result<Visitor, Fault> {
    let known = cookie::value(headers, cookie::VISITOR).map(str::to_owned);
    Ok(Visitor(known.map_or_else(secret::token, Ok)?))
}

impl Visitor {
    /// Its CSRF token.
    pub(super) fn csrf(&self) -> String {
        guard::csrf_of(&self.0)
    }

    /// Adds the cookie to a response.
    pub(super) fn remembered(&self, mut response: Response) -> Response {
        if let Some(set) = cookie::set(cookie::VISITOR, &self.0, None) {
            response.headers_mut().append(header::SET_COOKIE, set);
        }
        response
    }
}

/// A page of the desk; the start page for any other address, to prevent open redirects.
fn own_address<'a>(desk: &Desk, next: &'a str) -> &'a str {
    desk.pages.own(next).unwrap_or("/")
}

pub(super) async fn log_in(
    State(desk): State<Desk>,
    visit: Visit,
    headers: HeaderMap,
    Form(login): Form<Login>,
) -> Result<Response, Fault> {
    let now = desk.moment();
    // A new password may have become valid after its waiting time.
    desk.store(move |store| store.settle_access(now)).await?;
    let person_id = login.name.trim().to_lowercase();
    let device = Device::of(&desk.setup().keys, (desk.centre_id(), &person_id), &headers, now.at);
    let secrets = Secrets {
        person_id,
        password: login.password,
        code: login.code,
        address: visit.address.clone(),
        device: device.clone(),
    };
    match attempt(&desk, secrets).await? {
        Some(person) => {
            open(&desk, &headers, person, device, own_address(&desk, &login.next)).await
        }
        None => ask(&desk, &visit, &headers, &login.next, true),
    }
}

/// Opens a session under a new token and ends the browser's previous one.
async fn open(
    desk: &Desk,
    headers: &HeaderMap,
    person: Person,
    device: Option<Device>,
    next: &str,
) -> Result<Response, Fault> {
    let whose = (desk.centre_id(), person.person_id.as_str());
    let device = Device::remembered(device, &desk.setup().keys, whose, desk.now())?;
    let (token, now) = (secret::token()?, desk.now());
    let entry = entry(TrailEvent::LoggedIn, person.person_id.clone(), person.role, now);
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
    let session = cookie::set(cookie::SESSION, &token, None);
    let cookies = [session, cookie::forget(cookie::VISITOR), device];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn entry(event: TrailEvent, person_id: String, role: String, at: i64) -> TrailEntry {
    let subject = person_id.clone();
    TrailEntry { at, actor: person_id, role, event, subject, detail: String::new() }
}

fn browser(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.unwrap_or_default().chars().take(BROWSER_CHARACTERS_MAX).collect()
}

pub(super) async fn log_out(State(desk): State<Desk>, session: Session) -> Result<Response, Fault> {
    let entry = session.entry(&desk, TrailEvent::LoggedOut, &session.person_id, "");
    let Session { person_id, token_hash, .. } = session;
    desk.write(move |store| {
        store.end_session(&person_id, &token_hash)?;
        store.append(&entry)
    })
    .await?;
    let mut response = Redirect::to("/login").into_response();
    if let Some(forget) = cookie::forget(cookie::SESSION) {
        response.headers_mut().append(header::SET_COOKIE, forget);
    }
    // Also clear the pages in the browser's cache.
    let everything = HeaderValue::from_static("\"cache\"");
    response.headers_mut().insert("clear-site-data", everything);
    Ok(response)
}

/// Stores the language in a cookie and redirects back.
pub(super) async fn language(
    State(desk): State<Desk>,
    Path(language): Path<String>,
    Query(whither): Query<Whither>,
) -> Result<Response, Fault> {
    const YEAR_SECONDS: u64 = 365 * 24 * 3600;
    if !matches!(language.as_str(), "zh" | "en") {
        return Err(Fault::NotFound);
    }
    let mut response = Redirect::to(own_address(&desk, &whither.next)).into_response();
    if let Some(set) = cookie::set(cookie::LANGUAGE, &language, Some(YEAR_SECONDS)) {
        response.headers_mut().append(header::SET_COOKIE, set);
    }
    Ok(response)
}
