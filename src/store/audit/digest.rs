//! One digest of the books, and one of their history.
//!
//! Start at [`Store::digest`]: equal digests mean equal outcomes and equal books, in whatever order of nights
//! the files came. [`Store::history_digest`] covers the days, steps and letters too: equal ones mean equal
//! nights.

use super::super::{Store, StoreError};
use super::corrected;
use crate::store::database::row_hash::hash_rows;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use sha2::{Digest, Sha256};

/// The state of the books, ordered by keys that do not depend on the order of nights; each query names the
/// centre.
///
/// Days and steps are left out: the night in which a file came determines when something was decided and which
/// subjects its money passed through, not its outcome. Transient data (an item that was open and was settled by
/// the engine) leaves nothing.
const BOOKS: [&str; 15] = [
    "select a.account_no, d.serial, d.outcome, d.reason, d.rule, d.reference, d.notice
        from decision d join collection_account a using (centre_id, account_id)
        where d.centre_id = ?1 order by 1, 2",
    "select a.account_no, l.serial, l.reference, l.amount_fen from allocation l
        join collection_account a using (centre_id, account_id)
        where l.centre_id = ?1 order by 1, 2, 3",
    "select reference, amount_fen from settlement where centre_id = ?1 order by 1",
    "select reference, ordinal, amount_fen from settlement_undone where centre_id = ?1 order by 1, 2",
    "select a.account_no, s.serial, s.subject, cast(sum(s.fen) as bigint) from (
            select account_id, serial, debit as subject, amount_fen as fen
                from journal where centre_id = ?1
            union all
            select account_id, serial, credit, -amount_fen from journal where centre_id = ?1) s
        join collection_account a on a.centre_id = ?1 and a.account_id = s.account_id
        group by 1, 2, 3 having sum(s.fen) <> 0 order by 1, 2, 3",
    "select a.account_no, i.serial, i.state, i.resolution, i.read_as, i.wake_on
        from suspense_item i join collection_account a using (centre_id, account_id)
        where i.centre_id = ?1
            and (i.closed_on is null or i.resolution is not null or i.read_as is not null)
        order by 1, 2",
    "select a.account_no, l.serial, l.employer_id, l.amount_fen from advance_part l
        join collection_account a using (centre_id, account_id)
        where l.centre_id = ?1 order by 1, 2",
    "select f.reference, a.account_no, f.serial, f.payee_name, f.payee_account, f.state, p.account_no,
        f.paid_serial, f.returns
        from refund f
        join collection_account a on a.centre_id = f.centre_id and a.account_id = f.account_id
        left join collection_account p on p.centre_id = f.centre_id
            and p.account_id = f.paid_account_id
        where f.centre_id = ?1 order by 1",
    "select b.employer_id, e.employee_id, e.status, e.detail, e.base_fen, e.balance_fen
        from employee e join employer_book b using (centre_id, employer_no)
        where e.centre_id = ?1 and (e.opened_for is not null or e.entries > 0) order by 1, 2",
    "select b.employer_id, e.employee_id, a.kind, a.for_month, a.reference, a.amount_fen,
        a.employer_fen, a.employee_fen
        from account_entry a join employer_book b using (centre_id, employer_no)
        join employee e using (centre_id, employer_no, employee_no)
        where a.centre_id = ?1 order by 1, 2, 3, 4, 5, 6, 7, 8",
    "select b.employer_id, e.employee_id, o.amount_fen from opening_balance o
        join employer_book b using (centre_id, employer_no)
        join employee e using (centre_id, employer_no, employee_no)
        where o.centre_id = ?1 order by 1, 2",
    corrected::DIGEST,
    "select b.employer_id, v.reference, v.amount_fen from advance_entry v
        join employer_book b using (centre_id, employer_no)
        where v.centre_id = ?1 order by 1, 2, 3",
    "select b.employer_id, r.month, r.total_fen, r.reference,
        case when r.paid_on is null then 0 else 1 end
        from roster r join employer_book b using (centre_id, employer_no)
        where r.centre_id = ?1 order by 1, 2",
    "select b.employer_id, r.ordinal, r.open from employer_record r
        join employer_book b using (centre_id, employer_no)
        where r.centre_id = ?1 and r.kind = 2 order by 1, 2",
];

/// The history: the day, steps and explanation of every decision, posting and notification.
const HISTORY: [&str; 14] = [
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
    /// A digest of the outcome of every transaction, and of all books: settlements, balances, refunds,
    /// suspense. Two stores with equal digests hold the same money in the same places.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn digest(&self) -> Result<String, StoreError> {
        let tx = self.reading()?;
        let mut sha = Sha256::new();
        hash(&tx, &BOOKS, &mut sha)?;
        Ok(hex::encode(sha.finalize()))
    }

    /// A digest of all decisions of nights and staff with their times, of every step of the books and of every
    /// letter. Two stores with equal digests had the same nights.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn history_digest(&self) -> Result<String, StoreError> {
        let tx = self.reading()?;
        let mut sha = Sha256::new();
        hash(&tx, &HISTORY, &mut sha)?;
        crate::store::operations::logs(&tx, |line| sha.update(line))?;
        Ok(hex::encode(sha.finalize()))
    }
}

fn hash(tx: &Tx, tables: &[&str], sha: &mut Sha256) -> Result<(), StoreError> {
    for sql in tables {
        hash_rows(&tx.connection, sql, params![tx.centre_id], sha)?;
    }
    Ok(())
}
