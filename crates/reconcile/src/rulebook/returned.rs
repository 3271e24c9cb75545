//! Parses `rules/returned.toml`: words in returned mail, and their meaning.
//!
//! Start at [`ReturnedWords::of`]. A text is folded first: lower case, no mail or web addresses, punctuation as blanks.
//! Each row has examples, and [`read`] tries them: a failing example is an error of the file.

use super::{RuleError, RuleFile};
use serde::Deserialize;
use std::fmt::Write as _;
use std::sync::Arc;
use toml::Spanned;

/// The file's name below `rules/`, and the compiled-in text.
pub const SHIPPED: (&str, &str) =
    ("returned.toml", include_str!("../../../../rules/returned.toml"));

/// The meaning of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// In a refusal: it is not about the address.
    Never,
    /// In a refusal: the mailbox does not exist.
    Gone,
    /// In a refusal: the mailbox accepts nothing now.
    Doubtful,
    /// In a report in prose.
    Delayed,
    Failed,
    /// In a reply.
    Moved,
    Automatic,
}

/// The words of a centre; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedWords {
    rows: Arc<[Row]>,
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    says: Says,
    phrases: Vec<Folded>,
}

/// A folded text: English words between blanks, and Chinese without any.
#[derive(Debug, PartialEq, Eq)]
struct Folded {
    spaced: String,
    tight: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    words: Vec<Given>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    says: Says,
    #[expect(dead_code, reason = "it is for whoever reads the file")]
    why: String,
    phrases: Vec<Spanned<String>>,
    examples: Vec<Spanned<String>>,
}

/// The possible meanings of a refusal, of a report in prose, and of a reply.
pub const REFUSAL: &[Says] = &[Says::Never, Says::Gone, Says::Doubtful];
pub const REPORT: &[Says] = &[Says::Delayed, Says::Failed];

/// The compiled-in rules.
///
/// # Errors
/// Never, as the tests show; the type is that of [`read`].
pub fn shipped() -> Result<ReturnedWords, RuleError> {
    read(&RuleFile { path: SHIPPED.0.into(), text: SHIPPED.1.into() })
}

/// Parses `returned.toml` and tries its examples.
///
/// # Errors
/// [`RuleError`] if the file has another form, a phrase is empty, or an example fails.
pub fn read(file: &RuleFile) -> Result<ReturnedWords, RuleError> {
    let given: File = file.parse()?;
    let mut rows = Vec::with_capacity(given.words.len());
    for row in &given.words {
        let mut phrases = Vec::with_capacity(row.phrases.len());
        for phrase in &row.phrases {
            let folded = Folded::of(phrase.get_ref());
            if folded.tight.is_empty() {
                return Err(file.error_at(phrase.span(), "expected a phrase, found no words"));
            }
            phrases.push(folded);
        }
        rows.push(Row { says: row.says, phrases });
    }
    let words = ReturnedWords { rows: rows.into() };
    for row in &given.words {
        let asked = asked(row.says);
        for example in &row.examples {
            let says = words.of(example.get_ref(), asked);
            if says != Some(row.says) {
                let message = format!("expected {:?} of this example, found {says:?}", row.says);
                return Err(file.error_at(example.span(), &message));
            }
        }
    }
    Ok(words)
}

/// The rows that an example of a row is tried against.
const fn asked(says: Says) -> &'static [Says] {
    match says {
        Says::Never | Says::Gone | Says::Doubtful => REFUSAL,
        Says::Delayed | Says::Failed => REPORT,
        Says::Moved => &[Says::Moved],
        Says::Automatic => &[Says::Automatic],
    }
}

impl ReturnedWords {
    /// The meaning of a text among the given ones: that of the first fitting row.
    #[must_use]
    pub fn of(&self, text: &str, asked: &[Says]) -> Option<Says> {
        let text = Folded::of(text);
        let fits = |row: &&Row| {
            asked.contains(&row.says) && row.phrases.iter().any(|phrase| phrase.stands_in(&text))
        };
        self.rows.iter().find(fits).map(|row| row.says)
    }
}

impl Folded {
    fn of(text: &str) -> Self {
        let mut spaced = String::with_capacity(text.len() + 2);
        let mut tight = String::with_capacity(text.len());
        for word in text.split_whitespace().filter(|word| !is_address(word)) {
            for letter in word.chars().flat_map(char::to_lowercase) {
                if letter.is_alphanumeric() {
                    spaced.push(letter);
                    tight.push(letter);
                } else if !spaced.ends_with(' ') {
                    spaced.push(' ');
                }
            }
            if !spaced.ends_with(' ') {
                spaced.push(' ');
            }
        }
        let mut bounded = String::with_capacity(spaced.len() + 2);
        write!(bounded, " {} ", spaced.trim()).unwrap_or_default();
        Self { spaced: bounded, tight }
    }

    /// A Chinese phrase may occur anywhere, even across a line break.
    fn stands_in(&self, text: &Self) -> bool {
        if self.tight.is_ascii() {
            text.spaced.contains(&self.spaced)
        } else {
            text.tight.contains(&self.tight)
        }
    }
}

/// A mail or web address; words in it mean nothing.
fn is_address(word: &str) -> bool {
    let ascii = word.is_ascii();
    ascii && (word.contains('@') || word.contains("://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_says_of_its_examples_what_it_says() {
        shipped().unwrap();
    }

    #[test]
    fn a_row_whose_example_says_something_else_is_an_error_in_its_place() {
        let text = "[[words]]\nsays = \"gone\"\nwhy = \"\"\nphrases = [\"no such user\"]\n\
            examples = [\"mailbox full\"]\n";
        let file = RuleFile { path: SHIPPED.0.into(), text: text.into() };
        assert_eq!(
            read(&file).unwrap_err().to_string(),
            "rules/returned.toml:5:13: expected Gone of this example, found None"
        );
    }

    #[test]
    fn words_of_an_address_do_not_count() {
        let words = shipped().unwrap();
        let rows = [
            ("<spam-list@b.example>: user unknown", Some(Says::Gone)),
            ("see https://b.example/spam no such user", Some(Says::Gone)),
            ("no such\r\n user here", Some(Says::Gone)),
            ("收件人不\n存在", Some(Says::Gone)),
            ("a corporate message", None),
        ];
        for (text, says) in rows {
            assert_eq!(words.of(text, REFUSAL), says, "{text}");
        }
    }
}
