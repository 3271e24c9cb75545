//! Notices: search by reference, employer, month, state and amount.

use super::{ROWS, cut};
use crate::remittance::{Localized, NoticeStage, YearMonth};
use crate::store::{NoticeRow, NoticeSearch};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::address::{self, Query as Address};
use crate::web::view::{foreign, typed_amount, yuan};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Template)]
#[template(path = "desk/notices.html")]
struct Page {
    frame: Frame,
    asked: Asked,
    statuses: Vec<(&'static str, Cow<'static, str>)>,
    lines: Vec<Line>,
    next: String,
}

struct Line {
    reference: String,
    employer: String,
    employer_href: String,
    month: YearMonth,
    issued_on: NaiveDate,
    amount: String,
    /// What the advance balance contributes; empty for nothing.
    from_advance: String,
    status: Cow<'static, str>,
    settled_on: Option<NaiveDate>,
    /// The transactions that name or pay it.
    transactions: String,
}

/// The query.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// A reference, or a part of the employer's name.
    q: String,
    employer: String,
    status: String,
    month: String,
    amount: String,
    after: String,
}

impl Asked {
    fn search(&self) -> NoticeSearch {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let reference = self.q.trim().to_ascii_uppercase().parse().ok();
        NoticeSearch {
            reference,
            employer_id: some(&self.employer),
            text: some(&self.q).filter(|_| reference.is_none()),
            status: NoticeStage::ALL.into_iter().find(|status| status.code() == self.status),
            month: self.month.trim().parse().ok(),
            amount: typed_amount(&self.amount),
        }
    }

    fn behind(&self, last: &NoticeRow) -> String {
        Address::default()
            .with("q", &self.q)
            .with("employer", &self.employer)
            .with("status", &self.status)
            .with("month", &self.month)
            .with("amount", &self.amount)
            .with("after", &last.reference.to_string())
            .on("/notices")
    }
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let search = asked.search();
    let below = asked.after.parse().ok();
    let found = desk.read(move |store| store.search_notices(&search, below, ROWS + 1)).await?;
    let (rows, more) = cut(found);
    let frame = Frame::new(&desk, &session, "缴款通知书", "Notices");
    let language = frame.language;
    let line = |notice: &NoticeRow| Line {
        reference: notice.reference.to_string(),
        employer: foreign(if notice.employer_name.is_empty() {
            &notice.employer_id
        } else {
            &notice.employer_name
        }),
        employer_href: address::employer(&notice.employer_id),
        month: notice.month,
        issued_on: notice.issued_on,
        amount: yuan(notice.amount),
        from_advance: Some(notice.from_advance)
            .filter(|fen| !fen.is_zero())
            .map(yuan)
            .unwrap_or_default(),
        status: notice.status.in_language(language),
        settled_on: notice.settled_on,
        transactions: format!("/transactions?reference={}", notice.reference),
    };
    answer(&Page {
        next: rows.last().filter(|_| more).map(|last| asked.behind(last)).unwrap_or_default(),
        lines: rows.iter().map(line).collect(),
        statuses: NoticeStage::ALL
            .into_iter()
            .map(|status| (status.code(), status.in_language(language)))
            .collect(),
        asked,
        frame,
    })
}
