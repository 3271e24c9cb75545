//! 电话联系: employers to call because their last reminder is past and money is still open.

use super::as_of;
use super::draft::Form;
use crate::remittance::Localized;
use crate::store::CallRow;
use crate::suspense::trail::TrailEvent;
use crate::suspense::{ItemId, Permission};
use crate::web::Desk;
use crate::web::account::detail;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::{address, foreign, yuan};
use askama::Template;
use axum::extract::{Query, RawForm, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::Deserialize;

/// Calls listed; the others follow as these are done.
const SHOWN: usize = 100;
const NOTE_CHARS_MAX: usize = 500;

#[derive(Template)]
#[template(path = "desk/calls.html")]
struct Page {
    frame: Frame,
    lines: Vec<Line>,
    more: usize,
    may_note: bool,
    done: bool,
}

struct Line {
    item: String,
    employer: String,
    employer_href: String,
    telephone: String,
    contact: String,
    amount: String,
    say: String,
    reminded_on: NaiveDate,
    letter: String,
    letter_href: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    done: String,
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let (today, after) = (desk.today(), desk.rules().brake.call_after_days);
    let calls = desk.read(move |store| store.calls(as_of(store, today)?, after)).await?;
    let frame = Frame::new(&desk, &session, "电话联系", "Calls");
    answer(&Page {
        more: calls.len().saturating_sub(SHOWN),
        lines: calls.iter().take(SHOWN).map(|call| line(call, &frame)).collect(),
        may_note: session.may(Permission::Assign),
        done: asked.done == "called",
        frame,
    })
}

fn line(call: &CallRow, frame: &Frame) -> Line {
    let name = if call.name.is_empty() { &call.employer_id } else { &call.name };
    Line {
        item: call.item.to_string(),
        employer: foreign(name),
        employer_href: address::employer(&call.employer_id),
        telephone: foreign(&call.mobile),
        contact: foreign(&call.contact),
        amount: yuan(call.amount),
        say: call.in_language(frame.language).into_owned(),
        reminded_on: call.reminded_on,
        letter: call.letter().unwrap_or_default().to_owned(),
        letter_href: format!("/letters/{}", address::part(&call.letter_id)),
    }
}

/// Records that somebody was called.
pub(crate) async fn made(
    State(desk): State<Desk>,
    session: Session,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let form = Form::read(&body);
    let item: ItemId = form.one("item").parse().map_err(|_| Fault::NotFound)?;
    let note: String = form.one("note").chars().take(NOTE_CHARS_MAX).collect();
    if note.is_empty() {
        return Err(Fault::invalid("请写明联系结果", "say what came of the call"));
    }
    let mut entry = session.entry(&desk, TrailEvent::Called, &item.to_string(), "");
    entry.detail = detail(&note);
    desk.store(move |store| store.call_made(&item, &note, &entry)).await?;
    Ok(Redirect::to("/calls?done=called").into_response())
}
