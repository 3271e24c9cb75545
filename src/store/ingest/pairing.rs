//! Pairs delivered rows with stored rows where no serial identifies them.
//!
//! Start at [`pairs`]. It finds a maximum matching, since a delivery that known rows can explain brings nothing
//! new. A pair is certain if no other maximum matching would give different transactions; only then may one row
//! complete the other.
//!
//! Invariant: each row is in at most one pair, and the pairs do not depend on the order of either side, except
//! among equal rows.

use std::collections::BTreeSet;

/// The number of rows from which a pairing counts as uncertain without a check.
const LOOKED_AT: usize = 64;

/// A stored row and its delivered row, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) kept: usize,
    pub(super) given: usize,
    /// Rows that could be paired otherwise share this number; `None` if the pair is certain.
    pub(super) doubt: Option<usize>,
}

/// The possible pairs: for each stored row the delivered rows that agree with it, in order.
pub(super) struct Graph {
    pub(super) agreeing: Vec<Vec<usize>>,
    pub(super) given: usize,
    /// For each row, the first row of its side that is equal to it.
    pub(super) equal_kept: Vec<usize>,
    pub(super) equal_given: Vec<usize>,
}

/// Finds a maximum matching.
pub(super) fn pairs(graph: &Graph) -> Vec<Pair> {
    let matched = matching(graph, None);
    let groups = groups(graph);
    let mut doubtful: BTreeSet<usize> = BTreeSet::new();
    let pair = |(given, kept): (usize, &Option<usize>)| kept.map(|kept| (kept, given));
    let found: Vec<(usize, usize)> = matched.iter().enumerate().filter_map(pair).collect();
    for (kept, given) in &found {
        let group = groups.get(*kept).copied().unwrap_or_default();
        if !doubtful.contains(&group)
            && !is_sure(graph, &groups, group, found.len(), (*kept, *given))
        {
            doubtful.insert(group);
        }
    }
    let group_of = |kept: usize| groups.get(kept).copied().unwrap_or_default();
    found
        .into_iter()
        .map(|(kept, given)| {
            let group = group_of(kept);
            Pair { kept, given, doubt: doubtful.contains(&group).then_some(group) }
        })
        .collect()
}

/// Whether a pair is in every maximum matching, or the alternatives are equal rows.
fn is_sure(
    graph: &Graph,
    groups: &[usize],
    group: usize,
    most: usize,
    pair: (usize, usize),
) -> bool {
    let mine: Vec<usize> =
        (0..groups.len()).filter(|kept| groups.get(*kept) == Some(&group)).collect();
    let given: BTreeSet<usize> =
        mine.iter().flat_map(|kept| graph.agreeing.get(*kept)).flatten().copied().collect();
    let alike = |rows: &mut dyn Iterator<Item = usize>, equal: &[usize]| {
        let kinds: BTreeSet<usize> = rows.filter_map(|row| equal.get(row).copied()).collect();
        kinds.len() <= 1
    };
    if alike(&mut mine.iter().copied(), &graph.equal_kept)
        || alike(&mut given.iter().copied(), &graph.equal_given)
    {
        return true;
    }
    mine.len() <= LOOKED_AT
        && given.len() <= LOOKED_AT
        && matching(graph, Some(pair)).iter().flatten().count() < most
}

/// A maximum matching, optionally without one edge: for each delivered row its stored row.
fn matching(graph: &Graph, without: Option<(usize, usize)>) -> Vec<Option<usize>> {
    let mut matched = vec![None; graph.given];
    for kept in 0..graph.agreeing.len() {
        let mut seen = vec![false; graph.given];
        augment(graph, without, kept, &mut seen, &mut matched);
    }
    matched
}

