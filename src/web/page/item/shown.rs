//! The item's page in words.

use super::Found;
use crate::remittance::account::masked;
use crate::report::Language;
use crate::store::{HistoryEntry, NoticeLine, TransactionSheet};
use crate::suspense::trail::{event_chinese, event_english};
use crate::suspense::{ActKind, Age, Permission, age_days};
use crate::web::Desk;
use crate::web::frame::{Frame, choose};
use crate::web::page::queue::{Line, seen, signed};
use crate::web::session::Session;
use crate::web::view::evidence::Candidate;
use crate::web::view::proposal::{Known, Shown};
use crate::web::view::remark::Remark;
use crate::web::view::why::Why;
use crate::web::view::{self, address, detail, foreign, instant, yuan};
use askama::Template;
use chrono::NaiveDate;

/// An item's page.
#[derive(Template)]
#[template(path = "desk/item.html")]
pub(super) struct Page {
    frame: Frame,
    here: String,
    /// What a form names the item by.
    seen: String,
    facts: Vec<(&'static str, String)>,
    payer_account: String,
    is_masked: bool,
    amount: String,
    is_negative: bool,
    remarks: Vec<Remark>,
    reason: &'static str,
    why: Why,
    stage: &'static str,
    stage_class: &'static str,
    age_days: u32,
    age: &'static str,
    assignee: String,
    is_mine: bool,
    candidates: Vec<Candidate>,
    /// The notice that the form begins with: the nearest, where it asks for exactly what came.
    first_choice: String,
    employer: Option<Employer>,
    others: Vec<Line>,
    notices: Vec<Notice>,
    similar: Vec<Similar>,
    note: String,
    history: Vec<Moment>,
    proposal: Option<Shown>,
    next: String,
    done: &'static str,
    /// It hangs and nothing is proposed: acts can be drafted.
    can_act: bool,
    can_reverse: bool,
    may_assign: bool,
    may_unmask: bool,
    people: Vec<(String, String)>,
}

struct Employer {
    id: String,
    name: String,
    href: String,
    queue: String,
}

/// A notice of the same employer.
pub(crate) struct Notice {
    pub(crate) reference: String,
    pub(crate) month: String,
    pub(crate) amount: String,
    pub(crate) status: &'static str,
    /// It asks for exactly what came.
    pub(crate) exact: bool,
}

struct Similar {
    href: String,
    words: String,
    became: String,
}

struct Moment {
    when: String,
    by: String,
    what: String,
    detail: String,
}

pub(super) fn page(desk: &Desk, session: &Session, found: Found, done: &str, whole: bool) -> Page {
    let frame = Frame::new(desk, session, "挂账详情", "Item in suspense");
    let language = frame.language;
    let item = &found.row.item;
    let known = Known {
        notices: found.named.clone(),
        accounts: found.accounts.clone(),
        people: found.people.clone(),
    };
    let readings = desk.readings();
    let reader = readings.reader();
    let days = age_days(item.booked_on, found.as_of);
    let amount = signed(item.direction, item.amount);
    let candidates: Vec<Candidate> =
        found.suggestions.iter().map(|one| Candidate::of(one, language)).collect();
    let is_closed = item.closed_on.is_some();
    let may_propose = frame.may(Permission::Propose);
    let account = &item.counterparty_account;
    let others = found
        .others
        .iter()
        .map(|other| Line::of(other, &[], found.as_of, &found.people, reader, language));
    let rules = &desk.rules().desk;
    let actor = crate::web::page::actor(session);
    Page {
        here: address::item(found.row.account_id, &item.id.serial),
        seen: seen(&found.row),
        facts: facts(&found.sheet, language),
        payer_account: if whole { foreign(account) } else { masked(account) },
        is_masked: !whole && account.chars().count() > 4,
        amount: yuan(amount),
        is_negative: amount.fen() < 0,
        remarks: item
            .remarks
            .iter()
            .map(|(field, text)| Remark::read(*field, text, reader, language))
            .collect(),
        reason: item.reason.map_or("", |reason| view::reason(reason, language)),
        why: Why::of(item.because.as_deref(), language),
        stage: view::stage(item.stage, language),
        stage_class: item.stage.code(),
        age_days: days,
        age: view::age(Age::of(days), language),
        assignee: item.assignee.as_deref().map(|login| known.person(login)).unwrap_or_default(),
        is_mine: item.assignee.as_deref() == Some(&session.person_id),
        first_choice: candidates
            .first()
            .filter(|nearest| nearest.exact)
            .map(|nearest| nearest.reference.clone())
            .unwrap_or_default(),
        candidates,
        employer: found.employer.as_ref().map(|(id, name)| Employer {
            id: id.clone(),
            name: foreign(if name.is_empty() { id } else { name }),
            href: address::employer(id),
            queue: address::Query::default().with("employer", id).on("/queue"),
        }),
        others: others.collect(),
        notices: found
            .notices
            .iter()
            .map(|notice| Notice::of(notice, item.amount.fen(), language))
            .collect(),
        similar: similar(&found, &known, language),
        note: foreign(item.note.as_deref().unwrap_or_default()),
        history: history(&found, &known, language),
        proposal: found
            .proposal
            .as_ref()
            .map(|proposal| Shown::of(proposal, &known, rules, &actor, language)),
        next: found
            .next
            .as_ref()
            .map(|next| address::item(next.account_id, &next.item.id.serial))
            .unwrap_or_default(),
        done: done_words(done, language),
        can_act: may_propose && !is_closed && item.pending.is_none(),
        can_reverse: may_propose && item.decided.is_some() && item.pending.is_none(),
        may_assign: frame.may(Permission::Assign) && !is_closed,
        may_unmask: frame.may(Permission::Unmask),
        people: found.workers,
        frame,
    }
}

impl Notice {
    pub(crate) fn of(notice: &NoticeLine, fen: i64, language: Language) -> Self {
        Self {
            reference: notice.reference.to_string(),
            month: notice.month.to_string(),
            amount: yuan(notice.amount),
            status: view::notice_status(notice.status, language),
            exact: notice.amount.fen() == fen,
        }
    }
}

fn done_words(done: &str, language: Language) -> &'static str {
    match done {
        "assigned" => choose(language, "已分派。", "Assigned."),
        "released" => choose(language, "已取消分派。", "Released."),
        "proposed" => choose(language, "已提交，等待复核。", "Proposed; somebody else approves."),
        "withdrawn" => choose(language, "已撤回。", "Taken back."),
        "noted" => choose(language, "备注已保存。", "The note is kept."),
        _ => "",
    }
}

