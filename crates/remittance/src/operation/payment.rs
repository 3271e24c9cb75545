//! Issues a notice for lists and supplements.

mod revoking;

pub use revoking::PartsGo;
pub(super) use revoking::revoke;

use super::advance;
use super::{IssueNotice, Output};
use crate::bound::{difference, sum};
use crate::centre::{Centre, Work};
use crate::log::LogKind;
use crate::payment::{IssuedNotice, NoticeState, reference_candidates};
use crate::refusal::Refusal;
use crate::register::Register;
use crate::roster::Roster;
use crate::{Id, Money, PaymentNotice, PaymentReference, YearMonth};
use std::collections::BTreeSet;

impl Centre {
    /// Imports a core system's notice, which has no lines; it settles to the clearing account.
    ///
    /// # Errors
    /// If the employer is unknown, the reference exists, or there is nothing to pay.
    pub fn import_notice(&mut self, notice: &PaymentNotice) -> Result<super::Applied, Refusal> {
        self.work(notice.issued_on, None, |work| {
            let employer_id = Id::from(notice.employer_id.as_str());
            work.employer(&employer_id)?;
            let reference = notice.reference;
            if work.is_taken(reference) {
                return Err(Refusal::NoticeExists { reference });
            }
            if notice.amount <= Money::ZERO {
                return Err(Refusal::NoticeOfNothing { reference });
            }
            work.put(IssuedNotice {
                reference,
                employer_id,
                amount: notice.amount,
                from_advance: Money::ZERO,
                issued_on: notice.issued_on,
                month: notice.month,
                months: Vec::new(),
                supplements: Vec::new(),
                status: notice.status.into(),
                paid_on: None,
                advance_used: Money::ZERO,
            });
            let amount = Some(notice.amount);
            Ok(Output { reference: Some(reference), amount, ..Output::default() })
        })
    }
}

/// Issues one notice for lists and, if asked, for every waiting supplement.
pub(super) fn issue(work: &mut Work<'_>, op: &IssueNotice) -> Result<Output, Refusal> {
    let mut employer = work.employer(&op.employer_id)?;
    let mut months = BTreeSet::new();
    if let Some(again) = op.months.iter().find(|month| !months.insert(**month)) {
        return Err(Refusal::MonthNamedTwice { month: *again });
    }
    let rosters = months.iter().map(|month| free_roster(work, &op.employer_id, *month));
    let rosters: Vec<Roster> = rosters.collect::<Result<_, _>>()?;
    let supplements: Vec<Register> =
        if op.supplements { waiting(work, &op.employer_id) } else { Vec::new() };
    let amounts = rosters.iter().map(|roster| roster.total);
    let mut amounts = amounts.chain(supplements.iter().map(Register::amount));
    let amount = amounts.try_fold(Money::ZERO, sum)?;
    crate::bound::bounded(amount)?;
    if amount.is_zero() {
        return Err(Refusal::NothingWaits { employer: op.employer_id.clone() });
    }
    let from_advance = advance::reserve(work, &employer, amount, op.from_advance)?;
    let months: Vec<YearMonth> = months.into_iter().collect();
    let mut candidates = reference_candidates(&employer, &months, op.on);
    let reference = candidates.find(|candidate| work.may_give(*candidate));
    let Some(reference) = reference else {
        return Err(Refusal::NoReferenceLeft { employer: op.employer_id.clone() });
    };
    let latest = months.iter().chain(supplements.iter().map(|register| &register.month)).max();
    let month = latest.copied().unwrap_or(employer.roster_month);
    let ordinals = supplements.iter().map(|register| register.ordinal).collect();
    for roster in rosters {
        work.put(Roster { reference: Some(reference), ..roster });
    }
    for register in supplements {
        work.put(Register { reference: Some(reference), ..register });
    }
    let ordinal = employer.next_ordinal();
    employer.notices_issued += 1;
    work.put(employer);
    work.put(IssuedNotice {
        reference,
        employer_id: op.employer_id.clone(),
        amount,
        from_advance,
        issued_on: op.on,
        month,
        months,
        supplements: ordinals,
        status: NoticeState::Awaiting,
        paid_on: None,
        advance_used: Money::ZERO,
    });
    let subject = reference.to_string();
    work.note(&op.employer_id, ordinal, LogKind::Submitted, "issue_notice", subject, Some(amount));
    Ok(Output {
        reference: Some(reference),
        amount: Some(amount),
        from_advance: Some(from_advance),
        payable: Some(difference(amount, from_advance)?),
        ..Output::default()
    })
}

/// A list without a notice.
fn free_roster(work: &Work<'_>, employer_id: &Id, month: YearMonth) -> Result<Roster, Refusal> {
    let Some(roster) = work.centre.roster(employer_id, month) else {
        return Err(Refusal::ListMissing { employer: employer_id.clone(), month });
    };
    match (roster.reference, roster.paid_on) {
        (None, _) => Ok(Roster::clone(roster)),
        (Some(reference), Some(day)) => Err(Refusal::ListPaid { month, reference, day }),
        (Some(reference), None) => Err(Refusal::ListOnNotice { month, reference }),
    }
}

/// The submitted supplements without a notice.
fn waiting(work: &Work<'_>, employer_id: &Id) -> Vec<Register> {
    let registers = work.centre.registers.from_key((employer_id.clone(), 0));
    registers
        .take_while(|register| register.employer_id == *employer_id)
        .filter(|register| register.is_open() && register.is_supplement())
        .filter(|register| register.reference.is_none())
        .map(|register| Register::clone(register))
        .collect()
}

impl Work<'_> {
    fn is_taken(&self, reference: PaymentReference) -> bool {
        self.centre.notices.get(&reference).is_some()
            || self.centre.references_elsewhere.contains(&reference)
    }

    /// Whether a new notice may have a reference: it is new, and not one slip away from that of an open notice.
    fn may_give(&self, reference: PaymentReference) -> bool {
        let awaits = |slip: PaymentReference| {
            let notice = self.centre.notices.get(&slip);
            notice.is_some_and(|notice| notice.status == NoticeState::Awaiting)
        };
        !self.is_taken(reference) && !reference.slips().any(|(slip, _)| awaits(slip))
    }

    /// The notice, if it is still open.
    pub(super) fn awaiting(&self, reference: PaymentReference) -> Result<IssuedNotice, Refusal> {
        let Some(notice) = self.centre.notice(reference) else {
            return Err(Refusal::UnknownNotice { reference });
        };
        match notice.status {
            NoticeState::Awaiting => Ok(notice.clone()),
            NoticeState::Paid => Err(Refusal::NoticePaid { reference }),
            NoticeState::Revoked => Err(Refusal::NoticeRevoked { reference }),
        }
    }
}
