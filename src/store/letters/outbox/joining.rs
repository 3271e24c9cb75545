//! Joins letters in one mail, for employers that share an address and want it so.
//!
//! Start at [`Store::neighbours`]. The mail is a letter of its own; its parts follow its state ([`mirror`]): if
//! it does not arrive, each part is reissued separately.
//!
//! Invariant: a part is due by itself, or is in exactly one mail.

use crate::store::database::columns::columns;
use crate::store::database::sql::{Connection, params};
use crate::store::letters::letter::LetterRow;
use crate::store::{Store, StoreError};

/// A letter that may be joined with others to its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    pub letter_id: String,
    pub employer_id: String,
    pub name: String,
    pub recipient: String,
    pub message: String,
}

columns! { impl Neighbour of "l" {
    letter_id, employer_id, name = "coalesce(e.name, l.employer_id)", recipient, message,
} }

const NEIGHBOURS: &str = "from outbox o
    join letter l on l.centre_id = o.centre_id and l.letter_id = o.letter_id
    join letter_choice c on c.centre_id = l.centre_id and c.employer_id = l.employer_id
    left join employer e on e.centre_id = l.centre_id and e.employer_id = l.employer_id
    where o.centre_id = ?1 and o.due_at <= ?2 and (o.lease_until is null or o.lease_until <= ?2)
        and o.state = 'waiting' and o.attempts = 0 and o.joined is null and o.channel is null
        and l.kind = 'digest' and c.together = 1 and not exists (select 1 from blocked_address b
            where b.centre_id = l.centre_id and b.address = lower(l.recipient))
    order by lower(l.recipient), l.employer_id, l.letter_id";

const JOIN: &str = "update outbox set joined = ?3, due_at = null
    where centre_id = ?1 and letter_id = ?2 and state = 'waiting' and attempts = 0 and joined is null
        and channel is null and (lease_until is null or lease_until <= ?4)";

/// Copies a mail's state to its parts.
const MIRROR: &str = "
    update outbox set
        state = (select p.state from outbox p
            where p.centre_id = outbox.centre_id and p.letter_id = outbox.joined),
        answer = (select p.answer from outbox p
            where p.centre_id = outbox.centre_id and p.letter_id = outbox.joined),
        changed_at = (select p.changed_at from outbox p
            where p.centre_id = outbox.centre_id and p.letter_id = outbox.joined),
        anew = (select case when p.state in ('refused', 'given-up', 'returned') then 1 else 0 end
            from outbox p where p.centre_id = outbox.centre_id and p.letter_id = outbox.joined)
    where centre_id = ?1 and joined is not null and state in ('waiting', 'sending', 'sent', 'unknown')
        and state <> (select p.state from outbox p
            where p.centre_id = outbox.centre_id and p.letter_id = outbox.joined)";

impl Store {
    /// Due letters that may be joined, grouped by address; addresses of one employer only are left out.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn neighbours(&self, now: i64) -> Result<Vec<Vec<Neighbour>>, StoreError> {
        let tx = self.reading()?;
        let found: Vec<Neighbour> =
            tx.connection.select_all(NEIGHBOURS, params![tx.centre_id, now])?;
        let beside = |one: &Neighbour, other: &Neighbour| {
            one.recipient.eq_ignore_ascii_case(&other.recipient)
        };
        let groups = found.chunk_by(beside).map(<[Neighbour]>::to_vec);
        let several = |group: &Vec<Neighbour>| {
            group
                .first()
                .zip(group.last())
                .is_some_and(|(one, other)| one.employer_id != other.employer_id)
        };
        Ok(groups.filter(several).collect())
    }

    /// Adds a mail to the outbox in place of its parts; `false` if a part was claimed meanwhile, and nothing
    /// was changed.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn join_letters(
        &self,
        parts: &[Neighbour],
        mail: &LetterRow,
        now: i64,
    ) -> Result<bool, StoreError> {
        let tx = self.writing()?;
        tx.atomically_or_not(|connection| {
            for part in parts {
                let values = params![tx.centre_id, part.letter_id, mail.letter_id, now];
                if connection.prepare_cached(JOIN)?.execute(values)? == 0 {
                    return Ok((false, false));
                }
            }
            super::post(&tx, std::slice::from_ref(mail))?;
            Ok((true, true))
        })
    }
}

/// Updates parts to the state of their mails.
pub(super) fn mirror(connection: &Connection, centre: i64) -> Result<(), StoreError> {
    connection.prepare_cached(MIRROR)?.execute(params![centre]).map(|_| ())
}
