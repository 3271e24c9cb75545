//! When an employer is notified: at once or weekly, with two reminders after the deadline it was given, thanks at
//! the end, and never two letters within a week.
//!
//! Start at [`Told::due`], which is the whole policy. Everything due goes into the night's one letter to the
//! employer; `letter.rs` chooses the words.
//!
//! Invariant: pure. The same item on the same night always gives the same answer.

use crate::remittance::{Language, Localized, Outcome};
use chrono::{Datelike, NaiveDate, Weekday};
use std::borrow::Cow;
use std::fmt;

/// How often an employer wants letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rhythm {
    /// The morning after.
    #[default]
    Immediate,
    /// On Mondays.
    Weekly,
    /// Never.
    Never,
}

/// Days after the first letter for the reminders of an open item.
pub const REMINDERS: [u32; 2] = [7, 30];

/// Days between two letters to an employer.
pub const APART: i64 = 7;

/// Days after which advice is useless.
const ADVICE_STALE: i64 = 90;

/// What is known of an item and its employer on a night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// It settled despite its remark; otherwise it was open once.
    pub advice: bool,
    pub noted_on: NaiveDate,
    pub told_on: Option<NaiveDate>,
    /// Days of the last reminder; 0 before the first.
    pub reminded_days: u32,
    /// The current outcome in the books.
    pub outcome: Outcome,
    /// The outcome in the last letter.
    pub said: Option<Outcome>,
    /// The deadline in the first letter.
    pub until: Option<NaiveDate>,
}

/// What to report of an item tonight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// It is open, and the employer does not know yet.
    News,
    /// It is still open, this many days after the employer was told.
    Reminder(u32),
    /// It was cleared, and the employer does not know the outcome yet.
    Outcome,
    /// Advice, if it may go tonight ([`super::habit`]).
    Advice,
    /// Nothing tonight.
    NotYet,
    /// Nothing, now or later.
    Nothing,
}

impl Told {
    /// What is due on a night.
    #[must_use]
    pub fn due(&self, rhythm: Rhythm, night: NaiveDate) -> Due {
        if rhythm == Rhythm::Never {
            return Due::Nothing;
        }
        let due = if self.advice { self.advice_due(night) } else { self.suspense_due(night) };
        let told = !matches!(due, Due::NotYet | Due::Nothing);
        let since = self.told_on.unwrap_or(self.noted_on);
        let waits = rhythm == Rhythm::Weekly && !weekly_day(since, self.told_on.is_none(), night);
        if told && waits { Due::NotYet } else { due }
    }

    /// Whether it is in suspense.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.outcome == Outcome::Suspense
    }

    /// Whether money with this outcome stays there unless a person undoes it.
    #[must_use]
    pub const fn is_final(outcome: Outcome) -> bool {
        match outcome {
            Outcome::Suspense | Outcome::Awaiting | Outcome::RefundDue => false,
            Outcome::Matched
            | Outcome::Returned
            | Outcome::Ignored
            | Outcome::Advance
            | Outcome::Refunded => true,
        }
    }

    fn suspense_due(&self, night: NaiveDate) -> Due {
        let over = if Self::is_final(self.outcome) { Due::Nothing } else { Due::NotYet };
        match (self.told_on, self.is_open()) {
            (None, true) => Due::News,
            // It was cleared before anybody was told: nothing to report.
            (None, false) => over,
            (Some(_), false) if self.said == Some(self.outcome) => over,
            (Some(_), false) => Due::Outcome,
            // It was cleared and is open again.
            (Some(_), true) if self.said.is_some_and(|said| said != Outcome::Suspense) => Due::News,
            (Some(told_on), true) => reminder(told_on, self.reminded_days, self.until, night),
        }
    }

    fn advice_due(&self, night: NaiveDate) -> Due {
        let stale = (night - self.noted_on).num_days() > ADVICE_STALE;
        if self.told_on.is_some() || stale { Due::Nothing } else { Due::Advice }
    }
}

/// The reminder due on a night for an unchanged item: never before its deadline has passed.
pub(super) fn reminder(
    told_on: NaiveDate,
    reminded_days: u32,
    until: Option<NaiveDate>,
    night: NaiveDate,
) -> Due {
    let passed = |days: &&u32| (night - told_on).num_days() >= i64::from(**days);
    match REMINDERS.iter().rev().find(passed) {
        Some(days) if *days > reminded_days && until.is_none_or(|until| night > until) => {
            Due::Reminder(*days)
        }
        Some(_) | None => Due::NotYet,
    }
}

/// Monday, or a later day if Monday's night did not run.
pub(super) fn weekly_day(since: NaiveDate, is_first: bool, night: NaiveDate) -> bool {
    night.weekday() == Weekday::Mon || (is_first && (night - since).num_days() >= 7)
}

/// Whether an employer may get a letter, given the day of its last one.
#[must_use]
pub fn may_write(last: Option<NaiveDate>, night: NaiveDate) -> bool {
    last.is_none_or(|last| (night - last).num_days() >= APART)
}

impl Rhythm {
    pub const ALL: [Self; 3] = [Self::Immediate, Self::Weekly, Self::Never];

    /// A stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::Weekly => "weekly",
            Self::Never => "none",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rhythm| rhythm.code() == code)
    }
}

