//! Who pays for whom, if a decision depends on it: by the paying account, or by its exact name.
//!
//! Start at [`Payers::of`]. The centre's lists ([`Directory`]) are searched for few items: a probable reading, a
//! movement that a rule would ignore, and a payment that settles a notice alone while its account is registered with
//! others. For the last kind [`Payers::slips`] names the notices that the payer may have meant; the caller looks them
//! up. `claims.rs` and `disagree.rs` use the result.
//!
//! Invariant: the plain case, a payer who pays its own notice, stores nothing here.

use super::suggest::{EmployerIndex, folded};
use super::{Item, Kind, NoticeBook, place};
use crate::remark::Claim;
use remittance::{Direction, Money, NoticeStatus, PaymentReference};
use std::collections::{BTreeMap, HashMap};

/// The employers by registered account, and by folded name.
#[derive(Clone, Debug, Default)]
pub struct Directory<'d> {
    accounts: HashMap<&'d str, Vec<EmployerIndex>>,
    names: HashMap<String, Vec<EmployerIndex>>,
}

impl<'d> Directory<'d> {
    /// Registers an account with an employer.
    pub fn add_account(&mut self, account: &'d str, employer: EmployerIndex) {
        if !account.is_empty() {
            self.accounts.entry(account).or_default().push(employer);
        }
    }

    pub fn add_name(&mut self, name: &str, employer: EmployerIndex) {
        let name = folded(name);
        if !name.is_empty() {
            self.names.entry(name).or_default().push(employer);
        }
    }

    fn of_account(&self, account: &str) -> &[EmployerIndex] {
        self.accounts.get(account).map(Vec::as_slice).unwrap_or_default()
    }

    fn of_payer(&self, item: &Item<'_>) -> Vec<EmployerIndex> {
        let named = folded(item.counterparty_name);
        let by_name = self.names.get(&named).map(Vec::as_slice).unwrap_or_default();
        let mut all: Vec<EmployerIndex> =
            self.of_account(item.counterparty_account).iter().chain(by_name).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The employers that payers usually pay for, by item.
#[derive(Clone, Debug, Default)]
pub struct Payers {
    by_item: BTreeMap<u32, Box<[EmployerIndex]>>,
}

/// Whether these items need the employers' names; folding all names is costly.
#[must_use]
pub fn wants_names(items: &[Item<'_>]) -> bool {
    items.iter().any(|item| asks_for_payer(item) && !item.counterparty_name.is_empty())
}

/// Whether the payer matters for every notice: for a probable reading, and if a rule would ignore a credit.
fn asks_for_payer(item: &Item<'_>) -> bool {
    let ignored = matches!(item.kind, Kind::Ignored(_)) && item.claim == Claim::None;
    item.direction == Direction::Credit && (matches!(item.claim, Claim::Probable(_)) || ignored)
}

impl Payers {
    /// Looks up the payers of these items, if they matter.
    #[must_use]
    pub fn of(items: &[Item<'_>], notices: &NoticeBook, directory: &Directory<'_>) -> Self {
        let mut by_item = BTreeMap::new();
        // Certain readings with all that the account pays for; in the order of references, one walk finds them.
        let mut registered: Vec<(PaymentReference, Money, u32, &[EmployerIndex])> = Vec::new();
        for (index, item) in (0_u32..).zip(items) {
            if asks_for_payer(item) {
                let all = directory.of_payer(item);
                if !all.is_empty() {
                    by_item.insert(index, all.into());
                }
            } else if let (Claim::Certain(reference), Direction::Credit) =
                (&item.claim, item.direction)
                && !directory.accounts.is_empty()
            {
                let of_account = directory.of_account(item.counterparty_account);
                if !of_account.is_empty() {
                    registered.push((*reference, item.amount, index, of_account));
                }
            }
        }
        registered.sort_unstable_by_key(|(reference, _, index, _)| (*reference, *index));
        let mut from = 0;
        for (reference, amount, index, of_account) in registered {
            let Some((_, fact)) = notices.find_from(&mut from, reference) else { continue };
            let pays = fact.amount == amount || fact.is_payable(amount);
            let alone = fact.status == NoticeStatus::Awaiting && pays;
            if alone && !of_account.contains(&fact.employer) {
                by_item.insert(index, of_account.into());
            }
        }
        Self { by_item }
    }

    /// The notices, one slip from the written one, that payers of another employer's notice may have meant. There are
    /// few; the book must contain them before decisions are made.
    #[must_use]
    pub fn slips(&self, items: &[Item<'_>]) -> Vec<PaymentReference> {
        let mut all = Vec::new();
        for index in self.by_item.keys() {
            if let Some(Claim::Certain(reference)) = items.get(place(*index)).map(|one| &one.claim)
            {
                all.extend(references(*reference));
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_item.is_empty()
    }

    /// The employers that the payer of an item usually pays for; none if that does not matter.
    pub(super) fn employers(&self, index: u32) -> &[EmployerIndex] {
        self.by_item.get(&index).map(|all| &**all).unwrap_or_default()
    }
}

/// The references one slip away.
pub(super) fn references(reference: PaymentReference) -> impl Iterator<Item = PaymentReference> {
    reference.slips().map(|(slipped, _)| slipped)
}
