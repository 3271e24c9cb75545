//! Every address of the desk, what it needs, and who answers: start at [`table`].
//!
//! The table is what a test walks, route by route, as every role; and the menu is made from it. A
//! page is added by a line here.

use super::{Desk, asset, fault, guard, health, home, login, metric, own, people};
use crate::suspense::Permission;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use std::time::Duration;
use tower_http::timeout::TimeoutLayer;

/// Bytes of a request's body, for programs; forms have a limit of their own.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// How long a request may take, its body's arrival included.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What a route needs of whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Anybody,
    /// A session, be it confined to password and second factor.
    Own,
    /// A session whose role may.
    May(Permission),
    /// A program's token whose role may.
    Token(Permission),
}

/// A route as a test sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
}

pub(super) struct Route {
    method: Method,
    path: &'static str,
    access: Access,
    answer: MethodRouter<Desk>,
}

/// A page that the menu leads to, in its order.
pub(crate) struct Entry {
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

/// A page: reads, changes nothing.
fn page<H: Handler<T, Desk>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    Route { method: Method::GET, path, access, answer: on(MethodFilter::GET, handler) }
}

/// An act: a form that changes something.
fn act<H: Handler<T, Desk>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    Route { method: Method::POST, path, access, answer: on(MethodFilter::POST, handler) }
}

const READ: Access = Access::May(Permission::Read);
const PEOPLE: Access = Access::May(Permission::AdministerPeople);

/// Every address there is.
#[rustfmt::skip] // A table is read by column.
fn table() -> Vec<Route> {
    use Access::{Anybody, Own};
    vec![
        page("/",                     READ,    home::page),

        page("/login",                Anybody, login::page),
        act ("/login",                Anybody, login::log_in),
        act ("/logout",               Own,     login::log_out),
        page("/language/{language}",  Anybody, login::language),

        page("/me",                   Own,     own::page),
        act ("/me/password",          Own,     own::change_password),
        page("/me/second-factor",     Own,     own::second_factor),
        act ("/me/second-factor",     Own,     own::set_second_factor),
        act ("/me/sessions/end",      Own,     own::end_session),

        page("/people",               PEOPLE,  people::page),
        act ("/people",               PEOPLE,  people::add),
        act ("/people/{id}/role",     PEOPLE,  people::set_role),
        act ("/people/{id}/disable",  PEOPLE,  people::disable),
        act ("/people/{id}/enable",   PEOPLE,  people::enable),
        act ("/people/{id}/reset",    PEOPLE,  people::reset),
        page("/tokens",               PEOPLE,  people::tokens),
        act ("/tokens",               PEOPLE,  people::add_token),
        act ("/tokens/{id}/revoke",   PEOPLE,  people::revoke_token),

        page("/asset/{name}",         Anybody, asset::file),
        page("/healthz",              Anybody, health::alive),
        page("/readyz",               Anybody, health::ready),
        page("/metrics",              Anybody, metric::page),
    ]
}

/// What the menu shows, where the role may go there.
pub(crate) const fn menu() -> &'static [Entry] {
    const MENU: &[Entry] = &[
        Entry { path: "/", access: READ, zh: "总览", en: "Today" },
        Entry { path: "/people", access: PEOPLE, zh: "人员", en: "People" },
        Entry { path: "/tokens", access: PEOPLE, zh: "接口令牌", en: "Tokens" },
    ];
    MENU
}

/// The table without its handlers.
#[must_use]
pub fn listed() -> Vec<Listed> {
    let listed =
        |route: Route| Listed { method: route.method, path: route.path, access: route.access };
    table().into_iter().map(listed).collect()
}

/// The table as a service: each route behind the guard, all of them behind what holds for every answer.
pub(super) fn router(desk: Desk) -> Router {
    let guarded = table().into_iter().fold(Router::new(), |router, route| {
        let guard = from_fn_with_state((desk.clone(), route.access), guard::guard);
        router.route(route.path, route.answer.route_layer(guard))
    });
    guarded
        .fallback(async || fault::Fault::NotFound)
        .method_not_allowed_fallback(async || fault::Fault::NotFound)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER_WITHIN))
        .layer(from_fn_with_state(desk.clone(), fault::tell))
        .layer(from_fn_with_state(desk.clone(), super::header::protect))
        .layer(from_fn_with_state(desk.clone(), metric::measure))
        .with_state(desk)
}
