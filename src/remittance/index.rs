//! What a centre derives from its tables and keeps in step with them (`change.rs`).
//!
//! Who holds an identity number, what unpaid supplements ask for, how many a slot holds: each is found again from
//! the things themselves, so undoing a change undoes it too.

use super::appointment::Appointment;
use super::centre::Centre;
use super::change::Put;
use super::employee::EmployeeAccount;
use super::register::Register;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keeps who holds which identity number in step with the accounts.
pub(super) fn index_documents(centre: &mut Centre, put: &Put<EmployeeAccount>) {
    let holds = |row: &Option<Arc<EmployeeAccount>>| row.clone().filter(|row| !row.is_merged());
    let key = |row: &EmployeeAccount| (row.id_no.clone(), row.employer_id.clone());
    if let Some(row) = holds(&put.before) {
        // Somebody else may hold the number by now: the sign that a merge left is no holder.
        if centre.documents.get(&key(&row)) == Some(&row.employee_id) {
            centre.documents.remove(&key(&row));
        }
    }
    if let Some(row) = holds(&put.after) {
        centre.documents.insert(key(&row), row.employee_id.clone());
    }
}

/// Keeps what unpaid supplements ask for in step with the registers.
pub(super) fn index_unpaid(centre: &mut Centre, put: &Put<Register>) {
    for (row, adds) in [(&put.before, false), (&put.after, true)] {
        let Some(row) = row.as_ref().filter(|row| row.is_open()) else { continue };
        for line in row.supplements() {
            let amount = [line.employer_share, line.employee_share].into_iter().sum();
            let key = (row.employer_id.clone(), line.employee_id.clone(), line.for_month, amount);
            count(&mut centre.unpaid, key, adds);
        }
    }
}

/// Keeps how many a slot holds in step with the appointments.
pub(super) fn index_slots(centre: &mut Centre, put: &Put<Appointment>) {
    for (row, adds) in [(&put.before, false), (&put.after, true)] {
        let Some(row) = row.as_ref().filter(|row| row.holds_its_slot()) else { continue };
        count(&mut centre.slots, (row.branch.clone(), row.date, row.slot.clone()), adds);
    }
}

/// One more or one less; nothing is kept of none.
fn count<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K, adds: bool) {
    let held = counts.remove(&key).unwrap_or(0);
    let holds = if adds { held + 1 } else { held.saturating_sub(1) };
    if holds > 0 {
        counts.insert(key, holds);
    }
}
