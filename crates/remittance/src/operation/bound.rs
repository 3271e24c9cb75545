//! No operation asks for an amount past [`AMOUNT_MAX`](crate::AMOUNT_MAX).

use super::Operation;
use crate::advance::FromAdvance;
use crate::bound::bounded;
use crate::refusal::Refusal;
use crate::register::RegisterRequest;

/// Refuses an operation that asks for an amount past the bound.
pub(super) fn within_bound(operation: &Operation) -> Result<(), Refusal> {
    match operation {
        Operation::OpenAccount(op) => bounded(op.base),
        Operation::Unseal(op) => op.base.map_or(Ok(()), bounded),
        Operation::AdjustBase(op) => bounded(op.base),
        Operation::Supplement(op) => bounded(op.amount),
        Operation::CorrectPaid(op) => bounded(op.amount),
        Operation::FileRegister(op) => lines_within_bound(&op.register),
        Operation::SaveRegister(op) => lines_within_bound(&op.register),
        Operation::IssueNotice(op) => match op.from_advance {
            FromAdvance::Amount(amount) => bounded(amount),
            FromAdvance::Auto | FromAdvance::None => Ok(()),
        },
        Operation::OpenEmployer(_)
        | Operation::UpdateBasic(_)
        | Operation::UpdateKey(_)
        | Operation::Seal(_)
        | Operation::CorrectSealReason(_)
        | Operation::AdjustRate(_)
        | Operation::SubmitRegister(_)
        | Operation::DiscardRegister(_)
        | Operation::Transfer(_)
        | Operation::Remit(_)
        | Operation::DeleteRoster(_)
        | Operation::RevokeNotice(_)
        | Operation::PayFromAdvance(_)
        | Operation::Revoke(_)
        | Operation::CorrectIdentity(_)
        | Operation::MergeEmployees(_)
        | Operation::Defer(_)
        | Operation::AllowLowRates(_)
        | Operation::BookAppointment(_)
        | Operation::CancelAppointment(_)
        | Operation::KeepAppointment(_)
        | Operation::MissAppointment(_) => Ok(()),
    }
}

fn lines_within_bound(register: &RegisterRequest) -> Result<(), Refusal> {
    match register {
        RegisterRequest::Open(lines) => lines.iter().try_for_each(|line| bounded(line.base)),
        RegisterRequest::Unseal(lines) => {
            lines.iter().filter_map(|line| line.base).try_for_each(bounded)
        }
        RegisterRequest::AdjustBase(lines) => lines.iter().try_for_each(|line| bounded(line.base)),
        RegisterRequest::Supplement(lines) => {
            lines.iter().try_for_each(|line| bounded(line.amount))
        }
        RegisterRequest::Seal(_) | RegisterRequest::Transfer(_) => Ok(()),
    }
}
