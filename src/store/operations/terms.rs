//! A list's fields of employers besides names and contacts, and the operations after its date.

use super::super::StoreError;
use super::{Books, thing};
use crate::remittance::change::{Change, Put};
use crate::remittance::enrolment::{ImportedTerms, RatePeriod};
use crate::remittance::log::LogEntry;
use crate::remittance::{EmployerAccount, Id, Refusal};
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use chrono::NaiveDate;
use std::collections::HashMap;
use std::sync::Arc;

/// An employer's books before and after a list.
pub(in crate::store) struct TermsTaken {
    pub(in crate::store) before: Arc<EmployerAccount>,
    pub(in crate::store) after: Arc<EmployerAccount>,
    /// The stored books before; empty if the employer had a number but no books, `None` if it had neither.
    pub(in crate::store) book_before: Option<String>,
    pub(in crate::store) book_after: String,
}

/// For each part of an employer, the last day after the list's date on which an operation changed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct LaterOperations {
    /// Name and credit code.
    pub(in crate::store) key: Option<NaiveDate>,
    /// Contact, mobile, mail, payday and address.
    pub(in crate::store) basic: Option<NaiveDate>,
    pub(in crate::store) rates: Option<NaiveDate>,
}

impl Books<'_> {
    /// Applies a list's terms to an employer; gives its books before and after if they changed.
    pub(in crate::store) fn take_terms(
        &mut self,
        employer_id: &Id,
        terms: &ImportedTerms,
    ) -> Result<Result<Option<TermsTaken>, Refusal>, StoreError> {
        let on = terms.rates.map_or_else(NaiveDate::default, |period| period.from.first_day());
        self.employer(employer_id, on)?;
        let changes = match self.centre.take_terms(employer_id, terms) {
            Ok(applied) => applied.changes,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let both = changes.iter().find_map(|change| {
            let Change::Employer(Put { before, after }) = change else { return None };
            before.clone().zip(after.clone())
        });
        let Some((before, after)) = both else { return Ok(Ok(None)) };
        let book_before = self.book(employer_id)?;
        self.write(changes)?;
        let book_after = self.book(employer_id)?.unwrap_or_default();
        Ok(Ok(Some(TermsTaken { before, after, book_before, book_after })))
    }

    /// An employer's stored books: empty if it has none yet, `None` without a number.
    fn book(&self, employer_id: &Id) -> Result<Option<String>, StoreError> {
        let sql = "select coalesce(body, '') from employer_book
            where centre_id = ?1 and employer_id = ?2";
        let key = params![self.tx.centre_id, employer_id.as_str()];
        let mut select = self.tx.connection.prepare_cached(sql)?;
        select.query_row_optional(key, |row| row.read())
    }
}

/// The operations that changed employers after a day.
pub(in crate::store) fn later_operations(
    tx: &Tx,
    employers: &[&str],
    day: NaiveDate,
) -> Result<HashMap<String, LaterOperations>, StoreError> {
    let key = "b.employer_id = v.column1";
    let listed = query_in(&tx.connection, LIST, "employer_book", key, "b");
    let sql = format!(
        "select b.employer_id, r.body from {listed}
         join employer_record r on r.centre_id = ?1 and r.employer_no = b.employer_no and r.kind = 4
         where r.body like '%\"open_employer\"%' or r.body like '%\"update_basic\"%'
            or r.body like '%\"update_key\"%' or r.body like '%\"adjust_rate\"%'"
    );
    let mut found: HashMap<String, LaterOperations> = HashMap::new();
    tx.ask(
        &sql,
        employers,
        |row, employer| row.bind(*employer),
        |row| {
            let (employer_id, body): (&str, &str) = row.read()?;
            let entry: LogEntry = thing("employer_record", "body", body)?;
            if entry.on <= day {
                return Ok(());
            }
            let later = found.entry(employer_id.to_owned()).or_default();
            let parts: &mut [&mut Option<NaiveDate>] = match entry.what.as_str() {
                "open_employer" => &mut [&mut later.key, &mut later.basic, &mut later.rates],
                "update_basic" => &mut [&mut later.basic],
                "update_key" => &mut [&mut later.key],
                "adjust_rate" => &mut [&mut later.rates],
                _ => &mut [],
            };
            parts.iter_mut().for_each(|part| **part = (**part).max(Some(entry.on)));
            Ok(())
        },
    )?;
    Ok(found)
}

/// Rates in the form of a change.
pub(in crate::store) fn rates_said(period: &RatePeriod) -> String {
    let RatePeriod { from, employer_rate, employee_rate, .. } = period;
    format!("{employer_rate} and {employee_rate} from {from}")
}
