//! The brake: holds all letters of an unusual night until a person approves them.
//!
//! Start at [`pulls`], which is the whole policy. Its limits are in `rules/letters/brake.toml`, its input is
//! [`NightOfLetters`], and staff read its findings in either language ([`Pull`] is [`Localized`]).
//!
//! Invariant: pure. The counts of a night alone decide, and either all of its letters are held or none.

use crate::remittance::{Language, Localized, Reason, said};
use crate::rulebook::brake::BrakeRules;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// When letters are held for approval: `[letters] hold` of `duizhang.toml`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    /// Only on an unusual night.
    #[default]
    Brake,
    /// Also until the centre's first letters have gone out.
    First,
    /// Every night.
    Always,
    Never,
}

/// The counts of a night's letters to employers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NightOfLetters {
    pub letters: u64,
    /// All employers.
    pub employers: u64,
    /// Employers that get a letter.
    pub addressed: u64,
    /// Letters of each recent night that wrote any.
    pub usual: Vec<u64>,
    /// Files that the letters are about.
    pub files: Vec<FileOfLetters>,
    /// The centre has not sent any letter yet.
    pub is_first: bool,
}

/// A file that letters are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileOfLetters {
    pub feed_id: String,
    pub file_name: String,
    /// Its credits.
    pub rows: u64,
    /// Credits that are open for the most frequent reason.
    pub alike: u64,
    pub reason: Reason,
}

/// Why a night is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "pull", rename_all = "kebab-case")]
pub enum Pull {
    /// The settings hold every night.
    Always,
    /// No letter was ever sent.
    First,
    UsualNight {
        letters: u64,
        usual: u64,
        times: u64,
    },
    Employers {
        addressed: u64,
        employers: u64,
        percent: u64,
    },
    File {
        feed_id: String,
        file_name: String,
        reason: String,
        alike: u64,
        rows: u64,
        percent: u64,
    },
    /// A person held the letter.
    Hand,
}

/// All reasons to hold a night; empty to let it go.
#[must_use]
pub fn pulls(night: &NightOfLetters, hold: Hold, rules: &BrakeRules) -> Vec<Pull> {
    if night.letters == 0 || hold == Hold::Never {
        return Vec::new();
    }
    let mut found = Vec::new();
    match hold {
        Hold::Always => found.push(Pull::Always),
        Hold::First if night.is_first => found.push(Pull::First),
        Hold::First | Hold::Brake | Hold::Never => {}
    }
    if night.letters < rules.counts_from {
        return found;
    }
    found.extend(files(night, rules));
    let more = |part: u64, of: u64, percent: u64| {
        part.saturating_mul(100) > of.saturating_mul(percent) && of > 0
    };
    if more(night.addressed, night.employers, rules.employers_percent) {
        let (addressed, employers) = (night.addressed, night.employers);
        found.push(Pull::Employers { addressed, employers, percent: rules.employers_percent });
    }
    if let Some(usual) = median(&night.usual)
        && night.letters > usual.saturating_mul(rules.usual_times)
    {
        let (letters, times) = (night.letters, rules.usual_times);
        found.push(Pull::UsualNight { letters, usual, times });
    }
    found
}

/// The files in which too many items are open for one reason.
fn files(night: &NightOfLetters, rules: &BrakeRules) -> Vec<Pull> {
    let counts = |file: &&FileOfLetters| {
        file.rows >= rules.counts_from
            && file.alike.saturating_mul(100) > file.rows.saturating_mul(rules.file_percent)
    };
    let pull = |file: &FileOfLetters| Pull::File {
        feed_id: file.feed_id.clone(),
        file_name: file.file_name.clone(),
        reason: file.reason.code().to_owned(),
        alike: file.alike,
        rows: file.rows,
        percent: rules.file_percent,
    };
    night.files.iter().filter(counts).map(pull).collect()
}

/// The median, for an even count the lower of the middle two. `None` for no counts.
fn median(counts: &[u64]) -> Option<u64> {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}

impl Pull {
    /// A stable kebab-case code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::First => "first",
            Self::UsualNight { .. } => "usual-night",
            Self::Employers { .. } => "employers",
            Self::File { .. } => "file",
            Self::Hand => "hand",
        }
    }
}

