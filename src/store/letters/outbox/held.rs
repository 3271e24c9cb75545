//! The held letters: which ones wait, their night, and the reason.
//!
//! Start at [`Store::held_letters`]. Their release is in [`super::release`].

use crate::alert::Pull;
use crate::remittance::Reason;
use crate::store::database::columns::columns;
use crate::store::database::row::{day_number, unknown};
use crate::store::database::sql::{Row, params};
use crate::store::{Store, StoreError};
use chrono::NaiveDate;

/// A held letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldLetter {
    pub letter_id: String,
    pub kind: String,
    pub employer_id: String,
    pub employer_name: String,
    pub night: NaiveDate,
    /// Empty for a letter on paper.
    pub recipient: String,
    pub subject: String,
    /// The reasons its items are open, without duplicates.
    pub reasons: Vec<Reason>,
    /// The files that delivered its items: id and name, without duplicates.
    pub files: Vec<(String, String)>,
}

/// Why letters of a night were held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldNight {
    pub night: NaiveDate,
    /// How many letters the night held.
    pub letters: u64,
    pub why: Vec<Pull>,
}

const HELD: &str = "from held_letter h
    join letter l on l.centre_id = h.centre_id and l.letter_id = h.letter_id
    left join employer e on e.centre_id = l.centre_id and e.employer_id = l.employer_id
    left join held_mark m on m.centre_id = h.centre_id and m.letter_id = h.letter_id
    left join bank_transaction t on t.centre_id = m.centre_id and t.booked_on = m.booked_on
        and t.account_id = m.account_id and t.serial = m.serial
    left join feed f on f.centre_id = t.centre_id and f.number = t.feed_no
    where h.centre_id = ?1 and h.state = 'held'
    order by h.night, h.letter_id, m.about, m.account_id, m.serial, m.booked_on";

columns! { impl HeldLetter of "l" {
    letter_id = "h.letter_id", kind, employer_id, employer_name = "coalesce(e.name, '')", night = "h.night",
    recipient, subject; reasons: Vec::new(), files: Vec::new(),
} }

columns! {
    /// The subject of one mark `m` of a held letter.
    struct HeldMark {
        reason: Option<i64> = "m.reason",
        feed_id: Option<String> = "f.feed_id",
        file_name: Option<String> = "f.file_name",
    }
}

impl Store {
    /// The held letters, oldest night first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn held_letters(&self) -> Result<Vec<HeldLetter>, StoreError> {
        let tx = self.reading()?;
        let mut letters: Vec<HeldLetter> = Vec::new();
        let found: Vec<(HeldLetter, HeldMark)> =
            tx.connection.select_all(HELD, params![tx.centre_id])?;
        for (letter, mark) in found {
            if letters.last().is_none_or(|last| last.letter_id != letter.letter_id) {
                letters.push(letter);
            }
            let Some(letter) = letters.last_mut() else { continue };
            let reason = mark.reason.and_then(Reason::from_number);
            let file = mark.feed_id.zip(mark.file_name);
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
        tx.connection.fetch_one(sql, params![tx.centre_id])
    }

    /// Why letters of a night were held; `None` if none was.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn held_night(&self, night: NaiveDate) -> Result<Option<HeldNight>, StoreError> {
        let tx = self.reading()?;
        let sql = "select night, letters, why from held_night where centre_id = ?1 and night = ?2";
        let key = params![tx.centre_id, day_number(night)];
        tx.connection.prepare_cached(sql)?.query_row_optional(key, held_night)
    }

    /// The nights with held letters, oldest first.
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

fn held_night(row: &Row<'_>) -> Result<HeldNight, StoreError> {
    let (night, letters, why): (_, _, &str) = row.read()?;
    let why = serde_json::from_str(why).map_err(|_| unknown("held_night", "why", why))?;
    Ok(HeldNight { night, letters, why })
}
