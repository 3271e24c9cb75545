//! The state of letters, and changes by staff.

use super::reissue::{Destination, destination};
use crate::alert::{LetterKind, LetterState};
use crate::store::database::columns::columns;
use crate::store::database::row::read_as;
use crate::store::database::row::{day_number, unknown};
use crate::store::database::sql::{Connection, params};
use crate::store::error::{LetterWanted, StateRefusal, StoreRefusal};
use crate::store::letters::letter::letters_of_night;
use crate::store::{Store, StoreError};
use crate::suspense::EntityKind;
use chrono::NaiveDate;

/// A letter and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    pub letter_id: String,
    pub kind: String,
    /// Empty for letters to staff.
    pub employer_id: String,
    pub written_on: NaiveDate,
    pub recipient: String,
    pub subject: String,
    pub state: LetterState,
    pub attempts: u32,
    /// Seconds since 1970, UTC; `None` if no further attempt is planned.
    pub due_at: Option<i64>,
    pub changed_at: i64,
    pub answer: String,
    /// It was reissued, to another address or on paper.
    pub reissued: bool,
    /// Eight digits for telephone enquiries; empty if none.
    pub number: String,
    /// `sms` if it is or was a text message.
    pub channel: Option<String>,
}

columns! { impl OutboxRow of "l" {
    letter_id, kind, employer_id, written_on, recipient, subject, state = "o.state", attempts = "o.attempts",
    due_at = "o.due_at", changed_at = "o.changed_at", answer = "o.answer",
    reissued = "case when o.anew = 2 then 1 else 0 end", number = "coalesce(l.number, '')",
    channel = "o.channel",
} }

read_as! { LetterState: String => |code: String| state(&code); }

/// Which letters to list or to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxFilter {
    /// A prefix of a letter's id, or its number.
    pub letter: Option<String>,
    pub state: Option<LetterState>,
    pub employer_id: Option<String>,
}

/// A letter and its present state.
struct Found<'a> {
    letter_id: &'a str,
    state: &'a str,
}

const LISTED: &str = "from outbox o join letter l using (centre_id, letter_id)
    where o.centre_id = ?1
        and (cast(?2 as text) is null or o.state = ?2)
        and (cast(?3 as text) is null or l.employer_id = ?3)
    order by l.written_on, o.letter_id";

