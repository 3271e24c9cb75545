//! The open notices by reference, by amount and by employer.
//!
//! Start at [`OpenNotices::new`]. A slip of the pen means a hundred look-ups by reference, so these use a directory
//! with about one notice a bucket instead of a binary search over a million.
//!
//! Invariant: every index holds each notice once; the places are those in `by_reference`.

use super::employers::EmployerIndex;
use super::sorted::range;
use crate::matching::place;
use remittance::{Money, PaymentReference, YearMonth};
use std::collections::BTreeSet;

/// An open notice, as suggestions need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenNotice {
    pub reference: PaymentReference,
    pub amount: Money,
    pub employer: EmployerIndex,
    pub month: YearMonth,
}

/// The indices over all open notices; built once a run.
#[derive(Clone, Debug, Default)]
pub struct OpenNotices {
    by_reference: Vec<OpenNotice>,
    /// Bucket `b` starts at `directory[b]` and holds references from `b * width`.
    directory: Vec<u32>,
    width: u64,
    by_amount: Vec<u32>,
    by_employer: Vec<u32>,
    /// Those settled since; they keep their places.
    settled: BTreeSet<u32>,
}

/// All references are below this.
const REFERENCES: u64 = 10_u64.pow(10);

impl OpenNotices {
    #[must_use]
    pub fn new(mut notices: Vec<OpenNotice>) -> Self {
        notices.sort_unstable_by_key(|notice| notice.reference);
        notices.dedup_by_key(|notice| notice.reference);
        let count = u64::try_from(notices.len()).unwrap_or(u64::MAX).max(1);
        let width = REFERENCES.div_ceil(count);
        let mut directory = Vec::with_capacity(notices.len() + 2);
        let mut bucket = 0;
        for (index, notice) in (0_u32..).zip(&notices) {
            while bucket * width <= notice.reference.number() {
                directory.push(index);
                bucket += 1;
            }
        }
        let end = u32::try_from(notices.len()).unwrap_or(u32::MAX);
        while bucket * width <= REFERENCES + width {
            directory.push(end);
            bucket += 1;
        }
        let by = |key: &dyn Fn(&OpenNotice) -> (i64, i32)| {
            let keyed = (0_u32..).zip(&notices).map(|(index, notice)| (key(notice), index));
            let mut keyed: Vec<_> = keyed.collect();
            keyed.sort_unstable();
            keyed.into_iter().map(|(_, index)| index).collect()
        };
        let by_amount = by(&|notice| (notice.amount.fen(), 0));
        let by_employer = by(&|notice| (i64::from(notice.employer.0), notice.month.ordinal()));
        let settled = BTreeSet::new();
        Self { by_reference: notices, directory, width, by_amount, by_employer, settled }
    }

    #[must_use]
    pub fn get(&self, notice: u32) -> Option<&OpenNotice> {
        self.by_reference.get(place(notice))
    }

    /// A notice, if it is still open.
    pub(super) fn open(&self, notice: u32) -> Option<&OpenNotice> {
        self.get(notice).filter(|_| !self.settled.contains(&notice))
    }

    /// Sets whether a notice is open now; `false` if it is and was not when the indices were built.
    #[must_use]
    pub fn mark(&mut self, reference: PaymentReference, is_open: bool) -> bool {
        match self.find(reference) {
            Some(notice) if is_open => {
                self.settled.remove(&notice);
                true
            }
            Some(notice) => {
                self.settled.insert(notice);
                true
            }
            None => !is_open,
        }
    }

    /// The place of the notice with this reference.
    pub(super) fn find(&self, reference: PaymentReference) -> Option<u32> {
        let from = self.first_from(reference.number());
        self.get(from).filter(|notice| notice.reference == reference).map(|_| from)
    }

    /// The place of the first notice with this number or a greater one.
    fn first_from(&self, number: u64) -> u32 {
        let bucket = number.checked_div(self.width).and_then(|one| usize::try_from(one).ok());
        let start =
            bucket.and_then(|bucket| self.directory.get(bucket)).copied().unwrap_or(u32::MAX);
        let rest = self.by_reference.get(place(start)..).unwrap_or_default();
        let before = rest.iter().take_while(|notice| notice.reference.number() < number).count();
        start.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    }

    /// The places of the notices whose reference begins with these digits.
    pub(super) fn beginning_with(&self, digits: u64, count: usize) -> std::ops::Range<u32> {
        let Some(open) = 10_u32.checked_sub(u32::try_from(count).unwrap_or(u32::MAX)) else {
            return 0..0;
        };
        let first = digits.saturating_mul(10_u64.pow(open));
        let end = first.saturating_add(10_u64.pow(open)).min(REFERENCES);
        self.first_from(first)..self.first_from(end)
    }

    pub(super) fn of_amount(&self, amount: Money) -> &[u32] {
        let amount_of = |notice: &u32| self.get(*notice).map(|notice| notice.amount);
        range(&self.by_amount, |notice| amount_of(notice).cmp(&Some(amount)))
    }

    /// Oldest month first.
    pub(super) fn of_employer(&self, employer: EmployerIndex) -> &[u32] {
        let employer_of = |notice: &u32| self.get(*notice).map(|notice| notice.employer);
        range(&self.by_employer, |notice| employer_of(notice).cmp(&Some(employer)))
    }
}
