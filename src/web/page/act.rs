//! Small acts that need no second person: assigning an item, notes, withdrawing a proposal, unmasking a number.
//! Also helpers for several pages of acts.

use super::draft::{Form, items};
use super::{actor, moment};
use crate::remittance::PaymentReference;
use crate::store::{NoticeRow, Store, StoreError};
use crate::suspense::{Act, ItemId, Person};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::next::Pages;
use crate::web::session::Session;
use crate::web::view::address;
use axum::extract::{Path, RawForm, State};
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::{BTreeMap, BTreeSet};

/// Characters kept of a note.
const NOTE_CHARS_MAX: usize = 2_000;

/// The notices that acts name.
pub(super) fn named<'a>(
    store: &Store,
    acts: impl Iterator<Item = &'a Act>,
) -> Result<BTreeMap<PaymentReference, NoticeRow>, StoreError> {
    let mut references = BTreeSet::new();
    for act in acts {
        references.extend(act.notices());
        if let Act::CorrectReference { reference } = act {
            references.insert(*reference);
        }
    }
    store.notice_lines(&references)
}

/// Assigns items to somebody or nobody.
pub(crate) async fn assign(
    State(desk): State<Desk>,
    session: Session,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let form = Form::read(&body);
    let accounts = desk.read(Store::own_accounts).await?;
    let chosen = items(&form, &accounts)?;
    let to = match form.one("who") {
        "" => None,
        "me" => Some(Person(session.person_id.clone())),
        other => Some(Person(other.to_owned())),
    };
    let done = if to.is_some() { "assigned" } else { "released" };
    let (actor, now) = (actor(&session), moment(&desk));
    let done_or_not =
        desk.store(move |store| store.assign(&actor, &chosen, to.as_ref(), now)).await?;
    done_or_not.map_err(Fault::from)?;
    Ok(Redirect::to(&back(&desk.pages, form.one("back"), done)).into_response())
}

/// The address of the page acted on, with the act's result.
fn back(pages: &Pages, address: &str, done: &str) -> String {
    let address = pages.own(address).unwrap_or("/queue");
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}done={done}")
}

/// Writes a note on an item.
pub(crate) async fn note(
    State(desk): State<Desk>,
    session: Session,
    Path((account_id, serial)): Path<(i64, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let form = Form::read(&body);
    let text: String = form.one("note").chars().take(NOTE_CHARS_MAX).collect();
    if text.is_empty() {
        return Err(Fault::invalid("备注是空的", "the note is empty"));
    }
    let id = item_id(&desk, account_id, &serial).await?;
    let (actor, now) = (actor(&session), moment(&desk));
    desk.store(move |store| store.note(&actor, &id, &text, now)).await?.map_err(Fault::from)?;
    let place = address::item(account_id, address::named(&serial));
    Ok(Redirect::to(&format!("{place}?done=noted")).into_response())
}

/// Withdraws one's own proposal.
pub(crate) async fn withdraw(
    State(desk): State<Desk>,
    session: Session,
    Path(proposal_id): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let form = Form::read(&body);
    let (digest, next) = (form.one("digest").to_owned(), form.one("back").to_owned());
    let (actor, now) = (actor(&session), moment(&desk));
    let done = desk.store(move |store| store.withdraw(&actor, &proposal_id, &digest, now)).await?;
    done.map_err(Fault::from)?;
    Ok(Redirect::to(&back(&desk.pages, &next, "withdrawn")).into_response())
}

/// The item's id from its address.
pub(super) async fn item_id(desk: &Desk, account_id: i64, serial: &str) -> Result<ItemId, Fault> {
    let accounts = desk.read(Store::own_accounts).await?;
    let account = accounts.into_iter().find(|account| account.account_id == account_id);
    let account_no = account.ok_or(Fault::NotFound)?.account_no;
    Ok(ItemId { account_no, serial: address::named(serial).to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{Pages, back};

    #[test]
    fn after_an_act_nobody_is_sent_elsewhere() {
        let pages = Pages::of(crate::web::route::pages());
        for (address, want) in [
            ("/queue?age=61%2B", "/queue?age=61%2B&done=x"),
            ("/items/1/a", "/items/1/a?done=x"),
            ("https://evil.example/", "/queue?done=x"),
            ("//evil.example/", "/queue?done=x"),
            ("/\\evil.example/", "/queue?done=x"),
            ("/\t/evil.example", "/queue?done=x"),
        ] {
            assert_eq!(back(&pages, address, "x"), want, "{address}");
        }
    }
}
