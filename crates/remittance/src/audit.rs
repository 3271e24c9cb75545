//! Proves the books of a centre, or names every gap.

use super::centre::Centre;
use super::ledger::Balances;
use super::payment::IssuedNotice;
use super::{Id, Money};
use std::collections::BTreeMap;
use std::fmt;

/// A gap in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// An employer, an account or a notice.
    pub place: String,
    pub what: &'static str,
    pub expected: Money,
    pub found: Money,
}

impl Centre {
    /// Checks the books of everything that is loaded and names every gap.
    ///
    /// # Errors
    /// The gaps, in the order of employers, accounts and notices.
    pub fn audit(&self) -> Result<(), Vec<Gap>> {
        let mut gaps = Vec::new();
        let mut check = |place: &dyn fmt::Display, what, expected: Money, found: Money| {
            if expected != found {
                gaps.push(Gap { place: place.to_string(), what, expected, found });
            }
        };
        let mut funds: BTreeMap<&Id, Money> = BTreeMap::new();
        for account in &self.accounts {
            let fund = funds.entry(&account.employer_id).or_default();
            *fund = Money::together([*fund, account.balance]);
        }
        for employer in &self.employers {
            let Balances { deposit, fund, .. } = employer.balances;
            let id = &employer.employer_id;
            check(id, "deposit is what is owed", deposit, employer.balances.owed());
            let held = funds.get(id).copied().unwrap_or_default();
            check(id, "the fund is what the employees have", fund, held);
        }
        for employer in &self.employers {
            let (id, held) = (&employer.employer_id, employer.balances.advance);
            let reserved = self.reserved_advance(id);
            check(id, "what is reserved is in the advance balance", reserved, reserved.min(held));
        }
        for notice in self.notices.iter().filter(|notice| notice.has_lines()) {
            let lines = self.notice_total(notice);
            check(&notice.reference, "a notice is its lines", notice.amount, lines);
        }
        for voucher in &self.vouchers {
            let debit = Money::together(voucher.postings.iter().map(|posting| posting.debit));
            let credit = Money::together(voucher.postings.iter().map(|posting| posting.credit));
            check(&voucher.employer_id, "debits are credits", debit, credit);
        }
        if gaps.is_empty() { Ok(()) } else { Err(gaps) }
    }

    /// Checks that the entries in memory add up to the balances; for centres with their full history.
    ///
    /// # Errors
    /// The accounts whose entries do not add up.
    pub fn audit_entries(&self) -> Result<(), Vec<Gap>> {
        let mut totals: BTreeMap<(&Id, &Id), Money> = BTreeMap::new();
        for entry in &self.entries {
            let total = totals.entry((&entry.employer_id, &entry.employee_id)).or_default();
            *total = Money::together([*total, entry.amount]);
        }
        let gaps: Vec<Gap> = self
            .accounts
            .iter()
            .filter_map(|account| {
                let key = (&account.employer_id, &account.employee_id);
                let found = totals.get(&key).copied().unwrap_or_default();
                (found != account.balance).then(|| Gap {
                    place: format!("{}/{}", account.employer_id, account.employee_id),
                    what: "an account is its entries",
                    expected: account.balance,
                    found,
                })
            })
            .collect();
        if gaps.is_empty() { Ok(()) } else { Err(gaps) }
    }

    fn notice_total(&self, notice: &IssuedNotice) -> Money {
        let lines = self.lines_of(notice);
        Money::together(lines.flat_map(|line| [line.employer_share, line.employee_share]))
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, what, expected, found } = self;
        write!(f, "{place}: {what}: expected {expected}, found {found}")
    }
}

impl std::error::Error for Gap {}
