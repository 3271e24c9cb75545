//! Mail to the centre's own staff: the night's summary with the report, alarms, and access changes.
//!
//! Start at [`StaffMail::summary`] and [`StaffMail::alarm`]. Sentences come from `rules/letters/staff.txt`. A
//! mail's id derives from its content, so a repeated night sends nothing twice but does send news.

mod access;

use super::digest::CentreContact;
use super::eml::{AutoSubmitted, EmlError, midnight};
use super::kind::LetterKind;
use super::state::LetterState;
use crate::remittance::{Language, Localized};
use crate::report::{Report, TrailHead, Warning, text};
use crate::rulebook::letter::LetterRules;
use crate::suspense::trail::TrailEntry;
use chrono::NaiveDate;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, message::Body};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// A problem that needs attention today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// The night failed.
    Failed { error: String },
    /// The feed of a regular account is missing.
    Feed { bank_name: String, account: String, nights: usize },
    /// A balance does not continue from the previous one.
    Balance { account: String, place: String, detail: String },
    /// The mail server rejects everything until somebody fixes it; `answer` is its number.
    Mail { answer: String },
    /// A night's letters are held for approval.
    Held { letters: u64, why: String },
    /// A receiver refuses all our letters; `answer` is its number.
    Content { answer: String },
}

/// A mail to staff, not yet addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMail {
    pub kind: LetterKind,
    pub night: NaiveDate,
    pub subject: String,
    pub text: String,
    /// File name and content.
    pub attachment: Option<(String, Vec<u8>)>,
    /// What distinguishes it from the last mail; the number of waiting letters does not count.
    news: String,
}

/// Largest report attached to a mail; servers refuse mails above ten or twenty megabytes.
pub const ATTACHED_BYTES_MAX: usize = 6 * 1024 * 1024;

/// The stored hash of the token in a confirmation link; the token itself is not stored.
#[must_use]
pub fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.trim()))
}

