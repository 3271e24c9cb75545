//! The page behind a letter's unsubscribe link, for people and mail systems (RFC 8058).
//!
//! Opening it changes nothing, because mail scanners follow every link. A post to the same address declines,
//! without a cookie or a CSRF token, since a mail system has neither. The page names nobody. Letters about suspense
//! can never be declined here.

use super::Desk;
use super::fault::Fault;
use super::frame::{Frame, show};
use super::secret;
use super::visit::Visit;
use crate::alert::Declined;
use crate::store::{Pace, Subject};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "desk/unsubscribe.html")]
struct Page {
    frame: Frame,
    stage: Stage,
}

enum Stage {
    /// The button was not pressed yet; where its form posts.
    Asks {
        action: String,
    },
    Declined,
    /// Not our link, or the address is no longer the employer's.
    Over,
}

/// The parameters of a link.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Link {
    employer: String,
    kind: String,
    code: String,
}

/// Asks for confirmation.
pub(super) async fn page(
    State(desk): State<Desk>,
    visit: Visit,
    Query(link): Query<Link>,
) -> Result<Response, Fault> {
    let stage = match proved(&desk, &visit, &link).await? {
        None => Stage::Over,
        Some(true) => Stage::Declined,
        Some(false) => Stage::Asks { action: visit.here.clone() },
    };
    answer(&desk, &visit, stage)
}

/// Declines.
pub(super) async fn decline(
    State(desk): State<Desk>,
    visit: Visit,
    Query(link): Query<Link>,
) -> Result<Response, Fault> {
    let stage = match proved(&desk, &visit, &link).await? {
        None => Stage::Over,
        Some(true) => Stage::Declined,
        Some(false) => {
            let now = desk.now();
            desk.store(move |store| store.decline_advice(&link.employer, now)).await?;
            Stage::Declined
        }
    };
    answer(&desk, &visit, stage)
}

/// Whether advice was already declined, if the link is ours. Clients that try many wrong links are slowed down.
async fn proved(desk: &Desk, visit: &Visit, link: &Link) -> Result<Option<bool>, Fault> {
    let pace = Pace::Hourly { most: desk.rules().login.address_failures_an_hour };
    let subjects = [Subject { hash: secret::hash("unsubscribe-from", &visit.address), pace }];
    let (now, employer) = (desk.now(), link.employer.clone());
    let asked = subjects.clone();
    let (seconds, known) = desk
        .read(move |store| Ok((store.login_wait(&asked, now)?, store.advised_at(&employer)?)))
        .await?;
    if seconds > 0 {
        return Err(Fault::TooMany { seconds });
    }
    let clicks = desk.setup().keys.one_click(String::new());
    let declined = Declined::from_code(&link.kind);
    let fits = |address: &String| {
        declined.is_some_and(|kind| clicks.fits(&link.employer, address, kind, &link.code))
    };
    // A letter went to the first of the addresses that accepted mail at that time.
    if let Some((_, declined_at)) = known.filter(|(addresses, _)| addresses.iter().any(fits)) {
        return Ok(Some(declined_at.is_some()));
    }
    desk.store(move |store| store.login_failed(&subjects, now)).await?;
    Ok(None)
}

fn answer(desk: &Desk, visit: &Visit, stage: Stage) -> Result<Response, Fault> {
    let over = matches!(stage, Stage::Over);
    let title = visit.language.choose("退订填写提示", "Decline advice");
    let mut response = show(&Page { frame: Frame::of_visitor(desk, visit, title), stage })?;
    if over {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(response)
}
