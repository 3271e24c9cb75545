//! Parses `rules/login.toml`: how often secrets may be guessed, and which words make a password weak.
//!
//! Start at [`read`]. The desk judges the strength of a password (`web/password.rs`) and tries the examples.

use super::{RuleError, RuleFile};
use serde::Deserialize;
use toml::Spanned;

/// The file's name below `rules/`, and the compiled-in text.
pub const SHIPPED: (&str, &str) = ("login.toml", include_str!("../../../../rules/login.toml"));

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginRules {
    /// Failures without a wait.
    pub free_failures: i64,
    /// The longest wait.
    pub wait_seconds_max: i64,
    /// Failures an hour from one address.
    pub address_failures_an_hour: i64,
    /// Failures an hour for one login name before strangers are limited to one attempt a second.
    pub login_failures_an_hour: i64,
    pub words: Vec<String>,
    pub examples: Vec<PasswordExample>,
}

/// A password, and whether it is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordExample {
    pub password: String,
    pub strong: bool,
    /// The login name of its owner.
    #[serde(default)]
    pub login: String,
    #[serde(default)]
    pub name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    free_failures: Spanned<i64>,
    wait_seconds_max: Spanned<i64>,
    address_failures_an_hour: Spanned<i64>,
    login_failures_an_hour: Spanned<i64>,
    words: Vec<Spanned<String>>,
    examples: Vec<PasswordExample>,
}

/// The compiled-in rules.
///
/// # Errors
/// Never, as the tests show; the type is that of [`read`].
pub fn shipped() -> Result<LoginRules, RuleError> {
    read(&RuleFile { path: SHIPPED.0.into(), text: SHIPPED.1.into() })
}

/// Parses `login.toml`.
///
/// # Errors
/// [`RuleError`] with the place of the first error.
pub fn read(file: &RuleFile) -> Result<LoginRules, RuleError> {
    let parsed: File = file.parse()?;
    let within = |value: &Spanned<i64>, most: i64| {
        let found = *value.get_ref();
        if (1..=most).contains(&found) {
            return Ok(found);
        }
        Err(file.error_at(value.span(), &format!("expected 1 to {most}, found {found}")))
    };
    if let Some(empty) = parsed.words.iter().find(|word| word.get_ref().trim().is_empty()) {
        return Err(file.error_at(empty.span(), "expected a word, found nothing"));
    }
    Ok(LoginRules {
        free_failures: within(&parsed.free_failures, 100)?,
        wait_seconds_max: within(&parsed.wait_seconds_max, 3_600)?,
        address_failures_an_hour: within(&parsed.address_failures_an_hour, 100_000)?,
        login_failures_an_hour: within(&parsed.login_failures_an_hour, 100_000)?,
        words: parsed.words.into_iter().map(|word| word.into_inner().to_lowercase()).collect(),
        examples: parsed.examples,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_file_that_is_wrong_says_where() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("free_failures = 5",      "free_failures = 0",      "expected 1 to 100, found 0"),
            ("wait_seconds_max = 900", "wait_seconds_max = 9000", "expected 1 to 3600, found 9000"),
            ("\"gjj\"",                "\" \"",                   "expected a word, found nothing"),
        ];
        for (from, to, want) in rows {
            let text = SHIPPED.1.replacen(from, to, 1);
            assert_ne!(text, SHIPPED.1, "{from}");
            let error = read(&RuleFile { path: SHIPPED.0.into(), text }).unwrap_err();
            assert!(error.to_string().ends_with(want), "{error}");
        }
        assert!(!shipped().unwrap().examples.is_empty());
    }
}
