//! What is in suspense: lists it and shows it. What staff decide of it is in [`super::desk`].

use super::listing::reason;
use super::row::{day, direction};
use super::sql::{Row, params};
use super::working_set::TRANSACTION_COLUMNS;
use super::{Store, StoreError};
use crate::remittance::{Direction, Money, PaymentReference, Reason, RemarkField};
use crate::suspense::{ItemId, Stage};
use chrono::NaiveDate;

/// Which items to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuspenseFilter {
    pub id: Option<ItemId>,
    pub reason: Option<Reason>,
    /// Also those that are no longer open.
    pub closed_too: bool,
}

/// An item in suspense with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspenseRow {
    pub id: ItemId,
    /// The key of the receiving bank, and its name.
    pub bank: String,
    pub bank_name: String,
    pub booked_on: NaiveDate,
    pub direction: Direction,
    pub amount: Money,
    pub counterparty_account: String,
    pub counterparty_name: String,
    /// Every free text the bank gave, in the default order of fields; the empty ones left out.
    pub remarks: Vec<(RemarkField, String)>,
    /// `None` once it is matched after all.
    pub reason: Option<Reason>,
    pub reference: Option<PaymentReference>,
    /// Matching's explanation, as data.
    pub explanation: Option<String>,
    pub opened_on: NaiveDate,
    pub closed_on: Option<NaiveDate>,
    pub stage: Stage,
    pub assignee: Option<String>,
    pub note: Option<String>,
    /// What staff decided; kebab-case, as `rulebook::desk::ActKind` has it.
    pub resolution: Option<String>,
    /// Counts every change; whoever acts says which version they saw.
    pub version: i64,
    /// The proposal that waits for approval.
    pub pending: Option<String>,
    /// The proposal that was approved and stands.
    pub decided: Option<String>,
    /// The reference that staff say the remark means.
    pub read_as: Option<PaymentReference>,
    /// Staff put it off until that day.
    pub wake_on: Option<NaiveDate>,
}

/// The columns of an item behind those of its transaction, in the order [`suspense_row`] reads them.
pub(super) const ITEM_COLUMNS: &str = "a.account_no, a.bank_name, d.reason,
    coalesce(d.reference, d.notice), d.because, i.opened_on, i.closed_on, i.state, i.assignee, i.note,
    i.resolution, a.bank, i.version, i.pending, i.decided, i.read_as, i.wake_on";

const ITEMS: &str = "
    from suspense_item i
    join bank_transaction t using (centre_id, account_id, serial, booked_on)
    join collection_account a using (centre_id, account_id)
    join decision d using (centre_id, account_id, serial, booked_on)
    where i.centre_id = ?1
        and (?2 is null or a.account_no = ?2)
        and (?3 is null or i.serial = ?3)
        and (?4 is null or d.reason = ?4)
        and (?5 = 1 or i.closed_on is null)
    order by t.booked_on, i.account_id, i.serial";

impl Store {
    /// The items the filter lets through, oldest booking first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn suspense(&self, filter: &SuspenseFilter) -> Result<Vec<SuspenseRow>, StoreError> {
        let tx = self.reading()?;
        let sql = format!("select {TRANSACTION_COLUMNS}, {ITEM_COLUMNS} {ITEMS}");
        let mut statement = tx.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![
            tx.centre_id,
            filter.id.as_ref().map(|id| &id.account_no),
            filter.id.as_ref().map(|id| &id.serial),
            filter.reason.map(Reason::number),
            filter.closed_too,
        ])?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(suspense_row(&row)?);
        }
        Ok(items)
    }

    /// The employer an item belongs to, by the notice that was read or the account that paid; `None`
    /// where that names none, or several.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn employer_of(&self, item: &ItemId) -> Result<Option<String>, StoreError> {
        const SQL: &str = "select employer_id from (select n.employer_id from decision d
                join collection_account a using (centre_id, account_id)
                join notice n on n.centre_id = d.centre_id
                    and n.reference = coalesce(d.reference, d.notice)
                where d.centre_id = ?1 and a.account_no = ?2 and d.serial = ?3
            union all
            select p.employer_id from decision d
                join bank_transaction t using (centre_id, account_id, serial, booked_on)
                join collection_account a using (centre_id, account_id)
                join payer_account p on p.centre_id = t.centre_id
                    and p.account_no = t.counterparty_account
                where d.centre_id = ?1 and a.account_no = ?2 and d.serial = ?3
                    and (select count(*) from payer_account q where q.centre_id = p.centre_id
                        and q.account_no = p.account_no) = 1) found
            where exists (select 1 from employer e where e.centre_id = ?1
                and e.employer_id = found.employer_id)
            limit 1";
        let tx = self.reading()?;
        let mut select = tx.connection.prepare_cached(SQL)?;
        let key = params![tx.centre_id, item.account_no, item.serial];
        select.query_row_optional(key, |row| row.get(0))
    }
}

/// The stage a row says it is in.
pub(super) fn stage(code: String) -> Result<Stage, StoreError> {
    let unknown =
        || StoreError::Unknown { table: "suspense_item", column: "state", found: code.clone() };
    Stage::from_code(&code).ok_or_else(unknown)
}

/// Reads the columns of a transaction and [`ITEM_COLUMNS`].
pub(super) fn suspense_row(row: &Row<'_>) -> Result<SuspenseRow, StoreError> {
    let text = |column| row.text(column).map(str::to_owned);
    let mut remarks = Vec::new();
    for (column, field) in (11..).zip(RemarkField::DEFAULT_ORDER) {
        if let Some(text) = row.text_or_null(column)? {
            remarks.push((field, text.to_owned()));
        }
    }
    Ok(SuspenseRow {
        id: ItemId { account_no: row.get(17)?, serial: row.get(1)? },
        bank: row.get(28)?,
        bank_name: row.get(18)?,
        booked_on: day(row.get(2)?)?,
        direction: direction(row.get(4)?)?,
        amount: Money::from_fen(row.get(5)?),
        counterparty_account: text(7)?,
        counterparty_name: text(8)?,
        remarks,
        reason: row.get::<Option<i64>>(19)?.map(reason).transpose()?,
        reference: row.get::<Option<i64>>(20)?.map(super::row::reference).transpose()?,
        explanation: row.get(21)?,
        opened_on: day(row.get(22)?)?,
        closed_on: row.get::<Option<i64>>(23)?.map(day).transpose()?,
        stage: stage(row.get(24)?)?,
        assignee: row.get(25)?,
        note: row.get(26)?,
        resolution: row.get(27)?,
        version: row.get(29)?,
        pending: row.get(30)?,
        decided: row.get(31)?,
        read_as: row.get::<Option<i64>>(32)?.map(super::row::reference).transpose()?,
        wake_on: row.get::<Option<i64>>(33)?.map(day).transpose()?,
    })
}
