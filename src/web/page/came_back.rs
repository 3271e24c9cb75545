//! 来信与退信: returned messages that wait for a person, and employers with invalid addresses.
//!
//! Strangers' messages are shown as plain text; their HTML is not rendered and their links are not followed.

use super::draft::Form;
use crate::store::{ContactPreference, Dealt, KeptMessage, SHARED};
use crate::suspense::Permission;
use crate::suspense::trail::TrailEvent;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::{address, foreign};
use askama::Template;
use axum::extract::{Path, Query, RawForm, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::Deserialize;

/// Messages and employers listed; the others follow as these are handled.
const SHOWN: u32 = 50;

#[derive(Template)]
#[template(path = "desk/came_back.html")]
struct Page {
    frame: Frame,
    lines: Vec<Line>,
    unreached: Vec<Unreached>,
    may_act: bool,
    done: bool,
}

struct Line {
    kind: &'static str,
    noted_on: NaiveDate,
    from: String,
    subject: String,
    text: String,
    employer: String,
    employer_href: String,
    letter_href: String,
    act: String,
    shared: bool,
}

/// An employer with an invalid address.
struct Unreached {
    name: String,
    href: String,
    typed: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Fault> {
    let found = desk.read(|store| {
        let kept = store.kept_messages(false, SHOWN)?;
        let none = |choice: &ContactPreference| choice.address.is_none();
        let mut unreached = store.unreached(usize::MAX)?;
        unreached.retain(none);
        unreached.truncate(SHOWN as usize);
        Ok((kept, unreached))
    });
    let (kept, unreached) = found.await?;
    let frame = Frame::new(&desk, &session, "来信与退信", "Mail that came back");
    answer(&Page {
        lines: kept.iter().map(|message| Line::of(message, &frame)).collect(),
        unreached: unreached.iter().map(Unreached::of).collect(),
        may_act: session.may(Permission::Correspond),
        done: done == "dealt",
        frame,
    })
}

/// Records that a message was handled; a shared address stays in use or is blocked.
pub(crate) async fn deal(
    State(desk): State<Desk>,
    session: Session,
    Path(message_id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let dealt = match Form::read(&body).one("dealt") {
        "done" => Dealt::Done,
        "block" => Dealt::Block,
        _ => return Err(Fault::invalid("请选择如何处理", "expected done or block")),
    };
    let today = desk.today();
    let template = session.entry(&desk, TrailEvent::MailDealtWith, "", "");
    desk.store(move |store| {
        let entry =
            |event: TrailEvent, subject: &str, what: &str| crate::suspense::trail::TrailEntry {
                event,
                subject: subject.to_owned(),
                detail: crate::web::account::detail(what),
                ..template.clone()
            };
        store.deal_with(std::slice::from_ref(&message_id), dealt, today, &entry)
    })
    .await?;
    Ok(Redirect::to("/letters/back?done=dealt").into_response())
}

impl Line {
    fn of(message: &KeptMessage, frame: &Frame) -> Self {
        let shared = message.kind == SHARED;
        let employer = match message.employer_name.as_str() {
            "" => &message.employer_id,
            name => name,
        };
        let letter = &message.letter_id;
        Self {
            kind: kind(&message.kind, frame),
            noted_on: message.noted_on,
            from: foreign(&message.sender),
            subject: foreign(&message.subject),
            text: foreign(&message.body),
            employer: foreign(employer),
            employer_href: address::employer(&message.employer_id),
            letter_href: match letter.is_empty() {
                true => String::new(),
                false => format!("/letters/{}", address::part(letter)),
            },
            act: format!("/letters/back/{}", address::part(&message.message_id)),
            shared,
        }
    }
}

impl Unreached {
    fn of(choice: &ContactPreference) -> Self {
        Self {
            name: foreign(&choice.name),
            href: address::employer(&choice.employer_id),
            typed: foreign(&choice.left_over.join("；")),
        }
    }
}

fn kind(code: &str, frame: &Frame) -> &'static str {
    match code {
        SHARED => frame.say(
            "多家单位共用的邮箱有退信，请决定是否停用",
            "letters to an address of several employers came back: block it?",
        ),
        "failure" => frame.say("退信，找不到对应函件", "report of failure, of no letter we know"),
        "complaint" => frame.say("被举报为垃圾邮件", "complaint"),
        "moved" => frame.say("更换联系人或邮箱", "names somebody else to write to"),
        "reply" => frame.say("单位回信", "answer"),
        "automatic" => frame.say("自动回复", "automatic answer"),
        _ => frame.say("未能识别", "not understood"),
    }
}
