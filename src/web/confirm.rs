//! The page behind a link that confirms an employer's address: for anybody with the link.
//!
//! Opening it changes nothing, because mail scanners follow every link; the button confirms. The token is in the
//! query, which is never logged.

use super::Desk;
use super::fault::Fault;
use super::frame::{Frame, show};
use super::login::visitor;
use super::visit::Visit;
use crate::alert::staff::token_hash;
use crate::store::AskedAddress;
use crate::web::view::foreign;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "desk/confirm.html")]
struct Page {
    frame: Frame,
    employer: String,
    address: String,
    stage: Stage,
}

enum Stage {
    /// The button was not pressed yet; the form's values.
    Asks {
        token: String,
        csrf: String,
    },
    Confirmed,
    /// The token is unknown, used or expired.
    Over,
}

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

/// Shows what will be confirmed.
pub(super) async fn page(
    State(desk): State<Desk>,
    visit: Visit,
    headers: HeaderMap,
    Query(link): Query<Link>,
) -> Result<Response, Fault> {
    let (hash, now) = (token_hash(&link.token), desk.now());
    let asked = desk.read(move |store| store.asked_address(&hash, now)).await?;
    let Some(asked) = asked else { return answer(&desk, &visit, None, Stage::Over) };
    let visitor = visitor(&headers)?;
    let stage = Stage::Asks { token: link.token, csrf: visitor.csrf() };
    Ok(visitor.remembered(answer(&desk, &visit, Some(asked), stage)?))
}

pub(super) async fn confirm(
    State(desk): State<Desk>,
    visit: Visit,
    Form(link): Form<Link>,
) -> Result<Response, Fault> {
    let (hash, now, today) = (token_hash(&link.token), desk.now(), desk.today());
    let confirmed = desk.store(move |store| store.confirm_address(&hash, now, today)).await?;
    let stage = if confirmed.is_some() { Stage::Confirmed } else { Stage::Over };
    answer(&desk, &visit, confirmed, stage)
}

fn answer(
    desk: &Desk,
    visit: &Visit,
    asked: Option<AskedAddress>,
    stage: Stage,
) -> Result<Response, Fault> {
    let over = matches!(stage, Stage::Over);
    let title = visit.language.choose("确认函件邮箱", "Confirm the address for letters");
    let mut response = show(&Page {
        frame: Frame::of_visitor(desk, visit, title),
        employer: asked.as_ref().map(|asked| foreign(&asked.employer_name)).unwrap_or_default(),
        address: asked.map(|asked| foreign(&asked.address)).unwrap_or_default(),
        stage,
    })?;
    if over {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(response)
}
