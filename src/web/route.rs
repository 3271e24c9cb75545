//! Every address of the desk, its permission and its handler: start at [`table`].
//!
//! A test walks the table, route by route, as every role. To add a page, add a line here, and one in `menu.rs` if
//! the menu should show it.

use super::fault::Fault;
use super::listed::Listed;
use super::page::{
    act as small, address, approval, call, came_back, counter, employer, export, held, item,
    letter, notice, propose, queue, refund, rule, run, today, trail, transaction,
};
use super::session::Access;
use super::visit::Visit;
use super::{
    Desk, access, api, asset, confirm, fault_page, guard, health, login, metric, own, people,
    unsubscribe,
};
use crate::suspense::Permission;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, get, on};
use axum::{Extension, Router};
use std::sync::Arc;
use std::time::Duration;
use tower_http::timeout::TimeoutLayer;

/// Largest request body for programs; forms have their own limit.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// Longest duration of a request, including the arrival of its body.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

pub(super) struct Route {
    method: Method,
    path: &'static str,
    access: Access,
    answer: MethodRouter<Desk>,
}

/// A page: reads and changes nothing.
fn page<H: Handler<T, Desk>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    Route { method: Method::GET, path, access, answer: on(MethodFilter::GET, handler) }
}

/// An act: a form that changes something.
fn act<H: Handler<T, Desk>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    Route { method: Method::POST, path, access, answer: on(MethodFilter::POST, handler) }
}

const READ: Access = Access::Permission(Permission::Read);
const UNMASK: Access = Access::Permission(Permission::Unmask);
const ASSIGN: Access = Access::Permission(Permission::Assign);
const PROPOSE: Access = Access::Permission(Permission::Propose);
const APPROVE: Access = Access::Permission(Permission::Approve);
const CORRESPOND: Access = Access::Permission(Permission::Correspond);
const EXPORT: Access = Access::Permission(Permission::Export);
const TRAIL: Access = Access::Permission(Permission::ReadTrail);
const PEOPLE: Access = Access::Permission(Permission::AdministerPeople);

fn table() -> Vec<Route> {
    let mut table = desk();
    table.extend(letters());
    table.extend(letters_out());
    table.extend(refunds());
    table.extend(at_the_counter());
    table.extend(programs());
    table
}

/// The API for programs; [`api::description`] describes it.
#[rustfmt::skip] // A table is read by column.
fn programs() -> Vec<Route> {
    use api::{bounce, description, proof, proposal, record, suspense};
    const READ: Access = Access::Token(Permission::Read);
    const ASSIGN: Access = Access::Token(Permission::Assign);
    const PROPOSE: Access = Access::Token(Permission::Propose);
    const APPROVE: Access = Access::Token(Permission::Approve);
    const CORRESPOND: Access = Access::Token(Permission::Correspond);
    const TRAIL: Access = Access::Token(Permission::ReadTrail);
    vec![
        page("/api/v1/openapi.json",                              Access::Public, description::described),
        page("/api/v1/suspense",                                  READ,    suspense::listed),
        page("/api/v1/suspense/{account}/{serial}",               READ,    suspense::shown),
        page("/api/v1/suspense/{account}/{serial}/suggestions",   READ,    suspense::suggestions),
        page("/api/v1/suspense/{account}/{serial}/history",       READ,    suspense::history),
        act ("/api/v1/suspense/{account}/{serial}/notes",         ASSIGN,  suspense::note),
        act ("/api/v1/assignments",                               ASSIGN,  suspense::assign),
        act ("/api/v1/previews",                                  PROPOSE, proposal::preview),
        page("/api/v1/proposals",                                 READ,    proposal::listed),
        act ("/api/v1/proposals",                                 PROPOSE, proposal::propose),
        page("/api/v1/proposals/{id}",                            READ,    proposal::shown),
        act ("/api/v1/proposals/{id}/approve",                    APPROVE, proposal::approve),
        act ("/api/v1/proposals/{id}/send-back",                  APPROVE, proposal::send_back),
        act ("/api/v1/proposals/{id}/withdraw",                   PROPOSE, proposal::withdraw),
        page("/api/v1/transactions",                              READ,    record::transactions),
        page("/api/v1/notices",                                   READ,    record::notices),
        page("/api/v1/employers",                                 READ,    record::employers),
        page("/api/v1/employers/{id}",                            READ,    record::employer),
        page("/api/v1/runs",                                      READ,    record::runs),
        page("/api/v1/letters",                                   READ,    record::letters),
        act ("/api/v1/bounces",                                   CORRESPOND, bounce::take),
        page("/api/v1/trail",                                     TRAIL,   proof::trail),
        page("/api/v1/audit",                                     TRAIL,   proof::audit),
    ]
}

