//! Exact subset sum: finds the set of parts that sums to an amount, and proves that it is the only one.
//!
//! Start at [`search`]. Sets that differ only by swapping equal amounts are the same set, so the search runs over
//! amounts with their multiplicities. It meets in the middle: it sorts all sums of each half and walks once along both,
//! stopping at the second way to reach the target. That is at most 2^12 sums a half with the default budget of 24
//! parts, whatever the amounts are.
//!
//! Invariant: nothing is estimated. The answer is the only set, a proof that there is none or more than one, or the
//! fact that there were too many parts.

/// The result of a search for sets of parts that sum to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubsetSum {
    /// No set does.
    None,
    /// Exactly one does: the places of its parts in rising order; of equal amounts the first ones.
    Unique(Vec<usize>),
    /// At least two truly different sets do.
    Ambiguous,
    /// More parts than the budget allows to search; the answer is unknown.
    OverBudget,
}

/// An amount and how many parts have it.
#[derive(Clone, Copy)]
struct Group {
    amount: i128,
    count: u32,
}

/// One choice of parts of a half: its sum, and the count of each group, in mixed radix.
#[derive(Clone, Copy)]
struct Taken {
    /// Wider than any part: the parts in a database may add up past 64 bits.
    sum: i128,
    code: u64,
}

/// Searches parts (all more than zero) for sets that sum to `target`.
///
/// A part larger than the target is in no set and does not count against the budget. No budget is needed if all parts
/// together are just enough or too little.
#[must_use]
pub fn search(parts: &[i64], target: i64, budget: usize) -> SubsetSum {
    let usable = || parts.iter().filter(|amount| **amount <= target).copied().map(i128::from);
    let (total, most) = (usable().sum::<i128>(), target);
    let target = i128::from(target);
    if total < target || target <= 0 {
        return SubsetSum::None;
    }
    if total == target {
        return SubsetSum::Unique(
            (0..parts.len()).filter(|i| parts.get(*i) <= Some(&most)).collect(),
        );
    }
    if usable().count() > budget {
        return SubsetSum::OverBudget;
    }
    let (left, right) = halves(groups(usable().collect()));
    match meet(&sums(&left, target), &sums(&right, target), target) {
        Met::Never => SubsetSum::None,
        Met::Often => SubsetSum::Ambiguous,
        Met::Once(one, other) => {
            let mut wanted = counts(&left, one);
            wanted.extend(counts(&right, other));
            SubsetSum::Unique(first_of_each(parts, wanted))
        }
    }
}

fn groups(mut amounts: Vec<i128>) -> Vec<Group> {
    amounts.sort_unstable();
    let mut groups: Vec<Group> = Vec::new();
    for amount in amounts {
        match groups.last_mut() {
            Some(group) if group.amount == amount => group.count += 1,
            _ => groups.push(Group { amount, count: 1 }),
        }
    }
    groups
}

/// Splits into two halves with about equally many sums; a group is never split, or its sets would count twice.
fn halves(mut groups: Vec<Group>) -> (Vec<Group>, Vec<Group>) {
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let (mut ways_left, mut ways_right) = (1_u64, 1_u64);
    for group in groups {
        let (half, ways) = if ways_left <= ways_right {
            (&mut left, &mut ways_left)
        } else {
            (&mut right, &mut ways_right)
        };
        *ways = ways.saturating_mul(u64::from(group.count) + 1);
        half.push(group);
    }
    (left, right)
}

/// All sums of a half that do not exceed the target, rising.
fn sums(half: &[Group], target: i128) -> Vec<Taken> {
    let mut all = vec![Taken { sum: 0, code: 0 }];
    let mut radix = 1_u64;
    for group in half {
        let before = all.len();
        for taken in 1..=group.count {
            let more = group.amount * i128::from(taken);
            for index in 0..before {
                let Some(base) = all.get(index).copied() else { break };
                let sum = base.sum + more;
                if sum <= target {
                    all.push(Taken { sum, code: base.code + radix * u64::from(taken) });
                }
            }
        }
        radix = radix.saturating_mul(u64::from(group.count) + 1);
    }
    all.sort_unstable_by_key(|taken| taken.sum);
    all
}

enum Met {
    Never,
    /// The codes of the two halves.
    Once(u64, u64),
    Often,
}

/// Walks up one list and down the other; stops at the second pair that reaches the target.
fn meet(left: &[Taken], right: &[Taken], target: i128) -> Met {
    let mut met = Met::Never;
    let mut down = right.iter().rev().peekable();
    let mut up = left.iter().peekable();
    while let (Some(low), Some(high)) = (up.peek(), down.peek()) {
        match (low.sum + high.sum).cmp(&target) {
            std::cmp::Ordering::Less => {
                up.next();
            }
            std::cmp::Ordering::Greater => {
                down.next();
            }
            std::cmp::Ordering::Equal => {
                let Met::Never = met else { return Met::Often };
                met = Met::Once(low.code, high.code);
                // A second way of the same half to reach the same sum is a second set.
                let (low_sum, high_sum) = (low.sum, high.sum);
                up.next();
                down.next();
                let again = up.peek().is_some_and(|next| next.sum == low_sum)
                    || down.peek().is_some_and(|next| next.sum == high_sum);
                if again {
                    return Met::Often;
                }
            }
        }
    }
    met
}

