//! Searches notices, a page at a time.

use super::super::{Store, StoreError};
use super::pattern;
use crate::remittance::{Money, NoticeStage, PaymentReference, YearMonth};
use crate::store::database::columns::{columns, select};
use crate::store::database::row::{reference_number, stage_number};
use crate::store::database::sql::params;
use crate::store::database::tx::Binder;
use crate::store::operations::notices::{DEDUCTION, PARTS, STAGE, USED, notices_listed};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Which notices to show; `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeSearch {
    pub reference: Option<PaymentReference>,
    pub employer_id: Option<String>,
    /// Searched in the employer's name.
    pub text: Option<String>,
    pub status: Option<NoticeStage>,
    pub month: Option<YearMonth>,
    pub amount: Option<Money>,
}

/// A notice with its current state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    pub reference: PaymentReference,
    pub employer_id: String,
    /// Empty if the employer is unknown.
    pub employer_name: String,
    pub amount: Money,
    /// The part from the advance balance.
    pub from_advance: Money,
    pub issued_on: NaiveDate,
    pub month: YearMonth,
    pub status: NoticeStage,
    /// The night on which the engine or staff settled it; `None` if it was paid elsewhere.
    pub settled_on: Option<NaiveDate>,
}

impl NoticeRow {
    /// The amount still to be transferred.
    #[must_use]
    pub fn payable(&self) -> Money {
        Money::from_fen(self.amount.fen().saturating_sub(self.from_advance.fen()))
    }
}

columns! { impl NoticeRow of "n" {
    reference, employer_id, employer_name = "coalesce(e.name, '')", amount = "n.amount_fen",
    from_advance = DEDUCTION, issued_on, month, status = STAGE, settled_on = "s.settled_on",
} }

/// The tables joined with a notice.
pub(in super::super) fn beside_notice() -> String {
    format!(
        "left join settlement s on s.centre_id = n.centre_id and s.reference = n.reference
        left join employer e on e.centre_id = n.centre_id and e.employer_id = n.employer_id
        {PARTS} {USED}"
    )
}

impl Store {
    /// The notices with these references, if they exist.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn notice_lines(
        &self,
        references: &BTreeSet<PaymentReference>,
    ) -> Result<BTreeMap<PaymentReference, NoticeRow>, StoreError> {
        let tx = self.reading()?;
        let references: Vec<&PaymentReference> = references.iter().collect();
        let mut named = BTreeMap::new();
        let number =
            |row: &mut Binder<'_, '_>, one: &&PaymentReference| row.bind(reference_number(**one));
        let listed = notices_listed(&tx.connection);
        let sql = select::<NoticeRow>(&format!("from {listed} {}", beside_notice()));
        tx.ask(&sql, &references, number, |row| {
            let notice: NoticeRow = row.read()?;
            named.insert(notice.reference, notice);
            Ok(())
        })?;
        Ok(named)
    }

    /// The notices that match a search, at most `limit`, the highest reference first, below `below` if it is
    /// given.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn search_notices(
        &self,
        search: &NoticeSearch,
        below: Option<PaymentReference>,
        limit: u32,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        let tx = self.reading()?;
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
        let beside = beside_notice();
        let from = format!(
            "from notice n {beside}
             where n.centre_id = ?1 and n.reference < ?2
                and (?3 is null or n.reference = ?3)
                and (?4 is null or n.employer_id = ?4)
                and (?5 is null or lower(coalesce(e.name, '')) like ?5 escape '!')
                and (?6 is null or {STAGE} = ?6)
                and (?7 is null or n.month = ?7)
                and (?8 is null or n.amount_fen = ?8)
             order by n.reference desc limit ?9"
        );
        tx.connection.select_all(&from, values)
    }
}
