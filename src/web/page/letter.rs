//! Letters to employers: the search; one letter as written; and blocked addresses.

use super::{ROWS, cut};
use crate::alert::LetterState;
use crate::remittance::Localized;
use crate::store::{BlockedAddress, LetterLine, LetterRow, LetterSearch, OutboxFilter, OutboxRow};
use crate::suspense::Permission;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::address::{self, Query as Address};
use crate::web::view::{foreign, letter as words, typed_day};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use std::borrow::Cow;

/// Blocked addresses listed; the others follow as these are fixed.
const BLOCKED_SHOWN: u32 = 50;

#[derive(Template)]
#[template(path = "desk/letters.html")]
struct List {
    frame: Frame,
    asked: Asked,
    states: Vec<(&'static str, Cow<'static, str>)>,
    lines: Vec<Line>,
    next: String,
    blocked: Vec<Blocked>,
    /// Held letters.
    held: u64,
    /// Returned messages that wait for a person, up to the number shown at once.
    waiting: usize,
}

/// A blocked address in the list.
struct Blocked {
    address: String,
    why: String,
    since_on: NaiveDate,
    employer: String,
    employer_href: String,
}

struct Line {
    href: String,
    written_on: NaiveDate,
    employer: String,
    employer_href: String,
    subject: String,
    state: Cow<'static, str>,
    failed: bool,
    answer: String,
}

#[derive(Template)]
#[template(path = "desk/letter.html")]
struct Page {
    frame: Frame,
    letter: LetterRow,
    employer_href: String,
    subject: String,
    /// As read out.
    number: String,
    /// The message without its HTML parts.
    text: String,
    standing: Vec<(&'static str, String)>,
    may_retry: bool,
    done: bool,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    employer: String,
    on: String,
    state: String,
    after: String,
}

impl Asked {
    fn search(&self) -> LetterSearch {
        let employer_id = Some(self.employer.trim()).filter(|employer| !employer.is_empty());
        LetterSearch {
            employer_id: employer_id.map(str::to_owned),
            written_on: typed_day(&self.on),
            state: LetterState::from_code(&self.state),
            text: Some(self.q.clone()),
        }
    }

