//! What a refusal is about, as each language says it.
//!
//! Start at [`Parameter`]. A number, a key, a day says the same in both languages; the few words that
//! do not are types of their own, here or where they belong.

use super::super::appointment::AppointmentStatus;
use super::super::document::DocumentType;
use super::super::identity::IdentityError;
use super::super::policy::OncePer;
use super::super::{Id, Money, PaymentReference, Rate, Subject, Total, YearMonth};
use chrono::NaiveDate;
use std::fmt;

/// A value in a refusal: `Display` is how English says it.
pub(super) trait Parameter: fmt::Display {
    fn chinese(&self) -> String {
        self.to_string()
    }

    /// As a program reads it.
    fn text(&self) -> String {
        self.to_string()
    }
}

macro_rules! the_same_in_both {
    ($($type:ty),*) => { $(impl Parameter for $type {})* };
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

/// Whose rate: the employer's or the employee's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Employer,
    Employee,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Employer => "employer's",
            Self::Employee => "employee's",
        })
    }
}

impl Parameter for Side {
    fn chinese(&self) -> String {
        match self {
            Self::Employer => "单位",
            Self::Employee => "个人",
        }
        .to_owned()
    }

    fn text(&self) -> String {
        match self {
            Self::Employer => "employer",
            Self::Employee => "employee",
        }
        .to_owned()
    }
}

/// Something that was filed and can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filed {
    List(YearMonth),
    Register(String),
}

impl fmt::Display for Filed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(month) => write!(f, "the list of {month}"),
            Self::Register(id) => write!(f, "register {id}"),
        }
    }
}

impl Parameter for Filed {
    fn chinese(&self) -> String {
        match self {
            Self::List(month) => format!("{month} 的汇缴名单"),
            Self::Register(id) => format!("清册 {id} "),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::List(month) => month.to_string(),
            Self::Register(id) => id.clone(),
        }
    }
}

/// What must be undone first: a notice, where one is over it, then the list or register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    pub notice: Option<PaymentReference>,
    pub filed: Filed,
}

impl fmt::Display for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reference) = self.notice {
            write!(f, "revoke_notice {reference}, then ")?;
        }
        match &self.filed {
            Filed::List(month) => write!(f, "delete_roster {month}"),
            Filed::Register(id) => write!(f, "revoke register {id}"),
        }
    }
}

impl Parameter for Undo {
    fn chinese(&self) -> String {
        let notice = self.notice.map(|reference| format!("撤销缴款通知书 {reference}，再"));
        let notice = notice.unwrap_or_default();
        match &self.filed {
            Filed::List(month) => format!("{notice}删除 {month} 的汇缴名单"),
            Filed::Register(id) => format!("{notice}撤销清册 {id}"),
        }
    }
}

impl Parameter for AppointmentStatus {
    fn chinese(&self) -> String {
        Self::chinese(*self).to_owned()
    }
}

impl Parameter for OncePer {
    fn chinese(&self) -> String {
        match self {
            Self::CalendarYear => "自然年度",
            Self::ContributionYear => "汇缴年度",
            Self::Both => "自然年度及汇缴年度",
        }
        .to_owned()
    }
}

impl Parameter for Subject {
    fn chinese(&self) -> String {
        Self::chinese(*self).to_owned()
    }
}

impl Parameter for DocumentType {
    fn chinese(&self) -> String {
        Self::chinese(*self).to_owned()
    }
}

/// What a document's number looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentForm(pub DocumentType);

impl fmt::Display for DocumentForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.form().0)
    }
}

impl Parameter for DocumentForm {
    fn chinese(&self) -> String {
        self.0.form().1.to_owned()
    }
}

impl Parameter for IdentityError {
    fn chinese(&self) -> String {
        match self {
            Self::Length { found, expected } => format!("应为 {expected} 位，现为 {found} 位"),
            Self::Old { as_eighteen } => {
                format!("15 位号码已于 2013 年停用，18 位应为 {as_eighteen}")
            }
            Self::Character { found, position } => format!("第 {position} 位不能是“{found}”"),
            Self::Area => "没有以此开头的行政区划".to_owned(),
            Self::BirthDate { found } => format!("出生日期 {found} 不存在"),
            Self::CheckDigit { found, expected } => format!("校验位应为 {expected}，现为 {found}"),
        }
    }
}