/// The transaction as the bank gave it; what it did not give is left out.
pub(crate) fn facts(sheet: &TransactionSheet, language: Language) -> Vec<(&'static str, String)> {
    let say = |zh, en| choose(language, zh, en);
    let booked = match sheet.booked_time {
        Some(time) => format!("{} {}", sheet.booked_on, time.format("%H:%M:%S")),
        None => sheet.booked_on.to_string(),
    };
    let bank = format!("{} {}", sheet.counterparty_bank_name, sheet.counterparty_bank_code);
    let facts = [
        (
            say("收款账户", "Received at"),
            format!("{} {}", foreign(&sheet.bank_name), masked(&sheet.account_no)),
        ),
        (say("流水号", "Serial"), foreign(&sheet.serial)),
        (say("入账", "Booked"), booked),
        (say("付款方", "Payer"), foreign(&sheet.counterparty_name)),
        (say("付款开户行", "Payer's bank"), foreign(bank.trim())),
        (say("入账后余额", "Balance after"), sheet.balance.map(yuan).unwrap_or_default()),
        (
            say("冲正标志", "Reversal mark"),
            if sheet.reversal { say("有", "yes").to_owned() } else { String::new() },
        ),
        (say("收到批次", "Taken in on"), sheet.taken_on.to_string()),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn similar(found: &Found, known: &Known, language: Language) -> Vec<Similar> {
    let shown = |one: &crate::store::SimilarItem| {
        let line = known.item(&one.id);
        let kind = one
            .resolution
            .as_deref()
            .and_then(|code| ActKind::ALL.into_iter().find(|kind| kind.code() == code));
        let became = match kind {
            Some(kind) => choose(language, kind.chinese(), kind.english()),
            None => view::outcome(one.outcome, language),
        };
        let notice = one.notice.map(|notice| format!(" {notice}")).unwrap_or_default();
        Similar {
            href: line.href,
            words: format!("{} {} {}", one.booked_on, line.words, yuan(one.amount)),
            became: format!("{became}{notice}"),
        }
    };
    found.similar.iter().map(shown).collect()
}

fn history(found: &Found, known: &Known, language: Language) -> Vec<Moment> {
    let shown = |entry: &HistoryEntry| {
        let words = match language {
            Language::Chinese => event_chinese(&entry.event),
            Language::English => event_english(&entry.event),
        };
        let posted = choose(language, "记账", "posted");
        Moment {
            when: when(entry.on, entry.at),
            by: match &entry.by {
                Some(by) => known.person(&by.0),
                None => choose(language, "系统", "the night").to_owned(),
            },
            what: if entry.posting.is_some() { posted } else { words.unwrap_or(&entry.event) }
                .to_owned(),
            detail: match entry.posting {
                Some((debit, credit, amount)) => {
                    let side = |subject| view::subject(subject, language);
                    format!("{} → {} {}", side(debit), side(credit), yuan(amount))
                }
                None => detail::words(&entry.detail, known, language),
            },
        }
    };
    found.history.iter().map(shown).collect()
}

fn when(on: NaiveDate, at: Option<i64>) -> String {
    at.map_or_else(|| on.to_string(), instant)
}
