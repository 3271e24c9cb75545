//! The certainty of a reading, and what the payer should do differently next time.
//!
//! The codes are the contract's ("Reading a remark") and are kept forever; `rules/remark.toml` has the words for
//! payers.
//!
//! Invariant: a list of advice is sorted by code and names each fault once.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// A payer who wrote this can have meant nothing else.
    Certain,
    /// One reading that needed a repair; the notice and the amount must both confirm it.
    Probable,
    /// Several references.
    Ambiguous,
    /// No reference.
    None,
}

/// A writing error; the order is that of the codes, and of every list of advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Advice {
    BrokenBySpace,
    DigitsFollow,
    Embedded,
    ExtraDigits,
    FullWidth,
    Lookalike,
    LowercasePrefix,
    MissingPrefix,
    NotFirst,
    SeveralReferences,
    SpecialCharacter,
    Truncated,
}

/// A set of [`Advice`], a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AdviceSet(u16);

impl Certainty {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Probable => "probable",
            Self::Ambiguous => "ambiguous",
            Self::None => "none",
        }
    }
}

impl Advice {
    pub const ALL: [Self; 12] = [
        Self::BrokenBySpace,
        Self::DigitsFollow,
        Self::Embedded,
        Self::ExtraDigits,
        Self::FullWidth,
        Self::Lookalike,
        Self::LowercasePrefix,
        Self::MissingPrefix,
        Self::NotFirst,
        Self::SeveralReferences,
        Self::SpecialCharacter,
        Self::Truncated,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BrokenBySpace => "broken_by_space",
            Self::DigitsFollow => "digits_follow",
            Self::Embedded => "embedded",
            Self::ExtraDigits => "extra_digits",
            Self::FullWidth => "full_width",
            Self::Lookalike => "lookalike",
            Self::LowercasePrefix => "lowercase_prefix",
            Self::MissingPrefix => "missing_prefix",
            Self::NotFirst => "not_first",
            Self::SeveralReferences => "several_references",
            Self::SpecialCharacter => "special_character",
            Self::Truncated => "truncated",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|advice| advice.code() == code)
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl AdviceSet {
    pub(super) const fn add(&mut self, advice: Advice) {
        self.0 |= advice.bit();
    }

    pub(super) const fn add_if(&mut self, condition: bool, advice: Advice) {
        if condition {
            self.add(advice);
        }
    }

    #[must_use]
    pub(super) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub(super) const fn has(self, advice: Advice) -> bool {
        self.0 & advice.bit() != 0
    }

    pub(super) fn to_vec(self) -> Vec<Advice> {
        Advice::ALL.into_iter().filter(|advice| self.has(*advice)).collect()
    }
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
