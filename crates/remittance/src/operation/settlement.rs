//! Settlement 分账: a paid notice is posted to each employee's account, exactly its line.
//!
//! Start at [`Centre::settle`]: the bank's parts and the advance balance must equal the notice to the fen. `advance.rs`
//! says how money reaches the advance balance and how much is free.

use super::advance::check_free;
use super::{Applied, Output, PayFromAdvance};
use crate::bound::sum;
use crate::centre::{Centre, Movement, Work};
use crate::employee::EntryKind;
use crate::enrolment::EmployerAccount;
use crate::ledger::{Posting, VoucherKind};
use crate::log::LogKind;
use crate::payment::{IssuedNotice, NoticeState};
use crate::refusal::Refusal;
use crate::register::{Register, RegisterStatus};
use crate::roster::Roster;
use crate::{Id, Money, PaymentReference, Subject};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What pays a notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// The bank transactions that settle it together.
    pub bank_parts: Vec<Money>,
    /// The part taken from the employer's advance balance.
    pub from_advance: Money,
}

impl Centre {
    /// Settles an open notice with money received.
    ///
    /// # Errors
    /// [`Refusal`]: the notice is not open, the parts differ from the amount, the advance balance is too small.
    pub fn settle(
        &mut self,
        reference: PaymentReference,
        on: NaiveDate,
        payment: &Payment,
    ) -> Result<Applied, Refusal> {
        self.work(on, None, |work| settle(work, reference, payment))
    }
}

/// Pays a full notice from the advance balance.
pub(super) fn pay_from_advance(
    work: &mut Work<'_>,
    op: &PayFromAdvance,
) -> Result<Output, Refusal> {
    let from_advance = work.awaiting(op.reference)?.amount;
    settle(work, op.reference, &Payment { bank_parts: Vec::new(), from_advance })
}

fn settle(
    work: &mut Work<'_>,
    reference: PaymentReference,
    payment: &Payment,
) -> Result<Output, Refusal> {
    let notice = work.awaiting(reference)?;
    let mut employer = work.employer(&notice.employer_id)?;
    let bank = payment.bank_parts.iter().copied().try_fold(Money::ZERO, sum)?;
    let paid = sum(bank, payment.from_advance)?;
    if paid != notice.amount {
        return Err(Refusal::PartsDiffer { reference, expected: notice.amount, found: paid });
    }
    check_free(work, &employer, payment.from_advance, Some(&notice))?;
    let ordinal = employer.next_ordinal();
    let allocate = allocate(work, &notice, ordinal, Way::Paid)?;
    let lines = sum(allocate.here, allocate.elsewhere)?;
    if notice.has_lines() && lines != notice.amount {
        return Err(Refusal::LinesDiffer { reference, expected: notice.amount, found: lines });
    }
    let kind = if notice.has_lines() {
        VoucherKind::Settlement
    } else {
        VoucherKind::SettlementWithoutLines
    };
    let postings = [
        Posting::debit(Subject::BankDeposit, bank),
        Posting::debit(Subject::Advance, payment.from_advance),
        Posting::credit(Subject::Contributions, allocate.here),
        Posting::credit(Subject::Transit, allocate.elsewhere),
        Posting::credit(Subject::Clearing, if notice.has_lines() { Money::ZERO } else { paid }),
    ];
    work.post(&mut employer, ordinal, kind, Some(reference), &postings)?;
    work.put(employer);
    complete(work, &notice);
    let (employer_id, amount) = (notice.employer_id.clone(), Some(notice.amount));
    let paid_on = Some(work.on);
    let advance_used = payment.from_advance;
    work.put(IssuedNotice { status: NoticeState::Paid, paid_on, advance_used, ..notice });
    work.note(&employer_id, ordinal, LogKind::Paid, "settle", reference.to_string(), amount);
    let (employer_id, reference) = (Some(employer_id), Some(reference));
    Ok(Output { employer_id, reference, amount, ..Output::default() })
}

/// The totals of a notice's lines.
pub(super) struct Allocated {
    /// To accounts at the employer itself.
    pub(super) here: Money,
    /// To accounts that were transferred away in the meantime.
    pub(super) elsewhere: Money,
}

/// The direction in which a notice's lines are posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Paid,
    /// In red: the same sides with negative amounts.
    BookedBack,
}

impl Way {
    /// The signed amount to post.
    pub(super) const fn of(self, amount: Money) -> Money {
        match self {
            Self::Paid => amount,
            Self::BookedBack => Money::from_fen(-amount.fen()),
        }
    }
}

