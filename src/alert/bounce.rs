//! Reads returned mail from a mailbox file or a webhook: failure reports, replies and complaints.
//!
//! Start at [`CameBack::read`]: it reads one message and finds its [`Kind`], the letters it names and the addresses
//! that failed. Only a report with `failed` means that a letter came back; a delay, a relay, a complaint or a reply
//! does not. The outbox checks whether a named letter is ours, so a forged report cannot stop an employer's mail.
//! `gathered` splits a message into parts, `status` reads RFC 3464 reports, `prose` reads reports in prose.

mod gathered;
mod prose;
mod status;

use super::refusal::Verdict;
use crate::remittance::{beijing, email};
use crate::rulebook::returned::{REPORT, ReturnedWords, Says};
use chrono::NaiveDate;
use gathered::Gathered;
use mail_parser::mailbox::mbox;
use mail_parser::{Message, MessageParser};
use sha2::{Digest, Sha256};
use std::io::{BufRead, Read as _};

/// A returned message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameBack {
    /// SHA-256 of the message with normalised line ends: each message is processed once.
    pub digest: String,
    pub kind: Kind,
    /// Letters that it names, most reliable first. The outbox must check that they are ours.
    pub names: Vec<LetterName>,
    /// Addresses that it reports as failed; only in a [`Kind::Failure`].
    pub failures: Vec<Failure>,
    /// Addresses that the same report lists as not failed.
    pub not_failed: Vec<String>,
    /// Sender, subject and text; untrusted and shortened.
    pub from: String,
    pub subject: String,
    pub text: String,
    /// The day in China of its date; `None` without a date.
    pub dated_on: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A report that something was not delivered.
    Failure,
    /// A report that delivery is delayed and still being tried.
    Delay,
    /// A report that something was relayed or delivered.
    Relay,
    /// A complaint: somebody marked a letter as unwanted (RFC 5965).
    Complaint,
    /// An automatic reply.
    Automatic,
    /// A reply, automatic or not, that names somebody else to write to.
    Moved,
    /// A person's reply.
    Reply,
    /// A copy of one of our letters.
    Own,
    /// Anything else.
    Other,
}

/// How a message names a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterName {
    /// By its full number.
    Whole(String),
    /// By the first digits of its number, as in the envelope sender.
    Beginning(String),
}

/// An address that a report lists as failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its names: as we wrote it, and as it was forwarded.
    pub addresses: Vec<String>,
    /// The enhanced status code, such as `5.1.1`, or an SMTP number; empty without either.
    pub status: String,
    /// The remote server's message; untrusted.
    pub diagnosis: String,
    pub verdict: Verdict,
}

/// Hexadecimal digits of a letter's number in its envelope sender.
pub const BEGINNING_CHARS: usize = 32;

/// The local part before the `+` of the envelope sender.
pub const ENVELOPE_NAME: &str = "bounces";

/// Bytes read of one message: reports are short, and we do not read attachments.
const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Characters kept of a text and of a line.
const TEXT_CHARS_MAX: usize = 4_000;
const LINE_CHARS_MAX: usize = 300;

/// Most letters looked up per message.
const NAMES_MAX: usize = 16;

/// Reads a mailbox file in mbox form or a single message. It passes each message to `take`, which returns whether
/// to go on.
///
/// # Errors
/// When the file cannot be read.
pub fn read_mailbox(
    mut file: impl BufRead,
    words: &ReturnedWords,
    mut take: impl FnMut(CameBack) -> bool,
) -> std::io::Result<()> {
    if file.fill_buf()?.starts_with(b"From ") {
        for message in mbox::MessageIterator::new(file) {
            if !take(CameBack::read(message?.contents(), words)) {
                break;
            }
        }
        return Ok(());
    }
    let mut message = Vec::new();
    file.take(MESSAGE_BYTES_MAX as u64).read_to_end(&mut message)?;
    take(CameBack::read(&message, words));
    Ok(())
}

