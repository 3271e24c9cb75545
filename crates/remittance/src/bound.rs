//! No amount is past [`AMOUNT_MAX`], and no sum past what an amount holds: each is refused, never wrong.

use super::refusal::Refusal;
use super::{AMOUNT_MAX, Money};

/// Refuses an amount past the bound.
pub(super) fn bounded(value: Money) -> Result<(), Refusal> {
    let most = AMOUNT_MAX;
    if value.is_within_bound() { Ok(()) } else { Err(Refusal::AmountBeyondBound { value, most }) }
}

/// Adds; a sum that does not fit is refused, never wrong.
pub(super) fn sum(a: Money, b: Money) -> Result<Money, Refusal> {
    a.checked_add(b).ok_or(Refusal::SumTooLarge { value: a, other: b })
}

/// Subtracts; a difference that does not fit is refused, never wrong.
pub(super) fn difference(a: Money, b: Money) -> Result<Money, Refusal> {
    sum(a, Money::from_fen(-b.fen()))
}
