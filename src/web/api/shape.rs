//! What the interface's JSON looks like. Money, days and instants are text; what may be absent is null.

use crate::alert::LetterState;
use crate::remittance::account::masked;
use crate::remittance::{Direction, Language, Localized, Money, Subject, Tally};
use crate::store::{
    Audit, EmployerLine, EmployerSheet, HistoryEntry, LetterLine, NoticeLine, Preview, RunLine,
    SuspenseRow, TransactionLine,
};
use crate::suspense::trail::Link;
use crate::suspense::{Approval, ItemId, Proposal};
use chrono::{DateTime, NaiveDate, SecondsFormat};
use serde_json::{Value, json};

/// An instant, RFC 3339, in UTC.
fn instant(at: i64) -> String {
    let at = DateTime::from_timestamp(at, 0).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn day(day: Option<NaiveDate>) -> Value {
    day.map_or(Value::Null, |day| Value::String(day.to_string()))
}

const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Credit => "credit",
        Direction::Debit => "debit",
    }
}

/// The trail's own JSON; null for nothing.
fn detail(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

pub(super) fn item(row: &SuspenseRow) -> Value {
    let remarks: Vec<Value> = row
        .remarks
        .iter()
        .map(|(field, text)| json!({ "field": field.in_language(Language::Chinese), "text": text }))
        .collect();
    json!({
        "id": row.id,
        "version": row.version,
        "account": row.id.account_no,
        "serial": row.id.serial,
        "bank": row.bank,
        "bank_name": row.bank_name,
        "booked_on": row.booked_on.to_string(),
        "direction": direction(row.direction),
        "amount": row.amount,
        "payer": row.counterparty_name,
        "payer_account": masked(&row.counterparty_account),
        "remarks": remarks,
        "reason": row.reason.map(|reason| reason.code()),
        "reference": row.reference,
        "read_as": row.read_as,
        "stage": row.stage.code(),
        "assignee": row.assignee,
        "note": row.note,
        "resolution": row.resolution,
        "pending": row.pending,
        "decided": row.decided,
        "opened_on": row.opened_on.to_string(),
        "closed_on": day(row.closed_on),
        "wake_on": day(row.wake_on),
    })
}

pub(super) fn history(entry: &HistoryEntry) -> Value {
    json!({
        "on": entry.on.to_string(),
        "at": entry.at.map(instant),
        "by": entry.by,
        "event": entry.code(),
        "detail": detail(&entry.detail),
        "posting": entry.posting.as_ref().map(posting),
    })
}

fn posting<A: serde::Serialize>((debit, credit, amount): &(Subject, Subject, A)) -> Value {
    json!({ "debit": debit, "credit": credit, "amount": amount })
}

pub(super) fn preview(preview: &Preview) -> Value {
    let notices: Vec<Value> = preview
        .notices
        .iter()
        .map(|notice| {
            json!({
                "reference": notice.reference,
                "employer_id": notice.employer_id,
                "employer": notice.employer,
                "amount": notice.amount,
                "month": notice.month,
            })
        })
        .collect();
    let rest = |(item, amount): (&ItemId, &Money)| json!({ "item": item, "amount": amount });
    json!({
        "amount": preview.amount,
        "rule": preview.rule,
        "approvals_needed": preview.approvals_needed,
        "items": preview.items,
        "notices": notices,
        "rest": preview.rest.iter().map(rest).collect::<Vec<_>>(),
        "postings": preview.postings.iter().map(posting).collect::<Vec<_>>(),
    })
}

pub(super) fn proposal(proposal: &Proposal) -> Value {
    let approval = |one: &Approval| json!({ "by": one.by, "at": instant(one.at), "renewed_by": one.renewed_by });
    let ended = proposal.ended.as_ref();
    json!({
        "proposal_id": proposal.proposal_id,
        "revision": proposal.revision,
        "digest": proposal.digest(),
        "state": proposal.state.code(),
        "items": proposal.items,
        "act": proposal.act,
        "note": proposal.note,
        "amount": proposal.amount,
        "proposed_by": proposal.proposed_by,
        "proposed_at": instant(proposal.proposed_at),
        "proposer_renewed_by": proposal.proposer_renewed_by,
        "approvals_needed": proposal.approvals_needed,
        "approvals": proposal.approvals.iter().map(approval).collect::<Vec<_>>(),
        "ended": ended.map(|(end, why)| json!({ "by": end.by, "at": instant(end.at), "why": why })),
    })
}

pub(super) fn transaction(row: &TransactionLine, account: &str) -> Value {
    json!({
        "account": account,
        "serial": row.serial,
        "bank_name": row.bank_name,
        "booked_on": row.booked_on.to_string(),
        "direction": direction(row.direction),
        "amount": row.amount,
        "counterparty": row.counterparty_name,
        "remark": row.remark,
        "outcome": row.outcome.map(|outcome| outcome.code()),
        "reason": row.reason.map(|reason| reason.code()),
        "notice": row.notice,
    })
}

pub(super) fn notice(row: &NoticeLine) -> Value {
    json!({
        "reference": row.reference,
        "employer_id": row.employer_id,
        "employer": row.employer_name,
        "amount": row.amount,
        "from_advance": row.from_advance,
        "issued_on": row.issued_on.to_string(),
        "month": row.month,
        "status": row.status.code(),
        "settled_on": day(row.settled_on),
    })
}

pub(super) fn employer(row: &EmployerLine) -> Value {
    json!({
        "employer_id": row.employer_id,
        "name": row.name,
        "uscc": row.uscc,
        "has_address": row.has_address,
    })
}

pub(super) fn employer_sheet(sheet: &EmployerSheet) -> Value {
    let employer = &sheet.employer;
    let accounts = employer.payer_accounts.iter().map(|account| masked(account));
    json!({
        "employer_id": employer.employer_id,
        "name": employer.name,
        "uscc": employer.uscc,
        "has_address": employer.has_address(),
        "payer_accounts": accounts.collect::<Vec<_>>(),
        "advance": sheet.advance,
        "free_advance": sheet.free_advance,
    })
}

pub(super) fn run(row: &RunLine) -> Value {
    let tally = |tally: Tally| json!({ "count": tally.count, "amount": tally.amount });
    json!({
        "as_of": row.as_of.to_string(),
        "received": tally(row.received),
        "matched": tally(row.matched),
        "opened": tally(row.opened),
        "closing": tally(row.closing),
    })
}

pub(super) fn letter(row: &LetterLine) -> Value {
    json!({
        "letter_id": row.letter_id,
        "written_on": row.written_on.to_string(),
        "employer_id": row.employer_id,
        "employer": row.employer_name,
        "subject": row.subject,
        "state": row.state.map(LetterState::code),
        "answer": row.answer,
    })
}

pub(super) fn link(link: &Link) -> Value {
    let entry = &link.entry;
    json!({
        "sequence": link.sequence,
        "at": instant(entry.at),
        "actor": entry.actor,
        "role": entry.role,
        "event": entry.event.code(),
        "subject": entry.subject,
        "detail": detail(&entry.detail),
        "previous": link.previous,
        "hash": link.hash,
    })
}

pub(super) fn audit(audit: &Audit) -> Value {
    let places: Vec<Value> = audit
        .places
        .iter()
        .map(|standing| {
            json!({
                "place": standing.place.code(),
                "count": standing.transactions,
                "amount": standing.amount,
                "outcome": standing.place.outcome().code(),
                "by_outcome": standing.by_outcome,
            })
        })
        .collect();
    let figures = &audit.advance;
    json!({
        "whole": audit.gaps.is_empty(),
        "received": audit.received,
        "places": places,
        "advance": {
            "put_in": figures.put_in,
            "corrected": figures.corrected,
            "used": figures.used,
            "left": figures.left,
        },
        "gaps": audit.gaps.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
