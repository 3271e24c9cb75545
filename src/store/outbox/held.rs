//! Held letters, for whoever looks: which wait, of which night, and why.
//!
//! Start at [`Store::held_letters`]. What is done with them is [`super::release`]'s.

use super::super::row::{day, day_number, unknown};
use super::super::sql::{Row, params};
use super::super::{Store, StoreError};
use crate::alert::Pull;
use crate::remittance::Reason;
use chrono::NaiveDate;

/// A letter that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldLetter {
    pub letter_id: String,
    pub kind: String,
    pub employer_id: String,
    pub employer_name: String,
    pub night: NaiveDate,
    /// Empty where it goes on paper.
    pub recipient: String,
    pub subject: String,
    /// Why what it tells is open, each once.
    pub reasons: Vec<Reason>,
    /// The files that brought it: id and name, each once.
    pub files: Vec<(String, String)>,
}

/// Why letters of a night were held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldNight {
    pub night: NaiveDate,
    /// As many as the night held.
    pub letters: u64,
    pub why: Vec<Pull>,
}

const HELD: &str = "
    select h.letter_id, l.kind, l.employer_id, coalesce(e.name, ''), h.night, l.recipient, l.subject,
        m.reason, f.feed_id, f.file_name
    from held_letter h
    join letter l on l.centre_id = h.centre_id and l.letter_id = h.letter_id
    left join employer e on e.centre_id = l.centre_id and e.employer_id = l.employer_id
    left join held_mark m on m.centre_id = h.centre_id and m.letter_id = h.letter_id
    left join bank_transaction t on t.centre_id = m.centre_id and t.booked_on = m.booked_on
        and t.account_id = m.account_id and t.serial = m.serial
    left join feed f on f.centre_id = t.centre_id and f.number = t.feed_no
    where h.centre_id = ?1 and h.state = 'held'
    order by h.night, h.letter_id, m.about, m.account_id, m.serial, m.booked_on";

impl Store {
    /// The letters that are held, oldest night first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn held_letters(&self) -> Result<Vec<HeldLetter>, StoreError> {
        let tx = self.reading()?;
        let mut letters: Vec<HeldLetter> = Vec::new();
        let mut select = tx.connection.prepare_cached(HELD)?;
        let mut rows = select.query(params![tx.centre_id])?;
        while let Some(row) = rows.next()? {
            let letter_id: String = row.get(0)?;
            if letters.last().is_none_or(|last| last.letter_id != letter_id) {
                letters.push(held_letter(&row, letter_id)?);
            }
            let Some(letter) = letters.last_mut() else { continue };
            let reason = row.get::<Option<i64>>(7)?.and_then(Reason::from_number);
            let file = row.get::<Option<String>>(8)?.zip(row.get::<Option<String>>(9)?);
            letter.reasons.extend(reason.filter(|reason| !letter.reasons.contains(reason)));
            letter.files.extend(file.filter(|file| !letter.files.contains(file)));
        }
        Ok(letters)
    }

    /// How many letters are held.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn count_held_letters(&self) -> Result<u64, StoreError> {
        let tx = self.reading()?;
        let sql = "select count(*) from held_letter where centre_id = ?1 and state = 'held'";
        let count = |row: &Row<'_>| row.get::<i64>(0).map(i64::cast_unsigned);
        tx.connection.query_row(sql, params![tx.centre_id], count)
    }

    /// Why letters of a night were held; `None` where none was.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn held_night(&self, night: NaiveDate) -> Result<Option<HeldNight>, StoreError> {
        let tx = self.reading()?;
        let sql = "select night, letters, why from held_night where centre_id = ?1 and night = ?2";
        let key = params![tx.centre_id, day_number(night)];
        tx.connection.prepare_cached(sql)?.query_row_optional(key, held_night)
    }

    /// The nights of which letters still wait, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn held_nights(&self) -> Result<Vec<HeldNight>, StoreError> {
        let tx = self.reading()?;
        let sql = "select n.night, n.letters, n.why from held_night n where n.centre_id = ?1
            and exists (select 1 from held_letter h where h.centre_id = n.centre_id
                and h.night = n.night and h.state = 'held')
            order by n.night";
        tx.connection.prepare_cached(sql)?.query_all(params![tx.centre_id], held_night)
    }
}

fn held_letter(row: &Row<'_>, letter_id: String) -> Result<HeldLetter, StoreError> {
    Ok(HeldLetter {
        letter_id,
        kind: row.get(1)?,
        employer_id: row.get(2)?,
        employer_name: row.get(3)?,
        night: day(row.get(4)?)?,
        recipient: row.get(5)?,
        subject: row.get(6)?,
        reasons: Vec::new(),
        files: Vec::new(),
    })
}

fn held_night(row: &Row<'_>) -> Result<HeldNight, StoreError> {
    let why = row.text(2)?;
    Ok(HeldNight {
        night: day(row.get(0)?)?,
        letters: row.get::<i64>(1)?.cast_unsigned(),
        why: serde_json::from_str(why).map_err(|_| unknown("held_night", "why", why))?,
    })
}
