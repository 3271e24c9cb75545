//! The ways to send a letter besides mail: text message, the hall's inbox, paper.
//!
//! Start at [`Way::first`], which picks the first possible way of those that the employer chose. A [`Channel`]
//! carries short messages; [`gateway`] is one over HTTP.
//!
//! Invariant: a text message says only that there is news and where to ask; it has no amount, account or link.

pub mod gateway;

use super::digest::CentreContact;
use super::state::Ending;
use super::{body, guard, unsubscribe};
use crate::rulebook::letter::LetterRules;
use std::fmt;

/// A way to send a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Mail,
    /// A text message to the employer's mobile number.
    Sms,
    /// The hall's inbox. It is always in addition to another way, since nobody is alerted to it.
    Inbox,
    Paper,
}

/// The subject of a letter, for choosing its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Suspense,
    Advice,
    Arrears,
}

/// A short message to send.
#[derive(Clone, Copy)]
pub struct ShortMessage<'m> {
    /// The letter's id, so that the gateway can recognise a duplicate.
    pub id: &'m str,
    pub number: &'m str,
    pub text: &'m str,
}

/// Carries short messages.
pub trait Channel {
    /// Sends one message.
    ///
    /// # Errors
    /// [`ChannelFault`] when nothing can be sent at all; the message then loses no try.
    fn hand_over(&self, message: ShortMessage<'_>) -> Result<Ending, ChannelFault>;
}

/// Why a channel cannot be used; contains no number, text or secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelFault {
    /// It cannot be reached.
    Unreachable(String),
    /// It rejects our login: somebody must check the settings.
    Refused(String),
}

/// Characters of a single text message, and of each part of a longer text.
const ALONE_CHARS: usize = 70;
const JOINED_CHARS: usize = 67;

impl Way {
    pub const ALL: [Self; 4] = [Self::Mail, Self::Sms, Self::Inbox, Self::Paper];

    /// The default ways.
    pub const USUAL: [Self; 3] = [Self::Mail, Self::Sms, Self::Paper];

    /// A stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
            Self::Inbox => "inbox",
            Self::Paper => "paper",
        }
    }

    /// Parses stored ways: comma-separated codes. `None` with an unknown or repeated code.
    #[must_use]
    pub fn list(text: &str) -> Option<Vec<Self>> {
        let mut ways = Vec::new();
        for code in text.split(',').map(str::trim) {
            let way = Self::ALL.into_iter().find(|way| way.code() == code)?;
            if ways.contains(&way) {
                return None;
            }
            ways.push(way);
        }
        Some(ways)
    }

    /// The first way that reaches the employer; paper if none does.
    #[must_use]
    pub fn first(ways: &[Self], has_mail: bool, has_number: bool) -> Self {
        let reaches = |way: &&Self| match way {
            Self::Mail => has_mail,
            Self::Sms => has_number,
            Self::Inbox => false,
            Self::Paper => true,
        };
        // An employer that left out mail but can be reached no other way gets mail anyway.
        let otherwise = if has_mail { Self::Mail } else { Self::Paper };
        ways.iter().find(reaches).copied().unwrap_or(otherwise)
    }
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Suspense, Self::Advice, Self::Arrears];

    /// A stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Suspense => "suspense",
            Self::Advice => "advice",
            Self::Arrears => "arrears",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The kind of a letter, from the outbox's code and its message.
    #[must_use]
    pub fn of(kind: &str, message: &str) -> Self {
        let asks = || super::plain_text(message).is_some_and(|text| text.contains(body::STEPS));
        match kind {
            "arrears" => Self::Arrears,
            _ if unsubscribe::advises(message) && !asks() => Self::Advice,
            _ => Self::Suspense,
        }
    }
}

/// The short message of a letter; `None` when it needs more than the allowed parts.
#[must_use]
pub fn text(
    kind: Kind,
    (letter_id, number): (&str, &str),
    centre: &CentreContact,
    rules: &LetterRules,
    parts_max: usize,
) -> Option<String> {
    let section = format!("sms-{}", kind.code());
    let short = super::short_id(letter_id);
    let short = if number.is_empty() { short } else { number };
    let centre_name = guard::name(&centre.name);
    let values =
        [("centre", centre_name.as_str()), ("phone", centre.phone.as_str()), ("letter", short)];
    let text = guard::line(&rules.fill(&section, &values), usize::MAX);
    (parts(&text) <= parts_max.max(1)).then_some(text)
}

