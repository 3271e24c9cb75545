//! One open suspense item for people: the bank's fact, the reading, the reason, suggestions.
//!
//! Start at [`Item`]. The remark comes as [`Segment`]s, so that what was read and what was stripped can be marked
//! inside the payer's text; joined, the segments are that text unchanged.

use super::{Bilingual, Language, as_text};
use crate::suspense::Stage;
use chrono::NaiveDate;
use remittance::account::masked;
use remittance::{Localized, Money, PaymentReference, Reason, RemarkField, YearMonth};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// An account number that was masked before it entered a report or a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MaskedAccount(String);

/// One item of suspense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// 序号, from 1.
    pub number: u64,
    pub item_id: String,
    /// The receiving bank: its key, and its name for people.
    pub bank: String,
    pub bank_name: String,
    /// The centre's collection account.
    pub account: MaskedAccount,
    pub serial: String,
    #[serde(serialize_with = "as_text")]
    pub booked_on: NaiveDate,
    /// Negative if the bank reversed a settled credit.
    #[serde(serialize_with = "as_text")]
    pub amount: Money,
    pub payer_name: String,
    pub payer_account: MaskedAccount,
    /// The non-empty fields from the bank, in reading order.
    pub remarks: Vec<RemarkText>,
    #[serde(serialize_with = "as_text")]
    pub reason: Reason,
    /// The failing condition, in words.
    pub explanation: Bilingual,
    /// Nearest first.
    pub suggestions: Vec<Suggestion>,
    pub age_days: u32,
    /// 责任人.
    pub assignee: Option<String>,
    pub status: Stage,
    /// A member of staff's note.
    pub note: String,
}

/// One of the bank's free texts, with the reading of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RemarkText {
    #[serde(serialize_with = "field_code")]
    pub field: RemarkField,
    /// The text as the bank gave it.
    text: String,
    /// The same text in pieces.
    segments: Vec<Segment>,
}

/// A piece of a remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    pub text: String,
    pub kind: SegmentKind,
}

/// How the parser used a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// The payer's own words.
    Plain,
    /// Read as a reference, or as part of one.
    Read,
    /// Inside the reading, but removed: white space, separators, invisible characters.
    Stripped,
}

/// A near notice, and why. It settles nothing by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    #[serde(serialize_with = "as_text")]
    pub reference: PaymentReference,
    pub employer: String,
    #[serde(serialize_with = "as_text")]
    pub month: YearMonth,
    #[serde(serialize_with = "as_text")]
    pub amount: Money,
    pub evidence: Vec<Evidence>,
}

impl Suggestion {
    /// Whether the remark names the notice, the amount is exact, and every clue agrees: only such a notice is prefilled
    /// or offered in bulk.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let holds = |kind| self.evidence.iter().any(|one| one.kind == kind);
        holds(EvidenceKind::Reference)
            && holds(EvidenceKind::Amount)
            && self.evidence.iter().all(|one| one.holds == Holds::Yes)
    }
}

/// One piece of evidence for or against a suggestion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    pub kind: EvidenceKind,
    pub holds: Holds,
    /// The detail, if it helps: a difference, a position; may be empty.
    pub detail: String,
    /// The same in English.
    pub english: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    Amount,
    PayerAccount,
    Name,
    Reference,
    Month,
    /// What was tried before.
    History,
}

/// The degree of agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    Yes,
    Nearly,
    No,
}

impl Holds {
    /// A tick; screen readers use the [`Localized`] text.
    #[must_use]
    pub const fn tick(self) -> &'static str {
        match self {
            Self::Yes => "✓",
            Self::Nearly => "≈",
            Self::No => "✗",
        }
    }
}

impl Localized for EvidenceKind {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Amount => language.choose("金额", "amount"),
            Self::PayerAccount => language.choose("账号", "account"),
            Self::Name => language.choose("名称", "name"),
            Self::Reference => language.choose("登记号", "reference"),
            Self::Month => language.choose("月份", "month"),
            Self::History => language.choose("处理记录", "history"),
        })
    }
}

impl Localized for Holds {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Yes => language.choose("相符", "agrees"),
            Self::Nearly => language.choose("接近", "is near"),
            Self::No => language.choose("不符", "differs"),
        })
    }
}

/// What agrees or differs in detail; may be empty.
impl Localized for Evidence {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        language.choose(&self.detail, &self.english).clone().into()
    }
}

impl MaskedAccount {
    /// Masks a full account number; the full one is dropped.
    #[must_use]
    pub fn of(account_no: &str) -> Self {
        Self(masked(account_no))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MaskedAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl RemarkText {
    /// A remark from its pieces, in order.
    #[must_use]
    pub fn new(field: RemarkField, segments: Vec<Segment>) -> Self {
        let text = segments.iter().map(|segment| segment.text.as_str()).collect();
        Self { field, text, segments }
    }

    /// A remark without a reading.
    #[must_use]
    pub fn plain(field: RemarkField, text: &str) -> Self {
        Self::new(field, vec![Segment { text: text.to_owned(), kind: SegmentKind::Plain }])
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }
}

impl Item {
    /// The text of one field; empty if the bank gave none.
    #[must_use]
    pub fn remark(&self, field: RemarkField) -> &str {
        self.remarks.iter().find(|remark| remark.field == field).map_or("", RemarkText::text)
    }
}

fn field_code<S: serde::Serializer>(field: &RemarkField, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match field {
        RemarkField::Postscript => "postscript",
        RemarkField::Purpose => "purpose",
        RemarkField::Summary => "summary",
        RemarkField::Note => "note",
    })
}
