//! The sentences of letters to employers: `rules/letters/*.txt`, checked before the first is written.
//!
//! Start at [`LetterRules::parse`]. A file is sections (`== name`) of plain text with `{{variables}}`; [`expected`]
//! fixes the sections of a file and the variables of a section. There are no conditions and no loops: a centre can
//! change every sentence and cannot break a letter.
//!
//! Invariant: after parsing every section exists and every variable in it is known, so writing a letter cannot fail.

mod quoting;
mod sections;

pub use quoting::Quoting;
use sections::{
    ACCESS, ARREARS, BOX, HELD, Known, LETTER, LIFE, RETIRED, SENDING, SERVER, SMS, STAFF, TOGETHER,
};

use super::{RuleError, RuleFile};
use remittance::Reason;
use std::collections::BTreeMap;
use std::ops::Range;

/// The shipped files, as path below `rules/` and text.
pub const SHIPPED: [(&str, &str); 14] = [
    ("letters/letter.txt", include_str!("../../../../rules/letters/letter.txt")),
    ("letters/life.txt", include_str!("../../../../rules/letters/life.txt")),
    ("letters/reasons.txt", include_str!("../../../../rules/letters/reasons.txt")),
    ("letters/advice.txt", include_str!("../../../../rules/letters/advice.txt")),
    ("letters/arrears.txt", include_str!("../../../../rules/letters/arrears.txt")),
    ("letters/access.txt", include_str!("../../../../rules/letters/access.txt")),
    ("letters/staff.txt", include_str!("../../../../rules/letters/staff.txt")),
    ("letters/server.txt", include_str!("../../../../rules/letters/server.txt")),
    ("letters/box.txt", include_str!("../../../../rules/letters/box.txt")),
    (QUOTING, include_str!("../../../../rules/letters/quoting.toml")),
    ("letters/held.txt", include_str!("../../../../rules/letters/held.txt")),
    ("letters/together.txt", include_str!("../../../../rules/letters/together.txt")),
    ("letters/sending.txt", include_str!("../../../../rules/letters/sending.txt")),
    ("letters/sms.txt", include_str!("../../../../rules/letters/sms.txt")),
];

/// The only file in the folder without sentences.
const QUOTING: &str = "letters/quoting.toml";

/// The contract's advice codes; each has a sentence.
pub const ADVICE: [&str; 12] = [
    "not_first",
    "lowercase_prefix",
    "full_width",
    "digits_follow",
    "special_character",
    "broken_by_space",
    "extra_digits",
    "truncated",
    "lookalike",
    "missing_prefix",
    "embedded",
    "several_references",
];

/// All sentences, ready to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterRules {
    sections: BTreeMap<String, Vec<Part>>,
    quoting: Quoting,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(String),
}

/// The required sections of a file: name, known variables, whether all must be used.
type Expected = Vec<(String, &'static [&'static str], bool)>;

impl LetterRules {
    /// Parses the files of `rules/letters/`, in any order.
    ///
    /// # Errors
    /// [`RuleError`] with the place of the first unknown or missing section or variable.
    pub fn parse(files: &[RuleFile]) -> Result<Self, RuleError> {
        let mut sections = BTreeMap::new();
        let mut quoting = Quoting::default();
        for (path, _) in SHIPPED {
            let Some(file) = files.iter().find(|file| file.path == path) else {
                let file = RuleFile { path: path.to_owned(), text: String::new() };
                return Err(file.error_at(0..0, "this file is missing"));
            };
            if path == QUOTING {
                quoting = Quoting::parse(file)?;
                continue;
            }
            sections.extend(sections_of(file, &expected(path))?);
        }
        if let Some(file) =
            files.iter().find(|file| !SHIPPED.iter().any(|(path, _)| *path == file.path))
        {
            return Err(file.error_at(0..0, "no letter knows this file"));
        }
        Ok(Self { sections, quoting })
    }

    /// The shipped rules.
    ///
    /// # Errors
    /// Never in a tested build: a test parses them.
    pub fn shipped() -> Result<Self, RuleError> {
        let file = |(path, text): (&str, &str)| RuleFile { path: path.into(), text: text.into() };
        Self::parse(&SHIPPED.map(file))
    }

    /// A section with its variables replaced.
    #[must_use]
    pub fn fill(&self, section: &str, values: &[(&str, &str)]) -> String {
        let value = |name: &str| {
            let found = values.iter().find(|(known, _)| *known == name);
            debug_assert!(found.is_some(), "section {section} is filled without {name}");
            found.map_or("", |(_, value)| *value)
        };
        let parts = self.sections.get(section).map_or(&[][..], Vec::as_slice);
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Variable(name) => value(name).to_owned(),
        };
        parts.iter().map(text).collect()
    }

    /// What letters do not quote of a payer's words.
    #[must_use]
    pub const fn quoting(&self) -> &Quoting {
        &self.quoting
    }

    /// The sentence of an advice code; `None` for a code the contract does not have.
    #[must_use]
    pub fn advice(&self, code: &str) -> Option<String> {
        ADVICE.contains(&code).then(|| self.fill(code, &[]))
    }
}

