//! Metrics in Prometheus text format.
//!
//! Requests are counted by route, never by address, because an address can contain a name. Suspense is read from
//! the store at each scrape. Metrics are served on a separate listener, or at the desk's address with the monitor's
//! token; otherwise not at all.

use super::Desk;
use super::fault::Fault;
use super::secret;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use prometheus_client::encoding::prometheus_text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::fmt;
use std::time::Instant;

/// Buckets of request duration, around the target of 50 ms for a page.
const SECONDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// Metrics show days since an instant: a monitor warns after one or two nights.
const DAY_SECONDS: i64 = 24 * 3600;

type Labels<const N: usize> = [(&'static str, String); N];
type Latency = Family<Labels<1>, Histogram, fn() -> Histogram>;

/// Counters of the running desk.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Labels<3>, Counter>,
    latency: Latency,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("duizhang");
        let requests = Family::default();
        let latency = Latency::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register(
            "http_request_duration_seconds",
            "Seconds that requests took to be answered",
            latency.clone(),
        );
        Self { registry, requests, latency }
    }
}

/// Counts a request and its duration.
pub(super) async fn measure(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    // An unknown method from a stranger must not become a label.
    let (route, method) = match route {
        Some(route) => (route.as_str().to_owned(), request.method().as_str().to_owned()),
        None => ("none".to_owned(), "any".to_owned()),
    };
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_str().to_owned();
    let Metrics { requests, latency, .. } = &*desk.metrics;
    latency.get_or_create(&[("route", route.clone())]).observe(began.elapsed().as_secs_f64());
    requests.get_or_create(&[("method", method), ("route", route), ("status", status)]).inc();
    response
}

fn gauge(value: i64) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(value);
    gauge
}

/// At the desk's own address.
pub(super) async fn page(State(desk): State<Desk>, headers: HeaderMap) -> Result<Response, Fault> {
    let wanted = desk.setup().metrics_token.as_deref().ok_or(Fault::NotFound)?;
    let given = headers.get(header::AUTHORIZATION).and_then(|given| given.to_str().ok());
    let given = given.and_then(|given| given.strip_prefix("Bearer ")).unwrap_or_default();
    if !secret::same(&secret::hash("metrics", wanted), &secret::hash("metrics", given.trim())) {
        return Err(Fault::NoToken);
    }
    figures(State(desk)).await
}

/// At the separate listener.
pub(super) async fn figures(State(desk): State<Desk>) -> Result<Response, Fault> {
    let today = desk.today();
    let figures = desk.read(move |store| store.figures(today)).await?;
    let mut now = Registry::with_prefix("duizhang");
    let (items, fen) =
        (Family::<Labels<1>, Gauge>::default(), Family::<Labels<1>, Gauge>::default());
    for (reason, count, amount) in figures.open_item {
        let labels = [("reason", reason.code().to_owned())];
        items.get_or_create(&labels).set(count);
        fen.get_or_create(&labels).set(amount.nearest_money().fen());
    }
    now.register("suspense_items", "Items that hang, by reason", items);
    now.register("suspense_fen", "Money that hangs, in fen, by reason", fen);
    let days = |day: Option<NaiveDate>| {
        let since = |day: NaiveDate| desk.today().signed_duration_since(day).num_days();
        gauge(day.map_or(0, since))
    };
    now.register(
        "oldest_item_days",
        "Days since the oldest item was booked",
        days(figures.oldest_on),
    );
    let night = figures.last_night.map_or(0, |day| day.to_epoch_days().into());
    let night = gauge(night * DAY_SECONDS);
    now.register("last_night_timestamp_seconds", "The day of the last night, at midnight", night);
    let mut text = String::new();
    encode(&mut text, &desk.metrics.registry).map_err(|_| Fault::Broken)?;
    encode(&mut text, &now).map_err(|_| Fault::Broken)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
