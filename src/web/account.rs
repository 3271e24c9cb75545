//! Creates people and tokens: the rules shared by the command line and the administrator's page.

use super::fault::Fault;
use super::password::{Checker, Weakness};
use super::{second_factor, secret};
use crate::remittance::{Language, Localized, said};
use crate::suspense::{AccessKind, AccessRequest, Role};
use serde_json::json;
use std::borrow::Cow;
use std::fmt;

/// Longest login name.
const LOGIN_CHARACTERS_MAX: usize = 32;
/// Longest display name.
pub(crate) const NAME_CHARACTERS_MAX: usize = 40;
/// Characters of a token's hash that identify it.
const TOKEN_ID_CHARACTERS: usize = 12;
const DAY_SECONDS: i64 = 24 * 3600;

/// The system provided no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct NoRandomness;

impl From<NoRandomness> for Fault {
    fn from(_: NoRandomness) -> Self {
        Self::Broken
    }
}

/// Why a person cannot be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Not a valid login name.
    Login,
    /// The display name is empty, too long or has control characters.
    Name,
    Password(Weakness),
}

impl Localized for Unfit {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Login => said!(
                language,
                "用户名为 1 至 32 个字母、数字或 . - _，以字母或数字开头",
                "a login name is 1 to 32 letters, digits or . - _, beginning with a letter or digit"
            ),
            Self::Name => said!(language, "姓名为 1 至 40 个字符", "a name has 1 to 40 characters"),
            Self::Password(weakness) => weakness.in_language(language),
        }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

/// The login name in stored form.
///
/// # Errors
/// [`Unfit::Login`].
pub fn login(typed: &str) -> Result<String, Unfit> {
    let login = typed.trim().to_ascii_lowercase();
    let fits = |found: char| found.is_ascii_alphanumeric() || matches!(found, '.' | '-' | '_');
    let begins = login.starts_with(|first: char| first.is_ascii_alphanumeric());
    if begins && login.len() <= LOGIN_CHARACTERS_MAX && login.chars().all(fits) {
        Ok(login)
    } else {
        Err(Unfit::Login)
    }
}

/// A new person, before the password is hashed.
#[derive(Clone)]
pub struct Newcomer {
    pub login: String,
    pub name: String,
    pub role: Role,
    pub password: String,
    /// Somebody else chose the password.
    pub password_given: bool,
}

impl Newcomer {
    /// Checks all fields.
    ///
    /// # Errors
    /// The first [`Unfit`] found.
    pub fn check(&self, passwords: &Checker<'_>) -> Result<(), Unfit> {
        let login = login(&self.login)?;
        check_name(&self.name)?;
        passwords.check(&self.password, &login, &self.name).map_err(Unfit::Password)
    }

    /// The access request, with the password's hash.
    #[must_use]
    pub fn request(&self, hash: &str) -> AccessRequest {
        AccessRequest {
            name: self.name.trim().to_owned(),
            role: Some(self.role),
            secret: Some(hash.to_owned()),
            password_given: self.password_given,
            ..AccessRequest::plain(AccessKind::Person, &self.login.trim().to_ascii_lowercase())
        }
    }
}

/// Resets a person's password by its hash; `given` if another person chose it.
#[must_use]
pub fn reset(login: &str, hash: &str, given: bool) -> AccessRequest {
    AccessRequest {
        secret: Some(hash.to_owned()),
        password_given: given,
        ..AccessRequest::plain(AccessKind::Reset, login)
    }
}

pub(crate) fn check_name(name: &str) -> Result<(), Unfit> {
    let name = name.trim();
    let fits = !name.is_empty()
        && name.chars().count() <= NAME_CHARACTERS_MAX
        && !name.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(Unfit::Name) }
}

/// A detail for the audit trail as JSON; empty stays empty.
pub(crate) fn detail(word: &str) -> String {
    if word.is_empty() { String::new() } else { json!({ "is": word }).to_string() }
}

/// The authenticator code for this key at an instant; `None` for an invalid key.
#[must_use]
pub fn code_at(key: &str, at: i64) -> Option<String> {
    second_factor::code(key, at)
}

/// A new token and its access request; the token itself is shown only once.
///
/// # Errors
/// [`NoRandomness`].
pub fn token(
    name: &str,
    role: Role,
    owner: &str,
    now: i64,
    days: u16,
) -> Result<(String, AccessRequest), NoRandomness> {
    // The prefix lets secret scanners find tokens in source code.
    let token = format!("duizhang_{}", secret::token().map_err(|_| NoRandomness)?);
    let token_hash = secret::hash("token", &token);
    let token_id = token_hash.get(..TOKEN_ID_CHARACTERS).unwrap_or_default().to_owned();
    let asked = AccessRequest {
        name: name.trim().to_owned(),
        role: Some(role),
        secret: Some(token_hash),
        token: Some((token_id, now + i64::from(days) * DAY_SECONDS)),
        ..AccessRequest::plain(AccessKind::Token, owner)
    };
    Ok((token, asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_name_is_plain_and_in_lower_case() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("Li.Na ",   Ok("li.na")),
            ("w_w-3",    Ok("w_w-3")),
            ("",         Err(Unfit::Login)),
            (".hidden",  Err(Unfit::Login)),
            ("王伟",      Err(Unfit::Login)),
            ("a b",      Err(Unfit::Login)),
            ("a<script", Err(Unfit::Login)),
        ];
        for (typed, want) in rows {
            assert_eq!(login(typed), want.map(str::to_owned), "{typed}");
        }
        assert!(login(&"a".repeat(33)).is_err());
    }
}
