//! The general journal: every move of a transaction between subjects, step by step.

use crate::remittance::{Money, Subject};
use crate::store::StoreError;
use crate::store::database::tx::Tx;

/// The next step of a transaction.
pub(super) const NEXT_STEP: &str = "
    insert into journal (centre_id, account_id, serial, booked_on, step, posted_on, debit,
            credit, amount_fen)
    select ?1, v.column1, v.column2, v.column3, 1 + coalesce((select max(j.step) from journal j
            where j.centre_id = ?1 and j.account_id = v.column1 and j.serial = v.column2
            and j.booked_on = v.column3), 0), v.column4, v.column5, v.column6, v.column7
    from (values …) v";

/// Posts the next step of one transaction: its account, serial and booking day, then debit, credit and amount.
pub(in crate::store) fn post_step(
    tx: &Tx,
    on: i64,
    (account_id, serial, booked_on): (i64, &str, i64),
    (debit, credit, amount): (Subject, Subject, Money),
) -> Result<(), StoreError> {
    tx.change(NEXT_STEP, &[()], |row, ()| {
        row.bind(account_id)?;
        row.bind(serial)?;
        row.bind(booked_on)?;
        row.bind(on)?;
        row.bind(debit.number())?;
        row.bind(credit.number())?;
        row.bind(amount.fen())
    })
}
