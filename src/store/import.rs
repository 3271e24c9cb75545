//! Takes in what the core system knows: accounts, employers, employees, notices.
//!
//! Importing is an upsert by key, one transaction a file: what is equal changes nothing, what
//! differs is changed and counted. A notice that money was settled with keeps its amount, employer
//! and standing: to change it is refused, and with it the file.

use super::bulk::{Binder, Bulk};
use super::error::Refusal;
use super::listed::looked_up;
use super::row::{day_number, reference, reference_number, status, status_number};
use super::sql::{Connection, params};
use super::{Store, StoreError, outstanding};
use crate::import::EmployeeRow;
use crate::remittance::{
    CollectionAccount, Employer, Money, NoticeStatus, PaymentNotice, PaymentReference,
};
use std::collections::HashMap;

/// What an import did; the sum is the number of rows in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
}

/// What became of one row.
pub(super) enum Row {
    Added,
    Changed,
    Unchanged,
}

impl Imported {
    /// Says that suggestions rest on something new, where they do.
    fn tell(&self, connection: &Connection, centre_id: i64) -> Result<(), StoreError> {
        if self.added + self.changed == 0 {
            return Ok(());
        }
        super::trail::remade(connection, centre_id)
    }

    fn count(&mut self, row: &Row) {
        match row {
            Row::Added => self.added += 1,
            Row::Changed => self.changed += 1,
            Row::Unchanged => self.unchanged += 1,
        }
    }
}

impl Store {
    /// Takes in collection accounts; a new one goes to the end of the centre's list.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; nothing is then taken in.
    pub fn import_accounts(&self, accounts: &[CollectionAccount]) -> Result<Imported, StoreError> {
        const SQL: &str = "insert into collection_account
            select ?1, (select count(*) + 1 from collection_account where centre_id = ?1), ?2, ?3, ?4, ?5
            where true
            on conflict (centre_id, account_no) do update set
                bank = excluded.bank, bank_name = excluded.bank_name,
                account_name = excluded.account_name
            where (collection_account.bank, collection_account.bank_name,
                collection_account.account_name)
                is distinct from (excluded.bank, excluded.bank_name, excluded.account_name)";
        self.upsert(accounts, |connection, centre_id, account| {
            let known = exists(
                connection,
                "select 1 from collection_account where centre_id = ?1 and account_no = ?2",
                centre_id,
                &account.account_no,
            )?;
            let changes = connection.prepare_cached(SQL)?.execute(params![
                centre_id,
                account.account_no,
                account.bank,
                account.bank_name,
                account.account_name
            ])?;
            Ok(row(known, changes > 0))
        })
    }

    /// Takes in employers and the accounts they are known to pay from.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; nothing is then taken in.
    pub fn import_employers(&self, employers: &[Employer]) -> Result<Imported, StoreError> {
        const SQL: &str = "insert into employer values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            on conflict (centre_id, employer_id) do update set
                name = excluded.name, uscc = excluded.uscc, email = excluded.email,
                contact = excluded.contact, mobile = excluded.mobile
            where (employer.name, employer.uscc, employer.email, employer.contact, employer.mobile)
                is distinct from
                (excluded.name, excluded.uscc, excluded.email, excluded.contact, excluded.mobile)";
        const PAYER: &str = "insert into payer_account values (?1, ?2, ?3)
            on conflict (centre_id, account_no, employer_id) do nothing";
        self.upsert(employers, |connection, centre_id, employer| {
            let known = exists(
                connection,
                "select 1 from employer where centre_id = ?1 and employer_id = ?2",
                centre_id,
                &employer.employer_id,
            )?;
            let mut changes = connection.prepare_cached(SQL)?.execute(params![
                centre_id,
                employer.employer_id,
                employer.name,
                employer.uscc,
                employer.email,
                employer.contact,
                employer.mobile
            ])?;
            let mut payer = connection.prepare_cached(PAYER)?;
            for account_no in &employer.payer_accounts {
                changes += payer.execute(params![centre_id, account_no, employer.employer_id])?;
            }
            Ok(row(known, changes > 0))
        })
    }

    /// Takes in employees. One who is at another employer in the list now, and of whom nothing was
    /// listed or posted there, moves; the account keeps what operations did to it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; nothing is then taken in.
    pub fn import_employees(&self, employees: &[EmployeeRow]) -> Result<Imported, StoreError> {
        self.upsert(employees, super::remittance::import_employee)
    }

    /// Takes in notices. They are written in the order of their references, which makes a million
    /// of them an append; `notices` is sorted for that.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where a notice that money was settled with would change,
    /// [`StoreError`] where the database fails; nothing is then taken in.
    pub fn import_notices(&self, notices: &mut [PaymentNotice]) -> Result<Imported, StoreError> {
        notices.sort_unstable_by_key(|notice| notice.reference);
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        bulk.atomically(|connection| {
            let mut imported = Imported::default();
            let mut fresh = Vec::with_capacity(notices.len());
            for some in notices.chunks(COMPARED_TOGETHER) {
                let known = known_notices(&bulk, some)?;
                let mut changed = Vec::new();
                for notice in some {
                    match known.get(&notice.reference) {
                        None => fresh.push(notice),
                        Some(known) if known.says(notice) => imported.count(&Row::Unchanged),
                        Some(known) => {
                            known.may_become(notice)?;
                            changed.push(notice);
                            imported.count(&Row::Changed);
                        }
                    }
                }
                change_notices(&bulk, &changed)?;
            }
            imported.added = fresh.len() as u64;
            bulk.insert("notice", 7, &fresh, |row, notice| {
                row.bind(centre)?;
                row.bind(reference_number(notice.reference))?;
                row.bind(&notice.employer_id)?;
                row.bind(notice.amount.fen())?;
                row.bind(day_number(notice.issued_on))?;
                row.bind(notice.month.ordinal())?;
                row.bind(status_number(notice.status))
            })?;
            let mark = outstanding::mark(connection, centre)?;
            let below = |notice: &&&PaymentNotice| reference_number(notice.reference) < mark;
            let below: Vec<i64> =
                fresh.iter().take_while(below).map(|one| reference_number(one.reference)).collect();
            outstanding::keep(&bulk, &below)?;
            imported.tell(connection, centre)?;
            Ok(imported)
        })
    }

