//! Queries of the books: employers, accounts, notices with lines, lists, ledgers.

use super::super::StoreError;
use super::load::{LOG, VOUCHER};
use super::{Books, text_of, thing};
use crate::remittance::ledger::Voucher;
use crate::remittance::log::LogEntry;
use crate::remittance::payment::NoticeState;
use crate::remittance::{Id, IssuedNotice, PaymentReference, Total};
use crate::store::database::row::reference_number;
use crate::store::database::sql::{Read, params};
use crate::store::database::tx::Tx;
use chrono::NaiveDate;

/// A notice and its employer.
#[derive(Clone, Debug)]
pub struct NoticeSheet {
    pub notice: IssuedNotice,
    pub employer_name: String,
    /// If it is revoked: the notices that now cover the same lists and supplements.
    pub successors: Vec<IssuedNotice>,
}

/// Passes on every log line of the centre as text, without its timestamp: the same operations give the same
/// text at another time.
pub(in crate::store) fn logs(tx: &Tx, mut line: impl FnMut(&str)) -> Result<(), StoreError> {
    let sql = "select r.body from employer_record r
        join employer_book b using (centre_id, employer_no)
        where r.centre_id = ?1 and r.kind = ?2 order by b.employer_id, r.ordinal";
    tx.connection.prepare_cached(sql)?.each(params![tx.centre_id, LOG], |row| {
        let entry: LogEntry = thing("employer_record", "body", row.read()?)?;
        line(&text_of(&LogEntry { at: None, ..entry })?);
        Ok(Read::On)
    })
}

impl Books<'_> {
    /// Loads every account of an employee number, with its employers.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn employee(&mut self, employee_id: &Id, on: NaiveDate) -> Result<(), StoreError> {
        let sql = "select b.employer_id from employee e
            join employer_book b using (centre_id, employer_no)
            where e.centre_id = ?1 and e.employee_id = ?2 order by 1";
        let mut select = self.tx.connection.prepare_cached(sql)?;
        let key = params![self.tx.centre_id, employee_id.as_str()];
        for employer_id in select.query_all(key, |row| row.read::<String>())? {
            let employer_id = Id::from(employer_id);
            self.employer(&employer_id, on)?;
            self.account(&employer_id, employee_id)?;
        }
        Ok(())
    }

    /// Loads a notice with its lists and supplements; `None` if it does not exist.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn notice_sheet(
        &mut self,
        reference: PaymentReference,
        on: NaiveDate,
    ) -> Result<Option<NoticeSheet>, StoreError> {
        let Some(employer_id) = self.notice(reference)? else { return Ok(None) };
        self.employer(&employer_id, on)?;
        let Some(notice) = self.centre.notice(reference).cloned() else { return Ok(None) };
        self.rosters(&employer_id)?;
        for month in &notice.months {
            self.roster_lines(&employer_id, *month)?;
        }
        for ordinal in &notice.supplements {
            self.register(&employer_id, *ordinal)?;
        }
        self.corrections(&employer_id)?;
        let name = self.centre.employer(&employer_id).map(|employer| employer.name.clone());
        let mut successors = Vec::new();
        if notice.status == NoticeState::Revoked {
            for reference in self.centre.successors(&notice) {
                self.notice(reference)?;
                successors.extend(self.centre.notice(reference).cloned());
            }
        }
        Ok(Some(NoticeSheet { notice, employer_name: name.unwrap_or_default(), successors }))
    }

    /// Loads the employer's ledger.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn ledger(&mut self, employer_id: &Id) -> Result<(), StoreError> {
        self.records::<Voucher>(employer_id, VOUCHER, "and kind = ?3 and ordinal >= ?4", 0)
    }

    /// The balance of the employer's clearing account: settled notices without lines.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn clearing(&self, employer_id: &Id) -> Result<Total, StoreError> {
        let sql = "select cast(coalesce(sum(s.amount_fen), 0) as text)
            from notice n join settlement s using (centre_id, reference)
            where n.centre_id = ?1 and n.employer_id = ?2 and not exists (select 1
                from notice_part p where p.centre_id = n.centre_id and p.reference = n.reference)";
        let mut select = self.tx.connection.prepare_cached(sql)?;
        let key = params![self.tx.centre_id, employer_id.as_str()];
        select.query_row(key, |row| row.read())
    }

    /// Whether the notice's lines are stored.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn has_lines(&self, reference: PaymentReference) -> Result<bool, StoreError> {
        let sql = "select 1 from notice_part where centre_id = ?1 and reference = ?2";
        let key = params![self.tx.centre_id, reference_number(reference)];
        self.tx.connection.prepare_cached(sql)?.exists(key)
    }
}
