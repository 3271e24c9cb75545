//! Reversals by the bank: a debit that reverses a credit.
//!
//! Start at [`take_back`]; the contract's rule 5. A debit that the bank marks as a reversal can mean any credit of the
//! same own account and amount, booked on its day or before, that does not contradict it in account, name or reference;
//! a missing value is no contradiction. The credit's age, order of arrival and outcome do not matter. Credits that
//! repeat most of the debit's details (the reference, the payer) come first.
//!
//! One credit left, or several that are alike (same payer, same reading), are linked; of alike ones an unsettled one is
//! chosen, the latest first. Several different ones cannot be decided: they are held back with the debit, unless there
//! are as many such debits as credits. A debit without a credit waits for it.
//!
//! Invariant: a credit is reversed at most once, and a returned or held credit counts for no notice. The links do not
//! depend on the order of arrival: debits are served until nothing more is clear.

use super::claims::no_payment;
use super::explanation::{ReversalLink, Role};
use super::suggest::folded;
use super::{AccountIndex, Decision, Explanation, Item, Kind, Run, place};
use crate::remark::Claim;
use chrono::{NaiveDate, NaiveTime};
use remittance::{Direction, Money, Outcome, PaymentReference, Reason};
use std::collections::BTreeMap;

/// A credit of an earlier run that is no longer an item and was not reversed.
#[derive(Clone, Debug)]
pub struct Credit<'a> {
    pub account: AccountIndex,
    pub serial: &'a str,
    pub booked_on: NaiveDate,
    pub booked_time: Option<NaiveTime>,
    pub amount: Money,
    /// Empty if the bank gives none.
    pub counterparty_account: &'a str,
    /// Empty if the bank gives none.
    pub counterparty_name: &'a str,
    pub claim: &'a Claim,
    /// The notices that it settled.
    pub notices: &'a [PaymentReference],
    pub state: CreditState,
}

/// The outcome of such a credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditState {
    /// The engine settled notices with it.
    Settled,
    /// Staff decided it, or a proposal for it waits.
    Handled,
}

/// Own account and amount: shared by a debit and its credit.
type Key = (AccountIndex, Money);

/// A credit that a debit may reverse.
struct Candidate<'n> {
    account: &'n str,
    name: String,
    booked: (NaiveDate, Option<NaiveTime>),
    serial: &'n str,
    /// The notices that its remark names; rising.
    read: Vec<PaymentReference>,
    /// The notices that it settled.
    settled: &'n [PaymentReference],
    standing: CandidateState,
}

/// The state of a candidate; of alike ones the last in this order is chosen first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CandidateState {
    Handled,
    Settled,
    /// An item that a rule ignores, by its index.
    Ignored(u32),
    /// An item that may settle something, by its index.
    Open(u32),
}

/// A debit that reverses a credit.
struct Debit<'n, 'a> {
    index: u32,
    item: &'n Item<'a>,
    name: String,
    quotes: Vec<PaymentReference>,
}

impl Debit<'_, '_> {
    /// How many details it gives of the credit: a reference, a payer.
    fn said(&self) -> u8 {
        let payer = !self.item.counterparty_account.is_empty() || !self.name.is_empty();
        u8::from(!self.quotes.is_empty()) + u8::from(payer)
    }
}

impl Candidate<'_> {
    /// The kinds of state, in the reverse order of choice.
    const fn class(&self) -> u8 {
        match self.standing {
            CandidateState::Handled => 0,
            CandidateState::Settled => 1,
            CandidateState::Ignored(_) => 2,
            CandidateState::Open(_) => 3,
        }
    }

    /// Whether the debit, of the same account and amount, can mean it.
    fn fits(&self, debit: &Debit<'_, '_>) -> bool {
        let silent = self.read.is_empty() && self.settled.is_empty();
        self.booked.0 <= debit.item.booked_on
            && !differ(self.account, debit.item.counterparty_account)
            && !differ(&self.name, &debit.name)
            && (silent || debit.quotes.is_empty() || self.is_quoted(debit))
    }

    /// Whether the debit names one of its references.
    fn is_quoted(&self, debit: &Debit<'_, '_>) -> bool {
        self.read.iter().chain(self.settled).any(|each| debit.quotes.contains(each))
    }

    /// How many of the two distinguishing details the debit repeats: reference and payer.
    fn repeated(&self, debit: &Debit<'_, '_>) -> u8 {
        let payer =
            same(self.account, debit.item.counterparty_account) || same(&self.name, &debit.name);
        u8::from(self.is_quoted(debit)) + u8::from(payer)
    }

    /// Whether either can be chosen: same payer, same reading.
    ///
    /// Two with unknown payers are alike only if they name the same notice.
    fn is_like(&self, other: &Self) -> bool {
        let unknown = |one: &Self| one.account.is_empty() && one.name.is_empty();
        let payer = same(self.account, other.account)
            || same(&self.name, &other.name)
            || (unknown(self) && unknown(other) && !self.read.is_empty());
        payer
            && self.read == other.read
            && !differ(self.account, other.account)
            && !differ(&self.name, &other.name)
    }
}