/// The sections of a file, no more and no fewer.
fn expected(path: &str) -> Expected {
    const REASON: &[&str] = &["amount", "booked_on", "phone"];
    let section = |(name, variables, all): &Known| ((*name).to_owned(), *variables, *all);
    match path {
        "letters/advice.txt" => {
            ADVICE.iter().map(|code| ((*code).to_owned(), &[][..], false)).collect()
        }
        "letters/reasons.txt" => Reason::ALL
            .iter()
            .flat_map(|reason| ["wrong", "steps"].map(|part| format!("{reason}.{part}")))
            .map(|name| (name, REASON, false))
            .collect(),
        "letters/life.txt" => LIFE.iter().map(section).collect(),
        "letters/arrears.txt" => ARREARS.iter().map(section).collect(),
        "letters/access.txt" => ACCESS.iter().map(section).collect(),
        "letters/staff.txt" => STAFF.iter().map(section).collect(),
        "letters/server.txt" => SERVER.iter().map(section).collect(),
        "letters/held.txt" => HELD.iter().map(section).collect(),
        "letters/together.txt" => TOGETHER.iter().map(section).collect(),
        "letters/box.txt" => BOX.iter().map(section).collect(),
        "letters/sending.txt" => SENDING.iter().map(section).collect(),
        "letters/sms.txt" => SMS.iter().map(section).collect(),
        _ => LETTER.iter().chain(&[("automatic", &[][..], false)]).map(section).collect(),
    }
}

fn sections_of(
    file: &RuleFile,
    expected: &Expected,
) -> Result<BTreeMap<String, Vec<Part>>, RuleError> {
    let mut sections = BTreeMap::new();
    for (name, place, body) in split(file)? {
        if RETIRED.contains(&name.as_str()) {
            continue;
        }
        let known = expected.iter().find(|(known, _, _)| *known == name);
        let Some((_, variables, all)) = known else {
            return Err(file.error_at(place, &format!("unknown section {name:?}")));
        };
        let parts = parts(file, body, variables)?;
        let absent = variables.iter().find(|variable| {
            *all && !parts
                .iter()
                .any(|part| matches!(part, Part::Variable(used) if used == *variable))
        });
        if let Some(variable) = absent {
            return Err(
                file.error_at(place, &format!("section {name:?} does not use {{{{{variable}}}}}"))
            );
        }
        if parts.is_empty() {
            return Err(file.error_at(place, &format!("section {name:?} is empty")));
        }
        if sections.insert(name.clone(), parts).is_some() {
            return Err(file.error_at(place, &format!("section {name:?} stands twice")));
        }
    }
    let end = file.text.len()..file.text.len();
    match expected.iter().find(|(name, _, _)| !sections.contains_key(name)) {
        Some((name, _, _)) => Err(file.error_at(end, &format!("section {name:?} is missing"))),
        None => Ok(sections),
    }
}

/// A section: its name, the place of that, and the byte ranges of its lines.
type Section = (String, Range<usize>, Vec<Range<usize>>);

fn split(file: &RuleFile) -> Result<Vec<Section>, RuleError> {
    let mut sections: Vec<Section> = Vec::new();
    let mut start = 0;
    for line in file.text.split_inclusive('\n') {
        let whole = start..start + line.trim_end().len();
        start += line.len();
        if line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix("==") {
            sections.push((name.trim().to_owned(), whole, Vec::new()));
        } else if let Some((_, _, body)) = sections.last_mut() {
            body.push(whole);
        } else if !line.trim().is_empty() {
            return Err(file.error_at(whole, "expected a section such as \"== greeting\""));
        }
    }
    Ok(sections)
}

fn parts(
    file: &RuleFile,
    lines: Vec<Range<usize>>,
    known: &[&str],
) -> Result<Vec<Part>, RuleError> {
    let mut parts = Vec::new();
    let blank = |line: &Range<usize>| line.is_empty();
    let first = lines.iter().position(|line| !blank(line)).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !blank(line)).map_or(first, |index| index + 1);
    for (index, line) in lines.into_iter().enumerate().take(last).skip(first) {
        if index > first {
            parts.push(Part::Text("\n".to_owned()));
        }
        line_parts(file, line, known, &mut parts)?;
    }
    Ok(parts)
}

fn line_parts(
    file: &RuleFile,
    line: Range<usize>,
    known: &[&str],
    parts: &mut Vec<Part>,
) -> Result<(), RuleError> {
    let mut at = line.start;
    let mut rest = file.text.get(line).unwrap_or_default();
    while let Some((before, after)) = rest.split_once("{{") {
        let open = at + before.len();
        let Some((name, behind)) = after.split_once("}}") else {
            return Err(
                file.error_at(open..open + 2, "\"{{\" is not closed by \"}}\" on this line")
            );
        };
        if !known.contains(&name) {
            let names = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let message = format!("unknown variable {name:?}, known here: {names}");
            return Err(file.error_at(open + 2..open + 2 + name.len(), &message));
        }
        parts.extend([Part::Text(before.to_owned()), Part::Variable(name.to_owned())]);
        at = open + name.len() + 4;
        rest = behind;
    }
    if let Some(stray) = rest.find("}}") {
        return Err(file.error_at(at + stray..at + stray + 2, "\"}}\" closes nothing"));
    }
    parts.push(Part::Text(rest.to_owned()));
    Ok(())
}

#[cfg(test)]
mod tests;
