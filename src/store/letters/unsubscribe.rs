//! Declining advice by the link in a letter.
//!
//! Separate from the rhythm: an employer that declines advice is still told of its items in suspense.

use super::contact_preferences::ADVICE;
use crate::remittance::email::Addresses;
use crate::store::database::sql::{Connection, params};
use crate::store::{Store, StoreError};
use crate::suspense::trail::{LINK, TrailEntry, TrailEvent};

const ADDRESS: &str = "select coalesce(c.address, e.email), c.advice_declined_at from employer e
    left join letter_choice c on c.centre_id = e.centre_id and c.employer_id = e.employer_id
    where e.centre_id = ?1 and e.employer_id = ?2";

/// An employer's addresses, and when it declined advice.
pub type Advised = (Vec<String>, Option<i64>);

impl Store {
    /// An employer's mail addresses, the preferred one first, and when it declined advice; `None` if it does
    /// not exist, or has no address.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn advised_at(&self, employer_id: &str) -> Result<Option<Advised>, StoreError> {
        let tx = self.reading()?;
        advised_at(&tx.connection, tx.centre_id, employer_id)
    }

    /// Stops advice to an employer, which is still told of its items in suspense. Says whether that is new.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn decline_advice(&self, employer_id: &str, now: i64) -> Result<bool, StoreError> {
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            match advised_at(connection, centre, employer_id)? {
                Some((_, None)) => {}
                Some((_, Some(_))) | None => return Ok(false),
            }
            connection.execute(ADVICE, params![centre, employer_id, now])?;
            let entry = TrailEntry {
                at: now,
                actor: LINK.to_owned(),
                role: String::new(),
                event: TrailEvent::AdviceDeclined,
                subject: employer_id.to_owned(),
                detail: String::new(),
            };
            crate::store::trail::append(connection, centre, &entry)?;
            Ok(true)
        })
    }
}

fn advised_at(
    connection: &Connection,
    centre: i64,
    employer_id: &str,
) -> Result<Option<Advised>, StoreError> {
    let found = connection
        .fetch_optional::<(Option<String>, Option<i64>)>(ADDRESS, params![centre, employer_id])?;
    let addresses = |(typed, declined): (Option<String>, _)| {
        let good = Addresses::read(&typed?).good;
        (!good.is_empty()).then_some((good, declined))
    };
    Ok(found.and_then(addresses))
}
