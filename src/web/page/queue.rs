//! The queue: suspense with filters, counts per filter, and pages.
//!
//! Start at [`show`]. The address contains the whole view ([`View`]), so it can be bookmarked and shared. One
//! statement counts for all filters ([`facet`]), another reads the page.

mod cursor_page;
mod facet;
mod line;
mod view;

use crate::remittance::Tally;
use cursor_page::CursorPage;
pub(crate) use line::QueueLine;
pub(crate) use line::{seen, signed};
pub(crate) use view::{View, Wanted, place};

use super::{ROWS, as_of, people};
use crate::store::{Counts, OpenItem};
use crate::suspense::Permission;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::{count, yuan};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::NaiveDate;
use facet::Facet;
use std::collections::BTreeMap;

/// Most items that a search counts; above it the page says "at least".
const COUNTED_MAX: usize = 100_000;

#[derive(Template)]
#[template(path = "desk/queue.html")]
struct Page {
    frame: Frame,
    view: View,
    as_of: NaiveDate,
    facets: Vec<Facet>,
    lines: Vec<QueueLine>,
    /// Total of the filtered items over all pages.
    total: String,
    total_amount: String,
    cut: bool,
    /// The addresses of the next, previous and first page; empty without one.
    next: String,
    previous: String,
    first: String,
    /// This page's address without the result of an act.
    here: String,
    export: String,
    /// The address of the view in the other order.
    reordered: String,
    may_assign: bool,
    may_propose: bool,
    may_export: bool,
    done: &'static str,
}

/// The page's data from the store.
struct Found {
    as_of: NaiveDate,
    counts: Counts,
    rows: Vec<OpenItem>,
    suggestions: Vec<Vec<crate::report::Suggestion>>,
    people: BTreeMap<String, String>,
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Query(view): Query<View>,
) -> Result<Response, Fault> {
    let today = desk.today();
    let readings = desk.readings();
    let asked = view.clone();
    let me = session.person_id.clone();
    let found = desk
        .read(move |store| {
            let as_of = as_of(store, today)?;
            let wanted = asked.wanted(as_of, &me);
            let counts = store.counts(&wanted.searched(), as_of, COUNTED_MAX)?;
            let rows = store.queue(&wanted.filter, wanted.order, &wanted.cursor, ROWS + 1)?;
            let suggestions = readings.advise(store, |advice| {
                let suggest = |row: &OpenItem| advice.suggestions(&row.item, readings.reader());
                rows.iter().map(suggest).collect()
            })?;
            Ok(Found { as_of, counts, rows, suggestions, people: people(store)? })
        })
        .await?;
    answer(&page(&desk, &session, view, found))
}

fn page(desk: &Desk, session: &Session, view: View, found: Found) -> Page {
    let frame = Frame::new(desk, session, "挂账处理", "Queue");
    let language = frame.language;
    let wanted = view.wanted(found.as_of, &session.person_id);
    let Tally { count: items, amount } = facet::left(&found.counts, &wanted, &session.person_id);
    let CursorPage { rows, previous, next } = CursorPage::of(found.rows, &wanted.cursor);
    let place = |row: &OpenItem| row.place(wanted.order);
    let next = rows.last().filter(|_| next).map(|last| view.onward(&place(last)));
    let previous = rows.first().filter(|_| previous).map(|first| view.backward(&place(first)));
    let readings = desk.readings();
    let lines = rows.iter().zip(&found.suggestions).map(|(row, suggestions)| {
        QueueLine::of(row, suggestions, found.as_of, &found.people, readings.reader(), language)
    });
    Page {
        lines: lines.collect(),
        facets: facet::all(&view, &found.counts, &wanted, session, &found.people, language),
        total: count(items),
        total_amount: yuan(amount),
        cut: found.counts.cut,
        first: previous.as_ref().map(|_| view.first()).unwrap_or_default(),
        previous: previous.unwrap_or_default(),
        next: next.unwrap_or_default(),
        here: view.here(),
        export: view.export(),
        reordered: view.reordered(),
        may_assign: frame.may(Permission::Assign),
        may_propose: frame.may(Permission::Propose),
        may_export: frame.may(Permission::Export),
        done: view.done_words(language),
        as_of: found.as_of,
        view,
        frame,
    }
}
