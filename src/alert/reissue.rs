//! Reissues an undeliverable letter to another address or on paper.
//!
//! Start at [`Reissue::of`]. The words come from the message in the outbox, so the employer reads what the first
//! letter said, whatever rules apply now.
//!
//! Invariant: the id derives from the first letter's id and the new destination, so a letter is reissued once per
//! address. Its Message-ID differs from the first letter's: it is another letter to another recipient, and a report
//! about one says nothing about the other.

use super::body::{Paper, STEPS};
use super::guard;
use super::letter::Letter;
use super::{CentreContact, page};
use crate::rulebook::letter::LetterRules;
use chrono::NaiveDate;
use mail_parser::{Address, Message, MessageParser};
use sha2::{Digest as _, Sha256};

/// A letter parsed from its message.
#[derive(Clone, Debug)]
pub struct Reissue {
    first_id: String,
    letter: Letter,
}

/// The reissued letter: id, subject, and the message or page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub letter_id: String,
    pub subject: String,
    pub message: String,
}

impl Reissue {
    /// Parses a letter from the outbox; `None` if the message is not ours.
    #[must_use]
    pub fn of(letter_id: &str, employer_id: &str, message: &str) -> Option<Self> {
        let mail = MessageParser::default().parse(message)?;
        let letter = Letter {
            letter_id: letter_id.to_owned(),
            number: String::new(),
            employer_id: employer_id.to_owned(),
            from: address(mail.from())?,
            from_name: name(mail.from()),
            to: address(mail.to())?,
            to_name: name(mail.to()),
            unsubscribe: unsubscribe(&mail),
            reply_to: address(mail.reply_to()),
            advises: super::unsubscribe::advises(message),
            subject: mail.subject()?.to_owned(),
            text: mail.body_text(0)?.replace("\r\n", "\n"),
            html: mail.body_html(0)?.replace("\r\n", "\n"),
        };
        Some(Self { first_id: letter_id.to_owned(), letter })
    }

    /// The original letter.
    pub(super) fn into_letter(self) -> Letter {
        self.letter
    }

    /// Whether it asks the reader to act; thanks and advice are not sent on paper.
    #[must_use]
    pub fn asks_for_something(&self) -> bool {
        self.letter.text.contains(STEPS)
    }

    /// For another address, dated on a day; `None` for an invalid address.
    #[must_use]
    pub fn to(&self, address: &str, on: NaiveDate) -> Option<Written> {
        let letter_id = self.id(&["mail", address]);
        let letter =
            Letter { letter_id: letter_id.clone(), to: address.to_owned(), ..self.letter.clone() };
        let message = letter.eml(on).ok()?;
        let message = String::from_utf8_lossy(&message).into_owned();
        Some(Written { letter_id, subject: letter.subject, message })
    }

    /// A page to print and post: the mail's page with the addressee at the window of an envelope. `postal` is the
    /// address in the books.
    #[must_use]
    pub fn on_paper(
        &self,
        postal: Option<&str>,
        centre: &CentreContact,
        rules: &LetterRules,
    ) -> Written {
        let paper = Paper::of(&self.letter.to_name, postal, centre, rules);
        let centre = guard::name(&self.letter.from_name);
        Written {
            letter_id: self.id(&["paper"]),
            subject: self.letter.subject.clone(),
            message: page::printed(&self.letter.html, &centre, &paper),
        }
    }

    fn id(&self, destination: &[&str]) -> String {
        let mut hash = Sha256::new();
        for field in ["duizhang anew 1", &self.first_id].iter().chain(destination) {
            hash.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(field);
        }
        hex::encode(hash.finalize())
    }
}

fn address(found: Option<&Address<'_>>) -> Option<String> {
    found?.first()?.address().map(str::to_owned)
}

fn name(found: Option<&Address<'_>>) -> String {
    let name = found.and_then(Address::first).and_then(|one| one.name());
    name.unwrap_or_default().to_owned()
}

/// The address in `List-Unsubscribe: <mailto:ADDRESS?subject=…>`.
fn unsubscribe(mail: &Message<'_>) -> Option<String> {
    let raw = mail.header_raw("List-Unsubscribe")?;
    let (_, rest) = raw.split_once("mailto:")?;
    rest.split(['?', '>']).next().map(str::to_owned)
}
