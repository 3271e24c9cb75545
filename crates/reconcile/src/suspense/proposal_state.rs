//! What became of a proposal.

use remittance::{Language, Localized};
use std::borrow::Cow;

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProposalState {
    /// It waits for somebody else.
    Open,
    /// It is in the books.
    Approved,
    Withdrawn,
    SentBack,
    /// It was in the books and was booked back.
    Reversed,
}

impl ProposalState {
    pub const ALL: [Self; 5] =
        [Self::Open, Self::Approved, Self::Withdrawn, Self::SentBack, Self::Reversed];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Withdrawn => "withdrawn",
            Self::SentBack => "sent-back",
            Self::Reversed => "reversed",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl Localized for ProposalState {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Open => language.choose("待复核", "waits for approval"),
            Self::Approved => language.choose("已通过", "approved"),
            Self::Withdrawn => language.choose("已撤回", "taken back"),
            Self::SentBack => language.choose("已退回", "sent back"),
            Self::Reversed => language.choose("已红冲", "booked back"),
        })
    }
}
