//! Reversal 红冲: reverses, in red, a settlement that staff approved by mistake.
//!
//! Start at [`Centre::reverse_settlement`]. Nothing is deleted from the books: each employee gets a line with the
//! negative amount, on the account wherever it is now, and the voucher has the same sides with negative amounts. The
//! notice is open again, and its lists and registers are as before the payment.
//!
//! What has used the money since prevents it and is named: the employee's balance is gone, the advance balance is
//! spent, the same supplement was filed again, or a line was corrected.

use super::advance::{advance, check_free};
use super::correction::check_uncorrected;
use super::settlement::{Way, allocate};
use super::{Applied, Output};
use crate::bound::{difference, sum};
use crate::centre::{Centre, Work};
use crate::ledger::{Posting, VoucherKind};
use crate::log::LogKind;
use crate::payment::{IssuedNotice, NoticeState};
use crate::refusal::Refusal;
use crate::register::{Register, RegisterStatus};
use crate::roster::Roster;
use crate::{Id, Money, PaymentReference, Subject};
use chrono::NaiveDate;
use std::collections::BTreeMap;

impl Centre {
    /// Reverses a settlement. The notice is open again. What it took of the advance balance is reserved again, as far
    /// as it is free: the part it had not taken may be spent by now.
    ///
    /// Beside the data of a settlement it needs the registers completed with it.
    ///
    /// # Errors
    /// [`Refusal`]: not paid, an employee no longer has the money, a supplement was filed again.
    pub fn reverse_settlement(
        &mut self,
        reference: PaymentReference,
        on: NaiveDate,
    ) -> Result<Applied, Refusal> {
        self.work(on, None, |work| reverse(work, reference))
    }

    /// Reverses a credit to an employer's advance balance.
    ///
    /// # Errors
    /// [`Refusal`]: the employer is unknown, or less than that is left.
    pub fn reverse_advance(
        &mut self,
        employer_id: &Id,
        on: NaiveDate,
        amount: Money,
    ) -> Result<Applied, Refusal> {
        let red = Way::BookedBack.of(amount);
        let postings =
            [Posting::debit(Subject::BankDeposit, red), Posting::credit(Subject::Advance, red)];
        self.work(on, None, |work| {
            check_free(work, &work.employer(employer_id)?, amount, None)?;
            advance(work, employer_id, amount, VoucherKind::AdvanceReversal, &postings)
        })
    }
}

fn reverse(work: &mut Work<'_>, reference: PaymentReference) -> Result<Output, Refusal> {
    let notice = paid(work, reference)?;
    check_uncorrected(work, &notice.employer_id, reference)?;
    check_balances(work, &notice)?;
    check_supplements(work, &notice)?;
    let mut employer = work.employer(&notice.employer_id)?;
    let ordinal = employer.next_ordinal();
    let way = Way::BookedBack;
    let lines = allocate(work, &notice, ordinal, way)?;
    let without_lines = if notice.has_lines() { Money::ZERO } else { notice.amount };
    let postings = [
        Posting::debit(Subject::BankDeposit, way.of(notice.payable())),
        Posting::debit(Subject::Advance, way.of(notice.advance_used)),
        Posting::credit(Subject::Contributions, way.of(lines.here)),
        Posting::credit(Subject::Transit, way.of(lines.elsewhere)),
        Posting::credit(Subject::Clearing, way.of(without_lines)),
    ];
    work.post(&mut employer, ordinal, VoucherKind::SettlementReversal, Some(reference), &postings)?;
    let reserved = work.centre.reserved_advance(&notice.employer_id);
    let free = difference(employer.balances.advance, reserved)?;
    work.put(employer);
    reopen(work, &notice);
    let (employer_id, amount) = (notice.employer_id.clone(), Some(notice.amount));
    work.put(IssuedNotice {
        status: NoticeState::Awaiting,
        paid_on: None,
        from_advance: notice.from_advance.min(free),
        advance_used: Money::ZERO,
        ..notice
    });
    let (kind, subject) = (LogKind::Revoked, reference.to_string());
    work.note(&employer_id, ordinal, kind, "reverse_settlement", subject, amount);
    Ok(Output { reference: Some(reference), amount, ..Output::default() })
}

fn paid(work: &Work<'_>, reference: PaymentReference) -> Result<IssuedNotice, Refusal> {
    match work.centre.notice(reference) {
        Some(notice) if notice.status == NoticeState::Paid => Ok(notice.clone()),
        Some(_) => Err(Refusal::NoticeNotPaid { reference }),
        None => Err(Refusal::UnknownNotice { reference }),
    }
}

/// Refuses if an employee no longer has what the notice brought.
fn check_balances(work: &Work<'_>, notice: &IssuedNotice) -> Result<(), Refusal> {
    // One account may have received two lines: the list's and a supplement's, or those of merged numbers.
    let mut brought: BTreeMap<(Id, Id), (Money, Money)> = BTreeMap::new();
    for line in work.centre.lines_of(notice) {
        let amount = sum(line.employer_share, line.employee_share)?;
        let account = work.located(&notice.employer_id, line.employee_id)?;
        let key = (account.employer_id, account.employee_id);
        let total = brought.entry(key).or_insert((account.balance, Money::ZERO));
        total.1 = sum(total.1, amount)?;
    }
    for ((_, employee), (held, needed)) in brought {
        if held < needed {
            let reference = notice.reference;
            return Err(Refusal::BalanceTooSmall { employee, held, needed, reference });
        }
    }
    Ok(())
}

/// Refuses if a supplement of the notice was filed again since: both would wait for money.
fn check_supplements(work: &Work<'_>, notice: &IssuedNotice) -> Result<(), Refusal> {
    let employer_id = &notice.employer_id;
    for ordinal in &notice.supplements {
        let Some(register) = work.centre.registers.get(&(employer_id.clone(), *ordinal)) else {
            continue;
        };
        for line in register.supplements() {
            let amount = sum(line.employer_share, line.employee_share)?;
            let key = (employer_id.clone(), line.employee_id.clone(), line.for_month, amount);
            if work.centre.unpaid.contains_key(&key) {
                let (employee, month) = (line.employee_id.clone(), line.for_month);
                return Err(Refusal::SupplementFiledAgain { employee, month });
            }
        }
    }
    Ok(())
}

/// Makes lists unpaid and registers submitted again, as before the payment.
fn reopen(work: &mut Work<'_>, notice: &IssuedNotice) {
    let employer_id = &notice.employer_id;
    for month in &notice.months {
        if let Some(roster) = work.centre.roster(employer_id, *month) {
            let roster = Roster { paid_on: None, ..Roster::clone(roster) };
            work.put(roster);
        }
    }
    let registers = work.centre.registers.from_key((employer_id.clone(), 0));
    let completed: Vec<Register> = registers
        .take_while(|register| register.employer_id == *employer_id)
        .filter(|register| register.status == RegisterStatus::Completed)
        .filter(|register| {
            let listed = !register.is_supplement() && notice.months.contains(&register.month);
            listed || notice.supplements.contains(&register.ordinal)
        })
        .map(|register| Register { status: RegisterStatus::Submitted, ..Register::clone(register) })
        .collect();
    for register in completed {
        work.put(register);
    }
}
