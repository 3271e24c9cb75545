//! Appointment 预约办理: a branch, a day and a slot that holds so many; then kept, missed or cancelled.

use super::Id;
use super::centre::{Centre, Work};
use super::employee::digest;
use super::log::LogKind;
use super::operation::{BookAppointment, Output};
use super::refusal::Refusal;
use super::wire::day;
use crate::{Language, Localized};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// One appointment.
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

impl Centre {
    /// How many a slot of a day holds already; a store loads the slot's appointments first.
    #[must_use]
    pub fn booked(&self, branch: &str, date: NaiveDate, slot: &str) -> usize {
        self.slots.get(&(branch.to_owned(), date, slot.to_owned())).copied().unwrap_or(0)
    }
}

impl Appointment {
    /// Whether it takes room: all but a cancelled one.
    #[must_use]
    pub fn holds_its_slot(&self) -> bool {
        self.status != AppointmentStatus::Cancelled
    }
}

/// Books a slot while it has room.
pub(super) fn book(work: &mut Work<'_>, op: &BookAppointment) -> Result<Output, Refusal> {
    let mut employer = work.employer(&op.employer_id)?;
    let policy = work.policy();
    let Some(branch) = policy.branch(&op.branch) else {
        let known: Vec<&str> = policy.branches.iter().map(|branch| branch.id.as_str()).collect();
        let (branch, expected) = (op.branch.clone(), known.join(", "));
        return Err(Refusal::UnknownBranch { branch, expected });
    };
    if !branch.has_slot(&op.slot) {
        let (slot, expected) = (op.slot.clone(), branch.slots.join(", "));
        return Err(Refusal::UnknownSlot { slot, expected });
    }
    if op.date < op.on {
        return Err(Refusal::DayIsPast { day: op.date, least: op.on });
    }
    if !policy.open_days.is_open(op.date) {
        let next = policy.open_days.next_from(op.date);
        return Err(Refusal::NotAWorkingDay { day: op.date, next });
    }
    let name = if branch.id == "*" { op.branch.clone() } else { branch.id.clone() };
    let booked = work.centre.booked(&name, op.date, &op.slot);
    if booked >= branch.capacity {
        let (day, slot) = (op.date, op.slot.clone());
        return Err(Refusal::SlotFull { branch: name, day, slot, held: booked });
    }
    let ordinal = employer.next_ordinal();
    let key = digest(&["appointment", op.employer_id.as_str(), &ordinal.to_string()]);
    let appointment_id = Id::from(format!("A{key:016x}"));
    work.put(employer);
    work.put(Appointment {
        appointment_id: appointment_id.clone(),
        employer_id: op.employer_id.clone(),
        branch: name,
        date: op.date,
        slot: op.slot.clone(),
        business: op.business.clone(),
        contact: op.contact.clone(),
        status: AppointmentStatus::Booked,
    });
    let subject = appointment_id.to_string();
    work.note(&op.employer_id, ordinal, LogKind::Appointment, "book_appointment", subject, None);
    Ok(Output { appointment_id: Some(appointment_id), ..Output::default() })
}

/// Ends a booked appointment: cancelled, kept or missed.
pub(super) fn end(
    work: &mut Work<'_>,
    appointment_id: &Id,
    status: AppointmentStatus,
) -> Result<Output, Refusal> {
    let Some(row) = work.centre.appointments.get(appointment_id) else {
        return Err(Refusal::UnknownAppointment { appointment: appointment_id.clone() });
    };
    if row.status != AppointmentStatus::Booked {
        let (appointment, status) = (appointment_id.clone(), row.status);
        return Err(Refusal::AppointmentEnded { appointment, status });
    }
    let row = Appointment { status, ..Appointment::clone(row) };
    let employer_id = row.employer_id.clone();
    let mut employer = work.employer(&employer_id)?;
    let ordinal = employer.next_ordinal();
    work.put(employer);
    work.put(row);
    let what = match status {
        AppointmentStatus::Booked => "book_appointment",
        AppointmentStatus::Cancelled => "cancel_appointment",
        AppointmentStatus::Kept => "keep_appointment",
        AppointmentStatus::Missed => "miss_appointment",
    };
    let subject = appointment_id.to_string();
    work.note(&employer_id, ordinal, LogKind::Appointment, what, subject, None);
    let (employer_id, appointment_id) = (Some(employer_id), Some(appointment_id.clone()));
    Ok(Output { employer_id, appointment_id, ..Output::default() })
}
