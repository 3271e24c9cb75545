//! Today: the first page after the login.

use super::Desk;
use super::fault::Fault;
use super::frame::{Frame, show};
use super::session::Session;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

#[derive(Template)]
#[template(path = "desk/home.html")]
struct Home {
    frame: Frame,
}

pub(super) async fn page(State(desk): State<Desk>, session: Session) -> Result<Response, Fault> {
    show(&Home { frame: Frame::new(&desk, &session, "总览", "Today") })
}
