//! The books: double entry, to the fen.
//!
//! Start at [`Voucher`]: what an employer's ledger (单位流水账) lists, by [`Subject`]: 101 bank deposit,
//! 201 what belongs to employees, below 219 what is payable to others.
//! 201 has a line in the voucher for the employer's employees together; its details are the
//! [`super::employee::AccountEntry`]s that name the voucher (个人明细).
//!
//! Invariant: debits equal credits in every voucher, so they do in the books; [`Centre::audit`]
//! proves it and the rest: details add up to balances, lines to notices.

use super::centre::{Centre, Work, difference, sum};
use super::employee::{AccountEntry, EmployeeAccount, EntryKind};
use super::enrolment::EmployerAccount;
use super::payment::IssuedNotice;
use super::refusal::Refusal;
use super::wire::day;
use super::{Id, Money, PaymentReference, Subject, Total, YearMonth};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What one employer's books hold; the deposit is a debit, the others are credits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balances {
    pub deposit: Money,
    pub fund: Money,
    pub clearing: Money,
    pub advance: Money,
    pub transit: Money,
}

/// One balanced entry in an employer's ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voucher {
    pub employer_id: Id,
    pub ordinal: u32,
    #[serde(with = "day")]
    pub on: NaiveDate,
    pub kind: VoucherKind,
    pub reference: Option<PaymentReference>,
    pub postings: Vec<Posting>,
}

/// One side of a voucher; exactly one of the amounts is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posting {
    pub subject: Subject,
    pub debit: Money,
    pub credit: Money,
}

/// What a voucher is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoucherKind {
    /// A notice was paid and spread (001 汇补缴).
    Settlement,
    /// A notice without lines was paid (002).
    SettlementWithoutLines,
    /// Money put on the advance balance (003 收到暂收).
    Advance,
    /// Money given back from the advance balance.
    AdvanceRefund,
    /// A settlement was booked back (红冲): the same sides, below zero.
    SettlementReversal,
    /// Money put on the advance balance was booked back.
    AdvanceReversal,
    TransferOut,
    TransferIn,
    /// What was paid and should not have been, from employees to the advance balance (004 错缴).
    Correction,
    /// Two numbers of one person became one.
    Merge,
}

/// What moves an employee's account.
pub(super) struct Movement {
    pub(super) kind: EntryKind,
    pub(super) for_month: Option<YearMonth>,
    pub(super) amount: Money,
    pub(super) employer_share: Money,
    pub(super) employee_share: Money,
}

/// A gap in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Whose books: an employer, an account, a notice.
    pub place: String,
    pub what: &'static str,
    pub expected: Money,
    pub found: Money,
}

impl Posting {
    #[must_use]
    pub const fn debit(subject: Subject, amount: Money) -> Self {
        Self { subject, debit: amount, credit: Money::ZERO }
    }

    #[must_use]
    pub const fn credit(subject: Subject, amount: Money) -> Self {
        Self { subject, debit: Money::ZERO, credit: amount }
    }

    /// What it moves its subject's balance by: the deposit's stands on the debit side, all others' on
    /// the credit side.
    #[must_use]
    pub const fn moves(&self) -> Money {
        match self.subject {
            Subject::BankDeposit => {
                Money::from_fen(self.debit.fen().saturating_sub(self.credit.fen()))
            }
            Subject::Contributions
            | Subject::Receipts
            | Subject::Suspense
            | Subject::Advance
            | Subject::Refund
            | Subject::Clearing
            | Subject::Transit
            | Subject::Other => Money::from_fen(self.credit.fen().saturating_sub(self.debit.fen())),
        }
    }
}

impl Balances {
    /// What is credited: everything that is owed to somebody.
    #[must_use]
    pub fn owed(&self) -> Money {
        Money::together([self.fund, self.clearing, self.advance, self.transit])
    }

    fn post(&mut self, posting: Posting) -> Result<(), Refusal> {
        let Posting { subject, debit, credit } = posting;
        let (balance, plus, minus) = match subject {
            Subject::BankDeposit => (&mut self.deposit, debit, credit),
            Subject::Contributions => (&mut self.fund, credit, debit),
            Subject::Clearing => (&mut self.clearing, credit, debit),
            Subject::Advance => (&mut self.advance, credit, debit),
            Subject::Transit => (&mut self.transit, credit, debit),
            // What is not decided yet belongs to no employer's books.
            Subject::Receipts | Subject::Suspense | Subject::Refund | Subject::Other => {
                return Err(Refusal::NotInEmployersBooks { subject });
            }
        };
        *balance = difference(sum(*balance, plus)?, minus)?;
        Ok(())
    }
}

impl Work<'_> {
    /// Posts a voucher to the employer's books; postings of zero are left out.
    pub(super) fn post(
        &mut self,
        employer: &mut EmployerAccount,
        ordinal: u32,
        kind: VoucherKind,
        reference: Option<PaymentReference>,
        postings: &[Posting],
    ) -> Result<(), Refusal> {
        let moves = |posting: &&Posting| posting.debit != posting.credit;
        let postings: Vec<Posting> = postings.iter().filter(moves).copied().collect();
        let debit: Total = postings.iter().map(|posting| posting.debit).sum();
        let credit: Total = postings.iter().map(|posting| posting.credit).sum();
        assert_eq!(debit, credit, "a voucher is balanced by whoever composes it");
        for posting in &postings {
            employer.balances.post(*posting)?;
        }
        let (employer_id, on) = (employer.employer_id.clone(), self.on);
        self.put(Voucher { employer_id, ordinal, on, kind, reference, postings });
        Ok(())
    }

    /// Moves an employee's account and notes the entry.
    pub(super) fn enter(
        &mut self,
        account: &mut EmployeeAccount,
        movement: Movement,
        reference: Option<PaymentReference>,
        voucher: u32,
    ) -> Result<(), Refusal> {
        let Movement { kind, for_month, amount, employer_share, employee_share } = movement;
        account.balance = sum(account.balance, amount)?;
        let entry = AccountEntry {
            employer_id: account.employer_id.clone(),
            employee_id: account.employee_id.clone(),
            position: account.entries,
            on: self.on,
            kind,
            for_month,
            reference,
            amount,
            employer_share,
            employee_share,
            balance: account.balance,
            voucher,
        };
        account.entries += 1;
        self.put(entry);
        Ok(())
    }
}

impl Centre {
    /// Proves the books of everything that is loaded, or names every gap.
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

    /// Proves that the entries kept in memory add up to the balances; for centres with all history.
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
