//! The desk's cookies: names and attributes.
//!
//! Each is `__Host-` (this host only, all paths, TLS), `HttpOnly` and `SameSite=Strict`. `Secure` is also set for
//! plain http on localhost, where browsers accept it, so there is one kind of cookie and no setting to get wrong.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session token.
pub(super) const SESSION: &str = "__Host-duizhang";
/// Binds a form before there is a session.
pub(super) const VISITOR: &str = "__Host-duizhang-visitor";
/// A known device; the hash of its login is appended.
pub(super) const DEVICE: &str = "__Host-duizhang-device";
pub(super) const LANGUAGE: &str = "__Host-duizhang-language";

/// The value of a cookie in a request.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    sent.flat_map(|line| line.split(';')).find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    })
}

/// A `Set-Cookie` for the browser session or for some seconds.
pub(super) fn set(name: &str, value: &str, seconds: Option<u64>) -> Option<HeaderValue> {
    let lasting = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{lasting}");
    HeaderValue::from_str(&text).ok()
}

/// A `Set-Cookie` that deletes a cookie.
pub(super) fn forget(name: &str) -> Option<HeaderValue> {
    set(name, "", Some(0))
}
