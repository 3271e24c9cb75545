//! Revokes an open notice and frees its lists and supplements.
//!
//! Start at [`revoke`]. [`Centre::note_parts_here`] tells what the bank side of the store knows of its money.

use super::super::{Output, RevokeNotice};
use crate::centre::{Centre, Work};
use crate::log::LogKind;
use crate::payment::{IssuedNotice, NoticeState};
use crate::refusal::Refusal;
use crate::register::Register;
use crate::roster::Roster;
use crate::{PartsHere, PaymentReference};
use serde::{Deserialize, Serialize};

/// Where the money already received for a revoked notice goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartsGo {
    /// To suspense, as `notice-revoked`: the next run moves it there.
    ToSuspense,
}

impl Centre {
    /// Records the money received for an open notice, as the bank side of the store knows it.
    pub fn note_parts_here(&mut self, reference: PaymentReference, parts: PartsHere) {
        self.parts_here.insert(reference, parts);
    }
}

/// Revokes an open notice; its lists and supplements are free again, its reference is not.
///
/// Refused while part of its money is here, unless the request says where the parts go: otherwise the payer would have
/// paid for nothing, without anybody's decision.
pub(crate) fn revoke(work: &mut Work<'_>, op: &RevokeNotice) -> Result<Output, Refusal> {
    let notice = work.awaiting(op.reference)?;
    let here = work.centre.parts_here.get(&op.reference).copied().unwrap_or_default();
    if !here.is_none() && op.parts.is_none() {
        let PartsHere { count, sum } = here;
        let reference = op.reference;
        return Err(Refusal::NoticePartlyReceived { reference, count, sum });
    }
    let employer_id = notice.employer_id.clone();
    let mut employer = work.employer(&employer_id)?;
    for month in &notice.months {
        if let Some(roster) = work.centre.roster(&employer_id, *month) {
            let roster = Roster { reference: None, ..Roster::clone(roster) };
            work.put(roster);
        }
    }
    for ordinal in &notice.supplements {
        if let Some(register) = work.centre.registers.get(&(employer_id.clone(), *ordinal)) {
            let register = Register { reference: None, ..Register::clone(register) };
            work.put(register);
        }
    }
    let ordinal = employer.next_ordinal();
    work.put(employer);
    let amount = Some(notice.amount);
    work.put(IssuedNotice { status: NoticeState::Revoked, ..notice });
    let subject = op.reference.to_string();
    work.note(&employer_id, ordinal, LogKind::Revoked, "revoke_notice", subject, amount);
    let parts = Some(here).filter(|here| !here.is_none());
    let (employer_id, reference) = (Some(employer_id), Some(op.reference));
    Ok(Output { employer_id, reference, amount, parts, ..Output::default() })
}