/// The desk's own pages and forms.
#[rustfmt::skip] // A table is read by column.
fn desk() -> Vec<Route> {
    use Access::{Public, OwnAccount};
    vec![
        page("/",                     READ,    today::show),
        page("/queue",                READ,    queue::show),
        page("/queue/export.xlsx",    EXPORT,  export::queue),
        page("/items/{account}/{serial}",         READ,    item::show),
        act ("/items/{account}/{serial}/unmask",  UNMASK,  item::unmask),
        act ("/items/{account}/{serial}/note",    ASSIGN,  small::note),
        act ("/assign",                           ASSIGN,  small::assign),
        act ("/preview",                          PROPOSE, propose::preview),
        act ("/propose",                          PROPOSE, propose::propose),
        act ("/proposals/{id}/withdraw",          PROPOSE, small::withdraw),
        act ("/proposals/{id}/send-back",         APPROVE, approval::send_back),
        page("/approvals",            READ,    approval::show),
        act ("/approvals/approve",    APPROVE, approval::approve),
        page("/transactions",         READ,    transaction::list),
        page("/transactions/{account}/{serial}",  READ,    transaction::show),
        page("/notices",              READ,    notice::show),
        page("/employers",            READ,    employer::list),
        page("/employers/{id}",       READ,    employer::show),
        act ("/employers/{id}/address", CORRESPOND, address::set),
        page("/runs",                 READ,    run::list),
        page("/runs/{day}",           READ,    run::show),
        page("/rules",                READ,    rule::show),
        page("/trail",                TRAIL,   trail::show),
        page("/trail/export.csv",     TRAIL,   trail::export::csv),
        page("/trail/export.jsonl",   TRAIL,   trail::export::json_lines),

        page("/login",                Public, login::page),
        act ("/login",                Public, login::log_in),
        act ("/logout",               OwnAccount,     login::log_out),
        page("/confirm",              Public, confirm::page),
        act ("/confirm",              Public, confirm::confirm),
        page("/language/{language}",  Public, login::language),

        page("/me",                   OwnAccount,     own::page),
        act ("/me/password",          OwnAccount,     own::change_password),
        page("/me/second-factor",     OwnAccount,     own::second_factor),
        act ("/me/second-factor",     OwnAccount,     own::set_second_factor),
        act ("/me/sessions/end",      OwnAccount,     own::end_session),

        page("/people",               PEOPLE,  people::page),
        act ("/people",               PEOPLE,  people::add),
        act ("/people/{id}/role",     PEOPLE,  people::set_role),
        act ("/people/{id}/disable",  PEOPLE,  people::disable),
        act ("/people/{id}/enable",   PEOPLE,  people::enable),
        act ("/people/{id}/reset",    PEOPLE,  people::reset),
        page("/access",               TRAIL,   access::page),
        act ("/access/{id}/confirm",  PEOPLE,  access::confirm),
        act ("/access/{id}/withdraw", PEOPLE,  access::drop),
        act ("/access/{id}/object",   APPROVE, access::drop),
        page("/tokens",               PEOPLE,  people::tokens),
        act ("/tokens",               PEOPLE,  people::add_token),
        act ("/tokens/{id}/revoke",   PEOPLE,  people::revoke_token),

        page("/asset/{name}",         Public, asset::file),
        page("/healthz",              Public, health::alive),
        page("/readyz",               Public, health::ready),
        page("/metrics",              Public, metric::page),
    ]
}

/// Letters to employers, returned mail, and calls.
#[rustfmt::skip] // A table is read by column.
fn letters() -> Vec<Route> {
    vec![
        page("/letters",              READ,    letter::list),
        page("/letters/back",         READ,    came_back::show),
        act ("/letters/back/{id}",    CORRESPOND, came_back::deal),
        page("/letters/{id}",         READ,    letter::show),
        act ("/letters/{id}/retry",   CORRESPOND, address::retry),
        page("/held",                 READ,    held::show),
        act ("/held",                 APPROVE, held::decide),
        page("/calls",                READ,    call::list),
        act ("/calls",                ASSIGN,  call::made),
    ]
}

