//! The desk's cookies: what they are called and how they are bound.
//!
//! Each is `__Host-` (this host alone, the whole of it, over TLS), `HttpOnly` and `SameSite=Strict`.
//! `Secure` stays on for plain http on localhost, where browsers take it all the same; so there is one
//! kind of cookie and no switch to get wrong.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session's token.
pub(super) const SESSION: &str = "__Host-duizhang";
/// Binds a form that is filled in before there is a session.
pub(super) const VISITOR: &str = "__Host-duizhang-visitor";
/// A known device; the login it is known for stands behind it, hashed.
pub(super) const DEVICE: &str = "__Host-duizhang-device";
/// The language chosen.
pub(super) const LANGUAGE: &str = "__Host-duizhang-language";

/// A cookie's value among those the browser sent.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    sent.flat_map(|line| line.split(';')).find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    })
}

/// A `Set-Cookie` that lasts as long as the browser stays open, or so many seconds.
pub(super) fn set(name: &str, value: &str, seconds: Option<u64>) -> Option<HeaderValue> {
    let lasting = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{lasting}");
    HeaderValue::from_str(&text).ok()
}

/// A `Set-Cookie` that takes a cookie back.
pub(super) fn forget(name: &str) -> Option<HeaderValue> {
    set(name, "", Some(0))
}
