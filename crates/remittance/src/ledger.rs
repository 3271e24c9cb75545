//! The books: double entry, to the fen.
//!
//! Start at [`Voucher`]: an employer's ledger (单位流水账) lists vouchers by [`Subject`]: 101 bank deposit, 201 what belongs
//! to employees, below 219 what is payable to others. A voucher has one line of 201 for all employees of the employer;
//! its details are the [`super::employee::AccountEntry`]s that name the voucher (个人明细).
//!
//! Invariant: debits equal credits in every voucher, and so in the books. [`Centre::audit`](crate::Centre::audit)
//! checks this and the rest: details add up to balances, lines to notices.

use super::bound::{difference, sum};
use super::refusal::Refusal;
use super::wire::day;
use super::{Id, Money, PaymentReference, Subject};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The balances of one employer's books; the deposit is a debit, the others are credits.
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
    /// A notice was paid and allocated (001 汇补缴).
    Settlement,
    /// A notice without lines was paid (002).
    SettlementWithoutLines,
    /// Money put on the advance balance (003 收到暂收).
    Advance,
    /// A refund from the advance balance.
    AdvanceRefund,
    /// A settlement was reversed (红冲): the same sides with negative amounts.
    SettlementReversal,
    /// A credit to the advance balance was reversed.
    AdvanceReversal,
    TransferOut,
    TransferIn,
    /// A wrong payment, moved from employees to the advance balance (004 错缴).
    Correction,
    /// Two numbers of one person were merged.
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

    /// Its effect on the balance of its subject: the deposit's balance is a debit, all others are credits.
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
    /// The credit balances: everything owed to somebody.
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
            // Undecided money belongs to no employer's books.
            Subject::Receipts | Subject::Suspense | Subject::Refund | Subject::Other => {
                return Err(Refusal::NotInEmployersBooks { subject });
            }
        };
        *balance = difference(sum(*balance, plus)?, minus)?;
        Ok(())
    }
}
