//! Lists and shows suspense items. Staff's decisions are in [`crate::store::desk`].

use crate::remittance::{Direction, Money, PaymentReference, Reason, RemarkField};
use crate::store::database::columns::{Columns, FromRow, RowReader, columns};
use crate::store::database::sql::params;
use crate::store::posting::working_set::TransactionColumns;
use crate::store::{Store, StoreError};
use crate::suspense::{ItemId, Stage};
use chrono::NaiveDate;

/// Which items to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuspenseFilter {
    pub id: Option<ItemId>,
    pub reason: Option<Reason>,
    /// Includes items that are no longer open.
    pub closed_too: bool,
}

/// A suspense item with all its data.
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
    /// The bank's non-empty free texts, in the default order of fields.
    pub remarks: Vec<(RemarkField, String)>,
    /// `None` once it is matched.
    pub reason: Option<Reason>,
    pub reference: Option<PaymentReference>,
    /// Matching's explanation, serialized.
    pub explanation: Option<String>,
    pub opened_on: NaiveDate,
    pub closed_on: Option<NaiveDate>,
    pub stage: Stage,
    pub assignee: Option<String>,
    pub note: Option<String>,
    /// The decision of staff; kebab-case, as in `rulebook::desk::ActKind`.
    pub resolution: Option<String>,
    /// Counts every change; an act must name the version that was viewed.
    pub version: i64,
    /// The proposal pending approval.
    pub pending: Option<String>,
    /// The approved proposal in force.
    pub decided: Option<String>,
    /// The reference staff assigned.
    pub read_as: Option<PaymentReference>,
    /// Staff snoozed it until that day.
    pub wake_on: Option<NaiveDate>,
}

columns! {
    /// An item `i` joined with its transaction `t`, account `a` and decision `d`.
    struct ItemColumns of "i" {
        account_no: String = "a.account_no",
        bank: String = "a.bank",
        bank_name: String = "a.bank_name",
        reason: Option<Reason> = "d.reason",
        reference: Option<PaymentReference> = "coalesce(d.reference, d.notice)",
        explanation: Option<String> = "d.because",
        opened_on: NaiveDate,
        closed_on: Option<NaiveDate>,
        state: Stage,
        assignee: Option<String>,
        note: Option<String>,
        resolution: Option<String>,
        version: i64,
        pending: Option<String>,
        decided: Option<String>,
        read_as: Option<PaymentReference>,
        wake_on: Option<NaiveDate>,
    }
}

impl Columns for SuspenseRow {
    fn list(into: &mut Vec<&'static str>) {
        <(TransactionColumns<'_>, ItemColumns)>::list(into);
    }
}

impl<'r> FromRow<'r> for SuspenseRow {
    fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError> {
        let (columns, item): (TransactionColumns<'r>, ItemColumns) = at.next()?;
        let transaction = columns.transaction()?;
        Ok(Self {
            id: ItemId { account_no: item.account_no, serial: transaction.serial.to_owned() },
            bank: item.bank,
            bank_name: item.bank_name,
            booked_on: transaction.booked_on,
            direction: transaction.direction,
            amount: transaction.amount,
            counterparty_account: transaction.counterparty.account.to_owned(),
            counterparty_name: transaction.counterparty.name.to_owned(),
            remarks: columns.remarks(),
            reason: item.reason,
            reference: item.reference,
            explanation: item.explanation,
            opened_on: item.opened_on,
            closed_on: item.closed_on,
            stage: item.state,
            assignee: item.assignee,
            note: item.note,
            resolution: item.resolution,
            version: item.version,
            pending: item.pending,
            decided: item.decided,
            read_as: item.read_as,
            wake_on: item.wake_on,
        })
    }
}

const ITEMS: &str = "from suspense_item i
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
    /// The items that match the filter, oldest booking first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn suspense(&self, filter: &SuspenseFilter) -> Result<Vec<SuspenseRow>, StoreError> {
        let tx = self.reading()?;
        let values = params![
            tx.centre_id,
            filter.id.as_ref().map(|id| &id.account_no),
            filter.id.as_ref().map(|id| &id.serial),
            filter.reason.map(Reason::number),
            filter.closed_too,
        ];
        tx.connection.select_all(ITEMS, values)
    }

    /// The employer of an item, by the notice in the remark or the paying account; `None` if that gives none,
    /// or several.
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
        let key = params![tx.centre_id, item.account_no, item.serial];
        tx.connection.fetch_optional(SQL, key)
    }
}
