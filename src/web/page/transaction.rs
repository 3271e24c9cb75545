//! 流水: the search of all transactions; and one transaction with its outcome and postings.

use super::{ROWS, cut};
use crate::remittance::account::masked;
use crate::remittance::{Localized, Outcome, Subject};
use crate::store::{OwnAccount, RowPlace, TransactionRow, TransactionSearch, TransactionSheet};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::page::queue::signed;
use crate::web::session::Session;
use crate::web::view::address::{self, Query as Address};
use crate::web::view::remark::Remark;
use crate::web::view::why::Why;
use crate::web::view::{foreign, typed_amount, typed_day, yuan};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeSet;

#[derive(Template)]
#[template(path = "desk/transactions.html")]
struct List {
    frame: Frame,
    asked: Asked,
    banks: Vec<(String, String)>,
    outcomes: Vec<(&'static str, Cow<'static, str>)>,
    lines: Vec<Line>,
    next: String,
}

struct Line {
    href: String,
    booked_on: NaiveDate,
    bank: String,
    serial: String,
    payer: String,
    remark: String,
    amount: String,
    is_negative: bool,
    outcome: Cow<'static, str>,
    reason: Cow<'static, str>,
    notice: String,
}

#[derive(Template)]
#[template(path = "desk/transaction.html")]
struct Page {
    frame: Frame,
    amount: String,
    is_negative: bool,
    facts: Vec<(&'static str, String)>,
    payer_account: String,
    remarks: Vec<Remark>,
    outcome: Cow<'static, str>,
    reason: Cow<'static, str>,
    rule: String,
    decided_on: String,
    /// Staff decided it; the explanation is why it was in suspense.
    by_staff: bool,
    rest: String,
    why: Why,
    notices: Vec<(String, String)>,
    postings: Vec<(NaiveDate, Cow<'static, str>, Cow<'static, str>, String)>,
    /// Its item page; empty if it was never open.
    item: String,
}

/// The query.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    bank: String,
    outcome: String,
    reference: String,
    amount: String,
    from: String,
    to: String,
    taken: String,
    after: String,
}

impl Asked {
    fn search(&self) -> TransactionSearch {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let reference = |text: &str| text.trim().to_ascii_uppercase().parse().ok();
        let typed = reference(&self.q);
        TransactionSearch {
            bank: some(&self.bank),
            outcome: Outcome::ALL.into_iter().find(|outcome| outcome.code() == self.outcome),
            booked_from: typed_day(&self.from),
            booked_to: typed_day(&self.to),
            taken_on: typed_day(&self.taken),
            amount: typed_amount(&self.amount),
            text: some(&self.q).filter(|_| typed.is_none()),
            reference: reference(&self.reference).or(typed),
        }
    }

    fn behind(&self, last: &TransactionRow) -> String {
        let RowPlace { key, account_id, serial } = last.place();
        Address::default()
            .with("q", &self.q)
            .with("bank", &self.bank)
            .with("outcome", &self.outcome)
            .with("reference", &self.reference)
            .with("amount", &self.amount)
            .with("from", &self.from)
            .with("to", &self.to)
            .with("taken", &self.taken)
            .with("after", &format!("{key}.{account_id}.{serial}"))
            .on("/transactions")
    }
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let (search, behind) = (asked.search(), super::queue::place(&asked.after));
    let (found, accounts) = desk
        .read(move |store| {
            let found = store.search_transactions(&search, behind.as_ref(), ROWS + 1)?;
            Ok((found, store.own_accounts()?))
        })
        .await?;
    let (rows, more) = cut(found);
    let frame = Frame::new(&desk, &session, "银行流水", "Transactions");
    let language = frame.language;
    let line = |row: &TransactionRow| {
        let amount = signed(row.direction, row.amount);
        Line {
            href: address::transaction(row.account_id, &row.serial),
            booked_on: row.booked_on,
            bank: foreign(&row.bank_name),
            serial: foreign(&row.serial),
            payer: foreign(row.counterparty_name.as_deref().unwrap_or_default()),
            remark: foreign(row.remark()),
            amount: yuan(amount),
            is_negative: amount.fen() < 0,
            outcome: row.outcome.map_or("–".into(), |outcome| outcome.in_language(language)),
            reason: row.reason.map(|reason| reason.in_language(language)).unwrap_or_default(),
            notice: row.notice().map(|notice| notice.to_string()).unwrap_or_default(),
        }
    };
    answer(&List {
        next: rows.last().filter(|_| more).map(|last| asked.behind(last)).unwrap_or_default(),
        lines: rows.iter().map(line).collect(),
        banks: banks(&accounts),
        outcomes: Outcome::ALL
            .into_iter()
            .map(|outcome| (outcome.code(), outcome.in_language(language)))
            .collect(),
        asked,
        frame,
    })
}

/// The receiving banks without duplicates.
fn banks(accounts: &[OwnAccount]) -> Vec<(String, String)> {
    let banks: BTreeSet<(String, String)> =
        accounts.iter().map(|one| (one.bank.clone(), foreign(&one.bank_name))).collect();
    banks.into_iter().collect()
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    session: Session,
    Path((account_id, serial)): Path<(i64, String)>,
) -> Result<Response, Fault> {
    let serial = address::named(&serial).to_owned();
    let sheet = desk.read(move |store| store.transaction_sheet(account_id, &serial)).await?;
    answer(&page(&desk, &session, &sheet.ok_or(Fault::NotFound)?))
}

fn page(desk: &Desk, session: &Session, sheet: &TransactionSheet) -> Page {
    let frame = Frame::new(desk, session, "银行流水", "Transaction");
    let language = frame.language;
    let readings = desk.readings();
    let amount = signed(sheet.direction, sheet.amount);
    let read =
        |(field, text): &(_, String)| Remark::read(*field, text, readings.reader(), language);
    Page {
        amount: yuan(amount),
        is_negative: amount.fen() < 0,
        facts: super::item::facts(sheet, language),
        payer_account: masked(&sheet.counterparty_account),
        remarks: sheet.remarks.iter().map(read).collect(),
        outcome: sheet
            .outcome
            .map_or(language.choose("尚未匹配", "not judged yet").into(), |one| {
                one.in_language(language)
            }),
        reason: sheet.reason.map(|reason| reason.in_language(language)).unwrap_or_default(),
        rule: foreign(sheet.rule.as_deref().unwrap_or_default()),
        decided_on: sheet.decided_on.map(|day| day.to_string()).unwrap_or_default(),
        by_staff: sheet.by_staff(),
        rest: sheet.rest.as_ref().map_or_else(String::new, |(employer_id, rest)| {
            format!("{} {}", foreign(employer_id), yuan(*rest))
        }),
        why: Why::of(sheet.explanation.as_deref(), language),
        notices: sheet
            .notices
            .iter()
            .map(|(reference, amount)| (reference.to_string(), yuan(*amount)))
            .collect(),
        postings: sheet
            .postings
            .iter()
            .map(|one| {
                let side = |subject: Subject| subject.in_language(language);
                (one.posted_on, side(one.debit), side(one.credit), yuan(one.amount))
            })
            .collect(),
        item: if sheet.item {
            address::item(sheet.account_id, &sheet.serial)
        } else {
            String::new()
        },
        frame,
    }
}
