//! A request before authentication: its origin and its language.

use super::Desk;
use super::cookie;
use super::fault::Fault;
use super::proxy::counted;
use crate::remittance::Language;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use std::net::{IpAddr, Ipv4Addr};

/// The address of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// For a request without a socket.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// A request before authentication.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) language: Language,
    /// The requested address with its query.
    pub(crate) here: String,
    /// Its origin in counted form; behind a trusted proxy, the client that the proxy names.
    pub(crate) address: String,
}

impl Visit {
    pub(crate) fn of(desk: &Desk, request: &Request) -> Self {
        let language = match cookie::value(request.headers(), cookie::LANGUAGE) {
            Some("zh") => Language::Chinese,
            Some("en") => Language::English,
            _ => desk.setup().language,
        };
        let here = request.uri().path_and_query().map_or("/", |address| address.as_str());
        let peer = request.extensions().get::<Peer>().map_or(UNKNOWN, |peer| peer.0);
        let address = counted(desk.setup().proxies.client(peer, request.headers()));
        Self { language, here: here.to_owned(), address }
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or(Fault::Broken)
    }
}
