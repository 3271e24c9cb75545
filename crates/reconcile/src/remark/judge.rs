//! Judges the findings in one remark: certain, probable, ambiguous, truncated or nothing.
//!
//! Start at [`Tally::verdict`]. Ten digits after a P outweigh a P inside a word, and both outweigh ten bare digits. Two
//! different references of the strongest kind are ambiguous; so is a certain one beside another that was plainly meant
//! but needs a repair: the payer named two. A truncated one beside a complete one changes only the advice.

use super::find::{Found, Rank};
use remittance::PaymentReference;
use std::collections::BTreeSet;

/// The findings in one remark; allocates only if references differ.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// The first finding with a reference, or a stronger one with the same.
    first: Option<Found>,
    others: Vec<Found>,
    /// The first truncated reference.
    truncated: Option<Found>,
    /// A truncated reference that is not the beginning of the first complete one.
    cut: Vec<Found>,
}

/// The verdict on a remark.
#[derive(Debug)]
pub(super) enum Judgement {
    None,
    Truncated(Found),
    /// Certain or probable, by its rank.
    One(Found),
    /// In the order of the remark, without duplicates.
    Several(Vec<Found>),
}

impl Tally {
    pub(super) fn add(&mut self, found: Found) {
        if found.reference.is_none() {
            // Ten thousand truncated references say no more than the first few.
            if self.truncated.is_none() {
                self.truncated = Some(found);
            } else if self.cut.len() < 8 {
                self.cut.push(found);
            }
            return;
        }
        match self.first {
            None => self.first = Some(found),
            Some(first) if first.reference == found.reference => {
                if found.rank > first.rank && self.others.is_empty() {
                    self.first = Some(found);
                } else if found.rank > first.rank {
                    self.others.push(found);
                }
            }
            // Anything weaker than a P and ten digits never counts beside one.
            Some(first) if first.rank >= Rank::Repaired && found.rank < Rank::Repaired => {}
            Some(_) => self.others.push(found),
        }
    }

    /// Whether there is a truncated reference that is not the beginning of this one.
    pub(super) fn another_was_cut(&self, reference: PaymentReference) -> bool {
        self.truncated.iter().chain(&self.cut).any(|cut| !cut.is_cut_from(reference))
    }

    pub(super) fn any_was_cut(&self) -> bool {
        self.truncated.is_some()
    }

    pub(super) fn verdict(&self) -> Judgement {
        let Some(first) = self.first else {
            return self.truncated.map_or(Judgement::None, Judgement::Truncated);
        };
        if self.others.is_empty() {
            return Judgement::One(first);
        }
        let all = || std::iter::once(&first).chain(&self.others);
        let strongest = all().map(|found| found.rank).max().unwrap_or(first.rank);
        let counts = strongest.min(Rank::Repaired);
        let mut seen = BTreeSet::new();
        let mut members: Vec<Found> = all()
            .filter(|found| found.rank >= counts && seen.insert(found.reference))
            .copied()
            .collect();
        // Written twice, once in need of a repair: the better one decides the certainty.
        for member in &mut members {
            let same = |found: &&Found| found.reference == member.reference;
            member.rank = all().filter(same).map(|found| found.rank).max().unwrap_or(member.rank);
        }
        match members.as_slice() {
            [only] => {
                let same = |found: &&Found| found.reference == only.reference;
                let strongest = all().filter(same).find(|found| found.rank == strongest);
                Judgement::One(strongest.copied().unwrap_or(*only))
            }
            _ => Judgement::Several(members),
        }
    }
}
