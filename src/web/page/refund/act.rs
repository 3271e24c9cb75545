//! Acts on refunds: request, approve or drop a change; export the payment file.

use super::super::draft::Form;
use super::super::{actor, moment};
use crate::remittance::RefundReference;
use crate::report::refund::write;
use crate::store::RefundRow;
use crate::suspense::{Permission, RefundChange, may};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::session::Session;
use axum::extract::{Path, RawForm, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

/// Characters kept of a note.
const NOTE_CHARS_MAX: usize = 500;

/// Requests a change for another person's approval.
pub(crate) async fn ask(
    State(desk): State<Desk>,
    session: Session,
    Path(reference): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let reference = named(&reference)?;
    let form = Form::read(&body);
    let change = change(&form)?;
    let note: String = form.one("note").chars().take(NOTE_CHARS_MAX).collect();
    let (actor, now) = (actor(&session), moment(&desk));
    desk.store(move |store| store.ask_refund(&actor, reference, &change, &note, now)).await??;
    Ok(back(reference, "asked"))
}

/// Approves a change as shown.
pub(crate) async fn approve(
    State(desk): State<Desk>,
    session: Session,
    Path(reference): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let reference = named(&reference)?;
    let digest = Form::read(&body).one("digest").to_owned();
    let (actor, now) = (actor(&session), moment(&desk));
    desk.store(move |store| store.approve_refund(&actor, reference, &digest, now)).await??;
    Ok(back(reference, "approved"))
}

/// Withdraws one's own request, or rejects another's.
pub(crate) async fn drop(
    State(desk): State<Desk>,
    session: Session,
    Path(reference): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let reference = named(&reference)?;
    let digest = Form::read(&body).one("digest").to_owned();
    let (actor, now) = (actor(&session), moment(&desk));
    desk.store(move |store| store.drop_refund(&actor, reference, &digest, now)).await??;
    Ok(back(reference, "dropped"))
}

/// Exports due refunds as a file for the bank and marks them; each gets an entry in the trail.
pub(crate) async fn export(
    State(desk): State<Desk>,
    session: Session,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let again = Form::read(&body).one("again") == "1";
    let (actor, now) = (actor(&session), moment(&desk));
    may(actor.role, Permission::Unmask)?;
    let done = desk
        .store(move |store| store.export_refunds((&actor.person.0, actor.role.code()), again, now))
        .await?;
    let mut file = Vec::new();
    write(done.0.iter().map(RefundRow::order), &mut file).map_err(|_| Fault::Broken)?;
    let name = format!("attachment; filename=\"refunds-{}.csv\"", desk.today());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(|_| Fault::Broken)?),
    ];
    Ok((headers, file).into_response())
}

fn change(form: &Form) -> Result<RefundChange, Fault> {
    let movement = || {
        form.one("movement")
            .parse()
            .map_err(|_| Fault::invalid("请选择一笔流水", "choose a transaction"))
    };
    match form.one("change") {
        "payee" => Ok(RefundChange::Payee {
            name: form.one("name").to_owned(),
            account: form.one("account").to_owned(),
            bank: form.one("bank").to_owned(),
        }),
        "recall" => Ok(RefundChange::Recall),
        "not-paid" => Ok(RefundChange::NotPaid),
        "paid" => Ok(RefundChange::Paid { debit: movement()? }),
        "returned" => Ok(RefundChange::Returned { credit: movement()? }),
        _ => Err(Fault::invalid("请选择要做的更改", "choose a change")),
    }
}

fn named(reference: &str) -> Result<RefundReference, Fault> {
    reference.parse().map_err(|_| Fault::NotFound)
}

fn back(reference: RefundReference, done: &str) -> Response {
    Redirect::to(&format!("/refunds/{reference}?done={done}")).into_response()
}
