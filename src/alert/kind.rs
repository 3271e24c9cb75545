//! The kinds of letters, as the outbox keeps them.
//!
//! Invariant: codes never change. Two kinds go to employers, all others to staff or accompany them.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterKind {
    /// The outcome of an employer's payments, and advice.
    Digest,
    /// Months that an employer has not remitted.
    Arrears,
    /// Several letters merged into one mail.
    Joint,
    /// The report of a night, for staff.
    Summary,
    /// A problem that staff must look at.
    Alarm,
    /// Changes of people's access.
    Access,
    /// The link that confirms an address.
    Confirm,
    /// A test of mail delivery.
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

    /// A stable kebab-case code.
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

    /// Whether an employer gets it, by its chosen ways.
    #[must_use]
    pub const fn is_to_employer(self) -> bool {
        matches!(self, Self::Digest | Self::Arrears)
    }
}
