//! The codes of refusals, for programs.
//!
//! Start at [`RefusalCode`]. A code never changes its meaning and is never reused; `table.rs` has the sentences.

use serde::{Serialize, Serializer};
use std::fmt;

macro_rules! codes {
    ($($variant:ident => $code:literal,)*) => {
        /// Why an operation was refused; grouped by kind: unknown, double, wrong, not now.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RefusalCode {
            $($variant,)*
        }

        impl RefusalCode {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }
        }
    };
}

codes! {
    UnknownEmployer => "unknown-employer",
    UnknownEmployee => "unknown-employee",
    UnknownNotice => "unknown-notice",
    UnknownRegister => "unknown-register",
    UnknownAppointment => "unknown-appointment",
    UnknownBranch => "unknown-branch",
    UnknownSlot => "unknown-slot",
    NotThisEmployer => "not-this-employer",
    NotEnrolled => "not-enrolled",
    ActiveElsewhere => "active-elsewhere",
    RatesDiffer => "rates-differ",
    EmptyName => "empty-name",
    MonthTooOld => "month-too-old",
    InvalidSpan => "invalid-span",
    NotAWorkingDay => "not-a-working-day",
    DuplicateEmployer => "duplicate-employer",
    DuplicateAccount => "duplicate-account",
    DuplicateNotice => "duplicate-notice",
    InvalidIdNo => "invalid-id-no",
    InvalidUscc => "invalid-uscc",
    RateBelowMinimum => "rate-below-minimum",
    RateAboveMaximum => "rate-above-maximum",
    RateAlreadyAdjusted => "rate-already-adjusted",
    BaseAlreadyAdjusted => "base-already-adjusted",
    BaseBelowFloor => "base-below-floor",
    BaseAboveCap => "base-above-cap",
    CapExceeded => "cap-exceeded",
    AmountNotPositive => "amount-not-positive",
    AmountTooLarge => "amount-too-large",
    AmountDiffers => "amount-differs",
    AdvanceTooSmall => "advance-too-small",
    AdvanceReserved => "advance-reserved",
    NotSealed => "not-sealed",
    AlreadySealed => "already-sealed",
    NotActive => "not-active",
    OutsideCity => "outside-city",
    SameEmployer => "same-employer",
    ChannelNotAllowed => "channel-not-allowed",
    RosterExists => "roster-exists",
    RosterMissing => "roster-missing",
    MonthNotNext => "month-not-next",
    NothingToPay => "nothing-to-pay",
    NothingFiled => "nothing-filed",
    NoticePaid => "notice-paid",
    NoticePartlyReceived => "notice-partly-received",
    NoticeNotAwaiting => "notice-not-awaiting",
    NotRevocable => "not-revocable",
    RevokeInReverseOrder => "revoke-in-reverse-order",
    DoubleRemittance => "double-remittance",
    SlotFull => "slot-full",
    DayIsPast => "day-is-past",
    AppointmentNotBooked => "appointment-not-booked",
    SealRequired => "seal-required",
    InvalidSealReason => "invalid-seal-reason",
    TwoPersonsRequired => "two-persons-required",
    ReasonMissing => "reason-missing",
    NotPaid => "not-paid",
    NotListed => "not-listed",
    AboveLine => "above-line",
    BalanceTooSmall => "balance-too-small",
    Corrected => "corrected",
    NothingChanges => "nothing-changes",
    SameEmployee => "same-employee",
    ApprovalMissing => "approval-missing",
    SpanBackwards => "span-backwards",
    AlreadyDeferred => "already-deferred",
    InvalidPayday => "invalid-payday",
    NameDiffers => "name-differs",
    AmbiguousNumber => "ambiguous-number",
    MalformedOperation => "malformed-operation",
}

impl RefusalCode {
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.code() == code)
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
