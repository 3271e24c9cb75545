//! Static files: compiled in, each at an address with a hash of its content.
//!
//! Because of the hash, a browser may cache the file forever and still gets a new release's version at once. htmx
//! is vendored (BSD Zero Clause; the licence is beside it).

use super::fault::Fault;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

/// Name in templates, content type, content.
const FILES: &[(&str, &str, &str)] = &[
    ("desk.css", CSS, include_str!("../../templates/desk/asset/desk.css")),
    ("desk.js", JAVASCRIPT, include_str!("../../templates/desk/asset/desk.js")),
    ("htmx.js", JAVASCRIPT, include_str!("../../templates/desk/asset/htmx-2.0.11.min.js")),
];

struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static str,
    address: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |&(name, kind, content): &(&'static str, &'static str, &'static str)| {
        let digest = hex::encode(Sha256::digest(content.as_bytes()));
        let short = digest.get(..16).unwrap_or_default();
        Asset { name, kind, content, address: format!("/asset/{short}-{name}") }
    };
    FILES.iter().map(asset).collect()
});

/// The address of a file; empty for an unknown name, which a test of every page would find.
pub(super) fn address(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| &asset.address)
}

pub(super) async fn file(Path(name): Path<String>) -> Result<Response, Fault> {
    let wanted = |asset: &&Asset| asset.address.strip_prefix("/asset/") == Some(&name);
    let asset = ASSETS.iter().find(wanted).ok_or(Fault::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, asset.content).into_response())
}
