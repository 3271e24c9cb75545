//! Runs before every handler: authentication, permission, CSRF.
//!
//! One function for all routes, so that no handler can forget it. A request that changes something carries a token
//! that only a page of the same session has ([`csrf_of`]), in the form field `csrf` or the header `X-CSRF-Token`.
//! If a browser's headers say that the request comes from another site, it is refused.

use super::Desk;
use super::api::Caller;
use super::cookie;
use super::fault::Fault;
use super::secret;
use super::session::{Access, IDLE_SECONDS, LASTING_SECONDS, SEEN_EVERY_SECONDS, Session};
use super::visit::Visit;
use crate::store::{SessionUse, TokenUse};
use crate::suspense::{Actor, Permission, Person, Role};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;

/// Largest form; its longest field is a note.
const FORM_BYTES_MAX: usize = 64 * 1024;
const DAY_SECONDS: i64 = 24 * 3600;

/// Passes a request to its handler, or refuses it.
pub(super) async fn guard(
    State((desk, access)): State<(Desk, Access)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Fault> {
    let visit = Visit::of(&desk, &request);
    request.extensions_mut().insert(visit.clone());
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let csrf = match access {
        Access::Link => return Ok(next.run(request).await),
        Access::Public => cookie::value(request.headers(), cookie::VISITOR).map(csrf_of),
        Access::OwnAccount | Access::Permission(_) => {
            let session = session(&desk, request.headers(), visit).await?;
            if !session.reaches(access) {
                return Err(if session.setup_incomplete {
                    Fault::SetupIncomplete
                } else {
                    Fault::Forbidden
                });
            }
            let csrf = session.csrf.clone();
            request.extensions_mut().insert(session);
            Some(csrf)
        }
        Access::Token(permission) => {
            let caller = caller(&desk, request.headers()).await?;
            let role = caller.0.role;
            if !(role.may(permission) && role.may(Permission::UseApi)) {
                return Err(Fault::Forbidden);
            }
            request.extensions_mut().insert(caller);
            // Browsers do not send bearer tokens by themselves, so CSRF is impossible.
            return Ok(next.run(request).await);
        }
    };
    if changes {
        if is_from_elsewhere(request.headers()) {
            return Err(Fault::ForeignForm);
        }
        request = with_own_form(request, csrf.as_deref()).await?;
    }
    Ok(next.run(request).await)
}

/// The CSRF token of a session or visitor cookie, derived so that nothing is stored.
pub(super) fn csrf_of(token: &str) -> String {
    secret::hash("csrf", token)
}

/// The session of the cookie, if it is valid.
async fn session(desk: &Desk, headers: &HeaderMap, visit: Visit) -> Result<Session, Fault> {
    let token = cookie::value(headers, cookie::SESSION).ok_or(Fault::NoSession)?.to_owned();
    let token_hash = secret::hash("session", &token);
    let now = desk.now();
    let used = SessionUse {
        token_hash: token_hash.clone(),
        now,
        opened_after: now - LASTING_SECONDS,
        seen_after: now - IDLE_SECONDS,
        touched_before: now - SEEN_EVERY_SECONDS,
        news_after: now - i64::from(desk.rules().desk.renewed.days) * DAY_SECONDS,
    };
    let found = desk.store(move |store| store.use_session(&used)).await?;
    let found = found.ok_or(Fault::NoSession)?;
    let role = Role::from_code(&found.role).ok_or(Fault::NoSession)?;
    let unprotected = desk.setup().second_factor && !found.has_second_factor;
    Ok(Session {
        person_id: found.person_id,
        name: found.name,
        role,
        csrf: csrf_of(&token),
        token_hash,
        setup_incomplete: found.password_given || unprotected,
        given_password: found.password_given,
        access_news: found.access_news,
        visit,
    })
}

/// The program of a bearer token, if valid; it acts as its owner.
async fn caller(desk: &Desk, headers: &HeaderMap) -> Result<Caller, Fault> {
    let given = headers.get(header::AUTHORIZATION).and_then(|given| given.to_str().ok());
    let token = given.and_then(|given| given.strip_prefix("Bearer ")).ok_or(Fault::NoToken)?;
    let (hash, now) = (secret::hash("token", token), desk.moment());
    let found = desk
        .store(move |store| {
            if let Some(found) = store.token(&hash, now.at)? {
                return Ok(Some(found));
            }
            // The token may have become valid after its waiting time.
            if store.settle_access(now)? == 0 { Ok(None) } else { store.token(&hash, now.at) }
        })
        .await?;
    let TokenUse { token, owner_role } = found.ok_or(Fault::NoToken)?;
    let role = |code: &str| Role::from_code(code).ok_or(Fault::NoToken);
    let (role, owner) = (role(&token.role)?, role(&owner_role)?);
    // A token must not have a role that its owner gave up.
    if !owner.covers(role) {
        return Err(Fault::Forbidden);
    }
    Ok(Caller(Actor { person: Person(token.owner), role, token: Some(token.token_id) }))
}

/// Whether the browser says that another site made the request.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    !matches!(site, None | Some("same-origin" | "none"))
}

/// Returns the request after checking its form's CSRF token.
async fn with_own_form(request: Request, csrf: Option<&str>) -> Result<Request, Fault> {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| Fault::TooLarge)?;
    let header = parts.headers.get("x-csrf-token").and_then(|token| token.to_str().ok());
    let field = || {
        let pairs = form_urlencoded::parse(&body);
        pairs.filter(|(key, _)| key == "csrf").map(|(_, value)| value.into_owned()).next()
    };
    let given = header.map(str::to_owned).or_else(field);
    match (csrf, given) {
        (Some(csrf), Some(given)) if secret::same(csrf, &given) => {
            Ok(Request::from_parts(parts, Body::from(body)))
        }
        _ => Err(Fault::ForeignForm),
    }
}
