//! What is in suspense, for programs: the list, one item, what may be meant, what was done, notes, whose it is.

use super::{Asked, Body, Caller, limit, list, moment, parsed, place, shape, wrong};
use crate::remittance::Reason;
use crate::store::{
    Assigned, Cursor, Order, QueueFilter, RowPlace, Store, StoreError, SuspenseFilter, SuspenseRow,
};
use crate::suspense::{ItemId, Person, Seen, Stage};
use crate::web::Desk;
use crate::web::fault::Fault;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Filter {
    bank: Option<String>,
    reason: Option<String>,
    stage: Option<String>,
    /// Empty: nobody's.
    assignee: Option<String>,
    employer: Option<String>,
    text: Option<String>,
    booked_from: Option<String>,
    booked_to: Option<String>,
    amount_from: Option<String>,
    amount_to: Option<String>,
    order: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

impl Filter {
    fn read(&self) -> Result<QueueFilter, Fault> {
        let reason = self.reason.as_deref();
        let stage = self.stage.as_deref();
        Ok(QueueFilter {
            bank: self.bank.clone(),
            reason: reason
                .map(|code| Reason::from_code(code).ok_or_else(|| wrong("reason")))
                .transpose()?,
            stage: stage
                .map(|code| Stage::from_code(code).ok_or_else(|| wrong("stage")))
                .transpose()?,
            assigned: self.assignee.as_ref().map(|person| match person.as_str() {
                "" => Assigned::Nobody,
                person => Assigned::To(person.to_owned()),
            }),
            booked_from: parsed("booked_from", self.booked_from.as_deref())?,
            booked_to: parsed("booked_to", self.booked_to.as_deref())?,
            amount_from: super::yuan("amount_from", self.amount_from.as_deref())?,
            amount_to: super::yuan("amount_to", self.amount_to.as_deref())?,
            employer_id: self.employer.clone(),
            text: self.text.clone(),
        })
    }

    fn order(&self) -> Result<Order, Fault> {
        match self.order.as_deref() {
            None | Some("oldest") => Ok(Order::Oldest),
            Some("largest") => Ok(Order::Largest),
            Some(_) => Err(wrong("order")),
        }
    }
}

pub(crate) async fn listed(
    State(desk): State<Desk>,
    Asked(asked): Asked<Filter>,
) -> Result<Response, Fault> {
    let (filter, order, rows) = (asked.read()?, asked.order()?, limit(asked.limit)?);
    let behind = place::<(i64, i64, String)>(asked.cursor.as_deref())?;
    let cursor = behind.map_or(Cursor::Start, |(key, account_id, serial)| {
        Cursor::After(RowPlace { key, account_id, serial })
    });
    let found = desk.read(move |store| store.queue(&filter, order, &cursor, rows + 1)).await?;
    let key = |row: &crate::store::OpenItem| {
        let RowPlace { key, account_id, serial } = row.place(order);
        (key, account_id, serial)
    };
    Ok(list(found, rows, key, |row| shape::item(&row.item)))
}

/// An item by its id, also one that is no longer open.
fn find(store: &Store, id: &ItemId) -> Result<Option<SuspenseRow>, StoreError> {
    let filter =
        SuspenseFilter { id: Some(id.clone()), closed_too: true, ..SuspenseFilter::default() };
    Ok(store.suspense(&filter)?.into_iter().next())
}

pub(crate) async fn shown(
    State(desk): State<Desk>,
    Path((account_no, serial)): Path<(String, String)>,
) -> Result<Json<Value>, Fault> {
    let id = ItemId { account_no, serial };
    let found = desk.read(move |store| find(store, &id)).await?;
    Ok(Json(shape::item(&found.ok_or(Fault::NotFound)?)))
}

/// The nearest notices, best first; none of them is settled without a person.
pub(crate) async fn suggestions(
    State(desk): State<Desk>,
    Path((account_no, serial)): Path<(String, String)>,
) -> Result<Json<Value>, Fault> {
    let (id, readings) = (ItemId { account_no, serial }, desk.readings());
    let found = desk
        .read(move |store| {
            let Some(item) = find(store, &id)? else { return Ok(None) };
            readings.advise(store, |advice| Some(advice.suggestions(&item, readings.reader())))
        })
        .await?;
    Ok(Json(json!({ "items": found.ok_or(Fault::NotFound)? })))
}

/// Everything that happened to an item, oldest first.
pub(crate) async fn history(
    State(desk): State<Desk>,
    Path((account_no, serial)): Path<(String, String)>,
) -> Result<Json<Value>, Fault> {
    let id = ItemId { account_no, serial };
    let found = desk
        .read(move |store| {
            let there = find(store, &id)?.is_some();
            if there { Ok(Some(store.history(&id)?)) } else { Ok(None) }
        })
        .await?;
    let entries: Vec<Value> = found.ok_or(Fault::NotFound)?.iter().map(shape::history).collect();
    Ok(Json(json!({ "items": entries })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    text: String,
}

pub(crate) async fn note(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Path((account_no, serial)): Path<(String, String)>,
    Body(note): Body<Note>,
) -> Result<StatusCode, Fault> {
    let (id, now) = (ItemId { account_no, serial }, moment(&desk));
    desk.store(move |store| store.note(&actor, &id, &note.text, now)).await??;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    items: Vec<Seen>,
    /// Absent: nobody's.
    #[serde(default)]
    to: Option<Person>,
}

pub(crate) async fn assign(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Body(wish): Body<Assignment>,
) -> Result<StatusCode, Fault> {
    let now = moment(&desk);
    desk.store(move |store| store.assign(&actor, &wish.items, wish.to.as_ref(), now)).await??;
    Ok(StatusCode::NO_CONTENT)
}
