//! Searches employers, and shows one.

use super::super::{Store, StoreError};
use super::pattern;
use crate::remittance::{Employer, Money, PaymentReference};
use crate::store::database::row::reference_number;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use crate::store::operations::advance_of;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmployerSheet {
    pub employer: Employer,
    /// Its advance balance (单位暂存款).
    pub advance: Money,
    /// The part of it that no open notice has reserved.
    pub free_advance: Money,
}

/// The accounts known to pay for an employer, sorted.
pub(super) fn payer_accounts(tx: &Tx, employer_id: &str) -> Result<Vec<String>, StoreError> {
    let sql = "select account_no from payer_account where centre_id = ?1 and employer_id = ?2
        order by account_no";
    tx.connection.fetch_all(sql, params![tx.centre_id, employer_id])
}

impl Store {
    /// Employers whose number, name or credit code contains the text, at most `limit`, after a number; without
    /// their payer accounts.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn search_employers(
        &self,
        text: &str,
        behind: &str,
        limit: u32,
    ) -> Result<Vec<Employer>, StoreError> {
        let tx = self.reading()?;
        let from = "from employer e where e.centre_id = ?1 and e.employer_id > ?2
                and (?3 is null or lower(e.employer_id || ' ' || e.name || ' ' || coalesce(e.uscc, ''))
                    like ?3 escape '!')
            order by e.employer_id limit ?4";
        let wanted = Some(text).filter(|text| !text.trim().is_empty()).map(pattern);
        let values = params![tx.centre_id, behind, wanted, limit];
        tx.connection.select_all(from, values)
    }

    /// One employer with its payer accounts.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn employer_sheet(&self, employer_id: &str) -> Result<Option<EmployerSheet>, StoreError> {
        let tx = self.reading()?;
        let (connection, key) = (&tx.connection, params![tx.centre_id, employer_id]);
        let from = "from employer e where e.centre_id = ?1 and e.employer_id = ?2";
        let found: Option<Employer> = connection.select_optional(from, key)?;
        let Some(mut employer) = found else { return Ok(None) };
        employer.payer_accounts = payer_accounts(&tx, employer_id)?;
        let advance = advance_of(&tx, employer_id)?;
        let free_advance = advance.free();
        Ok(Some(EmployerSheet { employer, advance: advance.held, free_advance }))
    }
}

/// An advance balance that can cover the shortfall of an underpaid notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvanceOffer {
    pub reference: PaymentReference,
    pub missing: Money,
    /// The amount the notice may use: the unreserved amount, and its own reservation.
    pub free: Money,
}

impl Store {
    /// Whether the employer's advance balance covers a notice's shortfall.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn advance_offer(
        &self,
        reference: PaymentReference,
        missing: Money,
    ) -> Result<Option<AdvanceOffer>, StoreError> {
        let tx = self.reading()?;
        let sql = "select employer_id from notice where centre_id = ?1 and reference = ?2";
        let key = params![tx.centre_id, reference_number(reference)];
        let employer: Option<String> = tx.connection.fetch_optional(sql, key)?;
        let Some(employer_id) = employer else { return Ok(None) };
        let free = advance_of(&tx, &employer_id)?.free_for(reference);
        Ok((missing <= free).then_some(AdvanceOffer { reference, missing, free }))
    }
}