/// For the report and the desk.
impl Localized for Pull {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Always => language
                .choose(
                    "按设置（hold = \"always\"）每夜函件均需放行",
                    "hold = \"always\": every night's letters wait for a person",
                )
                .into(),
            Self::First => language
                .choose(
                    "本中心尚未发出过函件，首批函件需放行",
                    "no letter of this centre has gone out before",
                )
                .into(),
            Self::UsualNight { letters, usual, times } => said!(
                language,
                "本夜 {letters} 封，超过平常一夜（{usual} 封）的 {times} 倍",
                "{letters} letters are more than {times} times a usual night ({usual})"
            ),
            Self::Employers { addressed, employers, percent } => said!(
                language,
                "涉及 {addressed} 个单位，超过全部 {employers} 个单位的 {percent}%",
                "they go to {addressed} employers of {employers}, more than {percent} of 100"
            ),
            Self::File { feed_id, file_name, reason, alike, rows, percent } => {
                let known = Reason::from_code(reason);
                let known = known.map(|known| known.in_language(language)).unwrap_or_default();
                let (id, share) = (super::short_id(feed_id), share(*alike, *rows));
                said!(
                    language,
                    "文件 {file_name} 的 {rows} 笔收入中有 {alike} 笔（{share}%）因同一原因“{known}”挂账，超过 {percent}%",
                    "file {file_name} ({id}): {alike} of its {rows} credits ({share} of 100) hang for one reason, \
                     {reason}, more than {percent} of 100"
                )
            }
            Self::Hand => language.choose("由工作人员暂扣", "held by staff").into(),
        }
    }
}

/// Percentage, rounded down.
fn share(part: u64, of: u64) -> u64 {
    part.saturating_mul(100).checked_div(of).unwrap_or_default()
}

/// The result of a rules example: the code of the first reason that holds the night, or `none`.
#[must_use]
pub fn tried(example: &crate::rulebook::brake::NightExample, rules: &BrakeRules) -> &'static str {
    let file = example.file.map(|file| FileOfLetters {
        feed_id: String::new(),
        file_name: String::new(),
        rows: file.rows,
        alike: file.alike,
        reason: Reason::NoReference,
    });
    let night = NightOfLetters {
        letters: example.letters,
        employers: example.employers,
        addressed: example.letters,
        usual: example.usual.clone(),
        files: file.into_iter().collect(),
        is_first: false,
    };
    pulls(&night, Hold::Brake, rules).first().map_or("none", Pull::code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::{RuleFile, brake};

    fn rules() -> BrakeRules {
        let (path, text) = brake::SHIPPED;
        brake::read(&RuleFile { path: path.into(), text: text.into() }).unwrap()
    }

    #[test]
    fn the_examples_of_the_rules_hold() {
        let rules = rules();
        assert!(rules.examples.len() >= 8);
        for example in &rules.examples {
            assert_eq!(tried(example, &rules), example.holds, "{}", example.why);
        }
    }

    #[test]
    fn the_setting_says_whether_letters_wait_at_all() {
        let small = NightOfLetters { letters: 1, is_first: true, ..NightOfLetters::default() };
        let later = NightOfLetters { is_first: false, ..small.clone() };
        let none = NightOfLetters { letters: 0, ..small.clone() };
        let large = NightOfLetters {
            letters: 100,
            addressed: 100,
            employers: 100,
            ..NightOfLetters::default()
        };
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            (Hold::Brake,  &small, None),
            (Hold::Brake,  &large, Some("employers")),
            (Hold::First,  &small, Some("first")),
            (Hold::First,  &later, None),
            (Hold::First,  &large, Some("employers")),
            (Hold::Always, &later, Some("always")),
            (Hold::Always, &none,  None),
            (Hold::Never,  &large, None),
        ];
        for (hold, night, want) in rows {
            let found = pulls(night, hold, &rules());
            assert_eq!(found.first().map(Pull::code), want, "{hold:?} {night:?}");
        }
    }

    #[test]
    fn the_usual_night_is_the_one_in_the_middle() {
        let rows: [(&[u64], Option<u64>); 4] =
            [(&[], None), (&[7], Some(7)), (&[9, 1, 5], Some(5)), (&[1, 9, 5, 7], Some(5))];
        for (counts, want) in rows {
            assert_eq!(median(counts), want, "{counts:?}");
        }
    }
}
