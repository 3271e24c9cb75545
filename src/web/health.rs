//! For whoever watches the process: does it live, can it work.

use super::Desk;
use super::fault::Fault;
use axum::extract::State;

/// The process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The database answers too.
pub(super) async fn ready(State(desk): State<Desk>) -> Result<&'static str, Fault> {
    desk.store(|store| store.answers()).await?;
    Ok("ok\n")
}
