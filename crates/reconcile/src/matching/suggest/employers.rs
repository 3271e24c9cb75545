//! The employers by payer account and by name, exact or alike.
//!
//! Start at [`Employers::likely`]. Names are compared by their pairs of neighbouring characters, in per mille, without
//! floats. The company types that people mix up (有限公司, 有限责任公司) are unified; brackets, spaces and full-width forms are
//! folded.
//!
//! Invariant: the result does not depend on the order of the employers, except for their numbers.

use super::Evidence;
use super::sorted::range;
use crate::matching::place;

/// An employer, numbered by the caller: its place in the list given to [`Employers::new`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmployerIndex(pub u32);

/// An employer as suggestions need it.
#[derive(Clone, Copy, Debug)]
pub struct EmployerFact<'a> {
    pub employer_id: &'a str,
    pub name: &'a str,
    /// Accounts that have paid for it before.
    pub payer_accounts: &'a [String],
}

/// The indices over all employers; built once a run.
#[derive(Clone, Debug, Default)]
pub struct Employers {
    ids: Vec<Box<str>>,
    names: Vec<Box<str>>,
    by_name: Vec<u32>,
    by_account: Vec<(Box<str>, u32)>,
    /// Confirmed payers, by account and by folded name.
    confirmed_accounts: Vec<(Box<str>, u32)>,
    confirmed_names: Vec<(Box<str>, u32)>,
    /// The pairs of each name in rising order: those of employer `e` end at `pairs_end[e]`.
    pairs: Vec<Pair>,
    pairs_end: Vec<usize>,
    by_pair: Vec<(Pair, u32)>,
}

/// Two neighbouring characters.
type Pair = u64;

/// Employers that one payer can mean; more would be no evidence.
const LIKELY_MAX: usize = 8;
/// Employers that one account can pay for: an agency (劳务派遣) pays for many.
const OF_ACCOUNT_MAX: usize = 64;
/// Names less similar than this, in per mille, are different names.
const ALIKE_MIN: u16 = 600;
/// Names that are compared one by one: those that share the rarest pairs.
const COMPARED_MAX: usize = 96;

impl Employers {
    #[must_use]
    pub fn new(facts: &[EmployerFact<'_>]) -> Self {
        let mut all = Self::default();
        for (index, fact) in (0_u32..).zip(facts) {
            let name = folded(fact.name);
            let pairs = pairs(&name);
            all.by_pair.extend(pairs.iter().map(|pair| (*pair, index)));
            all.pairs.extend(pairs);
            all.pairs_end.push(all.pairs.len());
            all.ids.push(fact.employer_id.into());
            all.names.push(name.into());
            all.by_name.push(index);
            let accounts = fact.payer_accounts.iter().filter(|account| !account.is_empty());
            all.by_account.extend(accounts.map(|account| (account.as_str().into(), index)));
        }
        all.by_pair.sort_unstable();
        all.by_account.sort_unstable();
        let names = &all.names;
        all.by_name.sort_by_key(|index| (names.get(place(*index)), *index));
        all
    }

    #[must_use]
    pub fn id(&self, employer: EmployerIndex) -> Option<&str> {
        self.ids.get(place(employer.0)).map(|id| &**id)
    }

    /// Replaces the confirmed payers of employers: an account, a name, or both.
    pub fn confirm<'f>(
        &mut self,
        facts: impl IntoIterator<Item = (&'f str, &'f str, EmployerIndex)>,
    ) {
        self.confirmed_accounts.clear();
        self.confirmed_names.clear();
        for (account, name, employer) in facts {
            if !account.is_empty() {
                self.confirmed_accounts.push((account.into(), employer.0));
            }
            let name = folded(name);
            if !name.is_empty() {
                self.confirmed_names.push((name.into(), employer.0));
            }
        }
        for facts in [&mut self.confirmed_accounts, &mut self.confirmed_names] {
            facts.sort_unstable();
            facts.dedup();
        }
    }

