//! History: an employer's log, registers and drafts, the movements of an account, payments.
//!
//! Start at [`Books::history`]. No operation needs any of this; it is loaded for display (查询).

use super::super::StoreError;
use super::Books;
use super::load::{DRAFT, LOG};
use crate::remittance::YearMonth;
use crate::remittance::employee::{AccountEntry, EntryKind};
use crate::remittance::log::{LogEntry, LogKind};
use crate::remittance::register::Draft;
use crate::remittance::{Id, Money, PaymentReference};
use crate::store::database::columns::columns;
use crate::store::database::row::unknown;
use crate::store::database::sql::params;
use chrono::NaiveDate;

/// A settled notice without lines, so that no voucher of the employer's has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettledWhole {
    pub on: NaiveDate,
    pub reference: PaymentReference,
    pub amount: Money,
}

/// Every row of a kind.
const ALL: &str = "and kind = ?3 and ordinal >= ?4";

columns! {
    struct EntryColumns of "a" {
        position: u32,
        posted_on: NaiveDate,
        kind: i64,
        for_month: Option<YearMonth>,
        reference: Option<PaymentReference>,
        amount_fen: Money,
        employer_fen: Money,
        employee_fen: Money,
        balance_fen: Money,
        voucher: u32,
    }
}

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
        let from =
            "from account_entry a join employee e using (centre_id, employer_no, employee_no)
            where a.centre_id = ?1 and a.employer_no = ?2 and e.employee_id = ?3
            order by a.position";
        let key = params![self.tx.centre_id, number, employee_id.as_str()];
        let found: Vec<EntryColumns> = self.tx.connection.select_all(from, key)?;
        for entry in found {
            self.centre.load(AccountEntry {
                employer_id: employer_id.clone(),
                employee_id: employee_id.clone(),
                position: entry.position,
                on: entry.posted_on,
                kind: entry_kind(entry.kind)?,
                for_month: entry.for_month,
                reference: entry.reference,
                amount: entry.amount_fen,
                employer_share: entry.employer_fen,
                employee_share: entry.employee_fen,
                balance: entry.balance_fen,
                voucher: entry.voucher,
            });
        }
        Ok(())
    }

    /// The settled notices of an employer without lines, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn settled_whole(&self, employer_id: &Id) -> Result<Vec<SettledWhole>, StoreError> {
        let sql = "select s.settled_on, n.reference, s.amount_fen
            from notice n join settlement s using (centre_id, reference)
            where n.centre_id = ?1 and n.employer_id = ?2 and not exists (select 1
                from notice_part p where p.centre_id = n.centre_id and p.reference = n.reference)
            order by 1, 2";
        let key = params![self.tx.centre_id, employer_id.as_str()];
        let found = self.tx.connection.fetch_all(sql, key)?;
        let settled = found.into_iter();
        Ok(settled.map(|(on, reference, amount)| SettledWhole { on, reference, amount }).collect())
    }
}

fn entry_kind(number: i64) -> Result<EntryKind, StoreError> {
    let known = EntryKind::ALL.into_iter().find(|kind| super::write::kind_number(*kind) == number);
    known.ok_or_else(|| unknown("account_entry", "kind", number))
}
