//! API tokens: the role and expiry of each.
//!
//! A token is identified by its hash. It belongs to a person and counts as that person, so that a token and its
//! owner are not two where two must agree; the trail names both. `desk/access.rs` creates tokens.

use crate::store::database::columns::columns;
use crate::store::database::sql::{Connection, params};
use crate::store::trail;
use crate::store::{Store, StoreError, StoreRefusal};
use crate::suspense::EntityKind;
use crate::suspense::trail::TrailEntry;

/// An API token, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// The head of the hash: identifies it in lists and in the trail.
    pub token_id: String,
    pub token_hash: String,
    /// Its purpose.
    pub name: String,
    /// `suspense::Role`'s code.
    pub role: String,
    pub made_by: String,
    pub made_at: i64,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
    /// Its owner; empty for a token older than ownership, which is not accepted.
    pub owner: String,
}

columns! { impl ApiToken of "t" {
    token_id, token_hash, name, role, made_by, made_at, expires_at, revoked_at, owner,
} }

/// An accepted token, with its owner's present role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUse {
    pub token: ApiToken,
    pub owner_role: String,
}

columns! { impl TokenUse { token as ApiToken, owner_role = "p.role" } }

pub(in crate::store) fn insert(
    connection: &Connection,
    centre: i64,
    token: &ApiToken,
) -> Result<(), StoreError> {
    const SQL: &str = "insert into api_token (centre_id, token_id, token_hash, name, role, made_by,
            made_at, expires_at, revoked_at, owner)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    connection.prepare_cached(SQL)?.execute(params![
        centre,
        token.token_id,
        token.token_hash,
        token.name,
        token.role,
        token.made_by,
        token.made_at,
        token.expires_at,
        token.revoked_at,
        token.owner
    ])?;
    Ok(())
}

impl Store {
    /// The token with this hash, if it is valid and its owner may log in.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn token(&self, token_hash: &str, now: i64) -> Result<Option<TokenUse>, StoreError> {
        const TAKEN: &str = "from api_token t
            join person p on p.centre_id = t.centre_id and p.person_id = t.owner
            where t.centre_id = ?1 and t.token_hash = ?2 and t.expires_at > ?3
                and t.revoked_at is null and p.disabled_at is null";
        let tx = self.reading()?;
        tx.connection.select_optional(TAKEN, params![tx.centre_id, token_hash, now])
    }

    /// All tokens ever made, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let tx = self.reading()?;
        let from = "from api_token t where t.centre_id = ?1 order by t.made_at desc, t.token_id";
        tx.connection.select_all(from, params![tx.centre_id])
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it does not exist, or is already revoked.
    pub fn revoke_token(
        &self,
        token_id: &str,
        at: i64,
        entry: &TrailEntry,
    ) -> Result<(), StoreError> {
        const SQL: &str = "update api_token set revoked_at = ?3
            where centre_id = ?1 and token_id = ?2 and revoked_at is null";
        let tx = self.writing()?;
        let centre = tx.centre_id;
        tx.atomically(|connection| {
            if connection.prepare_cached(SQL)?.execute(params![centre, token_id, at])? == 0 {
                let (what, id) = (EntityKind::TokenInForce, token_id.to_owned());
                return Err(StoreError::Refused(StoreRefusal::NoSuch { what, id }));
            }
            trail::append(connection, centre, entry)?;
            Ok(())
        })
    }
}
