//! The rules for parsing remarks: `rules/remark.toml`, typed and checked.
//!
//! Start at [`RemarkRules::parse`]. The file has everything that is safe to vary: folded, stripped and look-alike
//! characters, what may be glued on, the handbook and the words for payers. The mechanism is in `remark.rs`; [`check`]
//! refuses what it could not carry out.
//!
//! Invariant: parsed rules can be used without any further error.

mod check;

use super::{RuleError, RuleFile};
use remittance::receipt::HandbookSentence;
use remittance::{Language, Localized};
use serde::Deserialize;
use std::borrow::Cow;
use toml::Spanned;

/// The shipped rules.
const SHIPPED: &str = include_str!("../../../../rules/remark.toml");

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemarkRules {
    pub limits: Limits,
    pub fold: Vec<CharacterRule>,
    pub strip: Vec<StripRule>,
    pub lookalike: Vec<LookalikeRule>,
    pub follow: Vec<FollowRule>,
    pub unit: Vec<UnitRule>,
    pub handbook: Vec<HandbookRule>,
    pub advice: Vec<AdviceText>,
}

/// Numbers that separate a damaged reference from a word.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub truncated_digits_min: usize,
    pub lookalike_letters_max: usize,
    pub lookalike_letters_together_max: usize,
    pub year_first: u32,
    pub year_last: u32,
}

/// The expected result for a remark: `gives` is left out if no single reference can be read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub from: Spanned<String>,
    pub gives: Option<String>,
    pub certainty: String,
    pub advice: Vec<String>,
}

/// Characters that fold to an ASCII letter or digit.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharacterRule {
    pub id: Spanned<String>,
    pub why: String,
    pub chars: Spanned<String>,
    pub examples: Vec<Example>,
}

/// Characters without meaning inside a reference.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StripRule {
    pub id: Spanned<String>,
    pub kind: StripKind,
    pub why: String,
    pub chars: Spanned<String>,
    pub examples: Vec<Example>,
}

/// How a stripped character looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StripKind {
    Space,
    Invisible,
    Symbol,
}

/// Characters that look like a digit or like the prefix.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookalikeRule {
    pub id: Spanned<String>,
    pub why: String,
    /// The characters one by one, with their readings in `reads`.
    pub chars: Option<Spanned<String>>,
    /// Or a class of decimal digits; then `reads` is `value`.
    pub class: Option<Spanned<String>>,
    pub reads: Spanned<String>,
    pub examples: Vec<Example>,
}

/// Digits that may be glued to a complete reference.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowRule {
    pub id: Spanned<String>,
    pub why: String,
    pub shape: Spanned<String>,
    pub mark: Option<String>,
    pub examples: Vec<Example>,
}

/// Words whose digits are never bridged into a reference.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitRule {
    pub id: Spanned<String>,
    pub why: String,
    pub words: Vec<Spanned<String>>,
    pub digits: Vec<usize>,
    #[serde(default)]
    pub spaced: bool,
    pub examples: Vec<Example>,
}

/// A rule of the handbook for employers: its own sentence, and the English one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandbookRule {
    pub number: u8,
    pub zh: String,
    pub en: String,
}

impl Localized for HandbookRule {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        language.choose(&self.zh, &self.en).clone().into()
    }
}

/// The words for a payer about one fault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdviceText {
    pub code: Spanned<String>,
    pub handbook: Spanned<u8>,
    pub zh: String,
    pub en: String,
    pub wrong: String,
    pub right: String,
}

impl Localized for AdviceText {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        language.choose(&self.zh, &self.en).clone().into()
    }
}

impl RemarkRules {
    /// The shipped rules.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the text is compiled in and a test parses it")]
    pub fn shipped() -> Self {
        Self::parse(&Self::shipped_file()).expect("rules/remark.toml is sound")
    }

    /// The shipped file, for `init` and for showing an error's place.
    #[must_use]
    pub fn shipped_file() -> RuleFile {
        RuleFile { path: "remark.toml".to_owned(), text: SHIPPED.to_owned() }
    }

    /// Parses and checks a rule file.
    ///
    /// # Errors
    /// [`RuleError`] with the place of the first error.
    pub fn parse(file: &RuleFile) -> Result<Self, RuleError> {
        let rules: Self = file.parse()?;
        check::check(&rules).map_err(|(span, message)| file.error_at(span, &message))?;
        Ok(rules)
    }

    /// Every example with the id of its rule, in file order.
    pub fn examples(&self) -> impl Iterator<Item = (&str, &Example)> {
        let folds = self.fold.iter().map(|rule| (&rule.id, &rule.examples));
        let strips = self.strip.iter().map(|rule| (&rule.id, &rule.examples));
        let lookalikes = self.lookalike.iter().map(|rule| (&rule.id, &rule.examples));
        let follows = self.follow.iter().map(|rule| (&rule.id, &rule.examples));
        let units = self.unit.iter().map(|rule| (&rule.id, &rule.examples));
        folds
            .chain(strips)
            .chain(lookalikes)
            .chain(follows)
            .chain(units)
            .flat_map(|(id, examples)| examples.iter().map(|one| (id.as_ref().as_str(), one)))
    }

    /// The handbook's rule with this number.
    #[must_use]
    pub fn handbook_rule(&self, number: u8) -> Option<&HandbookRule> {
        self.handbook.iter().find(|rule| rule.number == number)
    }

    /// The handbook's payment rules, in its words, for receipts.
    #[must_use]
    pub fn handbook_sentences(&self) -> Vec<HandbookSentence<'_>> {
        let rules = self.handbook.iter();
        rules.map(|rule| HandbookSentence { number: rule.number, text: &rule.zh }).collect()
    }

    /// The words for a payer about an advice code.
    #[must_use]
    pub fn advice_text(&self, code: &str) -> Option<&AdviceText> {
        self.advice.iter().find(|text| text.code.as_ref() == code)
    }
}

/// The characters of a class such as `[\p{P}--[…]]`, as sorted ranges.
///
/// # Errors
/// The error in the class.
pub fn class_ranges(class: &str) -> Result<Vec<(char, char)>, String> {
    let parsed = regex_syntax::parse(class)
        .map_err(|error| format!("expected a character class, found {class:?}: {error}"))?;
    match parsed.kind() {
        regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(ranges)) => {
            Ok(ranges.iter().map(|range| (range.start(), range.end())).collect())
        }
        regex_syntax::hir::HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).unwrap_or_default();
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(only), None) => Ok(vec![(only, only)]),
                _ => Err(format!("expected a character class, found {class:?}")),
            }
        }
        regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Bytes(_))
        | regex_syntax::hir::HirKind::Empty
        | regex_syntax::hir::HirKind::Look(_)
        | regex_syntax::hir::HirKind::Repetition(_)
        | regex_syntax::hir::HirKind::Capture(_)
        | regex_syntax::hir::HirKind::Concat(_)
        | regex_syntax::hir::HirKind::Alternation(_) => {
            Err(format!("expected a character class, found {class:?}"))
        }
    }
}
