//! Notices: searched, a page at a time.

use super::super::notices::{DEDUCTION, PARTS, STAGE, USED, notices_listed};
use super::super::row::{day, reference, reference_number, stage, stage_number};
use super::super::sql::{Row, params};
use super::super::tx::{Binder, Tx};
use super::super::{Store, StoreError};
use super::pattern;
use crate::remittance::{Money, NoticeStage, PaymentReference, YearMonth};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Which notices to show; a field that is `None` does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeSearch {
    pub reference: Option<PaymentReference>,
    pub employer_id: Option<String>,
    /// In the employer's name.
    pub text: Option<String>,
    pub status: Option<NoticeStage>,
    pub month: Option<YearMonth>,
    pub amount: Option<Money>,
}

/// A notice as it stands today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    pub reference: PaymentReference,
    pub employer_id: String,
    /// Empty where the employer is not known.
    pub employer_name: String,
    pub amount: Money,
    /// What the advance balance brings of it.
    pub from_advance: Money,
    pub issued_on: NaiveDate,
    pub month: YearMonth,
    pub status: NoticeStage,
    /// The night on which the engine or staff settled it; `None` where it was paid elsewhere.
    pub settled_on: Option<NaiveDate>,
}

impl NoticeRow {
    /// What is left to be transferred.
    #[must_use]
    pub fn payable(&self) -> Money {
        Money::from_fen(self.amount.fen().saturating_sub(self.from_advance.fen()))
    }
}

/// The columns of a notice, in the order [`notice_row`] reads them.
pub(in super::super) fn notice_columns() -> String {
    format!(
        "n.reference, n.employer_id, coalesce(e.name, ''), n.amount_fen, n.issued_on, n.month,
            {STAGE}, s.settled_on, {DEDUCTION}"
    )
}

/// What is known beside a notice.
pub(in super::super) fn beside_notice() -> String {
    format!(
        "left join settlement s on s.centre_id = n.centre_id and s.reference = n.reference
        left join employer e on e.centre_id = n.centre_id and e.employer_id = n.employer_id
        {PARTS} {USED}"
    )
}

impl Store {
    /// The notices of these references, as far as there are such.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn notice_lines(
        &self,
        references: &BTreeSet<PaymentReference>,
    ) -> Result<BTreeMap<PaymentReference, NoticeRow>, StoreError> {
        let tx = Tx::open(self)?;
        let references: Vec<&PaymentReference> = references.iter().collect();
        let mut named = BTreeMap::new();
        let number =
            |row: &mut Binder<'_, '_>, one: &&PaymentReference| row.bind(reference_number(**one));
        let listed = notices_listed(&tx.connection);
        let sql = format!("select {} from {listed} {}", notice_columns(), beside_notice());
        tx.ask(&sql, 1, &references, number, |row| {
            let notice = notice_row(row)?;
            named.insert(notice.reference, notice);
            Ok(())
        })?;
        Ok(named)
    }

    /// Notices that are searched for, at most `limit`, the highest reference first; those below
    /// `below` where it is given.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn search_notices(
        &self,
        search: &NoticeSearch,
        below: Option<PaymentReference>,
        limit: u32,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        let tx = Tx::open(self)?;
        let values = params![
            tx.centre_id,
            below.map_or(i64::MAX, reference_number),
            search.reference.map(reference_number),
            search.employer_id,
            search.text.as_deref().filter(|text| !text.trim().is_empty()).map(pattern),
            search.status.map(stage_number),
            search.month.map(YearMonth::ordinal),
            search.amount.map(Money::fen),
            limit,
        ];
        let (columns, beside) = (notice_columns(), beside_notice());
        let sql = format!(
            "select {columns} from notice n {beside}
             where n.centre_id = ?1 and n.reference < ?2
                and (?3 is null or n.reference = ?3)
                and (?4 is null or n.employer_id = ?4)
                and (?5 is null or lower(coalesce(e.name, '')) like ?5 escape '!')
                and (?6 is null or {STAGE} = ?6)
                and (?7 is null or n.month = ?7)
                and (?8 is null or n.amount_fen = ?8)
             order by n.reference desc limit ?9"
        );
        tx.connection.prepare_cached(&sql)?.query_all(values, notice_row)
    }
}

/// Reads the columns of [`notice_columns`].
pub(in super::super) fn notice_row(row: &Row<'_>) -> Result<NoticeRow, StoreError> {
    Ok(NoticeRow {
        reference: reference(row.get(0)?)?,
        employer_id: row.get(1)?,
        employer_name: row.get(2)?,
        amount: Money::from_fen(row.get(3)?),
        from_advance: Money::from_fen(row.get(8)?),
        issued_on: day(row.get(4)?)?,
        month: YearMonth::from_ordinal(row.get(5)?),
        status: stage(row.get(6)?)?,
        settled_on: row.get::<Option<i64>>(7)?.map(day).transpose()?,
    })
}
