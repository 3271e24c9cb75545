//! The languages of the texts for people: Simplified Chinese first, English by a switch.
//!
//! Start at [`Localized`]: a value that people read gives its text in the reader's language. [`Language::choose`] picks
//! one of two existing texts; [`said!`](crate::said) formats a sentence with values, and only in the requested
//! language. A text whose reader is not known yet is a [`Bilingual`].
//!
//! Invariant: codes, which programs and the database keep, are no texts and never come from here.

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

    /// Picks the value for this language.
    pub fn choose<T>(self, chinese: T, english: T) -> T {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }
}

/// A value with a text in either language.
pub trait Localized {
    /// The text; a fixed one does not allocate.
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

/// The same text in both languages, for a reader who is not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bilingual {
    pub zh: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl Bilingual {
    /// From two constants.
    #[must_use]
    pub const fn fixed(zh: &'static str, en: &'static str) -> Self {
        Self { zh: Cow::Borrowed(zh), en: Cow::Borrowed(en) }
    }

    /// From two formatted texts.
    #[must_use]
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// Keeps both texts of a value for a later reader.
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

/// A text with values in it, formatted only in the requested language.
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

/// The text of [`said!`](crate::said): borrowed if it has no values.
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
