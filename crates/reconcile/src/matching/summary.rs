//! How some parts of a notice stand: what came, over how many banks and months, until when the rest is waited for.

use super::explanation::{PartsSummary, PartsVerdict};
use super::{BankIndex, Item, NoticeFact, Run, place};
use remittance::{Money, Total, YearMonth};
use std::collections::BTreeSet;

/// A part with the place of its item.
pub(super) type Placed<'n, 'a> = (u32, &'n Item<'a>);

/// How some parts of a notice stand; the month is that of the latest of them.
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

/// A payment that settles its notice alone together with the advance balance: how it stands.
pub(super) fn alone_with_advance(
    night: &Run<'_, '_>,
    fact: &NoticeFact,
    index: u32,
) -> Option<PartsSummary> {
    let item = night.items.get(place(index))?;
    Some(standing(night, fact, &[(index, item)], PartsVerdict::Exact, fact.reserved()))
}
