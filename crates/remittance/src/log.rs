//! The operation log (操作日志) of an employer, in its own order.
//!
//! Kinds follow the handbook's queries: submitted, paid, revoked, appointments. No rule reads the log.

use super::counter::Counter;
use super::wire::day;
use super::{Id, Money};
use crate::{Language, Localized};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One line of an employer's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    pub employer_id: Id,
    /// The employer's own count; shared with the register that the entry made.
    pub ordinal: u32,
    #[serde(with = "day")]
    pub on: NaiveDate,
    /// The operation's line in its file.
    pub line: Option<u64>,
    pub kind: LogKind,
    /// The operation's name: `open_account`, `issue_notice`.
    pub what: String,
    /// The target: a register, a month, a reference, an appointment.
    pub subject: String,
    pub amount: Option<Money>,
    /// Who did it; nobody for the work of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was done, in seconds since 1970 (UTC), if the caller gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
    /// Who approved it at the counter, why, and the previous values; `None` for what employers do themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<Counter>,
}

/// Who acts, and when: what the log records beside the day.
///
/// The library has no clock; the caller gives the instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    pub by: Option<String>,
    /// Seconds since 1970, UTC.
    pub at: Option<i64>,
}

/// What a log entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogKind {
    Submitted,
    Paid,
    Revoked,
    Appointment,
    /// Changed at once: basic and key information.
    Changed,
    /// Saved without effect: a draft.
    Saved,
    /// Corrected at the counter by two persons.
    Corrected,
    /// Entered at the counter with an approval: deferral, low rates.
    Approved,
}

impl LogKind {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Paid => "paid",
            Self::Revoked => "revoked",
            Self::Appointment => "appointment",
            Self::Changed => "changed",
            Self::Saved => "saved",
            Self::Corrected => "corrected",
            Self::Approved => "approved",
        }
    }
}

impl Localized for LogKind {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Submitted => language.choose("已提交", "submitted"),
            Self::Paid => language.choose("已缴款", "paid"),
            Self::Revoked => language.choose("已撤销", "revoked"),
            Self::Appointment => language.choose("预约", "appointment"),
            Self::Changed => language.choose("信息变更", "changed"),
            Self::Saved => language.choose("已保存", "saved"),
            Self::Corrected => language.choose("柜台更正", "corrected"),
            Self::Approved => language.choose("审批登记", "approved"),
        })
    }
}
