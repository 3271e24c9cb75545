//! The audit's checks of the desk: every decision of staff is recorded, stored and booked once.

/// Each query counts violations; with the sentence that names them.
pub(in crate::store) const ORPHANS: [(&str, &str); 8] = [
    (
        // One entry per item for every booked act, and for every reversed one.
        "booked act of staff that the audit trail does not tell, or tells twice",
        "select abs((select count(*) from proposal p
                join proposal_item i using (centre_id, proposal_id)
                where p.centre_id = ?1 and p.state in ('approved', 'reversed'))
            - (select count(*) from trail where centre_id = ?1
                and event in ('approved', 'reversed', 'resolved')))",
    ),
    (
        "item held for a proposal that does not wait for approval",
        "select count(*) from suspense_item i where i.centre_id = ?1 and (i.pending is not null
                or i.state = 'proposed') and not exists (select 1 from proposal p
            where p.centre_id = i.centre_id and p.proposal_id = i.pending and p.state = 'open')",
    ),
    (
        "proposal that waits for approval without its items",
        "select count(*) from proposal p join proposal_item i using (centre_id, proposal_id)
            where p.centre_id = ?1 and p.state = 'open' and not exists (select 1
                from suspense_item s where s.centre_id = i.centre_id
                and s.account_id = i.account_id and s.serial = i.serial
                and s.pending = p.proposal_id)",
    ),
    (
        "item decided with a proposal that does not stand",
        "select count(*) from suspense_item i where i.centre_id = ?1 and i.decided is not null
            and not exists (select 1 from proposal p where p.centre_id = i.centre_id
                and p.proposal_id = i.decided and p.state = 'approved')",
    ),
    (
        "item that staff decided otherwise than its transaction's outcome says",
        "select count(*) from suspense_item i where i.centre_id = ?1 and i.resolution is not null
            and not exists (select 1 from decision d where d.centre_id = i.centre_id
                and d.account_id = i.account_id and d.serial = i.serial
                and d.booked_on = i.booked_on and case i.resolution
                    when 'advance' then d.outcome = 6
                    when 'refund' then d.outcome in (7, 8)
                    when 'not-ours' then d.outcome = 5 and d.rule = 'not-ours'
                    when 'take-back' then d.outcome = 4
                    when 'refund-paid' then d.outcome in (4, 8)
                    when 'refund-returned' then d.outcome = 4
                    else d.outcome = 1 end)
            and not exists (select 1 from archived_month a where a.centre_id = i.centre_id
                and i.booked_on < a.booked_until)",
    ),
    (
        "transaction that only staff can have decided so, without its item",
        "select count(*) from decision d where d.centre_id = ?1
            and (d.outcome in (6, 7, 8) or d.rule = 'not-ours') and not exists (select 1
                from suspense_item i where i.centre_id = d.centre_id
                and i.account_id = d.account_id and i.serial = d.serial
                and i.booked_on = d.booked_on
                and i.resolution in ('advance', 'refund', 'not-ours'))
            and not exists (select 1 from refund f where f.centre_id = d.centre_id
                and f.paid_account_id = d.account_id and f.paid_serial = d.serial
                and f.paid_on = d.booked_on)",
    ),
    (
        "settlement booked back without an approved reversal",
        "select count(*) from settlement_undone u where u.centre_id = ?1 and not exists (select 1
            from proposal p where p.centre_id = u.centre_id and p.proposal_id = u.proposal_id
            and p.kind in ('reverse', 'take-back') and p.state in ('approved', 'reversed'))",
    ),
    (
        "part on an advance balance of a transaction that is not settled",
        "select count(*) from advance_part l where l.centre_id = ?1 and not exists (select 1
            from decision d where d.centre_id = l.centre_id and d.account_id = l.account_id
            and d.serial = l.serial and d.booked_on = l.booked_on and d.outcome = 1)
            and not exists (select 1 from archived_month a where a.centre_id = l.centre_id
                and l.booked_on < a.booked_until)",
    ),
];

/// The remainders of allocations, on advance balances: money of settled transactions that no notice has.
pub(in crate::store) const LEFT_OVER: &str =
    "select cast(coalesce(sum(amount_fen), 0) as text) from advance_part where centre_id = ?1";
