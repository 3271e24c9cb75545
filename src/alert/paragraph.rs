//! The sections of a letter: notices first, then payments, then habits of writing.
//!
//! Start at [`sections`]. Payments that wait for the same reason and name the same notice form one [`Group`]. They
//! are reported once, with what the centre already knows of them (`facts.rs`).

mod facts;

use super::body::{Block, Section, Tone};
use super::digest::Digest;
use super::guard::{self, harmless, name, quoted};
use super::habit::Habit;
use super::item::{About, BrokenRule, DigestItem, HandbookQuote};
use super::notice::{NewsStage, NoticeNews};
use super::outcome;
use crate::remittance::{PaymentReference, Total};
use crate::report::text;
use crate::rulebook::letter::LetterRules;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Payments that the employer sees as one matter.
pub(super) struct Group<'d> {
    first: &'d DigestItem,
    /// In order.
    items: Vec<&'d DigestItem>,
}

/// Rank and heading of a kind of section; kinds after the first show the heading.
type Kind = (u8, &'static str);

/// The sections of a letter, counted from 1.
pub(super) fn sections(digest: &Digest, rules: &LetterRules) -> Vec<Section> {
    let mut all: Vec<(Kind, Section)> = Vec::new();
    let of_notice = |notice: &NoticeNews| {
        let kind = if notice.asks_for_something() { (0, "") } else { (9, "notices-heading") };
        (kind, notice_section(notice, digest, rules))
    };
    all.extend(digest.notices.iter().filter(|one| one.asks_for_something()).map(of_notice));
    let mut broken = BTreeSet::new();
    for group in Group::of(&digest.items) {
        all.push((group.kind(), group.section(digest, &mut broken, rules)));
    }
    all.extend(digest.notices.iter().filter(|one| !one.asks_for_something()).map(of_notice));
    for (number, (_, section)) in (1..).zip(&mut all) {
        section.number = number;
    }
    // Skip a habit that was already explained with a payment above.
    let habits = digest.habits.iter().filter(|habit| !broken.contains(&habit.code));
    all.extend(habits.map(|habit| ((10, "advice-heading"), habit_section(habit, rules))));
    let mut before = all.first().map(|(kind, _)| *kind);
    for (kind, section) in &mut all {
        if Some(*kind) != before && !kind.1.is_empty() {
            section.heading = rules.fill(kind.1, &[]);
        }
        before = Some(*kind);
    }
    all.into_iter().map(|(_, section)| section).collect()
}

impl Section {
    /// Whether it quotes anybody.
    pub(super) fn quotes(&self) -> bool {
        self.blocks.iter().any(|block| matches!(block, Block::Quote(_)))
    }
}

impl<'d> Group<'d> {
    /// Groups a digest's items, keeping their order.
    pub(super) fn of(items: &'d [DigestItem]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for item in items {
            let same = |group: &&mut Self| {
                let one = group.first;
                item.names().is_some() && item.names() == one.names() && item.about == one.about
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.items.push(item),
                None => groups.push(Self { first: item, items: vec![item] }),
            }
        }
        groups
    }

    pub(super) fn about(&self) -> About {
        self.first.about
    }

    pub(super) fn asks_for_something(&self) -> bool {
        self.items.iter().any(|item| item.asks_for_something())
    }

    /// The earliest deadline among them.
    pub(super) fn until(&self) -> Option<NaiveDate> {
        self.items.iter().filter_map(|item| item.until).min()
    }

    fn kind(&self) -> Kind {
        match self.about() {
            About::Suspense(_) => (1, "suspense-heading"),
            About::Reminder(..) => (2, "reminder-heading"),
            About::Unfinished(_) => (3, "unfinished-heading"),
            About::Settled(_) => (4, "settled-heading"),
        }
    }

    fn sum(&self) -> Total {
        self.items.iter().map(|item| Total::from(item.amount).absolute()).sum()
    }

    /// The days of receipt, `2026-05-11、2026-05-12`.
    fn days(&self) -> String {
        let days: BTreeSet<NaiveDate> = self.items.iter().map(|item| item.booked_on).collect();
        days.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")
    }

    /// What the box asks for.
    pub(super) fn wants(&self, rules: &LetterRules) -> String {
        let (booked_on, amount) = (self.days(), text::grouped(self.sum()));
        let values = [("booked_on", booked_on.as_str()), ("amount", &amount)];
        match self.about() {
            About::Suspense(reason) | About::Reminder(reason, _) => {
                rules.fill(&format!("{reason}.do"), &values)
            }
            About::Unfinished(_) | About::Settled(_) => {
                let open = &self.first.whereabouts.open;
                let names: Vec<String> = open.iter().map(|one| one.reference.to_string()).collect();
                rules.fill("open.do", &[("notices", &names.join("、"))])
            }
        }
    }

    fn section(
        &self,
        digest: &Digest,
        broken: &mut BTreeSet<String>,
        rules: &LetterRules,
    ) -> Section {
        let first = self.first;
        let mut section = Section {
            heading: String::new(),
            number: 0,
            title: self.title(rules),
            asks: self.asks_for_something(),
            blocks: Vec::new(),
        };
        self.notes(&mut section, digest.night, rules);
        self.payments(&mut section, rules);
        let (booked_on, amount) = (self.days(), text::grouped(self.sum()));
        let values = [
            ("amount", amount.as_str()),
            ("booked_on", &booked_on),
            ("phone", &digest.centre.phone),
        ];
        match first.about {
            About::Suspense(reason) | About::Reminder(reason, _) => {
                let wrong = rules.fill(&format!("{reason}.wrong"), &values);
                section.say("未能入账的原因", wrong, Tone::Plain);
                section.say("具体情况", self.explanation(rules), Tone::Plain);
                facts::say(&mut section, reason, &self.items, rules);
                section.ask(&rules.fill(&format!("{reason}.steps"), &values));
            }
            About::Unfinished(solution) => {
                let (heading, notices) = outcome::open_notices(&first.whereabouts, rules);
                section.say("", heading, Tone::Strong);
                notices.into_iter().for_each(|one| section.say("", one, Tone::Plain));
                if self.asks_for_something() {
                    section.ask(&outcome::steps(solution, &first.whereabouts, &values, rules));
                }
            }
            About::Settled(_) => {}
        }
        if let (About::Suspense(_) | About::Unfinished(_), Some(until)) =
            (first.about, self.until())
        {
            let until = rules.fill("until", &[("until", &until.to_string())]);
            section.say("", until, Tone::Plain);
        }
        for rule in self.items.iter().flat_map(|item| &item.rules) {
            if broken.insert(rule.code.clone()) {
                rule_blocks(&mut section, rule, rules);
            }
        }
        section
    }

    /// The payments, each with its payer's remark.
    fn payments(&self, section: &mut Section, rules: &LetterRules) {
        for item in &self.items {
            if self.items.len() > 1 {
                section.say("", headline(item, rules), Tone::Strong);
            }
            section.say("付款账号", item.payer_account.to_string(), Tone::Small);
            for remark in &item.remarks {
                let read: Vec<String> = remark.read.iter().map(ToString::to_string).collect();
                section.blocks.push(Block::Quote(guard::remark(&remark.text, &read, rules)));
            }
        }
    }

    /// Its notice, if it is a single one; else the payment itself.
    fn title(&self, rules: &LetterRules) -> String {
        match (self.items.as_slice(), self.first.whereabouts.open.first()) {
            ([_, _, ..], Some(open)) => {
                let (reference, count) = (open.reference.to_string(), self.items.len().to_string());
                let (month, amount) = (open.month.chinese(), text::grouped(self.sum()));
                let values = [
                    ("reference", reference.as_str()),
                    ("month", &month),
                    ("count", &count),
                    ("amount", &amount),
                ];
                rules.fill("group-title", &values)
            }
            _ => headline(self.first, rules),
        }
    }

    /// Since when the employer knows, or what became of it.
    fn notes(&self, section: &mut Section, night: NaiveDate, rules: &LetterRules) {
        let item = self.first;
        let note = match item.about {
            About::Reminder(..) => reminder(item.reminds_of, self.until(), night, rules),
            About::Unfinished(solution) | About::Settled(solution) => {
                outcome::note(solution, &item.whereabouts, rules)
            }
            About::Suspense(_) => String::new(),
        };
        section.say("", note, Tone::Strong);
    }

    /// The match explanation, if it is the same for all.
    fn explanation(&self, rules: &LetterRules) -> String {
        let first = self.first.explanation.as_str();
        let same = self.items.iter().all(|item| item.explanation == first);
        if same { quoted(first, rules) } else { String::new() }
    }
}

