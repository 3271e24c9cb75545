//! The parts of statement headings: `rules/headings.toml`, typed and checked.
//!
//! Start at [`Headings::parse`]. A part is a word with its possible meanings ([`Part`]); `feed/heading.rs` combines
//! parts into a meaning. The file also has the words in cells for a direction, a reversal, or nothing.
//!
//! Invariant: no word is in two rows, and every text is normalised like headings before it is kept.

use super::{RuleError, RuleFile};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use toml::Spanned;

/// A possible meaning of a part of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Own,
    Other,
    Payer,
    Payee,
    Account,
    Name,
    Bank,
    BankCode,
    Day,
    Time,
    /// The bank's booking day, preferred to other days.
    Booking,
    /// Changes nothing.
    Neutral,
    In,
    Out,
    /// Money in or out in the bank's books; the owner's books are the reverse.
    Books,
    Amount,
    Balance,
    /// A word or sign for the kind of a movement.
    Mark,
    Direction,
    Reversal,
    Currency,
    Serial,
    Summary,
    Postscript,
    Purpose,
    Note,
    /// Known but unused.
    Passed,
    Opening,
    Closing,
    Count,
    Total,
    Page,
    Period,
}

/// Some of the parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts(u64);

impl Parts {
    pub const NONE: Self = Self(0);

    #[must_use]
    pub const fn with(self, part: Part) -> Self {
        Self(self.0 | 1 << part as u32)
    }

    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub const fn has(self, part: Part) -> bool {
        self.0 & (1 << part as u32) != 0
    }

    #[must_use]
    pub fn has_any(self, parts: &[Part]) -> bool {
        parts.iter().any(|part| self.has(*part))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    fold: Vec<Spanned<String>>,
    #[serde(default)]
    same: Vec<(String, String)>,
    part: Vec<WrittenPart>,
    values: Values,
    example: Vec<HeadingExample>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPart {
    means: Vec<Part>,
    #[expect(dead_code, reason = "for whoever reads the rule file")]
    why: String,
    words: Vec<Spanned<String>>,
}

/// The words in cells.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// Money in, money out.
    #[serde(rename = "in")]
    pub money_in: Vec<String>,
    #[serde(rename = "out")]
    pub money_out: Vec<String>,
    /// Digits that tell a direction only if something else confirms it.
    pub in_digit: Vec<String>,
    pub out_digit: Vec<String>,
    /// The reversal column's content in an ordinary row, and in a reversal.
    pub ordinary: Vec<String>,
    pub reversal: Vec<String>,
    /// Placeholders for an empty cell.
    pub nothing: Vec<String>,
    /// How rows begin that separate pages and are no movement.
    pub page_turn: Vec<String>,
}

/// A heading, and its expected meaning.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadingExample {
    pub heading: String,
    pub reads: String,
}

/// The rules for parsing headings.
#[derive(Clone, Debug)]
pub struct Headings {
    fold: HashMap<char, char>,
    same: Vec<(String, String)>,
    /// Words by their first character, the longest first.
    words: BTreeMap<char, Vec<(String, Parts)>>,
    pub values: Values,
    pub examples: Vec<HeadingExample>,
}

impl Headings {
    /// # Errors
    /// [`RuleError`] with the place of the first error.
    pub fn parse(file: &RuleFile) -> Result<Self, RuleError> {
        let written: Written = file.parse()?;
        let mut fold = HashMap::new();
        for pair in &written.fold {
            let mut chars = pair.get_ref().chars();
            match (chars.next(), chars.next(), chars.next()) {
                (Some(found), Some(read), None) => fold.insert(found, read),
                _ => return Err(file.error_at(pair.span(), "expected two characters")),
            };
        }
        let mut headings = Self {
            fold,
            same: written.same,
            words: BTreeMap::new(),
            values: written.values,
            examples: written.example,
        };
        let mut known: HashMap<String, ()> = HashMap::new();
        for part in &written.part {
            let parts = part.means.iter().fold(Parts::NONE, |parts, part| parts.with(*part));
            for word in &part.words {
                let text = headings.folded(word.get_ref());
                let Some(first) = text.chars().next() else {
                    return Err(file.error_at(word.span(), "expected a word"));
                };
                if known.insert(text.clone(), ()).is_some() {
                    return Err(file.error_at(word.span(), "expected a word that stands once"));
                }
                headings.words.entry(first).or_default().push((text, parts));
            }
        }
        for words in headings.words.values_mut() {
            words.sort_by(|(one, _), (other, _)| other.len().cmp(&one.len()).then(one.cmp(other)));
        }
        Ok(headings)
    }

    /// The longest part at the start of a normalised text, with its meanings.
    #[must_use]
    pub fn part_of<'t>(&self, text: &'t str) -> Option<(&'t str, Parts)> {
        let words = self.words.get(&text.chars().next()?)?;
        let (word, parts) = words.iter().find(|(word, _)| text.starts_with(word.as_str()))?;
        Some((text.get(..word.len())?, *parts))
    }

    /// A text prepared for comparison: without blanks, in one width, one script and one case.
    #[must_use]
    pub fn folded(&self, text: &str) -> String {
        let folded = text.chars().filter(|c| !is_blank(*c)).map(narrow);
        let mut folded: String =
            folded.map(|c| self.fold.get(&c).copied().unwrap_or(c).to_ascii_lowercase()).collect();
        for (found, read) in &self.same {
            if folded.contains(found.as_str()) {
                folded = folded.replace(found.as_str(), read);
            }
        }
        folded
    }
}

/// Blanks of any width, and invisible characters.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

/// Full-width forms of ASCII (U+FF01 to U+FF5E) as half-width ones.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - u32::from('！') + u32::from('!')).unwrap_or(c)
        }
        '【' | '〔' | '〈' => '(',
        '】' | '〕' | '〉' => ')',
        '—' | '–' => '-',
        '∕' => '/',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Headings {
        let text = include_str!("../../../../rules/headings.toml").to_owned();
        Headings::parse(&RuleFile { path: "headings.toml".into(), text })
            .unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_text_is_folded_in_width_script_blanks_and_case() {
        let headings = shipped();
        for (text, want) in [
            ("账　　号", "账号"),
            ("借方發生額（支取）", "借方发生额(支取)"),
            ("ＤＲ", "dr"),
            ("日 志 号", "日志号"),
        ] {
            assert_eq!(headings.folded(text), want);
        }
    }

    #[test]
    fn the_longest_part_is_taken() {
        let headings = shipped();
        let (word, parts) = headings.part_of("对方账户名称").unwrap();
        assert_eq!(word, "对方");
        assert!(parts.has(Part::Other) && !parts.has(Part::Own));
        assert_eq!(headings.part_of("账户名称").map(|(word, _)| word), Some("账户名称"));
        assert_eq!(headings.part_of("甲"), None);
    }

    #[test]
    fn a_word_that_stands_twice_is_an_error_with_its_place() {
        let values = "[values]\nin=[]\nout=[]\nin_digit=[]\nout_digit=[]\nordinary=[]\nreversal=[]\nnothing=[]\npage_turn=[]\n";
        let text = format!(
            "example = []\n[[part]]\nmeans = [\"in\"]\nwhy = \"x\"\nwords = [\"收\", \"收\"]\n{values}"
        );
        let error = Headings::parse(&RuleFile { path: "headings.toml".into(), text }).unwrap_err();
        assert_eq!(error.to_string(), "rules/headings.toml:5:15: expected a word that stands once");
    }
}
