//! The kinds of letters, as the outbox keeps them.
//!
//! Invariant: a code is kept forever; two of the kinds go to employers, all others to staff or beside them.

/// What a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterKind {
    /// What became of an employer's money, and advice.
    Digest,
    /// Months that an employer has not remitted.
    Arrears,
    /// Several letters of an employer in one mail.
    Joint,
    /// The report of a night, for staff.
    Summary,
    /// What staff must look at.
    Alarm,
    /// Changes of people's access.
    Access,
    /// The link that confirms an address.
    Confirm,
    /// Whether mail arrives at all.
    Test,
}

impl LetterKind {
    pub const ALL: [Self; 8] = [
        Self::Digest,
        Self::Arrears,
        Self::Joint,
        Self::Summary,
        Self::Alarm,
        Self::Access,
        Self::Confirm,
        Self::Test,
    ];

    /// A kebab-case word that stays.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Arrears => "arrears",
            Self::Joint => "joint",
            Self::Summary => "summary",
            Self::Alarm => "alarm",
            Self::Access => "access",
            Self::Confirm => "confirm",
            Self::Test => "test",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether an employer gets it, by the ways that it chose.
    #[must_use]
    pub const fn is_to_employer(self) -> bool {
        matches!(self, Self::Digest | Self::Arrears)
    }
}
