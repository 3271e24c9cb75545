//! Letters to employers: the outbox as a list, newest first.

use super::super::{Store, StoreError};
use super::pattern;
use crate::alert::LetterState;
use crate::store::database::columns::columns;
use crate::store::database::row::day_number;
use crate::store::database::sql::params;
use crate::store::letters::letter::LetterRow;
use chrono::NaiveDate;

/// A letter in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterLine {
    pub letter_id: String,
    /// Eight digits for telephone enquiries; empty if none.
    pub number: String,
    pub written_on: NaiveDate,
    pub employer_id: String,
    pub employer_name: String,
    pub subject: String,
    /// Empty for a letter on paper.
    pub recipient: String,
    /// `None` if it is older than the outbox.
    pub state: Option<LetterState>,
    pub answer: String,
}

columns! { impl LetterLine of "l" {
    letter_id, written_on, employer_id, employer_name = "coalesce(e.name, '')", subject, recipient,
    state = "o.state", answer = "coalesce(o.answer, '')", number = "coalesce(l.number, '')",
} }

/// Which letters to show; `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterSearch {
    pub employer_id: Option<String>,
    pub written_on: Option<NaiveDate>,
    pub state: Option<LetterState>,
    /// Searched in the employer's name and number, and the subject; or the letter's own number.
    pub text: Option<String>,
}

const LETTERS: &str = "from letter l
    left join outbox o on o.centre_id = l.centre_id and o.letter_id = l.letter_id
    left join employer e on e.centre_id = l.centre_id and e.employer_id = l.employer_id
    where l.centre_id = ?1 and l.kind in ('digest', 'arrears') and (l.written_on, l.letter_id) < (?2, ?3)
        and (?4 is null or l.employer_id = ?4)
        and (?5 is null or l.written_on = ?5)
        and (?6 is null or lower(coalesce(e.name, '') || ' ' || l.employer_id || ' ' || l.subject)
            like ?6 escape '!' or l.number = ?9)
        and (?8 is null or o.state = ?8)
    order by l.written_on desc, l.letter_id desc limit ?7";

impl Store {
    /// Letters, at most `limit`, after the day and id of the last one shown.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn search_letters(
        &self,
        search: &LetterSearch,
        behind: Option<(NaiveDate, &str)>,
        limit: u32,
    ) -> Result<Vec<LetterLine>, StoreError> {
        let tx = self.reading()?;
        let (on, id) = behind.map_or((i64::MAX, ""), |(on, id)| (day_number(on), id));
        let text = search.text.as_deref().filter(|text| !text.trim().is_empty()).map(pattern);
        let (written_on, stands) =
            (search.written_on.map(day_number), search.state.map(LetterState::code));
        let employer_id = &search.employer_id;
        let number = search.text.as_deref().and_then(crate::alert::letter_number::said);
        let values =
            params![tx.centre_id, on, id, employer_id, written_on, text, limit, stands, number];
        tx.connection.select_all(LETTERS, values)
    }

    /// One complete letter to an employer. A letter that asks for confirmation of an address is not shown: its
    /// link works for anybody who opens it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn letter(&self, letter_id: &str) -> Result<Option<LetterRow>, StoreError> {
        let tx = self.reading()?;
        let from = "from letter l
            where l.centre_id = ?1 and l.letter_id = ?2 and l.kind in ('digest', 'arrears')";
        let key = params![tx.centre_id, letter_id];
        tx.connection.select_optional(from, key)
    }
}
