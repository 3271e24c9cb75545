//! The stages of an item and its steps: the words shared by store, report and pages.

use remittance::{Language, Localized};
use serde::Serialize;
use std::borrow::Cow;

/// The stage of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nobody has it; the engine decides it again every night.
    Open,
    /// Somebody has it; the engine still decides it again.
    Assigned,
    /// A resolution is proposed; the engine leaves it alone.
    Proposed,
    /// A wait is approved; the engine leaves it alone until its day.
    Approved,
    /// It is no longer open, by a decision of staff or of a later run.
    Resolved,
}

/// A step in the life of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Somebody takes it, or gets it assigned.
    Assign,
    /// Nobody has it any more.
    Release,
    Propose,
    /// The proposal is changed; its approvals are void.
    Edit,
    /// The proposer withdraws it.
    Withdraw,
    /// The approver refuses it.
    SendBack,
    /// Approved and posted.
    Post,
    /// A wait is approved.
    PutOff,
    /// Another reading is approved; the engine decides it again.
    Reread,
    /// The day of a wait has come.
    Wake,
    /// The engine settled, returned or ignored it in a later run.
    Engine,
    /// The engine finds it open again.
    HangAgain,
    /// The reversal of a posting was approved.
    Reverse,
}

impl Stage {
    pub const ALL: [Self; 5] =
        [Self::Open, Self::Assigned, Self::Proposed, Self::Approved, Self::Resolved];

    /// The word in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Assigned => "assigned",
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Resolved => "resolved",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }

    /// Whether it has a decision of staff, so that the engine must not decide it again.
    #[must_use]
    pub const fn held_by_staff(self) -> bool {
        match self {
            Self::Open | Self::Assigned => false,
            Self::Proposed | Self::Approved | Self::Resolved => true,
        }
    }
}

impl Localized for Stage {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Open => language.choose("待处理", "Open"),
            Self::Assigned => language.choose("处理中", "Assigned"),
            Self::Proposed => language.choose("待复核", "Proposed"),
            Self::Approved => language.choose("已复核", "Approved"),
            Self::Resolved => language.choose("已办结", "Resolved"),
        })
    }
}

impl Step {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::Release => "release",
            Self::Propose => "propose",
            Self::Edit => "edit",
            Self::Withdraw => "withdraw",
            Self::SendBack => "send back",
            Self::Post => "post",
            Self::PutOff => "put off",
            Self::Reread => "read otherwise",
            Self::Wake => "wake",
            Self::Engine => "settle by engine",
            Self::HangAgain => "hang again",
            Self::Reverse => "reverse",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_lives_as_the_table_says() {
        use Step as S;
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            //                open              assigned          proposed          approved      resolved
            (S::Assign,    ["assigned",       "assigned",       "",               "",           ""]),
            (S::Release,   ["",               "open",           "",               "",           ""]),
            (S::Propose,   ["proposed",       "proposed",       "",               "",           ""]),
            (S::Edit,      ["",               "",               "proposed",       "",           ""]),
            (S::Withdraw,  ["",               "",               "assigned",       "",           ""]),
            (S::SendBack,  ["",               "",               "assigned",       "",           ""]),
            (S::Post,      ["",               "",               "resolved",       "",           ""]),
            (S::PutOff,    ["",               "",               "approved",       "",           ""]),
            (S::Reread,    ["",               "",               "open",           "",           ""]),
            (S::Wake,      ["",               "",               "",               "open",       ""]),
            (S::Engine,    ["resolved",       "resolved",       "",               "",           ""]),
            (S::HangAgain, ["",               "",               "",               "",           "open"]),
            (S::Reverse,   ["open",           "open",           "",               "open",       "open"]),
        ];
        for (step, want) in rows {
            for (stage, want) in Stage::ALL.into_iter().zip(want) {
                let got = stage.after(step).map_or("", Stage::code);
                assert_eq!(got, want, "{} of an item that is {}", step.code(), stage.code());
            }
        }
    }

    #[test]
    fn the_engine_moves_nothing_that_staff_hold() {
        for stage in Stage::ALL {
            assert_eq!(stage.after(Step::Engine).is_err(), stage.held_by_staff(), "{stage:?}");
        }
    }
}