impl DigestItem {
    /// The one open notice that it names while in suspense.
    fn names(&self) -> Option<PaymentReference> {
        let hangs = matches!(self.about, About::Suspense(_) | About::Reminder(..));
        self.only_notice().filter(|_| hangs)
    }
}

/// When the employer was first told, its deadline, and that the deadline has passed.
fn reminder(
    told: Option<NaiveDate>,
    until: Option<NaiveDate>,
    night: NaiveDate,
    rules: &LetterRules,
) -> String {
    let told = told.unwrap_or(night).to_string();
    match until {
        Some(until) => {
            let days = (night - until).num_days().to_string();
            let values = [("told", told.as_str()), ("until", &until.to_string()), ("days", &days)];
            rules.fill("reminder-late", &values)
        }
        None => rules.fill("reminder-undated", &[("told", &told)]),
    }
}

/// A payment on one line.
fn headline(item: &DigestItem, rules: &LetterRules) -> String {
    let amount = text::grouped(Total::from(item.amount).absolute());
    let came = if item.amount.fen() < 0 { "冲回" } else { "到账" };
    let bank = harmless(&name(&item.bank_name), rules);
    format!("{} {came} {amount} 元，{bank}收款账户 {}", item.booked_on, item.account)
}

/// A broken rule with both forms.
fn rule_blocks(section: &mut Section, rule: &BrokenRule, rules: &LetterRules) {
    // A code from a newer rule file has no sentence yet: then only the handbook is quoted.
    section.say("填写要求", rules.advice(&rule.code).unwrap_or_default(), Tone::Plain);
    section.say("", rule.handbook.as_ref().map(quoted_rule).unwrap_or_default(), Tone::Small);
    let right = match rule.right.as_str() {
        "" => rules.fill("right-form", &[]),
        right => quoted(right, rules),
    };
    section.blocks.push(Block::Forms { wrong: quoted(&rule.wrong, rules), right });
}

