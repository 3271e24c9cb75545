//! Explains what makes a password easy to guess: the pattern that covers most of its characters.

use crate::remittance::{Language, Localized};
use std::borrow::Cow;
use zxcvbn::Entropy;
use zxcvbn::matching::patterns::MatchPattern;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A word of the trade, or a name of the centre or the person.
    Known,
    /// A common password or word.
    Common,
    Keyboard,
    Repeat,
    Sequence,
    Date,
    /// Nothing in particular: it is too short.
    Little,
}

impl Hint {
    pub(super) fn of(found: &Entropy) -> Self {
        let longest = found.sequence().iter().max_by_key(|part| part.token.chars().count());
        longest.map_or(Self::Little, |part| match &part.pattern {
            // The dictionary type has no public path, so its name is compared.
            MatchPattern::Dictionary(word)
                if format!("{:?}", word.dictionary_name) == "UserInputs" =>
            {
                Self::Known
            }
            MatchPattern::Dictionary(_) => Self::Common,
            MatchPattern::Spatial(_) => Self::Keyboard,
            MatchPattern::Repeat(_) => Self::Repeat,
            MatchPattern::Sequence(_) => Self::Sequence,
            MatchPattern::Regex(_) | MatchPattern::Date(_) => Self::Date,
            MatchPattern::BruteForce => Self::Little,
        })
    }
}

impl Localized for Hint {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Known => language.choose(
                "用了单位、本人的姓名或用户名，或行业里的词（也包括拼音）",
                "it is made of names, the login or words of the trade, be it in pinyin",
            ),
            Self::Common => {
                language.choose("用了最常见的密码或单词", "it is made of common passwords or words")
            }
            Self::Keyboard => {
                language.choose("用了键盘上相邻的一串键", "it is a run of keys on the keyboard")
            }
            Self::Repeat => language.choose("同样的字符重复出现", "it repeats itself"),
            Self::Sequence => {
                language.choose("用了连续的数字或字母", "it is a sequence such as abc or 1234")
            }
            Self::Date => language.choose("用了日期或年份", "it is made of a date or a year"),
            Self::Little => language.choose("变化太少", "there is too little in it"),
        })
    }
}
