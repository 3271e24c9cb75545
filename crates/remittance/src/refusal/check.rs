//! Turns the results of value checks into refusals: document numbers, policy limits.

use super::{DocumentForm, Refusal, RefusalCode};
use crate::document::DocumentError;
use crate::policy::{BaseLimits, RateLimits};
use crate::{Money, Rate};

impl From<DocumentError> for Refusal {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::IdNo { value, why } => Self::InvalidIdNo { value, why },
            DocumentError::Other { value, document } => {
                Self::InvalidDocument { value, document, expected: DocumentForm(document) }
            }
        }
    }
}

impl RateLimits {
    /// Why a rate is not allowed; `None` when it is.
    #[must_use]
    pub fn judge(self, rate: Rate) -> Option<RefusalCode> {
        if rate < self.minimum {
            return Some(RefusalCode::RateBelowMinimum);
        }
        (rate > self.maximum).then_some(RefusalCode::RateAboveMaximum)
    }
}

impl BaseLimits {
    /// Why a base is not allowed; `None` when it is.
    #[must_use]
    pub fn judge(self, base: Money) -> Option<RefusalCode> {
        if base < self.floor {
            return Some(RefusalCode::BaseBelowFloor);
        }
        (base > self.cap).then_some(RefusalCode::BaseAboveCap)
    }
}
