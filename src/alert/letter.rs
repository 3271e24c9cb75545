//! One letter: subject, plain text and HTML from a digest and the centre's sentences.
//!
//! Start at [`Letter::write`]: it prepares each item once ([`Paragraph`]); the text below and the page
//! (`page.rs`) say the same from it. Texts of payers are shown as they were written, with the
//! invisible made visible, shortened, and with links made harmless ([`quoted`]).

use super::digest::{About, BrokenRule, CentreContact, Digest, DigestItem, HandbookQuote};
use super::{outcome, page};
use crate::remittance::{Total, YearMonth};
use crate::report::{Segment, SegmentKind, text};
use crate::rulebook::letter::LetterRules;
use std::fmt::Write as _;

/// Characters of a payer's text that a letter repeats.
const QUOTED_CHARS_MAX: usize = 140;

/// Stands before what the reader is asked to do.
pub(super) const STEPS: &str = "请这样办理";

/// Characters of a name that a letter repeats.
const NAME_CHARS_MAX: usize = 60;

/// A letter as it is kept in the outbox.
///
/// Invariant: all fields but the two bodies are free of control characters and line ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub letter_id: String,
    pub employer_id: String,
    pub from: String,
    pub from_name: String,
    pub to: String,
    pub to_name: String,
    pub unsubscribe: Option<String>,
    pub reply_to: Option<String>,
    /// Whether it holds advice, which can be declined by itself.
    pub advises: bool,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// One item in the letter's words.
pub(super) struct Paragraph {
    pub(super) number: usize,
    /// Whether something is to be done about it.
    pub(super) hangs: bool,
    /// Stands before the first of its kind, where the letter holds several kinds.
    pub(super) heading: String,
    pub(super) headline: String,
    /// Since when the employer knows, or how it was settled.
    pub(super) note: String,
    pub(super) payer_account: String,
    pub(super) remarks: Vec<Quote>,
    /// Which notices stay open: what they are to the money, then a line each.
    pub(super) open_heading: String,
    pub(super) open: Vec<String>,
    pub(super) wrong: String,
    pub(super) explanation: String,
    pub(super) rules: Vec<RuleText>,
    pub(super) steps: Vec<String>,
    pub(super) until: String,
}

/// A remark as it was written: the field's name, and pieces of which some were read.
pub(super) struct Quote {
    pub(super) field: &'static str,
    pub(super) pieces: Vec<(String, bool)>,
    /// The pieces that were read, joined; empty where nothing was.
    pub(super) read: String,
}

/// A rule in the letter's words.
pub(super) struct RuleText {
    pub(super) sentence: String,
    /// Names the number; empty where the handbook has no sentence for it.
    pub(super) handbook: String,
    pub(super) wrong: String,
    pub(super) right: String,
}

/// The sentences around the items.
pub(super) struct Frame {
    pub(super) greeting: String,
    pub(super) opening: String,
    /// Whose words stand in quotation marks; empty where nobody is quoted.
    pub(super) quoted: String,
    /// What else is to be known, a paragraph each.
    pub(super) closing: Vec<String>,
    pub(super) contact: String,
    pub(super) safety: String,
    pub(super) automatic: String,
    pub(super) centre: String,
    pub(super) night: String,
    /// On paper: to whom, where from, and how to get the next one by mail.
    pub(super) paper: Paper,
}

/// What stands on a letter that is posted, and not on a mail.
pub(super) struct Paper {
    pub(super) employer: String,
    pub(super) addressee: String,
    pub(super) sender: String,
    pub(super) note: String,
}

impl Letter {
    /// Writes the letter of a digest.
    #[must_use]
    pub fn write(digest: &Digest, rules: &LetterRules) -> Self {
        let letter_id = digest.letter_id();
        let mut paragraphs: Vec<Paragraph> = (1..)
            .zip(&digest.items)
            .map(|(number, item)| Paragraph::of(number, item, digest, rules))
            .collect();
        set_headings(&mut paragraphs, &digest.items, rules);
        let frame = Frame::of(digest, &letter_id, rules);
        let subject = subject(digest, rules);
        Self {
            employer_id: digest.addressee.employer_id.clone(),
            from: digest.sender.to_string(),
            from_name: display(&digest.centre.name),
            to: digest.recipient.as_ref().map(ToString::to_string).unwrap_or_default(),
            to_name: display(&digest.addressee.name),
            unsubscribe: digest.unsubscribe.as_ref().map(ToString::to_string),
            reply_to: digest.reply_to.as_ref().map(ToString::to_string),
            advises: digest.items.iter().any(|item| item.about == About::Advice),
            text: plain(&frame, &paragraphs),
            html: match digest.recipient {
                Some(_) => page::html(&subject, &frame, &paragraphs),
                None => page::paper(&subject, &frame, &paragraphs),
            },
            subject,
            letter_id,
        }
    }
}

