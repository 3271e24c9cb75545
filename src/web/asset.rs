//! Files that pages load: compiled in, each at an address that says what is in it.
//!
//! The address holds a hash of the content, so a browser may keep the file for ever and still gets a
//! new release's at once. htmx is vendored (BSD Zero Clause; its licence lies beside it).

use super::fault::Fault;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

/// Name in templates, kind, content.
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

/// Where a file is; empty for a name there is not, which a test of every page would find.
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
