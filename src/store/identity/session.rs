//! The sessions of people logged in at the desk.
//!
//! A session is identified by the hash of its token. It expires when it is unused for a while, when it is old,
//! or when its person may no longer log in; the caller gives the times. Rows of expired sessions are deleted
//! when the next one opens.

use crate::store::database::columns::{columns, columns_of};
use crate::store::database::sql::params;
use crate::store::trail;
use crate::store::{Store, StoreError};
use crate::suspense::trail::TrailEntry;

/// A request with a session's token.
#[derive(Clone, Debug)]
pub struct SessionUse {
    pub token_hash: String,
    pub now: i64,
    /// Sessions opened earlier are expired.
    pub opened_after: i64,
    /// Sessions last used earlier are expired.
    pub seen_after: i64,
    /// A use is recorded only if the last recorded one is earlier: a write blocks all readers.
    pub touched_before: i64,
    /// Acts at the command line since then are news.
    pub news_after: i64,
}

/// The person of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPerson {
    pub person_id: String,
    pub name: String,
    pub role: String,
    /// Another person chose the password.
    pub password_given: bool,
    pub has_second_factor: bool,
    /// Changes of access are pending, or were recently made at the command line.
    pub access_news: bool,
}

columns! { impl SessionPerson of "p" {
    person_id, name, role, password_given,
    has_second_factor = "case when p.second_factor is null then 0 else 1 end",
    access_news = "case when exists (select 1 from access_change a where a.centre_id = s.centre_id
        and (a.state = 'waiting' or (a.state = 'done' and a.operator = 1
            and a.requested_at > ?5))) then 1 else 0 end",
} }

/// A session as shown to its person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    pub token_hash: String,
    pub person_id: String,
    pub opened_at: i64,
    pub seen_at: i64,
    pub browser: String,
}

columns! { impl SessionRow { token_hash, person_id, opened_at, seen_at, browser } }

/// A login.
#[derive(Clone, Debug)]
pub struct SessionOpening {
    pub session: SessionRow,
    /// The hash of the browser's previous session.
    pub replaces: Option<String>,
    /// Sessions opened earlier are expired.
    pub opened_after: i64,
    /// Sessions last used earlier are expired.
    pub seen_after: i64,
}

impl Store {
    /// Opens a session, and deletes the one it replaces and all expired ones.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn open_session(
        &self,
        opening: &SessionOpening,
        entry: &TrailEntry,
    ) -> Result<(), StoreError> {
        let SessionOpening { session, replaces, opened_after, seen_after } = opening;
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            connection.execute(
                "delete from session where centre_id = ?1
                    and (opened_at <= ?2 or seen_at <= ?3 or token_hash = ?4)",
                params![centre, *opened_after, *seen_after, replaces],
            )?;
            connection.execute(
                "insert into session (centre_id, token_hash, person_id, opened_at, seen_at,
                        browser, offered_key)
                    values (?1, ?2, ?3, ?4, ?5, ?6, null)",
                params![
                    centre,
                    session.token_hash,
                    session.person_id,
                    session.opened_at,
                    session.seen_at,
                    session.browser
                ],
            )?;
            trail::append(connection, centre, entry)?;
            Ok(())
        })
    }

    /// The person of a session, unless it is expired; records its use from time to time.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn use_session(&self, used: &SessionUse) -> Result<Option<SessionPerson>, StoreError> {
        let tx = self.writing()?;
        let columns = columns_of::<SessionPerson>();
        let sql = format!(
            "select {columns}, s.seen_at from session s join person p on p.centre_id = s.centre_id
                and p.person_id = s.person_id
             where s.centre_id = ?1 and s.token_hash = ?2 and s.opened_at > ?3
                and s.seen_at > ?4 and p.disabled_at is null"
        );
        let key = params![
            tx.centre_id,
            used.token_hash,
            used.opened_after,
            used.seen_after,
            used.news_after
        ];
        let found: Option<(SessionPerson, i64)> = tx.connection.fetch_optional(&sql, key)?;
        let Some((person, seen_at)) = found else { return Ok(None) };
        if seen_at < used.touched_before {
            let sql = "update session set seen_at = ?3 where centre_id = ?1 and token_hash = ?2";
            tx.connection.prepare_cached(sql)?.execute(params![
                tx.centre_id,
                used.token_hash,
                used.now
            ])?;
        }
        Ok(Some(person))
    }

    /// The sessions of a person, the last used first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn sessions_of(&self, person_id: &str) -> Result<Vec<SessionRow>, StoreError> {
        let tx = self.reading()?;
        let from = "from session
            where centre_id = ?1 and person_id = ?2 order by seen_at desc, token_hash";
        tx.connection.select_all(from, params![tx.centre_id, person_id])
    }

    /// Ends one session of a person, if it still exists.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn end_session(&self, person_id: &str, token_hash: &str) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let sql = "delete from session where centre_id = ?1 and person_id = ?2 and token_hash = ?3";
        let key = params![tx.centre_id, person_id, token_hash];
        tx.connection.prepare_cached(sql)?.execute(key)?;
        Ok(())
    }

    /// Ends all sessions of a person except `kept`.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn end_other_sessions(&self, person_id: &str, kept: &str) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let sql =
            "delete from session where centre_id = ?1 and person_id = ?2 and token_hash <> ?3";
        let key = params![tx.centre_id, person_id, kept];
        tx.connection.prepare_cached(sql)?.execute(key)?;
        Ok(())
    }

    /// Stores the key offered to a session for its second factor, or gives the one already stored.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn offer_key(&self, token_hash: &str, key: &str) -> Result<String, StoreError> {
        let tx = self.writing()?;
        tx.atomically(|connection| {
            let key_of = params![tx.centre_id, token_hash, key];
            connection
                .prepare_cached(
                    "update session set offered_key = coalesce(offered_key, ?3)
                     where centre_id = ?1 and token_hash = ?2",
                )?
                .execute(key_of)?;
            let sql = "select offered_key from session where centre_id = ?1 and token_hash = ?2";
            let mut select = connection.prepare_cached(sql)?;
            select.query_row(params![tx.centre_id, token_hash], |row| row.read())
        })
    }

    /// The key offered to a session.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn offered_key(&self, token_hash: &str) -> Result<Option<String>, StoreError> {
        let tx = self.reading()?;
        let sql = "select offered_key from session where centre_id = ?1 and token_hash = ?2";
        let mut select = tx.connection.prepare_cached(sql)?;
        let found = select.query_row_optional(params![tx.centre_id, token_hash], |row| row.read());
        Ok(found?.flatten())
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError`] where it does not.
    pub fn answers(&self) -> Result<(), StoreError> {
        let tx = self.reading()?;
        let mut select =
            tx.connection.prepare_cached("select 1 from centre where centre_id = ?1")?;
        select.query_row(params![tx.centre_id], |_| Ok(()))?;
        Ok(())
    }
}