/// Names months and amount, and nothing a payer wrote: of what is most urgent in the letter.
fn subject(digest: &Digest, rules: &LetterRules) -> String {
    let first = digest.items.first().map_or(0, |item| item.about.rank());
    let told: Vec<&DigestItem> =
        digest.items.iter().filter(|item| item.about.rank() == first).collect();
    let sum: Total = told.iter().map(|item| Total::from(item.amount).absolute()).sum();
    let months = months(&told);
    let (count, amount) = (told.len().to_string(), text::grouped(sum));
    let asks = told.iter().any(|item| item.asks_for_something());
    let section = match (told.first().map(|item| item.about), told.len()) {
        (Some(About::Suspense(_)), 1) => "subject-one",
        (Some(About::Suspense(_)), _) => "subject-several",
        (Some(About::Reminder(..)), _) => "subject-reminder",
        (Some(About::Unfinished(_)), _) if asks => "subject-open",
        (Some(About::Unfinished(_)), _) => "subject-progress",
        (Some(About::Settled(_)), _) => "subject-settled",
        (Some(About::Advice) | None, _) => "subject-advice",
    };
    let filled =
        rules.fill(section, &[("months", &months), ("count", &count), ("amount", &amount)]);
    line(&filled, usize::MAX)
}

/// Puts a heading before the first item of each kind but the first, where there are several kinds.
fn set_headings(paragraphs: &mut [Paragraph], items: &[DigestItem], rules: &LetterRules) {
    let mut before = items.first().map(|item| item.about.rank());
    for (paragraph, item) in paragraphs.iter_mut().zip(items) {
        let rank = Some(item.about.rank());
        if rank != before {
            paragraph.heading = match item.about {
                About::Suspense(_) => String::new(),
                About::Reminder(..) => rules.fill("reminder-heading", &[]),
                About::Unfinished(_) => rules.fill("unfinished-heading", &[]),
                About::Settled(_) => rules.fill("settled-heading", &[]),
                About::Advice => rules.fill("advice-heading", &[]),
            };
        }
        before = rank;
    }
}

/// `2026年5月`, or from the first to the last.
fn months(items: &[&DigestItem]) -> String {
    let say = |month: YearMonth| format!("{}年{}月", month.year(), month.month());
    let all = || items.iter().map(|item| YearMonth::of(item.booked_on));
    match (all().min(), all().max()) {
        (Some(first), Some(last)) if first != last => format!("{}至{}", say(first), say(last)),
        (Some(only), _) => say(only),
        (None, _) => String::new(),
    }
}

impl Paragraph {
    fn of(number: usize, item: &DigestItem, digest: &Digest, rules: &LetterRules) -> Self {
        let amount = text::grouped(Total::from(item.amount).absolute());
        let booked_on = item.booked_on.to_string();
        let values = [
            ("amount", amount.as_str()),
            ("booked_on", &booked_on),
            ("phone", &digest.centre.phone),
        ];
        let (wrong, steps) = match item.about {
            About::Suspense(reason) | About::Reminder(reason, _) => (
                rules.fill(&format!("{reason}.wrong"), &values),
                rules.fill(&format!("{reason}.steps"), &values),
            ),
            About::Unfinished(solution) if item.asks_for_something() => {
                (String::new(), outcome::steps(solution, &item.whereabouts, &values, rules))
            }
            About::Unfinished(_) | About::Settled(_) | About::Advice => {
                (String::new(), String::new())
            }
        };
        let note = match item.about {
            About::Reminder(_, days) => rules.fill("reminder-note", &[("days", &days.to_string())]),
            About::Unfinished(solution) | About::Settled(solution) => {
                outcome::note(solution, &item.whereabouts, rules)
            }
            About::Suspense(_) | About::Advice => String::new(),
        };
        let (open_heading, open) = outcome::open_notices(&item.whereabouts, rules);
        let came = if item.amount.fen() < 0 { "冲回" } else { "到账" };
        let bank = harmless(&name(&item.bank_name));
        let until = item.until.map(|day| rules.fill("until", &[("until", &day.to_string())]));
        Self {
            number,
            hangs: item.asks_for_something(),
            heading: String::new(),
            note,
            headline: format!("{booked_on} {came} {amount} 元，{bank}收款账户 {}", item.account),
            payer_account: item.payer_account.to_string(),
            remarks: item.remarks.iter().map(Quote::of).collect(),
            open_heading,
            open,
            wrong,
            explanation: quoted(&item.explanation),
            rules: item.rules.iter().map(|rule| RuleText::of(rule, rules)).collect(),
            steps: steps.lines().map(str::to_owned).collect(),
            until: until.unwrap_or_default(),
        }
    }
}

