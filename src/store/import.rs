//! Takes in what the core system knows: accounts, employers, employees, notices.
//!
//! Importing is an upsert by key, one transaction a file: what is equal changes nothing, what
//! differs is changed and counted. A notice that money was settled with keeps its amount, employer
//! and standing: to change it is refused, and with it the file.

use super::bulk::Bulk;
use super::error::Refusal;
use super::row::{day_number, reference_number, status, status_number};
use super::sql::{Connection, params};
use super::{Store, StoreError, outstanding};
use crate::import::EmployeeRow;
use crate::remittance::{CollectionAccount, Employer, Money, PaymentNotice};

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
            let mut known = connection
                .prepare_cached("select 1 from notice where centre_id = ?1 and reference = ?2")?;
            // An empty table is asked once, not a million times.
            let any: bool = connection
                .prepare_cached("select 1 from notice where centre_id = ?1 limit 1")?
                .exists(params![centre])?;
            for notice in notices.iter() {
                if any && known.exists(params![centre, reference_number(notice.reference)])? {
                    imported.count(&change_notice(connection, centre, notice)?);
                } else {
                    imported.count(&Row::Added);
                    fresh.push(notice);
                }
            }
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
            for notice in fresh.iter().take_while(|one| reference_number(one.reference) < mark) {
                outstanding::keep(connection, centre, reference_number(notice.reference))?;
            }
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
            Ok(imported)
        })
    }
}

/// Brings a known notice up to date, or refuses.
fn change_notice(
    connection: &Connection,
    centre_id: i64,
    notice: &PaymentNotice,
) -> Result<Row, StoreError> {
    let key = params![centre_id, reference_number(notice.reference)];
    let (employer_id, amount_fen, issued_on, month, known_status, settled) = connection
        .prepare_cached(
            "select employer_id, amount_fen, issued_on, month, status,
                case when exists (select 1 from settlement s where s.centre_id = n.centre_id
                    and s.reference = n.reference)
                or exists (select 1 from notice_part p where p.centre_id = n.centre_id
                    and p.reference = n.reference) then 1 else 0 end
             from notice n where centre_id = ?1 and reference = ?2",
        )?
        .query_row(key, |row| {
            let employer_id: String = row.get(0)?;
            let (amount, issued_on, month): (i64, i64, i32) =
                (row.get(1)?, row.get(2)?, row.get(3)?);
            let (status, settled): (i64, bool) = (row.get(4)?, row.get(5)?);
            Ok((employer_id, amount, issued_on, month, status, settled))
        })?;
    let same_debt = employer_id == notice.employer_id && amount_fen == notice.amount.fen();
    let same_rest = issued_on == day_number(notice.issued_on) && month == notice.month.ordinal();
    if same_debt && same_rest && known_status == status_number(notice.status) {
        return Ok(Row::Unchanged);
    }
    if settled {
        let refuse = |field, before: String, after: String| {
            let reference = notice.reference.to_string();
            Err(StoreError::Refused(Refusal::NoticeChanged { reference, field, before, after }))
        };
        if amount_fen != notice.amount.fen() {
            let before = Money::from_fen(amount_fen).to_string();
            return refuse("amount", before, notice.amount.to_string());
        }
        if employer_id != notice.employer_id {
            return refuse("employer_id", employer_id, notice.employer_id.clone());
        }
        // The core system may learn of our settlement and say "paid"; it may not take it back.
        if notice.status == crate::remittance::NoticeStatus::Revoked {
            let before = status(known_status)?.to_string();
            return refuse("status", before, notice.status.to_string());
        }
    }
    connection
        .prepare_cached(
            "update notice set employer_id = ?3, amount_fen = ?4, issued_on = ?5, month = ?6,
                status = ?7 where centre_id = ?1 and reference = ?2",
        )?
        .execute(params![
            centre_id,
            reference_number(notice.reference),
            notice.employer_id,
            notice.amount.fen(),
            day_number(notice.issued_on),
            notice.month.ordinal(),
            status_number(notice.status)
        ])?;
    outstanding::keep(connection, centre_id, reference_number(notice.reference))?;
    Ok(Row::Changed)
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
