//! 挂账: the life of an item in suspense, from the night that could not settle it to its resolution.
//!
//! Start at [`Stage::step`]: which step may follow which. What a person may decide is [`Resolution`];
//! how old an item is, and in which column of the report it stands, is [`age_days`] and [`Age`]. Why an
//! item hangs is `remittance::Reason`; what might resolve it is suggested by `matching::suggest`.
//!
//! Invariant: who proposes does not approve, and what is approved leaves the engine's hands: an item
//! that is [`Stage::held_by_staff`] is no longer given to `matching::decide`.

use crate::remittance::{Money, PaymentReference};
use chrono::NaiveDate;
use std::fmt;

/// Where an item stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has taken it; the engine judges it again every night.
    Open,
    /// Somebody looks into it; the engine still judges it again.
    Assigned { to: Person },
    /// Somebody proposes how to resolve it; the engine leaves it alone.
    Proposed { by: Person, resolution: Resolution },
    /// Somebody else agreed; it waits to be posted.
    Approved { by: Person, proposed_by: Person, resolution: Resolution },
    /// It is over. `Settled` is the engine's own, by a later payment or notice.
    Resolved(Ending),
}

/// A member of staff, by the key of the desk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub String);

/// What staff may decide about an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// It pays these notices after all.
    SettleWith { notices: Box<[PaymentReference]> },
    /// It becomes the employer's advance balance (单位暂存款).
    ToAdvance { employer_id: String },
    /// It goes back to the payer.
    Refund,
    /// It is no payment to the fund.
    NotOurs { note: String },
    /// Nothing before that day; then the item is open again.
    WaitUntil { day: NaiveDate },
}

/// How an item ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As staff decided.
    ByStaff(Resolution),
    /// A later night found what was missing.
    ByEngine,
}

/// What happens to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Assign {
        to: Person,
    },
    Release,
    Propose {
        by: Person,
        resolution: Resolution,
    },
    SendBack {
        by: Person,
    },
    Approve {
        by: Person,
    },
    /// The books have it.
    Post,
    /// The engine settled, returned or ignored it in a later night.
    Engine,
    /// The day of a `WaitUntil` has come.
    Wake {
        day: NaiveDate,
    },
}

/// Why a step is not possible.
///
/// Prints as `expected another person than the one who proposed it` and the like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepError {
    /// The step does not follow from where the item stands.
    NotFrom {
        stage: &'static str,
        step: &'static str,
    },
    /// Who proposes does not approve.
    SamePerson,
    /// The notices named do not exist, are not open, or do not sum to the amount.
    Sum {
        received: Money,
        asked: Money,
    },
    NoNotices,
    TooEarly {
        day: NaiveDate,
    },
}

impl Stage {
    /// The word that a store keeps.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Assigned { .. } => "assigned",
            Self::Proposed { .. } => "proposed",
            Self::Approved { .. } => "approved",
            Self::Resolved(_) => "resolved",
        }
    }

    #[must_use]
    pub const fn chinese(&self) -> &'static str {
        match self {
            Self::Open => "待处理",
            Self::Assigned { .. } => "处理中",
            Self::Proposed { .. } => "待复核",
            Self::Approved { .. } => "已复核",
            Self::Resolved(_) => "已处理",
        }
    }

    /// Whether a person's decision stands on it, so that the engine must not judge it again.
    #[must_use]
    pub const fn held_by_staff(&self) -> bool {
        match self {
            Self::Open | Self::Assigned { .. } => false,
            Self::Proposed { .. } | Self::Approved { .. } | Self::Resolved(_) => true,
        }
    }

    /// The stage after a step.
    ///
    /// # Errors
    /// [`StepError`] where the step does not follow; the item stays where it is.
    pub fn step(self, step: Step) -> Result<Self, StepError> {
        match (self, step) {
            (Self::Open | Self::Assigned { .. }, Step::Assign { to }) => Ok(Self::Assigned { to }),
            (Self::Assigned { .. }, Step::Release) => Ok(Self::Open),
            (Self::Open | Self::Assigned { .. }, Step::Propose { by, resolution }) => {
                if matches!(&resolution, Resolution::SettleWith { notices } if notices.is_empty()) {
                    return Err(StepError::NoNotices);
                }
                Ok(Self::Proposed { by, resolution })
            }
            (Self::Open | Self::Assigned { .. }, Step::Engine) => {
                Ok(Self::Resolved(Ending::ByEngine))
            }
            // Whoever proposed may take it back; anybody else sends it back to them.
            (Self::Proposed { by, .. }, Step::SendBack { .. }) => Ok(Self::Assigned { to: by }),
            (Self::Proposed { by, resolution }, Step::Approve { by: approver }) => {
                if by == approver {
                    return Err(StepError::SamePerson);
                }
                Ok(Self::Approved { by: approver, proposed_by: by, resolution })
            }
            (
                Self::Approved { resolution: Resolution::WaitUntil { day }, .. },
                Step::Wake { day: today },
            ) => {
                if today < day {
                    Err(StepError::TooEarly { day })
                } else {
                    Ok(Self::Open)
                }
            }
            (Self::Approved { resolution, .. }, Step::Post)
                if !matches!(resolution, Resolution::WaitUntil { .. }) =>
            {
                Ok(Self::Resolved(Ending::ByStaff(resolution)))
            }
            (stage, step) => Err(StepError::NotFrom { stage: stage.code(), step: step.code() }),
        }
    }
}

