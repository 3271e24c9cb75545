//! Receives returned mail from a mail server: failure reports, replies, complaints.

use super::Caller;
use crate::alert::bounce::{CameBack, Failure, Kind};
use crate::store::CameBackOutcome;
use crate::suspense::trail::{TrailEntry, TrailEvent};
use crate::web::Desk;
use crate::web::fault::Fault;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// A report of a letter that failed (RFC 3464), as the mail server delivered it
///
/// For a pipe or a webhook of the mail server that gets the centre's bounces. A failure counts only where the
/// report names the Message-ID of a letter that went to that address; the same report again does nothing.
#[utoipa::path(
    post,
    path = "/api/v1/bounces",
    operation_id = "takeBounce",
    request_body(
        content = Message,
        content_type = "message/rfc822",
    ),
    responses(
        (status = 200, description = "Done; a message that is no report has no items", body = BounceList),
        (status = 413, description = "Too large"),
    )
)]
pub(crate) async fn take(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    headers: HeaderMap,
    message: Bytes,
) -> Result<Json<BounceList>, Fault> {
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
    Ok(Json(BounceList::of(&message, taken)))
}

/// The whole message, at most 256 KiB.
#[derive(ToSchema)]
#[schema(value_type = String)]
#[expect(dead_code, reason = "says in the description what the body is")]
struct Message(String);

/// What a message led to.
#[derive(Serialize, ToSchema)]
pub(crate) struct BounceList {
    employer_id: String,
    /// One a failed address.
    items: Vec<Bounce>,
    /// What the message is; only a failure has items.
    kind: MessageKind,
    /// The letter of ours that it is about; empty where nobody knows.
    letter: String,
    /// A person must see it: it is on the desk's page of letters.
    waits: bool,
}

/// An address that failed.
#[derive(Serialize, ToSchema)]
struct Bounce {
    address: String,
    /// Its address takes no more letters until staff enter one.
    blocked: bool,
    /// A letter of ours came back, of which nobody knew.
    returned: bool,
    /// The enhanced status code (RFC 3463).
    status: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum MessageKind {
    Failure,
    Delay,
    Relay,
    Complaint,
    Automatic,
    Moved,
    Reply,
    Own,
    Other,
}

impl BounceList {
    /// The result for the address that the letter went to.
    fn of(message: &CameBack, taken: CameBackOutcome) -> Self {
        let own = message.failures.iter().position(|one| one.addresses.contains(&taken.recipient));
        let own = own.unwrap_or(0);
        let item = |(place, failure): (usize, &Failure)| Bounce {
            address: failure.addresses.first().cloned().unwrap_or_default(),
            blocked: place == own && taken.blocked,
            returned: place == own && taken.returned,
            status: failure.status.clone(),
        };
        Self {
            items: message.failures.iter().enumerate().map(item).collect(),
            kind: message.kind.into(),
            waits: taken.kept || taken.shared,
            letter: taken.letter_id,
            employer_id: taken.employer_id,
        }
    }
}

impl From<Kind> for MessageKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Failure => Self::Failure,
            Kind::Delay => Self::Delay,
            Kind::Relay => Self::Relay,
            Kind::Complaint => Self::Complaint,
            Kind::Automatic => Self::Automatic,
            Kind::Moved => Self::Moved,
            Kind::Reply => Self::Reply,
            Kind::Own => Self::Own,
            Kind::Other => Self::Other,
        }
    }
}
