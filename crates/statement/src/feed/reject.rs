//! A row that cannot be read: its place, what was found there, what was expected.

use std::fmt;

/// A row that could not be read: where it stands, what was found, what was expected.
///
/// Prints as `bank-a-0303.csv:14:6: amount "1,2o0.00": expected a digit at position 4, found 'o'`
/// once the shell has put the file's name before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Physical line, from 1.
    pub line: u64,
    /// Column of the field in its row, from 1, where the format has columns.
    pub column: Option<u32>,
    /// The field, in the file's own word.
    pub field: String,
    /// What was found, shortened for showing.
    pub found: String,
    pub problem: Problem,
    /// The row as it stands in the file, so that nothing is lost; shortened past 4,096 characters.
    pub row: String,
}

/// What is wrong with a row that cannot be read. Carries values; the sentence is `Display`'s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A field that must be there is empty or absent.
    Missing,
    /// The field is not an amount; says why.
    Amount(String),
    /// The field is not a date or a time of day that exists.
    Date { expected: &'static str },
    /// The field is not one of the words that may stand there.
    Word { expected: String },
    /// The row has too few or too many fields.
    Fields { expected: String },
    /// The movement is not in CNY (contract: all but CNY is set aside).
    Currency,
    /// Debit and credit are both there, or neither.
    Direction,
    /// The text holds what no statement may hold there.
    Text { expected: &'static str },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "expected a value"),
            Self::Amount(why) => f.write_str(why),
            Self::Date { expected } => write!(f, "expected {expected}"),
            Self::Word { expected } => write!(f, "expected {expected}"),
            Self::Fields { expected } => write!(f, "expected {expected}"),
            Self::Currency => write!(f, "expected CNY"),
            Self::Direction => write!(f, "expected either a debit or a credit amount"),
            Self::Text { expected } => write!(f, "expected {expected}"),
        }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.line)?;
        if let Some(column) = self.column {
            write!(f, "{column}:")?;
        }
        write!(f, " {} {:?}: {}", self.field, self.found, self.problem)
    }
}