/// The number of parts of each amount in a code.
fn counts(half: &[Group], mut code: u64) -> Vec<Group> {
    let digit = |group: &Group| {
        let base = u64::from(group.count) + 1;
        let count = u32::try_from(code % base).unwrap_or(0);
        code /= base;
        Group { amount: group.amount, count }
    };
    half.iter().map(digit).collect()
}

fn first_of_each(parts: &[i64], mut wanted: Vec<Group>) -> Vec<usize> {
    let mut take = |amount: i128| {
        let group = wanted.iter_mut().find(|group| group.amount == amount && group.count > 0);
        group.map(|group| group.count -= 1).is_some()
    };
    parts
        .iter()
        .enumerate()
        .filter(|(_, amount)| take(i128::from(**amount)))
        .map(|(index, _)| index)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_only_set_is_found_and_a_second_one_is_noticed() {
        use SubsetSum::{Ambiguous, None, OverBudget, Unique};
        let distinct: Vec<i64> = (0..24).map(|power| 1 << power).collect();
        let many: Vec<i64> = (1..=25).collect();
        #[rustfmt::skip] // A table is read by column.
        let rows: &[(&[i64], i64, SubsetSum)] = &[
            // parts                 target  cover
            (&[],                    100,    None),
            (&[100],                 100,    Unique(vec![0])),
            (&[99],                  100,    None),
            (&[101],                 100,    None),
            (&[60, 40],              100,    Unique(vec![0, 1])),
            (&[60, 40, 30],          100,    Unique(vec![0, 1])),
            (&[60, 60, 40],          100,    Unique(vec![0, 2])),    // Equal amounts: the first one.
            (&[100, 100, 100],       100,    Unique(vec![0])),
            (&[60, 40, 70, 30],      100,    Ambiguous),
            (&[100, 60, 40],         100,    Ambiguous),             // Alone, or two together.
            (&[50, 50, 50, 100],     100,    Ambiguous),
            (&[50, 25, 25, 25],      100,    Unique(vec![0, 1, 2])),
            (&[500, 60, 40],         100,    Unique(vec![1, 2])),    // What exceeds alone cannot help.
            (&[70, 50, 40],          100,    None),
            (&distinct,              12_345, Unique(vec![0, 3, 4, 5, 12, 13])), // 24 parts are searched.
            (&many,                  30,     OverBudget),            // 25 are not,
            (&many,                  325,    Unique((0..25).collect())), // unless all of them are needed,
            (&many,                  326,    None),                  // or even all are too little.
            // Two whose sum passes 64 bits are more than the target, not equal to it.
            (&[i64::MAX, i64::MAX],  i64::MAX, Unique(vec![0])),
            (&[i64::MAX - 1, i64::MAX - 2], i64::MAX, None),
        ];
        for (parts, target, want) in rows {
            assert_eq!(&search(parts, *target, 24), want, "{parts:?} for {target}");
        }
    }

    /// Goal: the search agrees with trying everything. Method: all subsets of small random sets.
    #[test]
    fn the_search_agrees_with_trying_every_set() {
        let mut state = 1_u64;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for round in 0..20_000 {
            let size = next(11);
            let spread = 1 + next(12);
            let parts: Vec<i64> = (0..size).map(|_| 1 + next(spread).cast_signed()).collect();
            let target = 1 + next(spread * 4).cast_signed();
            let mut sets = BTreeSet::new();
            for mask in 1_u32..1 << parts.len() {
                let chosen = || (0..parts.len()).filter(|place| mask >> place & 1 == 1);
                if chosen().map(|place| parts[place]).sum::<i64>() == target {
                    let mut amounts: Vec<i64> = chosen().map(|place| parts[place]).collect();
                    amounts.sort_unstable();
                    sets.insert(amounts);
                }
            }
            let found = search(&parts, target, 24);
            match (sets.len(), &found) {
                (0, SubsetSum::None) => {}
                (1, SubsetSum::Unique(places)) => {
                    let mut amounts: Vec<i64> = places.iter().map(|place| parts[*place]).collect();
                    amounts.sort_unstable();
                    assert!(sets.contains(&amounts), "round {round}: {parts:?} for {target}");
                }
                (2.., SubsetSum::Ambiguous) => {}
                (count, _) => {
                    panic!("round {round}: {parts:?} for {target}: {count} sets, {found:?}")
                }
            }
        }
    }
}