impl Step {
    const fn code(&self) -> &'static str {
        match self {
            Self::Assign { .. } => "assign",
            Self::Release => "release",
            Self::Propose { .. } => "propose",
            Self::SendBack { .. } => "send back",
            Self::Approve { .. } => "approve",
            Self::Post => "post",
            Self::Engine => "settle by engine",
            Self::Wake { .. } => "wake",
        }
    }
}

impl Resolution {
    /// The word that a store keeps.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SettleWith { .. } => "settle-with",
            Self::ToAdvance { .. } => "to-advance",
            Self::Refund => "refund",
            Self::NotOurs { .. } => "not-ours",
            Self::WaitUntil { .. } => "wait-until",
        }
    }

    #[must_use]
    pub const fn chinese(&self) -> &'static str {
        match self {
            Self::SettleWith { .. } => "核销通知书",
            Self::ToAdvance { .. } => "转单位暂存款",
            Self::Refund => "退款",
            Self::NotOurs { .. } => "非缴款",
            Self::WaitUntil { .. } => "暂缓",
        }
    }

    /// Checks that notices which staff name are paid to the fen; other decisions always fit.
    ///
    /// `open` gives the amount of a notice that is open, `None` for any other.
    ///
    /// # Errors
    /// [`StepError::Sum`] where what is asked for is not what came.
    pub fn fits(
        &self,
        received: Money,
        open: impl Fn(PaymentReference) -> Option<Money>,
    ) -> Result<(), StepError> {
        let Self::SettleWith { notices } = self else { return Ok(()) };
        let mut each = notices.to_vec();
        each.sort_unstable();
        each.dedup();
        let sum = each.iter().try_fold(Money::ZERO, |sum, one| sum.checked_add(open(*one)?));
        match sum {
            Some(asked) if asked == received && each.len() == notices.len() => Ok(()),
            asked => Err(StepError::Sum { received, asked: asked.unwrap_or(Money::ZERO) }),
        }
    }
}

/// Days since the booking: how long the payer's money has been with the centre.
///
/// Not since the night that found it: a late feed does not make money younger. Never negative.
#[must_use]
pub fn age_days(booked_on: NaiveDate, as_of: NaiveDate) -> u32 {
    u32::try_from(as_of.signed_duration_since(booked_on).num_days()).unwrap_or(0)
}

/// The columns of the report's ageing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Age {
    UpTo7,
    UpTo30,
    UpTo60,
    Over60,
}

impl Age {
    pub const ALL: [Self; 4] = [Self::UpTo7, Self::UpTo30, Self::UpTo60, Self::Over60];

