//! The people of the desk: who may log in, with which role and secrets.
//!
//! The desk decides what makes a valid password or code; this module stores the hashes, and the sealed keys of
//! second factors. A person who loses a right loses the sessions with it, in the same commit. Only
//! `desk/access.rs` decides who is added, changed or locked out, and how many people that takes.

use crate::store::database::columns::columns;
use crate::store::database::sql::{Connection, params};
use crate::store::database::tx::Tx;
use crate::store::trail;
use crate::store::{Store, StoreError};
use crate::suspense::trail::TrailEntry;

/// A person who works at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The login name, in lower case; acts are recorded under it.
    pub person_id: String,
    pub name: String,
    /// `suspense::Role`'s code.
    pub role: String,
    /// A PHC string.
    pub password: String,
    /// Another person chose the password.
    pub password_given: bool,
    /// The sealed key; `None` until it is set up.
    pub second_factor: Option<String>,
    pub made_at: i64,
    pub disabled_at: Option<i64>,
}

columns! { impl Person {
    person_id, name, role, password, password_given, second_factor, made_at, disabled_at,
} }

const PEOPLE: &str = "from person where centre_id = ?1";

impl Store {
    /// The person with a login name.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn person(&self, person_id: &str) -> Result<Option<Person>, StoreError> {
        find(&*self.reading()?, person_id)
    }

    /// All people, also those who may no longer log in.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn people(&self) -> Result<Vec<Person>, StoreError> {
        let tx = self.reading()?;
        let from = format!("{PEOPLE} order by person_id");
        tx.connection.select_all(&from, params![tx.centre_id])
    }

    /// Stores a person's own new password, set in the session `kept`, and ends their other sessions.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn set_password(
        &self,
        person_id: &str,
        password: &str,
        kept: &str,
        entry: &TrailEntry,
    ) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            connection.execute(
                "update person set password = ?3, password_given = 0
                 where centre_id = ?1 and person_id = ?2",
                params![centre, person_id, password],
            )?;
            connection.execute(
                "delete from session
                 where centre_id = ?1 and person_id = ?2 and token_hash <> ?3",
                params![centre, person_id, kept],
            )?;
            trail::append(connection, centre, entry)?;
            Ok(())
        })
    }

    /// Stores a second factor, the step of the code that proved it, and the hashes of new recovery codes.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn set_second_factor(
        &self,
        person_id: &str,
        key: &str,
        step: i64,
        code_hashes: &[String],
        entry: &TrailEntry,
    ) -> Result<(), StoreError> {
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            connection
                .prepare_cached(
                    "update person set second_factor = ?3, second_factor_step = ?4
                     where centre_id = ?1 and person_id = ?2",
                )?
                .execute(params![centre, person_id, key, step])?;
            connection
                .prepare_cached(
                    "delete from recovery_code where centre_id = ?1 and person_id = ?2",
                )?
                .execute(params![centre, person_id])?;
            connection
                .prepare_cached(
                    "update session set offered_key = null where centre_id = ?1 and person_id = ?2",
                )?
                .execute(params![centre, person_id])?;
            for hash in code_hashes {
                connection
                    .prepare_cached(
                        "insert into recovery_code (centre_id, person_id, code_hash,
                            used_at)
                        values (?1, ?2, ?3, null)",
                    )?
                    .execute(params![centre, person_id, hash])?;
            }
            trail::append(connection, centre, entry)?;
            Ok(())
        })
    }

    /// Replaces the stored key of a second factor; `false` if it is no longer the given one.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn replace_second_factor(
        &self,
        person_id: &str,
        before: &str,
        after: &str,
    ) -> Result<bool, StoreError> {
        let tx = self.writing()?;
        let sql = "update person set second_factor = ?4
            where centre_id = ?1 and person_id = ?2 and second_factor = ?3";
        let values = params![tx.centre_id, person_id, before, after];
        Ok(tx.connection.prepare_cached(sql)?.execute(values)? == 1)
    }

    /// Uses a code of the second factor, by its step: `false` if it, or a later one, was used.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn take_step(&self, person_id: &str, step: i64) -> Result<bool, StoreError> {
        let tx = self.writing()?;
        let sql = "update person set second_factor_step = ?3
            where centre_id = ?1 and person_id = ?2 and second_factor_step < ?3";
        let values = params![tx.centre_id, person_id, step];
        Ok(tx.connection.prepare_cached(sql)?.execute(values)? == 1)
    }

    /// Uses a recovery code: `false` if it does not exist, or was used.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn take_recovery_code(
        &self,
        person_id: &str,
        code_hash: &str,
        at: i64,
    ) -> Result<bool, StoreError> {
        let tx = self.writing()?;
        let sql = "update recovery_code set used_at = ?4
            where centre_id = ?1 and person_id = ?2 and code_hash = ?3 and used_at is null";
        let values = params![tx.centre_id, person_id, code_hash, at];
        Ok(tx.connection.prepare_cached(sql)?.execute(values)? == 1)
    }

    /// How many recovery codes a person has left.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn recovery_codes_left(&self, person_id: &str) -> Result<i64, StoreError> {
        let tx = self.reading()?;
        let sql = "select count(*) from recovery_code
            where centre_id = ?1 and person_id = ?2 and used_at is null";
        let mut select = tx.connection.prepare_cached(sql)?;
        select.query_row(params![tx.centre_id, person_id], |row| row.read())
    }
}