/// How many messages a text needs.
#[must_use]
pub fn parts(text: &str) -> usize {
    // Networks count in UTF-16.
    match text.encode_utf16().count() {
        0..=ALONE_CHARS => 1,
        count => count.div_ceil(JOINED_CHARS),
    }
}

/// The digits of a Chinese mobile number as typed; `None` for anything else.
#[must_use]
pub fn mobile(typed: &str) -> Option<String> {
    let digits: String =
        typed.chars().filter(|found| !" -\u{3000}()（）".contains(*found)).collect();
    let digits =
        digits.strip_prefix("+86").or_else(|| digits.strip_prefix("0086")).unwrap_or(&digits);
    let all = digits.len() == 11 && digits.bytes().all(|byte| byte.is_ascii_digit());
    (all && digits.starts_with('1') && !digits.starts_with("10")).then(|| digits.to_owned())
}

impl fmt::Debug for ShortMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShortMessage").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Display for ChannelFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => {
                write!(f, "the gateway of text messages cannot be reached: {why}")
            }
            Self::Refused(why) => {
                write!(f, "the gateway of text messages does not let us in: {why}")
            }
        }
    }
}

impl std::error::Error for ChannelFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_goes_the_first_way_that_reaches_its_employer() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // ways              mail   number way
            ("mail,sms,paper",   true,  true,  Way::Mail),
            ("mail,sms,paper",   false, true,  Way::Sms),
            ("mail,sms,paper",   false, false, Way::Paper),
            ("sms,mail",         true,  true,  Way::Sms),
            ("sms,mail",         true,  false, Way::Mail),
            ("sms,mail",         false, false, Way::Paper),
            ("inbox,paper",      true,  true,  Way::Paper),
            ("inbox",            true,  true,  Way::Mail),
        ];
        for (ways, mail, number, want) in rows {
            assert_eq!(Way::first(&Way::list(ways).unwrap(), mail, number), want, "{ways}");
        }
        assert!(
            Way::list("mail,mail").is_none()
                && Way::list("fax").is_none()
                && Way::list("").is_none()
        );
    }

    #[test]
    fn a_text_is_short_and_holds_neither_amount_nor_link() {
        let rules = LetterRules::shipped().unwrap();
        let mut centre = CentreContact::placeholder("1", "示例市住房公积金管理中心");
        "0571-12329".clone_into(&mut centre.phone);
        for kind in Kind::ALL {
            let text = text(kind, (&"3f2a90".repeat(10), "48273916"), &centre, &rules, 1).unwrap();
            assert!(text.encode_utf16().count() <= 70, "{text}");
            assert!(text.contains("48273916") && text.contains("0571-12329"), "{text}");
            assert!(
                !text.contains("http") && !text.contains('元') && !text.contains("www"),
                "{text}"
            );
        }
        "中心".repeat(40).clone_into(&mut centre.name);
        assert_eq!(text(Kind::Suspense, ("3f2a", ""), &centre, &rules, 1), None);
        assert!(text(Kind::Suspense, ("3f2a", ""), &centre, &rules, 3).is_some());
        assert_eq!(
            (parts(&"字".repeat(70)), parts(&"字".repeat(71)), parts(&"字".repeat(135))),
            (1, 2, 3)
        );
    }

    #[test]
    fn a_number_is_a_mobile_number_or_none() {
        for typed in ["13800138000", "+86 138 0013 8000", "0086-138-0013-8000", "138-0013-8000"] {
            assert_eq!(mobile(typed).as_deref(), Some("13800138000"), "{typed}");
        }
        for typed in ["0571-12329", "1380013800", "10800138000", "", "138001380001", "1380013800O"]
        {
            assert_eq!(mobile(typed), None, "{typed}");
        }
    }
}
