//! Checks where to redirect after a login or an act: only to pages of the desk.
//!
//! The address comes from a form or a query, so it is untrusted. Browsers drop tabs and line ends and read `\` as
//! `/`, so what looks like a path can leave the site. It is parsed and must match a page in the table of routes.

use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use std::sync::Arc;

/// Longest address of the desk: a queue with all filters is far shorter.
const LENGTH_MAX: usize = 2_048;

/// The pages for people, from the table of routes.
#[derive(Clone)]
pub(crate) struct Pages(Arc<[&'static str]>);

impl Pages {
    pub(super) fn of(patterns: Vec<&'static str>) -> Self {
        Self(patterns.into())
    }

    /// The address, if it is a page of the desk.
    pub(crate) fn own<'a>(&self, address: &'a str) -> Option<&'a str> {
        path(address).filter(|path| self.0.iter().any(|page| fits(page, path))).map(|_| address)
    }
}

/// Whether a path matches a page; `{id}` matches anything.
fn fits(page: &str, path: &str) -> bool {
    let (mut parts, mut gaps) = (path.split('/'), page.split('/'));
    loop {
        match (parts.next(), gaps.next()) {
            (None, None) => return true,
            (Some(part), Some(gap)) if gap.starts_with('{') && !part.is_empty() => {}
            (Some(part), Some(fixed)) if part == fixed => {}
            _ => return false,
        }
    }
}

/// The path of an address that browsers do not reinterpret.
fn path(address: &str) -> Option<&str> {
    let plain =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'#');
    let bounded = address.len() <= LENGTH_MAX && address.bytes().all(plain);
    if !bounded || !address.starts_with('/') || address.starts_with("//") {
        return None;
    }
    let uri: Uri = address.parse().ok()?;
    let is_path = uri.scheme().is_none() && uri.authority().is_none();
    // The parser changed nothing.
    let same = uri.path_and_query().map(PathAndQuery::as_str) == Some(address);
    let path = address.split('?').next().unwrap_or_default();
    (is_path && same && path == uri.path() && !hides(path)).then_some(path)
}

/// Whether a percent-encoded path contains what a browser or proxy could read as another path.
fn hides(path: &str) -> bool {
    let mut decoded: Vec<u8> = Vec::new();
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digits = [bytes.next(), bytes.next()].map(|digit| char::from(digit?).to_digit(16));
        let [Some(high), Some(low)] = digits else { return true };
        decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
    }
    let strange = decoded.iter().any(|byte| byte.is_ascii_control() || *byte == b'\\');
    let climbs = path.split('/').any(|part| matches!(part, "." | ".."));
    strange || climbs || decoded.starts_with(b"//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        let pages = Pages::of(crate::web::route::pages());
        for own in [
            "/",
            "/queue",
            "/queue?reason=underpaid&age=61%2B",
            "/items/1/S3",
            "/items/1/a%20b?done=x",
            "/items/1/%E5%8F%B7",
            "/trail?after=3",
        ] {
            assert_eq!(pages.own(own), Some(own), "{own}");
        }
        for foreign in [
            "",
            "queue",
            "//evil.example/",
            "/\\evil.example/",
            "\\\\evil.example/",
            "https://evil.example/",
            "/\t/evil.example",
            "\t//evil.example",
            "/\n/evil.example",
            "/\r\nSet-Cookie: a=b",
            "/%09/evil.example",
            "/%2F/evil.example",
            "/%5Cevil.example",
            "/.//evil.example",
            "/../queue",
            "/queue\u{a0}",
            "/queue#//evil.example",
            "/queue\"onclick",
            "/nowhere",
            "/people/1/reset",
            "/healthz",
            "/api/v1/suspense",
            "javascript:alert(1)",
            "/%zz",
            "/@evil.example",
            "/:80/evil.example",
        ] {
            assert_eq!(pages.own(foreign), None, "{foreign:?}");
        }
        assert_eq!(pages.own(&format!("/queue?q={}", "x".repeat(3_000))), None);
    }
}
