//! What there is to read, for programs: transactions, notices, employers, nights, letters.

use super::{Asked, limit, list, parsed, place, shape, wrong, yuan};
use crate::alert::LetterState;
use crate::remittance::{NoticeStage, Outcome};
use crate::store::{
    LetterLine, LetterSearch, NoticeSearch, RowPlace, Store, StoreError, TransactionLine,
    TransactionSearch,
};
use crate::web::Desk;
use crate::web::fault::Fault;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Transactions {
    bank: Option<String>,
    outcome: Option<String>,
    booked_from: Option<String>,
    booked_to: Option<String>,
    amount: Option<String>,
    reference: Option<String>,
    text: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

pub(crate) async fn transactions(
    State(desk): State<Desk>,
    Asked(asked): Asked<Transactions>,
) -> Result<Response, Fault> {
    let outcome = asked.outcome.as_deref();
    let outcome = outcome.map(|code| {
        Outcome::ALL.into_iter().find(|one| one.code() == code).ok_or_else(|| wrong("outcome"))
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
    let (found, accounts) = desk
        .read(move |store| {
            let found = store.search_transactions(&search, behind.as_ref(), rows + 1)?;
            Ok((found, accounts(store)?))
        })
        .await?;
    let key = |row: &TransactionLine| {
        let RowPlace { key, account_id, serial } = row.place();
        (key, account_id, serial)
    };
    Ok(list(found, rows, key, |row| {
        let account = accounts.get(&row.account_id).map_or("", String::as_str);
        shape::transaction(row, account)
    }))
}

/// The numbers of the centre's accounts, by their small numbers.
fn accounts(store: &Store) -> Result<BTreeMap<i64, String>, StoreError> {
    let own = store.own_accounts()?.into_iter();
    Ok(own.map(|account| (account.account_id, account.account_no)).collect())
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Notices {
    reference: Option<String>,
    employer: Option<String>,
    status: Option<String>,
    month: Option<String>,
    amount: Option<String>,
    text: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

pub(crate) async fn notices(
    State(desk): State<Desk>,
    Asked(asked): Asked<Notices>,
) -> Result<Response, Fault> {
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
    Ok(list(found, rows, |row| row.reference, shape::notice))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Employers {
    text: String,
    cursor: Option<String>,
    limit: Option<u32>,
}

pub(crate) async fn employers(
    State(desk): State<Desk>,
    Asked(asked): Asked<Employers>,
) -> Result<Response, Fault> {
    let rows = limit(asked.limit)?;
    let behind: String = place(asked.cursor.as_deref())?.unwrap_or_default();
    let found =
        desk.read(move |store| store.search_employers(&asked.text, &behind, rows + 1)).await?;
    Ok(list(found, rows, |row| row.employer_id.clone(), shape::employer))
}

pub(crate) async fn employer(
    State(desk): State<Desk>,
    Path(employer_id): Path<String>,
) -> Result<Json<Value>, Fault> {
    let found = desk.read(move |store| store.employer_sheet(&employer_id)).await?;
    Ok(Json(shape::employer_sheet(&found.ok_or(Fault::NotFound)?)))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Runs {
    cursor: Option<String>,
    limit: Option<u32>,
}

pub(crate) async fn runs(
    State(desk): State<Desk>,
    Asked(asked): Asked<Runs>,
) -> Result<Response, Fault> {
    let rows = limit(asked.limit)?;
    let before = day(place(asked.cursor.as_deref())?)?;
    let found = desk.read(move |store| store.runs(before, rows + 1)).await?;
    Ok(list(found, rows, |row| row.as_of.to_string(), shape::run))
}

/// The day that a cursor holds.
fn day(text: Option<String>) -> Result<Option<NaiveDate>, Fault> {
    parsed("cursor", text.as_deref())
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Letters {
    employer: Option<String>,
    written_on: Option<String>,
    state: Option<String>,
    text: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

pub(crate) async fn letters(
    State(desk): State<Desk>,
    Asked(asked): Asked<Letters>,
) -> Result<Response, Fault> {
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
    Ok(list(found.await?, rows, key, shape::letter))
}

/// A letter's state in a query.
fn letter_state(code: Option<&str>) -> Result<Option<LetterState>, Fault> {
    code.map(|code| LetterState::from_code(code).ok_or_else(|| wrong("state"))).transpose()
}
