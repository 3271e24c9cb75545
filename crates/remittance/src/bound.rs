//! Refuses an amount past [`AMOUNT_MAX`] and a sum that overflows; neither is ever wrong.

use super::refusal::Refusal;
use super::{AMOUNT_MAX, Money};

/// Refuses an amount past the bound.
pub(super) fn bounded(value: Money) -> Result<(), Refusal> {
    let most = AMOUNT_MAX;
    if value.is_within_bound() { Ok(()) } else { Err(Refusal::AmountBeyondBound { value, most }) }
}

/// Adds; refuses a sum that does not fit.
pub(super) fn sum(a: Money, b: Money) -> Result<Money, Refusal> {
    a.checked_add(b).ok_or(Refusal::SumTooLarge { value: a, other: b })
}

/// Subtracts; refuses a difference that does not fit.
pub(super) fn difference(a: Money, b: Money) -> Result<Money, Refusal> {
    sum(a, Money::from_fen(-b.fen()))
}
