//! Records: transactions, notices, employers, nights, letters.

use super::suspense::Direction;
use crate::remittance;
use crate::remittance::account::masked;
use crate::store::{EmployerSheet as Sheet, LetterLine, NoticeRow, RunLine, TransactionRow};
use crate::web::api::value::{
    Amount, Day, LetterState, Month, NoticeStatus, Outcome, Reason, Reference,
};
use serde::Serialize;
use utoipa::ToSchema;

/// What a bank reported, and what became of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Transaction {
    account: String,
    amount: Amount,
    bank_name: String,
    booked_on: Day,
    counterparty: String,
    direction: Direction,
    #[schema(required)]
    notice: Option<Reference>,
    #[schema(required)]
    outcome: Option<Outcome>,
    #[schema(required)]
    reason: Option<Reason>,
    remark: String,
    serial: String,
}

/// A payment notice (缴款通知书).
#[derive(Serialize, ToSchema)]
pub(crate) struct Notice {
    amount: Amount,
    employer: String,
    employer_id: String,
    /// What the advance balance brings of it.
    from_advance: Amount,
    issued_on: Day,
    month: Month,
    reference: Reference,
    #[schema(required)]
    settled_on: Option<Day>,
    status: NoticeStatus,
}

/// An employer, as a list shows it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Employer {
    employer_id: String,
    has_address: bool,
    name: String,
    #[schema(required)]
    uscc: Option<String>,
}

/// One employer, with what is known of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct EmployerSheet {
    advance: Amount,
    employer_id: String,
    /// What of it no notice has reserved.
    free_advance: Amount,
    has_address: bool,
    name: String,
    /// Masked.
    payer_accounts: Vec<String>,
    #[schema(required)]
    uscc: Option<String>,
}

/// How many, and how much together.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tally {
    amount: Amount,
    count: u64,
}

/// A night.
#[derive(Serialize, ToSchema)]
pub(crate) struct Run {
    as_of: Day,
    closing: Tally,
    matched: Tally,
    opened: Tally,
    received: Tally,
}

/// A letter to an employer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Letter {
    /// What the mail server said last, or why nobody tries again.
    answer: String,
    employer: String,
    employer_id: String,
    letter_id: String,
    /// Null where it was written before there was an outbox.
    #[schema(required)]
    state: Option<LetterState>,
    subject: String,
    written_on: Day,
}

impl From<TransactionRow> for Transaction {
    fn from(row: TransactionRow) -> Self {
        Self {
            notice: row.notice().map(Reference::from),
            remark: row.remark().to_owned(),
            account: row.account_no,
            amount: row.amount.into(),
            bank_name: row.bank_name,
            booked_on: row.booked_on.into(),
            counterparty: row.counterparty_name.unwrap_or_default(),
            direction: row.direction.into(),
            outcome: row.outcome.map(Outcome::from),
            reason: row.reason.map(Reason::from),
            serial: row.serial,
        }
    }
}

impl From<NoticeRow> for Notice {
    fn from(row: NoticeRow) -> Self {
        Self {
            amount: row.amount.into(),
            employer: row.employer_name,
            employer_id: row.employer_id,
            from_advance: row.from_advance.into(),
            issued_on: row.issued_on.into(),
            month: row.month.into(),
            reference: row.reference.into(),
            settled_on: row.settled_on.map(Day::from),
            status: row.status.into(),
        }
    }
}

impl From<remittance::Employer> for Employer {
    fn from(row: remittance::Employer) -> Self {
        Self {
            has_address: row.has_address(),
            employer_id: row.employer_id,
            name: row.name,
            uscc: row.uscc,
        }
    }
}

impl From<Sheet> for EmployerSheet {
    fn from(sheet: Sheet) -> Self {
        let employer = sheet.employer;
        Self {
            advance: sheet.advance.into(),
            free_advance: sheet.free_advance.into(),
            has_address: employer.has_address(),
            payer_accounts: employer.payer_accounts.iter().map(|one| masked(one)).collect(),
            employer_id: employer.employer_id,
            name: employer.name,
            uscc: employer.uscc,
        }
    }
}

impl From<remittance::Tally> for Tally {
    fn from(tally: remittance::Tally) -> Self {
        Self { amount: tally.amount.into(), count: tally.count }
    }
}

impl From<RunLine> for Run {
    fn from(row: RunLine) -> Self {
        Self {
            as_of: row.as_of.into(),
            closing: row.closing.into(),
            matched: row.matched.into(),
            opened: row.opened.into(),
            received: row.received.into(),
        }
    }
}

impl From<LetterLine> for Letter {
    fn from(row: LetterLine) -> Self {
        Self {
            answer: row.answer,
            employer: row.employer_name,
            employer_id: row.employer_id,
            letter_id: row.letter_id,
            state: row.state.map(LetterState::from),
            subject: row.subject,
            written_on: row.written_on.into(),
        }
    }
}
