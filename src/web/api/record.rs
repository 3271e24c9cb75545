//! Records for programs: transactions, notices, employers, nights, letters.

use super::answer::Page;
use super::answer::record::{Employer, EmployerSheet, Letter, Notice, Run, Transaction};
use super::value::{Day, LetterState, Month, NoticeStatus, Outcome, Reference};
use super::{Asked, limit, page, parsed, place, wrong, yuan};
use crate::alert;
use crate::remittance::{self, NoticeStage};
use crate::store::{
    LetterLine, LetterSearch, NoticeSearch, RowPlace, TransactionRow, TransactionSearch,
};
use crate::web::Desk;
use crate::web::fault::Fault;
use axum::Json;
use axum::extract::{Path, State};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

type TransactionPage = Page<Transaction>;
type NoticePage = Page<Notice>;
type EmployerPage = Page<Employer>;
type RunPage = Page<Run>;
type LetterPage = Page<Letter>;

#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Transactions {
    bank: Option<String>,
    #[param(value_type = Option<Outcome>)]
    outcome: Option<String>,
    #[param(value_type = Option<Day>)]
    booked_from: Option<String>,
    #[param(value_type = Option<Day>)]
    booked_to: Option<String>,
    amount: Option<String>,
    #[param(value_type = Option<Reference>)]
    reference: Option<String>,
    text: Option<String>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// What banks reported, the latest first
#[utoipa::path(
    get,
    path = "/api/v1/transactions",
    operation_id = "listTransactions",
    params(Transactions),
    responses((status = 200, description = "Done", body = TransactionPage))
)]
pub(crate) async fn transactions(
    State(desk): State<Desk>,
    Asked(asked): Asked<Transactions>,
) -> Result<Json<TransactionPage>, Fault> {
    let outcome = asked.outcome.as_deref();
    let outcome = outcome.map(|code| {
        remittance::Outcome::ALL
            .into_iter()
            .find(|one| one.code() == code)
            .ok_or_else(|| wrong("outcome"))
    });
    let search = TransactionSearch {
        bank: asked.bank,
        outcome: outcome.transpose()?,
        booked_from: parsed("booked_from", asked.booked_from.as_deref())?,
        booked_to: parsed("booked_to", asked.booked_to.as_deref())?,
        taken_on: None,
        amount: yuan("amount", asked.amount.as_deref())?,
        reference: parsed("reference", asked.reference.as_deref())?,
        text: asked.text,
    };
    let rows = limit(asked.limit)?;
    let behind = place::<(i64, i64, String)>(asked.cursor.as_deref())?;
    let behind = behind.map(|(key, account_id, serial)| RowPlace { key, account_id, serial });
    let found = desk
        .read(move |store| store.search_transactions(&search, behind.as_ref(), rows + 1))
        .await?;
    let key = |row: &TransactionRow| {
        let RowPlace { key, account_id, serial } = row.place();
        (key, account_id, serial)
    };
    Ok(page(found, rows, key, Transaction::from))
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Notices {
    #[param(value_type = Option<Reference>)]
    reference: Option<String>,
    employer: Option<String>,
    #[param(value_type = Option<NoticeStatus>)]
    status: Option<String>,
    #[param(value_type = Option<Month>)]
    month: Option<String>,
    amount: Option<String>,
    /// In the employer's name.
    text: Option<String>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// Payment notices, by falling reference
#[utoipa::path(
    get,
    path = "/api/v1/notices",
    operation_id = "listNotices",
    params(Notices),
    responses((status = 200, description = "Done", body = NoticePage))
)]
pub(crate) async fn notices(
    State(desk): State<Desk>,
    Asked(asked): Asked<Notices>,
) -> Result<Json<NoticePage>, Fault> {
    let status = asked.status.as_deref();
    let status = status
        .map(|code| NoticeStage::from_code(code).ok_or_else(|| wrong("status")))
        .transpose()?;
    let search = NoticeSearch {
        reference: parsed("reference", asked.reference.as_deref())?,
        employer_id: asked.employer,
        text: asked.text,
        status,
        month: parsed("month", asked.month.as_deref())?,
        amount: yuan("amount", asked.amount.as_deref())?,
    };
    let (rows, below) = (limit(asked.limit)?, place(asked.cursor.as_deref())?);
    let found = desk.read(move |store| store.search_notices(&search, below, rows + 1)).await?;
    Ok(page(found, rows, |row| row.reference, Notice::from))
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Employers {
    /// In number, name or credit code.
    #[param(required = false)]
    text: String,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// Employers, by number
#[utoipa::path(
    get,
    path = "/api/v1/employers",
    operation_id = "listEmployers",
    params(Employers),
    responses((status = 200, description = "Done", body = EmployerPage))
)]
pub(crate) async fn employers(
    State(desk): State<Desk>,
    Asked(asked): Asked<Employers>,
) -> Result<Json<EmployerPage>, Fault> {
    let rows = limit(asked.limit)?;
    let behind: String = place(asked.cursor.as_deref())?.unwrap_or_default();
    let found =
        desk.read(move |store| store.search_employers(&asked.text, &behind, rows + 1)).await?;
    Ok(page(found, rows, |row| row.employer_id.clone(), Employer::from))
}

