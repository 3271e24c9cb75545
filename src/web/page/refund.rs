//! Refunds: the list of pending ones, one refund in detail, and the payment file for the bank.
//!
//! Start at [`list`]. Account numbers are masked; [`unmask`] shows them once and records who looked. A change is
//! requested and approved in [`act`], by two different people.

pub(crate) mod act;

use super::{actor, people};
use crate::remittance::account::masked;
use crate::remittance::{Localized, RefundReference};
use crate::store::{RefundFilter, RefundMovement, RefundRow, Store};
use crate::suspense::trail::{TrailEntry, TrailEvent};
use crate::suspense::{Permission, RefundChange, RefundState};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::{foreign, yuan};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Template)]
#[template(path = "desk/refunds.html")]
struct List {
    frame: Frame,
    states: Vec<(&'static str, Cow<'static, str>, bool)>,
    lines: Vec<Line>,
    done: &'static str,
    may_export: bool,
}

#[derive(Template)]
#[template(path = "desk/refund.html")]
struct One {
    frame: Frame,
    line: Line,
    facts: Vec<(&'static str, String)>,
    item: String,
    /// A pending change: kind, details, requester and reason, digest.
    request: Option<(Cow<'static, str>, String, String, String)>,
    is_mine: bool,
    may_ask: bool,
    may_approve: bool,
    may_unmask: bool,
    is_masked: bool,
    may_correct: bool,
    may_recall: bool,
    may_untie: bool,
    /// Movements that may have paid or returned it: value and words.
    candidates: Vec<(String, String)>,
    candidate_change: &'static str,
    done: &'static str,
}

struct Line {
    reference: String,
    payee: String,
    account: String,
    amount: String,
    why: String,
    approved_by: String,
    decided_on: chrono::NaiveDate,
    state: Cow<'static, str>,
    waits: bool,
}

/// The query.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    state: String,
    done: String,
}

fn line(row: &RefundRow, names: &BTreeMap<String, String>, whole: bool, frame: &Frame) -> Line {
    let called = |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    let account = if whole { row.payee_account.clone() } else { masked(&row.payee_account) };
    let unknown = frame.language.choose("（不明）", "(unknown)").to_owned();
    Line {
        reference: row.reference.to_string(),
        payee: foreign(&row.payee_name),
        account: if row.payee_account.is_empty() { unknown } else { foreign(&account) },
        amount: yuan(row.amount),
        why: foreign(&row.why),
        approved_by: row.approved_by.split(',').map(called).collect::<Vec<_>>().join("、"),
        decided_on: row.decided_on,
        state: row.state.in_language(frame.language),
        waits: row.request.is_some(),
    }
}

/// The message after an act.
fn done(word: &str, frame: &Frame) -> &'static str {
    match word {
        "asked" => {
            frame.language.choose("已提交，待他人复核。", "Submitted; somebody else approves it.")
        }
        "approved" => frame.language.choose("已复核通过。", "Approved."),
        "dropped" => frame.language.choose("已取消。", "Dropped."),
        _ => "",
    }
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let state = RefundState::from_code(&asked.state);
    let filter = RefundFilter { state, open: state.is_none(), ..RefundFilter::default() };
    let (rows, names) =
        desk.read(move |store| Ok((store.refunds(&filter)?, people(store)?))).await?;
    let frame = Frame::new(&desk, &session, "退款", "Refunds");
    let language = frame.language;
    let states = RefundState::ALL.into_iter();
    answer(&List {
        states: states
            .map(|one| (one.code(), one.in_language(language), Some(one) == state))
            .collect(),
        lines: rows.iter().map(|row| line(row, &names, false, &frame)).collect(),
        done: done(&asked.done, &frame),
        may_export: frame.may(Permission::Approve),
        frame,
    })
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let found = find(&desk, &reference).await?;
    one(&desk, &session, &found, false, &asked.done)
}

/// Shows full account numbers and records who looked.
pub(crate) async fn unmask(
    State(desk): State<Desk>,
    session: Session,
    Path(reference): Path<String>,
) -> Result<Response, Fault> {
    let found = find(&desk, &reference).await?;
    let entry = TrailEntry {
        at: desk.now(),
        actor: session.person_id.clone(),
        role: actor(&session).role.code().to_owned(),
        event: TrailEvent::Unmasked,
        subject: found.row.item.to_string(),
        detail: serde_json::json!({ "refund": found.row.reference.to_string() }).to_string(),
    };
    desk.store(move |store| store.append(&entry)).await?;
    one(&desk, &session, &found, true, "")
}

