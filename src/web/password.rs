//! Passwords: what they must be, and how they are kept.
//!
//! argon2id with 46 MiB, one pass, one lane (OWASP's password storage cheat sheet). Length is what counts; a
//! password is refused where it is short, or one of the few that come to everybody's mind.

use super::fault::Fault;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use std::sync::LazyLock;

const MEMORY_KIB: u32 = 46 * 1024;
const PASSES: u32 = 1;
const LANES: u32 = 1;

/// Characters a password has at least.
pub const LENGTH_MIN: usize = 15;
/// Characters it has at most; longer ones would only cost work.
pub const LENGTH_MAX: usize = 256;

/// Parts of passwords that people choose when length is asked for. What remains without them must still
/// have some characters of its own.
const OBVIOUS: &[&str] = &[
    "password",
    "passw0rd",
    "123456789",
    "1234567890",
    "987654321",
    "qwertyuiop",
    "qwerty",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r",
    "admin",
    "administrator",
    "duizhang",
    "gongjijin",
    "gjj",
    "zhufang",
    "welcome",
    "letmein",
    "iloveyou",
    "woaini",
    "abc123",
    "abcdefgh",
    "5201314",
    "111111",
    "000000",
    "666666",
    "888888",
    "公积金",
    "对账",
    "密码",
    "中心",
];
/// Different characters that remain at least once the obvious is taken away.
const OWN_CHARACTERS_MIN: usize = 5;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    Short,
    Long,
    /// It is made of what everybody tries first, or of few characters again and again.
    Obvious,
    /// It is made of the name one logs in with.
    Name,
}

impl Weakness {
    /// In Chinese and English.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Short => ("密码至少 15 个字符", "a password has 15 characters or more"),
            Self::Long => ("密码最多 256 个字符", "a password has 256 characters at most"),
            Self::Obvious => ("密码太容易猜到", "this password is among the first that are tried"),
            Self::Name => ("密码不能由用户名构成", "a password is not made of the name"),
        }
    }
}

/// Whether a password will do for whoever logs in with this name.
///
/// # Errors
/// The [`Weakness`] that it has.
pub fn check(password: &str, person_id: &str) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return Err(Weakness::Short);
    }
    if length > LENGTH_MAX {
        return Err(Weakness::Long);
    }
    let own = |text: &str| {
        let mut characters: Vec<char> = text.chars().collect();
        characters.sort_unstable();
        characters.dedup();
        characters.len()
    };
    let lower = password.to_lowercase();
    if !person_id.is_empty() && own(&lower.replace(person_id, "")) < OWN_CHARACTERS_MIN {
        return Err(if own(&lower) < OWN_CHARACTERS_MIN {
            Weakness::Obvious
        } else {
            Weakness::Name
        });
    }
    let rest = OBVIOUS.iter().fold(lower, |rest, obvious| rest.replace(obvious, ""));
    if own(&rest) < OWN_CHARACTERS_MIN { Err(Weakness::Obvious) } else { Ok(()) }
}

/// There was no memory to hash a password in, or no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot hash a password: no memory or no randomness")]
pub struct HashError;

impl From<HashError> for Fault {
    fn from(_: HashError) -> Self {
        Self::Broken
    }
}

fn argon2() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| HashError)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What is kept of a password. Takes 46 MiB and a few hundredths of a second.
///
/// # Errors
/// [`HashError`].
pub fn hash(password: &str) -> Result<String, HashError> {
    let hash = argon2()?.hash_password(password.as_bytes()).map_err(|_| HashError)?;
    Ok(hash.to_string())
}

/// Whether this is the password. Without a hash it does the same work, and answers no: how long the
/// answer takes does not say whether there is such a person.
pub(crate) fn is_right(password: &str, kept: Option<&str>) -> bool {
    static NOBODYS: LazyLock<String> =
        LazyLock::new(|| hash("nobody has this password").unwrap_or_default());
    let Ok(argon2) = argon2() else { return false };
    let against = kept.unwrap_or(NOBODYS.as_str());
    let right = argon2.verify_password(password.as_bytes(), against).is_ok();
    right && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_first_that_is_tried() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("correct horse battery", Ok(())),
            ("青山不改绿水长流后会有期江湖再见", Ok(())),
            ("short",                 Err(Weakness::Short)),
            ("fourteen chars",        Err(Weakness::Short)),
            ("aaaaaaaaaaaaaaaaaaaa",  Err(Weakness::Obvious)),
            ("password1234567890",    Err(Weakness::Obvious)),
            ("Qwertyuiop123456789",   Err(Weakness::Obvious)),
            ("zhang.wei1zhang.wei2",  Err(Weakness::Name)),
        ];
        for (password, want) in rows {
            assert_eq!(check(password, "zhang.wei"), want, "{password}");
        }
        assert_eq!(check(&"long enough ".repeat(30), "li"), Err(Weakness::Long));
    }

    #[test]
    fn what_is_kept_is_argon2id_with_46_mib_and_takes_the_password_alone() {
        let kept = hash("correct horse battery").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{kept}");
        assert!(is_right("correct horse battery", Some(&kept)));
        assert!(!is_right("correct horse batterx", Some(&kept)));
        assert!(!is_right("nobody has this password", None));
    }
}