impl StaffMail {
    /// The night's summary; `outbox` counts letters by state.
    #[must_use]
    pub fn summary(report: &Report, outbox: &[(LetterState, u64)], rules: &LetterRules) -> Self {
        let (open, night) = (report.open(), &report.night);
        let standing = |states: &[LetterState]| -> String {
            let fits = outbox.iter().filter(|(state, _)| states.contains(state));
            fits.map(|(_, count)| count).sum::<u64>().to_string()
        };
        let values = [
            ("night", report.as_of.to_string()),
            ("files", night.files_taken.to_string()),
            ("quarantined", night.files_quarantined.to_string()),
            ("set_aside", (night.rows_rejected + night.conflicting_duplicates).to_string()),
            ("fresh", night.transactions_new.to_string()),
            ("opened", report.movement.new.count.to_string()),
            ("cleared", report.movement.cleared.count.to_string()),
            ("open", open.count.to_string()),
            ("amount", text::grouped(open.amount)),
            ("oldest", report.oldest_days().unwrap_or(0).to_string()),
            ("letters", night.letters.to_string()),
            ("waiting", standing(&[LetterState::Waiting, LetterState::Sending])),
            (
                "failed",
                standing(&[LetterState::Returned, LetterState::Refused, LetterState::GivenUp]),
            ),
            ("unknown", standing(&[LetterState::Unknown])),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        let ties = if report.ties() { "summary-ties" } else { "summary-gap" };
        let mut text =
            format!("{}\n\n{}\n", rules.fill("summary-body", &values), rules.fill(ties, &[]));
        text.push_str(&report.trail.as_ref().map_or_else(String::new, TrailHead::mail));
        let subject = rules.fill("summary-subject", &values);
        Self {
            kind: LetterKind::Summary,
            night: report.as_of,
            news: subject.clone(),
            subject,
            text,
            attachment: None,
        }
    }

    /// An alarm; `None` if nothing is wrong.
    #[must_use]
    pub fn alarm(night: NaiveDate, alarms: &[Alarm], rules: &LetterRules) -> Option<Self> {
        let first = alarms.first()?;
        let mut list = String::new();
        for (number, alarm) in (1..).zip(alarms) {
            let (said, steps) = alarm.words(rules);
            let _infallible = write!(list, "{number}. {said}\n   {steps}\n\n");
        }
        let day = night.to_string();
        let what = rules.fill(first.section(), &[]);
        let subject = rules.fill("alarm-subject", &[("night", &day), ("what", &what)]);
        let text = rules.fill("alarm-body", &[("night", &day), ("list", list.trim_end())]);
        let news = list;
        Some(Self { kind: LetterKind::Alarm, night, subject, text, attachment: None, news })
    }

    /// Changes of people's access; `at` is China local time. `None` if there are none.
    #[must_use]
    pub fn access(
        night: NaiveDate,
        entries: &[TrailEntry],
        at: impl Fn(i64) -> String,
        rules: &LetterRules,
    ) -> Option<Self> {
        let line = |entry: &TrailEntry| {
            let did = entry.event.in_language(Language::Chinese);
            let (at, detail) = (at(entry.at), access::words(&entry.detail));
            let who = match entry.role.as_str() {
                "operator" => format!("命令行（{}）", entry.actor),
                _ => entry.actor.clone(),
            };
            let values = [
                ("at", at.as_str()),
                ("who", &who),
                ("did", &*did),
                ("whom", &entry.subject),
                ("detail", &detail),
            ];
            rules.fill("access-line", &values).trim_end().to_owned()
        };
        entries.first()?;
        let lines: Vec<String> = entries.iter().map(line).collect();
        let (list, day, count) = (lines.join("\n"), night.to_string(), entries.len().to_string());
        let subject = rules.fill("access-subject", &[("night", &day), ("count", &count)]);
        let text = rules.fill("access-body", &[("list", &list)]);
        Some(Self { kind: LetterKind::Access, night, subject, text, attachment: None, news: list })
    }

    /// Adds the head of the audit trail.
    #[must_use]
    pub fn with_trail(mut self, trail: Option<&TrailHead>) -> Self {
        self.text.push_str(&trail.map_or_else(String::new, TrailHead::mail));
        self
    }

    /// Asks an employer to confirm an address by opening the link.
    #[must_use]
    pub fn question(
        on: NaiveDate,
        employer: &str,
        link: &str,
        days: i64,
        centre: &CentreContact,
        rules: &LetterRules,
    ) -> Self {
        let (employer, days) = (super::guard::name(employer), days.to_string());
        let (phone, night) = (centre.phone.as_str(), on.to_string());
        let signed = [
            ("centre", centre.name.as_str()),
            ("phone", phone),
            ("hours", &centre.hours),
            ("address", &centre.address),
            ("night", &night),
        ];
        let values =
            [("employer", employer.as_str()), ("link", link), ("days", &days), ("phone", phone)];
        let (said, signature) =
            (rules.fill("confirm-body", &values), rules.fill("confirm-signed", &signed));
        Self {
            kind: LetterKind::Confirm,
            night: on,
            subject: rules.fill("confirm-subject", &[]),
            text: format!("{}\n\n{said}\n\n{signature}\n", rules.fill("confirm-who", &signed)),
            attachment: None,
            news: link.to_owned(),
        }
    }

    /// A test letter; `news` makes it different from the last.
    #[must_use]
    pub fn test(on: NaiveDate, centre: &str, news: &str, rules: &LetterRules) -> Self {
        let day = on.to_string();
        let centre = super::guard::name(centre);
        Self {
            kind: LetterKind::Test,
            night: on,
            subject: rules.fill("test-subject", &[]),
            text: rules.fill("test-body", &[("centre", &centre), ("on", &day)]),
            attachment: None,
            news: news.to_owned(),
        }
    }

    /// The mail's id for one reader.
    #[must_use]
    pub fn letter_id(&self, centre: &CentreContact, to: &str) -> String {
        let mut hash = Sha256::new();
        let night = self.night.to_string();
        for field in
            ["duizhang staff 1", &centre.centre_id, self.kind.code(), &night, to, &self.news]
        {
            hash.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(field);
        }
        hex::encode(hash.finalize())
    }

    /// The mail as bytes.
    ///
    /// # Errors
    /// [`EmlError`] when an address is invalid.
    pub fn eml(&self, centre: &CentreContact, to: &str) -> Result<Vec<u8>, EmlError> {
        let from: Address = centre.sender.parse()?;
        let letter_id = self.letter_id(centre, to);
        let domain = from.domain().to_owned();
        let mail = Message::builder()
            .from(Mailbox::new(Some(centre.name.clone()), from))
            .to(Mailbox::new(None, to.parse()?))
            .subject(self.subject.clone())
            .date(midnight(self.night))
            .message_id(Some(format!("<{letter_id}@{domain}>")))
            .header(AutoSubmitted);
        let plain = SinglePart::plain(self.text.clone());
        let boundary = format!("duizhang-{}", letter_id.get(..32).unwrap_or_default());
        Ok(match &self.attachment {
            None => mail.singlepart(plain)?,
            Some((name, bytes)) => {
                // Declare UTF-8: the reader's mail program must not guess.
                let kind = ContentType::parse("text/html; charset=utf-8");
                let kind = kind.unwrap_or(ContentType::TEXT_HTML);
                let file = Attachment::new(name.clone()).body(Body::new(bytes.clone()), kind);
                let parts = MultiPart::mixed().boundary(boundary);
                mail.multipart(parts.singlepart(plain).singlepart(file))?
            }
        }
        .formatted())
    }
}

impl Alarm {
    /// The alarm for a report's warning, if it is about a balance.
    #[must_use]
    pub fn of(warning: &Warning) -> Option<Self> {
        let account = match warning {
            Warning::BalanceBroken { account, .. } | Warning::StatementGap { account, .. } => {
                format!("账户 {account}")
            }
            Warning::LedgerGap { .. } => "总账".to_owned(),
            Warning::Other { said, .. } if said.en.starts_with("running-balance-breaks") => {
                "逐笔余额".to_owned()
            }
            Warning::CalendarUnknown { .. }
            | Warning::FileQuarantined { .. }
            | Warning::RowRejected { .. }
            | Warning::ConflictingDuplicate { .. }
            | Warning::Other { .. } => return None,
        };
        let (place, detail) =
            (warning.place().to_owned(), warning.in_language(Language::Chinese).into_owned());
        Some(Self::Balance { account, place, detail })
    }

