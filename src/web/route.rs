//! Every address of the desk, what it needs, and who answers: start at [`table`].
//!
//! The table is what a test walks, route by route, as every role; and the menu is made from it. A
//! page is added by a line here.

use super::role::Permission;
use super::{Desk, asset, fault, guard, health, home, login};
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};

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

        page("/asset/{name}",         Anybody, asset::file),
        page("/healthz",              Anybody, health::alive),
        page("/readyz",               Anybody, health::ready),
    ]
}

/// What the menu shows, where the role may go there.
pub(crate) const fn menu() -> &'static [Entry] {
    const MENU: &[Entry] = &[Entry { path: "/", access: READ, zh: "总览", en: "Today" }];
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
        .layer(from_fn_with_state(desk.clone(), fault::tell))
        .layer(from_fn_with_state(desk.clone(), super::header::protect))
        .with_state(desk)
}
