//! Letters that did not arrive: which are to be written anew, whereto, and what a report does to one.
//!
//! A letter never changes: what is sent to another address, or printed, is a letter of its own. The one
//! that did not arrive keeps its state and is marked as written anew in the commit of the other.

use super::super::bulk::Bulk;
use super::super::letters::{LETTER, LetterRow, letter};
use super::super::row::day_number;
use super::super::sql::{Connection, params};
use super::super::{Store, StoreError};
use crate::alert::bounce::Bounce;
use crate::suspense::trail::Entry;
use chrono::NaiveDate;

/// Where an employer's letters go now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereto {
    Mail(String),
    /// It has no address, or none that takes letters.
    Paper,
    /// It wants no letters.
    Nowhere,
}

/// A letter that did not arrive and is to be written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    pub letter: LetterRow,
    pub whereto: Whereto,
}

/// What a report of a failure was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounced {
    /// No letter of ours that went to that address, or one of which this is known.
    Nothing,
    /// The letter came back; its address may take the next.
    Letter,
    /// The letter came back, and its address is blocked.
    Address,
}

const WHERETO: &str = "
    select coalesce(c.rhythm, 'immediate'), coalesce(c.address, e.email),
        case when b.address is null then 0 else 1 end
    from employer e
    left join letter_choice c on c.centre_id = e.centre_id and c.employer_id = e.employer_id
    left join blocked_address b on b.centre_id = e.centre_id
        and b.address = lower(coalesce(c.address, e.email))
    where e.centre_id = ?1 and e.employer_id = ?2";

const RETURNED: &str = "
    update outbox set state = 'returned', due_at = null, answer = ?3, changed_at = ?4, holder = null,
        lease_until = null, anew = case when exists (select 1 from letter l
            where l.centre_id = ?1 and l.letter_id = ?2 and l.kind in ('digest', 'arrears')) then 1 else 0 end
    where centre_id = ?1 and letter_id = ?2 and state in ('waiting', 'sending', 'sent', 'unknown')";

impl Store {
    /// Letters that are to be written anew, at most so many.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn strays(&self, letters_max: u32) -> Result<Vec<Stray>, StoreError> {
        let bulk = Bulk::open(self)?;
        let values = params![bulk.centre_id, letters_max];
        let sql = format!(
            "select {LETTER} from outbox o join letter l using (centre_id, letter_id)
             where o.centre_id = ?1 and o.anew = 1 order by o.letter_id limit ?2"
        );
        let letters = bulk.connection.prepare_cached(&sql)?.query_all(values, letter)?;
        let stray = |letter: LetterRow| {
            let whereto = whereto(&bulk.connection, bulk.centre_id, &letter.employer_id)?;
            Ok(Stray { letter, whereto })
        };
        letters.into_iter().map(stray).collect()
    }

    /// Marks that a letter was written anew, and puts what was written into the outbox; `None` where
    /// it is not worth another.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn written_anew(
        &self,
        letter_id: &str,
        anew: Option<&LetterRow>,
    ) -> Result<(), StoreError> {
        self.written_anew_or_text(letter_id, anew, None)
    }

    /// The same; what was written goes as a text message first, to a number.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn written_anew_or_text(
        &self,
        letter_id: &str,
        anew: Option<&LetterRow>,
        text: Option<(&str, &str)>,
    ) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        bulk.atomically(|connection| {
            if let Some(letter) = anew {
                super::post(&bulk, std::slice::from_ref(letter))?;
                if let Some((number, text)) = text {
                    let values = params![centre, letter.letter_id, number, text];
                    connection.execute(super::text::BY_TEXT, values)?;
                }
            }
            let sql = "update outbox set anew = 2
                where centre_id = ?1 and letter_id = ?2 and anew = 1";
            connection.execute(sql, params![centre, letter_id])?;
            Ok(())
        })
    }

    /// Takes a report that a letter failed: the letter came back, and its address is blocked where the
    /// report is about the address. A report that names no letter of ours to that address does nothing,
    /// nor does one that was read before. `entry` goes into the trail where an address was blocked.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn take_bounce(
        &self,
        bounce: &Bounce,
        on: NaiveDate,
        entry: &Entry,
    ) -> Result<Bounced, StoreError> {
        // A Message-ID is the letter's id, `@` and the sender's domain.
        let letter_id = bounce.message_id.split('@').next().unwrap_or_default();
        let answer = format!("{} {}", bounce.status, bounce.diagnosis);
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        bulk.atomically(|connection| {
            let sql = "select 1 from letter
                where centre_id = ?1 and letter_id = ?2 and lower(recipient) = ?3";
            let ours = params![centre, letter_id, bounce.address];
            if !connection.prepare_cached(sql)?.exists(ours)?
                || connection.execute(RETURNED, params![centre, letter_id, answer, entry.at])? == 0
            {
                return Ok(Bounced::Nothing);
            }
            if !bounce.condemns() {
                return Ok(Bounced::Letter);
            }
            let (status, on) = (&bounce.status, day_number(on));
            let values = params![centre, letter_id, status, bounce.diagnosis, on];
            connection.execute(super::BLOCK, values)?;
            super::super::trail::append(connection, centre, entry)?;
            Ok(Bounced::Address)
        })
    }
}

/// Where an employer's letters go now; an employer that is not known has no address.
pub(super) fn whereto(
    connection: &Connection,
    centre: i64,
    employer_id: &str,
) -> Result<Whereto, StoreError> {
    let found = connection.prepare_cached(WHERETO)?.query_row_optional(
        params![centre, employer_id],
        |row| {
            let (rhythm, address) = (row.get::<String>(0)?, row.get::<Option<String>>(1)?);
            Ok((rhythm, address, row.get::<i64>(2)? == 1))
        },
    )?;
    Ok(match found {
        Some((rhythm, ..)) if rhythm == "none" => Whereto::Nowhere,
        Some((_, Some(address), false)) => Whereto::Mail(address),
        Some(_) | None => Whereto::Paper,
    })
}
