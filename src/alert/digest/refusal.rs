//! Why an employer gets no letter.

use std::fmt;

/// Why no letter is written. Recorded with the night, so that staff can correct the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterRefusal {
    NoAddress {
        employer_id: String,
    },
    InvalidAddress {
        employer_id: String,
        found: String,
    },
    /// The centre's own sender or unsubscribe address is invalid.
    InvalidSender {
        found: String,
    },
    /// An item belongs to someone else: a caller's bug that must never become a letter.
    NotTheirs {
        employer_id: String,
        owner: String,
        transaction_id: String,
    },
    Nothing {
        employer_id: String,
    },
}

impl LetterRefusal {
    /// A stable kebab-case code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoAddress { .. } => "no-address",
            Self::InvalidAddress { .. } => "invalid-address",
            Self::InvalidSender { .. } => "invalid-sender",
            Self::NotTheirs { .. } => "not-theirs",
            Self::Nothing { .. } => "nothing-to-say",
        }
    }
}

impl fmt::Display for LetterRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress { employer_id } => {
                write!(f, "employer {employer_id}: no mail address, no letter")
            }
            Self::InvalidAddress { employer_id, found } => {
                write!(f, "employer {employer_id}: expected one mail address, found {found:?}")
            }
            Self::InvalidSender { found } => {
                write!(f, "letters: expected the centre's mail address, found {found:?}")
            }
            Self::NotTheirs { employer_id, owner, transaction_id } => write!(
                f,
                "employer {employer_id}: transaction {transaction_id} belongs to employer {owner}"
            ),
            Self::Nothing { employer_id } => write!(f, "employer {employer_id}: nothing to say"),
        }
    }
}
