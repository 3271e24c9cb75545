//! Looks things up in sorted lists.

/// The range of a sorted list that compares equal.
pub(super) fn range<T>(sorted: &[T], compare: impl Fn(&T) -> std::cmp::Ordering) -> &[T] {
    let from = sorted.partition_point(|one| compare(one).is_lt());
    let rest = sorted.get(from..).unwrap_or_default();
    let count = rest.partition_point(|one| compare(one).is_eq());
    rest.get(..count).unwrap_or_default()
}
