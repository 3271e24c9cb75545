//! Sanitises untrusted texts in a letter: nothing in them leads a reader anywhere or names a third person.
//!
//! Start at [`harmless`]. `rules/letters/quoting.toml` says what is hidden and what replaces it. This file makes
//! invisible characters visible and breaks what a mail program could still take for a link.

use crate::remittance::{Language, Localized};
use crate::report::{RemarkText, SegmentKind, text};
use crate::rulebook::letter::LetterRules;
use std::borrow::Cow;

/// Characters quoted of a payer's text.
const QUOTED_CHARS_MAX: usize = 140;

/// Characters quoted of a name.
const NAME_CHARS_MAX: usize = 60;

/// Characters beyond the limit in which a link that began before may end.
const BEYOND: usize = 64;

/// Marks a shortened text.
const CUT: &str = "……（以下略）";

/// A remark as written: the field's name, and pieces marked as parsed or not.
pub(super) struct Quote {
    pub(super) field: Cow<'static, str>,
    pub(super) pieces: Vec<(String, bool)>,
    /// The parsed references, separated by 、; empty for none.
    pub(super) read: String,
}

impl Quote {
    pub(super) fn whole(&self) -> String {
        self.pieces.iter().map(|(piece, _)| piece.as_str()).collect()
    }
}

/// An untrusted name on one line: nothing invisible, no line end, limited length.
pub(super) fn name(text: &str) -> String {
    line(text, NAME_CHARS_MAX)
}

/// A display name for a header: nothing that a mail program could take for an address, so that no name passes for
/// another sender.
pub(super) fn display(text: &str) -> String {
    name(text).replace(['@', '＠', '<', '>', '＜', '＞', '"'], " ").trim().to_owned()
}

/// A text on one line without control, zero-width or direction characters.
pub(super) fn line(text: &str, chars_max: usize) -> String {
    let seen = text.chars().map(|found| if found.is_whitespace() { ' ' } else { found });
    let seen = seen.filter(|found| text::visible(*found).is_none());
    seen.take(chars_max).collect::<String>().trim().to_owned()
}

/// A payer's text for a letter's body, shortened.
pub(super) fn quoted(text: &str, rules: &LetterRules) -> String {
    let mut quoted = String::new();
    for (piece, _) in pieces(text.chars().map(|found| (found, false)), rules) {
        quoted.push_str(&piece);
    }
    quoted
}

/// An untrusted text, not shortened.
pub(super) fn harmless(text: &str, rules: &LetterRules) -> String {
    broken(&rules.quoting().shown(text))
}

/// A remark for a letter's body, with the parsed parts marked and the parsed references listed.
pub(super) fn remark(remark: &RemarkText, read: &[String], rules: &LetterRules) -> Quote {
    let chars = remark.segments().iter().flat_map(|segment| {
        let was_read = segment.kind == SegmentKind::Read;
        segment.text.chars().map(move |found| (found, was_read))
    });
    let pieces = pieces(chars, rules);
    let read = if read.is_empty() { runs(remark) } else { read.to_vec() };
    let visible = pieces.iter().any(|(_, read)| *read);
    let read = if visible { broken(&read.join("、")) } else { String::new() };
    Quote { field: remark.field.in_language(Language::Chinese), pieces, read }
}

/// The parsed pieces when they make no complete reference; pieces separated only by meaningless characters are
/// joined.
fn runs(remark: &RemarkText) -> Vec<String> {
    let mut runs: Vec<String> = vec![String::new()];
    for segment in remark.segments() {
        match (segment.kind, runs.last_mut()) {
            (SegmentKind::Read, Some(run)) => run.push_str(&segment.text),
            (SegmentKind::Plain, Some(run)) if !run.is_empty() => runs.push(String::new()),
            (SegmentKind::Read | SegmentKind::Plain | SegmentKind::Stripped, _) => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Splits a text into parsed and unparsed pieces and replaces what is hidden. A rule sees the whole text, whatever
/// its marks.
fn pieces(text: impl Iterator<Item = (char, bool)>, rules: &LetterRules) -> Vec<(String, bool)> {
    let (chars, read): (Vec<char>, Vec<bool>) = text.take(QUOTED_CHARS_MAX + BEYOND).unzip();
    let hidden = rules.quoting().hidden(&chars);
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut add = |text: &str, read: bool| match pieces.last_mut() {
        Some((piece, same)) if *same == read => piece.push_str(text),
        _ => pieces.push((text.to_owned(), read)),
    };
    for (place, (found, read)) in chars.iter().zip(read).enumerate() {
        if place == QUOTED_CHARS_MAX {
            add(CUT, false);
            break;
        }
        match hidden.iter().find(|(range, _)| range.contains(&place)) {
            Some((range, instead)) if range.start == place => add(instead, false),
            Some(_) => {}
            None => add(found.encode_utf8(&mut [0; 4]), read),
        }
    }
    pieces.into_iter().map(|(piece, read)| (broken(&piece), read)).collect()
}

/// Makes invisible characters visible and breaks what a mail program would turn into a link.
fn broken(text: &str) -> String {
    let revealed = text::revealed(text.chars());
    let mut harmless = String::with_capacity(revealed.len());
    let mut rest = revealed.chars().peekable();
    while let Some(found) = rest.next() {
        let behind = rest.peek().copied().unwrap_or(' ');
        match found {
            '.' | '。' | '．' if behind.is_alphabetic() && behind.is_ascii() => {
                harmless.push_str("[.]");
            }
            ':' if behind == '/' => harmless.push_str("[:]"),
            '@' if behind.is_ascii_alphanumeric() => harmless.push_str("[@]"),
            found => harmless.push(found),
        }
    }
    harmless
}

#[cfg(test)]
mod tests;
