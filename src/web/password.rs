//! Passwords: requirements and hashing.
//!
//! Start at [`Checker::check`]. A password must be long and hard to guess by zxcvbn: at least ten thousand million
//! guesses (its highest score), where the trade's words (`rules/login.toml`), the names of centre and person, and
//! the login are tried early. The hash is argon2id with 46 MiB, one pass, one lane (OWASP's password storage cheat
//! sheet).

mod hint;

use crate::remittance::{Language, Localized, said};
pub use hint::Hint;
use std::borrow::Cow;

use super::fault::Fault;
use crate::rulebook::login::LoginRules;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use std::sync::LazyLock;
use zxcvbn::{Score, zxcvbn};

const MEMORY_KIB: u32 = 46 * 1024;
const PASSES: u32 = 1;
const LANES: u32 = 1;

/// Shortest password.
pub const LENGTH_MIN: usize = 15;
/// Longest password; longer ones only cost work.
pub const LENGTH_MAX: usize = 256;
/// Distinct characters required besides names and words of the trade.
const OWN_CHARACTERS_MIN: usize = 5;
/// Shortest part of a name that counts as a word.
const WORD_CHARACTERS_MIN: usize = 2;

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    Short,
    Long,
    /// It is too easy to guess, with a hint.
    Guessed(Hint),
}

impl Localized for Weakness {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Short => said!(
                language,
                "密码至少 {LENGTH_MIN} 个字符",
                "a password has {LENGTH_MIN} characters or more"
            ),
            Self::Long => said!(
                language,
                "密码最多 {LENGTH_MAX} 个字符",
                "a password has {LENGTH_MAX} characters at most"
            ),
            Self::Guessed(hint) => {
                let hint = hint.in_language(language);
                said!(
                    language,
                    "密码太容易猜到：{hint}。可以用几个互不相干的词，或一句只有自己知道的话",
                    "this password is guessed too soon: {hint}; take several words that have nothing to do with \
                     each other, or a sentence of your own"
                )
            }
        }
    }
}

/// The checks for a centre's passwords.
#[derive(Clone, Copy, Debug)]
pub struct Checker<'a> {
    pub rules: &'a LoginRules,
    pub centre: &'a str,
}

impl Checker<'_> {
    /// Checks a password for a login and a name.
    ///
    /// # Errors
    /// The first [`Weakness`] found.
    pub fn check(&self, password: &str, login: &str, name: &str) -> Result<(), Weakness> {
        let length = password.chars().count();
        if length < LENGTH_MIN {
            return Err(Weakness::Short);
        }
        if length > LENGTH_MAX {
            return Err(Weakness::Long);
        }
        let own = [login, name, self.centre].map(str::to_lowercase);
        let parts = own.iter().flat_map(|text| {
            let parts = text.split(|found: char| !found.is_alphanumeric());
            parts.chain([text.as_str()]).filter(|part| part.chars().count() >= WORD_CHARACTERS_MIN)
        });
        // An earlier word is tried sooner.
        let words: Vec<&str> = parts.chain(self.rules.words.iter().map(String::as_str)).collect();
        if beside(&password.to_lowercase(), &words) < OWN_CHARACTERS_MIN {
            let hint =
                if beside(password, &[]) < OWN_CHARACTERS_MIN { Hint::Repeat } else { Hint::Known };
            return Err(Weakness::Guessed(hint));
        }
        let found = zxcvbn(password, &words);
        if found.score() >= Score::Four { Ok(()) } else { Err(Weakness::Guessed(Hint::of(&found))) }
    }
}

/// Distinct characters outside known words: zxcvbn overrates four pieces, however short they are.
fn beside(password: &str, words: &[&str]) -> usize {
    let mut longest_first = words.to_vec();
    longest_first.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = longest_first.iter().fold(password.to_owned(), |rest, word| rest.replace(word, ""));
    rest.chars().collect::<std::collections::BTreeSet<char>>().len()
}

/// There was no memory or randomness to hash a password.
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

/// The hash to store. Takes 46 MiB and a few hundredths of a second.
///
/// # Errors
/// [`HashError`].
pub fn hash(password: &str) -> Result<String, HashError> {
    let hash = argon2()?.hash_password(password.as_bytes()).map_err(|_| HashError)?;
    Ok(hash.to_string())
}

/// Whether the password is right. Without a hash it does the same work and returns false, so the response time does
/// not reveal whether the person exists.
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
    use crate::remittance::Bilingual;
    use crate::rulebook::login::shipped;

    #[test]
    fn the_rules_refuse_and_take_their_own_examples() {
        let rules = shipped().unwrap();
        let checker = Checker { rules: &rules, centre: "示例市住房公积金管理中心" };
        for example in &rules.examples {
            let found = checker.check(&example.password, &example.login, &example.name);
            assert_eq!(found.is_ok(), example.strong, "{}: {found:?}", example.password);
        }
    }

    #[test]
    fn a_weak_password_is_told_why() {
        let rules = shipped().unwrap();
        let checker = Checker { rules: &rules, centre: "示例市住房公积金管理中心" };
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("short",                     Weakness::Short),
            ("fourteen chars",            Weakness::Short),
            ("aaaaaaaaaaaaaaaaaaaa",      Weakness::Guessed(Hint::Repeat)),
            ("password1234567",           Weakness::Guessed(Hint::Common)),
            ("qwertyuiop12345",           Weakness::Guessed(Hint::Common)),
            ("zhang.wei1zhang.wei2",      Weakness::Guessed(Hint::Known)),
            ("gongjijin2026gongjijin",    Weakness::Guessed(Hint::Known)),
            ("示例市住房公积金管理中心2026", Weakness::Guessed(Hint::Known)),
        ];
        for (password, want) in rows {
            assert_eq!(checker.check(password, "zhang.wei", "张伟"), Err(want), "{password}");
        }
        let long = "long enough ".repeat(30);
        assert_eq!(checker.check(&long, "li", "李"), Err(Weakness::Long));
        let Bilingual { zh, en } = Bilingual::of(&Weakness::Guessed(Hint::Known));
        assert!(zh.contains("姓名") && en.contains("names"), "{zh} {en}");
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
