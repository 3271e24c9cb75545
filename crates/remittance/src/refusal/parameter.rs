//! The parameters of a refusal, in each language.
//!
//! Start at [`Parameter`]. A number, a key or a day is the same in both languages; the few words that differ have their
//! own types, here or in their modules.

use super::super::appointment::AppointmentStatus;
use super::super::document::DocumentType;
use super::super::identity::IdentityError;
use super::super::policy::OncePer;
use super::super::{Id, Money, PaymentReference, Rate, Subject, Total, YearMonth};
use super::malformed::{Expected, Found};
use crate::{Language, Localized, said};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::fmt;

/// A value in a refusal.
pub(super) trait Parameter: fmt::Display {
    /// As a sentence in this language shows it.
    fn said(&self, _: Language) -> Cow<'static, str> {
        self.to_string().into()
    }

    /// As a program reads it.
    fn text(&self) -> String {
        self.to_string()
    }
}

macro_rules! the_same_in_both {
    ($($type:ty),* $(,)?) => { $(impl Parameter for $type {})* };
}

/// For types that are already localized; a program reads their `Display` text.
macro_rules! localized {
    ($($type:ty),* $(,)?) => {
        $(impl Parameter for $type {
            fn said(&self, language: Language) -> Cow<'static, str> {
                self.in_language(language)
            }
        })*
    };
}

the_same_in_both!(
    Id,
    Money,
    Total,
    PaymentReference,
    Rate,
    YearMonth,
    NaiveDate,
    String,
    i32,
    u64,
    usize
);
localized!(
    AppointmentStatus,
    OncePer,
    DocumentType,
    DocumentForm,
    IdentityError,
    Undo,
    Found,
    Expected
);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Employer,
    Employee,
}

impl Localized for Side {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Employer => language.choose("单位", "employer's"),
            Self::Employee => language.choose("个人", "employee's"),
        })
    }
}

impl Parameter for Side {
    fn said(&self, language: Language) -> Cow<'static, str> {
        self.in_language(language)
    }

    fn text(&self) -> String {
        match self {
            Self::Employer => "employer",
            Self::Employee => "employee",
        }
        .to_owned()
    }
}

/// Something filed that can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filed {
    List(YearMonth),
    Register(String),
}

impl Localized for Filed {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::List(month) => said!(language, "{month} 的汇缴名单", "the list of {month}"),
            Self::Register(id) => said!(language, "清册 {id} ", "register {id}"),
        }
    }
}

impl Parameter for Filed {
    fn said(&self, language: Language) -> Cow<'static, str> {
        self.in_language(language)
    }

    fn text(&self) -> String {
        match self {
            Self::List(month) => month.to_string(),
            Self::Register(id) => id.clone(),
        }
    }
}

/// What must be undone first: the notice, if there is one, then the list or register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    pub notice: Option<PaymentReference>,
    pub filed: Filed,
}

impl Localized for Undo {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let notice = self.notice.map(|reference| {
            said!(language, "撤销缴款通知书 {reference}，再", "revoke_notice {reference}, then ")
        });
        let notice = notice.unwrap_or_default();
        match &self.filed {
            Filed::List(month) => {
                said!(language, "{notice}删除 {month} 的汇缴名单", "{notice}delete_roster {month}")
            }
            Filed::Register(id) => {
                said!(language, "{notice}撤销清册 {id}", "{notice}revoke register {id}")
            }
        }
    }
}

impl Parameter for Subject {
    /// In English with its number in the chart of accounts, as the ledger prints it.
    fn said(&self, language: Language) -> Cow<'static, str> {
        match language {
            Language::Chinese => self.in_language(language),
            Language::English => self.to_string().into(),
        }
    }
}

/// The form of a document's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentForm(pub DocumentType);

impl Localized for DocumentForm {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        self.0.form().in_language(language)
    }
}

/// Displays a bilingual type in English.
macro_rules! displayed_in_english {
    ($($type:ty),* $(,)?) => {
        $(impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.in_language(Language::English))
            }
        })*
    };
}

displayed_in_english!(Side, Filed, Undo, DocumentForm);
