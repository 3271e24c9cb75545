//! Books appointments and ends them as kept, missed or cancelled.

use super::{BookAppointment, Output};
use crate::Id;
use crate::appointment::{Appointment, AppointmentStatus};
use crate::centre::Work;
use crate::employee::digest;
use crate::log::LogKind;
use crate::refusal::Refusal;

/// Books a slot if it has room.
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
