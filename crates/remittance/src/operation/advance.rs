//! Credits, refunds and reserves the advance balance.

use super::{Applied, Output};
use crate::advance::FromAdvance;
use crate::bound::difference;
use crate::centre::{Centre, Work};
use crate::enrolment::EmployerAccount;
use crate::ledger::{Posting, VoucherKind};
use crate::log::LogKind;
use crate::payment::IssuedNotice;
use crate::refusal::Refusal;
use crate::{Id, Money, PaymentReference, Subject};
use chrono::NaiveDate;

impl Centre {
    /// Credits unassigned money to the employer's advance balance.
    ///
    /// # Errors
    /// [`Refusal`]: the employer is unknown or the amount is not more than zero.
    pub fn credit_advance(
        &mut self,
        employer_id: &Id,
        on: NaiveDate,
        amount: Money,
    ) -> Result<Applied, Refusal> {
        let postings = [
            Posting::debit(Subject::BankDeposit, amount),
            Posting::credit(Subject::Advance, amount),
        ];
        self.work(on, None, |work| {
            advance(work, employer_id, amount, VoucherKind::Advance, &postings)
        })
    }

    /// Refunds money from the advance balance to the employer; what notices have reserved remains.
    ///
    /// # Errors
    /// [`Refusal`]: the employer is unknown or has less than the amount.
    pub fn refund_advance(
        &mut self,
        employer_id: &Id,
        on: NaiveDate,
        amount: Money,
    ) -> Result<Applied, Refusal> {
        let postings = [
            Posting::debit(Subject::Advance, amount),
            Posting::credit(Subject::BankDeposit, amount),
        ];
        self.work(on, None, |work| {
            check_free(work, &work.employer(employer_id)?, amount, None)?;
            advance(work, employer_id, amount, VoucherKind::AdvanceRefund, &postings)
        })
    }
}

pub(super) fn advance(
    work: &mut Work<'_>,
    employer_id: &Id,
    amount: Money,
    kind: VoucherKind,
    postings: &[Posting],
) -> Result<Output, Refusal> {
    let mut employer = work.employer(employer_id)?;
    if amount <= Money::ZERO {
        return Err(Refusal::AdvanceNotPositive { value: amount });
    }
    let ordinal = employer.next_ordinal();
    work.post(&mut employer, ordinal, kind, None, postings)?;
    work.put(employer);
    let (log, what) = match kind {
        VoucherKind::Advance => (LogKind::Paid, "credit_advance"),
        VoucherKind::AdvanceReversal => (LogKind::Revoked, "reverse_advance"),
        VoucherKind::AdvanceRefund
        | VoucherKind::Settlement
        | VoucherKind::SettlementWithoutLines
        | VoucherKind::SettlementReversal
        | VoucherKind::TransferOut
        | VoucherKind::TransferIn
        | VoucherKind::Correction
        | VoucherKind::Merge => (LogKind::Paid, "refund_advance"),
    };
    work.note(employer_id, ordinal, log, what, String::new(), Some(amount));
    Ok(Output { amount: Some(amount), ..Output::default() })
}

/// Refuses an amount that is not free in the balance; a notice may use its own reservation.
pub(super) fn check_free(
    work: &Work<'_>,
    employer: &EmployerAccount,
    amount: Money,
    of: Option<&IssuedNotice>,
) -> Result<(), Refusal> {
    let (id, held) = (&employer.employer_id, employer.balances.advance);
    if amount > held {
        return Err(Refusal::AdvanceTooSmall { employer: id.clone(), held, needed: amount });
    }
    let own = of.map(IssuedNotice::reserved).unwrap_or_default();
    let others = difference(work.centre.reserved_advance(id), own)?;
    let free = difference(held, others)?;
    if amount <= free {
        return Ok(());
    }
    let waits = |notice: &&PaymentReference| Some(**notice) != of.map(|one| one.reference);
    let of_employer = work.centre.notices.iter().filter(|notice| notice.employer_id == *id);
    let reserves = of_employer.filter(|notice| !notice.reserved().is_zero());
    let named: Vec<PaymentReference> = reserves.map(|notice| notice.reference).collect();
    let named: Vec<String> = named.iter().filter(waits).map(ToString::to_string).collect();
    let (employer, notices) = (id.clone(), named.join(", "));
    Err(Refusal::AdvanceReserved { employer, free, needed: amount, reserved: others, notices })
}

/// What a notice of this amount takes from the balance.
pub(super) fn reserve(
    work: &Work<'_>,
    employer: &EmployerAccount,
    amount: Money,
    wanted: FromAdvance,
) -> Result<Money, Refusal> {
    match wanted {
        FromAdvance::Auto => Ok(work.centre.free_advance(&employer.employer_id).min(amount)),
        FromAdvance::None => Ok(Money::ZERO),
        FromAdvance::Amount(taken) if taken < Money::ZERO => {
            Err(Refusal::AdvanceNotPositive { value: taken })
        }
        FromAdvance::Amount(taken) if taken > amount => {
            Err(Refusal::AdvanceMoreThanNotice { value: taken, most: amount })
        }
        FromAdvance::Amount(taken) => {
            check_free(work, employer, taken, None)?;
            Ok(taken)
        }
    }
}
