//! The notices of a centre, in the order of their references.
//!
//! Start at [`NoticeBook::new`]. A million notices are sorted once a run and then only walked or searched; there is no
//! map of texts.
//!
//! Invariant: references rise strictly, so each occurs once.

use super::suggest::EmployerIndex;
use remittance::{Money, NoticeStatus, PaymentReference};

/// A notice as matching needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeFact {
    pub reference: PaymentReference,
    pub amount: Money,
    /// The rest after its reservation of the employer's advance balance; the full amount without one.
    pub payable: Money,
    pub status: NoticeStatus,
    /// Its employer, numbered by the caller.
    pub employer: EmployerIndex,
}

impl NoticeFact {
    /// The part of the employer's advance balance reserved for it.
    #[must_use]
    pub fn reserved(&self) -> Money {
        self.amount.checked_sub(self.payable).unwrap_or_default()
    }

    /// Whether payments of this sum pay it together with the advance balance, which must pay a part and not all of it.
    pub(super) fn is_payable(&self, received: Money) -> bool {
        received == self.payable && self.payable < self.amount && received > Money::ZERO
    }
}

/// All notices ever issued, paid and revoked ones too: without them a second payment looks unknown.
#[derive(Clone, Debug, Default)]
pub struct NoticeBook {
    facts: Vec<NoticeFact>,
}

impl NoticeBook {
    /// Accepts the notices in any order. Of two with one reference, the first by status and amount is kept; a store has
    /// a key against that.
    #[must_use]
    pub fn new(mut facts: Vec<NoticeFact>) -> Self {
        facts.sort_unstable_by_key(|fact| (fact.reference, fact.status, fact.amount));
        facts.dedup_by_key(|fact| fact.reference);
        Self { facts }
    }

    /// Adds notices that were looked up later; those already present are kept.
    pub fn extend(&mut self, more: Vec<NoticeFact>) {
        let known = |fact: &NoticeFact| self.find(fact.reference).is_some();
        let fresh: Vec<NoticeFact> = more.into_iter().filter(|fact| !known(fact)).collect();
        if !fresh.is_empty() {
            self.facts.extend(fresh);
            *self = Self::new(std::mem::take(&mut self.facts));
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    #[must_use]
    pub fn get(&self, reference: PaymentReference) -> Option<&NoticeFact> {
        self.find(reference).map(|(_, fact)| fact)
    }

    pub(super) fn find(&self, reference: PaymentReference) -> Option<(usize, &NoticeFact)> {
        let place = self.facts.binary_search_by_key(&reference, |fact| fact.reference).ok()?;
        Some((place, self.facts.get(place)?))
    }

    /// Finds references requested in rising order; `from` is the position of the last answer.
    pub(super) fn find_from(
        &self,
        from: &mut usize,
        reference: PaymentReference,
    ) -> Option<(usize, &NoticeFact)> {
        let rest = self.facts.get(*from..)?;
        // Near in a full book, far in a sparse one: double the step, then search within it.
        let mut step = 1;
        while rest.get(step).is_some_and(|fact| fact.reference < reference) {
            step *= 2;
        }
        let near = rest.get(..rest.len().min(step + 1))?;
        *from += near.partition_point(|fact| fact.reference < reference);
        self.facts.get(*from).filter(|fact| fact.reference == reference).map(|fact| (*from, fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_found_whichever_way_it_is_asked_for() {
        let reference = |number| PaymentReference::from_number(number).unwrap();
        let fact = |number: u64| NoticeFact {
            reference: reference(number),
            amount: Money::from_fen(number.cast_signed()),
            payable: Money::from_fen(number.cast_signed()),
            status: NoticeStatus::Awaiting,
            employer: EmployerIndex(0),
        };
        let book = NoticeBook::new((0..500_u64).rev().map(|k| fact(k * k % 7_919)).collect());
        let mut from = 0;
        for number in 0..8_000 {
            let want = book.find(reference(number));
            assert_eq!(book.find_from(&mut from, reference(number)), want, "{number}");
        }
    }
}
