//! A row that cannot be parsed: its place, the found and the expected value.

use std::fmt;

/// A row that could not be parsed: its place, the found and the expected value.
///
/// Prints as `bank-a-0303.csv:14:6: amount "1,2o0.00": expected a digit at position 4, found 'o'`
/// once the shell has put the file's name before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Physical line, from 1.
    pub line: u64,
    /// Column of the field in its row, from 1, if the format has columns.
    pub column: Option<u32>,
    /// The field, in the file's own word.
    pub field: String,
    /// What was found, shortened for showing.
    pub found: String,
    pub problem: Problem,
    /// The row from the file, so that nothing is lost; shortened past 4,096 characters.
    pub row: String,
}

/// The error in a row. Carries values; `Display` makes the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A required field is empty or absent.
    Missing,
    /// The field is not an amount; the text says why.
    Amount(String),
    /// The field is no existing date or time of day.
    Date { expected: &'static str },
    /// The field is not one of the allowed words.
    Word { expected: String },
    /// The row has too few or too many fields.
    Fields { expected: String },
    /// The movement is not in CNY (contract: every other currency is rejected).
    Currency,
    /// Debit and credit are both present, or neither.
    Direction,
    /// The text holds characters that no statement may have.
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
