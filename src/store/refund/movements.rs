//! Movements that may have paid a refund, or returned it, although they do not name it.

use super::super::{Store, StoreError};
use super::RefundRow;
use crate::store::database::columns::columns;
use crate::store::database::sql::params;
use crate::suspense::{ItemId, RefundState};
use chrono::NaiveDate;

/// A free movement with a refund's amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundMovement {
    pub id: ItemId,
    pub booked_on: NaiveDate,
    pub counterparty_account: String,
    pub counterparty_name: String,
}

columns! { impl RefundMovement of "t" {
    id = "a.account_no, t.serial", booked_on,
    counterparty_account = "coalesce(t.counterparty_account, '')",
    counterparty_name = "coalesce(t.counterparty_name, '')",
} }

/// How many a page shows.
const MOVEMENTS_MAX: i64 = 20;

/// By account and amount, which are indexed; free are those that `desk/refund/tying.rs` accepts.
const MOVEMENTS: &str = "from collection_account a
    join bank_transaction t on t.centre_id = a.centre_id and t.account_id = a.account_id
        and t.amount_fen = ?2 and t.booked_on >= ?3
    join decision d on d.centre_id = t.centre_id and d.account_id = t.account_id
        and d.serial = t.serial and d.booked_on = t.booked_on
    left join suspense_item i on i.centre_id = t.centre_id and i.account_id = t.account_id
        and i.serial = t.serial
    where a.centre_id = ?1 and t.direction = ?4
        and (cast(?5 as bigint) is null or t.account_id = ?5)
        and ((d.outcome = 5 and d.rule in ('debit', 'reversal-credit'))
            or (i.account_id is not null and i.closed_on is null and i.pending is null))
    order by t.booked_on, t.account_id, t.serial limit ?6";

impl Store {
    /// Before the money is sent: the debits that may have paid the refund. Afterwards: the credits that may
    /// have returned it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn refund_movements(&self, row: &RefundRow) -> Result<Vec<RefundMovement>, StoreError> {
        let (direction, account, since) = match (row.state, &row.debit) {
            (RefundState::Due | RefundState::Exported, _) => (2_i64, None, row.credit.booked_on),
            (RefundState::Refunded, Some(debit)) => (1, Some(debit.account_id), debit.booked_on),
            (RefundState::Refunded | RefundState::Reversed, _) => return Ok(Vec::new()),
        };
        let tx = self.reading()?;
        let amount = row.amount.fen();
        let values = params![tx.centre_id, amount, since, direction, account, MOVEMENTS_MAX];
        tx.connection.select_all(MOVEMENTS, values)
    }
}