/// One employer
#[utoipa::path(
    get,
    path = "/api/v1/employers/{id}",
    operation_id = "showEmployer",
    params(("id" = String, Path)),
    responses((status = 200, description = "Done", body = EmployerSheet))
)]
pub(crate) async fn employer(
    State(desk): State<Desk>,
    Path(employer_id): Path<String>,
) -> Result<Json<EmployerSheet>, Fault> {
    let found = desk.read(move |store| store.employer_sheet(&employer_id)).await?;
    Ok(Json(found.ok_or(Fault::NotFound)?.into()))
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Runs {
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// Nights, the latest first
#[utoipa::path(
    get,
    path = "/api/v1/runs",
    operation_id = "listRuns",
    params(Runs),
    responses((status = 200, description = "Done", body = RunPage))
)]
pub(crate) async fn runs(
    State(desk): State<Desk>,
    Asked(asked): Asked<Runs>,
) -> Result<Json<RunPage>, Fault> {
    let rows = limit(asked.limit)?;
    let before = day(place(asked.cursor.as_deref())?)?;
    let found = desk.read(move |store| store.runs(before, rows + 1)).await?;
    Ok(page(found, rows, |row| row.as_of.to_string(), Run::from))
}

/// The day in a cursor.
fn day(text: Option<String>) -> Result<Option<NaiveDate>, Fault> {
    parsed("cursor", text.as_deref())
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Letters {
    employer: Option<String>,
    #[param(value_type = Option<Day>)]
    written_on: Option<String>,
    #[param(value_type = Option<LetterState>)]
    state: Option<String>,
    text: Option<String>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// Letters to employers, the latest first
#[utoipa::path(
    get,
    path = "/api/v1/letters",
    operation_id = "listLetters",
    params(Letters),
    responses((status = 200, description = "Done", body = LetterPage))
)]
pub(crate) async fn letters(
    State(desk): State<Desk>,
    Asked(asked): Asked<Letters>,
) -> Result<Json<LetterPage>, Fault> {
    let (rows, on) = (limit(asked.limit)?, parsed("written_on", asked.written_on.as_deref())?);
    let behind = match place::<(String, String)>(asked.cursor.as_deref())? {
        Some((on, id)) => day(Some(on))?.map(|on| (on, id)),
        None => None,
    };
    let search = LetterSearch {
        employer_id: asked.employer,
        written_on: on,
        state: letter_state(asked.state.as_deref())?,
        text: asked.text,
    };
    let found = desk.read(move |store| {
        let behind = behind.as_ref().map(|(on, id)| (*on, id.as_str()));
        store.search_letters(&search, behind, rows + 1)
    });
    let key = |row: &LetterLine| (row.written_on.to_string(), row.letter_id.clone());
    Ok(page(found.await?, rows, key, Letter::from))
}

/// The letter state in a query.
fn letter_state(code: Option<&str>) -> Result<Option<alert::LetterState>, Fault> {
    code.map(|code| alert::LetterState::from_code(code).ok_or_else(|| wrong("state"))).transpose()
}
