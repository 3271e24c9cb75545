//! Exports the queue as a workbook, with the rows of all pages.
//!
//! Start at [`queue`]. Rows are read a page at a time and written as they come. Accounts stay masked, texts are
//! guarded against formulas (`report/xlsx.rs`), and the trail records the export.

use super::queue::View;
use super::{actor, as_of};
use crate::nightly;
use crate::remittance::Language;
use crate::report::Item;
use crate::report::xlsx::ItemBook;
use crate::store::{Cursor, QueueFilter, Store, StoreError};
use crate::suspense::trail::{TrailEntry, TrailEvent};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::readings::Readings;
use crate::web::session::Session;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use std::io;

/// Rows read per batch.
const ROWS_TOGETHER: u32 = 1_000;
/// Most rows per workbook; for more, filter or use the night's report.
const ROWS_MAX: u64 = 50_000;

pub(crate) async fn queue(
    State(desk): State<Desk>,
    session: Session,
    Query(view): Query<View>,
) -> Result<Response, Fault> {
    let (today, readings) = (desk.today(), desk.readings());
    let language = session.visit.language;
    let entry = TrailEntry {
        at: desk.now(),
        actor: session.person_id.clone(),
        role: actor(&session).role.code().to_owned(),
        event: TrailEvent::Exported,
        subject: "queue".to_owned(),
        // Not the search text: it may be a payer's name, and the trail is kept forever.
        detail: String::new(),
    };
    let made = desk
        .store(move |store| {
            let as_of = as_of(store, today)?;
            let wanted = view.wanted(as_of, &session.person_id);
            let items = Items {
                store,
                readings: &readings,
                filter: &wanted.filter,
                order: wanted.order,
                as_of,
            };
            let made = items.workbook(language)?;
            store.append(&entry)?;
            Ok(made.map(|bytes| (bytes, as_of)))
        })
        .await?;
    let (bytes, as_of) = made.ok_or(Fault::Broken)?;
    let name = format!("attachment; filename=\"suspense-{as_of}.xlsx\"");
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(|_| Fault::Broken)?),
    ];
    Ok((headers, bytes).into_response())
}

/// The rows of a view.
struct Items<'a> {
    store: &'a Store,
    readings: &'a Readings,
    filter: &'a QueueFilter,
    order: crate::store::Order,
    as_of: NaiveDate,
}

impl Items<'_> {
    /// The workbook; `None` if it could not be written, which is not a store error.
    fn workbook(&self, language: Language) -> Result<Option<Vec<u8>>, StoreError> {
        let reader = self.readings.reader();
        let title = format!("duizhang {}", self.as_of);
        let Ok(mut book) = ItemBook::new(&title, self.as_of, language) else { return Ok(None) };
        let mut cursor = Cursor::Start;
        let mut written = 0;
        while written < ROWS_MAX {
            let rows = self.store.queue(self.filter, self.order, &cursor, ROWS_TOGETHER)?;
            let Some(last) = rows.last() else { break };
            cursor = Cursor::After(last.place(self.order));
            let advised: Vec<_> = self.readings.advise(self.store, |advice| {
                rows.iter().map(|row| advice.suggestions(&row.item, reader)).collect()
            })?;
            for (row, suggestions) in rows.iter().zip(advised) {
                written += 1;
                let item = nightly::report_item(&row.item, reader, suggestions, self.as_of);
                let item = Item { number: written, ..item };
                if book.add(&item).is_err() {
                    return Ok(None);
                }
            }
        }
        let mut out = io::Cursor::new(Vec::new());
        Ok(book.write(&mut out).ok().map(|()| out.into_inner()))
    }
}
