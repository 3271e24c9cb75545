//! Employers: searched, and one with what is known of it.

use super::super::bulk::Bulk;
use super::super::sql::{Row, params};
use super::super::{Store, StoreError};
use super::pattern;
use crate::remittance::{Employer, Money};

/// An employer as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmployerLine {
    pub employer_id: String,
    pub name: String,
    pub uscc: Option<String>,
    /// Whether letters can reach it.
    pub has_address: bool,
}

/// One employer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmployerSheet {
    pub employer: Employer,
    /// What stands on its advance balance (单位暂存款).
    pub advance: Money,
}

const COLUMNS: &str = "e.employer_id, e.name, e.uscc, e.email, e.contact, e.mobile";

impl Store {
    /// Employers whose number, name or credit code holds the text, at most `limit`, behind a number.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn search_employers(
        &self,
        text: &str,
        behind: &str,
        limit: u32,
    ) -> Result<Vec<EmployerLine>, StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = format!(
            "select {COLUMNS} from employer e where e.centre_id = ?1 and e.employer_id > ?2
                and (?3 is null or lower(e.employer_id || ' ' || e.name || ' ' || coalesce(e.uscc, ''))
                    like ?3 escape '!')
             order by e.employer_id limit ?4"
        );
        let wanted = Some(text).filter(|text| !text.trim().is_empty()).map(pattern);
        let values = params![bulk.centre_id, behind, wanted, limit];
        bulk.connection.prepare_cached(&sql)?.query_all(values, |row| {
            let Employer { employer_id, name, uscc, email, .. } = employer(row)?;
            Ok(EmployerLine { employer_id, name, uscc, has_address: email.is_some() })
        })
    }

    /// One employer with the accounts it pays from.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn employer_sheet(&self, employer_id: &str) -> Result<Option<EmployerSheet>, StoreError> {
        let bulk = Bulk::open(self)?;
        let (connection, key) = (&bulk.connection, params![bulk.centre_id, employer_id]);
        let sql = format!(
            "select {COLUMNS} from employer e where e.centre_id = ?1 and e.employer_id = ?2"
        );
        let found = connection.prepare_cached(&sql)?.query_row_optional(key, employer)?;
        let Some(mut employer) = found else { return Ok(None) };
        let sql = "select account_no from payer_account where centre_id = ?1 and employer_id = ?2
            order by account_no";
        employer.payer_accounts =
            connection.prepare_cached(sql)?.query_all(key, |row| row.get(0))?;
        let sql = "select cast(coalesce(sum(v.amount_fen), 0) as bigint) from advance_entry v
            join employer_book b using (centre_id, employer_no)
            where b.centre_id = ?1 and b.employer_id = ?2";
        let advance = connection.query_row(sql, key, |row| row.get(0))?;
        Ok(Some(EmployerSheet { employer, advance: Money::from_fen(advance) }))
    }
}

fn employer(row: &Row<'_>) -> Result<Employer, StoreError> {
    Ok(Employer {
        employer_id: row.get(0)?,
        name: row.get(1)?,
        uscc: row.get(2)?,
        email: row.get(3)?,
        contact: row.get(4)?,
        mobile: row.get(5)?,
        payer_accounts: Vec::new(),
    })
}