    /// One transaction over all the values of a file.
    fn upsert<T>(
        &self,
        values: &[T],
        write: impl Fn(&Connection, i64, &T) -> Result<Row, StoreError>,
    ) -> Result<Imported, StoreError> {
        let bulk = Bulk::open(self)?;
        bulk.atomically(|connection| {
            let mut imported = Imported::default();
            for value in values {
                imported.count(&write(connection, bulk.centre_id, value)?);
            }
            imported.tell(connection, bulk.centre_id)?;
            Ok(imported)
        })
    }
}

/// Notices of a file that are compared with the store's together.
const COMPARED_TOGETHER: usize = 10_000;

/// A notice as the store has it.
struct Known {
    employer_id: String,
    amount: Money,
    issued_on: i64,
    month: i32,
    status: i64,
    /// Money was settled with it.
    settled: bool,
}

impl Known {
    fn says(&self, notice: &PaymentNotice) -> bool {
        self.employer_id == notice.employer_id
            && self.amount == notice.amount
            && self.issued_on == day_number(notice.issued_on)
            && self.month == notice.month.ordinal()
            && self.status == status_number(notice.status)
    }

    /// What money was settled with stays as it is. The core system may learn of our settlement and say
    /// "paid"; it may not take it back.
    fn may_become(&self, notice: &PaymentNotice) -> Result<(), StoreError> {
        if !self.settled {
            return Ok(());
        }
        let refuse = |field, before: String, after: String| {
            let reference = notice.reference.to_string();
            Err(StoreError::Refused(Refusal::NoticeChanged { reference, field, before, after }))
        };
        if self.amount != notice.amount {
            return refuse("amount", self.amount.to_string(), notice.amount.to_string());
        }
        if self.employer_id != notice.employer_id {
            return refuse("employer_id", self.employer_id.clone(), notice.employer_id.clone());
        }
        if notice.status == NoticeStatus::Revoked {
            let before = status(self.status)?.to_string();
            return refuse("status", before, notice.status.to_string());
        }
        Ok(())
    }
}

/// Those of the notices that the store has.
fn known_notices(
    bulk: &Bulk,
    notices: &[PaymentNotice],
) -> Result<HashMap<PaymentReference, Known>, StoreError> {
    let listed = looked_up(&bulk.connection, "notice", "n.reference = v.column1", "n");
    let sql = format!(
        "select n.reference, n.employer_id, n.amount_fen, n.issued_on, n.month, n.status,
            case when exists (select 1 from settlement s
                where s.centre_id = ?1 and s.reference = n.reference)
            or exists (select 1 from notice_part p
                where p.centre_id = ?1 and p.reference = n.reference) then 1 else 0 end
         from {listed}"
    );
    let mut known = HashMap::new();
    bulk.ask(&sql, 1, notices, bind_reference, |row| {
        let kept = Known {
            employer_id: row.get(1)?,
            amount: Money::from_fen(row.get(2)?),
            issued_on: row.get(3)?,
            month: row.get(4)?,
            status: row.get(5)?,
            settled: row.get(6)?,
        };
        known.insert(reference(row.get(0)?)?, kept);
        Ok(())
    })?;
    Ok(known)
}

fn bind_reference(row: &mut Binder<'_, '_>, notice: &PaymentNotice) -> Result<(), StoreError> {
    row.bind(reference_number(notice.reference))
}

/// Brings known notices up to date.
fn change_notices(bulk: &Bulk, notices: &[&PaymentNotice]) -> Result<(), StoreError> {
    const SQL: &str = "
        update notice set employer_id = v.column2, amount_fen = v.column3, issued_on = v.column4,
            month = v.column5, status = v.column6
        from (values …) v where notice.centre_id = ?1 and notice.reference = v.column1";
    bulk.change(SQL, 6, notices, |row, notice| {
        bind_reference(row, notice)?;
        row.bind(&notice.employer_id)?;
        row.bind(notice.amount.fen())?;
        row.bind(day_number(notice.issued_on))?;
        row.bind(notice.month.ordinal())?;
        row.bind(status_number(notice.status))
    })?;
    let numbers: Vec<i64> = notices.iter().map(|one| reference_number(one.reference)).collect();
    outstanding::keep(bulk, &numbers)
}

fn row(known: bool, changed: bool) -> Row {
    match (known, changed) {
        (false, _) => Row::Added,
        (true, true) => Row::Changed,
        (true, false) => Row::Unchanged,
    }
}

fn exists(
    connection: &Connection,
    sql: &'static str,
    centre_id: i64,
    key: &str,
) -> Result<bool, StoreError> {
    connection.prepare_cached(sql)?.exists(params![centre_id, key])
}
