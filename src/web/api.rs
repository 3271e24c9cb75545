//! The JSON API of the desk, under `/api/v1`.
//!
//! Start at [`description`]: `openapi.json` describes each request and answer, generated from the handlers and the
//! types in [`answer`]; tests compare it with real answers. A program authenticates with a bearer token, which has
//! a role like a person; the trail records its acts under the token's own name. Errors are problem details (RFC
//! 9457), from the same [`Fault`] as pages. Lists are paginated with an opaque cursor.
//!
//! Payers' account and identity numbers are masked; only people can see them in full, and that is recorded.

mod answer;
pub(super) mod bounce;
pub(super) mod description;
pub(super) mod proof;
pub(super) mod proposal;
pub(super) mod record;
pub(super) mod suspense;
mod value;

use self::answer::Page;
use super::Desk;
use super::fault::Fault;
use crate::remittance::Money;
use crate::suspense::{Actor, Moment};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// Default and largest page size.
const ROWS: u32 = 50;
const ROWS_MAX: u32 = 500;

/// The calling program: its token's name and its role.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) Actor);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or(Fault::NoToken)
    }
}

/// A JSON body of the expected type.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::BytesRejection(rejection)) => {
                // Too large, or cut off: the status of the framework's rejection says which.
                Err(if rejection.status().as_u16() == 413 {
                    Fault::TooLarge
                } else {
                    Fault::TooSlow
                })
            }
            Err(rejection) => {
                Err(Fault::invalid("请求内容不是所要求的 JSON", rejection.body_text()))
            }
        }
    }
}

/// A query without unknown parameters.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let query = Query::from_request_parts(parts, state).await;
        query
            .map(|Query(asked)| Self(asked))
            .map_err(|rejection| Fault::invalid("查询参数不对", rejection.body_text()))
    }
}

/// The page size.
fn limit(asked: Option<u32>) -> Result<u32, Fault> {
    let limit = asked.unwrap_or(ROWS);
    if (1..=ROWS_MAX).contains(&limit) { Ok(limit) } else { Err(wrong("limit")) }
}

/// The parsed value of a query parameter, if present.
fn parsed<T: FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>, Fault> {
    text.map(|text| text.parse().map_err(|_| wrong(name))).transpose()
}

/// An amount in yuan from a query.
fn yuan(name: &str, text: Option<&str>) -> Result<Option<Money>, Fault> {
    text.map(|text| Money::from_yuan(text).map_err(|_| wrong(name))).transpose()
}

fn wrong(name: &str) -> Fault {
    Fault::invalid(format!("参数 {name} 不对"), format!("{name}: cannot be read"))
}

/// Encodes the position where a list continues.
fn cursor(place: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

/// Decodes the position where a list continues.
fn place<T: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<T>, Fault> {
    let read = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    cursor.map(|text| read(text).ok_or_else(|| wrong("cursor"))).transpose()
}

/// A page of a list. The store returns one row more than requested when there are more.
fn page<R, T, P: Serialize>(
    mut rows: Vec<R>,
    limit: u32,
    place: impl Fn(&R) -> P,
    answer: impl Fn(R) -> T,
) -> Json<Page<T>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| cursor(&place(last)));
    Json(Page { items: rows.into_iter().map(answer).collect(), next })
}

fn moment(desk: &Desk) -> Moment {
    Moment { at: desk.now(), on: desk.today() }
}
