//! Appointment 预约办理: a branch, a day and a slot of limited capacity; then kept, missed or cancelled.

use super::Id;
use super::wire::day;
use crate::{Language, Localized};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    pub appointment_id: Id,
    pub employer_id: Id,
    pub branch: String,
    #[serde(with = "day")]
    pub date: NaiveDate,
    pub slot: String,
    pub business: String,
    pub contact: String,
    pub status: AppointmentStatus,
}

/// The life of an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentStatus {
    /// 已预约
    Booked,
    /// 已取消
    Cancelled,
    /// 已办理
    Kept,
    /// 爽约
    Missed,
}

impl AppointmentStatus {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Cancelled => "cancelled",
            Self::Kept => "kept",
            Self::Missed => "missed",
        }
    }
}

impl Localized for AppointmentStatus {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Booked => language.choose("已预约", "booked"),
            Self::Cancelled => language.choose("已取消", "cancelled"),
            Self::Kept => language.choose("已办理", "kept"),
            Self::Missed => language.choose("爽约", "missed"),
        })
    }
}

impl fmt::Display for AppointmentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Appointment {
    /// Whether it takes room in its slot: every one but a cancelled one does.
    #[must_use]
    pub fn holds_its_slot(&self) -> bool {
        self.status != AppointmentStatus::Cancelled
    }
}
