//! Loads what went back of paid lines (`remittance/correction.rs`).
//!
//! Few rows: all of an employer are read at once, and what a line lost is known wherever the line is.

use super::super::StoreError;
use super::super::row::{day, reference};
use super::super::sql::params;
use super::{Books, Scope};
use crate::remittance::correction::Correction;
use crate::remittance::{Id, Money, YearMonth};

const CORRECTIONS: &str = "select c.ordinal, e.employee_id, c.month, c.register, c.reference,
        c.corrected_on, c.employer_fen, c.employee_fen, c.reason, c.done_by, c.approved_by
    from correction c join employee e using (centre_id, employer_no, employee_no)
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
        let mut select = self.tx.connection.prepare_cached(CORRECTIONS)?;
        let mut rows = select.query(params![self.tx.centre_id, number])?;
        while let Some(row) = rows.next()? {
            let found = Correction {
                employer_id: employer_id.clone(),
                ordinal: row.get(0)?,
                employee_id: row.text(1)?.into(),
                month: YearMonth::from_ordinal(row.get(2)?),
                register: row.get(3)?,
                reference: reference(row.get(4)?)?,
                on: day(row.get(5)?)?,
                employer_share: Money::from_fen(row.get(6)?),
                employee_share: Money::from_fen(row.get(7)?),
                reason: row.get(8)?,
                by: row.get(9)?,
                approved_by: row.get(10)?,
            };
            let key = (employer_id.clone(), found.ordinal);
            if self.centre.all::<Correction>().get(&key).is_none() {
                self.centre.load(found);
            }
        }
        Ok(())
    }
}