/// Whether two texts differ; an empty text never does.
fn differ(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && one != other
}

/// Whether two texts are equal; an empty text never is.
fn same(one: &str, other: &str) -> bool {
    !one.is_empty() && one == other
}

fn sorted(claim: &Claim) -> Vec<PaymentReference> {
    let mut references = claim.references().to_vec();
    references.sort_unstable();
    references
}

/// Decides the debits that reverse a credit, and the credits they reverse or may have reversed.
pub(super) fn take_back(night: &mut Run<'_, '_>) {
    let items = night.items;
    let mut debits: BTreeMap<Key, Vec<Debit<'_, '_>>> = BTreeMap::new();
    for (index, item) in (0_u32..).zip(items) {
        // A refund payment reverses nothing, whatever the bank calls it.
        let open = night.is_open(index);
        if open && item.direction == Direction::Debit && item.kind == Kind::Reversal {
            let (name, quotes) = (folded(item.counterparty_name), sorted(&item.claim));
            let debit = Debit { index, item, name, quotes };
            debits.entry((item.account, item.amount)).or_default().push(debit);
        }
    }
    if debits.is_empty() {
        return;
    }
    let mut candidates = candidates(night, &debits);
    for (key, mut debits) in debits {
        // The debit with more details chooses first.
        debits.sort_by(|one, other| {
            (other.said(), one.item.order()).cmp(&(one.said(), other.item.order()))
        });
        judge(night, debits, candidates.remove(&key).unwrap_or_default());
    }
}

/// All credits with the account and amount of some debit, by these; the preferred one comes last.
fn candidates<'n>(
    night: &Run<'n, '_>,
    debits: &BTreeMap<Key, Vec<Debit<'_, '_>>>,
) -> BTreeMap<Key, Vec<Candidate<'n>>> {
    let mut all: BTreeMap<Key, Vec<Candidate<'n>>> = BTreeMap::new();
    for (index, item) in (0_u32..).zip(night.items) {
        let key = (item.account, item.amount);
        // A credit that itself reverses a debit is nobody's payment.
        let other = item.direction == Direction::Debit || item.kind == Kind::Reversal;
        if other || !debits.contains_key(&key) || !night.is_open(index) {
            continue;
        }
        let ignored = no_payment(night, index).is_some();
        all.entry(key).or_default().push(Candidate {
            account: item.counterparty_account,
            name: folded(item.counterparty_name),
            booked: (item.booked_on, item.booked_time),
            serial: item.serial,
            read: sorted(&item.claim),
            settled: &[],
            standing: if ignored {
                CandidateState::Ignored(index)
            } else {
                CandidateState::Open(index)
            },
        });
    }
    for credit in &night.known.credits {
        let key = (credit.account, credit.amount);
        if !debits.contains_key(&key) {
            continue;
        }
        all.entry(key).or_default().push(Candidate {
            account: credit.counterparty_account,
            name: folded(credit.counterparty_name),
            booked: (credit.booked_on, credit.booked_time),
            serial: credit.serial,
            read: sorted(credit.claim),
            settled: credit.notices,
            standing: match credit.state {
                CreditState::Settled => CandidateState::Settled,
                CreditState::Handled => CandidateState::Handled,
            },
        });
    }
    for candidates in all.values_mut() {
        candidates.sort_by(|one, other| {
            let order = |one: &Candidate<'_>| (one.class(), one.booked);
            (order(one), one.serial).cmp(&(order(other), other.serial))
        });
    }
    all
}

