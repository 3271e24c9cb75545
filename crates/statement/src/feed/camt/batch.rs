//! An entry with details: when its parts are separate payments, and when it is one payment.
//!
//! Start at [`Shape::of`], which has the rule. Details that all carry amounts which add up to the entry are its parts;
//! details without amounts leave it one. Anything else contradicts the entry, and then no reference in it may settle. A
//! detail in the other direction (a charge, a return that the bank deducted before booking) also contradicts it: the
//! gross amount was never booked, so nothing of it may be settled alone. So does an amount on some details only: the
//! share of the others is unknown.
//!
//! Invariant: the amounts of the parts add up to the entry's.

use super::detail::{Detail, Party, Share};
use super::gathered::Gathered;
use super::text::{Span, Texts, join};
use super::value::{Exact, decimal_of_units};
use crate::feed::identity::is_no_serial;
use std::collections::HashMap;

/// What an entry becomes through its details.
#[derive(Debug)]
pub(super) enum Shape {
    /// One transaction.
    One,
    /// As many transactions as details, with these amounts.
    Parts(Vec<Exact>),
    /// One transaction that contradicts itself: the comparison, the declared value, the found value.
    Contradicted(&'static str, String, String),
}

impl Shape {
    pub(super) fn of(gathered: &Gathered, units: i128) -> Self {
        let (words, details) = (&gathered.words, gathered.details.as_slice());
        let (currency, indicator) = (gathered.currency(), gathered.indicator());
        let (mut amounts, mut sum) = (Vec::new(), 0_i128);
        for detail in details {
            match detail.share(words, currency, indicator) {
                Share::Unnamed => {}
                Share::Named(exact, share) => {
                    // At most 65,536 times a million million yuan: far from an overflow.
                    sum += share;
                    if details.len() > 1 {
                        amounts.push(exact);
                    } else {
                        return Self::judge(gathered, sum, units);
                    }
                }
                Share::Against(exact) => {
                    let found = format!("{} {}", words.get(detail.indicator), exact.decimal());
                    let declared = format!("{indicator} {}", gathered.amount());
                    return Self::Contradicted("TxDtls/CdtDbtInd", declared, found);
                }
                Share::Unreadable(span) => {
                    let found = words.get(span).chars().take(80).collect();
                    return Self::Contradicted("TxDtls/Amt", gathered.amount().to_owned(), found);
                }
            }
        }
        if amounts.is_empty() {
            return Self::One;
        }
        if amounts.len() < details.len() {
            let found = format!("{} in {} of {}", shown(sum), amounts.len(), details.len());
            return Self::Contradicted("TxDtls/Amt", gathered.amount().to_owned(), found);
        }
        match Self::judge(gathered, sum, units) {
            Self::One => Self::Parts(amounts),
            contradicted @ (Self::Parts(_) | Self::Contradicted(..)) => contradicted,
        }
    }

    fn judge(gathered: &Gathered, sum: i128, units: i128) -> Self {
        if sum == units {
            return Self::One;
        }
        Self::Contradicted("TxDtls/Amt", gathered.amount().to_owned(), shown(sum))
    }
}

fn shown(units: i128) -> String {
    decimal_of_units(units).map(|sum| sum.to_string()).unwrap_or_default()
}

/// The serials of an entry's parts.
pub(super) struct PartSerials<'a> {
    whole: &'a str,
    words: &'a Texts,
    details: &'a [Detail],
    own: HashMap<&'a str, u64>,
    text: String,
}

impl<'a> PartSerials<'a> {
    /// `whole` is the entry's serial, `account` the own account, which some banks write in its place.
    pub(super) fn new(gathered: &'a Gathered, whole: &'a str, account: Option<&str>) -> Self {
        let (words, details) = (&gathered.words, gathered.details.as_slice());
        let mut own = HashMap::new();
        for detail in details {
            let reference = words.get(detail.servicer_reference);
            if !is_no_serial(reference) && reference != whole && account != Some(reference) {
                *own.entry(reference).or_insert(0) += 1;
            }
        }
        Self { whole, words, details, own, text: String::new() }
    }

    /// The part's own reference if no other part has it, otherwise the entry's serial with its ordinal, from 1; empty
    /// if the entry has none.
    pub(super) fn serial(&mut self, index: usize) -> &str {
        let reference = self.details.get(index).map(|detail| detail.servicer_reference);
        let reference = self.words.get(reference.unwrap_or_default());
        if self.own.get(reference) == Some(&1) {
            return reference;
        }
        if self.whole.is_empty() {
            return "";
        }
        self.text.clear();
        self.text.push_str(self.whole);
        self.text.push('#');
        self.text.push_str(&(index + 1).to_string());
        &self.text
    }
}

/// Several details that are no parts, combined: their texts joined so that every reference stays readable, their
/// parties if all name the same.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub(super) postscript: String,
    pub(super) purpose: String,
    pub(super) note: String,
    pub(super) debtor: Party,
    pub(super) creditor: Party,
}

impl Joined {
    pub(super) fn of(gathered: &Gathered) -> Self {
        let mut joined = Self::default();
        let Some(first) = gathered.details.first() else { return joined };
        let words = &gathered.words;
        let same = |one: &Party, other: &Party| {
            let texts = |party: &Party| {
                [party.name, party.account, party.member, party.bic, party.bank_name]
            };
            let pairs = texts(one).into_iter().zip(texts(other));
            pairs.into_iter().all(|(a, b): (Span, Span)| words.get(a) == words.get(b))
        };
        let all = |side: fn(&Detail) -> &Party| {
            gathered.details.iter().all(|detail| same(side(detail), side(first)))
        };
        if all(|detail| &detail.debtor) {
            joined.debtor = first.debtor;
        }
        if all(|detail| &detail.creditor) {
            joined.creditor = first.creditor;
        }
        for detail in &gathered.details {
            join(&mut joined.postscript, gathered.unstructured.get(detail.unstructured));
            join(&mut joined.purpose, gathered.structured.get(detail.structured));
            join(&mut joined.note, gathered.notes.get(detail.note));
        }
        joined
    }
}
