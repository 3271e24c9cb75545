//! What comes back, as a mail server hands it on: reports of letters that failed, answers, complaints.

use super::Caller;
use crate::alert::bounce::CameBack;
use crate::store::CameBackOutcome;
use crate::suspense::trail::{TrailEntry, TrailEvent};
use crate::web::Desk;
use crate::web::fault::Fault;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Takes one message; says of each failure in it whether a letter of ours came back, and whether its
/// address is blocked now. The same message again does nothing.
pub(crate) async fn take(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    headers: HeaderMap,
    message: Bytes,
) -> Result<Response, Fault> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("message/rfc822") {
        return Err(Fault::invalid(
            "请以 message/rfc822 提交退信原文",
            "expected the report itself, as message/rfc822",
        ));
    }
    let words = desk.rules().returned.clone();
    let (now, today) = (desk.now(), desk.today());
    let entry = move |address: &str, status: &str| TrailEntry {
        at: now,
        actor: actor.person.0.clone(),
        role: actor.role.code().to_owned(),
        event: TrailEvent::AddressBlocked,
        subject: address.to_owned(),
        detail: json!({ "is": status, "token": actor.token }).to_string(),
    };
    let (message, taken) = desk
        .store(move |store| {
            let message = CameBack::read(&message, &words);
            let taken = store.take_came_back(&message, today, now, &entry)?;
            Ok((message, taken))
        })
        .await?;
    Ok(Json(shape(&message, &taken)).into_response())
}

/// One item a failed address; what the message led to is said of the address that its letter went to.
fn shape(message: &CameBack, taken: &CameBackOutcome) -> Value {
    let own = message.failures.iter().position(|one| one.addresses.contains(&taken.recipient));
    let own = own.unwrap_or(0);
    let item = |(place, failure): (usize, &crate::alert::bounce::Failure)| {
        json!({
            "address": failure.addresses.first().map(String::as_str).unwrap_or_default(),
            "status": failure.status,
            "returned": place == own && taken.returned,
            "blocked": place == own && taken.blocked,
        })
    };
    let items: Vec<Value> = message.failures.iter().enumerate().map(item).collect();
    json!({
        "items": items,
        "kind": message.kind.code(),
        "letter": taken.letter_id,
        "employer_id": taken.employer_id,
        "waits": taken.kept || taken.shared,
    })
}
