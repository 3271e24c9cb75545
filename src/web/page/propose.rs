//! Previews an act before anybody else sees it, and proposes it.
//!
//! Start at [`preview`]. For any form, with one item or fifty, the same page shows what each act would move and
//! what is impossible. [`propose`] then accepts exactly what was previewed, all or none. The page carries the
//! drafts with the versions of their items, so that a change in between is refused.

use super::draft::{Form, drafts, edits, items};
use super::{actor, moment, people};
use crate::remittance::{Localized, Subject, Total};
use crate::report::Suggestion;
use crate::store::{Edit, OwnAccount, Preview, Store, StoreError};
use crate::suspense::{Act, DeskRefusal, Draft};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::proposal::{ActLine, Known, after};
use crate::web::view::{address, count, foreign, yuan};
use askama::Template;
use axum::extract::{RawForm, State};
use axum::response::{IntoResponse, Redirect, Response};
use std::borrow::Cow;

#[derive(Template)]
#[template(path = "desk/preview.html")]
struct Page {
    frame: Frame,
    kind: Cow<'static, str>,
    drafts: Vec<Drafted>,
    /// How many can be proposed, and their sum.
    count: String,
    total: String,
    refused: usize,
    /// `id@digest` of the edited proposal; empty for a new one.
    edits: String,
    back: String,
}

/// A draft with its effect or its refusal.
struct Drafted {
    /// The draft for the next form; empty if refused.
    json: String,
    items: Vec<ActLine>,
    after: Vec<ActLine>,
    postings: Vec<String>,
    amount: String,
    note: String,
    approvals_needed: u8,
    refusal: String,
}

pub(crate) async fn preview(
    State(desk): State<Desk>,
    session: Session,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let form = Form::read(&body);
    let accounts = desk.read(Store::own_accounts).await?;
    let drafted = match form.one("act") {
        "nearest" => nearest(&desk, &form, &accounts).await?,
        _ => drafts(&form, &accounts)?,
    };
    let (rules, actor, now) = (desk.rules().desk.clone(), actor(&session), moment(&desk));
    let asked = drafted.clone();
    let edited = edits(&form);
    let (previews, known) = desk
        .store(move |store| {
            let previews = match edited {
                Some(of) => changes(of, asked.clone())
                    .map(|edit| store.preview_edit(&rules, &actor, &edit, now))
                    .collect::<Result<_, _>>()?,
                None => store.preview_all(&rules, &actor, &asked, now)?,
            };
            let notices = super::act::named(store, asked.iter().map(|draft| &draft.act))?;
            Ok((previews, Known { notices, accounts, people: people(store)? }))
        })
        .await?;
    let frame = Frame::new(&desk, &session, "预览处理意见", "Look before proposing");
    let shown: Vec<Drafted> = drafted
        .iter()
        .zip(&previews)
        .map(|(draft, preview)| Drafted::of(draft, preview, &known, &frame))
        .collect();
    let possible = || previews.iter().flatten();
    let total: Total = possible().map(|preview| preview.amount).sum();
    let kind = drafted.first().map(|draft| draft.act.kind());
    answer(&Page {
        kind: kind.map(|kind| kind.in_language(frame.language)).unwrap_or_default(),
        count: count(possible().count() as u64),
        total: yuan(total),
        refused: shown.iter().filter(|draft| !draft.refusal.is_empty()).count(),
        edits: form.one("edits").to_owned(),
        back: back(&drafted, &known.accounts),
        drafts: shown,
        frame,
    })
}

/// The edits of a proposal by new drafts; its items stay the same.
fn changes(of: (String, String), drafts: Vec<Draft>) -> impl Iterator<Item = Edit> {
    let (proposal_id, digest) = of;
    drafts.into_iter().map(move |Draft { act, note, .. }| Edit {
        proposal_id: proposal_id.clone(),
        digest: digest.clone(),
        act,
        note,
    })
}

