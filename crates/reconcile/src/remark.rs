//! Parses remarks: a payer's text beside a transfer becomes a payment reference, or none.
//!
//! Start at [`Reader`]. A remark is parsed in three steps: fold (`class.rs`: classifies each character), find
//! (`number.rs`, `find.rs`: finds everything that may be a reference), judge (`judge.rs`: decides what that means).
//! [`Reader::read`] explains itself, for people; [`Reader::claim`] gives the same verdict without allocating, for a
//! million rows. What varies is in `rules/remark.toml`.
//!
//! Invariant: a certain reading is the only one that the payer can have meant; time is linear and memory is bounded by
//! the remark.

mod advice;
mod class;
mod examples;
mod fast;
mod fields;
mod find;
mod judge;
mod marked;
mod names;
mod number;
mod read;
mod refund;
pub mod render;

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod table_tests;

pub use advice::{Advice, Certainty};
pub use examples::FailingExample;
pub use fields::FieldClaim;
pub use marked::{Segment, SegmentKind, marked};
pub use read::{Reading, Step, View};
pub use refund::refund_named;

use crate::rulebook::remark::RemarkRules;
use fast::Quick;
use find::Rank;
use judge::{Judgement, Tally};
use number::Grammar;
use remittance::PaymentReference;

/// Parses remarks by one set of rules; build it once, share it between threads.
#[derive(Clone, Debug)]
pub struct Reader {
    grammar: Grammar,
    quick: Quick,
    names: names::Names,
    rules: RemarkRules,
}

/// The claim of a remark: the verdict alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing like a reference.
    None,
    /// The beginning of a reference.
    Truncated,
    Certain(PaymentReference),
    /// One reading that needed a repair: notice and amount must both confirm it.
    Probable(PaymentReference),
    /// All of them certain; in the order of the remark, without duplicates.
    Several(Box<[PaymentReference]>),
    /// Several, at least one of which needed a repair; in the order of the remark, without duplicates.
    SeveralDoubtful(Box<[PaymentReference]>),
}

impl Reader {
    #[must_use]
    pub fn new(rules: &RemarkRules) -> Self {
        let grammar = Grammar {
            table: class::Table::new(rules),
            limits: rules.limits,
            follow: rules.follow.clone(),
            unit: rules.unit.clone(),
        };
        Self {
            quick: Quick::new(&grammar.table),
            names: names::Names::new(rules),
            grammar,
            rules: rules.clone(),
        }
    }

    /// A reader with the shipped rules.
    #[must_use]
    pub fn shipped() -> Self {
        Self::new(&RemarkRules::shipped())
    }

    /// The rules of this reader, for the words of advice.
    #[must_use]
    pub const fn rules(&self) -> &RemarkRules {
        &self.rules
    }

    /// The verdict alone; allocates only for a remark with several references.
    #[must_use]
    #[inline]
    pub fn claim(&self, remark: &str) -> Claim {
        self.quick.claim(remark).unwrap_or_else(|| self.claim_in_full(remark))
    }

    /// The verdict by the full rule, for any remark.
    #[must_use]
    pub fn claim_in_full(&self, remark: &str) -> Claim {
        Claim::of(&self.tally(remark).verdict())
    }

    fn tally(&self, remark: &str) -> Tally {
        let mut tally = Tally::default();
        self.grammar.scan(remark, |found| tally.add(found));
        tally
    }
}

impl Claim {
    fn of(verdict: &Judgement) -> Self {
        match verdict {
            Judgement::None => Self::None,
            Judgement::Truncated(_) => Self::Truncated,
            Judgement::One(found) => match found.reference {
                None => Self::None,
                Some(reference) if found.rank == Rank::Certain => Self::Certain(reference),
                Some(reference) => Self::Probable(reference),
            },
            Judgement::Several(several) => {
                let references = several.iter().filter_map(|found| found.reference).collect();
                let certain = several.iter().all(|found| found.rank == Rank::Certain);
                if certain { Self::Several(references) } else { Self::SeveralDoubtful(references) }
            }
        }
    }

    /// The named references, in order.
    #[must_use]
    pub fn references(&self) -> &[PaymentReference] {
        match self {
            Self::None | Self::Truncated => &[],
            Self::Certain(one) | Self::Probable(one) => std::slice::from_ref(one),
            Self::Several(several) | Self::SeveralDoubtful(several) => several,
        }
    }
}
