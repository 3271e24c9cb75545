//! One item: the bank's data, its parse, why it is open, suggestions, and its history.
//!
//! Start at [`show`]. One query loads everything ([`Found`]), and [`shown`] puts it into words. [`unmask`] shows
//! the page once with the payer's full account and records that in the trail.

mod shown;

pub(crate) use shown::{Notice, facts};

use super::{actor, as_of, people, workers};
use crate::matching::Explanation;
use crate::matching::explanation::PartsVerdict;
use crate::remittance::{Money, PaymentReference, Total};
use crate::report::Suggestion;
use crate::store::{
    AdvanceOffer, Cursor, HistoryEntry, NoticeRow, NoticeSearch, OpenItem, Order, OwnAccount,
    QueueFilter, RefundFilter, RefundRow, SimilarItem, Store, StoreError, TransactionSheet,
};
use crate::suspense::trail::{TrailEntry, TrailEvent};
use crate::suspense::{Proposal, Stage};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::show as answer;
use crate::web::readings::Readings;
use crate::web::session::Session;
use crate::web::view::address::named;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Other items and notices shown of the same employer.
const OTHERS: u32 = 12;
/// Similar items whose outcome is shown.
const SIMILAR: u32 = 8;

/// The page's data from the store.
struct Found {
    as_of: NaiveDate,
    row: OpenItem,
    sheet: TransactionSheet,
    suggestions: Vec<Suggestion>,
    employer: Option<(String, String)>,
    others: Vec<OpenItem>,
    notices: Vec<NoticeRow>,
    similar: Vec<SimilarItem>,
    history: Vec<HistoryEntry>,
    /// The pending or the approved proposal.
    proposal: Option<Proposal>,
    named: BTreeMap<PaymentReference, NoticeRow>,
    /// The advance balance that could cover what an underpaid notice lacks.
    offer: Option<AdvanceOffer>,
    accounts: Vec<OwnAccount>,
    people: BTreeMap<String, String>,
    workers: Vec<(String, String)>,
    /// The refund that returns it, with its state.
    refund: Option<RefundRow>,
    /// The next item in the queue.
    next: Option<OpenItem>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    done: String,
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Path((account_id, serial)): Path<(i64, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let found = find(&desk, account_id, &serial).await?;
    answer(&shown::page(&desk, &session, found, &asked.done, false))
}

/// Shows the payer's full account number and records who looked.
pub(crate) async fn unmask(
    State(desk): State<Desk>,
    session: Session,
    Path((account_id, serial)): Path<(i64, String)>,
) -> Result<Response, Fault> {
    let found = find(&desk, account_id, &serial).await?;
    let entry = TrailEntry {
        at: desk.now(),
        actor: session.person_id.clone(),
        role: actor(&session).role.code().to_owned(),
        event: TrailEvent::Unmasked,
        subject: found.row.item.id.to_string(),
        detail: String::new(),
    };
    desk.store(move |store| store.append(&entry)).await?;
    answer(&shown::page(&desk, &session, found, "", true))
}

async fn find(desk: &Desk, account_id: i64, serial: &str) -> Result<Found, Fault> {
    let serial = named(serial).to_owned();
    let (today, readings) = (desk.today(), desk.readings());
    let found = desk.read(move |store| ask(store, &readings, today, account_id, &serial)).await?;
    found.ok_or(Fault::NotFound)
}

fn ask(
    store: &Store,
    readings: &Readings,
    today: NaiveDate,
    account_id: i64,
    serial: &str,
) -> Result<Option<Found>, StoreError> {
    let Some(row) = store.open_item(account_id, serial)? else { return Ok(None) };
    let Some(sheet) = store.transaction_sheet(account_id, serial)? else { return Ok(None) };
    let id = &row.item.id;
    let suggestions = match row.item.stage {
        Stage::Resolved => Vec::new(),
        Stage::Open | Stage::Assigned | Stage::Proposed | Stage::Approved => {
            readings.advise(store, |advice| advice.suggestions(&row.item, readings.reader()))?
        }
    };
    let employer_id = store.employer_of(id)?;
    let name = employer_id.as_deref().map(|id| store.employer_sheet(id)).transpose()?.flatten();
    let (mut others, mut notices) = (Vec::new(), Vec::new());
    if let Some(employer_id) = &employer_id {
        let filter =
            QueueFilter { employer_id: Some(employer_id.clone()), ..QueueFilter::default() };
        others = store.queue(&filter, Order::Oldest, &Cursor::Start, OTHERS + 1)?;
        others.retain(|other| other.item.id != *id);
        let search =
            NoticeSearch { employer_id: Some(employer_id.clone()), ..NoticeSearch::default() };
        notices = store.search_notices(&search, None, OTHERS)?;
    }
    let proposal = row.item.pending.as_deref().or(row.item.decided.as_deref());
    let proposal = proposal.map(|id| store.proposal(id)).transpose()?.flatten();
    let named = super::act::named(store, proposal.iter().map(|proposal| &proposal.act))?;
    let offer = short(row.item.explanation.as_deref())
        .filter(|_| row.item.closed_on.is_none())
        .map(|(reference, missing)| store.advance_offer(reference, missing))
        .transpose()?
        .flatten();
    let behind = Cursor::After(row.place(Order::Oldest));
    let next = store.queue(&QueueFilter::default(), Order::Oldest, &behind, 1)?;
    let of_item = RefundFilter { item: Some(id.clone()), ..RefundFilter::default() };
    Ok(Some(Found {
        refund: store.refunds(&of_item)?.pop(),
        as_of: as_of(store, today)?,
        similar: store.similar(id, SIMILAR)?,
        history: store.history(id)?,
        employer: employer_id
            .map(|id| (id, name.map(|sheet| sheet.employer.name).unwrap_or_default())),
        accounts: store.own_accounts()?,
        people: people(store)?,
        workers: workers(store)?,
        next: next.into_iter().next(),
        row,
        sheet,
        suggestions,
        others,
        notices,
        proposal,
        named,
        offer,
    }))
}

/// The notice with missing parts, and the missing amount.
fn short(explanation: Option<&str>) -> Option<(PaymentReference, Money)> {
    let Explanation::Parts(standing) = explanation?.parse().ok()? else { return None };
    let missing = (Total::from(standing.due) - standing.received).money()?;
    (standing.verdict == PartsVerdict::Underpaid).then_some((standing.reference, missing))
}
