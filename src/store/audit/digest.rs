//! One value for all that nights and staff decided: equal digests are equal books.

use super::super::bulk::Bulk;
use super::super::sql::{Read, Value, params};
use super::super::{Store, StoreError};
use super::corrected;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// What is read, in this order; each names the centre, and sorts by keys that a replay makes again.
const TABLES: [&str; 14] = [
    "select a.account_no, d.serial, d.outcome, d.reason, d.rule, d.reference, d.notice,
        d.decided_on, d.because from decision d
        join collection_account a using (centre_id, account_id)
        where d.centre_id = ?1 order by 1, 2",
    "select a.account_no, l.serial, l.reference, l.amount_fen from allocation l
        join collection_account a using (centre_id, account_id)
        where l.centre_id = ?1 order by 1, 2, 3",
    "select reference, settled_on, amount_fen from settlement where centre_id = ?1 order by 1",
    "select a.account_no, j.serial, j.step, j.posted_on, j.debit, j.credit, j.amount_fen
        from journal j join collection_account a using (centre_id, account_id)
        where j.centre_id = ?1 order by 1, 2, 3",
    "select a.account_no, i.serial, i.opened_on, i.closed_on, i.state, i.resolution,
        i.read_as, i.wake_on
        from suspense_item i join collection_account a using (centre_id, account_id)
        where i.centre_id = ?1 order by 1, 2",
    "select a.account_no, l.serial, l.employer_id, l.amount_fen from advance_part l
        join collection_account a using (centre_id, account_id)
        where l.centre_id = ?1 order by 1, 2",
    super::super::refund::proof::STANDING,
    "select reference, ordinal, settled_on, undone_on, amount_fen from settlement_undone
        where centre_id = ?1 order by 1, 2",
    "select letter_id, employer_id, written_on, recipient, subject from letter
        where centre_id = ?1 and kind in ('digest', 'arrears') order by 1",
    "select b.employer_id, e.employee_id, e.status, e.detail, e.base_fen, e.years,
        e.balance_fen from employee e join employer_book b using (centre_id, employer_no)
        where e.centre_id = ?1 and (e.opened_for is not null or e.entries > 0) order by 1, 2",
    "select b.employer_id, e.employee_id, a.position, a.posted_on, a.kind, a.for_month,
        a.reference, a.amount_fen, a.employer_fen, a.employee_fen
        from account_entry a join employer_book b using (centre_id, employer_no)
        join employee e using (centre_id, employer_no, employee_no)
        where a.centre_id = ?1 order by 1, 2, 3",
    "select b.employer_id, e.employee_id, o.amount_fen from opening_balance o
        join employer_book b using (centre_id, employer_no)
        join employee e using (centre_id, employer_no, employee_no)
        where o.centre_id = ?1 order by 1, 2",
    corrected::DIGEST,
    "select b.employer_id, r.kind, r.ordinal, r.open, r.body from employer_record r
        join employer_book b using (centre_id, employer_no)
        where r.centre_id = ?1 and r.kind <> 4 order by 1, 2, 3",
];

impl Store {
    /// A digest of all that a night decides: outcomes, journals, suspense and letters, in order.
    /// Two stores with one digest hold the same books.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn digest(&self) -> Result<String, StoreError> {
        let bulk = Bulk::open(self)?;
        let mut sha = Sha256::new();
        for sql in TABLES {
            bulk.connection.prepare_cached(sql)?.each(params![bulk.centre_id], |row| {
                for column in 0..row.len() {
                    match row.value(column)? {
                        Value::Null(_) => sha.update(b"-"),
                        Value::Integer(number) => sha.update(number.to_string()),
                        Value::Text(text) => sha.update(text),
                    }
                    sha.update(b"\x1f");
                }
                sha.update(b"\x1e");
                Ok(Read::On)
            })?;
        }
        super::super::remittance::logs(&bulk, |line| sha.update(line))?;
        let mut hex = String::new();
        for byte in sha.finalize() {
            write!(hex, "{byte:02x}").unwrap_or_default();
        }
        Ok(hex)
    }
}
