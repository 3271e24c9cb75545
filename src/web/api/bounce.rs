//! Reports of letters that failed (RFC 3464), as a mail server hands them on.

use super::Caller;
use crate::alert::bounce::{Bounce, Bounces};
use crate::store::Bounced;
use crate::suspense::trail::Entry;
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
        return Err(Fault::Invalid {
            zh: "请以 message/rfc822 提交退信原文".to_owned(),
            en: "expected the report itself, as message/rfc822".to_owned(),
        });
    }
    let mut found = Bounces::default();
    found.add(&message);
    let (now, today) = (desk.now(), desk.today());
    let entry = move |bounce: &Bounce| Entry {
        at: now,
        actor: actor.person.0.clone(),
        role: actor.role.code().to_owned(),
        event: "address-blocked".to_owned(),
        subject: bounce.address.clone(),
        detail: json!({ "is": bounce.status, "token": actor.token }).to_string(),
    };
    let taken = desk
        .store(move |store| {
            let take = |bounce: Bounce| {
                let bounced = store.take_bounce(&bounce, today, &entry(&bounce))?;
                Ok((bounce, bounced))
            };
            found.bounces.into_iter().map(take).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let items: Vec<Value> = taken.iter().map(|(bounce, bounced)| shape(bounce, *bounced)).collect();
    Ok(Json(json!({ "items": items })).into_response())
}

fn shape(bounce: &Bounce, bounced: Bounced) -> Value {
    json!({
        "address": bounce.address,
        "status": bounce.status,
        "returned": bounced != Bounced::Nothing,
        "blocked": bounced == Bounced::Address,
    })
}
