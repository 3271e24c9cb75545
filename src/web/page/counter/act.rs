//! The counter's acts: request, approve, send back, withdraw.

use super::super::draft::Form;
use super::super::{actor, moment};
use super::fields::names;
use crate::remittance::Bilingual;
use crate::remittance::refusal::malformed;
use crate::suspense::CounterOperation;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::session::Session;
use axum::extract::{Path, RawForm, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Longest field accepted.
const FIELD_CHARS_MAX: usize = 500;

/// Requests an operation for another person's approval.
pub(crate) async fn ask(
    State(desk): State<Desk>,
    session: Session,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let (actor, now) = (actor(&session), moment(&desk));
    let operation = operation(&Form::read(&body), &now.on.to_string())?;
    let policy = Arc::new(desk.setup().rules.policy.clone());
    desk.store(move |store| store.ask_counter(policy, &actor, operation, now)).await??;
    Ok(back("asked"))
}

/// Approves a request and executes it at once.
pub(crate) async fn approve(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let (actor, now) = (actor(&session), moment(&desk));
    let policy = Arc::new(desk.setup().rules.policy.clone());
    desk.store(move |store| store.approve_counter(policy, &actor, &id, now)).await??;
    Ok(back("approved"))
}

/// Rejects another's request with a reason.
pub(crate) async fn send_back(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let why: String = Form::read(&body).one("why").chars().take(FIELD_CHARS_MAX).collect();
    let (actor, now) = (actor(&session), moment(&desk));
    desk.store(move |store| store.send_back_counter(&actor, &id, &why, now)).await??;
    Ok(back("sent-back"))
}

/// Withdraws one's own request.
pub(crate) async fn withdraw(
    State(desk): State<Desk>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let (actor, now) = (actor(&session), moment(&desk));
    desk.store(move |store| store.withdraw_counter(&actor, &id, now)).await??;
    Ok(back("withdrawn"))
}

/// The operation of a form. Empty fields are omitted. A field that the operation does not use is refused, because
/// the person who typed it meant something by it.
fn operation(form: &Form, today: &str) -> Result<CounterOperation, Fault> {
    let op = form.one("op");
    if CounterOperation::KINDS.iter().all(|(known, _)| *known != op) {
        return Err(Fault::invalid("请选择业务", "choose an operation"));
    }
    let mut said = Map::new();
    for (name, value) in [("op", op), ("on", today)] {
        said.insert(name.to_owned(), Value::from(value));
    }
    for name in names() {
        let typed = form.one(name);
        if typed.chars().count() > FIELD_CHARS_MAX {
            return Err(Fault::invalid("所填内容过长", "what was typed is too long"));
        }
        if !typed.is_empty() {
            said.insert(name.to_owned(), Value::from(typed));
        }
    }
    serde_json::from_value(Value::Object(said)).map_err(|error| {
        let refusal = malformed(&error);
        Fault::Invalid(Bilingual::of(&refusal))
    })
}

fn back(done: &str) -> Response {
    Redirect::to(&format!("/counter?done={done}")).into_response()
}