/// Letters as files, and the links in them.
#[rustfmt::skip] // A table is read by column.
fn letters_out() -> Vec<Route> {
    vec![
        page("/letters/{id}/letter.eml", READ,         letter::file),
        page("/letters/{id}/print",      READ,         letter::print),
        page("/unsubscribe",             Access::Link, unsubscribe::page),
        act ("/unsubscribe",             Access::Link, unsubscribe::decline),
    ]
}

/// Refunds.
#[rustfmt::skip] // A table is read by column.
fn refunds() -> Vec<Route> {
    vec![
        page("/refunds",              READ,    refund::list),
        act ("/refunds/export",       APPROVE, refund::act::export),
        page("/refunds/{reference}",  READ,    refund::show),
        act ("/refunds/{reference}/unmask",  UNMASK,  refund::unmask),
        act ("/refunds/{reference}/ask",     PROPOSE, refund::act::ask),
        act ("/refunds/{reference}/approve", APPROVE, refund::act::approve),
        act ("/refunds/{reference}/drop",    PROPOSE, refund::act::drop),
    ]
}

/// Operations that need two persons.
#[rustfmt::skip] // A table is read by column.
fn at_the_counter() -> Vec<Route> {
    vec![
        page("/counter",                READ,    counter::show),
        act ("/counter",                PROPOSE, counter::act::ask),
        act ("/counter/{id}/unmask",    UNMASK,  counter::unmask),
        act ("/counter/{id}/approve",   APPROVE, counter::act::approve),
        act ("/counter/{id}/send-back", APPROVE, counter::act::send_back),
        act ("/counter/{id}/withdraw",  PROPOSE, counter::act::withdraw),
    ]
}

/// The pages for people, without files, metrics and the API.
pub(super) fn pages() -> Vec<&'static str> {
    let read = |route: &Route| {
        let own = ["/login", "/confirm", "/unsubscribe"].contains(&route.path);
        route.method == Method::GET
            && (own || matches!(route.access, Access::OwnAccount | Access::Permission(_)))
            && !route.path.contains("/export.")
            && !route.path.ends_with(".eml")
    };
    table().iter().filter(|route| read(route)).map(|route| route.path).collect()
}

/// The table without its handlers.
#[must_use]
pub fn listed() -> Vec<Listed> {
    let listed =
        |route: Route| Listed { method: route.method, path: route.path, access: route.access };
    table().into_iter().map(listed).collect()
}

/// The router: each route behind the guard, all behind the common layers.
pub(super) fn router(desk: Desk) -> Router {
    let guarded = table().into_iter().fold(Router::new(), |router, route| {
        let guard = from_fn_with_state((desk.clone(), route.access), guard::guard);
        router.route(route.path, route.answer.route_layer(guard))
    });
    guarded
        .fallback(async || Fault::NotFound)
        .method_not_allowed_fallback(async || Fault::NotFound)
        .layer(Extension(Arc::<[Listed]>::from(listed())))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER_WITHIN))
        .layer(from_fn_with_state(desk.clone(), bound))
        .layer(from_fn_with_state(desk.clone(), fault_page::tell))
        .layer(from_fn_with_state(desk.clone(), super::header::protect))
        .layer(from_fn_with_state(desk.clone(), metric::measure))
        .with_state(desk)
}

/// The metrics at a separate listener.
pub(super) fn figures(desk: Desk) -> Router {
    Router::new()
        .route("/metrics", get(metric::figures))
        .route("/healthz", get(health::alive))
        .fallback(async || Fault::NotFound)
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER_WITHIN))
        .with_state(desk)
}

/// Limits concurrent requests per client; health checks are always answered.
async fn bound(State(desk): State<Desk>, request: Request, next: Next) -> Result<Response, Fault> {
    if matches!(request.uri().path(), "/healthz" | "/readyz") {
        return Ok(next.run(request).await);
    }
    let client = Visit::of(&desk, &request).address;
    let _under_way = desk.requests.begin(&client).ok_or(Fault::TooMany { seconds: 1 })?;
    Ok(next.run(request).await)
}
