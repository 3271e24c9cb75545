//! The state of some parts of a notice: the amount received, banks and months, and how long the rest is waited for.

use super::explanation::{PartsSummary, PartsVerdict};
use super::{BankIndex, Item, NoticeFact, Run, place};
use remittance::{Money, Total, YearMonth};
use std::collections::BTreeSet;

pub(super) type Placed<'n, 'a> = (u32, &'n Item<'a>);

/// The state of some parts of a notice; the month is that of the latest one.
pub(super) fn standing(
    night: &Run<'_, '_>,
    fact: &NoticeFact,
    parts: &[Placed<'_, '_>],
    verdict: PartsVerdict,
    from_advance: Money,
) -> PartsSummary {
    let latest = parts.iter().map(|(_, item)| item.booked_on).max().unwrap_or(night.as_of);
    let month = YearMonth::of(latest);
    let banks: BTreeSet<BankIndex> = parts.iter().map(|(_, item)| item.bank).collect();
    let months: BTreeSet<YearMonth> =
        parts.iter().map(|(_, item)| YearMonth::of(item.booked_on)).collect();
    PartsSummary {
        verdict,
        reference: fact.reference,
        due: fact.amount,
        received: sum(parts),
        parts: parts.len(),
        banks: banks.len(),
        months: months.len(),
        month,
        closes_on: night.calendar.closes_on(month, night.rules.lag_working_days),
        from_advance,
    }
}

pub(super) fn sum(parts: &[Placed<'_, '_>]) -> Total {
    parts.iter().map(|(_, item)| item.amount).sum()
}

/// The state of a payment that settles its notice alone together with the advance balance.
pub(super) fn alone_with_advance(
    night: &Run<'_, '_>,
    fact: &NoticeFact,
    index: u32,
) -> Option<PartsSummary> {
    let item = night.items.get(place(index))?;
    Some(standing(night, fact, &[(index, item)], PartsVerdict::Exact, fact.reserved()))
}
