//! Rules are data: `rules/*.toml` become typed rules, or an error that names file, line and column.
//!
//! Start at [`Rulebook::read`]. A [`RuleFile`] is a name and a text. The texts that ship are compiled
//! in ([`shipped`]); a centre's own `rules/` replaces them file by file, read by the shell, never
//! here. Each kind of rule has its own module below, which turns a file into its type and checks it.
//!
//! Invariant: an unknown key, table or name is an error; nothing in a rule file is ignored.

pub mod bank;
pub mod calendar;
pub mod desk;
pub mod field;
pub mod headings;
pub mod letter;
pub mod login;
pub mod matching;
pub mod policy;
pub mod remark;
pub mod servers;
mod shipped;

pub use shipped::shipped;

use crate::calendar::WorkingDays;
use serde::de::DeserializeOwned;
use std::fmt;

/// One rule file: its path below `rules/`, with `/` between, and its whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    pub path: String,
    pub text: String,
}

/// What is wrong in a rule file, and where; `line` and `column` count from 1.
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

/// All rules of a centre, checked.
#[derive(Clone, Debug)]
pub struct Rulebook {
    pub remark: remark::RemarkRules,
    pub matching: matching::MatchingRules,
    pub calendar: WorkingDays,
    pub banks: bank::BankLayouts,
    pub letters: letter::LetterRules,
    pub policy: crate::remittance::Policy,
    pub desk: desk::DeskRules,
    pub login: login::LoginRules,
    pub servers: servers::ServerRules,
}

impl Rulebook {
    /// Checks the rules that ship with a centre's own files in place of those of the same path.
    ///
    /// # Errors
    /// One [`RuleError`] for each part of the rules that is wrong: the first thing wrong in it.
    pub fn read(own: Vec<RuleFile>) -> Result<Self, Vec<RuleError>> {
        let files = overlaid(own);
        let below = |folder: &str| -> Vec<RuleFile> {
            files.iter().filter(|file| file.path.starts_with(folder)).cloned().collect()
        };
        let file = |path: &str| named(&files, path);
        let remark = remark::RemarkRules::parse(&file("remark.toml"));
        let matching = matching::read(&file("matching.toml"));
        let calendar = calendar::read(&below("calendar/"));
        let banks = bank::BankLayouts::from_files(&file("headings.toml"), &below("banks/"));
        let letters = letter::LetterRules::parse(&below("letters/"));
        let policy = policy::read(&file("policy.toml"));
        let desk = desk::read(&file("desk.toml"));
        let servers = || servers::read(&file("servers.toml"));
        let shell = login::read(&file("login.toml")).and_then(|login| Ok((login, servers()?)));
        match (remark, matching, calendar, banks, letters, policy, desk, shell) {
            (
                Ok(remark),
                Ok(matching),
                Ok(calendar),
                Ok(banks),
                Ok(letters),
                Ok(policy),
                Ok(desk),
                Ok((login, servers)),
            ) => {
                let errors: Vec<RuleError> = files.iter().filter_map(unexpected).collect();
                let policy =
                    crate::remittance::Policy { open_days: policy::open_days(&calendar), ..policy };
                let book = Self {
                    remark,
                    matching,
                    calendar,
                    banks,
                    letters,
                    policy,
                    desk,
                    login,
                    servers,
                };
                if errors.is_empty() { Ok(book) } else { Err(errors) }
            }
            (remark, matching, calendar, banks, letters, policy, desk, shell) => {
                let found = [
                    remark.err(),
                    matching.err(),
                    calendar.err(),
                    banks.err(),
                    letters.err(),
                    policy.err(),
                    desk.err(),
                    shell.err(),
                ];
                Err(found
                    .into_iter()
                    .flatten()
                    .chain(files.iter().filter_map(unexpected))
                    .collect())
            }
        }
    }
}

/// The file of a path; an empty one where there is none, which its reader refuses.
fn named(files: &[RuleFile], path: &str) -> RuleFile {
    let missing = || RuleFile { path: path.to_owned(), text: String::new() };
    files.iter().find(|file| file.path == path).cloned().unwrap_or_else(missing)
}

/// The files that ship, each replaced by the centre's own of that path; its others follow.
fn overlaid(own: Vec<RuleFile>) -> Vec<RuleFile> {
    let mut files = shipped();
    for file in own {
        match files.iter_mut().find(|known| known.path == file.path) {
            Some(known) => *known = file,
            None => files.push(file),
        }
    }
    files
}

/// A file that no part of the rules reads.
fn unexpected(file: &RuleFile) -> Option<RuleError> {
    let folders = ["banks/", "calendar/", "letters/"];
    let known = shipped().iter().any(|shipped| shipped.path == file.path)
        || folders.iter().any(|folder| file.path.starts_with(folder));
    (!known).then(|| file.error_at(0..0, "no rule is read from a file of this name"))
}

impl RuleFile {
    /// Parses the text into a rule type; the type refuses unknown fields.
    ///
    /// # Errors
    /// [`RuleError`] with the place of the first thing that is wrong.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, RuleError> {
        toml::from_str(&self.text)
            .map_err(|error| self.error_at(error.span().unwrap_or(0..0), error.message()))
    }

    /// An error at a place of this file, for checks that go beyond types.
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