/// Posts each line to its employee, wherever the account is now.
pub(super) fn allocate(
    work: &mut Work<'_>,
    notice: &IssuedNotice,
    ordinal: u32,
    way: Way,
) -> Result<Allocated, Refusal> {
    let mut allocate = Allocated { here: Money::ZERO, elsewhere: Money::ZERO };
    let mut others: BTreeMap<Id, (EmployerAccount, u32, Money)> = BTreeMap::new();
    let rosters: Vec<_> = notice
        .months
        .iter()
        .filter_map(|month| work.centre.roster(&notice.employer_id, *month).cloned())
        .collect();
    let key = |ordinal: &u32| (notice.employer_id.clone(), *ordinal);
    let registers: Vec<_> = notice
        .supplements
        .iter()
        .filter_map(|ordinal| work.centre.registers.get(&key(ordinal)).cloned())
        .collect();
    let listed = rosters.iter().flat_map(|roster| {
        let kind = (EntryKind::Remittance, roster.month);
        roster
            .lines
            .iter()
            .map(move |line| (&line.employee_id, kind, line.employer_share, line.employee_share))
    });
    let supplements = registers.iter().flat_map(|register| register.supplements()).map(|line| {
        let kind = (EntryKind::Supplement, line.for_month);
        (&line.employee_id, kind, line.employer_share, line.employee_share)
    });
    for (employee_id, (kind, month), employer_share, employee_share) in listed.chain(supplements) {
        let mut account = work.located(&notice.employer_id, employee_id)?;
        let amount = sum(employer_share, employee_share)?;
        let mut voucher = ordinal;
        if account.employer_id == notice.employer_id {
            allocate.here = sum(allocate.here, amount)?;
        } else {
            allocate.elsewhere = sum(allocate.elsewhere, amount)?;
            let at = &account.employer_id;
            if !others.contains_key(at) {
                let mut other = work.employer(at)?;
                let ordinal = other.next_ordinal();
                others.insert(at.clone(), (other, ordinal, Money::ZERO));
            }
            if let Some((_, ordinal, total)) = others.get_mut(at) {
                voucher = *ordinal;
                *total = sum(*total, amount)?;
            }
        }
        let for_month = Some(month);
        let movement = Movement {
            kind,
            for_month,
            amount: way.of(amount),
            employer_share: way.of(employer_share),
            employee_share: way.of(employee_share),
        };
        work.enter(&mut account, movement, Some(notice.reference), voucher)?;
        work.put(account);
    }
    others.into_values().try_for_each(|other| carry(work, notice, other, way))?;
    Ok(allocate)
}

/// Posts what belongs to accounts at another employer in that employer's books.
fn carry(
    work: &mut Work<'_>,
    notice: &IssuedNotice,
    (mut other, ordinal, total): (EmployerAccount, u32, Money),
    way: Way,
) -> Result<(), Refusal> {
    let postings = [
        Posting::debit(Subject::Transit, way.of(total)),
        Posting::credit(Subject::Contributions, way.of(total)),
    ];
    work.post(&mut other, ordinal, VoucherKind::TransferIn, Some(notice.reference), &postings)?;
    let (other_id, reference) = (other.employer_id.clone(), notice.reference.to_string());
    work.put(other);
    let (kind, what) = match way {
        Way::Paid => (LogKind::Paid, "settle"),
        Way::BookedBack => (LogKind::Revoked, "reverse_settlement"),
    };
    work.note(&other_id, ordinal, kind, what, reference, Some(total));
    Ok(())
}

/// Marks lists as paid and registers as completed (办结): a supplement with its notice, every other
/// register with the list of its month.
fn complete(work: &mut Work<'_>, notice: &IssuedNotice) {
    let employer_id = &notice.employer_id;
    let paid_on = Some(work.on);
    for month in &notice.months {
        if let Some(roster) = work.centre.roster(employer_id, *month) {
            let roster = Roster { paid_on, ..Roster::clone(roster) };
            work.put(roster);
        }
    }
    let registers = work.centre.registers.from_key((employer_id.clone(), 0));
    let done: Vec<Register> = registers
        .take_while(|register| register.employer_id == *employer_id)
        .filter(|register| register.is_open())
        .filter(|register| {
            let listed = !register.is_supplement() && notice.months.contains(&register.month);
            listed || notice.supplements.contains(&register.ordinal)
        })
        .map(|register| Register { status: RegisterStatus::Completed, ..Register::clone(register) })
        .collect();
    for register in done {
        work.put(register);
    }
}