    #[must_use]
    pub const fn of(age_days: u32) -> Self {
        match age_days {
            0..=7 => Self::UpTo7,
            8..=30 => Self::UpTo30,
            31..=60 => Self::UpTo60,
            61.. => Self::Over60,
        }
    }

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UpTo7 => "0-7",
            Self::UpTo30 => "8-30",
            Self::UpTo60 => "31-60",
            Self::Over60 => "61+",
        }
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFrom { stage, step } => {
                write!(f, "expected another step for an item that is {stage}, found {step:?}")
            }
            Self::SamePerson => write!(f, "expected another person than the one who proposed it"),
            Self::Sum { received, asked } => {
                write!(f, "expected open notices that sum to {received}, found {asked}")
            }
            Self::NoNotices => write!(f, "expected at least one notice, found none"),
            Self::TooEarly { day } => write!(f, "expected to wait until {day}"),
        }
    }
}

impl std::error::Error for StepError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> Person {
        Person(name.to_owned())
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_item_lives_as_the_table_says() {
        let wait = Resolution::WaitUntil { day: day("2026-06-01") };
        let propose = |resolution: &Resolution| Step::Propose {
            by: person("a"),
            resolution: resolution.clone(),
        };
        let approve = |by: &str| Step::Approve { by: person(by) };
        let none = Resolution::SettleWith { notices: Box::new([]) };
        let refund = Resolution::Refund;
        #[rustfmt::skip] // A table is read by column.
        let rows: &[(&[Step], Result<&str, &str>)] = &[
            (&[],                                                          Ok("open")),
            (&[Step::Assign { to: person("a") }, Step::Release],           Ok("open")),
            (&[Step::Engine],                                              Ok("resolved")),
            (&[propose(&refund), approve("b"), Step::Post],                Ok("resolved")),
            (&[propose(&refund), approve("a")],                            Err("expected another person than the one who proposed it")),
            (&[propose(&refund), Step::SendBack { by: person("b") }],      Ok("assigned")),
            (&[propose(&refund), Step::Engine],                            Err("expected another step for an item that is proposed, found \"settle by engine\"")),
            (&[propose(&refund), approve("b"), Step::Engine],              Err("expected another step for an item that is approved, found \"settle by engine\"")),
            (&[propose(&none)],                                            Err("expected at least one notice, found none")),
            (&[Step::Post],                                                Err("expected another step for an item that is open, found \"post\"")),
            (&[propose(&wait), approve("b"), Step::Post],                  Err("expected another step for an item that is approved, found \"post\"")),
            (&[propose(&wait), approve("b"), Step::Wake { day: day("2026-05-31") }], Err("expected to wait until 2026-06-01")),
            (&[propose(&wait), approve("b"), Step::Wake { day: day("2026-06-01") }], Ok("open")),
        ];
        for (steps, want) in rows {
            let end = steps.iter().cloned().try_fold(Stage::Open, Stage::step);
            let got = end.map(|stage| stage.code()).map_err(|error| error.to_string());
            assert_eq!(got, want.map_err(str::to_owned), "{steps:?}");
        }
    }

    #[test]
    fn staff_too_settle_to_the_fen() {
        let reference = |number| PaymentReference::from_number(number).unwrap();
        let open = |one: PaymentReference| (one.number() < 3).then_some(Money::from_fen(500));
        let settle = |numbers: &[u64]| Resolution::SettleWith {
            notices: numbers.iter().map(|number| reference(*number)).collect(),
        };
        let received = Money::from_fen(1000);
        assert_eq!(settle(&[1, 2]).fits(received, open), Ok(()));
        for wrong in [&[1][..], &[1, 1], &[1, 3], &[1, 2, 2]] {
            assert!(settle(wrong).fits(received, open).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn age_is_counted_from_the_booking_in_four_columns() {
        let rows = [
            ("2026-05-11", "2026-05-11", 0, "0-7"),
            ("2026-05-11", "2026-05-18", 7, "0-7"),
            ("2026-05-11", "2026-05-19", 8, "8-30"),
            ("2026-05-11", "2026-06-10", 30, "8-30"),
            ("2026-05-11", "2026-06-11", 31, "31-60"),
            ("2026-05-11", "2026-07-10", 60, "31-60"),
            ("2026-05-11", "2026-07-11", 61, "61+"),
            ("2026-05-12", "2026-05-11", 0, "0-7"),
        ];
        for (booked_on, as_of, days, column) in rows {
            let age = age_days(day(booked_on), day(as_of));
            assert_eq!((age, Age::of(age).code()), (days, column), "{booked_on} to {as_of}");
        }
    }
}
