//! What letters do not quote of a payer's words: `rules/letters/quoting.toml`, each rule with its examples.
//!
//! Start at [`Quoting::hidden`]. A text is folded character by character ([`folded`]), so that a rule finds text in
//! wide letters or with invisible characters in between. Results are places in the original text.
//!
//! Invariant: a file with a rule that fails its examples is refused.

use crate::rulebook::{RuleError, RuleFile};
use regex::Regex;
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// The rules, in order of precedence.
#[derive(Clone, Debug, Default)]
pub struct Quoting {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    id: String,
    pattern: Regex,
    not_after: Option<Regex>,
    not_before: Option<Regex>,
    shown: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    quoting: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: Spanned<String>,
    #[expect(dead_code, reason = "for whoever reads the file")]
    why: String,
    pattern: Spanned<String>,
    #[serde(default)]
    not_after: Option<Spanned<String>>,
    #[serde(default)]
    not_before: Option<Spanned<String>>,
    shown: String,
    examples: Vec<Example>,
    #[serde(default)]
    keeps: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    from: Spanned<String>,
    gives: String,
}

impl PartialEq for Quoting {
    fn eq(&self, other: &Self) -> bool {
        let same = |one: &Rule, other: &Rule| {
            (&one.id, one.pattern.as_str(), &one.shown)
                == (&other.id, other.pattern.as_str(), &other.shown)
        };
        self.rules.len() == other.rules.len()
            && self.rules.iter().zip(&other.rules).all(|(one, other)| same(one, other))
    }
}

impl Eq for Quoting {}

impl Quoting {
    /// Parses the file and tries every rule on its examples, with all rules active.
    ///
    /// # Errors
    /// [`RuleError`] with the place of the first invalid pattern or failing example.
    pub(super) fn parse(file: &RuleFile) -> Result<Self, RuleError> {
        let written: File = file.parse()?;
        let mut quoting = Self::default();
        for one in &written.quoting {
            quoting.rules.push(Rule {
                id: one.id.get_ref().clone(),
                pattern: compiled(file, &one.pattern, "")?,
                not_after: one
                    .not_after
                    .as_ref()
                    .map(|set| compiled(file, set, "$"))
                    .transpose()?,
                not_before: one
                    .not_before
                    .as_ref()
                    .map(|set| compiled(file, set, "^"))
                    .transpose()?,
                shown: one.shown.clone(),
            });
        }
        for one in &written.quoting {
            let tried = one.examples.iter().map(|example| (&example.from, example.gives.as_str()));
            let kept = one.keeps.iter().map(|kept| (kept, kept.get_ref().as_str()));
            for (from, want) in tried.chain(kept) {
                let found = quoting.shown(from.get_ref());
                if found != want {
                    let (id, message) = (one.id.get_ref(), from.get_ref());
                    let message = format!("{id}: {message:?} is shown as {found:?}, not {want:?}");
                    return Err(file.error_at(from.span(), &message));
                }
            }
        }
        Ok(quoting)
    }

    /// A text with its hidden parts replaced by their names.
    #[must_use]
    pub fn shown(&self, text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let hidden = self.hidden(&chars);
        let mut shown = String::with_capacity(text.len());
        for (place, found) in chars.iter().enumerate() {
            match hidden.iter().find(|(range, _)| range.contains(&place)) {
                Some((range, name)) if range.start == place => shown.push_str(name),
                Some(_) => {}
                None => shown.push(*found),
            }
        }
        shown
    }

    /// The hidden places in the text, in order, with their replacements.
    #[must_use]
    pub fn hidden(&self, chars: &[char]) -> Vec<(Range<usize>, &str)> {
        let (folded, places) = folded(chars);
        let mut hidden: Vec<(Range<usize>, &str)> = Vec::new();
        for rule in &self.rules {
            for found in rule.find(&folded) {
                let start = places.get(folded.get(..found.start).map_or(0, count)).copied();
                let last = folded.get(..found.end).map_or(0, count).saturating_sub(1);
                let (Some(start), Some(last)) = (start, places.get(last).copied()) else {
                    continue;
                };
                let range = start..last + 1;
                let free = |(taken, _): &(Range<usize>, &str)| {
                    range.end <= taken.start || taken.end <= range.start
                };
                if hidden.iter().all(free) {
                    hidden.push((range, rule.shown.as_str()));
                }
            }
        }
        hidden.sort_by_key(|(range, _)| range.start);
        hidden
    }
}

impl Rule {
    /// The matches without anything forbidden beside them.
    fn find(&self, folded: &str) -> Vec<Range<usize>> {
        let (mut at, mut places) = (0, Vec::new());
        while let Some(found) = self.pattern.find_at(folded, at) {
            let before = folded.get(..found.start()).unwrap_or_default();
            let behind = folded.get(found.end()..).unwrap_or_default();
            let stands = !self.not_after.as_ref().is_some_and(|set| set.is_match(before))
                && !self.not_before.as_ref().is_some_and(|set| set.is_match(behind))
                && !found.is_empty();
            let step = folded.get(found.start()..).and_then(|rest| rest.chars().next());
            if stands {
                places.push(trimmed(folded, found.range()));
                at = found.end();
            } else {
                at = found.start() + step.map_or(1, char::len_utf8);
            }
            if at > folded.len() {
                break;
            }
        }
        places
    }
}

/// Without blanks at either end.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let found = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (found.len() - found.trim_start().len());
    start..start + found.trim().len()
}

fn count(text: &str) -> usize {
    text.chars().count()
}

fn compiled(file: &RuleFile, text: &Spanned<String>, end: &str) -> Result<Regex, RuleError> {
    let pattern = text.get_ref();
    let whole = match end {
        "^" => format!("^(?:{pattern})"),
        "$" => format!("(?:{pattern})$"),
        _ => pattern.clone(),
    };
    Regex::new(&whole).map_err(|error| file.error_at(text.span(), &error.to_string()))
}

/// Controls, joiners, direction marks and the like, which do not separate anything.
const fn is_unseen(found: char) -> bool {
    matches!(found,
        '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{9F}'
        | '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E01EF}')
}

/// A text folded for rules, and the original position of each character.
fn folded(chars: &[char]) -> (String, Vec<usize>) {
    let (mut folded, mut places) = (String::with_capacity(chars.len()), Vec::new());
    for (place, found) in chars.iter().enumerate() {
        let plain = match found {
            '。' | '．' | '｡' | '․' | '﹒' => '.',
            '：' | '∶' | '﹕' | '︓' => ':',
            '／' | '∕' | '⁄' => '/',
            '＠' | '﹫' => '@',
            '－' | '‐' | '‑' | '–' | '—' => '-',
            '\u{3000}' | '\t' => ' ',
            '①'..='⑨' => char::from_u32(u32::from(*found) - u32::from('①') + u32::from('1'))
                .unwrap_or(*found),
            '！'..='～' => char::from_u32(u32::from(*found) - u32::from('！') + u32::from('!'))
                .unwrap_or(*found),
            found => *found,
        };
        if is_unseen(plain) {
            continue;
        }
        for small in plain.to_lowercase() {
            folded.push(small);
            places.push(place);
        }
    }
    (folded, places)
}
