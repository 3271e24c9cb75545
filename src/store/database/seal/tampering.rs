//! Changes to rows behind the program's back.

use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tampering {
    /// A row's content does not fit its seal.
    Changed { table: String, row: String },
    /// A row that this program did not write.
    Unsealed { table: String, row: String },
    /// More rows of the table are affected than are named.
    More { table: String, count: u64 },
    /// Rows were inserted or deleted; or, if the numbers are equal, seals were rewritten.
    Rows { table: String, expected: i64, found: i64 },
    /// The transactions of an account and a day differ from the delivered files.
    Facts { account: String, booked_on: String },
    /// A commit's step does not follow from the one before.
    Step { ordinal: i64 },
    /// The steps differ from those a night wrote into the trail.
    Night { sequence: i64 },
    /// Rows in the trail before its first entry.
    BeforeTrail { count: i64 },
    /// Somebody has a role that the trail does not record.
    Role { person: String, role: String },
    /// A token has a role that the trail does not record.
    Token { token: String, role: String },
    /// Somebody may log in whom the trail records as locked out.
    Unlocked { person: String },
    /// A proposal, or its approver, differs from the trail.
    Proposal { proposal: String },
}

impl fmt::Display for Tampering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { table, row } => {
                write!(f, "{table}: the row of {row} is not as it was written")
            }
            Self::Unsealed { table, row } => {
                write!(f, "{table}: the row of {row} was not written by this program")
            }
            Self::More { table, count } => write!(f, "{table}: {count} more such rows"),
            Self::Rows { table, expected, found } if expected != found => {
                write!(f, "{table}: expected {expected} rows, found {found}")
            }
            Self::Rows { table, .. } => {
                write!(f, "{table}: the rows are as many as were written, but not the same")
            }
            Self::Facts { account, booked_on } => write!(
                f,
                "account {account}, {booked_on}: the transactions are not those that files brought"
            ),
            Self::Step { ordinal } => {
                write!(f, "commit {ordinal} does not follow from the one before")
            }
            Self::Night { sequence } => write!(
                f,
                "the books are not those that entry {sequence} of the audit trail was written of"
            ),
            Self::BeforeTrail { count } => {
                write!(f, "audit trail: {count} rows stand before its first entry")
            }
            Self::Role { person, role } => {
                write!(f, "person {person}: the audit trail does not tell of the role {role}")
            }
            Self::Token { token, role } => {
                write!(f, "token {token}: the audit trail does not tell of the role {role}")
            }
            Self::Unlocked { person } => {
                write!(f, "person {person}: locked out by the audit trail, and may log in")
            }
            Self::Proposal { proposal } => {
                write!(f, "proposal {proposal}: it is not what the audit trail tells of it")
            }
        }
    }
}
