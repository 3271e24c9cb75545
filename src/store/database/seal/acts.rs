//! Compares people and proposals with their entries in the audit trail.
//!
//! A row rewritten by hand with a fitting seal still disagrees with the trail: the trail records each grant of
//! a role, each proposal as last proposed, edited or decided, and its approver.

use super::super::columns::{columns, select};
use super::super::sql::{Connection, Read, params};
use super::tampering::Tampering;
use crate::store::StoreError;
use crate::suspense::Role;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The trail's entries about a person.
#[derive(Default)]
struct Told {
    /// Every text in the entries' details, roles among them.
    words: BTreeSet<String>,
    locked: bool,
}

/// The trail's entries about a proposal.
#[derive(Default)]
struct Proposed {
    revision: Option<i64>,
    act: Value,
    note: String,
    approved_by: BTreeSet<String>,
}

/// Finds people and proposals that the trail does not account for.
pub(super) fn prove(connection: &Connection, centre: i64) -> Result<Vec<Tampering>, StoreError> {
    let (mut people, mut tokens) = (BTreeMap::new(), BTreeMap::new());
    let mut proposals = BTreeMap::new();
    let sql = "select event, subject, actor, detail from trail where centre_id = ?1
        order by sequence";
    connection.prepare_cached(sql)?.each(params![centre], |row| {
        let (event, subject, actor, detail): (&str, &str, &str, &str) = row.read()?;
        let detail: Value = serde_json::from_str(detail).unwrap_or_default();
        if let Some(id) = detail.get("proposal").and_then(Value::as_str) {
            propose(proposals.entry(id.to_owned()).or_default(), event, actor, &detail);
        } else if event.starts_with("person-") {
            // A mere request (`access-…`) grants nothing.
            let told: &mut Told = people.entry(subject.to_owned()).or_default();
            let words = words(&detail);
            match event {
                "person-locked" => told.locked = true,
                _ if words.contains("enabled") => told.locked = false,
                _ => {}
            }
            told.words.extend(words);
        } else if event.starts_with("token-") {
            let told: &mut BTreeSet<String> = tokens.entry(subject.to_owned()).or_default();
            told.extend(words(&detail));
        }
        Ok(Read::On)
    })?;
    let mut found = persons(connection, centre, &people)?;
    let sql = "select token_id, role from api_token where centre_id = ?1 order by token_id";
    connection.prepare_cached(sql)?.each(params![centre], |row| {
        let (token, role): (&str, &str) = row.read()?;
        if tokens.get(token).is_none_or(|told| denies(told, role)) {
            found.push(Tampering::Token { token: token.to_owned(), role: role.to_owned() });
        }
        Ok(Read::On)
    })?;
    found.extend(drafts(connection, centre, &proposals)?);
    Ok(found)
}

/// Whether the trail names roles, and not this one.
fn denies(told: &BTreeSet<String>, role: &str) -> bool {
    !told.contains(role) && told.iter().any(|word| Role::from_code(word).is_some())
}

/// The texts in a detail.
fn words(detail: &Value) -> BTreeSet<String> {
    match detail {
        Value::String(text) => BTreeSet::from([text.clone()]),
        Value::Array(list) => list.iter().flat_map(words).collect(),
        Value::Object(fields) => fields.values().flat_map(words).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => BTreeSet::new(),
    }
}

fn propose(proposed: &mut Proposed, event: &str, actor: &str, detail: &Value) {
    // Approving a reversal is recorded together with its effect.
    if event.starts_with("approved") || event == "reversed" {
        proposed.approved_by.insert(actor.to_owned());
    }
    // Not every entry that names a proposal describes it.
    if let (Some(revision), Some(act)) = (detail.get("revision"), detail.get("act")) {
        proposed.revision = revision.as_i64();
        proposed.act = act.clone();
        proposed.note = detail.get("note").and_then(Value::as_str).unwrap_or_default().to_owned();
    }
}

fn persons(
    connection: &Connection,
    centre: i64,
    people: &BTreeMap<String, Told>,
) -> Result<Vec<Tampering>, StoreError> {
    let mut found = Vec::new();
    let sql = "select person_id, role, disabled_at from person where centre_id = ?1
        order by person_id";
    connection.prepare_cached(sql)?.each(params![centre], |row| {
        let (person, role, disabled): (String, &str, Option<i64>) = row.read()?;
        let told = people.get(&person);
        if told.is_none_or(|told| denies(&told.words, role)) {
            found.push(Tampering::Role { person, role: role.to_owned() });
        } else if disabled.is_none() && told.is_some_and(|told| told.locked) {
            found.push(Tampering::Unlocked { person });
        }
        Ok(Read::On)
    })?;
    Ok(found)
}

columns! {
    /// The columns of a proposal that the trail records too.
    struct ProposalColumns<'r> {
        proposal_id: &'r str,
        revision: i64,
        act: &'r str,
        note: &'r str,
        first_by: Option<&'r str>,
        second_by: Option<&'r str>,
        operator: bool,
    }
}

fn drafts(
    connection: &Connection,
    centre: i64,
    proposals: &BTreeMap<String, Proposed>,
) -> Result<Vec<Tampering>, StoreError> {
    let mut found = Vec::new();
    let sql =
        select::<ProposalColumns<'_>>("from proposal where centre_id = ?1 order by proposal_id");
    connection.prepare_cached(&sql)?.each(params![centre], |row| {
        let columns: ProposalColumns<'_> = row.read()?;
        let proposal = columns.proposal_id.to_owned();
        let Some(told) = proposals.get(&proposal) else {
            found.push(Tampering::Proposal { proposal });
            return Ok(Read::On);
        };
        let act: Value = serde_json::from_str(columns.act).unwrap_or_default();
        let same = told.revision.is_none_or(|said| {
            said == columns.revision && told.act == act && told.note == columns.note
        });
        let approved = [columns.first_by, columns.second_by];
        let known = |who: &&str| columns.operator || told.approved_by.contains(*who);
        if !same || !approved.iter().flatten().all(known) {
            found.push(Tampering::Proposal { proposal });
        }
        Ok(Read::On)
    })?;
    Ok(found)
}