/// A refund with the data of its page.
struct Found {
    row: RefundRow,
    names: BTreeMap<String, String>,
    candidates: Vec<RefundMovement>,
    item: String,
}

async fn find(desk: &Desk, reference: &str) -> Result<Found, Fault> {
    let reference: RefundReference = reference.parse().map_err(|_| Fault::NotFound)?;
    let found = desk
        .read(move |store: &Store| {
            let Some(row) = store.refund(reference)? else { return Ok(None) };
            let accounts = store.own_accounts()?;
            let own = accounts.iter().find(|account| account.account_no == row.item.account_no);
            let item =
                own.map(|own| crate::web::view::address::item(own.account_id, &row.item.serial));
            Ok(Some(Found {
                names: people(store)?,
                candidates: store.refund_movements(&row)?,
                item: item.unwrap_or_default(),
                row,
            }))
        })
        .await?;
    found.ok_or(Fault::NotFound)
}

fn facts(row: &RefundRow, frame: &Frame) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        (frame.language.choose("来款日期", "Received on"), row.booked_on.to_string()),
        (frame.language.choose("收款银行", "Payee’s bank"), foreign(&row.payee_bank)),
    ];
    if let Some(on) = row.exported_on {
        facts.push((frame.language.choose("导出日期", "Exported on"), on.to_string()));
    }
    if let Some((debit, on)) = &row.paid_by {
        let debit = format!("{on} {} {}", masked(&debit.account_no), foreign(&debit.serial));
        facts.push((frame.language.choose("汇出流水", "The debit"), debit));
    }
    if let Some(on) = row.returned_on {
        let times = format!("{on} ({})", row.returns);
        facts.push((frame.language.choose("最近退票（次数）", "Came back (times)"), times));
    }
    facts
}

fn one(
    desk: &Desk,
    session: &Session,
    found: &Found,
    whole: bool,
    word: &str,
) -> Result<Response, Fault> {
    let frame = Frame::new(desk, session, "退款", "Refund");
    let row = &found.row;
    let request = row.request.as_ref().map(|request| {
        let called = found.names.get(&request.by.0).unwrap_or(&request.by.0).clone();
        let (what, digest) =
            (request.change.in_language(frame.language), request.digest(row.reference));
        (
            what,
            particulars(&request.change, whole),
            format!("{called}：{}", foreign(&request.note)),
            digest,
        )
    });
    let is_mine = row.request.as_ref().is_some_and(|request| request.by.0 == session.person_id);
    let candidate = |one: &RefundMovement| {
        let words = format!(
            "{} {} {} {}",
            one.booked_on,
            foreign(&one.id.serial),
            masked(&one.counterparty_account),
            foreign(&one.counterparty_name)
        );
        (one.id.to_string(), words)
    };
    answer(&One {
        line: line(row, &found.names, whole, &frame),
        facts: facts(row, &frame),
        item: found.item.clone(),
        is_mine,
        may_ask: frame.may(Permission::Propose) && request.is_none(),
        may_approve: frame.may(Permission::Approve) && !is_mine,
        may_unmask: frame.may(Permission::Unmask),
        is_masked: !whole,
        may_correct: row.state == RefundState::Due,
        may_recall: row.state == RefundState::Exported,
        may_untie: row.state == RefundState::Refunded,
        candidates: found.candidates.iter().map(candidate).collect(),
        candidate_change: if row.state == RefundState::Refunded { "returned" } else { "paid" },
        done: done(word, &frame),
        request,
        frame,
    })
}

/// The details of a change, with account numbers masked or in full.
fn particulars(change: &RefundChange, whole: bool) -> String {
    let shown = |account: &str| if whole { account.to_owned() } else { masked(account) };
    match change {
        RefundChange::Payee { name, account, bank } => {
            foreign(&format!("{name} {} {bank}", shown(account)))
        }
        RefundChange::Paid { debit: named } | RefundChange::Returned { credit: named } => {
            foreign(&format!("{} {}", masked(&named.account_no), named.serial))
        }
        RefundChange::Recall | RefundChange::NotPaid => String::new(),
    }
}
