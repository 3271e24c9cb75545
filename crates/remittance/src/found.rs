//! Look-ups in a centre: lists, notices and their lines, corrections, reservations.

use super::bound::difference;
use super::centre::Centre;
use super::correction::{Correction, LineKey};
use super::employee::EmployeeAccount;
use super::payment::{IssuedNotice, NoticeLine};
use super::roster::Roster;
use super::{Id, Money, PaymentReference, YearMonth};
use chrono::NaiveDate;
use std::sync::Arc;

impl Centre {
    /// The list of an employer's month; `None` if it is not made yet.
    #[must_use]
    pub fn roster(&self, employer_id: &Id, month: YearMonth) -> Option<&Arc<Roster>> {
        self.rosters.get(&(employer_id.clone(), month))
    }

    /// The accounts of an employer, in number order.
    pub fn accounts_of<'a>(
        &'a self,
        employer_id: &'a Id,
    ) -> impl Iterator<Item = &'a Arc<EmployeeAccount>> {
        let all = self.accounts.from_key((employer_id.clone(), Id::from("")));
        all.take_while(move |account| account.employer_id == *employer_id)
    }

    /// The notice with a reference.
    #[must_use]
    pub fn notice(&self, reference: PaymentReference) -> Option<&IssuedNotice> {
        self.notices.get(&reference).map(|notice| &**notice)
    }

    /// What each employee gets of a notice: its lists by month, then its supplements.
    pub fn lines_of<'a>(
        &'a self,
        notice: &'a IssuedNotice,
    ) -> impl Iterator<Item = NoticeLine<'a>> {
        let rosters =
            notice.months.iter().filter_map(|month| self.roster(&notice.employer_id, *month));
        let listed = rosters.flat_map(|roster| {
            roster.lines.iter().map(|line| NoticeLine {
                employee_id: &line.employee_id,
                for_month: roster.month,
                supplement: false,
                employer_share: line.employer_share,
                employee_share: line.employee_share,
                corrected: self.corrected(
                    &notice.employer_id,
                    LineKey { employee_id: &line.employee_id, month: roster.month, register: None },
                ),
            })
        });
        let key = |ordinal: &u32| (notice.employer_id.clone(), *ordinal);
        let registers = notice.supplements.iter().filter_map(move |o| self.registers.get(&key(o)));
        let supplements = registers.flat_map(|register| {
            register.supplements().iter().map(|line| (register.ordinal, line))
        });
        listed.chain(supplements.map(|(ordinal, line)| NoticeLine {
            employee_id: &line.employee_id,
            for_month: line.for_month,
            supplement: true,
            employer_share: line.employer_share,
            employee_share: line.employee_share,
            corrected: self.corrected(
                &notice.employer_id,
                LineKey {
                    employee_id: &line.employee_id,
                    month: line.for_month,
                    register: Some(ordinal),
                },
            ),
        }))
    }

    /// The notices that now cover the lists and supplements of a revoked one.
    #[must_use]
    pub fn successors(&self, notice: &IssuedNotice) -> Vec<PaymentReference> {
        let employer_id = &notice.employer_id;
        let lists =
            notice.months.iter().filter_map(|month| self.roster(employer_id, *month)?.reference);
        let registers = self.registers(employer_id);
        let supplements = registers
            .filter(|register| notice.supplements.contains(&register.ordinal))
            .filter_map(|register| register.reference);
        let mut found: Vec<_> =
            lists.chain(supplements).filter(|other| *other != notice.reference).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The corrections of an employer's lists and supplements, oldest first.
    pub fn corrections<'a>(
        &'a self,
        employer_id: &'a Id,
    ) -> impl Iterator<Item = &'a Arc<Correction>> {
        let all = self.corrections.from_key((employer_id.clone(), 0));
        all.take_while(move |correction| correction.employer_id == *employer_id)
    }

    /// What was returned of a line, both sides; zero if nothing was.
    #[must_use]
    pub fn corrected(&self, employer_id: &Id, line: LineKey<'_>) -> Money {
        let of_line = self.corrections(employer_id).filter(|correction| correction.is_of(line));
        Money::together(of_line.map(|correction| correction.amount()))
    }

    /// The part of an employer's advance balance that no open notice has reserved.
    #[must_use]
    pub fn free_advance(&self, employer_id: &Id) -> Money {
        let held = self.employers.get(employer_id).map(|one| one.balances.advance);
        difference(held.unwrap_or_default(), self.reserved_advance(employer_id)).unwrap_or_default()
    }

    /// The part of an employer's advance balance that open notices have reserved.
    #[must_use]
    pub fn reserved_advance(&self, employer_id: &Id) -> Money {
        self.reserved.get(employer_id).copied().unwrap_or_default()
    }

    /// Appointments in a slot of a day; a store loads the slot's appointments first.
    #[must_use]
    pub fn booked(&self, branch: &str, date: NaiveDate, slot: &str) -> usize {
        self.slots.get(&(branch.to_owned(), date, slot.to_owned())).copied().unwrap_or(0)
    }
}
