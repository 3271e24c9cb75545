//! Checks of `remark.toml` beyond types: what a centre may write, and what would be wrong.
//!
//! Start at [`check`]. Each check gives the place in the file and the expected value.
//!
//! Invariant: what passes here compiles in `remark.rs` without a further error.

use super::{Example, RemarkRules, class_ranges};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// A place in the file and its error.
type Wrong = (Range<usize>, String);

/// Codes of [`crate::remark::Advice`]; a test compares the two lists.
pub(super) const ADVICE_CODES: [&str; 12] = [
    "broken_by_space",
    "digits_follow",
    "embedded",
    "extra_digits",
    "full_width",
    "lookalike",
    "lowercase_prefix",
    "missing_prefix",
    "not_first",
    "several_references",
    "special_character",
    "truncated",
];

pub(super) fn check(rules: &RemarkRules) -> Result<(), Wrong> {
    check_ids(rules)?;
    for (_, example) in rules.examples() {
        check_example(example)?;
    }
    let folds = rules.fold.iter().map(|rule| &rule.chars);
    for chars in folds.chain(rules.strip.iter().map(|rule| &rule.chars)) {
        class_ranges(chars.as_ref()).map_err(|message| (chars.span(), message))?;
    }
    check_lookalikes(rules)?;
    for rule in &rules.follow {
        if !matches!(rule.shape.as_ref().as_str(), "m" | "mm" | "yyyy" | "yyyymm" | "yyyymmdd") {
            return wrong(&rule.shape, "expected m, mm, yyyy, yyyymm or yyyymmdd");
        }
    }
    for word in rules.unit.iter().flat_map(|rule| &rule.words) {
        if word.as_ref().is_empty() {
            return wrong(word, "expected a word, found nothing");
        }
    }
    check_texts(rules)
}

fn wrong<T, V>(at: &Spanned<T>, message: &str) -> Result<V, Wrong> {
    Err((at.span(), message.to_owned()))
}

fn check_ids(rules: &RemarkRules) -> Result<(), Wrong> {
    let ids = rules
        .fold
        .iter()
        .map(|rule| (&rule.id, rule.examples.is_empty()))
        .chain(rules.strip.iter().map(|rule| (&rule.id, rule.examples.is_empty())))
        .chain(rules.lookalike.iter().map(|rule| (&rule.id, rule.examples.is_empty())))
        .chain(rules.follow.iter().map(|rule| (&rule.id, rule.examples.is_empty())))
        .chain(rules.unit.iter().map(|rule| (&rule.id, rule.examples.is_empty())));
    let mut seen = std::collections::BTreeSet::new();
    for (id, without_example) in ids {
        if id.as_ref().is_empty() {
            return wrong(id, "expected an id, found nothing");
        }
        if without_example {
            return wrong(id, "expected at least one example");
        }
        if !seen.insert(id.as_ref()) {
            return wrong(id, "expected an id of its own: this one is taken");
        }
    }
    Ok(())
}

fn check_example(example: &Example) -> Result<(), Wrong> {
    if example.from.as_ref().trim().is_empty() {
        return wrong(&example.from, "expected a remark, found an empty example");
    }
    if !matches!(example.certainty.as_str(), "certain" | "probable" | "ambiguous" | "none") {
        return wrong(&example.from, "expected certain, probable, ambiguous or none as certainty");
    }
    match example.advice.iter().find(|code| !ADVICE_CODES.contains(&code.as_str())) {
        Some(code) => {
            Err((example.from.span(), format!("expected an advice code, found {code:?}")))
        }
        None => Ok(()),
    }
}

