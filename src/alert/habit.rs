//! Advice: how to write the remarks of settled payments next time, one piece per habit.
//!
//! Start at [`is_due`]. Settled money is no reason to write. Advice goes inside a letter written for another
//! reason, or alone at most once a quarter, if one habit occurred three times.

use super::item::HandbookQuote;
use crate::remittance::Money;
use chrono::NaiveDate;

/// A recurring fault in an employer's remarks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Habit {
    /// An advice code of the contract.
    pub code: String,
    /// The handbook's rule, verbatim; `None` if it has none for this.
    pub handbook: Option<HandbookQuote>,
    /// Days of the payments written so since the last advice, in order.
    pub booked_on: Vec<NaiveDate>,
    pub amounts: Vec<Money>,
    /// The latest as written, and as it should be.
    pub wrong: String,
    pub right: String,
    /// The payments' ids; part of the letter's identity.
    pub transactions: Vec<String>,
}

/// Payments of one habit that justify a letter of their own.
pub const OF_A_KIND: usize = 3;

/// Days between two letters with advice only.
pub const ALONE_EVERY: i64 = 91;

/// Days between two letters that include advice.
pub const INSIDE_EVERY: i64 = 30;

/// Whether advice may go tonight: inside a letter written anyway, or as its only content.
#[must_use]
pub fn is_due(
    most_of_a_kind: usize,
    inside: bool,
    advised_on: Option<NaiveDate>,
    night: NaiveDate,
) -> bool {
    let since = advised_on.map_or(i64::MAX, |on| (night - on).num_days());
    if inside { since >= INSIDE_EVERY } else { since >= ALONE_EVERY && most_of_a_kind >= OF_A_KIND }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_alone_needs_three_of_a_kind_and_a_quarter() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(day);
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // of a kind  inside  advised  night  due
            (1,           false,  None,      100, false),
            (2,           false,  None,      100, false),
            (3,           false,  None,      100, true),
            (3,           false,  Some(20),  100, false),
            (3,           false,  Some(9),   100, true),
            (1,           true,   None,      100, true),
            (1,           true,   Some(80),  100, false),
            (1,           true,   Some(70),  100, true),
        ];
        for (kind, inside, advised, night, want) in rows {
            let found = is_due(kind, inside, advised.map(day), day(night));
            assert_eq!(found, want, "{kind} {inside} {advised:?}");
        }
    }
}
