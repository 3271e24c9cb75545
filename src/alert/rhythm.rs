//! When an employer hears of what: at once or weekly, reminded twice and never before the deadline it was given, thanked
//! in the end; and never twice within a week.
//!
//! Start at [`Told::due`]: it is the whole policy, top to bottom. What is told is an item of the
//! night's one letter to its employer; which words it gets is `letter.rs`'s to choose.
//!
//! Invariant: pure. The same item on the same night is due or not, however often it is asked.

use crate::remittance::{Language, Localized, Outcome};
use chrono::{Datelike, NaiveDate, Weekday};
use std::borrow::Cow;
use std::fmt;

/// How often an employer wants to hear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rhythm {
    /// The morning after.
    #[default]
    Immediate,
    /// On Mondays.
    Weekly,
    /// Not at all.
    Never,
}

/// Days after the first letter on which one that is still open is brought to mind.
pub const REMINDERS: [u32; 2] = [7, 30];

/// Days from one letter to an employer to the next.
pub const APART: i64 = 7;

/// Days after which advice has lost its use.
const ADVICE_STALE: i64 = 90;

/// What is known of an item and its employer on a night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// It settled in spite of its remark; else it was open once.
    pub advice: bool,
    pub noted_on: NaiveDate,
    pub told_on: Option<NaiveDate>,
    /// The last reminder's days; 0 before the first.
    pub reminded_days: u32,
    /// What the books say of it now.
    pub outcome: Outcome,
    /// What the last letter said of it.
    pub said: Option<Outcome>,
    /// The deadline that the first letter gave.
    pub until: Option<NaiveDate>,
}

/// What is to be said of an item tonight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// It is open, and the employer does not know.
    News,
    /// It is still open, so many days after the employer was told.
    Reminder(u32),
    /// It is no longer open, and the employer has not heard what became of it.
    Outcome,
    /// Advice, where it may go tonight ([`super::habit`]).
    Advice,
    /// Nothing tonight.
    NotYet,
    /// Nothing ever.
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

    /// Whether nothing more can become of money of this outcome, unless a person undoes it.
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
            // It was mended before anybody was told: there is nothing to tell.
            (None, false) => over,
            (Some(_), false) if self.said == Some(self.outcome) => over,
            (Some(_), false) => Due::Outcome,
            // It had gone on, and is open again.
            (Some(_), true) if self.said.is_some_and(|said| said != Outcome::Suspense) => Due::News,
            (Some(told_on), true) => reminder(told_on, self.reminded_days, self.until, night),
        }
    }

    fn advice_due(&self, night: NaiveDate) -> Due {
        let stale = (night - self.noted_on).num_days() > ADVICE_STALE;
        if self.told_on.is_some() || stale { Due::Nothing } else { Due::Advice }
    }
}

/// What is to be brought to mind on a night of what still stands as the employer was told: never before the deadline
/// that it was given is over.
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

/// Monday, or any day where Monday's night did not run.
pub(super) fn weekly_day(since: NaiveDate, is_first: bool, night: NaiveDate) -> bool {
    night.weekday() == Weekday::Mon || (is_first && (night - since).num_days() >= 7)
}

/// Whether a letter may be written to an employer whose last one is of a day.
#[must_use]
pub fn may_write(last: Option<NaiveDate>, night: NaiveDate) -> bool {
    last.is_none_or(|last| (night - last).num_days() >= APART)
}

impl Rhythm {
    pub const ALL: [Self; 3] = [Self::Immediate, Self::Weekly, Self::Never];

    /// A word that stays.
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
            (12, None,       0,  Matched,  Weekly,    18, Due::Nothing),  // Mended before anybody was told.
            (12, Some(12),   0,  Suspense, Immediate, 18, Due::NotYet),
            (12, Some(12),   0,  Suspense, Immediate, 19, Due::Reminder(7)),
            (12, Some(12),   7,  Suspense, Immediate, 20, Due::NotYet),
            (12, Some(12),   7,  Suspense, Immediate, 42, Due::Reminder(30)),
            (12, Some(12),   0,  Suspense, Immediate, 60, Due::Reminder(30)),  // Not both at once.
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
            // told  said             now        due
            (true,  None,            Advance,   Due::Outcome), // A letter of before this was kept.
            (true,  Some(Suspense),  Matched,   Due::Outcome),
            (true,  Some(Suspense),  Awaiting,  Due::Outcome),
            (true,  Some(Awaiting),  Awaiting,  Due::NotYet),  // It may still come to something.
            (true,  Some(Awaiting),  Matched,   Due::Outcome),
            (true,  Some(Awaiting),  Suspense,  Due::News),    // It is open again.
            (true,  Some(RefundDue), RefundDue, Due::NotYet),
            (true,  Some(RefundDue), Refunded,  Due::Outcome),
            (true,  Some(Refunded),  RefundDue, Due::Outcome), // The bank sent the refund back.
            (true,  Some(Refunded),  Refunded,  Due::Nothing),
            (true,  Some(Matched),   Suspense,  Due::News),    // What was approved was booked back.
            (true,  Some(Suspense),  Ignored,   Due::Outcome),
            (true,  Some(Suspense),  Returned,  Due::Outcome),
            (false, None,            Awaiting,  Due::NotYet),  // Mended, and it may are open again.
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
            (Some(30), 0, 30, Due::NotYet), // The day itself is in time.
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
