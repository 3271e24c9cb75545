//! The table of routes as tests and the API's description see it: without its handlers.

use super::session::Access;
use axum::http::Method;

/// A route as a test sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
}
