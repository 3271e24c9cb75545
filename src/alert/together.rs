//! Merges letters to several employers into one mail: an agent of twenty employers gets one mail with twenty parts.
//!
//! Start at [`together`]. The parts are the unchanged letters, each under its employer's name; nothing of one
//! appears in another. The mail is a letter of its own, with an id derived from theirs.

use super::letter::Letter;
use super::{Reissue, page};
use crate::rulebook::letter::LetterRules;
use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

/// A letter to merge.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    pub letter_id: &'a str,
    pub employer_id: &'a str,
    /// The employer's name.
    pub name: &'a str,
    pub message: &'a str,
}

/// The merged mail: id, subject and message. `None` if a part is not our message or the recipients differ.
#[must_use]
pub fn together(parts: &[Part<'_>], on: NaiveDate, rules: &LetterRules) -> Option<super::Written> {
    let letters: Vec<Letter> = parts
        .iter()
        .map(|part| {
            Some(Reissue::of(part.letter_id, part.employer_id, part.message)?.into_letter())
        })
        .collect::<Option<_>>()?;
    let first = letters.first()?;
    if letters.iter().any(|letter| !letter.to.eq_ignore_ascii_case(&first.to)) {
        return None;
    }
    let count = parts.len().to_string();
    let fill = |section: &str| rules.fill(section, &[("count", &count)]);
    let (subject, opening) = (fill("together-subject"), fill("together-opening"));
    let headings: Vec<String> = (1..)
        .zip(parts)
        .map(|(number, part): (usize, _)| {
            let number = number.to_string();
            let name = super::guard::name(part.name);
            let values = [("number", number.as_str()), ("count", &count), ("employer", &name)];
            rules.fill("together-part", &values)
        })
        .collect();
    let mut text = format!("{opening}\n");
    for (heading, letter) in headings.iter().zip(&letters) {
        text.push_str(&format!("\n{heading}\n\n{}\n", letter.text.trim_end()));
    }
    let pages: Vec<(String, &str)> =
        headings.into_iter().zip(letters.iter().map(|letter| letter.html.as_str())).collect();
    let letter_id = id(parts);
    let whole = Letter {
        letter_id: letter_id.clone(),
        employer_id: String::new(),
        to_name: String::new(),
        // A link declines for one employer only, so the merged mail has none; a single part does.
        advises: false,
        subject: subject.clone(),
        text,
        html: page::together(&subject, &opening, &pages),
        ..first.clone()
    };
    let message = String::from_utf8_lossy(&whole.eml(on).ok()?).into_owned();
    Some(super::Written { letter_id, subject, message })
}

/// SHA-256 over the parts' ids, in hex.
fn id(parts: &[Part<'_>]) -> String {
    let mut hash = Sha256::new();
    for field in ["duizhang together 1"].into_iter().chain(parts.iter().map(|part| part.letter_id))
    {
        hash.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(field);
    }
    hex::encode(hash.finalize())
}
