//! The payment notice (缴款通知书) for matching: what is owed under which reference.

use super::{Money, PaymentReference, Total, YearMonth};
use crate::{Language, Localized};
use chrono::NaiveDate;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentNotice {
    pub reference: PaymentReference,
    pub employer_id: String,
    /// What the employer must pay, to the fen; more than zero.
    pub amount: Money,
    pub issued_on: NaiveDate,
    /// The roster month it is for (清册月份).
    pub month: YearMonth,
    pub status: NoticeStatus,
}

/// The life of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeStatus {
    /// 待收款
    Awaiting,
    Paid,
    Revoked,
}

impl NoticeStatus {
    pub const ALL: [Self; 3] = [Self::Awaiting, Self::Paid, Self::Revoked];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Paid => "paid",
            Self::Revoked => "revoked",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

impl Localized for NoticeStatus {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Awaiting => language.choose("待收款", "Awaiting"),
            Self::Paid => language.choose("已收款", "Paid"),
            Self::Revoked => language.choose("已撤销", "Revoked"),
        })
    }
}

/// Money received for a notice that settles nothing yet: waiting parts, and parts in suspense.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PartsHere {
    pub count: u64,
    pub sum: Total,
}

/// A notice's state in lists and on pages: its status, and whether part of its money has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeStage {
    Awaiting,
    /// 部分到账: open, with part of its money received. Derived; no input has it.
    PartlyReceived,
    Paid,
    Revoked,
}

impl PartsHere {
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.count == 0
    }
}

impl NoticeStage {
    pub const ALL: [Self; 4] = [Self::Awaiting, Self::PartlyReceived, Self::Paid, Self::Revoked];

    #[must_use]
    pub const fn of(status: NoticeStatus, partly: bool) -> Self {
        match (status, partly) {
            (NoticeStatus::Awaiting, false) => Self::Awaiting,
            (NoticeStatus::Awaiting, true) => Self::PartlyReceived,
            (NoticeStatus::Paid, _) => Self::Paid,
            (NoticeStatus::Revoked, _) => Self::Revoked,
        }
    }

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Awaiting => NoticeStatus::Awaiting.code(),
            Self::PartlyReceived => "partly-received",
            Self::Paid => NoticeStatus::Paid.code(),
            Self::Revoked => NoticeStatus::Revoked.code(),
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

impl Localized for NoticeStage {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Awaiting => NoticeStatus::Awaiting.in_language(language),
            Self::PartlyReceived => language.choose("部分到账", "Partly received").into(),
            Self::Paid => NoticeStatus::Paid.in_language(language),
            Self::Revoked => NoticeStatus::Revoked.in_language(language),
        }
    }
}

impl fmt::Display for NoticeStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for NoticeStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
