//! A letter as mail bytes: multipart/alternative, plain text first.
//!
//! The bytes depend only on the letter and the day: `Message-ID` and the boundary come from the letter's id, `Date`
//! from the day. lettre encodes every header, so a line end in a name stays data.

use super::letter::Letter;
use crate::remittance::beijing;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, address::AddressError};
use std::fmt;
use std::time::{Duration, SystemTime};

/// Why a letter is not a valid mail; only a letter altered after it was written can fail.
#[derive(Debug)]
pub enum EmlError {
    Address(AddressError),
    Message(lettre::error::Error),
}

/// `Auto-Submitted: auto-generated` (RFC 3834): prevents vacation replies.
#[derive(Clone)]
pub(super) struct AutoSubmitted;

/// `List-Unsubscribe: <mailto:…>` (RFC 2369).
#[derive(Clone)]
struct ListUnsubscribe(String);

/// `List-Id: <advice.…>` (RFC 2919): marks letters with advice, which one click declines.
#[derive(Clone)]
struct ListId(String);

/// The list name of a centre's advice.
pub(super) fn list_id(domain: &str) -> String {
    format!("<advice.{domain}>")
}

impl Letter {
    /// The mail, dated 00:00 China time of a day: never in the future, which spam filters take for a forgery.
    ///
    /// # Errors
    /// [`EmlError`] when an address of the letter is invalid.
    pub fn eml(&self, on: NaiveDate) -> Result<Vec<u8>, EmlError> {
        let from: Address = self.from.parse()?;
        let domain = from.domain().to_owned();
        let boundary = format!("duizhang-{}", self.letter_id.get(..32).unwrap_or_default());
        let mut mail = Message::builder()
            .from(Mailbox::new(Some(self.from_name.clone()), from))
            .to(Mailbox::new(Some(self.to_name.clone()), self.to.parse()?))
            .subject(self.subject.clone())
            .date(midnight(on))
            .message_id(Some(format!("<{}@{domain}>", self.letter_id)))
            .header(AutoSubmitted);
        if let Some(address) = &self.reply_to {
            mail = mail.reply_to(Mailbox::new(None, address.parse()?));
        }
        if let Some(address) = &self.unsubscribe {
            let address: Address = address.parse()?;
            mail = mail.header(ListUnsubscribe(format!("<mailto:{address}?subject=unsubscribe>")));
        }
        if self.advises {
            mail = mail.header(ListId(list_id(&domain)));
        }
        let bodies = MultiPart::alternative()
            .boundary(boundary)
            .singlepart(SinglePart::plain(self.text.clone()))
            .singlepart(SinglePart::html(self.html.clone()));
        Ok(mail.multipart(bodies)?.formatted())
    }
}

/// The plain text of our message; `None` when it does not parse.
#[must_use]
pub fn plain_text(message: &str) -> Option<String> {
    let message = mail_parser::MessageParser::default().parse(message)?;
    message.body_text(0).map(std::borrow::Cow::into_owned)
}

/// A message dated at its first hand-over, in seconds since 1970. A letter written at night and sent days later
/// would otherwise have the night's date, which spam filters take for a replay.
#[must_use]
pub fn dated(message: &str, at: i64) -> String {
    const NAME: &str = "Date: ";
    let east = FixedOffset::east_opt(beijing::SECONDS_EAST);
    let date = DateTime::from_timestamp(at, 0).zip(east).map(|(at, east)| at.with_timezone(&east));
    let Some(date) = date else { return message.to_owned() };
    let head = message.find("\r\n\r\n").unwrap_or(message.len());
    let mut dated = String::with_capacity(message.len() + NAME.len());
    let mut rest = message;
    while let Some((line, behind)) = rest.split_once('\n') {
        let is_date = message.len() - rest.len() < head && line.starts_with(NAME);
        if is_date {
            dated.push_str(&format!("{NAME}{}\r\n{behind}", date.to_rfc2822()));
            return dated;
        }
        dated.push_str(line);
        dated.push('\n');
        rest = behind;
    }
    message.to_owned()
}

/// 00:00 in China.
pub(super) fn midnight(on: NaiveDate) -> SystemTime {
    let seconds = on.and_time(NaiveTime::MIN).and_utc().timestamp();
    let seconds = u64::try_from(seconds - i64::from(beijing::SECONDS_EAST)).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

impl Header for ListId {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Id")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

impl From<AddressError> for EmlError {
    fn from(error: AddressError) -> Self {
        Self::Address(error)
    }
}

impl From<lettre::error::Error> for EmlError {
    fn from(error: lettre::error::Error) -> Self {
        Self::Message(error)
    }
}

impl fmt::Display for EmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(_) => write!(f, "an address of the letter is not a mail address"),
            Self::Message(_) => write!(f, "the letter cannot be put into a mail"),
        }
    }
}

impl std::error::Error for EmlError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Address(error) => Some(error),
            Self::Message(error) => Some(error),
        }
    }
}
