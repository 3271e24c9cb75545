//! One letter: subject, plain text and HTML, from a digest and the centre's sentences.
//!
//! Start at [`Letter::write`]. It makes the letter's pieces once (`body.rs`, `paragraph.rs`, `summary.rs`); plain
//! text and page (`page.rs`) use the same pieces. Payers' texts go through `guard.rs`.

use super::body::{Body, Paper, Section};
use super::digest::Digest;
use super::guard::{display, harmless, line, name};
use super::item::{About, DigestItem};
use super::{CentreContact, NewsStage, letter_number, page, paragraph, summary};
use crate::remittance::{Total, YearMonth};
use crate::report::text;
use crate::rulebook::letter::LetterRules;

/// A letter as stored in the outbox.
///
/// Invariant: all fields except the two bodies have no control characters or line ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub letter_id: String,
    /// Eight digits to refer to it on the telephone.
    pub number: String,
    pub employer_id: String,
    pub from: String,
    pub from_name: String,
    pub to: String,
    pub to_name: String,
    pub unsubscribe: Option<String>,
    pub reply_to: Option<String>,
    /// Whether it contains advice, which can be declined separately.
    pub advises: bool,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Letter {
    /// Writes the letter of a digest, with the number derived from its id.
    #[must_use]
    pub fn write(digest: &Digest, rules: &LetterRules) -> Self {
        Self::numbered(digest, rules, &letter_number::of(&digest.letter_id(), 0))
    }

    /// The same under another number, because another letter uses that one.
    #[must_use]
    pub fn numbered(digest: &Digest, rules: &LetterRules, number: &str) -> Self {
        let body = body(digest, rules, number);
        Self {
            letter_id: digest.letter_id(),
            number: number.to_owned(),
            employer_id: digest.addressee.employer_id.clone(),
            from: digest.sender.to_string(),
            from_name: display(&digest.centre.name),
            to: digest.recipient.as_ref().map(ToString::to_string).unwrap_or_default(),
            to_name: display(&digest.addressee.name),
            unsubscribe: digest.unsubscribe.as_ref().map(ToString::to_string),
            reply_to: digest.reply_to.as_ref().map(ToString::to_string),
            advises: !digest.habits.is_empty(),
            text: body.plain(),
            html: match digest.recipient {
                Some(_) => page::html(&body),
                None => page::paper(&body),
            },
            subject: body.subject,
        }
    }
}

fn body(digest: &Digest, rules: &LetterRules, number: &str) -> Body {
    let centre = &digest.centre;
    let employer = harmless(&name(&digest.addressee.name), rules);
    let spoken = letter_number::spoken(number);
    let reach = [
        ("phone", centre.phone.as_str()),
        ("hours", &centre.hours),
        ("address", &centre.address),
        ("letter", &spoken),
    ];
    let sections = paragraph::sections(digest, rules);
    let quotes = sections.iter().any(Section::quotes);
    Body {
        subject: subject(digest, rules),
        centre: name(&centre.name),
        greeting: greeting(digest.addressee.contact.as_deref(), rules),
        summary: summary::rows(digest, &spoken, rules),
        opening: rules.fill(opening(digest), &[("employer", &employer)]),
        sections,
        quoted: if quotes { rules.fill("quoted", &[]) } else { String::new() },
        closing: Vec::new(),
        contact: rules.fill("contact", &reach),
        safety: rules.fill("safety", &[]),
        automatic: ending(centre, rules),
        night: digest.night.to_string(),
        paper: Paper::of(&digest.addressee.name, digest.addressee.postal.as_deref(), centre, rules),
    }
}

/// The end of a letter; the centre's settings decide whether it says that replies are read.
pub(super) fn ending(centre: &CentreContact, rules: &LetterRules) -> String {
    let section = if centre.reply_to.is_some() { "answered" } else { "automatic" };
    rules.fill(section, &[])
}

/// 经办人, by name if known.
pub(super) fn greeting(contact: Option<&str>, rules: &LetterRules) -> String {
    let contact = contact.map(|found| harmless(&name(found), rules));
    let contact = contact.filter(|found| !found.is_empty()).unwrap_or_else(|| "经办人".into());
    rules.fill("greeting", &[("contact", &contact)])
}

