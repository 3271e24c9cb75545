//! The books: double entry, to the fen.
//!
//! Start at [`Voucher`]: what an employer's ledger (单位流水账) lists, by [`Subject`]: 101 bank deposit,
//! 201 what belongs to employees, below 219 what is payable to others.
//! 201 has a line in the voucher for the employer's employees together; its details are the
//! [`super::employee::AccountEntry`]s that name the voucher (个人明细).
//!
//! Invariant: debits equal credits in every voucher, so they do in the books; [`Centre::audit`](crate::Centre::audit)
//! proves it and the rest: details add up to balances, lines to notices.

use super::bound::{difference, sum};
use super::refusal::Refusal;
use super::wire::day;
use super::{Id, Money, PaymentReference, Subject};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

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

    pub(super) fn post(&mut self, posting: Posting) -> Result<(), Refusal> {
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
