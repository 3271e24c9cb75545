//! Letters to employers: searched; and one as it was written.

use super::{ROWS, cut};
use crate::store::{LetterLine, LetterRow};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::address::{self, Query as Address};
use crate::web::view::{foreign, typed_day};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "desk/letters.html")]
struct List {
    frame: Frame,
    asked: Asked,
    lines: Vec<Line>,
    next: String,
}

struct Line {
    href: String,
    written_on: NaiveDate,
    employer: String,
    employer_href: String,
    subject: String,
}

#[derive(Template)]
#[template(path = "desk/letter.html")]
struct Page {
    frame: Frame,
    letter: LetterRow,
    employer_href: String,
    subject: String,
    /// What stands in the message besides its parts in HTML.
    text: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    employer: String,
    on: String,
    after: String,
}

impl Asked {
    /// The place behind which the page begins, `day.id`.
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
    let found = desk
        .store(move |store| {
            let employer = Some(wanted.employer.trim()).filter(|employer| !employer.is_empty());
            let behind = wanted.behind();
            let behind = behind.as_ref().map(|(on, id)| (*on, id.as_str()));
            store.search_letters(employer, typed_day(&wanted.on), Some(&wanted.q), behind, ROWS + 1)
        })
        .await?;
    let (rows, more) = cut(found);
    let behind = |last: &LetterLine| {
        Address::default()
            .with("q", &asked.q)
            .with("employer", &asked.employer)
            .with("on", &asked.on)
            .with("after", &format!("{}.{}", last.written_on, last.letter_id))
            .on("/letters")
    };
    answer(&List {
        frame: Frame::new(&desk, &session, "致单位函件", "Letters"),
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
            })
            .collect(),
        asked,
    })
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Path(letter_id): Path<String>,
) -> Result<Response, Fault> {
    let letter = desk.store(move |store| store.letter(&letter_id)).await?;
    let letter = letter.ok_or(Fault::NotFound)?;
    answer(&Page {
        frame: Frame::new(&desk, &session, "函件", "Letter"),
        employer_href: address::employer(&letter.employer_id),
        subject: foreign(&letter.subject),
        text: plain_part(&letter.message),
        letter,
    })
}

/// The plain text of a message of ours; as it was sent, where it cannot be told apart.
fn plain_part(message: &str) -> String {
    crate::alert::plain_text(message).unwrap_or_else(|| message.to_owned())
}