/// The handbook's sentence, verbatim, with its number.
fn quoted_rule(rule: &HandbookQuote) -> String {
    format!("操作手册“缴款登记号填写规则”第 {} 条原文：{}", rule.number, rule.text)
}

fn habit_section(habit: &Habit, rules: &LetterRules) -> Section {
    let days: Vec<String> = habit.booked_on.iter().map(ToString::to_string).collect();
    let (count, days) = (days.len().to_string(), days.join("、"));
    let title = rules.fill("habit-title", &[("count", &count), ("days", &days)]);
    let mut section =
        Section { heading: String::new(), number: 0, title, asks: false, blocks: Vec::new() };
    let rule = BrokenRule {
        code: habit.code.clone(),
        handbook: habit.handbook.clone(),
        wrong: habit.wrong.clone(),
        right: habit.right.clone(),
    };
    rule_blocks(&mut section, &rule, rules);
    section
}

/// What the box asks for about a notice.
pub(super) fn notice_wants(notice: &NoticeNews, rules: &LetterRules) -> String {
    let reference = notice.reference.to_string();
    let open = notice.open.as_ref();
    let missing = open.map_or(notice.amount, super::OpenNotice::missing);
    let missing = text::grouped(missing);
    let values = [("reference", reference.as_str()), ("missing", &missing)];
    rules.fill(&format!("{}.do", notice_case(notice)), &values)
}

/// Selects a notice's sentences: money still in suspense for it must not be paid twice.
fn notice_case(notice: &NoticeNews) -> &'static str {
    match notice.stage {
        NewsStage::TakenBack => "taken-back",
        NewsStage::Reopened if notice.held => "reopened-held",
        NewsStage::Reopened => "reopened",
        NewsStage::Settled => "settled-again",
        NewsStage::Revoked => "revoked",
    }
}

fn notice_section(notice: &NoticeNews, digest: &Digest, rules: &LetterRules) -> Section {
    let (reference, month) = (notice.reference.to_string(), notice.month.chinese());
    let amount = text::grouped(notice.amount);
    let values = [("reference", reference.as_str()), ("month", &month), ("amount", &amount)];
    let mut section = Section {
        heading: String::new(),
        number: 0,
        title: rules.fill("notice-title", &values),
        asks: notice.asks_for_something(),
        blocks: Vec::new(),
    };
    let case = notice_case(notice);
    if notice.reminds_of.is_some() {
        let note = reminder(notice.reminds_of, notice.until, digest.night, rules);
        section.say("", note, Tone::Strong);
    }
    section.say("", payback(notice, rules), Tone::Plain);
    let cause = match (notice.stage, notice.by_bank) {
        (NewsStage::Reopened, true) => "reopened-by-bank",
        (NewsStage::Reopened, false) => "reopened-by-staff",
        (NewsStage::TakenBack | NewsStage::Settled | NewsStage::Revoked, _) => case,
    };
    section.say("", rules.fill(cause, &[]), Tone::Plain);
    if let Some(open) = &notice.open {
        section.say("", outcome::open_notice(open, rules), Tone::Strong);
    }
    for part in &notice.parts {
        let label = rules.fill("notice-part", &[]);
        section.say(&label, headline(part, rules), Tone::Plain);
    }
    if notice.asks_for_something() {
        let values = [("reference", reference.as_str()), ("phone", &digest.centre.phone)];
        section.ask(&rules.fill(&format!("{case}.steps"), &values));
    }
    if let (Some(until), None) = (notice.until, notice.reminds_of) {
        let until = rules.fill("until", &[("until", &until.to_string())]);
        section.say("", until, Tone::Plain);
    }
    section
}

/// The bank's reversals, if the bank caused it.
fn payback(notice: &NoticeNews, rules: &LetterRules) -> String {
    let Some((payback, bank, account)) = notice.payback.as_ref().filter(|_| notice.by_bank) else {
        return String::new();
    };
    let (on, sum) = (payback.booked_on.to_string(), text::grouped(payback.amount));
    let (bank, account) = (harmless(&name(bank), rules), account.to_string());
    let values =
        [("booked_on", on.as_str()), ("amount", &sum), ("bank", &bank), ("account", &account)];
    rules.fill("payback", &values)
}
