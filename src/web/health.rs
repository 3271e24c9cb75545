//! Health checks: the process is alive, and it is ready.

use super::Desk;
use super::fault::Fault;
use axum::extract::State;

/// The process responds.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The database responds too.
pub(super) async fn ready(State(desk): State<Desk>) -> Result<&'static str, Fault> {
    desk.store(|store| store.answers()).await?;
    Ok("ok\n")
}