/// The main subject of a letter, most urgent first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead<'d> {
    Notice(NewsStage),
    Item(&'d DigestItem),
    Habits,
}

/// The main subject.
pub(super) fn lead(digest: &Digest) -> Lead<'_> {
    let notice = digest.notices.iter().find(|one| one.asks_for_something());
    match (notice, digest.items.first(), digest.notices.first()) {
        (Some(notice), _, _) => Lead::Notice(notice.stage),
        (None, Some(item), _) => Lead::Item(item),
        (None, None, Some(notice)) => Lead::Notice(notice.stage),
        (None, None, None) => Lead::Habits,
    }
}

/// The items of the most urgent kind.
fn first_items(digest: &Digest) -> Vec<&DigestItem> {
    let first = digest.items.first().map_or(0, |item| item.about.rank());
    digest.items.iter().filter(|item| item.about.rank() == first).collect()
}

fn opening(digest: &Digest) -> &'static str {
    let asks = first_items(digest).iter().any(|item| item.asks_for_something());
    match lead(digest) {
        Lead::Notice(NewsStage::TakenBack) => "opening-taken-back",
        Lead::Notice(NewsStage::Reopened) => "opening-reopened",
        Lead::Notice(NewsStage::Settled | NewsStage::Revoked) => "opening-progress",
        Lead::Item(item) => match item.about {
            About::Suspense(_) => "opening-suspense",
            About::Reminder(..) => "opening-reminder",
            About::Unfinished(_) if asks => "opening-open",
            About::Unfinished(_) => "opening-progress",
            About::Settled(_) => "opening-settled",
        },
        Lead::Habits => "opening-advice",
    }
}

/// The months and amount of the most urgent subject, and no payer's text.
fn subject(digest: &Digest, rules: &LetterRules) -> String {
    let told = first_items(digest);
    let filled = match lead(digest) {
        Lead::Notice(stage) => {
            let same = digest.notices.iter().filter(|one| one.stage == stage);
            let references: Vec<String> = same.map(|one| one.reference.to_string()).collect();
            let section = format!("subject-{}", stage.code());
            rules.fill(&section, &[("notices", &few(&references))])
        }
        Lead::Item(item) => {
            let sum = told.iter().map(|item| Total::from(item.amount).absolute()).sum();
            let asks = told.iter().any(|item| item.asks_for_something());
            let section = match (item.about, told.len()) {
                (About::Suspense(_), 1) => "subject-one",
                (About::Suspense(_), _) => "subject-several",
                (About::Reminder(..), _) => "subject-reminder",
                (About::Unfinished(_), _) if asks => "subject-open",
                (About::Unfinished(_), _) => "subject-progress",
                (About::Settled(_), _) => "subject-settled",
            };
            sums(section, told.iter().map(|item| item.booked_on), told.len(), sum, rules)
        }
        Lead::Habits => {
            let days = digest.habits.iter().flat_map(|habit| habit.booked_on.iter().copied());
            let amounts = digest.habits.iter().flat_map(|habit| &habit.amounts);
            let sum = amounts.map(|amount| Total::from(*amount)).sum();
            sums("subject-advice", days, 0, sum, rules)
        }
    };
    line(&filled, usize::MAX)
}

fn sums(
    section: &str,
    days: impl Iterator<Item = chrono::NaiveDate>,
    count: usize,
    sum: Total,
    rules: &LetterRules,
) -> String {
    let months = months(&days.map(YearMonth::of).collect::<Vec<_>>());
    let (count, amount) = (count.to_string(), text::grouped(sum));
    rules.fill(section, &[("months", &months), ("count", &count), ("amount", &amount)])
}

/// Up to two by name, more as a count.
fn few(references: &[String]) -> String {
    match references {
        [one] => one.clone(),
        [one, other] => format!("{one}、{other}"),
        [one, ..] => format!("{one} 等 {} 份", references.len()),
        [] => String::new(),
    }
}

/// `2026年5月`, or the first and last month.
fn months(months: &[YearMonth]) -> String {
    match (months.iter().min(), months.iter().max()) {
        (Some(first), Some(last)) if first != last => {
            format!("{}至{}", first.chinese(), last.chinese())
        }
        (Some(only), _) => only.chinese(),
        (None, _) => String::new(),
    }
}