impl CameBack {
    /// Reads one RFC 5322 message.
    #[must_use]
    pub fn read(message: &[u8], words: &ReturnedWords) -> Self {
        let shown = message.get(..MESSAGE_BYTES_MAX).unwrap_or(message);
        let parsed = MessageParser::default().parse(shown);
        let mut found = match &parsed {
            Some(message) => Self::of(message, words),
            None => Self::unread(shown),
        };
        found.digest = digest(shown);
        found
    }

    fn of(message: &Message<'_>, words: &ReturnedWords) -> Self {
        let parts = Gathered::of(message);
        let subject = message.subject().unwrap_or_default();
        let names = names(&parts);
        let own = message.message_id().is_some_and(|id| names.iter().any(|name| name.begins(id)));
        let told = if own { Kind::Own.into() } else { told(message, &parts, words, subject) };
        let Told { kind, failures, not_failed } = told;
        let from = message.from().and_then(|from| from.first());
        let from = from.and_then(|from| from.address()).unwrap_or_default();
        Self {
            digest: String::new(),
            kind,
            names,
            failures,
            not_failed,
            from: kept(from, LINE_CHARS_MAX),
            subject: kept(subject, LINE_CHARS_MAX),
            text: kept(&parts.words(), TEXT_CHARS_MAX),
            dated_on: message.date().and_then(|date| day_in_china(date.to_timestamp())),
        }
    }

    /// The result for bytes that are not a message.
    fn unread(bytes: &[u8]) -> Self {
        Self {
            digest: String::new(),
            kind: Kind::Other,
            names: Vec::new(),
            failures: Vec::new(),
            not_failed: Vec::new(),
            from: String::new(),
            subject: String::new(),
            text: kept(&String::from_utf8_lossy(bytes), TEXT_CHARS_MAX),
            dated_on: None,
        }
    }
}

impl LetterName {
    /// Whether a Message-ID is that of the letter itself.
    fn begins(&self, message_id: &str) -> bool {
        match self {
            Self::Whole(id) => message_id.to_ascii_lowercase().starts_with(id.as_str()),
            Self::Beginning(_) => false,
        }
    }
}

impl Kind {
    /// A stable kebab-case code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Delay => "delay",
            Self::Relay => "relay",
            Self::Complaint => "complaint",
            Self::Automatic => "automatic",
            Self::Moved => "moved",
            Self::Reply => "reply",
            Self::Own => "own",
            Self::Other => "other",
        }
    }
}

/// The findings in a message.
struct Told {
    kind: Kind,
    failures: Vec<Failure>,
    not_failed: Vec<String>,
}

impl From<Kind> for Told {
    fn from(kind: Kind) -> Self {
        Self { kind, failures: Vec::new(), not_failed: Vec::new() }
    }
}

/// The findings in a message, most reliable source first.
fn told(message: &Message<'_>, parts: &Gathered, words: &ReturnedWords, subject: &str) -> Told {
    if let Some(feedback) = &parts.feedback {
        // A report on signatures is for the administrator of the domain's DNS.
        let is_of_signatures = feedback.contains("auth-failure");
        return if is_of_signatures { Kind::Other } else { Kind::Complaint }.into();
    }
    if parts.disposition {
        return Kind::Automatic.into();
    }
    let text = parts.words();
    if let Some(told) = status::told(&parts.statuses, words, &text) {
        return told;
    }
    if is_report(message, parts, words, subject) {
        let says = words.of(subject, REPORT).or_else(|| words.of(&text, REPORT));
        let failures = prose::failures(message, words, &text);
        return match says {
            Some(Says::Delayed) => Kind::Delay.into(),
            None if failures.iter().all(|one| one.status.is_empty()) => Kind::Other.into(),
            _ => Told { failures, ..Kind::Failure.into() },
        };
    }
    let moved = words.of(&format!("{subject}\n{}", parts.answer()), &[Says::Moved]).is_some();
    let automatic = is_automatic(message) || words.of(subject, &[Says::Automatic]).is_some();
    let named = !names(parts).is_empty();
    let kind = match (moved, automatic, named) {
        (true, true, _) | (true, false, true) => Kind::Moved,
        (false, true, _) => Kind::Automatic,
        (false, false, true) => Kind::Reply,
        (_, false, false) => Kind::Other,
    };
    kind.into()
}

