//! The languages that people read: Simplified Chinese first, English by a switch.
//!
//! Start at [`Localized`]: whatever people read says itself, in the language of who reads. Two texts at
//! hand are chosen from by [`Language::choose`]; a sentence with values in it is made by [`said!`](crate::said), which
//! makes only the one that is asked for. What is said where nobody knows yet who reads is kept as a
//! [`Bilingual`].
//!
//! Invariant: a code, which programs and the database keep, is no text and is never taken from here.

use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// A language that people read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    Chinese,
    English,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// What is said in this language, of what is said in both.
    pub fn choose<T>(self, chinese: T, english: T) -> T {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }
}

/// What people read in either language.
pub trait Localized {
    /// The text; a fixed one costs no allocation.
    fn in_language(&self, language: Language) -> Cow<'static, str>;
}

impl<T: Localized + ?Sized> Localized for &T {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        (**self).in_language(language)
    }
}

impl<T: Localized + ?Sized> Localized for Box<T> {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        (**self).in_language(language)
    }
}

/// The same text in both languages, where who writes it does not know who reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bilingual {
    pub zh: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl Bilingual {
    /// Two texts that stand in the program.
    #[must_use]
    pub const fn fixed(zh: &'static str, en: &'static str) -> Self {
        Self { zh: Cow::Borrowed(zh), en: Cow::Borrowed(en) }
    }

    /// Two texts that were made.
    #[must_use]
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// What something says, kept for whoever will read it.
    #[must_use]
    pub fn of(said: &(impl Localized + ?Sized)) -> Self {
        Self { zh: said.in_language(Language::Chinese), en: said.in_language(Language::English) }
    }
}

impl Localized for Bilingual {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        language.choose(&self.zh, &self.en).clone()
    }
}

/// A text with values in it, made in the language that is asked for and in no other.
///
/// ```
/// use remittance::{Language, said};
/// let (days, by) = (3, "anna");
/// let text = |language| said!(language, ("{} 天", days), "{days} days");
/// assert_eq!(text(Language::Chinese), "3 天");
/// assert_eq!(said!(Language::English, "由 {by} 处理", "done by {by}"), "done by anna");
/// ```
#[macro_export]
macro_rules! said {
    ($language:expr, ($($zh:tt)+), ($($en:tt)+) $(,)?) => {
        match $language {
            $crate::Language::Chinese => $crate::language::text(format_args!($($zh)+)),
            $crate::Language::English => $crate::language::text(format_args!($($en)+)),
        }
    };
    ($language:expr, ($($zh:tt)+), $en:literal $(,)?) => {
        $crate::said!($language, ($($zh)+), ($en))
    };
    ($language:expr, $zh:literal, ($($en:tt)+) $(,)?) => {
        $crate::said!($language, ($zh), ($($en)+))
    };
    ($language:expr, $zh:literal, $en:literal $(,)?) => {
        $crate::said!($language, ($zh), ($en))
    };
}

/// The text of [`said!`](crate::said): borrowed where nothing is filled in.
#[doc(hidden)]
#[must_use]
pub fn text(arguments: fmt::Arguments<'_>) -> Cow<'static, str> {
    arguments.as_str().map_or_else(|| Cow::Owned(arguments.to_string()), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_text_is_borrowed_and_a_made_one_says_its_values() {
        let fixed = Bilingual::fixed("挂账", "Suspense");
        for (language, want) in [(Language::Chinese, "挂账"), (Language::English, "Suspense")] {
            assert!(matches!(fixed.in_language(language), Cow::Borrowed(text) if text == want));
        }
        let count = 3;
        let made = |language| said!(language, ("共 {} 条", count), "{count} lines");
        assert_eq!(made(Language::Chinese), "共 3 条");
        assert_eq!(made(Language::English), "3 lines");
        assert!(matches!(said!(Language::Chinese, "无", "none"), Cow::Borrowed("无")));
    }
}
