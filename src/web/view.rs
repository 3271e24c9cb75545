//! Formats for the desk: amounts, words, marked remarks, charts. Pure.
//!
//! Pages contain finished texts, made here from domain values in one language. A domain value has its own words
//! (`remittance::Localized`), so that report and desk agree; a page's own words are in its template, in pairs.
//!
//! Invariant: nothing here is markup. Payers' and banks' texts stay text until the template engine escapes them,
//! and invisible characters are made visible first ([`foreign`]).

pub(crate) mod address;
pub(crate) mod detail;
pub(crate) mod evidence;
pub(crate) mod letter;
pub(crate) mod proposal;
pub(crate) mod remark;
pub(crate) mod why;

use crate::remittance::{Money, Total, beijing};
use crate::report::text;
use crate::suspense::Age;
use chrono::NaiveDate;

/// Characters shown of an outside text; the export has all of it.
const FOREIGN_CHARS_MAX: usize = 600;

/// `1,200.00`.
pub(crate) fn yuan(amount: impl Into<Total>) -> String {
    text::grouped(amount)
}

/// `12,345`.
pub(crate) fn count(count: u64) -> String {
    text::grouped_count(count)
}

/// An outside text with invisible characters made visible, and shortened.
pub(crate) fn foreign(whole: &str) -> String {
    let mut shown = text::revealed(whole.chars().take(FOREIGN_CHARS_MAX));
    if whole.chars().nth(FOREIGN_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// The CSS class of an age's colour, which is always beside the words.
pub(crate) const fn age_class(age: Age) -> &'static str {
    match age {
        Age::UpTo7 => "age1",
        Age::UpTo30 => "age2",
        Age::UpTo60 => "age3",
        Age::Over60 => "age4",
    }
}

/// An instant in Beijing time.
pub(crate) fn instant(seconds: i64) -> String {
    let there = beijing::time(seconds);
    there.map(|there| there.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// A typed day.
pub(crate) fn typed_day(text: &str) -> Option<NaiveDate> {
    text.trim().parse().ok()
}

/// A typed amount; grouping commas are allowed, because people copy them from these pages.
pub(crate) fn typed_amount(text: &str) -> Option<Money> {
    let plain: String = text.trim().chars().filter(|found| !matches!(found, ',' | '，')).collect();
    Money::from_yuan(&plain).ok()
}

/// The absolute part of a whole in thousandths, for the length of a bar.
pub(crate) fn share(part: impl Into<Total>, whole: u128) -> u64 {
    let part = part.into().fen().unsigned_abs().saturating_mul(1000);
    u64::try_from(part.checked_div(whole).unwrap_or(0)).unwrap_or(1000).min(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown_and_nothing_is_endless() {
        assert_eq!(foreign("a\u{202E}b\nc"), "a⟨U+202E⟩b↵c");
        let long = "字".repeat(FOREIGN_CHARS_MAX + 1);
        assert_eq!(foreign(&long).chars().count(), FOREIGN_CHARS_MAX + 1);
        assert!(foreign(&long).ends_with('…'));
    }

    #[test]
    fn an_amount_is_typed_with_or_without_groups() {
        for (typed, fen) in [("1,200.00", Some(120_000)), ("1200", Some(120_000)), ("1.234", None)]
        {
            assert_eq!(typed_amount(typed).map(Money::fen), fen, "{typed}");
        }
    }

    #[test]
    fn an_instant_is_told_in_beijing() {
        assert_eq!(instant(0), "1970-01-01 08:00:00");
    }
}
