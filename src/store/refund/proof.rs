//! The audit's checks of refunds: the work list equals the money still to be sent, and each paid refund has the
//! bank's debit.

/// Each query counts violations; with the sentence that names them. Archived months are skipped: nothing in
/// them can change.
pub(in crate::store) const ORPHANS: [(&str, &str); 5] = [
    (
        "transaction to be returned that is not on the list of refunds",
        "select count(*) from decision d where d.centre_id = ?1 and d.outcome = 7
            and not exists (select 1 from refund f where f.centre_id = d.centre_id
                and f.account_id = d.account_id and f.serial = d.serial
                and f.booked_on = d.booked_on and f.state in ('due', 'exported'))",
    ),
    (
        "refund on the list whose transaction does not wait to be returned",
        "select count(*) from refund f where f.centre_id = ?1 and f.state in ('due', 'exported')
            and not exists (select 1 from decision d where d.centre_id = f.centre_id
                and d.account_id = f.account_id and d.serial = f.serial
                and d.booked_on = f.booked_on and d.outcome = 7)",
    ),
    (
        "refunded transaction without the debit that paid it",
        "select count(*) from decision d
            join bank_transaction t using (centre_id, account_id, serial, booked_on)
            where d.centre_id = ?1 and d.outcome = 8 and t.direction = 1
            and not exists (select 1 from refund f
                join bank_transaction p on p.centre_id = f.centre_id
                    and p.account_id = f.paid_account_id and p.serial = f.paid_serial
                    and p.booked_on = f.paid_on
                join decision q on q.centre_id = p.centre_id and q.account_id = p.account_id
                    and q.serial = p.serial and q.booked_on = p.booked_on
                where f.centre_id = d.centre_id and f.account_id = d.account_id
                    and f.serial = d.serial and f.booked_on = d.booked_on
                    and f.state = 'refunded' and q.outcome = 8 and p.direction = 2
                    and p.amount_fen = t.amount_fen)
            and not exists (select 1 from refund f join archived_month a using (centre_id)
                where f.centre_id = d.centre_id and f.account_id = d.account_id
                    and f.serial = d.serial and f.state = 'refunded'
                    and f.paid_on < a.booked_until)",
    ),
    (
        "debit of a refund that no refund names",
        "select count(*) from decision d
            join bank_transaction t using (centre_id, account_id, serial, booked_on)
            where d.centre_id = ?1 and d.outcome = 8 and t.direction = 2
            and not exists (select 1 from refund f where f.centre_id = d.centre_id
                and f.paid_account_id = d.account_id and f.paid_serial = d.serial
                and f.paid_on = d.booked_on and f.state = 'refunded')",
    ),
    (
        "refund of another amount than its transaction's",
        "select count(*) from refund f
            join bank_transaction t using (centre_id, account_id, serial, booked_on)
            where f.centre_id = ?1 and f.amount_fen <> t.amount_fen",
    ),
];

/// The refunds' part of a digest of the books.
pub(in crate::store) const STANDING: &str = "select f.reference, a.account_no, f.serial, f.payee_name,
    f.payee_account, f.state, f.exported_on, p.account_no, f.paid_serial, f.tied_on, f.tied_by,
    f.returned_on, f.returns
    from refund f join collection_account a on a.centre_id = f.centre_id and a.account_id = f.account_id
    left join collection_account p on p.centre_id = f.centre_id and p.account_id = f.paid_account_id
    where f.centre_id = ?1 order by 1";
