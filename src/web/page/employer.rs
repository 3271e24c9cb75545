//! Employers: the search; and one employer with its notices, items in suspense and letters.
//!
//! Accounts and telephone numbers show only their last four characters.

use super::item::Notice;
use super::queue::QueueLine;
use super::{ROWS, as_of, cut, people};
use crate::remittance::account::masked;
use crate::remittance::{Employer, Language, Localized};
use crate::store::{
    ContactPreference, Cursor, EmployerSheet, LetterLine, LetterSearch, NoticeRow, NoticeSearch,
    OpenItem, Order, QueueFilter,
};
use crate::suspense::Permission;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::address::{self, Query as Destination};
use crate::web::view::{foreign, letter as words, yuan};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Notices, items and letters shown per employer.
const SHOWN: u32 = 24;

#[derive(Template)]
#[template(path = "desk/employers.html")]
struct List {
    frame: Frame,
    q: String,
    lines: Vec<ListLine>,
    next: String,
}

struct ListLine {
    id: String,
    name: String,
    uscc: String,
    href: String,
    queue: String,
    has_address: bool,
}

#[derive(Template)]
#[template(path = "desk/employer.html")]
struct Page {
    frame: Frame,
    name: String,
    facts: Vec<(&'static str, String)>,
    items: Vec<QueueLine>,
    items_href: String,
    notices: Vec<Notice>,
    notices_href: String,
    letters: Vec<Letter>,
    letters_href: String,
    address: Address,
    done: bool,
}

/// A letter on the employer's page.
struct Letter {
    href: String,
    written_on: NaiveDate,
    subject: String,
    state: Cow<'static, str>,
    failed: bool,
}

/// The mail address.
struct Address {
    /// Where the form to change it posts; empty without permission.
    form: String,
    address: String,
    /// Used when the first accepts no letters.
    others: String,
    /// Imported text that is not a valid address.
    left_over: String,
    known_by: String,
    asked: String,
    rhythm: Cow<'static, str>,
    /// Why letters to it bounced, if they did.
    blocked: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    after: String,
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let Asked { q, after } = asked;
    let text = q.clone();
    let found = desk.read(move |store| store.search_employers(&text, &after, ROWS + 1)).await?;
    let (rows, more) = cut(found);
    let behind = |last: &Employer| {
        Destination::default().with("q", &q).with("after", &last.employer_id).on("/employers")
    };
    answer(&List {
        frame: Frame::new(&desk, &session, "缴存单位", "Employers"),
        next: rows.last().filter(|_| more).map(behind).unwrap_or_default(),
        lines: rows
            .iter()
            .map(|row| ListLine {
                id: foreign(&row.employer_id),
                name: foreign(&row.name),
                uscc: foreign(row.uscc.as_deref().unwrap_or_default()),
                href: address::employer(&row.employer_id),
                queue: Destination::default().with("employer", &row.employer_id).on("/queue"),
                has_address: row.has_address(),
            })
            .collect(),
        q,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

struct Found {
    sheet: EmployerSheet,
    as_of: NaiveDate,
    items: Vec<OpenItem>,
    notices: Vec<NoticeRow>,
    letters: Vec<LetterLine>,
    choice: ContactPreference,
    people: BTreeMap<String, String>,
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Path(employer_id): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Fault> {
    let today = desk.today();
    let employer_id = address::named(&employer_id).to_owned();
    let found = desk
        .read(move |store| {
            let Some(sheet) = store.employer_sheet(&employer_id)? else { return Ok(None) };
            let filter =
                QueueFilter { employer_id: Some(employer_id.clone()), ..QueueFilter::default() };
            let search =
                NoticeSearch { employer_id: Some(employer_id.clone()), ..NoticeSearch::default() };
            let letters =
                LetterSearch { employer_id: Some(employer_id.clone()), ..LetterSearch::default() };
            Ok(Some(Found {
                sheet,
                as_of: as_of(store, today)?,
                items: store.queue(&filter, Order::Oldest, &Cursor::Start, SHOWN)?,
                notices: store.search_notices(&search, None, SHOWN)?,
                letters: store.search_letters(&letters, None, SHOWN)?,
                choice: store.contact_preferences(Some(&employer_id))?.pop().unwrap_or_default(),
                people: people(store)?,
            }))
        })
        .await?
        .ok_or(Fault::NotFound)?;
    answer(&Page { done: done == "address-set", ..page(&desk, &session, &found) })
}

fn page(desk: &Desk, session: &Session, found: &Found) -> Page {
    let frame = Frame::new(desk, session, "缴存单位", "Employer");
    let language = frame.language;
    let readings = desk.readings();
    let employer = &found.sheet.employer;
    let id = &employer.employer_id;
    let line = |row: &OpenItem| {
        QueueLine::of(row, &[], found.as_of, &found.people, readings.reader(), language)
    };
    let of = |path| Destination::default().with("employer", id).on(path);
    Page {
        name: foreign(if employer.name.is_empty() { id } else { &employer.name }),
        facts: facts(&found.sheet, &frame),
        items: found.items.iter().map(line).collect(),
        items_href: of("/queue"),
        notices: found.notices.iter().map(|one| Notice::of(one, 0, language)).collect(),
        notices_href: of("/notices"),
        letters: found.letters.iter().map(|one| Letter::of(one, language)).collect(),
        address: Address::of(&found.choice, session, language),
        done: false,
        letters_href: of("/letters"),
        frame,
    }
}

impl Letter {
    fn of(row: &LetterLine, language: Language) -> Self {
        Self {
            href: format!("/letters/{}", address::part(&row.letter_id)),
            written_on: row.written_on,
            subject: foreign(&row.subject),
            state: row.state.map(|state| state.in_language(language)).unwrap_or_default(),
            failed: words::failed(row.state),
        }
    }
}

impl Address {
    fn of(choice: &ContactPreference, session: &Session, language: Language) -> Self {
        let form = format!("{}/address", address::employer(&choice.employer_id));
        Self {
            form: if session.may(Permission::Correspond) { form } else { String::new() },
            address: foreign(choice.address.as_deref().unwrap_or_default()),
            others: foreign(&choice.others.join("；")),
            left_over: foreign(&choice.left_over.join("；")),
            known_by: foreign(&words::known_by(choice, language)),
            asked: foreign(choice.asked.as_deref().unwrap_or_default()),
            rhythm: choice.rhythm.in_language(language),
            blocked: foreign(choice.blocked.as_deref().unwrap_or_default()),
        }
    }
}

fn facts(sheet: &EmployerSheet, frame: &Frame) -> Vec<(&'static str, String)> {
    let employer = &sheet.employer;
    let text = |field: &Option<String>| foreign(field.as_deref().unwrap_or_default());
    let accounts: Vec<String> =
        employer.payer_accounts.iter().map(|account| masked(account)).collect();
    let mobile = employer.mobile.as_deref().map(masked).unwrap_or_default();
    let facts = [
        (frame.say("单位编号", "Number"), foreign(&employer.employer_id)),
        (frame.say("统一社会信用代码", "Credit code"), text(&employer.uscc)),
        (frame.say("经办人", "Agent"), text(&employer.contact)),
        (frame.say("手机", "Mobile"), mobile),
        (frame.say("付款账户", "Pays from"), accounts.join("、")),
        (frame.say("单位暂存款", "Advance balance"), yuan(sheet.advance)),
        (frame.say("其中可用", "Of it free"), yuan(sheet.free_advance)),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}
