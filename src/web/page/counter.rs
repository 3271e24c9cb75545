//! The counter (柜台业务): operations that one person requests and another approves.
//!
//! Start at [`show`]: the form of the chosen operation, pending requests with their effect, and decided ones.
//! [`fields`] defines each form. Documents are masked; [`unmask`] shows them and records who looked. Both persons
//! come from sessions ([`act`]) and are never typed.

pub(crate) mod act;
mod fields;

use self::fields::{Field, fields_of, label};
use super::{actor, people};
use crate::remittance::account::masked;
use crate::remittance::{Language, Localized, Money};
use crate::store::{CounterRow, Store};
use crate::suspense::trail::{TrailEntry, TrailEvent};
use crate::suspense::{CounterOperation, CounterRequest, Permission};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::proposal::renewed;
use crate::web::view::{foreign, instant, yuan};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Decided requests listed.
const DECIDED_MAX: u32 = 50;

#[derive(Template)]
#[template(path = "desk/counter.html")]
struct Counter {
    frame: Frame,
    kinds: Vec<(&'static str, Cow<'static, str>, bool)>,
    /// The operation of the form; empty for none.
    kind: &'static str,
    fields: Vec<Field>,
    open: Vec<Line>,
    decided: Vec<Line>,
    may_ask: bool,
    may_unmask: bool,
    done: &'static str,
}

struct Line {
    id: String,
    what: Cow<'static, str>,
    facts: Vec<(Cow<'static, str>, String)>,
    /// Its effect, or why it is no longer possible.
    would: Vec<String>,
    refused: String,
    asked: String,
    decided: String,
    /// People whose access another person renewed before they requested or decided.
    flags: Vec<String>,
    state: Cow<'static, str>,
    note: String,
    is_mine: bool,
    may_decide: bool,
    is_masked: bool,
}

/// The query.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    op: String,
    done: String,
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    page(&desk, &session, &asked, "").await
}

/// Shows one request with unmasked documents and records who looked.
pub(crate) async fn unmask(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let entry = TrailEntry {
        at: desk.now(),
        actor: session.person_id.clone(),
        role: actor(&session).role.code().to_owned(),
        event: TrailEvent::Unmasked,
        subject: id.clone(),
        detail: String::new(),
    };
    let known = id.clone();
    desk.write(move |store| {
        if !store.has_counter(&known)? {
            return Ok(Err(Fault::NotFound));
        }
        store.append(&entry)?;
        Ok(Ok(()))
    })
    .await??;
    page(&desk, &session, &Asked::default(), &id).await
}

async fn page(
    desk: &Desk,
    session: &Session,
    asked: &Asked,
    whole: &str,
) -> Result<Response, Fault> {
    let (policy, today) = (Arc::new(desk.setup().rules.policy.clone()), desk.today());
    let (open, decided, names) = desk
        .read(move |store: &Store| {
            let open = store.open_counter(&policy, today)?;
            Ok((open, store.decided_counter(DECIDED_MAX)?, people(store)?))
        })
        .await?;
    let frame = Frame::new(desk, session, "柜台业务", "Counter");
    let language = frame.language;
    let chosen = CounterOperation::KINDS.iter().find(|(code, _)| *code == asked.op);
    let kind = chosen.map_or("", |(code, ..)| code);
    let lines = |rows: &[CounterRow]| -> Vec<Line> {
        rows.iter()
            .map(|row| line(row, &names, session, row.request.request_id == whole, &frame))
            .collect()
    };
    answer(&Counter {
        kinds: CounterOperation::KINDS
            .iter()
            .map(|(code, name)| (*code, name.in_language(language), *code == kind))
            .collect(),
        kind,
        fields: fields_of(kind, language),
        open: lines(&open),
        decided: lines(&decided),
        may_ask: frame.may(Permission::Propose),
        may_unmask: frame.may(Permission::Unmask),
        done: done(&asked.done, language),
        frame,
    })
}

fn line(
    row: &CounterRow,
    names: &BTreeMap<String, String>,
    session: &Session,
    whole: bool,
    frame: &Frame,
) -> Line {
    let request = &row.request;
    let language = frame.language;
    let called = |id: &str| foreign(names.get(id).map_or(id, String::as_str));
    let (facts, has_document) = facts(&request.operation, whole, language);
    let hides = has_document || matches!(request.operation, CounterOperation::MergeEmployees(_));
    let is_mine = request.asked_by.0 == session.person_id;
    let (would, refused) = match &row.would {
        Some(Ok(effect)) => {
            let lines = effect.lines.iter();
            let told = lines.map(|(before, after, amount)| {
                // The log's words contain the full document.
                changed(before, after, *amount, whole || !hides)
            });
            (told.filter(|words| !words.is_empty()).collect(), String::new())
        }
        Some(Err(refusal)) => (Vec::new(), refusal.in_language(language).into_owned()),
        None => (Vec::new(), String::new()),
    };
    Line {
        id: request.request_id.clone(),
        what: request.operation.in_language(language),
        facts,
        would,
        refused: foreign(&refused),
        asked: format!("{} {}", called(&request.asked_by.0), instant(request.asked_at)),
        decided: request
            .decided
            .as_ref()
            .map(|(by, at)| format!("{} {}", called(&by.0), instant(*at)))
            .unwrap_or_default(),
        flags: flags(request, &called, language),
        state: request.state.in_language(language),
        note: foreign(&request.note),
        is_mine,
        may_decide: frame.may(Permission::Approve) && !is_mine,
        is_masked: hides && !whole,
    }
}

/// People whose access another person renewed shortly before they requested or decided.
fn flags(
    request: &CounterRequest,
    called: &impl Fn(&str) -> String,
    language: Language,
) -> Vec<String> {
    let decider = request.decided.as_ref().map(|(by, _)| by);
    let hands = [
        (Some(&request.asked_by), &request.asked_renewed_by),
        (decider, &request.decided_renewed_by),
    ];
    let told = hands.into_iter().filter_map(|(who, by)| {
        Some(renewed(&called(&who?.0), &called(&by.as_ref()?.0), language))
    });
    told.collect()
}

/// The log's description of the change.
fn changed(before: &str, after: &str, amount: Option<Money>, whole: bool) -> String {
    let mut words = Vec::new();
    if whole && before != after {
        words.push(format!("{} → {}", foreign(before), foreign(after)));
    }
    words.extend(amount.map(yuan));
    words.join(" · ")
}

/// The typed values with labels, and whether they contain a document number.
fn facts(
    operation: &CounterOperation,
    whole: bool,
    language: Language,
) -> (Vec<(Cow<'static, str>, String)>, bool) {
    let Ok(Value::Object(typed)) = serde_json::to_value(operation) else {
        return (Vec::new(), false);
    };
    let is_identity = matches!(operation, CounterOperation::CorrectIdentity(_));
    let facts = typed.iter().filter_map(|(name, value)| {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        let shown = if name == "id_no" && !whole { masked(text) } else { text.to_owned() };
        Some((label(name, language)?, foreign(&shown)))
    });
    (facts.collect(), is_identity)
}

/// The message after an act.
fn done(word: &str, language: Language) -> &'static str {
    match word {
        "asked" => language.choose("已提交，待他人复核。", "Submitted; somebody else approves it."),
        "approved" => language.choose("已复核通过，账务已变更。", "Approved; the books have it."),
        "sent-back" => language.choose("已退回。", "Sent back."),
        "withdrawn" => language.choose("已撤回。", "Withdrawn."),
        _ => "",
    }
}
