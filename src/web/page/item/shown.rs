//! The item page's view.

use super::Found;
use crate::matching::Explanation;
use crate::matching::explanation::Role;
use crate::remark::Reader;
use crate::remittance::account::masked;
use crate::remittance::{Language, Localized, Subject};
use crate::store::{AdvanceOffer, HistoryEntry, NoticeRow, OpenItem, RefundRow, TransactionSheet};
use crate::suspense::{Act, Age, Permission, Proposal, ProposalState, age_days};
use crate::web::Desk;
use crate::web::frame::Frame;
use crate::web::page::queue::{QueueLine, seen, signed};
use crate::web::session::Session;
use crate::web::view::evidence::Candidate;
use crate::web::view::proposal::{Known, Shown};
use crate::web::view::remark::Remark;
use crate::web::view::why::Why;
use crate::web::view::{address, detail, foreign, instant, yuan};
use askama::Template;
use chrono::NaiveDate;
use std::borrow::Cow;

#[derive(Template)]
#[template(path = "desk/item.html")]
pub(super) struct ItemPage {
    frame: Frame,
    here: String,
    /// The item's name in forms.
    seen: String,
    bank: Bank,
    standing: ItemStatus,
    why: Why,
    candidates: Vec<Candidate>,
    /// The form's default notice: the nearest, if the remark names it and every clue agrees.
    first_choice: String,
    /// What the advance balance could add; empty if it has too little.
    offer: String,
    employer: Option<Employer>,
    others: Vec<QueueLine>,
    notices: Vec<Notice>,
    similar: Vec<Similar>,
    note: String,
    history: Vec<Moment>,
    proposal: Option<Shown>,
    /// `id@digest` of the reader's own proposal, which acts then edit; empty otherwise.
    edits: String,
    /// The serial of the credit that was probably reversed; empty otherwise.
    taken_back: String,
    next: String,
    /// The refund's reference and state; empty without one.
    refund: (String, Cow<'static, str>),
    done: &'static str,
    rights: Rights,
    people: Vec<(String, String)>,
}

/// The bank's data.
struct Bank {
    facts: Vec<(&'static str, String)>,
    payer_account: String,
    is_masked: bool,
    amount: String,
    is_negative: bool,
    remarks: Vec<Remark>,
}

/// The state of the item.
struct ItemStatus {
    reason: Cow<'static, str>,
    stage: Cow<'static, str>,
    stage_class: &'static str,
    age_days: u32,
    age: Cow<'static, str>,
    assignee: String,
    is_mine: bool,
}

/// What the reader can do now.
struct Rights {
    /// It is open and nothing is proposed: acts can be drafted.
    can_act: bool,
    can_reverse: bool,
    may_assign: bool,
    may_unmask: bool,
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
    pub(crate) status: Cow<'static, str>,
    /// Its amount equals the money received.
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

pub(super) fn page(
    desk: &Desk,
    session: &Session,
    found: Found,
    done: &str,
    whole: bool,
) -> ItemPage {
    let frame = Frame::new(desk, session, "挂账详情", "Item in suspense");
    let language = frame.language;
    let item = &found.row.item;
    let known = Known {
        notices: found.named.clone(),
        accounts: found.accounts.clone(),
        people: found.people.clone(),
    };
    let readings = desk.readings();
    let line =
        |other| QueueLine::of(other, &[], found.as_of, &found.people, readings.reader(), language);
    let actor = crate::web::page::actor(session);
    let proposal = found.proposal.as_ref();
    let notice = |notice| Notice::of(notice, item.amount.fen(), language);
    ItemPage {
        here: address::item(found.row.account_id, &item.id.serial),
        seen: seen(&found.row),
        bank: Bank::of(&found, readings.reader(), whole, language),
        standing: ItemStatus::of(&found, &known, session, language),
        why: Why::of(item.explanation.as_deref(), language),
        first_choice: first_choice(&found),
        candidates: found.suggestions.iter().map(|one| Candidate::of(one, language)).collect(),
        offer: found.offer.as_ref().map(|one| offer(one, language)).unwrap_or_default(),
        employer: found.employer.as_ref().map(Employer::of),
        others: found.others.iter().map(line).collect(),
        notices: found.notices.iter().map(notice).collect(),
        similar: similar(&found, &known, language),
        note: foreign(item.note.as_deref().unwrap_or_default()),
        history: history(&found, &known, language),
        proposal: proposal.map(|one| Shown::of(one, &known, &desk.rules().desk, &actor, language)),
        edits: own(&found, session).map(edits).unwrap_or_default(),
        taken_back: taken_back(item.explanation.as_deref()),
        next: found.next.as_ref().map(place).unwrap_or_default(),
        refund: found.refund.as_ref().map(|row| refund(row, language)).unwrap_or_default(),
        done: done_words(done, language),
        rights: Rights::of(&found, session, &frame),
        people: found.workers,
        frame,
    }
}

fn refund(row: &RefundRow, language: Language) -> (String, Cow<'static, str>) {
    (row.reference.to_string(), row.state.in_language(language))
}

fn place(item: &OpenItem) -> String {
    address::item(item.account_id, &item.item.id.serial)
}

/// The nearest notice, if the remark names it, its amount equals the money and every clue agrees.
fn first_choice(found: &Found) -> String {
    let exact = found.suggestions.first().filter(|nearest| nearest.agrees());
    exact.map(|nearest| nearest.reference.to_string()).unwrap_or_default()
}

/// Only text, not a default: a person must decide whether the money and the balance belong together.
fn offer(offer: &AdvanceOffer, language: Language) -> String {
    let (reference, missing) = (offer.reference, yuan(offer.missing));
    let free = yuan(offer.free);
    language.choose(format!(
            "{reference} 还差 {missing} 元；该单位暂存款可用 {free} 元，可在“核销通知书”中连同暂存款补足。"
        ),
        format!(
            "{reference} is short of {missing}; the employer’s advance balance has {free} free and can make it up: see “Settle”."
        ),
    )
}

impl Bank {
    fn of(found: &Found, reader: &Reader, whole: bool, language: Language) -> Self {
        let item = &found.row.item;
        let account = &item.counterparty_account;
        let amount = signed(item.direction, item.amount);
        let read = |(field, text): &(_, String)| Remark::read(*field, text, reader, language);
        Self {
            facts: facts(&found.sheet, language),
            payer_account: if whole { foreign(account) } else { masked(account) },
            is_masked: !whole && account.chars().count() > 4,
            amount: yuan(amount),
            is_negative: amount.fen() < 0,
            remarks: item.remarks.iter().map(read).collect(),
        }
    }
}

impl ItemStatus {
    fn of(found: &Found, known: &Known, session: &Session, language: Language) -> Self {
        let item = &found.row.item;
        let days = age_days(item.booked_on, found.as_of);
        let assignee = item.assignee.as_deref();
        Self {
            reason: match (item.reason, found.sheet.outcome) {
                (Some(reason), _) => reason.in_language(language),
                // A cleared item shows its outcome.
                (None, Some(outcome)) => outcome.in_language(language),
                (None, None) => Cow::default(),
            },
            stage: item.stage.in_language(language),
            stage_class: item.stage.code(),
            age_days: days,
            age: Age::of(days).in_language(language),
            assignee: assignee.map(|login| known.person(login)).unwrap_or_default(),
            is_mine: assignee == Some(&session.person_id),
        }
    }
}

/// The reader's own pending proposal, if it can be edited. A reversal cannot.
fn own<'f>(found: &'f Found, session: &Session) -> Option<&'f Proposal> {
    let open = found.proposal.as_ref().filter(|one| one.state == ProposalState::Open);
    open.filter(|one| one.proposed_by.0 == session.person_id && one.act != Act::Reverse)
}

fn edits(proposal: &Proposal) -> String {
    format!("{}@{}", proposal.proposal_id, proposal.digest())
}

/// The credit in the explanation, if it is the only one that the debit can mean.
fn taken_back(explanation: Option<&str>) -> String {
    match explanation.and_then(|text| text.parse::<Explanation>().ok()) {
        Some(Explanation::Reversal(undone)) if undone.role == Role::DebitOfSettled => {
            undone.serial.into()
        }
        _ => String::new(),
    }
}

impl Rights {
    fn of(found: &Found, session: &Session, frame: &Frame) -> Self {
        let item = &found.row.item;
        let may_propose = frame.may(Permission::Propose);
        let free = item.pending.is_none() || own(found, session).is_some();
        Self {
            can_act: may_propose && free && item.closed_on.is_none(),
            can_reverse: may_propose && item.pending.is_none() && item.decided.is_some(),
            may_assign: frame.may(Permission::Assign) && item.closed_on.is_none(),
            may_unmask: frame.may(Permission::Unmask),
        }
    }
}

impl Employer {
    fn of((id, name): &(String, String)) -> Self {
        Self {
            id: id.clone(),
            name: foreign(if name.is_empty() { id } else { name }),
            href: address::employer(id),
            queue: address::Query::default().with("employer", id).on("/queue"),
        }
    }
}

impl Notice {
    pub(crate) fn of(notice: &NoticeRow, fen: i64, language: Language) -> Self {
        Self {
            reference: notice.reference.to_string(),
            month: notice.month.to_string(),
            amount: yuan(notice.amount),
            status: notice.status.in_language(language),
            exact: notice.amount.fen() == fen,
        }
    }
}

fn done_words(done: &str, language: Language) -> &'static str {
    match done {
        "assigned" => language.choose("已分派。", "Assigned."),
        "released" => language.choose("已取消分派。", "Released."),
        "proposed" => language.choose("已提交，等待复核。", "Proposed; somebody else approves."),
        "edited" => language.choose("已修改，等待复核。", "Changed; somebody else approves."),
        "withdrawn" => language.choose("已撤回。", "Taken back."),
        "noted" => language.choose("备注已保存。", "The note is kept."),
        _ => "",
    }
}

/// The transaction's data from the bank; missing values are left out.
pub(crate) fn facts(sheet: &TransactionSheet, language: Language) -> Vec<(&'static str, String)> {
    let say = |zh, en| language.choose(zh, en);
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
        let became = one.outcome.in_language(language);
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
    let shown = |entry: &HistoryEntry| Moment {
        when: when(entry.on, entry.at),
        by: match &entry.by {
            Some(by) => known.person(&by.0),
            None => language.choose("系统", "the night").to_owned(),
        },
        what: entry.in_language(language).into_owned(),
        detail: match entry.posting {
            Some((debit, credit, amount)) => {
                let side = |subject: Subject| subject.in_language(language);
                format!("{} → {} {}", side(debit), side(credit), yuan(amount))
            }
            None => detail::words(&entry.detail, known, language),
        },
    };
    found.history.iter().map(shown).collect()
}

fn when(on: NaiveDate, at: Option<i64>) -> String {
    at.map_or_else(|| on.to_string(), instant)
}
