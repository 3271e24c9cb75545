//! Enters a register into its employer's books, in the next month to remit.

use crate::YearMonth;
use crate::centre::Work;
use crate::enrolment::EmployerAccount;
use crate::log::LogKind;
use crate::refusal::Refusal;
use crate::register::{Register, RegisterContent, RegisterStatus};

/// Writes an effective register with its log entry.
pub(super) fn enter(
    work: &mut Work<'_>,
    employer: EmployerAccount,
    ordinal: u32,
    month: YearMonth,
    content: RegisterContent,
    what: &str,
) -> Result<(), Refusal> {
    let employer_id = employer.employer_id.clone();
    let register = Register {
        employer_id: employer_id.clone(),
        ordinal,
        month,
        submitted_on: work.on,
        status: RegisterStatus::Submitted,
        content,
        reference: None,
    };
    let amount = Some(register.amount()).filter(|amount| !amount.is_zero());
    let subject = register.register_id();
    work.put(register);
    work.put(employer);
    work.note(&employer_id, ordinal, LogKind::Submitted, what, subject, amount);
    work.filed(&employer_id, ordinal);
    Ok(())
}

/// Refuses a month that is not the next to remit.
pub(super) fn check_month(employer: &EmployerAccount, month: YearMonth) -> Result<(), Refusal> {
    let next = employer.roster_month;
    if month == next {
        return Ok(());
    }
    if month >= employer.first_month && month < next {
        return Err(Refusal::ListMade { month, next });
    }
    Err(Refusal::MonthNotNext { month, next })
}
