//! Loads the corrections of paid lines (`crates/remittance/src/operation/correction.rs`).
//!
//! There are few rows: all of an employer are read at once, so that a line's corrections are known wherever the
//! line is loaded.

use super::super::StoreError;
use super::{Books, Scope};
use crate::remittance::PaymentReference;
use crate::remittance::correction::Correction;
use crate::remittance::{Id, Money, YearMonth};
use crate::store::database::columns::{columns, select};
use crate::store::database::sql::params;
use chrono::NaiveDate;

columns! {
    struct CorrectionColumns<'r> of "c" {
        ordinal: u32,
        employee_id: &'r str = "e.employee_id",
        month: YearMonth,
        register: Option<u32>,
        reference: PaymentReference,
        corrected_on: NaiveDate,
        employer_fen: Money,
        employee_fen: Money,
        reason: String,
        done_by: String,
        approved_by: String,
    }
}

const CORRECTIONS: &str =
    "from correction c join employee e using (centre_id, employer_no, employee_no)
    where c.centre_id = ?1 and c.employer_no = ?2 order by c.ordinal";

impl Books<'_> {
    /// Loads the corrections of an employer's lists and supplements.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn corrections(&mut self, employer_id: &Id) -> Result<(), StoreError> {
        let Some(number) = self.number(employer_id)? else { return Ok(()) };
        if !self.whole.insert((employer_id.clone(), Scope::Corrections)) {
            return Ok(());
        }
        let sql = select::<CorrectionColumns<'_>>(CORRECTIONS);
        let mut select = self.tx.connection.prepare_cached(&sql)?;
        let mut rows = select.query(params![self.tx.centre_id, number])?;
        while let Some(row) = rows.next()? {
            let found: CorrectionColumns<'_> = row.read()?;
            let found = Correction {
                employer_id: employer_id.clone(),
                ordinal: found.ordinal,
                employee_id: found.employee_id.into(),
                month: found.month,
                register: found.register,
                reference: found.reference,
                on: found.corrected_on,
                employer_share: found.employer_fen,
                employee_share: found.employee_fen,
                reason: found.reason,
                by: found.done_by,
                approved_by: found.approved_by,
            };
            let key = (employer_id.clone(), found.ordinal);
            if self.centre.all::<Correction>().get(&key).is_none() {
                self.centre.load(found);
            }
        }
        Ok(())
    }
}