/// How often an employer gets letters.
impl Localized for Rhythm {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Immediate => language.choose("次日", "the next morning"),
            Self::Weekly => language.choose("每周一", "on Mondays"),
            Self::Never => language.choose("不寄函件", "no letters"),
        })
    }
}

impl fmt::Display for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// May 2026; the 11th and the 18th are Mondays.
    fn may(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 5, 1).unwrap() + chrono::Days::new(u64::from(day) - 1)
    }

    #[test]
    fn an_item_is_told_once_reminded_twice_and_closed() {
        use Outcome::{Matched, Suspense};
        use Rhythm::{Immediate, Never, Weekly};
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // noted told      reminded outcome  rhythm     night  due
            (12, None,       0,  Suspense, Immediate, 12, Due::News),
            (12, None,       0,  Suspense, Weekly,    12, Due::NotYet),
            (12, None,       0,  Suspense, Weekly,    18, Due::News),     // Monday.
            (12, None,       0,  Suspense, Weekly,    19, Due::News),     // Monday's night did not run.
            (12, None,       0,  Suspense, Never,     18, Due::Nothing),
            (12, None,       0,  Matched,  Weekly,    18, Due::Nothing),  // Corrected before anybody was told.
            (12, Some(12),   0,  Suspense, Immediate, 18, Due::NotYet),
            (12, Some(12),   0,  Suspense, Immediate, 19, Due::Reminder(7)),
            (12, Some(12),   7,  Suspense, Immediate, 20, Due::NotYet),
            (12, Some(12),   7,  Suspense, Immediate, 42, Due::Reminder(30)),
            (12, Some(12),   0,  Suspense, Immediate, 60, Due::Reminder(30)),  // Not both reminders at once.
            (12, Some(12),  30,  Suspense, Immediate, 90, Due::NotYet),
            (12, Some(12),   7,  Matched,  Immediate, 20, Due::Outcome),
            (12, Some(12),   0,  Matched,  Weekly,    20, Due::NotYet),
            (12, Some(12),   0,  Matched,  Weekly,    25, Due::Outcome),
        ];
        for (noted, told, reminded_days, outcome, rhythm, night, want) in rows {
            let told = Told {
                advice: false,
                noted_on: may(noted),
                told_on: told.map(may),
                reminded_days,
                outcome,
                said: None,
                until: None,
            };
            assert_eq!(told.due(rhythm, may(night)), want, "{told:?} {rhythm} {night}");
        }
    }

    #[test]
    fn every_turn_of_the_money_is_told_once() {
        use Outcome::{
            Advance, Awaiting, Ignored, Matched, RefundDue, Refunded, Returned, Suspense,
        };
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // An earlier letter was kept.
            (true,  None,            Advance,   Due::Outcome), // An earlier letter was kept.
            (true,  Some(Suspense),  Matched,   Due::Outcome),
            (true,  Some(Suspense),  Awaiting,  Due::Outcome),
            (true,  Some(Awaiting),  Awaiting,  Due::NotYet),  // It may still be completed.
            (true,  Some(Awaiting),  Matched,   Due::Outcome),
            (true,  Some(Awaiting),  Suspense,  Due::News),    // It is open again.
            (true,  Some(RefundDue), RefundDue, Due::NotYet),
            (true,  Some(RefundDue), Refunded,  Due::Outcome),
            (true,  Some(Refunded),  RefundDue, Due::Outcome), // The bank sent the refund back.
            (true,  Some(Refunded),  Refunded,  Due::Nothing),
            (true,  Some(Matched),   Suspense,  Due::News),    // An approved match was reversed.
            (true,  Some(Suspense),  Ignored,   Due::Outcome),
            (true,  Some(Suspense),  Returned,  Due::Outcome),
            (false, None,            Awaiting,  Due::NotYet),  // Corrected, but it may still reopen.
            (false, None,            Refunded,  Due::Nothing),
        ];
        for (told, said, outcome, want) in rows {
            let told = Told {
                advice: false,
                noted_on: may(12),
                told_on: told.then(|| may(12)),
                reminded_days: 0,
                outcome,
                said,
                until: None,
            };
            assert_eq!(told.due(Rhythm::Immediate, may(13)), want, "{told:?}");
        }
    }

    #[test]
    fn no_reminder_comes_before_the_deadline_that_was_given() {
        let rows = [
            (Some(30), 0, 29, Due::NotYet),
            (Some(30), 0, 30, Due::NotYet), // The deadline itself is in time.
            (Some(30), 0, 31, Due::Reminder(7)),
            (Some(30), 7, 42, Due::Reminder(30)),
            (Some(50), 0, 51, Due::Reminder(30)),
        ];
        for (until, reminded_days, night, want) in rows {
            let found = reminder(may(12), reminded_days, until.map(may), may(night));
            assert_eq!(found, want, "{until:?} {reminded_days} {night}");
        }
    }

    #[test]
    fn a_week_lies_between_two_letters() {
        let rows =
            [(None, 12, true), (Some(12), 12, false), (Some(12), 18, false), (Some(12), 19, true)];
        for (last, night, want) in rows {
            assert_eq!(may_write(last.map(may), may(night)), want, "{last:?} {night}");
        }
    }
}