/// Finds a delivered row for a stored one, moving other stored rows if possible. Iterative, not recursive: a
/// day may hold a thousand equal payments.
fn augment(
    graph: &Graph,
    without: Option<(usize, usize)>,
    from: usize,
    seen: &mut [bool],
    matched: &mut [Option<usize>],
) {
    // Each step is a stored row, an index into the rows that agree with it, and the row it was reached by.
    let mut path: Vec<(usize, usize, Option<usize>)> = vec![(from, 0, None)];
    while let Some((kept, next, _)) = path.last().copied() {
        let Some(given) = graph.agreeing.get(kept).and_then(|rows| rows.get(next)).copied() else {
            path.pop();
            continue;
        };
        if let Some(step) = path.last_mut() {
            step.1 += 1;
        }
        let taken = seen.get_mut(given).is_none_or(|seen| std::mem::replace(seen, true));
        if without == Some((kept, given)) {
            // The excluded edge; another stored row may still reach this delivered row.
            if !taken && let Some(seen) = seen.get_mut(given) {
                *seen = false;
            }
            continue;
        }
        if taken {
            continue;
        }
        match matched.get(given).copied().flatten() {
            Some(holder) => path.push((holder, 0, Some(given))),
            None => {
                let mut free = given;
                while let Some((kept, _, came_by)) = path.pop() {
                    if let Some(place) = matched.get_mut(free) {
                        *place = Some(kept);
                    }
                    match came_by {
                        Some(given) => free = given,
                        None => return,
                    }
                }
                return;
            }
        }
    }
}

/// The group of each stored row: those that share a delivered row, directly or indirectly.
fn groups(graph: &Graph) -> Vec<usize> {
    let mut by_given: Vec<Vec<usize>> = vec![Vec::new(); graph.given];
    for (kept, rows) in graph.agreeing.iter().enumerate() {
        for given in rows {
            if let Some(kepts) = by_given.get_mut(*given) {
                kepts.push(kept);
            }
        }
    }
    let mut groups = vec![usize::MAX; graph.agreeing.len()];
    for first in 0..graph.agreeing.len() {
        let mut open = vec![first];
        while let Some(kept) = open.pop() {
            match groups.get_mut(kept) {
                Some(group) if *group == usize::MAX => *group = first,
                _ => continue,
            }
            for given in graph.agreeing.get(kept).into_iter().flatten() {
                // Each delivered row is expanded once.
                open.extend(by_given.get_mut(*given).map(std::mem::take).into_iter().flatten());
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(agreeing: &[&[usize]], equal_kept: &[usize], equal_given: &[usize]) -> Graph {
        Graph {
            agreeing: agreeing.iter().map(|rows| rows.to_vec()).collect(),
            given: equal_given.len(),
            equal_kept: equal_kept.to_vec(),
            equal_given: equal_given.to_vec(),
        }
    }

    #[test]
    fn as_many_as_can_be_are_paired() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // agreeing, equal kept, equal given, pairs, doubtful
            (graph(&[&[0]],            &[0],    &[0]),    1, 0),
            (graph(&[&[]],             &[0],    &[0]),    0, 0),
            (graph(&[&[0, 1], &[0]],   &[0, 1], &[0, 1]), 2, 0), // The first makes room: only one matching.
            (graph(&[&[0, 1], &[0, 1]], &[0, 1], &[0, 1]), 2, 2), // Two matchings.
            (graph(&[&[0, 1], &[0, 1]], &[0, 0], &[0, 1]), 2, 0), // Equal rows: either matching will do.
            (graph(&[&[0, 1, 2]],      &[0],    &[0, 1, 2]), 1, 0),
        ];
        for (number, (graph, many, doubtful)) in (1..).zip(rows) {
            let found = pairs(&graph);
            assert_eq!(found.len(), many, "row {number}");
            assert_eq!(
                found.iter().filter(|pair| pair.doubt.is_some()).count(),
                doubtful,
                "row {number}"
            );
        }
    }

    #[test]
    fn a_long_chain_moves_on_to_the_last() {
        let many = 2_000;
        let agreeing: Vec<Vec<usize>> = (0..many)
            .map(|kept| if kept + 1 < many { vec![kept, kept + 1] } else { vec![0] })
            .collect();
        let equal: Vec<usize> = (0..many).collect();
        let graph = Graph { agreeing, given: many, equal_kept: equal.clone(), equal_given: equal };
        assert_eq!(pairs(&graph).len(), many);
    }
}
