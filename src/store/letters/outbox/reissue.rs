//! Undeliverable letters: which are to be reissued, and to what destination.
//!
//! A letter never changes: a version sent to another address, or printed, is a letter of its own. The
//! undeliverable one keeps its state and is marked as reissued in the commit of the new one.

use crate::remittance::email::Addresses;
use crate::store::database::sql::{Connection, params};
use crate::store::letters::letter::{LetterRow, postal_addresses};
use crate::store::{Store, StoreError};

/// Where an employer's letters now go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    Mail(String),
    /// It has no usable address.
    Paper,
    /// It wants no letters.
    Nowhere,
}

/// An undeliverable letter to be reissued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeliverable {
    pub letter: LetterRow,
    pub destination: Destination,
    /// The employer's postal address, if the books have one.
    pub postal: Option<String>,
}

const WHERETO: &str = "
    select coalesce(c.rhythm, 'immediate'), coalesce(c.address, e.email)
    from employer e
    left join letter_choice c on c.centre_id = e.centre_id and c.employer_id = e.employer_id
    where e.centre_id = ?1 and e.employer_id = ?2";

const BLOCKED: &str = "select 1 from blocked_address where centre_id = ?1 and address = ?2";

impl Store {
    /// Letters to be reissued, at most `letters_max`.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn undeliverable(&self, letters_max: u32) -> Result<Vec<Undeliverable>, StoreError> {
        let tx = self.writing()?;
        tx.atomically(|connection| super::joining::mirror(connection, tx.centre_id))?;
        let values = params![tx.centre_id, letters_max];
        let from = "from outbox o join letter l using (centre_id, letter_id)
            where o.centre_id = ?1 and o.anew = 1 order by o.letter_id limit ?2";
        let letters: Vec<LetterRow> = tx.connection.select_all(from, values)?;
        let undeliverable = |letter: LetterRow| {
            let destination = destination(&tx.connection, tx.centre_id, &letter.employer_id)?;
            let employer_id = letter.employer_id.as_str();
            let postal = match destination {
                Destination::Paper | Destination::Mail(_) => {
                    postal_addresses(&tx, &[employer_id])?.remove(employer_id)
                }
                Destination::Nowhere => None,
            };
            Ok(Undeliverable { letter, destination, postal })
        };
        letters.into_iter().map(undeliverable).collect()
    }

    /// Marks a letter as reissued and adds the new one to the outbox; `None` if it is not worth reissuing.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn reissued(&self, letter_id: &str, anew: Option<&LetterRow>) -> Result<(), StoreError> {
        self.written_anew_or_text(letter_id, anew, None)
    }

    /// The same; the new letter first goes as a text message to a number.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn written_anew_or_text(
        &self,
        letter_id: &str,
        anew: Option<&LetterRow>,
        text: Option<(&str, &str)>,
    ) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            if let Some(letter) = anew {
                super::post(&tx, std::slice::from_ref(letter))?;
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
}

/// Where an employer's letters now go; an unknown employer has no address.
pub(super) fn destination(
    connection: &Connection,
    centre: i64,
    employer_id: &str,
) -> Result<Destination, StoreError> {
    let found = connection
        .fetch_optional::<(String, Option<String>)>(WHERETO, params![centre, employer_id])?;
    let Some((rhythm, typed)) = found else { return Ok(Destination::Paper) };
    if rhythm == "none" {
        return Ok(Destination::Nowhere);
    }
    for address in Addresses::read(&typed.unwrap_or_default()).good {
        let key = params![centre, address.to_lowercase()];
        if !connection.prepare_cached(BLOCKED)?.exists(key)? {
            return Ok(Destination::Mail(address));
        }
    }
    Ok(Destination::Paper)
}
