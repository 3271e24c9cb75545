//! Why an operation was not done, and what must be done first.
//!
//! A [`Refusal`] is a value, not a failure: the employer asked for something that the handbook does
//! not allow now. The code never changes and is never reused; the message is for a person and says
//! what must be undone or done differently.

use serde::{Serialize, Serializer};
use std::fmt;

/// Why an operation was refused; in order of kind: unknown, double, wrong, not now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalCode {
    UnknownEmployer,
    UnknownEmployee,
    UnknownNotice,
    UnknownRegister,
    UnknownAppointment,
    UnknownBranch,
    UnknownSlot,
    DuplicateEmployer,
    DuplicateAccount,
    DuplicateNotice,
    InvalidIdNo,
    InvalidUscc,
    RateBelowMinimum,
    RateAboveMaximum,
    RateAlreadyAdjusted,
    BaseAlreadyAdjusted,
    BaseBelowFloor,
    BaseAboveCap,
    CapExceeded,
    AmountNotPositive,
    AmountTooLarge,
    AmountDiffers,
    AdvanceTooSmall,
    NotSealed,
    AlreadySealed,
    NotActive,
    OutsideCity,
    SameEmployer,
    ChannelNotAllowed,
    RosterExists,
    RosterMissing,
    MonthNotNext,
    NothingToPay,
    NothingFiled,
    NoticePaid,
    NoticeNotAwaiting,
    NotRevocable,
    RevokeInReverseOrder,
    DoubleRemittance,
    SlotFull,
    DayIsPast,
    AppointmentNotBooked,
    SealRequired,
    InvalidSealReason,
    MalformedOperation,
}

/// An operation that was not done: nothing of it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    #[serde(rename = "error")]
    pub code: RefusalCode,
    /// What is in the way and what to do about it.
    pub message: String,
}

impl Refusal {
    #[must_use]
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Shorthand for the many places that refuse.
pub(crate) fn refuse<T>(code: RefusalCode, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(code, message))
}

impl RefusalCode {
    pub const ALL: [Self; 45] = [
        Self::UnknownEmployer,
        Self::UnknownEmployee,
        Self::UnknownNotice,
        Self::UnknownRegister,
        Self::UnknownAppointment,
        Self::UnknownBranch,
        Self::UnknownSlot,
        Self::DuplicateEmployer,
        Self::DuplicateAccount,
        Self::DuplicateNotice,
        Self::InvalidIdNo,
        Self::InvalidUscc,
        Self::RateBelowMinimum,
        Self::RateAboveMaximum,
        Self::RateAlreadyAdjusted,
        Self::BaseAlreadyAdjusted,
        Self::BaseBelowFloor,
        Self::BaseAboveCap,
        Self::CapExceeded,
        Self::AmountNotPositive,
        Self::AmountTooLarge,
        Self::AmountDiffers,
        Self::AdvanceTooSmall,
        Self::NotSealed,
        Self::AlreadySealed,
        Self::NotActive,
        Self::OutsideCity,
        Self::SameEmployer,
        Self::ChannelNotAllowed,
        Self::RosterExists,
        Self::RosterMissing,
        Self::MonthNotNext,
        Self::NothingToPay,
        Self::NothingFiled,
        Self::NoticePaid,
        Self::NoticeNotAwaiting,
        Self::NotRevocable,
        Self::RevokeInReverseOrder,
        Self::DoubleRemittance,
        Self::SlotFull,
        Self::DayIsPast,
        Self::AppointmentNotBooked,
        Self::SealRequired,
        Self::InvalidSealReason,
        Self::MalformedOperation,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownEmployer => "unknown-employer",
            Self::UnknownEmployee => "unknown-employee",
            Self::UnknownNotice => "unknown-notice",
            Self::UnknownRegister => "unknown-register",
            Self::UnknownAppointment => "unknown-appointment",
            Self::UnknownBranch => "unknown-branch",
            Self::UnknownSlot => "unknown-slot",
            Self::DuplicateEmployer => "duplicate-employer",
            Self::DuplicateAccount => "duplicate-account",
            Self::DuplicateNotice => "duplicate-notice",
            Self::InvalidIdNo => "invalid-id-no",
            Self::InvalidUscc => "invalid-uscc",
            Self::RateBelowMinimum => "rate-below-minimum",
            Self::RateAboveMaximum => "rate-above-maximum",
            Self::RateAlreadyAdjusted => "rate-already-adjusted",
            Self::BaseAlreadyAdjusted => "base-already-adjusted",
            Self::BaseBelowFloor => "base-below-floor",
            Self::BaseAboveCap => "base-above-cap",
            Self::CapExceeded => "cap-exceeded",
            Self::AmountNotPositive => "amount-not-positive",
            Self::AmountTooLarge => "amount-too-large",
            Self::AmountDiffers => "amount-differs",
            Self::AdvanceTooSmall => "advance-too-small",
            Self::NotSealed => "not-sealed",
            Self::AlreadySealed => "already-sealed",
            Self::NotActive => "not-active",
            Self::OutsideCity => "outside-city",
            Self::SameEmployer => "same-employer",
            Self::ChannelNotAllowed => "channel-not-allowed",
            Self::RosterExists => "roster-exists",
            Self::RosterMissing => "roster-missing",
            Self::MonthNotNext => "month-not-next",
            Self::NothingToPay => "nothing-to-pay",
            Self::NothingFiled => "nothing-filed",
            Self::NoticePaid => "notice-paid",
            Self::NoticeNotAwaiting => "notice-not-awaiting",
            Self::NotRevocable => "not-revocable",
            Self::RevokeInReverseOrder => "revoke-in-reverse-order",
            Self::DoubleRemittance => "double-remittance",
            Self::SlotFull => "slot-full",
            Self::DayIsPast => "day-is-past",
            Self::AppointmentNotBooked => "appointment-not-booked",
            Self::SealRequired => "seal-required",
            Self::InvalidSealReason => "invalid-seal-reason",
            Self::MalformedOperation => "malformed-operation",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.code() == code)
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for RefusalCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_that_are_relied_on_from_outside_are_there() {
        let relied_on = "unknown-employer unknown-employee duplicate-account invalid-id-no \
            rate-below-minimum rate-above-maximum rate-already-adjusted base-already-adjusted \
            base-below-floor base-above-cap cap-exceeded not-sealed already-sealed not-active \
            outside-city roster-exists roster-missing month-not-next notice-paid \
            notice-not-awaiting not-revocable revoke-in-reverse-order double-remittance slot-full \
            seal-required invalid-seal-reason";
        for code in relied_on.split_whitespace() {
            assert_eq!(RefusalCode::from_code(code).map(RefusalCode::code), Some(code));
        }
    }
}
