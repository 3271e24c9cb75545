//! The payment notice (缴款通知书) as matching needs it: what is owed under which reference.

use super::{Money, PaymentReference, YearMonth};
use chrono::NaiveDate;
use std::fmt;

/// One payment notice.
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
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Awaiting => "待收款",
            Self::Paid => "已收款",
            Self::Revoked => "已撤销",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

impl fmt::Display for NoticeStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
