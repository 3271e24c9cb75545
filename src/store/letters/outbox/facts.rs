//! The facts that a held letter rests on, as one digest, so that any change shows.
//!
//! Start at [`of`]. It covers the state and reason of each item, the notices its money is or may be for, the
//! months owed, and the recipient. It covers more than the letter says: a letter that is still true may be
//! written again, but an outdated one is never sent.

use crate::store::StoreError;
use crate::store::database::row_hash::hash_rows;
use crate::store::database::sql::params;
use crate::store::database::tx::Tx;
use sha2::{Digest as _, Sha256};

/// The items, and the notice each names.
const ITEMS: &str = "
    select m.about, m.account_id, m.serial, m.booked_on, d.outcome, d.reason, d.reference, d.notice,
        d.because, i.read_as, i.decided, t.seal, n.seal,
        (select max(s.settled_on) from settlement s
            where s.centre_id = n.centre_id and s.reference = n.reference),
        (select count(*) from decision o
            where o.centre_id = n.centre_id and o.reference = n.reference),
        (select count(*) from decision o
            where o.centre_id = n.centre_id and o.reference = n.reference and o.outcome = 3)
    from held_mark m
    left join decision d on d.centre_id = m.centre_id and d.booked_on = m.booked_on
        and d.account_id = m.account_id and d.serial = m.serial
    left join suspense_item i on i.centre_id = m.centre_id and i.booked_on = m.booked_on
        and i.account_id = m.account_id and i.serial = m.serial
    left join bank_transaction t on t.centre_id = m.centre_id and t.booked_on = m.booked_on
        and t.account_id = m.account_id and t.serial = m.serial
    left join notice n on n.centre_id = m.centre_id
        and n.reference = coalesce(d.notice, d.reference, i.read_as)
    where m.centre_id = ?1 and m.letter_id = ?2 and m.about in ('suspense', 'advice')
    order by m.about, m.account_id, m.serial, m.booked_on";

/// The employer's open notices, for letters that report payments.
const OPEN: &str = "
    select n.reference, n.seal,
        (select max(s.settled_on) from settlement s
            where s.centre_id = n.centre_id and s.reference = n.reference),
        (select count(*) from decision d
            where d.centre_id = n.centre_id and d.reference = n.reference),
        (select count(*) from decision d
            where d.centre_id = n.centre_id and d.reference = n.reference and d.outcome = 3)
    from letter l join notice n on n.centre_id = l.centre_id and n.employer_id = l.employer_id
    where l.centre_id = ?1 and l.letter_id = ?2 and n.status = 1
        and exists (select 1 from held_mark m where m.centre_id = l.centre_id
            and m.letter_id = l.letter_id and m.about = 'suspense' and m.news = 0
            and m.reminded_days = 0)
    order by n.reference";

/// The months owed.
const MONTHS: &str = "
    select m.serial, m.booked_on, b.seal, r.total_fen, r.reference, r.paid_on
    from held_mark m
    left join employer_book b on b.centre_id = m.centre_id and b.employer_id = m.serial
    left join roster r on r.centre_id = m.centre_id and r.employer_no = b.employer_no
        and r.month = m.booked_on
    where m.centre_id = ?1 and m.letter_id = ?2 and m.about = 'arrears'
    order by m.serial, m.booked_on";

/// The notices with news, and how often each was settled and reversed.
const NOTICES: &str = "
    select m.serial, m.booked_on, n.seal, w.said, w.done,
        (select max(s.settled_on) from settlement s
            where s.centre_id = n.centre_id and s.reference = n.reference),
        (select max(u.ordinal) from settlement_undone u
            where u.centre_id = n.centre_id and u.reference = n.reference),
        (select count(*) from decision d
            where d.centre_id = n.centre_id and d.reference = n.reference),
        (select count(*) from decision d
            where d.centre_id = n.centre_id and d.reference = n.reference and d.outcome = 3)
    from held_mark m
    left join notice n on n.centre_id = m.centre_id and n.reference = case m.about when 'notice' then cast(m.serial as bigint) end
    left join notice_news w on w.centre_id = n.centre_id and w.reference = n.reference
        and w.ordinal = m.booked_on
    where m.centre_id = ?1 and m.letter_id = ?2 and m.about = 'notice'
    order by m.serial, m.booked_on";

/// The recipient.
const WHOM: &str = "
    select l.recipient, e.name, e.contact, e.email, c.address, c.rhythm, c.advice_declined_at, b.address
    from letter l
    left join employer e on e.centre_id = l.centre_id and e.employer_id = l.employer_id
    left join letter_choice c on c.centre_id = l.centre_id and c.employer_id = l.employer_id
    left join blocked_address b on b.centre_id = l.centre_id
        and b.address = lower(coalesce(c.address, e.email))
    where l.centre_id = ?1 and l.letter_id = ?2";

/// The digest for a letter and its stored marks.
pub(super) fn of(tx: &Tx, letter_id: &str) -> Result<String, StoreError> {
    let mut sha = Sha256::new();
    for sql in [ITEMS, OPEN, MONTHS, NOTICES, WHOM] {
        hash_rows(&tx.connection, sql, params![tx.centre_id, letter_id], &mut sha)?;
    }
    Ok(hex::encode(sha.finalize()))
}
