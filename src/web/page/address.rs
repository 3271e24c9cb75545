//! Mail addresses: staff enter an employer's address, lift a block, or resend a letter.

use super::draft::Form;
use crate::remittance::email;
use crate::suspense::trail::TrailEvent;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::session::Session;
use crate::web::view::address;
use axum::extract::{Path, RawForm, State};
use axum::response::{IntoResponse, Redirect, Response};

/// Accepts an address that staff have from the employer itself; entering the current one lifts its block.
pub(crate) async fn set(
    State(desk): State<Desk>,
    session: Session,
    Path(employer_id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let form = Form::read(&body);
    let address = mail_address(form.one("address"))?;
    let employer_id = address::named(&employer_id).to_owned();
    let page = address::employer(&employer_id);
    let entry = session.entry(&desk, TrailEvent::AddressSet, &employer_id, &address);
    let (by, today) = (session.person_id.clone(), desk.today());
    desk.store(move |store| store.set_address(&employer_id, &address, &by, today, &entry)).await?;
    Ok(Redirect::to(&format!("{page}?done=address-set")).into_response())
}

/// Resends a letter to the current address in the sender's next run.
pub(crate) async fn retry(
    State(desk): State<Desk>,
    session: Session,
    Path(letter_id): Path<String>,
) -> Result<Response, Fault> {
    let page = format!("/letters/{}", address::part(&letter_id));
    let (entry, now) =
        (session.entry(&desk, TrailEvent::LetterRetried, &letter_id, ""), desk.now());
    desk.write(move |store| {
        store.retry_letters(std::slice::from_ref(&letter_id), now)?;
        store.append(&entry)
    })
    .await?;
    Ok(Redirect::to(&format!("{page}?done=letter-retried")).into_response())
}

/// Parses one typed mail address.
fn mail_address(typed: &str) -> Result<String, Fault> {
    email::one(typed).ok_or_else(|| {
        Fault::invalid("请填写一个邮箱地址，例如 gjj@example.com", "expected one mail address")
    })
}
