//! A proposal for people: before and after, who proposed it and why.
//!
//! Start at [`Shown::of`]. An approver must see before and after at once, so every act is written out as the
//! notices and amounts it moves, never as a code.

use super::{address, count, foreign, instant, yuan};
use crate::remittance::{Language, Localized, Money, PaymentReference, said};
use crate::store::{NoticeRow, OwnAccount};
use crate::suspense::{Act, Actor, DeskRules, ItemId, Person, Proposal, ProposalState, Share};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The names that a proposal refers to.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) notices: BTreeMap<PaymentReference, NoticeRow>,
    pub(crate) accounts: Vec<OwnAccount>,
    /// Display names by login.
    pub(crate) people: BTreeMap<String, String>,
}

/// A proposal on a page.
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) digest: String,
    pub(crate) kind: Cow<'static, str>,
    pub(crate) amount: String,
    pub(crate) fen: i64,
    pub(crate) count: String,
    pub(crate) by: String,
    pub(crate) at: String,
    /// Sentences about proposers and approvers whose access another person renewed.
    pub(crate) flags: Vec<String>,
    pub(crate) note: String,
    pub(crate) state: Cow<'static, str>,
    pub(crate) is_open: bool,
    pub(crate) is_mine: bool,
    /// Where the reader can edit it; empty if not.
    pub(crate) edit: String,
    pub(crate) before: Vec<ActLine>,
    pub(crate) after: Vec<ActLine>,
    pub(crate) approvals: Vec<ActLine>,
    /// How many more approvals it needs.
    pub(crate) missing: usize,
    /// Why this reader cannot approve it; empty if they can.
    pub(crate) why_not: String,
    /// Who ended it, when and why; empty while open.
    pub(crate) ended: String,
}

/// A sentence with a link.
pub(crate) struct ActLine {
    pub(crate) words: String,
    pub(crate) href: String,
}

impl ActLine {
    pub(crate) fn plain(words: String) -> Self {
        Self { words, href: String::new() }
    }
}

impl Known {
    /// A person's display name.
    pub(crate) fn person(&self, login: &str) -> String {
        self.people
            .get(login)
            .filter(|name| !name.is_empty())
            .map_or_else(|| foreign(login), |name| foreign(name))
    }

    /// An item by its bank and serial, with a link.
    pub(crate) fn item(&self, id: &ItemId) -> ActLine {
        let account = self.accounts.iter().find(|account| account.account_no == id.account_no);
        ActLine {
            words: format!(
                "{} {}",
                account.map_or("", |account| account.bank_name.as_str()),
                foreign(&id.serial)
            ),
            href: account
                .map(|account| address::item(account.account_id, &id.serial))
                .unwrap_or_default(),
        }
    }

    fn notice(&self, reference: PaymentReference) -> ActLine {
        let words = match self.notices.get(&reference) {
            Some(NoticeRow { employer_name, employer_id, month, amount, .. }) => {
                let name = if employer_name.is_empty() { employer_id } else { employer_name };
                format!("{reference} · {} · {month} · {}", foreign(name), yuan(*amount))
            }
            None => reference.to_string(),
        };
        ActLine { words, href: format!("/notices?q={reference}") }
    }
}

impl Shown {
    pub(crate) fn of(
        proposal: &Proposal,
        known: &Known,
        rules: &DeskRules,
        reader: &Actor,
        language: Language,
    ) -> Self {
        let is_open = proposal.state == ProposalState::Open;
        let why_not = match proposal.may_approve(rules, reader) {
            Ok(()) => String::new(),
            Err(refusal) => refusal.in_language(language).into_owned(),
        };
        let needed = usize::from(proposal.approvals_needed);
        let approvals = proposal.approvals.iter();
        Self {
            id: proposal.proposal_id.clone(),
            digest: proposal.digest(),
            kind: proposal.act.kind().in_language(language),
            amount: yuan(proposal.amount),
            fen: proposal.amount.fen(),
            count: count(proposal.items.len() as u64),
            by: known.person(&proposal.proposed_by.0),
            at: instant(proposal.proposed_at),
            flags: flags(proposal, known, language),
            note: foreign(&proposal.note),
            state: proposal.state.in_language(language),
            is_open,
            is_mine: proposal.proposed_by == reader.person,
            edit: edit(proposal, known),
            before: proposal.items.iter().map(|seen| known.item(&seen.id)).collect(),
            after: after(&proposal.act, known, language),
            approvals: approvals
                .map(|one| {
                    ActLine::plain(format!("{} {}", known.person(&one.by.0), instant(one.at)))
                })
                .collect(),
            missing: needed.saturating_sub(proposal.approvals.len()),
            why_not: if is_open { why_not } else { String::new() },
            ended: proposal.ended.as_ref().map_or_else(String::new, |(end, why)| {
                format!("{} {} {}", known.person(&end.by.0), instant(end.at), foreign(why))
            }),
        }
    }
}