impl Store {
    /// The letters that match the filter, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn outbox(&self, filter: &OutboxFilter) -> Result<Vec<OutboxRow>, StoreError> {
        let tx = self.reading()?;
        let state = filter.state.map(LetterState::code);
        let values = params![tx.centre_id, state, filter.employer_id];
        let mut rows = tx.connection.select_all::<OutboxRow>(LISTED, values)?;
        if let Some(letter) = &filter.letter {
            let number = crate::alert::letter_number::said(letter);
            rows.retain(|row| {
                row.letter_id.starts_with(letter.as_str()) || Some(&row.number) == number.as_ref()
            });
        }
        Ok(rows)
    }

    /// The number of letters per state, in the order of [`LetterState::ALL`].
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn outbox_counts(&self) -> Result<Vec<(LetterState, u64)>, StoreError> {
        let tx = self.reading()?;
        let sql = "select state, count(*) from outbox where centre_id = ?1 group by state";
        let found = tx.connection.fetch_all::<(String, i64)>(sql, params![tx.centre_id])?;
        let count = |state: LetterState| {
            let count = found.iter().find(|(code, _)| code == state.code());
            count.and_then(|(_, count)| u64::try_from(*count).ok()).unwrap_or_default()
        };
        Ok(LetterState::ALL.into_iter().map(|state| (state, count(state))).collect())
    }

    /// Retries these letters from the first attempt. If the employer's address has changed or is gone, the
    /// letter is marked for reissue instead ([`Store::undeliverable`]).
    ///
    /// # Errors
    /// [`StoreError::Refused`] if one of them is sent or claimed; none is then changed.
    pub fn retry_letters(&self, letter_ids: &[String], now: i64) -> Result<(), StoreError> {
        const AGAIN: &str = "update outbox set state = 'waiting', due_at = ?4, attempts = 0,
                unconfirmed = 0, put_off = null, put_off_since = null, answer = '', changed_at = ?4, anew = 0,
                joined = null
            where centre_id = ?1 and letter_id = ?2 and state = ?3";
        // A letter marked for reissue keeps its last answer.
        const ANEW: &str =
            "update outbox set due_at = null, changed_at = ?4, anew = 1, joined = null,
                state = case when due_at is null then state else 'given-up' end
            where centre_id = ?1 and letter_id = ?2 and state = ?3";
        const LETTER: &str = "select kind, employer_id, recipient from letter
            where centre_id = ?1 and letter_id = ?2";
        let may = [
            LetterState::Returned,
            LetterState::Refused,
            LetterState::GivenUp,
            LetterState::Unknown,
            LetterState::Waiting,
        ];
        self.restand(letter_ids, &may, LetterWanted::NotArrived, |connection, centre, found| {
            let key = params![centre, found.letter_id];
            let (kind, employer_id, recipient): (String, String, String) =
                connection.fetch_one(LETTER, key)?;
            let same = !LetterKind::from_code(&kind).is_some_and(LetterKind::is_to_employer)
                || destination(connection, centre, &employer_id)? == Destination::Mail(recipient);
            let sql = if same { AGAIN } else { ANEW };
            connection.execute(sql, params![centre, found.letter_id, found.state, now])
        })
    }

    /// Gives up on these letters.
    ///
    /// # Errors
    /// As [`Store::retry_letters`].
    pub fn give_up_letters(&self, letter_ids: &[String], now: i64) -> Result<(), StoreError> {
        const SQL: &str = "update outbox set state = 'given-up', due_at = null,
                answer = 'given up by staff', changed_at = ?4
            where centre_id = ?1 and letter_id = ?2 and state = ?3";
        let may = [LetterState::Waiting, LetterState::Unknown];
        self.restand(letter_ids, &may, LetterWanted::ToBeSent, |connection, centre, found| {
            connection.execute(SQL, params![centre, found.letter_id, found.state, now])
        })
    }

    /// Changes the state of letters where it may be changed: all of them, or none.
    fn restand(
        &self,
        letter_ids: &[String],
        may: &[LetterState],
        wanted: LetterWanted,
        change: impl Fn(&Connection, i64, &Found<'_>) -> Result<usize, StoreError>,
    ) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            for letter_id in letter_ids {
                let sql = "select state from outbox where centre_id = ?1 and letter_id = ?2";
                let key = params![centre, letter_id];
                let mut select = connection.prepare_cached(sql)?;
                let Some(state) = select.query_row_optional(key, |row| row.read::<String>())?
                else {
                    let refusal =
                        StoreRefusal::NoSuch { what: EntityKind::Letter, id: letter_id.clone() };
                    return Err(StoreError::Refused(refusal));
                };
                let fits = may.iter().any(|state_that_fits| state_that_fits.code() == state);
                let found = Found { letter_id, state: &state };
                if !fits || change(connection, centre, &found)? == 0 {
                    let letter_id = letter_id.clone();
                    let refusal = StateRefusal::Letter { letter_id, state, wanted };
                    return Err(StoreError::Refused(StoreRefusal::State(refusal)));
                }
            }
            Ok(())
        })
    }

    /// The nights whose letters must be saved as files: this one, and interrupted ones.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn nights_to_file(&self, night: NaiveDate) -> Result<Vec<NaiveDate>, StoreError> {
        let tx = self.reading()?;
        let sql = "select as_of from night where centre_id = ?1 and as_of <> ?2 and filed = 0 order by as_of";
        let key = params![tx.centre_id, day_number(night)];
        let mut nights = tx.connection.fetch_all::<NaiveDate>(sql, key)?;
        nights.push(night);
        Ok(nights)
    }

    /// Records that the letters of a night are durably saved as files. Those left for `another_program` to mail
    /// are never claimed by a sender.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn file_letters(&self, night: NaiveDate, another_program: bool) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let letters = letters_of_night(&tx.connection);
        let mail = format!(
            "update outbox set state = 'filed', due_at = null
             where centre_id = ?1 and state = 'waiting' and attempts = 0 and channel is null
                and letter_id in (select l.letter_id from {letters} where l.kind in ('digest', 'arrears'))"
        );
        let filed = "update night set filed = 1 where centre_id = ?1 and as_of = ?2 and filed = 0";
        let values = params![tx.centre_id, day_number(night)];
        tx.atomically(|connection| {
            if another_program {
                connection.execute(&mail, values)?;
            }
            connection.execute(filed, values)
        })?;
        Ok(())
    }
}

/// The state of a database code.
pub(in crate::store) fn state(code: &str) -> Result<LetterState, StoreError> {
    LetterState::from_code(code).ok_or_else(|| unknown("outbox", "state", code))
}
