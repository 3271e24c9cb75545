//! Parses `rules/letters/brake.toml`: when a night's letters are held until a person has looked.
//!
//! Start at [`read`]. `alert/brake.rs` applies the numbers to a night and tries the examples.

use super::{RuleError, RuleFile};
use serde::Deserialize;
use toml::Spanned;

/// The file's name below `rules/`, and the compiled-in text.
pub const SHIPPED: (&str, &str) =
    ("letters/brake.toml", include_str!("../../../../rules/letters/brake.toml"));

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrakeRules {
    /// The number of letters of a night, or credits of a file, from which anything counts.
    pub counts_from: u64,
    pub usual_times: u64,
    /// The number of nights whose median is the usual night.
    pub usual_nights: u64,
    pub employers_percent: u64,
    pub file_percent: u64,
    /// Days for which a held letter may be sent unchanged.
    pub stands_days: u64,
    pub call_after_days: u64,
    pub examples: Vec<NightExample>,
}

/// A night, and its reason for holding.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NightExample {
    pub why: String,
    pub letters: u64,
    pub employers: u64,
    #[serde(default)]
    pub usual: Vec<u64>,
    pub file: Option<FileExample>,
    /// A code of `alert::Pull`, or `none`.
    pub holds: String,
}

/// A file of a night: its credits, and the count of those open for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileExample {
    pub rows: u64,
    pub alike: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    counts_from: Spanned<u64>,
    usual_times: Spanned<u64>,
    usual_nights: Spanned<u64>,
    employers_percent: Spanned<u64>,
    file_percent: Spanned<u64>,
    stands_days: Spanned<u64>,
    call_after_days: Spanned<u64>,
    #[serde(default)]
    example: Vec<NightExample>,
}

/// Parses `letters/brake.toml`.
///
/// # Errors
/// [`RuleError`] with the place of the first error.
pub fn read(file: &RuleFile) -> Result<BrakeRules, RuleError> {
    let parsed: File = file.parse()?;
    let within = |value: &Spanned<u64>, most: u64| {
        let found = *value.get_ref();
        if (1..=most).contains(&found) {
            return Ok(found);
        }
        Err(file.error_at(value.span(), &format!("expected 1 to {most}, found {found}")))
    };
    Ok(BrakeRules {
        counts_from: within(&parsed.counts_from, 1_000_000)?,
        usual_times: within(&parsed.usual_times, 1_000)?,
        usual_nights: within(&parsed.usual_nights, 366)?,
        employers_percent: within(&parsed.employers_percent, 100)?,
        file_percent: within(&parsed.file_percent, 100)?,
        // A deadline is at least three days away: an older letter might ask for something that is past.
        stands_days: within(&parsed.stands_days, 3)?,
        call_after_days: within(&parsed.call_after_days, 366)?,
        examples: parsed.example,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_sense_is_named_with_its_place() {
        let text = SHIPPED.1.replace("file_percent = 50", "file_percent = 500");
        let file = RuleFile { path: SHIPPED.0.into(), text };
        let error = read(&file).unwrap_err().to_string();
        assert!(error.contains("brake.toml") && error.contains("expected 1 to 100"), "{error}");
    }
}