impl Drafted {
    fn of(
        draft: &Draft,
        preview: &Result<Preview, DeskRefusal>,
        known: &Known,
        frame: &Frame,
    ) -> Self {
        let language = frame.language;
        let shown = Self {
            json: String::new(),
            items: draft.items.iter().map(|seen| known.item(&seen.id)).collect(),
            after: after(&draft.act, known, language),
            postings: Vec::new(),
            amount: String::new(),
            note: foreign(&draft.note),
            approvals_needed: 0,
            refusal: String::new(),
        };
        match preview {
            Ok(preview) => Self {
                json: serde_json::to_string(draft).unwrap_or_default(),
                postings: preview
                    .postings
                    .iter()
                    .map(|(debit, credit, amount)| {
                        let side = |subject: Subject| subject.in_language(language);
                        format!("{} → {} {}", side(*debit), side(*credit), yuan(*amount))
                    })
                    .collect(),
                amount: yuan(preview.amount),
                approvals_needed: preview.approvals_needed,
                ..shown
            },
            Err(refusal) => Self { refusal: refusal.in_language(language).into_owned(), ..shown },
        }
    }
}

/// Drafts for items whose nearest notice is named by the remark, has the same amount and agrees with every clue.
/// Other items are left out, and the page counts them.
async fn nearest(desk: &Desk, form: &Form, accounts: &[OwnAccount]) -> Result<Vec<Draft>, Fault> {
    let seen = items(form, accounts)?;
    let (accounts, note) = (accounts.to_vec(), form.one("note").to_owned());
    let readings = desk.readings();
    let drafted = desk
        .read(move |store| {
            let mut drafted = Vec::new();
            for seen in seen {
                let account = accounts.iter().find(|one| one.account_no == seen.id.account_no);
                let Some(account) = account else { continue };
                let Some(row) = store.open_item(account.account_id, &seen.id.serial)? else {
                    continue;
                };
                let advised = readings
                    .advise(store, |advice| advice.suggestions(&row.item, readings.reader()))?;
                if let Some(nearest) = advised.into_iter().next().filter(Suggestion::agrees) {
                    let act = Act::settle(vec![nearest.reference]);
                    drafted.push(Draft { items: vec![seen], act, note: note.clone() });
                }
            }
            Ok::<_, StoreError>(drafted)
        })
        .await?;
    if drafted.is_empty() {
        return Err(Fault::invalid(
            "所选各笔都没有登记号、金额和各项线索完全相符的通知书，请逐笔处理",
            "none of these names a notice that asks for exactly what came, with every clue agreeing; look at each",
        ));
    }
    Ok(drafted)
}

/// Where cancelling leads: the item, or the queue.
fn back(drafts: &[Draft], accounts: &[OwnAccount]) -> String {
    let only = match drafts {
        [Draft { items, .. }] => items.first(),
        _ => None,
    };
    let place = only.and_then(|seen| {
        let account = accounts.iter().find(|one| one.account_no == seen.id.account_no)?;
        Some(address::item(account.account_id, &seen.id.serial))
    });
    place.unwrap_or_else(|| "/queue".to_owned())
}

pub(crate) async fn propose(
    State(desk): State<Desk>,
    session: Session,
    RawForm(body): RawForm,
) -> Result<Response, Fault> {
    let form = Form::read(&body);
    let drafts: Result<Vec<Draft>, _> = form.all("draft").map(serde_json::from_str).collect();
    let drafts = drafts
        .map_err(|_| Fault::invalid("请重新预览后再提交", "look at it again, then propose"))?;
    if drafts.is_empty() {
        return Err(Fault::invalid("没有可以提交的处理意见", "there is nothing to propose"));
    }
    let (rules, actor, now) = (desk.rules().desk.clone(), actor(&session), moment(&desk));
    let edited = edits(&form);
    let word = if edited.is_some() { "edited" } else { "proposed" };
    let (done, accounts) = desk
        .store(move |store| {
            let edit = edited.and_then(|of| changes(of, drafts.clone()).next());
            let done = match edit {
                Some(edit) => store.edit(&rules, &actor, &edit, now)?.map(|_| ()),
                None => store.propose_all(&rules, &actor, &drafts, now)?.map(|_| ()),
            };
            Ok((done.map(|()| drafts), store.own_accounts()?))
        })
        .await?;
    let drafts = done.map_err(Fault::from)?;
    Ok(Redirect::to(&format!("{}?done={word}", back(&drafts, &accounts))).into_response())
}