    /// The section of the sentences, for the subject.
    const fn section(&self) -> &'static str {
        match self {
            Self::Failed { .. } => "what-failed",
            Self::Feed { .. } => "what-feed",
            Self::Balance { .. } => "what-balance",
            Self::Mail { .. } => "what-mail",
            Self::Held { .. } => "what-held",
            Self::Content { .. } => "what-content",
        }
    }

    /// What happened, and what to do.
    fn words(&self, rules: &LetterRules) -> (String, String) {
        let (section, values) = match self {
            Self::Failed { error } => ("failed", vec![("error", error.clone())]),
            Self::Feed { bank_name, account, nights } => (
                "feed",
                vec![
                    ("bank", bank_name.clone()),
                    ("account", account.clone()),
                    ("nights", nights.to_string()),
                ],
            ),
            Self::Balance { account, place, detail } => (
                "balance",
                vec![
                    ("account", account.clone()),
                    ("place", place.clone()),
                    ("detail", detail.clone()),
                ],
            ),
            Self::Mail { answer } => ("mail", vec![("answer", answer.clone())]),
            Self::Held { letters, why } => {
                ("held", vec![("count", letters.to_string()), ("why", why.clone())])
            }
            Self::Content { answer } => ("content", vec![("answer", answer.clone())]),
        };
        let values: Vec<(&str, &str)> =
            values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        (rules.fill(section, &values), rules.fill(&format!("{section}-steps"), &[]))
    }
}