/// Decides the debits of one account and amount; those with most details come first.
fn judge(
    night: &mut Run<'_, '_>,
    mut debits: Vec<Debit<'_, '_>>,
    mut candidates: Vec<Candidate<'_>>,
) {
    // A debit's choice may make another's credit clear, so repeat until nothing changes.
    loop {
        let groups: Vec<Vec<usize>> =
            debits.iter().map(|debit| fitting(&candidates, debit)).collect();
        let clear = |group: &&Vec<usize>| {
            let rivals = || groups.iter().filter(|other| other == group).count();
            !group.is_empty() && (are_alike(&candidates, group) || rivals() >= group.len())
        };
        let found = groups.iter().enumerate().find(|(_, group)| clear(group));
        let Some((place, group)) = found else {
            for (debit, group) in debits.iter().zip(&groups) {
                hold(night, &candidates, debit, group);
            }
            return;
        };
        let (debit, candidate) = (debits.remove(place), group.last().copied().unwrap_or_default());
        if candidate < candidates.len() {
            undo(night, &candidates.remove(candidate), &debit, group.len());
        }
    }
}

/// The places of the candidates that the debit can mean and that repeat most of its details, in order.
fn fitting(candidates: &[Candidate<'_>], debit: &Debit<'_, '_>) -> Vec<usize> {
    let fit = candidates.iter().enumerate().filter(|(_, one)| one.fits(debit));
    let mut fit: Vec<(usize, u8)> = fit.map(|(place, one)| (place, one.repeated(debit))).collect();
    let most = fit.iter().map(|(_, repeated)| *repeated).max();
    fit.retain(|(_, repeated)| Some(*repeated) == most);
    fit.into_iter().map(|(place, _)| place).collect()
}

fn are_alike(candidates: &[Candidate<'_>], group: &[usize]) -> bool {
    let mut all = group.iter().filter_map(|place| candidates.get(*place));
    let Some(first) = all.next() else { return false };
    all.all(|other| first.is_like(other))
}

/// Links a debit to its credit.
fn undo(night: &mut Run<'_, '_>, credit: &Candidate<'_>, debit: &Debit<'_, '_>, candidates: usize) {
    let explanation = |role| undone(role, credit.serial, credit.booked.0, candidates);
    let credit_index = match credit.standing {
        CandidateState::Open(index) | CandidateState::Ignored(index) => index,
        CandidateState::Settled | CandidateState::Handled => {
            let settled = credit.standing == CandidateState::Settled;
            let role = if settled { Role::DebitOfSettled } else { Role::DebitOfHandled };
            let decision = Decision::suspense(Reason::ReversalOfMatched, explanation(role));
            return night.set(debit.index, decision);
        }
    };
    night.set(debit.index, Decision::plain(Outcome::Returned, explanation(Role::Debit)));
    let explanation = undone(Role::Credit, debit.item.serial, debit.item.booked_on, candidates);
    night.set(credit_index, Decision::plain(Outcome::Returned, explanation));
}

/// Holds a debit back with the credits of which it reverses an unknown one.
fn hold(
    night: &mut Run<'_, '_>,
    candidates: &[Candidate<'_>],
    debit: &Debit<'_, '_>,
    group: &[usize],
) {
    let all = || group.iter().filter_map(|place| candidates.get(*place));
    let latest = all().max_by_key(|one| (one.booked, one.serial));
    let explanation = match latest {
        Some(latest) => undone(Role::DebitOfOneOf, latest.serial, latest.booked.0, group.len()),
        None => undone(Role::DebitOfNone, debit.item.serial, debit.item.booked_on, 0),
    };
    night.set(debit.index, Decision::suspense(Reason::ReversalUnclear, explanation));
    for credit in all() {
        let CandidateState::Open(index) = credit.standing else { continue };
        // Its explanation names the first debit that may mean it.
        if night.decisions.get(place(index)).is_some_and(Option::is_none) {
            let item = debit.item;
            let explanation = undone(Role::CreditPerhaps, item.serial, item.booked_on, group.len());
            night.set(index, Decision::suspense(Reason::ReversalUnclear, explanation));
        }
    }
}

fn undone(role: Role, serial: &str, on: NaiveDate, candidates: usize) -> Explanation {
    Explanation::Reversal(Box::new(ReversalLink { role, serial: serial.into(), on, candidates }))
}
