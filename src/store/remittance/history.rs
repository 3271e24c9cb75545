//! What was: an employer's log, registers and drafts, the movements of an account, what was paid.
//!
//! Start at [`Books::history`]. No operation needs any of this; it is loaded to be shown (查询).

use super::super::StoreError;
use super::super::row::{day, reference, unknown};
use super::super::sql::params;
use super::load::{DRAFT, LOG};
use super::{Books, month_or_none};
use crate::remittance::employee::{AccountEntry, EntryKind};
use crate::remittance::log::{LogEntry, LogKind};
use crate::remittance::register::Draft;
use crate::remittance::{Id, Money, PaymentReference};
use chrono::NaiveDate;

/// A settled notice that says no lines, so that no voucher of the employer's has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettledWhole {
    pub on: NaiveDate,
    pub reference: PaymentReference,
    pub amount: Money,
}

/// Every row of a kind.
const ALL: &str = "and kind = ?3 and ordinal >= ?4";

impl Books<'_> {
    /// Loads an employer's log, registers, drafts, lists, and the notices and appointments in the log.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn history(&mut self, employer_id: &Id) -> Result<(), StoreError> {
        self.records::<LogEntry>(employer_id, LOG, ALL, 0)?;
        self.records::<Draft>(employer_id, DRAFT, ALL, 0)?;
        self.all_registers(employer_id)?;
        self.rosters(employer_id)?;
        let entries = self.centre.log(employer_id).cloned().collect::<Vec<_>>();
        for entry in entries {
            if entry.kind == LogKind::Appointment {
                self.appointments(None, &entry.subject)?;
            } else if let Ok(reference) = entry.subject.parse() {
                self.notice(reference)?;
            }
        }
        Ok(())
    }

    /// Loads the movements of one account (个人明细).
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn statement(&mut self, employer_id: &Id, employee_id: &Id) -> Result<(), StoreError> {
        let Some(number) = self.number(employer_id)? else { return Ok(()) };
        let sql = "select a.position, a.posted_on, a.kind, a.for_month, a.reference, a.amount_fen,
                a.employer_fen, a.employee_fen, a.balance_fen, a.voucher
            from account_entry a join employee e using (centre_id, employer_no, employee_no)
            where a.centre_id = ?1 and a.employer_no = ?2 and e.employee_id = ?3 order by 1";
        let mut select = self.tx.connection.prepare_cached(sql)?;
        let mut rows = select.query(params![self.tx.centre_id, number, employee_id.as_str()])?;
        while let Some(row) = rows.next()? {
            let money = |column| row.get(column).map(Money::from_fen);
            self.centre.load(AccountEntry {
                employer_id: employer_id.clone(),
                employee_id: employee_id.clone(),
                position: row.get(0)?,
                on: day(row.get(1)?)?,
                kind: entry_kind(row.get(2)?)?,
                for_month: month_or_none(row.get(3)?),
                reference: row.get::<Option<i64>>(4)?.map(reference).transpose()?,
                amount: money(5)?,
                employer_share: money(6)?,
                employee_share: money(7)?,
                balance: money(8)?,
                voucher: row.get(9)?,
            });
        }
        Ok(())
    }

    /// The settled notices of an employer that say no lines, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn settled_whole(&self, employer_id: &Id) -> Result<Vec<SettledWhole>, StoreError> {
        let sql = "select s.settled_on, n.reference, s.amount_fen
            from notice n join settlement s using (centre_id, reference)
            where n.centre_id = ?1 and n.employer_id = ?2 and not exists (select 1
                from notice_part p where p.centre_id = n.centre_id and p.reference = n.reference)
            order by 1, 2";
        let mut select = self.tx.connection.prepare_cached(sql)?;
        let mut rows = select.query(params![self.tx.centre_id, employer_id.as_str()])?;
        let mut settled = Vec::new();
        while let Some(row) = rows.next()? {
            let (on, amount) = (day(row.get(0)?)?, Money::from_fen(row.get(2)?));
            settled.push(SettledWhole { on, reference: reference(row.get(1)?)?, amount });
        }
        Ok(settled)
    }
}

fn entry_kind(number: i64) -> Result<EntryKind, StoreError> {
    let known = EntryKind::ALL.into_iter().find(|kind| super::write::kind_number(*kind) == number);
    known.ok_or_else(|| unknown("account_entry", "kind", number))
}
