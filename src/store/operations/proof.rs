//! The audit's checks of notices issued here: only settlements pay them, and their reservations are covered by
//! advance balances.

/// Each query counts violations; with the sentence that names them.
pub(in crate::store) const ORPHANS: [(&str, &str); 3] = [
    (
        "paid notice with lines that no settlement paid",
        "select count(*) from notice n join notice_part p using (centre_id, reference)
            where n.centre_id = ?1 and n.status = 2 and not exists (select 1 from settlement s
                where s.centre_id = n.centre_id and s.reference = n.reference)",
    ),
    (
        "employer whose notices reserve more than the advance balance holds",
        "select count(*) from (select 1 from (
                select n.employer_id, n.advance_fen as fen, n.advance_fen as reserved from notice n
                    left join settlement s
                        on s.centre_id = n.centre_id and s.reference = n.reference
                    where n.centre_id = ?1 and n.advance_fen > 0 and n.status = 1
                        and s.reference is null
                union all
                select b.employer_id, -a.amount_fen, 0 from advance_entry a
                    join employer_book b using (centre_id, employer_no) where a.centre_id = ?1) m
            group by m.employer_id
            having max(m.reserved) > 0 and cast(sum(m.fen) as double precision) > 0) r",
    ),
    (
        "notice that reserves more of an advance balance than it asks for",
        "select count(*) from notice n where n.centre_id = ?1
            and (n.advance_fen < 0 or n.advance_fen > n.amount_fen)",
    ),
];
