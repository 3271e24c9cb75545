//! Rules are data: the parts of headings, and the exceptions of each bank.
//!
//! Start at [`bank::BankLayouts`]. A [`RuleFile`] is a name and a text; each module below parses and checks files of
//! its kind. The shipped texts are compiled in ([`shipped`]); a centre's own files replace them one by one and are read
//! by the caller, never here.
//!
//! Invariant: an unknown key, table or name is an error; no part of a rule file is ignored.

pub mod bank;
pub mod field;
pub mod headings;

use serde::de::DeserializeOwned;
use std::fmt;

/// One rule file: its path below `rules/`, with `/` as separator, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    pub path: String,
    pub text: String,
}

/// An error in a rule file, with its place; `line` and `column` count from 1.
///
/// Prints as `rules/remark.toml:14:3: unknown field "form", expected "from"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    pub path: String,
    pub line: usize,
    pub column: usize,
    /// Byte range in the file's text, for showing the place.
    pub span: std::ops::Range<usize>,
    pub message: String,
}

/// The shipped rule files of statements: path below `rules/` and text, sorted by path.
pub const SHIPPED: &[(&str, &str)] = &[
    ("banks/abc.toml", include_str!("../../../rules/banks/abc.toml")),
    ("banks/boc.toml", include_str!("../../../rules/banks/boc.toml")),
    ("banks/bocom.toml", include_str!("../../../rules/banks/bocom.toml")),
    ("banks/ccb.toml", include_str!("../../../rules/banks/ccb.toml")),
    ("banks/cmb.toml", include_str!("../../../rules/banks/cmb.toml")),
    ("banks/generic.toml", include_str!("../../../rules/banks/generic.toml")),
    ("banks/icbc.toml", include_str!("../../../rules/banks/icbc.toml")),
    ("banks/psbc.toml", include_str!("../../../rules/banks/psbc.toml")),
    ("banks/regional.toml", include_str!("../../../rules/banks/regional.toml")),
    ("banks/standard.toml", include_str!("../../../rules/banks/standard.toml")),
    ("headings.toml", include_str!("../../../rules/headings.toml")),
];

/// Every shipped rule file of statements, sorted by path.
#[must_use]
pub fn shipped() -> Vec<RuleFile> {
    SHIPPED.iter().map(RuleFile::from).collect()
}

impl From<&(&str, &str)> for RuleFile {
    fn from((path, text): &(&str, &str)) -> Self {
        Self { path: (*path).to_owned(), text: (*text).to_owned() }
    }
}

impl RuleFile {
    /// Parses the text into a rule type, which refuses unknown fields.
    ///
    /// # Errors
    /// [`RuleError`] with the place of the first error.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, RuleError> {
        toml::from_str(&self.text)
            .map_err(|error| self.error_at(error.span().unwrap_or(0..0), error.message()))
    }

    /// An error at a place of this file, for checks beyond types.
    #[must_use]
    pub fn error_at(&self, span: std::ops::Range<usize>, message: &str) -> RuleError {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        RuleError { path: self.path.clone(), line, column, span, message: message.to_owned() }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rules/{}:{}:{}: {}", self.path, self.line, self.column, self.message)
    }
}

impl std::error::Error for RuleError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only its name matters here")]
        from: String,
    }

    #[test]
    fn an_error_names_file_line_and_column() {
        let file = RuleFile { path: "remark.toml".into(), text: "\n  form = \"x\"\n".into() };
        let error = file.parse::<Sample>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "rules/remark.toml:2:3: unknown field `form`, expected `from`"
        );
    }
}
