//! Months, and the sets of tables that are partitioned by them.

use super::row::day_number;
use crate::remittance::YearMonth;
use chrono::{Datelike, NaiveDate};

/// A month of booking days or of posting days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month {
    pub(crate) cut: Cut,
    pub(crate) month: YearMonth,
}

/// What a set of tables is partitioned by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cut {
    /// The booking day of a transaction.
    Booked,
    /// The day an entry was posted to an employee's account.
    Posted,
}

impl Cut {
    /// The partitioned parent tables.
    pub(crate) const fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Booked => &["bank_transaction", "decision", "allocation", "journal"],
            Self::Posted => &["account_entry"],
        }
    }
}

impl Month {
    pub(crate) fn of(cut: Cut, day: NaiveDate) -> Option<Self> {
        YearMonth::new(day.year(), day.month()).map(|month| Self { cut, month })
    }

    /// The partition of a table: `bank_transaction_2026_05`.
    pub(crate) fn partition(self, table: &str) -> String {
        format!("{table}_{:04}_{:02}", self.month.year(), self.month.month())
    }

    /// Its day numbers: from the first, up to but not including the second.
    pub(in crate::store) fn bounds(self) -> Option<(i64, i64)> {
        let first = |month: YearMonth| {
            NaiveDate::from_ymd_opt(month.year(), month.month(), 1).map(day_number)
        };
        Some((first(self.month)?, first(self.month.next())?))
    }
}