/// A look-alike reads as one digit or as the prefix, and the same everywhere.
fn check_lookalikes(rules: &RemarkRules) -> Result<(), Wrong> {
    let mut seen = BTreeMap::new();
    for rule in &rules.lookalike {
        match (&rule.chars, &rule.class) {
            (None, Some(class)) => {
                class_ranges(class.as_ref()).map_err(|message| (class.span(), message))?;
                if rule.reads.as_ref() != "value" {
                    return wrong(&rule.reads, "expected \"value\" beside a class");
                }
            }
            (Some(chars), None) => {
                let reads: Vec<char> = rule.reads.as_ref().chars().collect();
                let count = chars.as_ref().chars().count();
                if reads.len() != 1 && reads.len() != count {
                    let message =
                        format!("expected 1 or {count} characters, found {}", reads.len());
                    return Err((rule.reads.span(), message));
                }
                if reads.iter().any(|read| !read.is_ascii_digit() && *read != 'P') {
                    return wrong(&rule.reads, "expected digits or P");
                }
                for (char, read) in chars.as_ref().chars().zip(reads.iter().cycle()) {
                    if char.is_ascii_digit() || matches!(char, 'P' | 'p') {
                        return wrong(chars, "a digit or the prefix itself is no look-alike");
                    }
                    if seen.insert(char, *read).is_some_and(|before| before != *read) {
                        let message = format!("{char:?} cannot look like two digits");
                        return Err((chars.span(), message));
                    }
                }
            }
            (Some(_), Some(_)) | (None, None) => {
                return wrong(&rule.id, "expected either chars or class");
            }
        }
    }
    Ok(())
}

/// Every advice has its words and names a rule of the handbook.
fn check_texts(rules: &RemarkRules) -> Result<(), Wrong> {
    for text in &rules.advice {
        if !ADVICE_CODES.contains(&text.code.as_ref().as_str()) {
            return wrong(&text.code, "expected an advice code of the contract");
        }
        if rules.handbook_rule(*text.handbook.as_ref()).is_none() {
            return wrong(&text.handbook, "expected the number of a handbook rule");
        }
    }
    match ADVICE_CODES.iter().find(|code| rules.advice_text(code).is_none()) {
        Some(code) => Err((0..0, format!("expected an [[advice]] for {code:?}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::remark::Advice;
    use crate::rulebook::RuleFile;
    use crate::rulebook::remark::RemarkRules;

    #[test]
    fn the_codes_are_those_of_the_reader() {
        let codes: Vec<_> = Advice::ALL.iter().map(|advice| advice.code()).collect();
        assert_eq!(codes, super::ADVICE_CODES);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // replaced            by                     error ends with
            ("reads = \"P\"",      "reads = \"X\"",       "expected digits or P"),
            ("reads = \"P\"",      "reads = \"PP\"",      "expected 1 or 17 characters, found 2"),
            ("chars = \"|｜∣\"",   "chars = \"O|\"",      "'O' cannot look like two digits"),
            ("chars = \"|｜∣\"",   "chars = \"1|\"",      "a digit or the prefix itself is no look-alike"),
            ("from = \"P1906 133 753\"", "from = \" \"",  "expected a remark, found an empty example"),
            ("shape = \"yyyymm\"", "shape = \"mmyy\"",    "expected m, mm, yyyy, yyyymm or yyyymmdd"),
            ("id = \"date\"",      "id = \"month\"",      "expected an id of its own: this one is taken"),
            ("handbook = 4",       "handbook = 9",        "expected the number of a handbook rule"),
            ("code = \"truncated\"", "code = \"cut\"",    "expected an advice code of the contract"),
            ("words = [\"月\"]",   "words = [\"\"]",      "expected a word, found nothing"),
            ("spaced = true",      "space = true",
             "unknown field `space`, expected one of `id`, `why`, `words`, `digits`, `spaced`, `examples`"),
        ];
        for (from, to, want) in rows {
            let mut file = RemarkRules::shipped_file();
            assert!(file.text.contains(from), "the rules hold {from}");
            let line = file.text[..file.text.find(from).unwrap()].matches('\n').count() + 1;
            file.text = file.text.replacen(from, to, 1);
            let error = RemarkRules::parse(&RuleFile { ..file }).unwrap_err();
            assert_eq!(error.message, want, "{to}");
            assert_eq!(error.line, line, "{to}");
        }
    }
}
