//! Suspense for programs: the list, one item, its suggestions and history, notes, assignment.

use super::answer::proposal::Seen;
use super::answer::suspense::{HistoryEntry, Item, Suggestion};
use super::answer::{List, Page};
use super::value::{Day, Reason, Stage};
use super::{Asked, Body, Caller, limit, moment, page, parsed, place, wrong};
use crate::remittance;
use crate::store::{
    Assigned, Cursor, OpenItem, Order, QueueFilter, RowPlace, Store, StoreError, SuspenseFilter,
    SuspenseRow,
};
use crate::suspense::{self, ItemId, Person};
use crate::web::Desk;
use crate::web::fault::Fault;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    bank: Option<String>,
    #[param(value_type = Option<Reason>)]
    reason: Option<String>,
    #[param(value_type = Option<Stage>)]
    stage: Option<String>,
    /// A person; empty for nobody's.
    assignee: Option<String>,
    employer: Option<String>,
    /// In names, remarks and serials, or a reference.
    text: Option<String>,
    #[param(value_type = Option<Day>)]
    booked_from: Option<String>,
    #[param(value_type = Option<Day>)]
    booked_to: Option<String>,
    amount_from: Option<String>,
    amount_to: Option<String>,
    #[param(value_type = Option<OrderCode>, inline)]
    order: Option<String>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "says in the description which orders there are")]
enum OrderCode {
    Oldest,
    Largest,
}

impl Filter {
    fn read(&self) -> Result<QueueFilter, Fault> {
        let reason = self.reason.as_deref();
        let stage = self.stage.as_deref();
        Ok(QueueFilter {
            bank: self.bank.clone(),
            reason: reason
                .map(|code| remittance::Reason::from_code(code).ok_or_else(|| wrong("reason")))
                .transpose()?,
            stage: stage
                .map(|code| suspense::Stage::from_code(code).ok_or_else(|| wrong("stage")))
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

type ItemPage = Page<Item>;
type SuggestionList = List<Suggestion>;
type HistoryEntryList = List<HistoryEntry>;

/// What is in suspense, a page at a time
#[utoipa::path(
    get,
    path = "/api/v1/suspense",
    operation_id = "listSuspense",
    params(Filter),
    responses((status = 200, description = "Done", body = ItemPage))
)]
pub(crate) async fn listed(
    State(desk): State<Desk>,
    Asked(asked): Asked<Filter>,
) -> Result<Json<ItemPage>, Fault> {
    let (filter, order, rows) = (asked.read()?, asked.order()?, limit(asked.limit)?);
    let behind = place::<(i64, i64, String)>(asked.cursor.as_deref())?;
    let cursor = behind.map_or(Cursor::Start, |(key, account_id, serial)| {
        Cursor::After(RowPlace { key, account_id, serial })
    });
    let found = desk.read(move |store| store.queue(&filter, order, &cursor, rows + 1)).await?;
    let key = |row: &OpenItem| {
        let RowPlace { key, account_id, serial } = row.place(order);
        (key, account_id, serial)
    };
    Ok(page(found, rows, key, Item::from))
}

/// An item by its id, open or cleared.
fn find(store: &Store, id: &ItemId) -> Result<Option<SuspenseRow>, StoreError> {
    let filter =
        SuspenseFilter { id: Some(id.clone()), closed_too: true, ..SuspenseFilter::default() };
    Ok(store.suspense(&filter)?.into_iter().next())
}

/// One item, also one that is no longer open
#[utoipa::path(
    get,
    path = "/api/v1/suspense/{account}/{serial}",
    operation_id = "showItem",
    params(("account" = String, Path), ("serial" = String, Path)),
    responses((status = 200, description = "Done", body = Item))
)]
pub(crate) async fn shown(
    State(desk): State<Desk>,
    Path((account_no, serial)): Path<(String, String)>,
) -> Result<Json<Item>, Fault> {
    let id = ItemId { account_no, serial };
    let found = desk.read(move |store| find(store, &id)).await?;
    Ok(Json(found.ok_or(Fault::NotFound)?.into()))
}

/// The nearest notices, best first
// A person must settle each of them.
#[utoipa::path(
    get,
    path = "/api/v1/suspense/{account}/{serial}/suggestions",
    operation_id = "suggest",
    params(("account" = String, Path), ("serial" = String, Path)),
    responses((status = 200, description = "Done", body = SuggestionList))
)]
pub(crate) async fn suggestions(
    State(desk): State<Desk>,
    Path((account_no, serial)): Path<(String, String)>,
) -> Result<Json<SuggestionList>, Fault> {
    let (id, readings) = (ItemId { account_no, serial }, desk.readings());
    let found = desk
        .read(move |store| {
            let Some(item) = find(store, &id)? else { return Ok(None) };
            readings.advise(store, |advice| Some(advice.suggestions(&item, readings.reader())))
        })
        .await?;
    Ok(Json(found.ok_or(Fault::NotFound)?.into_iter().collect()))
}

/// Everything that happened to an item, oldest first
#[utoipa::path(
    get,
    path = "/api/v1/suspense/{account}/{serial}/history",
    operation_id = "showHistory",
    params(("account" = String, Path), ("serial" = String, Path)),
    responses((status = 200, description = "Done", body = HistoryEntryList))
)]
pub(crate) async fn history(
    State(desk): State<Desk>,
    Path((account_no, serial)): Path<(String, String)>,
) -> Result<Json<HistoryEntryList>, Fault> {
    let id = ItemId { account_no, serial };
    let found = desk
        .read(move |store| {
            let there = find(store, &id)?.is_some();
            if there { Ok(Some(store.history(&id)?)) } else { Ok(None) }
        })
        .await?;
    Ok(Json(found.ok_or(Fault::NotFound)?.into_iter().collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    text: String,
}

/// Write a note on an item
#[utoipa::path(
    post,
    path = "/api/v1/suspense/{account}/{serial}/notes",
    operation_id = "writeNote",
    params(("account" = String, Path), ("serial" = String, Path)),
    request_body = Note,
    responses((status = 204, description = "Done"), (status = 409, description = "Somebody was faster"))
)]
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

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    items: Vec<Seen>,
    /// Absent: nobody's.
    #[serde(default)]
    to: Option<String>,
}

/// Give items to somebody, or to nobody
#[utoipa::path(
    post,
    path = "/api/v1/assignments",
    operation_id = "assign",
    request_body = Assignment,
    responses((status = 204, description = "Done"), (status = 409, description = "Somebody was faster"))
)]
pub(crate) async fn assign(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Body(wish): Body<Assignment>,
) -> Result<StatusCode, Fault> {
    let now = moment(&desk);
    let items: Vec<suspense::Seen> = wish.items.into_iter().map(suspense::Seen::from).collect();
    let to = wish.to.map(Person);
    desk.store(move |store| store.assign(&actor, &items, to.as_ref(), now)).await??;
    Ok(StatusCode::NO_CONTENT)
}
