//! 批次: the list of nights; and one night with its files, decisions and warnings.

use super::{ROWS, cut};
use crate::nightly;
use crate::remittance::{Language, Localized, Outcome, Tally};
use crate::report::Warning;
use crate::store::{FeedRow, RunLine};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::address::Query as Address;
use crate::web::view::{count, foreign, typed_day, yuan};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Template)]
#[template(path = "desk/runs.html")]
struct List {
    frame: Frame,
    lines: Vec<Line>,
    next: String,
}

/// A night in the list.
struct Line {
    as_of: NaiveDate,
    received: String,
    received_amount: String,
    matched: String,
    percent: String,
    opened: String,
    opened_amount: String,
    closing: String,
    closing_amount: String,
}

#[derive(Template)]
#[template(path = "desk/run.html")]
struct Page {
    frame: Frame,
    as_of: NaiveDate,
    files: Vec<File>,
    outcomes: Vec<Decided>,
    warnings: Vec<Told>,
    letters: String,
    letters_href: String,
}

/// An ingested file.
struct File {
    name: String,
    kind: String,
    entries: String,
    fresh: String,
    seen: String,
    conflicting: String,
    rejected: String,
}

struct Decided {
    words: Cow<'static, str>,
    count: String,
    amount: String,
    is_negative: bool,
    href: String,
}

/// A warning.
struct Told {
    title: Cow<'static, str>,
    place: String,
    words: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    after: String,
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let before = typed_day(&asked.after);
    let found = desk.read(move |store| store.runs(before, ROWS + 1)).await?;
    let (rows, more) = cut(found);
    let behind =
        |last: &RunLine| Address::default().with("after", &last.as_of.to_string()).on("/runs");
    answer(&List {
        frame: Frame::new(&desk, &session, "批次", "Runs"),
        next: rows.last().filter(|_| more).map(behind).unwrap_or_default(),
        lines: rows.iter().map(line).collect(),
    })
}

fn line(run: &RunLine) -> Line {
    let percent = crate::report::night::percent(run.matched.count, run.received.count);
    Line {
        as_of: run.as_of,
        received: count(run.received.count),
        received_amount: yuan(run.received.amount),
        matched: count(run.matched.count),
        percent: percent.map_or_else(|| "–".to_owned(), |percent| format!("{percent}%")),
        opened: count(run.opened.count),
        opened_amount: yuan(run.opened.amount),
        closing: count(run.closing.count),
        closing_amount: yuan(run.closing.amount),
    }
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Path(as_of): Path<String>,
) -> Result<Response, Fault> {
    let as_of = typed_day(&as_of).ok_or(Fault::NotFound)?;
    let found = desk
        .read(move |store| {
            let is_one =
                store.runs(as_of.succ_opt(), 1)?.first().is_some_and(|run| run.as_of == as_of);
            if !is_one {
                return Ok(None);
            }
            Ok(Some((store.run_details(as_of)?, store.feeds(Some(as_of), Some(as_of))?)))
        })
        .await?;
    let (run_details, feeds) = found.ok_or(Fault::NotFound)?;
    let frame = Frame::new(&desk, &session, "批次", "Run");
    let language = frame.language;
    let warnings = nightly::warnings(&run_details, desk.rules(), as_of);
    answer(&Page {
        as_of,
        files: feeds.iter().map(file).collect(),
        outcomes: run_details
            .outcomes
            .iter()
            .map(|(outcome, tally)| decided(*outcome, *tally, as_of, language))
            .collect(),
        warnings: warnings.iter().map(|warning| told(warning, language)).collect(),
        letters: count(run_details.letters),
        letters_href: format!("/letters?on={as_of}"),
        frame,
    })
}

fn file(feed: &FeedRow) -> File {
    File {
        name: foreign(&feed.file_name),
        kind: format!("{} {}", feed.format, feed.encoding),
        entries: count(feed.entries),
        fresh: count(feed.fresh),
        seen: count(feed.seen),
        conflicting: count(feed.conflicting),
        rejected: count(feed.rejected),
    }
}

fn decided(outcome: Outcome, tally: Tally, as_of: NaiveDate, language: Language) -> Decided {
    let taken = Address::default().with("taken", &as_of.to_string());
    Decided {
        words: outcome.in_language(language),
        count: count(tally.count),
        amount: yuan(tally.amount),
        is_negative: tally.amount.is_negative(),
        href: taken.with("outcome", outcome.code()).on("/transactions"),
    }
}

fn told(warning: &Warning, language: Language) -> Told {
    Told {
        title: warning.title().in_language(language),
        place: foreign(warning.place()),
        words: foreign(&warning.in_language(language)),
    }
}
