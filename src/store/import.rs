//! Takes in what the core system knows: accounts, employers, employees, notices.
//!
//! Importing is an upsert by key, one transaction a file: what is equal changes nothing, what
//! differs is changed and counted. A notice that money was settled with keeps its amount, employer
//! and standing, and one that was issued here all that it is: to change it is refused, and with it the file.

mod employers;
mod notices;

pub use notices::UnknownEmployer;

use super::bulk::Bulk;
use super::sql::{Connection, params};
use super::{Store, StoreError};
use crate::import::EmployeeRow;
use crate::remittance::CollectionAccount;

/// What an import did; the sum is the number of rows in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
}

/// Rows of a file that are compared with the store's together.
const COMPARED_TOGETHER: usize = 10_000;

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

    /// Takes in employees. One who is at another employer in the list now, and of whom nothing was
    /// listed or posted there, moves; the account keeps what operations did to it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails; nothing is then taken in.
    pub fn import_employees(&self, employees: &[EmployeeRow]) -> Result<Imported, StoreError> {
        self.upsert(employees, super::remittance::import_employee)
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
