//! News of a notice: the bank takes its money back, it is open again, it is settled after all.
//!
//! Start at [`NoticeTold::due`], when something is to be said, and [`NoticeNews`], what. It is the one case in which an
//! employer that read "settled" must pay again; so it is told whatever the transaction had been told of before.
//!
//! Invariant: pure. That a notice is open is said only where the books say so on the night of the letter.

use super::rhythm::{self, Due, Rhythm};
use crate::remittance::{Money, PaymentReference, YearMonth};
use crate::report::MaskedAccount;
use chrono::NaiveDate;

use super::item::DigestItem;
use super::outcome::OpenNotice;

/// How a notice stands of which there is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NewsStage {
    /// The bank took back what settled it; staff have not booked it back yet.
    TakenBack,
    /// It was settled, and is open again.
    Reopened,
    /// It is settled.
    Settled,
    Revoked,
}

/// A movement by which the bank took money back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payback {
    pub booked_on: NaiveDate,
    pub amount: Money,
}

/// What an employer was told of a notice, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeTold {
    pub stage: NewsStage,
    pub noted_on: NaiveDate,
    pub told_on: Option<NaiveDate>,
    /// What the last letter said.
    pub said: Option<NewsStage>,
    pub reminded_days: u32,
    /// The deadline that the first letter gave.
    pub until: Option<NaiveDate>,
}

/// One notice that a letter tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeNews {
    pub employer_id: String,
    pub reference: PaymentReference,
    pub month: YearMonth,
    pub amount: Money,
    pub stage: NewsStage,
    /// It began with the bank, not with staff.
    pub by_bank: bool,
    pub payback: Option<(Payback, String, MaskedAccount)>,
    /// Payments of it that there is news of tonight: said here, and not a second time.
    pub parts: Vec<DigestItem>,
    /// What is here of it, where it is open.
    pub open: Option<OpenNotice>,
    /// Money of its employer is in suspense, which may be for it: nobody is to pay before that is known.
    pub held: bool,
    pub until: Option<NaiveDate>,
    /// When the employer was first told, where this brings it to mind.
    pub reminds_of: Option<NaiveDate>,
    /// Only the last reminder says that no more come.
    pub is_last: bool,
}

impl NewsStage {
    const ALL: [Self; 4] = [Self::TakenBack, Self::Reopened, Self::Settled, Self::Revoked];

    /// A word that stays.
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

    /// Whether the employer has something to do about it.
    #[must_use]
    pub const fn asks_for_something(self) -> bool {
        match self {
            Self::TakenBack | Self::Reopened => true,
            Self::Settled | Self::Revoked => false,
        }
    }
}

impl NoticeTold {
    /// What is due on a night.
    #[must_use]
    pub fn due(&self, rhythm: Rhythm, night: NaiveDate) -> Due {
        if rhythm == Rhythm::Never {
            return Due::Nothing;
        }
        let due = match self.told_on {
            // It came to nothing before anybody was told.
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
