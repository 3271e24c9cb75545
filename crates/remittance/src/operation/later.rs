//! Checks that nothing filed later prevents an undo: the latest goes first.

use crate::centre::{Centre, rosters_from};
use crate::enrolment::EmployerAccount;
use crate::refusal::{Filed, Refusal, Undo};
use crate::register::{Register, RegisterContent};
use crate::roster::Roster;
use std::sync::Arc;

/// Refuses if something filed after `ordinal` is still in effect, naming the latest.
pub(super) fn check_later(
    centre: &Centre,
    employer: &EmployerAccount,
    filed: Filed,
    ordinal: u32,
    paid_may_stand: bool,
) -> Result<(), Refusal> {
    let rosters = made_after(centre, employer, ordinal);
    if let Some(paid) = rosters.iter().find(|roster| roster.paid_on.is_some() && !paid_may_stand) {
        return Err(Refusal::ListAfterIsPaid { filed, month: paid.month });
    }
    let roster = rosters.into_iter().rev().find(|roster| roster.paid_on.is_none());
    let registers = centre.registers.from_key((employer.employer_id.clone(), ordinal + 1));
    let register = registers
        .take_while(|register| register.employer_id == employer.employer_id)
        .filter(|register| register.is_open())
        .filter(|register| !matches!(register.content, RegisterContent::AdjustRate(_)))
        .last();
    let first = match (roster, register) {
        (Some(roster), Some(register)) if roster.ordinal < register.ordinal => {
            undo_register(register)
        }
        (Some(roster), _) => undo_roster(roster),
        (None, Some(register)) => undo_register(register),
        (None, None) => return Ok(()),
    };
    Err(Refusal::LaterFirst { filed, first })
}

fn undo_register(register: &Register) -> Undo {
    Undo { notice: register.reference, filed: Filed::Register(register.register_id()) }
}

fn undo_roster(roster: &Roster) -> Undo {
    Undo { notice: roster.reference, filed: Filed::List(roster.month) }
}

/// Refuses to delete a list that is paid, on a notice, or not the latest thing in effect.
pub(super) fn check_roster(centre: &Centre, roster: &Roster) -> Result<(), Refusal> {
    let month = roster.month;
    match (roster.reference, roster.paid_on) {
        (_, Some(day)) => return Err(Refusal::ListIsPaid { month, day }),
        (Some(reference), None) => return Err(Refusal::ListIsOnNotice { month, reference }),
        (None, None) => {}
    }
    let filed = Filed::List(month);
    match centre.employers.get(&roster.employer_id) {
        Some(employer) => check_later(centre, employer, filed, roster.ordinal, false),
        None => Ok(()),
    }
}

/// The latest list made after an ordinal.
fn made_after<'a>(
    centre: &'a Centre,
    employer: &'a EmployerAccount,
    ordinal: u32,
) -> Vec<&'a Arc<Roster>> {
    let all = rosters_from(centre, &employer.employer_id, employer.first_month);
    all.filter(|roster| roster.ordinal > ordinal).collect()
}
