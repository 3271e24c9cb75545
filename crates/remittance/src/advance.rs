//! The advance balance 单位暂存款: money of an employer that no notice has yet.
//!
//! Start at [`Centre::credit_advance`]: what staff decide of an overpayment. It pays later notices: a notice
//! reserves a part of it when it is issued ([`FromAdvance`]), and takes it when it is settled by what is
//! missing (`settlement.rs`). It goes back by [`Centre::refund_advance`].
//!
//! Invariant: what notices that wait have reserved is in the balance; nobody else spends it.

use super::centre::{Centre, Work, difference, sum};
use super::change::Put;
use super::enrolment::EmployerAccount;
use super::ledger::{Posting, VoucherKind};
use super::log::LogKind;
use super::operation::{Applied, Output};
use super::payment::IssuedNotice;
use super::refusal::Refusal;
use super::{Id, Money, PaymentReference, Subject};
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a notice takes from the advance balance, as its employer says it when it is issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FromAdvance {
    /// As much as is free, up to the notice's amount.
    #[default]
    Auto,
    None,
    /// This much and no less.
    Amount(Money),
}

impl Serialize for FromAdvance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::None => serializer.serialize_str("none"),
            Self::Amount(amount) => amount.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for FromAdvance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::None),
            amount => Money::from_yuan(amount).map(Self::Amount).map_err(|error| {
                de::Error::custom(format!("from_advance {text:?}: {error}; or auto, or none"))
            }),
        }
    }
}

impl Centre {
    /// What of an employer's advance balance no notice that waits has reserved.
    #[must_use]
    pub fn free_advance(&self, employer_id: &Id) -> Money {
        let held = self.employers.get(employer_id).map(|one| one.balances.advance);
        difference(held.unwrap_or_default(), self.reserved_advance(employer_id)).unwrap_or_default()
    }

    /// What of an employer's advance balance is reserved by notices that wait.
    #[must_use]
    pub fn reserved_advance(&self, employer_id: &Id) -> Money {
        self.reserved.get(employer_id).copied().unwrap_or_default()
    }

    /// Puts money that came and belongs to nothing yet on the employer's advance balance.
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

    /// Gives money on the advance balance back to the employer; what notices have reserved stays.
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

/// Refuses an amount that the balance does not have free; a notice may use what it reserved itself.
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

/// What a notice over this amount takes from the balance.
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

/// Keeps what is reserved of advance balances in step with the notices.
pub(super) fn index_reserved(centre: &mut Centre, put: &Put<IssuedNotice>) {
    for (row, adds) in [(&put.before, false), (&put.after, true)] {
        let Some(row) = row.as_ref().filter(|row| !row.reserved().is_zero()) else { continue };
        let held = centre.reserved.remove(&row.employer_id).unwrap_or_default();
        let holds = if adds { sum(held, row.reserved()) } else { difference(held, row.reserved()) };
        // Reservations are parts of one balance, which fits.
        let holds = holds.unwrap_or_default();
        if !holds.is_zero() {
            centre.reserved.insert(row.employer_id.clone(), holds);
        }
    }
}
