//! News of a notice: the bank reverses its money, it reopens, it is settled after all.
//!
//! Start at [`NoticeTold::due`] for when to report, and [`NoticeNews`] for what. Only here an employer that read
//! "settled" must pay again, so it is notified whatever it was told of the transaction before.
//!
//! Invariant: pure. A letter calls a notice open only if the books do on the night of the letter.

use super::rhythm::{self, Due, Rhythm};
use crate::remittance::{Money, PaymentReference, YearMonth};
use crate::report::MaskedAccount;
use chrono::NaiveDate;

use super::item::DigestItem;
use super::outcome::OpenNotice;

/// The state of a notice with news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NewsStage {
    /// The bank reversed the money that settled it; staff have not booked the reversal yet.
    TakenBack,
    /// It was settled and is open again.
    Reopened,
    Settled,
    Revoked,
}

/// A movement by which the bank reversed money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payback {
    pub booked_on: NaiveDate,
    pub amount: Money,
}

/// What an employer was told of a notice, and its current state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeTold {
    pub stage: NewsStage,
    pub noted_on: NaiveDate,
    pub told_on: Option<NaiveDate>,
    /// The state in the last letter.
    pub said: Option<NewsStage>,
    pub reminded_days: u32,
    /// The deadline in the first letter.
    pub until: Option<NaiveDate>,
}

/// One notice in a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeNews {
    pub employer_id: String,
    pub reference: PaymentReference,
    pub month: YearMonth,
    pub amount: Money,
    pub stage: NewsStage,
    /// The bank caused it, not staff.
    pub by_bank: bool,
    pub payback: Option<(Payback, String, MaskedAccount)>,
    /// Its payments with news tonight: reported here and not a second time.
    pub parts: Vec<DigestItem>,
    /// What was received of it, if it is open.
    pub open: Option<OpenNotice>,
    /// The employer has money in suspense that may be for it: nobody should pay until that is decided.
    pub held: bool,
    pub until: Option<NaiveDate>,
    /// When the employer was first told, in a reminder.
    pub reminds_of: Option<NaiveDate>,
    /// The last reminder says that no more will follow.
    pub is_last: bool,
}

impl NewsStage {
    const ALL: [Self; 4] = [Self::TakenBack, Self::Reopened, Self::Settled, Self::Revoked];

    /// A stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TakenBack => "taken-back",
            Self::Reopened => "reopened",
            Self::Settled => "settled-again",
            Self::Revoked => "revoked",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }

    /// Whether the employer must act.
    #[must_use]
    pub const fn asks_for_something(self) -> bool {
        match self {
            Self::TakenBack | Self::Reopened => true,
            Self::Settled | Self::Revoked => false,
        }
    }
}

impl NoticeTold {
    /// What to report on a night.
    #[must_use]
    pub fn due(&self, rhythm: Rhythm, night: NaiveDate) -> Due {
        if rhythm == Rhythm::Never {
            return Due::Nothing;
        }
        let due = match self.told_on {
            // It was over before anybody was told.
            None if !self.stage.asks_for_something() => Due::Nothing,
            None => Due::News,
            Some(told_on) if self.said == Some(self.stage) => match self.stage {
                NewsStage::Settled | NewsStage::Revoked => Due::Nothing,
                NewsStage::TakenBack => Due::NotYet,
                NewsStage::Reopened => {
                    rhythm::reminder(told_on, self.reminded_days, self.until, night)
                }
            },
            Some(_) if self.stage.asks_for_something() => Due::News,
            Some(_) => Due::Outcome,
        };
        let told = !matches!(due, Due::NotYet | Due::Nothing);
        let since = self.told_on.unwrap_or(self.noted_on);
        let waits =
            rhythm == Rhythm::Weekly && !rhythm::weekly_day(since, self.told_on.is_none(), night);
        if told && waits { Due::NotYet } else { due }
    }
}

impl NoticeNews {
    #[must_use]
    pub const fn asks_for_something(&self) -> bool {
        self.stage.asks_for_something()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 5, 1).unwrap() + chrono::Days::new(u64::from(day) - 1)
    }

    #[test]
    fn a_notice_that_opens_again_is_news_once_and_brought_to_mind_after_its_deadline() {
        use NewsStage::{Reopened, Revoked, Settled, TakenBack};
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // told     said             reminded  until     stage      night due
            (None,     None,              0,  None,          TakenBack, 12, Due::News),
            (None,     None,              0,  None,          Reopened,  12, Due::News),
            (None,     None,              0,  None,          Settled,   12, Due::Nothing),
            (Some(12), Some(TakenBack),   0,  None,          TakenBack, 40, Due::NotYet),
            (Some(12), Some(TakenBack),   0,  None,          Reopened,  13, Due::News),
            (Some(12), Some(TakenBack),   0,  None,          Settled,   13, Due::Outcome),
            (Some(12), Some(Reopened),    0,  Some(may(26)), Reopened,  26, Due::NotYet),
            (Some(12), Some(Reopened),    0,  Some(may(26)), Reopened,  27, Due::Reminder(7)),
            (Some(12), Some(Reopened),    7,  Some(may(26)), Reopened,  42, Due::Reminder(30)),
            (Some(12), Some(Reopened),    7,  Some(may(26)), Revoked,   42, Due::Outcome),
            (Some(12), Some(Settled),     0,  None,          Settled,   42, Due::Nothing),
            (Some(12), Some(Settled),     0,  None,          Reopened,  42, Due::News),
        ];
        for (told, said, reminded_days, until, stage, night, want) in rows {
            let told_on = told.map(may);
            let told = NoticeTold { stage, noted_on: may(11), told_on, said, reminded_days, until };
            assert_eq!(told.due(Rhythm::Immediate, may(night)), want, "{told:?} {night}");
        }
    }
}
