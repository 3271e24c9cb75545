//! Posts vouchers to an employer's books, and movements to employees' accounts.

use super::Work;
use crate::bound::sum;
use crate::employee::{AccountEntry, EmployeeAccount, EntryKind};
use crate::enrolment::EmployerAccount;
use crate::ledger::{Posting, Voucher, VoucherKind};
use crate::refusal::Refusal;
use crate::{Money, PaymentReference, Total, YearMonth};

/// One movement of an employee's account.
pub(crate) struct Movement {
    pub(crate) kind: EntryKind,
    pub(crate) for_month: Option<YearMonth>,
    pub(crate) amount: Money,
    pub(crate) employer_share: Money,
    pub(crate) employee_share: Money,
}

impl Work<'_> {
    /// Posts a voucher to the employer's books; leaves out postings of zero.
    pub(crate) fn post(
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

    /// Moves an employee's account and writes the entry.
    pub(crate) fn enter(
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
