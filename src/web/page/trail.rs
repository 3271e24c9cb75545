//! 操作日志: the audit trail: search, export ([`export`]) and verification of its chain.

pub(crate) mod export;

use super::{ROWS, cut, people};
use crate::remittance::{Language, Localized, said};
use crate::store::TrailFilter;
use crate::suspense::Role;
use crate::suspense::trail::{Break, Chain, Link, TrailEvent};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::address::Query as Address;
use crate::web::view::proposal::Known;
use crate::web::view::{count, detail, foreign, instant};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Template)]
#[template(path = "desk/trail.html")]
struct Page {
    frame: Frame,
    asked: Asked,
    events: Vec<(&'static str, Cow<'static, str>)>,
    lines: Vec<Line>,
    next: String,
    /// The verification, if requested.
    verified: Option<Verified>,
}

/// The result of verifying the chain from its first entry.
struct Verified {
    holds: bool,
    words: String,
    /// The hash of the last entry: written down elsewhere, it proves all of them.
    head: String,
}

struct Line {
    sequence: i64,
    at: String,
    actor: String,
    role: String,
    event: String,
    subject: String,
    /// Link to the subject's page, if it has one.
    href: String,
    detail: String,
    /// The beginning of the hash; the export has all of it.
    hash: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    actor: String,
    event: String,
    subject: String,
    after: String,
    /// Not empty: verify the chain.
    verify: String,
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = TrailFilter {
        before: asked.after.parse().ok(),
        actor: some(&asked.actor),
        event: some(&asked.event),
        subject: some(&asked.subject),
    };
    let verify = !asked.verify.is_empty();
    let (found, known, chain) = desk
        .read(move |store| {
            let found = store.trail(&filter, ROWS + 1)?;
            let accounts = store.own_accounts()?;
            let chain = verify.then(|| store.verify_trail()).transpose()?;
            Ok((found, Known { accounts, people: people(store)?, ..Known::default() }, chain))
        })
        .await?;
    let (rows, more) = cut(found);
    let frame = Frame::new(&desk, &session, "操作日志", "Audit trail");
    let language = frame.language;
    let behind = |last: &Link| {
        Address::default()
            .with("actor", &asked.actor)
            .with("event", &asked.event)
            .with("subject", &asked.subject)
            .with("after", &last.sequence.to_string())
            .on("/trail")
    };
    answer(&Page {
        next: rows.last().filter(|_| more).map(behind).unwrap_or_default(),
        lines: rows.iter().map(|link| line(link, &known, language)).collect(),
        verified: chain.map(|chain| Verified::of(chain, language)),
        events: TrailEvent::KNOWN
            .iter()
            .map(|(code, name)| (*code, name.in_language(language)))
            .collect(),
        asked,
        frame,
    })
}

impl Verified {
    fn of(chain: Result<Chain, Break>, language: Language) -> Self {
        match chain {
            Ok(chain) => {
                let entries = count(chain.len().cast_unsigned());
                let words = said!(
                    language,
                    "已逐条验证：{entries} 条完整，无缺失、无改动。",
                    "Verified entry by entry: all {entries} are there and unchanged."
                )
                .into_owned();
                Self { holds: true, words, head: chain.head().to_owned() }
            }
            Err(broken) => {
                let broken = broken.in_language(language);
                let words = said!(
                    language,
                    "链条断裂：{broken}。请立即保全数据库并查明原因。",
                    "The chain is broken: {broken}. Keep the database as it is and find out why."
                )
                .into_owned();
                Self { holds: false, words, head: String::new() }
            }
        }
    }
}

fn line(link: &Link, known: &Known, language: Language) -> Line {
    let entry = &link.entry;
    let role = Role::from_code(&entry.role);
    let item = entry.subject.parse().ok().map(|id| known.item(&id));
    let item = item.filter(|line| !line.href.is_empty());
    Line {
        sequence: link.sequence,
        at: instant(entry.at),
        actor: known.person(&entry.actor),
        role: match role {
            Some(role) => role.in_language(language).into_owned(),
            None if entry.role == "operator" => {
                language.choose("命令行", "command line").to_owned()
            }
            None => foreign(&entry.role),
        },
        event: entry.event.in_language(language).into_owned(),
        subject: item.as_ref().map_or_else(|| foreign(&entry.subject), |line| line.words.clone()),
        href: item.map(|line| line.href).unwrap_or_default(),
        detail: detail::words(&entry.detail, known, language),
        hash: link.hash.get(..12).unwrap_or_default().to_owned(),
    }
}