    /// The position after which the page begins, `day.id`.
    fn behind(&self) -> Option<(NaiveDate, String)> {
        let (on, id) = self.after.split_once('.')?;
        Some((on.parse().ok()?, id.to_owned()))
    }
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let wanted = asked.clone();
    let (found, blocked, held, waiting) = desk
        .read(move |store| {
            let (search, behind) = (wanted.search(), wanted.behind());
            let behind = behind.as_ref().map(|(on, id)| (*on, id.as_str()));
            let found = store.search_letters(&search, behind, ROWS + 1)?;
            let waiting = store.kept_messages(false, BLOCKED_SHOWN)?.len();
            let (blocked, held) =
                (store.blocked_addresses(BLOCKED_SHOWN)?, store.count_held_letters()?);
            Ok((found, blocked, held, waiting))
        })
        .await?;
    let (rows, more) = cut(found);
    let frame = Frame::new(&desk, &session, "致单位函件", "Letters");
    let language = frame.language;
    let behind = |last: &LetterLine| {
        Address::default()
            .with("q", &asked.q)
            .with("employer", &asked.employer)
            .with("on", &asked.on)
            .with("state", &asked.state)
            .with("after", &format!("{}.{}", last.written_on, last.letter_id))
            .on("/letters")
    };
    answer(&List {
        frame,
        states: LetterState::ALL
            .into_iter()
            .map(|state| (state.code(), state.in_language(language)))
            .collect(),
        blocked: blocked.iter().map(Blocked::of).collect(),
        waiting,
        next: rows.last().filter(|_| more).map(behind).unwrap_or_default(),
        lines: rows
            .iter()
            .map(|row| Line {
                href: format!("/letters/{}", address::part(&row.letter_id)),
                written_on: row.written_on,
                employer: foreign(if row.employer_name.is_empty() {
                    &row.employer_id
                } else {
                    &row.employer_name
                }),
                employer_href: address::employer(&row.employer_id),
                subject: foreign(&row.subject),
                state: row.state.map(|state| state.in_language(language)).unwrap_or_default(),
                failed: words::failed(row.state),
                answer: foreign(&row.answer),
            })
            .collect(),
        asked,
        held,
    })
}

impl Blocked {
    fn of(row: &BlockedAddress) -> Self {
        Self {
            address: foreign(&row.address),
            why: foreign(&format!("{} {}", row.reason, row.detail)),
            since_on: row.since_on,
            employer: foreign(&row.employer_id),
            employer_href: address::employer(&row.employer_id),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Path(letter_id): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Fault> {
    let found = desk.read(move |store| {
        let Some(letter) = store.letter(&letter_id)? else { return Ok(None) };
        let filter = OutboxFilter {
            letter: Some(letter_id),
            employer_id: Some(letter.employer_id.clone()),
            state: None,
        };
        Ok(Some((letter, store.outbox(&filter)?.pop())))
    });
    let (letter, standing) = found.await?.ok_or(Fault::NotFound)?;
    let frame = Frame::new(&desk, &session, "函件", "Letter");
    let state = standing.as_ref().map(|row| row.state);
    answer(&Page {
        employer_href: address::employer(&letter.employer_id),
        subject: foreign(&letter.subject),
        number: crate::alert::letter_number::spoken(&letter.number),
        text: readable(&letter),
        may_retry: words::failed(state) && session.may(Permission::Correspond),
        standing: standing.map(|row| facts(&desk, &row, &frame)).unwrap_or_default(),
        done: done == "letter-retried",
        frame,
        letter,
    })
}

/// One letter's raw bytes; a paper letter is not a mail.
pub(crate) async fn file(
    State(desk): State<Desk>,
    Path(letter_id): Path<String>,
) -> Result<Response, Fault> {
    let letter = desk.read(move |store| store.letter(&letter_id)).await?;
    let letter = letter.filter(|letter| !letter.on_paper()).ok_or(Fault::NotFound)?;
    let short = letter.letter_id.get(..12).unwrap_or_default().to_owned();
    let name = format!("attachment; filename=\"{}-{short}.eml\"", letter.written_on);
    let name = HeaderValue::from_str(&name).map_err(|_| Fault::Broken)?;
    let kind = HeaderValue::from_static("message/rfc822");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, letter.message).into_response())
}

/// The policy of a letter's page: styles only.
const PRINTED: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-modals; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// One letter's page as its reader sees it, for printing.
pub(crate) async fn print(
    State(desk): State<Desk>,
    Path(letter_id): Path<String>,
) -> Result<Response, Fault> {
    let letter = desk.read(move |store| store.letter(&letter_id)).await?;
    let letter = letter.ok_or(Fault::NotFound)?;
    let page = if letter.on_paper() {
        letter.message
    } else {
        let mail = mail_parser::MessageParser::default().parse(&letter.message);
        mail.and_then(|mail| Some(mail.body_html(0)?.into_owned())).ok_or(Fault::NotFound)?
    };
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    let policy = HeaderValue::from_static(PRINTED);
    let headers = [(header::CONTENT_TYPE, html), (header::CONTENT_SECURITY_POLICY, policy)];
    Ok((headers, page).into_response())
}

/// The state of a letter, and its history.
fn facts(desk: &Desk, row: &OutboxRow, frame: &Frame) -> Vec<(&'static str, String)> {
    let at =
        |at: Option<i64>| at.filter(|at| *at > 0).map(|at| desk.shown_at(at)).unwrap_or_default();
    let anew = if row.reissued {
        frame.say("已改寄其他邮箱或转为纸质函件", "written anew to another address, or on paper")
    } else {
        ""
    };
    let facts = [
        (frame.say("状态", "State"), row.state.in_language(frame.language).into_owned()),
        (frame.say("尝试次数", "Tries"), row.attempts.to_string()),
        (frame.say("最近一次", "Last change"), at(Some(row.changed_at))),
        (frame.say("下次尝试", "Next try"), at(row.due_at)),
        (frame.say("邮件服务器答复", "The mail server said"), foreign(&row.answer)),
        (frame.say("后续", "Since then"), anew.to_owned()),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty() && value != "0").collect()
}

/// The text of a letter: a mail's plain text, or that of the printed page.
fn readable(letter: &LetterRow) -> String {
    let page = || format!("Content-Type: text/html; charset=utf-8\n\n{}", letter.message);
    let text = if letter.on_paper() {
        crate::alert::plain_text(&page())
    } else {
        crate::alert::plain_text(&letter.message)
    };
    text.unwrap_or_else(|| letter.message.clone())
}
