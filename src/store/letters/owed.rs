//! What employers' notices still require, and how much of it has arrived, for their letters.
//!
//! Start at [`Recording::owed`]. It is read inside a night's commit, so that a letter reports the state after
//! the night: what the night settled is no longer open.

use crate::remittance::{Money, NoticeStatus, PaymentReference, Total, YearMonth};
use crate::store::StoreError;
use crate::store::database::row::{reference_number, status_number};
use crate::store::database::sql::params;
use crate::store::database::tx::Binder;
use crate::store::operations::notices::{each_open, notices_listed};
use crate::store::posting::Recording;
use std::collections::{BTreeMap, BTreeSet};

/// An open notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedNotice {
    pub reference: PaymentReference,
    pub month: YearMonth,
    pub amount: Money,
    /// The amount that arrived and awaits the rest.
    pub here: Total,
    /// The amount in suspense that names it.
    pub in_suspense: Total,
}

/// What some employers owe, and which of the queried notices are paid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    /// By employer, in the order of references.
    pub open: BTreeMap<String, Vec<OwedNotice>>,
    pub paid: BTreeSet<PaymentReference>,
}

/// The amounts received for notices: awaiting parts, and open suspense that names them.
const HERE: &str = "
    select coalesce(d.notice, d.reference), d.outcome, cast(sum(t.amount_fen) as text)
    from decision d join bank_transaction t using (centre_id, account_id, serial, booked_on)
    where d.centre_id = ?1 and d.outcome in (2, 3) and t.direction = 1
        and coalesce(d.notice, d.reference) is not null
    group by coalesce(d.notice, d.reference), d.outcome";

impl Recording {
    /// The open notices of these employers, and which of `named` are paid.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn owed(
        &self,
        employers: &BTreeSet<String>,
        named: &BTreeSet<PaymentReference>,
    ) -> Result<Owed, StoreError> {
        let mut owed = Owed { paid: self.paid(named)?, ..Owed::default() };
        let here = self.here()?;
        let sum = |notice, outcome: i64| {
            here.get(&(reference_number(notice), outcome)).copied().unwrap_or_default()
        };
        each_open(&self.tx, |reference, employer_id, amount, month| {
            if employers.contains(employer_id) {
                let (here, in_suspense) = (sum(reference, 2), sum(reference, 3));
                let notice = OwedNotice { reference, month, amount, here, in_suspense };
                owed.open.entry(employer_id.to_owned()).or_default().push(notice);
            }
        })?;
        for notices in owed.open.values_mut() {
            notices.sort_by_key(|notice| notice.reference);
        }
        Ok(owed)
    }

    fn here(&self) -> Result<BTreeMap<(i64, i64), Total>, StoreError> {
        let mut select = self.tx.connection.prepare_cached(HERE)?;
        let sums = select.query_all(params![self.tx.centre_id], |row| row.read())?;
        Ok(sums.into_iter().collect())
    }

    fn paid(
        &self,
        named: &BTreeSet<PaymentReference>,
    ) -> Result<BTreeSet<PaymentReference>, StoreError> {
        let sql = format!(
            "select n.reference from {}
             left join settlement s on s.centre_id = ?1 and s.reference = n.reference
             where s.reference is not null or n.status = {}",
            notices_listed(&self.tx.connection),
            status_number(NoticeStatus::Paid)
        );
        let named: Vec<PaymentReference> = named.iter().copied().collect();
        let number =
            |row: &mut Binder<'_, '_>, one: &PaymentReference| row.bind(reference_number(*one));
        let mut paid = BTreeSet::new();
        self.tx.ask(&sql, &named, number, |row| {
            paid.insert(row.read()?);
            Ok(())
        })?;
        Ok(paid)
    }
}
