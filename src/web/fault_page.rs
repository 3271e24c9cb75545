//! Renders a fault: as a page in the reader's language, or as problem details (RFC 9457) for a program.
//!
//! Start at [`tell`], which wraps every route. Internal errors are logged by kind and not shown.

use super::Desk;
use super::fault::Fault;
use super::frame::{Frame, show};
use super::visit::Visit;
use crate::remittance::{Language, Localized};
use askama::Template;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Template)]
#[template(path = "desk/fault.html")]
struct FaultPage {
    frame: Frame,
    /// The input was wrong, and the previous page still has it.
    mends: bool,
    words: String,
}

/// Renders faults as pages or problem details.
pub(super) async fn tell(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let visit = Visit::of(&desk, &request);
    let is_program = request.uri().path().starts_with("/api/");
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_htmx = request.headers().contains_key("hx-request");
    let response = next.run(request).await;
    let told = response.extensions().get::<Arc<Fault>>().cloned();
    let Some(fault) = told.or_else(|| of_status(response.status()).map(Arc::new)) else {
        return response;
    };
    if let Fault::Store(error) = &*fault {
        tracing::error!(%error, "the store failed");
    }
    if is_program {
        let detail = fault.in_language(Language::English);
        return problem(fault.status(), fault.code(), &detail);
    }
    if matches!(*fault, Fault::NoSession) {
        return to_login(&visit, is_read, is_htmx);
    }
    if matches!(*fault, Fault::SetupIncomplete) && is_read && !is_htmx {
        return Redirect::to("/me").into_response();
    }
    let words = fault.in_language(visit.language).into_owned();
    let page = FaultPage {
        frame: Frame::of_visitor(&desk, &visit, fault.title(visit.language)),
        mends: fault.status() == StatusCode::UNPROCESSABLE_ENTITY,
        words,
    };
    let mut shown = show(&page).unwrap_or_else(|fault| fault.status().into_response());
    *shown.status_mut() = fault.status();
    if let Fault::TooMany { seconds } = *fault {
        shown.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    shown
}

/// The fault for a response of the framework itself: an unparsable form or address, a body too large or too slow.
fn of_status(status: StatusCode) -> Option<Fault> {
    match status {
        StatusCode::BAD_REQUEST
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => Some(Fault::invalid(
            "提交的内容不完整或格式不对",
            "a field is missing or cannot be read",
        )),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Fault::TooLarge),
        StatusCode::REQUEST_TIMEOUT => Some(Fault::TooSlow),
        _ => None,
    }
}

/// Redirects to the login, and back afterwards if the request only reads.
fn to_login(visit: &Visit, is_read: bool, is_htmx: bool) -> Response {
    let next = if is_read && !is_htmx { visit.here.as_str() } else { "/" };
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let address = if next == "%2F" { "/login".to_owned() } else { format!("/login?next={next}") };
    if is_htmx {
        // htmx would follow a redirect into the fragment; this header makes it leave the page instead.
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        response.headers_mut().insert("hx-redirect", HeaderValue::from_static("/login"));
        return response;
    }
    Redirect::to(&address).into_response()
}

#[derive(Serialize, ToSchema)]
pub(super) struct Problem<'a> {
    /// A stable code.
    code: &'a str,
    detail: &'a str,
    status: u16,
    title: &'a str,
    r#type: &'a str,
}

fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("error");
    let body = Problem { code, detail, status: status.as_u16(), title, r#type: "about:blank" };
    let kind = HeaderValue::from_static("application/problem+json");
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    if status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}