impl Quote {
    fn of(remark: &crate::report::RemarkText) -> Self {
        let mut left = QUOTED_CHARS_MAX;
        let mut pieces = Vec::new();
        for Segment { text, kind } in remark.segments() {
            let piece: String = text.chars().take(left).collect();
            left -= piece.chars().count();
            pieces.push((harmless(&piece), *kind == SegmentKind::Read));
            if left == 0 {
                pieces.push(("……（以下略）".to_owned(), false));
                break;
            }
        }
        let read = pieces.iter().filter(|(_, read)| *read).map(|(piece, _)| piece.as_str());
        Self { field: remark.field.chinese(), read: read.collect(), pieces }
    }
}

impl RuleText {
    fn of(rule: &BrokenRule, rules: &LetterRules) -> Self {
        Self {
            // A code from a newer rule file has no sentence yet: then the handbook speaks alone.
            sentence: rules.advice(&rule.code).unwrap_or_default(),
            handbook: rule.handbook.as_ref().map(quoted_rule).unwrap_or_default(),
            wrong: quoted(&rule.wrong),
            right: match rule.right.as_str() {
                "" => rules.fill("right-form", &[]),
                right => quoted(right),
            },
        }
    }
}

impl Frame {
    fn of(digest: &Digest, letter_id: &str, rules: &LetterRules) -> Self {
        let employer = harmless(&name(&digest.addressee.name));
        let contact = digest.addressee.contact.as_deref().map(|found| harmless(&name(found)));
        let contact =
            contact.filter(|contact| !contact.is_empty()).unwrap_or_else(|| "经办人".into());
        let rank = digest.items.first().map(|item| item.about.rank());
        let mut first = digest.items.iter().filter(|item| Some(item.about.rank()) == rank);
        let opening = match digest.items.first().map(|item| item.about) {
            Some(About::Suspense(_)) => "opening-suspense",
            Some(About::Reminder(..)) => "opening-reminder",
            Some(About::Unfinished(_)) if first.any(DigestItem::asks_for_something) => {
                "opening-open"
            }
            Some(About::Unfinished(_)) => "opening-progress",
            Some(About::Settled(_)) => "opening-settled",
            Some(About::Advice) | None => "opening-advice",
        };
        let short = letter_id.get(..12).unwrap_or(letter_id);
        let centre = &digest.centre;
        let reach = [
            ("phone", centre.phone.as_str()),
            ("hours", &centre.hours),
            ("address", &centre.address),
            ("letter", short),
        ];
        Self {
            greeting: rules.fill("greeting", &[("contact", &contact)]),
            opening: rules.fill(opening, &[("employer", &employer)]),
            quoted: rules.fill("quoted", &[]),
            closing: Vec::new(),
            contact: rules.fill("contact", &reach),
            safety: rules.fill("safety", &[]),
            automatic: rules.fill("automatic", &[]),
            centre: name(&centre.name),
            night: digest.night.to_string(),
            paper: Paper::of(&digest.addressee.name, centre, rules),
        }
    }
}

impl Paper {
    pub(super) fn of(employer: &str, centre: &CentreContact, rules: &LetterRules) -> Self {
        Self {
            employer: harmless(&name(employer)),
            addressee: rules.fill("paper-addressee", &[]),
            sender: format!("{}　{}", name(&centre.address), name(&centre.phone)),
            note: rules.fill("paper-note", &[("phone", &centre.phone)]),
        }
    }
}

/// The letter as plain text.
pub(super) fn plain(frame: &Frame, paragraphs: &[Paragraph]) -> String {
    let mut letter = format!("{}\n\n{}\n", frame.greeting, frame.opening);
    for paragraph in paragraphs {
        if !paragraph.heading.is_empty() {
            put(&mut letter, format_args!("\n{}\n", paragraph.heading));
        }
        put_paragraph(&mut letter, paragraph);
    }
    if !frame.quoted.is_empty() {
        put(&mut letter, format_args!("\n（{}）\n", frame.quoted));
    }
    for said in &frame.closing {
        put(&mut letter, format_args!("\n{said}\n"));
    }
    put(&mut letter, format_args!("\n{}\n\n{}\n", frame.contact, frame.safety));
    put(&mut letter, format_args!("\n{}\n{}\n\n", frame.centre, frame.night));
    put(&mut letter, format_args!("--\n{}\n", frame.automatic));
    letter
}

