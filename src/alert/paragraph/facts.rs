//! What the centre already knows of payments that name one notice: the amount due, the amount received, the
//! difference, the banks and months, and which payments add up.
//!
//! Invariant: all facts come from the books and the letter's payments. Which payments add up is said only when the
//! letter contains all of them.

use crate::alert::body::{Section, Tone};
use crate::alert::item::DigestItem;
use crate::alert::outcome::OpenNotice;
use crate::remittance::{Reason, Total, YearMonth};
use crate::report::text;
use crate::rulebook::letter::LetterRules;
use std::collections::{BTreeMap, BTreeSet};

/// Most payments searched for combinations.
const SEARCHED: usize = 16;

/// Most combinations listed.
const LISTED: usize = 3;

/// Adds the known facts.
pub(super) fn say(
    section: &mut Section,
    reason: Reason,
    items: &[&DigestItem],
    rules: &LetterRules,
) {
    let Some(first) = items.first() else { return };
    let [open] = first.whereabouts.open.as_slice() else { return };
    if !first.whereabouts.named {
        return;
    }
    section.say("", due(open, rules), Tone::Plain);
    if reason == Reason::CrossBank && items.len() > 1 {
        section.say("各银行到账", by(items, |item| item.bank_name.clone()), Tone::Plain);
    }
    if reason == Reason::CrossMonth && items.len() > 1 {
        let months = by(items, |item| YearMonth::of(item.booked_on).chinese());
        section.say("各月到账", months, Tone::Plain);
    }
    if reason == Reason::AmbiguousParts {
        section.say("恰好等于应缴金额的组合", combinations(open, items), Tone::Plain);
    }
}

/// The amount due, the amount received, and the difference.
fn due(open: &OpenNotice, rules: &LetterRules) -> String {
    let here = open.here + open.in_suspense;
    let amount = Total::from(open.amount);
    let (section, difference) = match here.cmp(&amount) {
        std::cmp::Ordering::Less => ("fact-short", amount - here),
        std::cmp::Ordering::Greater => ("fact-over", here - amount),
        std::cmp::Ordering::Equal => ("fact-equal", Total::ZERO),
    };
    let (reference, month) = (open.reference.to_string(), open.month.chinese());
    let [asked, waits, held, gap] =
        [amount, open.here, open.in_suspense, difference].map(text::grouped);
    let values = [
        ("reference", reference.as_str()),
        ("month", &month),
        ("amount", &asked),
        ("here", &waits),
        ("suspense", &held),
    ];
    rules.fill("fact-due", &values) + &rules.fill(section, &[("difference", &gap)])
}

/// Sums by name, sorted by name.
fn by(items: &[&DigestItem], name: impl Fn(&DigestItem) -> String) -> String {
    let mut sums: BTreeMap<String, Total> = BTreeMap::new();
    for item in items {
        *sums.entry(name(item)).or_default() += Total::from(item.amount);
    }
    let said = sums.iter().map(|(name, sum)| format!("{name} {} 元", text::grouped(*sum)));
    said.collect::<Vec<_>>().join("、")
}

/// The sets of payments of one month and bank that add up. Empty if the letter does not contain all payments or
/// there are too many.
fn combinations(open: &OpenNotice, items: &[&DigestItem]) -> String {
    let all: Total = items.iter().map(|item| Total::from(item.amount)).sum();
    if all != open.in_suspense || !open.here.is_zero() || items.len() > SEARCHED {
        return String::new();
    }
    let want = Total::from(open.amount);
    let mut found: BTreeSet<Vec<(String, String)>> = BTreeSet::new();
    for set in 1_u32..(1 << items.len()) {
        let chosen = || (0_u32..).zip(items).filter(|(place, _)| set & (1 << place) != 0);
        let sum: Total = chosen().map(|(_, item)| Total::from(item.amount)).sum();
        let splits: BTreeSet<_> = chosen()
            .map(|(_, item)| (item.bank_name.as_str(), YearMonth::of(item.booked_on)))
            .collect();
        if sum == want && splits.len() == 1 {
            let parts =
                chosen().map(|(_, item)| (item.booked_on.to_string(), text::grouped(item.amount)));
            found.insert(parts.collect());
        }
    }
    let said = found.iter().take(LISTED).map(|set| {
        let parts = set.iter().map(|(day, amount)| format!("{day} {amount} 元"));
        parts.collect::<Vec<_>>().join(" ＋ ")
    });
    let mut said = said.collect::<Vec<_>>().join("；");
    if found.len() > LISTED {
        said.push_str(" 等");
    }
    said
}
