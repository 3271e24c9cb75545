//! Indexes that a centre derives from its tables and keeps in step with them (`change.rs`).
//!
//! They hold the owner of each identity number, the unpaid supplements and the appointments in each slot. All are
//! derived from the rows, so undoing a change undoes them too.

use super::table::Put;
use super::{Centre, Work};
use crate::appointment::Appointment;
use crate::bound::{difference, sum};
use crate::employee::EmployeeAccount;
use crate::payment::IssuedNotice;
use crate::refusal::Refusal;
use crate::register::Register;
use crate::{Id, Money, YearMonth};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keeps the holders of identity numbers in step with the accounts.
pub(super) fn index_documents(centre: &mut Centre, put: &Put<EmployeeAccount>) {
    let holds = |row: &Option<Arc<EmployeeAccount>>| row.clone().filter(|row| !row.is_merged());
    let key = |row: &EmployeeAccount| (row.id_no.clone(), row.employer_id.clone());
    if let Some(row) = holds(&put.before) {
        // Somebody else may hold the number by now: the forwarding record of a merge is no holder.
        if centre.documents.get(&key(&row)) == Some(&row.employee_id) {
            centre.documents.remove(&key(&row));
        }
    }
    if let Some(row) = holds(&put.after) {
        centre.documents.insert(key(&row), row.employee_id.clone());
    }
}

/// Keeps the unpaid supplements in step with the registers.
pub(super) fn index_unpaid(centre: &mut Centre, put: &Put<Register>) {
    for (row, adds) in [(&put.before, false), (&put.after, true)] {
        let Some(row) = row.as_ref().filter(|row| row.is_open()) else { continue };
        for line in row.supplements() {
            let amount = Money::together([line.employer_share, line.employee_share]);
            let key = (row.employer_id.clone(), line.employee_id.clone(), line.for_month, amount);
            count(&mut centre.unpaid, key, adds);
        }
    }
}

/// Keeps the number of appointments in each slot in step with the appointments.
pub(super) fn index_slots(centre: &mut Centre, put: &Put<Appointment>) {
    for (row, adds) in [(&put.before, false), (&put.after, true)] {
        let Some(row) = row.as_ref().filter(|row| row.holds_its_slot()) else { continue };
        count(&mut centre.slots, (row.branch.clone(), row.date, row.slot.clone()), adds);
    }
}

/// Keeps the reservations of advance balances in step with the notices.
pub(super) fn index_reserved(centre: &mut Centre, put: &Put<IssuedNotice>) {
    for (row, adds) in [(&put.before, false), (&put.after, true)] {
        let Some(row) = row.as_ref().filter(|row| !row.reserved().is_zero()) else { continue };
        let held = centre.reserved.remove(&row.employer_id).unwrap_or_default();
        let holds = if adds { sum(held, row.reserved()) } else { difference(held, row.reserved()) };
        // Reservations are parts of one balance, which fits.
        let holds = holds.unwrap_or_default();
        if !holds.is_zero() {
            centre.reserved.insert(row.employer_id.clone(), holds);
        }
    }
}

/// Adds or subtracts one; a count of zero is not kept.
fn count<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K, adds: bool) {
    let held = counts.remove(&key).unwrap_or(0);
    let holds = if adds { held + 1 } else { held.saturating_sub(1) };
    if holds > 0 {
        counts.insert(key, holds);
    }
}

impl Work<'_> {
    /// The accounts of the same person at other employers, in employer order.
    pub(crate) fn elsewhere(&self, id_no: &str, employer_id: &Id) -> Vec<&Arc<EmployeeAccount>> {
        let from = (id_no.to_owned(), Id::from(""));
        let of_person = self.centre.documents.range(from..).take_while(|(key, _)| key.0 == id_no);
        let elsewhere = of_person.filter(|((_, at), _)| at != employer_id);
        let account =
            |at: &Id, holder: &Id| self.centre.accounts.get(&(at.clone(), holder.clone()));
        elsewhere.filter_map(|((_, at), holder)| account(at, holder)).collect()
    }

    /// Refuses a person who is active at another employer, if the policy allows only one employer.
    pub(crate) fn check_active_once(&self, id_no: &str, employer_id: &Id) -> Result<(), Refusal> {
        if self.centre.policy.several_employers {
            return Ok(());
        }
        let elsewhere = self.elsewhere(id_no, employer_id);
        match elsewhere.into_iter().find(|account| account.is_active()) {
            None => Ok(()),
            Some(account) => Err(Refusal::ActiveElsewhere {
                employee: account.employee_id.clone(),
                employer: account.employer_id.clone(),
            }),
        }
    }

    /// What lists and supplements ask for a person in a month and in its contribution year, over all employers.
    pub(crate) fn asked(&self, account: &EmployeeAccount, month: YearMonth) -> (Money, Money) {
        let year = self.centre.policy.contribution_year(month);
        let elsewhere = self.elsewhere(&account.id_no, &account.employer_id);
        let all = elsewhere.into_iter().map(|other| &**other).chain([account]);
        let both = all.map(|one| (one.month_total(year, month), one.year_total(year)));
        let (of_month, of_year): (Vec<Money>, Vec<Money>) = both.unzip();
        (Money::together(of_month), Money::together(of_year))
    }
}