/// Adds a person; `false` if the login name is taken.
pub(in crate::store) fn insert(
    connection: &Connection,
    centre: i64,
    person: &Person,
) -> Result<bool, StoreError> {
    const SQL: &str = "insert into person (centre_id, person_id, name, role, password,
            password_given, second_factor, second_factor_step, made_at, disabled_at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9)
        on conflict (centre_id, person_id) do nothing";
    let values = params![
        centre,
        person.person_id,
        person.name,
        person.role,
        person.password,
        i64::from(person.password_given),
        person.second_factor,
        person.made_at,
        person.disabled_at
    ];
    Ok(connection.prepare_cached(SQL)?.execute(values)? == 1)
}

/// Changes a person's role; their sessions end.
pub(in crate::store) fn set_role(
    connection: &Connection,
    centre: i64,
    person_id: &str,
    role: &str,
) -> Result<(), StoreError> {
    let sql = "update person set role = ?3 where centre_id = ?1 and person_id = ?2";
    connection.prepare_cached(sql)?.execute(params![centre, person_id, role])?;
    end_sessions(connection, centre, person_id)
}

/// Disables or enables a person's login; their sessions end.
pub(in crate::store) fn set_disabled(
    connection: &Connection,
    centre: i64,
    person_id: &str,
    at: Option<i64>,
) -> Result<(), StoreError> {
    let sql = "update person set disabled_at = ?3 where centre_id = ?1 and person_id = ?2";
    connection.prepare_cached(sql)?.execute(params![centre, person_id, at])?;
    end_sessions(connection, centre, person_id)
}

/// Resets a person's password, `given` by another person or not, and removes the second factor.
pub(in crate::store) fn reset(
    connection: &Connection,
    centre: i64,
    person_id: &str,
    (password, given): (&str, bool),
) -> Result<(), StoreError> {
    let codes = "delete from recovery_code where centre_id = ?1 and person_id = ?2";
    connection.prepare_cached(codes)?.execute(params![centre, person_id])?;
    let sql = "update person set password = ?3, password_given = ?4, second_factor = null
        where centre_id = ?1 and person_id = ?2";
    let values = params![centre, person_id, password, i64::from(given)];
    connection.prepare_cached(sql)?.execute(values)?;
    end_sessions(connection, centre, person_id)
}

/// A person who loses a right loses the sessions with it.
fn end_sessions(connection: &Connection, centre: i64, person_id: &str) -> Result<(), StoreError> {
    let sql = "delete from session where centre_id = ?1 and person_id = ?2";
    connection.prepare_cached(sql)?.execute(params![centre, person_id])?;
    Ok(())
}

/// The person with a login name.
pub(in crate::store) fn find(tx: &Tx, person_id: &str) -> Result<Option<Person>, StoreError> {
    let from = format!("{PEOPLE} and person_id = ?2");
    tx.connection.select_optional(&from, params![tx.centre_id, person_id])
}

/// How many administrators can log in.
pub(in crate::store) fn administrators(
    connection: &Connection,
    centre: i64,
) -> Result<i64, StoreError> {
    let sql = "select count(*) from person
        where centre_id = ?1 and role = 'administrator' and disabled_at is null";
    let mut select = connection.prepare_cached(sql)?;
    select.query_row(params![centre], |row| row.read())
}