/// People whose access another person renewed shortly before they proposed or approved.
fn flags(proposal: &Proposal, known: &Known, language: Language) -> Vec<String> {
    let proposer = [(&proposal.proposed_by, &proposal.proposer_renewed_by)];
    let approvers = proposal.approvals.iter().map(|one| (&one.by, &one.renewed_by));
    let renewed = |(who, by): (&Person, &Option<Person>)| {
        Some(renewed(&known.person(&who.0), &known.person(&by.as_ref()?.0), language))
    };
    proposer.into_iter().chain(approvers).filter_map(renewed).collect()
}

/// That another person recently renewed somebody's access.
pub(crate) fn renewed(who: &str, by: &str, language: Language) -> String {
    said!(
        language,
        "{who} 的密码、动态码、角色或令牌近期由 {by} 办理，请核实为本人所办",
        "{by} had renewed the password, codes, role or token of {who} a short while before: see that it was they"
    )
    .into_owned()
}

/// Where a proposal is edited: on its first item's page. A reversal cannot be edited.
fn edit(proposal: &Proposal, known: &Known) -> String {
    let first = proposal.items.first().filter(|_| proposal.act != Act::Reverse);
    let page = first.map(|seen| known.item(&seen.id).href).filter(|href| !href.is_empty());
    page.map(|href| format!("{href}#acts")).unwrap_or_default()
}

/// The state after the act, one line per notice, employer or day.
pub(crate) fn after(act: &Act, known: &Known, language: Language) -> Vec<ActLine> {
    let say = |zh: &str, en: &str| language.choose(zh, en).to_owned();
    match act {
        Act::Settle { notices, from_advance } => settled(notices, *from_advance, known, language),
        Act::Split { shares, rest_to } => {
            let mut lines: Vec<ActLine> = shares.iter().map(|share| part(share, known)).collect();
            if let Some(employer_id) = rest_to {
                let words = say("余款转单位暂存款", "the rest to the advance balance of");
                let words = format!("{words} {}", foreign(employer_id));
                lines.push(ActLine { words, href: address::employer(employer_id) });
            }
            lines
        }
        Act::Advance { employer_id: Some(employer_id) } => vec![ActLine {
            words: format!(
                "{} {}",
                say("转单位暂存款", "to the advance balance of"),
                foreign(employer_id)
            ),
            href: address::employer(employer_id),
        }],
        Act::Advance { employer_id: None } => vec![ActLine::plain(say(
            "转单位暂存款（单位待定）",
            "to an advance balance, of whom is not known yet",
        ))],
        Act::Refund => vec![ActLine::plain(say("退回付款人", "back to the payer"))],
        Act::CorrectReference { reference } => {
            let ActLine { words, href } = known.notice(*reference);
            let read = say("登记号更正为", "read as");
            let then =
                say("，待下次批处理按规则重新匹配", "; the next night judges it by its rules");
            vec![ActLine { words: format!("{read} {words}{then}"), href }]
        }
        Act::TakeBack { credit } => {
            let ActLine { words, href } = known.item(credit);
            let taken = say("冲回已入账来款", "takes back the settled credit");
            let then = say(
                "，原核销红冲，通知书恢复待缴",
                "; what it had settled is booked back, its notices are open again",
            );
            vec![ActLine { words: format!("{taken} {words}{then}"), href }]
        }
        Act::NotOurs => {
            vec![ActLine::plain(say("非缴存款项，转入非缴存往来", "no payment to the fund"))]
        }
        Act::WaitUntil { day } => {
            vec![ActLine::plain(format!("{} {day}", say("暂缓至", "waits until")))]
        }
        Act::Reverse => vec![ActLine::plain(say(
            "红冲原处理，款项恢复挂账",
            "what was approved is booked back; the items hang again",
        ))],
    }
}

/// The paid notices, and what the advance balance adds.
fn settled(
    notices: &[PaymentReference],
    from_advance: Option<Money>,
    known: &Known,
    language: Language,
) -> Vec<ActLine> {
    let pays = language.choose("核销通知书", "pays notice");
    let line = |reference: &PaymentReference| {
        let ActLine { words, href } = known.notice(*reference);
        ActLine { words: format!("{pays} {words}"), href }
    };
    let with = language.choose("连同单位暂存款", "with this much of the advance balance:");
    let advance = from_advance.map(|amount| ActLine::plain(format!("{with} {}", yuan(amount))));
    notices.iter().map(line).chain(advance).collect()
}

fn part(share: &Share, known: &Known) -> ActLine {
    let ActLine { words, href } = known.notice(share.notice);
    ActLine { words: format!("{} → {words}", yuan(share.amount)), href }
}
