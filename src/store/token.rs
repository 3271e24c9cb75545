//! The tokens of programs: which role each has, and until when.
//!
//! A token is known by its hash. It acts under a name of its own, `token:` and its id, so what a program
//! did is never taken for what a person did.

use super::bulk::Bulk;
use super::sql::{Row, params};
use super::trail;
use super::{Refusal, Store, StoreError};
use crate::suspense::trail::Entry;

/// A program's token, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// The head of the hash: names it in lists and in the trail.
    pub token_id: String,
    pub token_hash: String,
    /// What it is for.
    pub name: String,
    /// `suspense::Role`'s code.
    pub role: String,
    pub made_by: String,
    pub made_at: i64,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
}

const COLUMNS: &str = "token_id, token_hash, name, role, made_by, made_at, expires_at, revoked_at
    from api_token where centre_id = ?1";

impl Store {
    /// Keeps a token.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn add_token(&self, token: &ApiToken, entry: &Entry) -> Result<(), StoreError> {
        const SQL: &str = "insert into api_token values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        bulk.atomically(|connection| {
            connection.prepare_cached(SQL)?.execute(params![
                centre,
                token.token_id,
                token.token_hash,
                token.name,
                token.role,
                token.made_by,
                token.made_at,
                token.expires_at,
                token.revoked_at
            ])?;
            trail::append(connection, centre, entry)?;
            Ok(())
        })
    }

    /// The token of this hash, where it still is taken.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn token(&self, token_hash: &str, now: i64) -> Result<Option<ApiToken>, StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = format!(
            "select {COLUMNS} and token_hash = ?2 and expires_at > ?3 and revoked_at is null"
        );
        let mut select = bulk.connection.prepare_cached(&sql)?;
        select.query_row_optional(params![bulk.centre_id, token_hash, now], token)
    }

    /// All tokens there ever were, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = format!("select {COLUMNS} order by made_at desc, token_id");
        let mut select = bulk.connection.prepare_cached(&sql)?;
        select.query_all(params![bulk.centre_id], token)
    }

    /// Takes a token back.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is none of that name, or it was taken back.
    pub fn revoke_token(&self, token_id: &str, at: i64, entry: &Entry) -> Result<(), StoreError> {
        const SQL: &str = "update api_token set revoked_at = ?3
            where centre_id = ?1 and token_id = ?2 and revoked_at is null";
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        bulk.atomically(|connection| {
            if connection.prepare_cached(SQL)?.execute(params![centre, token_id, at])? == 0 {
                let (what, id) = ("token in force", token_id.to_owned());
                return Err(StoreError::Refused(Refusal::NoSuch { what, id }));
            }
            trail::append(connection, centre, entry)?;
            Ok(())
        })
    }
}

fn token(row: &Row<'_>) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        token_id: row.get(0)?,
        token_hash: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
        made_by: row.get(4)?,
        made_at: row.get(5)?,
        expires_at: row.get(6)?,
        revoked_at: row.get(7)?,
    })
}
