//! Selects the items for a page, and the target of each figure.
//!
//! Importance is amount × age, so that neither a large fresh item nor a small old one is dropped first. The selected
//! items are grouped by reason and keep their numbers; the index lists them by bank and age.

use super::super::{Age, Bilingual, Item, Report, Tally};
use super::InBoth;
use remittance::Reason;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The shown items of one reason, and the count of all.
pub(super) struct Group<'a> {
    pub(super) reason: Reason,
    pub(super) tally: Tally,
    pub(super) items: Vec<&'a Item>,
}

/// The target of a bank's or an age band's figure.
pub(super) struct Index {
    pub(super) anchor: String,
    /// A bank's name; for anything else `words` has the text.
    pub(super) name: String,
    pub(super) words: InBoth,
    pub(super) numbers: Vec<u64>,
}

impl Group<'_> {
    /// Whether some of its items are not shown.
    pub(super) fn partly(&self) -> bool {
        u64::try_from(self.items.len()) != Ok(self.tally.count)
    }
}

/// Positions of the items with the largest amount × age; ties in item order.
pub(super) fn most_important(items: &[Item], items_max: usize) -> BTreeSet<usize> {
    let mut ranked: Vec<usize> = (0..items.len()).collect();
    if items.len() > items_max {
        ranked.sort_by_cached_key(|position| {
            let weight = items.get(*position).map_or(0, |item| {
                u128::from(item.amount.fen().unsigned_abs()) * (u128::from(item.age_days) + 1)
            });
            (Reverse(weight), *position)
        });
        ranked.truncate(items_max);
    }
    ranked.into_iter().collect()
}

pub(super) fn by_reason<'a>(report: &'a Report, chosen: &BTreeSet<usize>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for total in report.by_reason() {
        groups.push(Group { reason: total.reason, tally: total.tally, items: Vec::new() });
    }
    for item in chosen.iter().filter_map(|position| report.items.get(*position)) {
        if let Some(group) = groups.iter_mut().find(|group| group.reason == item.reason) {
            group.items.push(item);
        }
    }
    groups
}

pub(super) fn index(report: &Report, chosen: &BTreeSet<usize>) -> Vec<Index> {
    let shown: Vec<&Item> =
        chosen.iter().filter_map(|position| report.items.get(*position)).collect();
    let numbers = |keep: &dyn Fn(&Item) -> bool| {
        shown.iter().filter(|item| keep(item)).map(|item| item.number).collect()
    };
    let ages = Age::ALL.into_iter().map(|band| Index {
        anchor: format!("age-{}", band.code()),
        name: String::new(),
        words: InBoth(Bilingual::of(&band)),
        numbers: numbers(&|item| Age::of(item.age_days) == band),
    });
    let banks = report.by_bank().into_iter().map(|bank| Index {
        anchor: format!("bank-{}", bank.bank),
        numbers: numbers(&|item| item.bank == bank.bank),
        name: bank.bank_name,
        words: InBoth(Bilingual::default()),
    });
    ages.chain(banks).collect()
}