/// Local parts of programs that send reports.
const REPORTERS: [&str; 7] = [
    "mailer-daemon",
    "postmaster",
    "mail-daemon",
    "mailerdaemon",
    "bounce",
    "mail-delivery-system",
    "maildelivery",
];

/// Whether a message without an RFC 3464 part is a report in prose.
fn is_report(
    message: &Message<'_>,
    parts: &Gathered,
    words: &ReturnedWords,
    subject: &str,
) -> bool {
    let from = message.from().and_then(|from| from.first()).and_then(|from| from.address());
    let name = from.unwrap_or_default().split('@').next().unwrap_or_default().to_lowercase();
    let null_sender =
        message.header_raw("Return-Path").is_some_and(|path| matches!(path.trim(), "<>" | "< >"));
    let says = || words.of(subject, REPORT).or_else(|| words.of(&parts.words(), REPORT));
    let answers = || words.of(subject, &[Says::Automatic]).is_some();
    REPORTERS.contains(&name.as_str())
        || message.header_raw("X-Failed-Recipients").is_some()
        || message.header_raw("X-CM-Original-Message-ID").is_some()
        || parts.is_delivery_report
        || ((null_sender || from.is_none()) && !answers() && says().is_some())
}

/// Whether it was sent automatically (RFC 3834, and older conventions).
fn is_automatic(message: &Message<'_>) -> bool {
    let says = |name: &'static str, word: &str| {
        message.header_raw(name).is_some_and(|text| text.to_lowercase().contains(word))
    };
    says("Auto-Submitted", "auto")
        || says("Precedence", "auto_reply")
        || ["X-Autoreply", "X-Autorespond", "X-Autoresponder"]
            .iter()
            .any(|name| message.header_raw(*name).is_some())
}

/// The letters that a message names: in its headers, then the report, the returned original, and the text.
fn names(parts: &Gathered) -> Vec<LetterName> {
    let mut found = Vec::new();
    for text in parts.all() {
        named_in(text, &mut found);
    }
    found.truncate(NAMES_MAX);
    found
}

/// Letter numbers in a text: 64 hexadecimal digits, or an envelope sender.
fn named_in(text: &str, found: &mut Vec<LetterName>) {
    let mut before = "";
    let mut note = |name: LetterName| {
        if !found.contains(&name) {
            found.push(name);
        }
    };
    for word in text.split(|letter: char| !letter.is_ascii_alphanumeric()) {
        if word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            note(LetterName::Whole(word.to_ascii_lowercase()));
        }
        let is_hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
        if word.len() == BEGINNING_CHARS && is_hex && before.eq_ignore_ascii_case(ENVELOPE_NAME) {
            note(LetterName::Beginning(word.to_ascii_lowercase()));
        }
        before = word;
    }
}

/// An address normalised for comparison: ASCII form, lower case.
#[must_use]
pub fn compared(address: &str) -> String {
    email::one(address).unwrap_or_else(|| address.trim().to_owned()).to_lowercase()
}

/// A text prepared for storage: shortened, without the NUL that a database refuses.
fn kept(text: &str, chars_max: usize) -> String {
    text.trim().chars().filter(|letter| *letter != '\0').take(chars_max).collect()
}

fn digest(message: &[u8]) -> String {
    let mut hash = Sha256::new();
    for line in message.trim_ascii_end().split(|byte| *byte == b'\n') {
        hash.update(line.strip_suffix(b"\r").unwrap_or(line));
        hash.update(b"\n");
    }
    hex::encode(hash.finalize())
}

fn day_in_china(seconds: i64) -> Option<NaiveDate> {
    beijing::time(seconds).map(|time| time.date())
}

#[cfg(test)]
mod tests;