    /// The possible employers of a payer, with evidence; an employer may come twice.
    pub(super) fn likely(&self, account: &str, name: &str) -> Vec<(EmployerIndex, Evidence)> {
        let mut found = Vec::new();
        if !account.is_empty() {
            let confirmed = with(&self.confirmed_accounts, account, Evidence::AccountConfirmed);
            found.extend(confirmed.take(OF_ACCOUNT_MAX));
            let confirmed = found.clone();
            let known = with(&self.by_account, account, Evidence::AccountKnown);
            // A confirmed account is stronger than a known one; it counts once.
            let news = |(one, _): &(EmployerIndex, _)| !confirmed.iter().any(|(two, _)| two == one);
            found.extend(known.take(OF_ACCOUNT_MAX).filter(news));
        }
        let name = folded(name);
        if name.is_empty() {
            return found;
        }
        // One confirmation is one fact: the payer's name adds nothing to a known account.
        let by_account = found.clone();
        let news = |(one, _): &(EmployerIndex, _)| !by_account.iter().any(|(two, _)| two == one);
        let confirmed = with(&self.confirmed_names, &name, Evidence::NameConfirmed);
        found.extend(confirmed.take(LIKELY_MAX).filter(news));
        let name_of = |index: &u32| self.names.get(place(*index)).map(|name| &**name);
        let equal = range(&self.by_name, |index| name_of(index).cmp(&Some(&name)));
        if equal.is_empty() {
            found.extend(self.alike(&name));
        }
        let equal = equal.iter().take(LIKELY_MAX);
        found.extend(equal.map(|one| (EmployerIndex(*one), Evidence::NameEqual)));
        found
    }

    /// Employers with similar names, the most similar first.
    fn alike(&self, name: &str) -> Vec<(EmployerIndex, Evidence)> {
        let wanted = pairs(name);
        let holders = |pair: &Pair| range(&self.by_pair, |(other, _)| other.cmp(pair));
        let mut lists: Vec<_> = wanted.iter().map(holders).collect();
        lists.sort_by_key(|list| list.len());
        let mut near = Vec::new();
        for list in lists {
            if near.len() + list.len() > COMPARED_MAX {
                break;
            }
            near.extend(list.iter().map(|(_, employer)| *employer));
        }
        near.sort_unstable();
        near.dedup();
        let score = |employer: &u32| (alike(&wanted, self.pairs_of(*employer)), *employer);
        let mut scored: Vec<_> = near.iter().map(score).collect();
        scored.retain(|(per_mille, _)| *per_mille >= ALIKE_MIN);
        scored.sort_by_key(|(per_mille, employer)| (std::cmp::Reverse(*per_mille), *employer));
        scored.truncate(LIKELY_MAX);
        let evidence = |(score, one)| (EmployerIndex(one), Evidence::NameAlike(score));
        scored.into_iter().map(evidence).collect()
    }

    fn pairs_of(&self, employer: u32) -> &[Pair] {
        let end = self.pairs_end.get(place(employer)).copied().unwrap_or(0);
        let before = place(employer).checked_sub(1).and_then(|before| self.pairs_end.get(before));
        self.pairs.get(before.copied().unwrap_or(0)..end).unwrap_or_default()
    }
}

/// The employers under a key, with the evidence that it gives.
fn with<'t>(
    sorted: &'t [(Box<str>, u32)],
    key: &str,
    evidence: Evidence,
) -> impl Iterator<Item = (EmployerIndex, Evidence)> + 't {
    let found = range(sorted, |(other, _)| (**other).cmp(key));
    found.iter().map(move |(_, employer)| (EmployerIndex(*employer), evidence))
}

/// The similarity of two lists of pairs: twice the shared ones over the total, in per mille.
fn alike(one: &[Pair], other: &[Pair]) -> u16 {
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    let mut shared = 0_usize;
    while let (Some(low), Some(high)) = (left.peek(), right.peek()) {
        match low.cmp(high) {
            std::cmp::Ordering::Less => drop(left.next()),
            std::cmp::Ordering::Greater => drop(right.next()),
            std::cmp::Ordering::Equal => {
                shared += 1;
                left.next();
                right.next();
            }
        }
    }
    let all = one.len() + other.len();
    (2000 * shared).checked_div(all).and_then(|score| u16::try_from(score).ok()).unwrap_or(0)
}

/// The pairs of a folded name, rising, without duplicates and without the company type at its end.
fn pairs(name: &str) -> Vec<Pair> {
    let kinds = ["股份有限公司", "集团有限公司", "有限公司", "公司"];
    let core = kinds.iter().find_map(|kind| name.strip_suffix(kind)).unwrap_or(name);
    let next = core.chars().skip(1);
    let pair = |(one, other)| (u64::from(u32::from(one)) << 32) | u64::from(u32::from(other));
    let mut pairs: Vec<Pair> = core.chars().zip(next).map(pair).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// A name prepared for comparison: half-width, upper case, no spaces or brackets, one kind of limited company.
pub(in crate::matching) fn folded(name: &str) -> String {
    let half = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        other => other,
    };
    let dropped = |c: &char| !c.is_whitespace() && !"()[]【】〔〕「」·.,\"'".contains(*c);
    let plain: String =
        name.chars().map(half).filter(dropped).map(|c| c.to_ascii_uppercase()).collect();
    if plain.contains("有限责任公司") {
        plain.replace("有限责任公司", "有限公司")
    } else {
        plain
    }
}