fn put_paragraph(letter: &mut String, paragraph: &Paragraph) {
    put(letter, format_args!("\n{}. {}\n", paragraph.number, paragraph.headline));
    if !paragraph.payer_account.is_empty() {
        put(letter, format_args!("   付款账号：{}\n", paragraph.payer_account));
    }
    if !paragraph.note.is_empty() {
        put(letter, format_args!("   {}\n", paragraph.note));
    }
    for quote in &paragraph.remarks {
        let whole: String = quote.pieces.iter().map(|(piece, _)| piece.as_str()).collect();
        put(letter, format_args!("   {}原文：“{whole}”\n", quote.field));
        if !quote.read.is_empty() {
            put(letter, format_args!("   系统读到：{}\n", quote.read));
        }
    }
    if !paragraph.open_heading.is_empty() {
        put(letter, format_args!("\n   {}\n", paragraph.open_heading));
    }
    for notice in &paragraph.open {
        put(letter, format_args!("     {notice}\n"));
    }
    if !paragraph.wrong.is_empty() {
        put(letter, format_args!("\n   未能入账的原因：{}\n", paragraph.wrong));
    }
    if !paragraph.explanation.is_empty() {
        put(letter, format_args!("   具体情况：{}\n", paragraph.explanation));
    }
    if !paragraph.steps.is_empty() {
        put(letter, format_args!("\n   {STEPS}：\n"));
    }
    for (number, step) in (1..).zip(&paragraph.steps) {
        put(letter, format_args!("     第{number}步  {step}\n"));
    }
    if !paragraph.until.is_empty() {
        put(letter, format_args!("   {}\n", paragraph.until));
    }
    for rule in &paragraph.rules {
        put(letter, format_args!("\n   填写要求：{}\n", rule.sentence));
        if !rule.handbook.is_empty() {
            put(letter, format_args!("     {}\n", rule.handbook));
        }
        for (label, found) in [("现在写成", &rule.wrong), ("应当写成", &rule.right)] {
            if !found.is_empty() {
                put(letter, format_args!("     {label}：{found}\n"));
            }
        }
    }
}

/// Writing into a string cannot fail.
fn put(letter: &mut String, words: std::fmt::Arguments<'_>) {
    let _infallible = letter.write_fmt(words);
}

/// A foreign name on one line: nothing invisible, no line end, not endless.
pub(super) fn name(text: &str) -> String {
    line(text, NAME_CHARS_MAX)
}

/// A name beside an address in a header: nothing that a mail program could take for an address, so
/// that no name passes for another sender.
pub(super) fn display(text: &str) -> String {
    name(text).replace(['@', '＠', '<', '>', '＜', '＞', '"'], " ").trim().to_owned()
}

/// A text on one line without control, zero-width or direction characters.
pub(super) fn line(text: &str, chars_max: usize) -> String {
    let seen = text.chars().map(|found| if found.is_whitespace() { ' ' } else { found });
    let seen = seen.filter(|found| text::visible(*found).is_none());
    seen.take(chars_max).collect::<String>().trim().to_owned()
}

/// A payer's text for a letter's body, shortened.
fn quoted(text: &str) -> String {
    let mut quoted = harmless(&text.chars().take(QUOTED_CHARS_MAX).collect::<String>());
    if text.chars().nth(QUOTED_CHARS_MAX).is_some() {
        quoted.push_str("……（以下略）");
    }
    quoted
}

/// The handbook's own sentence under its own number.
fn quoted_rule(rule: &HandbookQuote) -> String {
    format!("操作手册“缴款登记号填写规则”第 {} 条原文：{}", rule.number, quoted(&rule.text))
}

/// Shows the invisible and breaks what a mail program would turn into a link.
///
/// Whoever pays one fen with an employer's reference could else have the centre mail his link to it.
pub(super) fn harmless(text: &str) -> String {
    let revealed = text::revealed(text.chars());
    let mut harmless = String::with_capacity(revealed.len());
    let mut rest = revealed.chars().peekable();
    while let Some(found) = rest.next() {
        let behind = rest.peek().copied().unwrap_or(' ');
        match found {
            '.' | '。' | '．' if behind.is_alphabetic() && behind.is_ascii() => {
                harmless.push_str("[.]")
            }
            ':' if behind == '/' => harmless.push_str("[:]"),
            '@' if behind.is_ascii_alphanumeric() => harmless.push_str("[@]"),
            found => harmless.push(found),
        }
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payers_link_is_no_link_in_a_letter() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("P1906133753 12000.00",     "P1906133753 12000.00"),
            ("https://evil.example/a",   "https[:]//evil[.]example/a"),
            ("www.evil.example",         "www[.]evil[.]example"),
            ("me@evil.example",          "me[@]evil[.]example"),
            ("a\u{202E}b\nc",            "a⟨U+202E⟩b↵c"),
        ];
        for (text, want) in rows {
            assert_eq!(harmless(text), want, "{text:?}");
        }
    }

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(name(" 某某\r\nBcc: a@b\u{200B}\u{202E} 公司\u{2028}"), "某某  Bcc: a@b 公司");
        assert_eq!(name(&"长".repeat(500)).chars().count(), NAME_CHARS_MAX);
    }
}
