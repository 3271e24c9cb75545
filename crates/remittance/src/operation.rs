//! The operations of a centre: one [`Operation`] is one JSON object a line.
//!
//! `{"op":"open_account","on":"2026-05-11","employer_id":"E1",…}`. Unknown fields and wrong types are refused with the
//! found and the expected value. [`Centre::apply`] does an operation; [`Answer`] is the line we print for it.

pub mod adjustment;
mod advance;
mod appointment;
pub mod beside;
mod bound;
mod correction;
mod enrolment;
mod entering;
mod filing;
mod key;
mod later;
mod payment;
pub mod person;
mod relief;
pub mod reversal;
pub mod revocation;
mod roster;
pub mod settlement;
pub mod supplement;
pub mod transfer;

pub use payment::PartsGo;

use super::advance::FromAdvance;
pub use super::answer::{Answer, Output, Said};
use super::appointment::AppointmentStatus;
pub use super::centre::Applied;
use super::centre::Centre;
use super::document::DocumentType;
use super::enrolment::{Agent, AgentChange, Channel, EmployerKind};
use super::refusal::Refusal;
use super::register::{
    BaseLine, OpenLine, RegisterRequest, SealLine, SupplementRequest, UnsealLine,
};
use super::wire::{day, who};
use super::{Id, Money, PaymentReference, Rate, YearMonth};
use beside::Beside;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Declares the operations: their words, types and functions.
macro_rules! operations {
    ($($variant:ident($type:ident { $($(#[$attribute:meta])* $field:ident: $field_type:ty,)* })
        = |$work:ident, $op:ident| $does:expr;)*) => {
        /// One operation of an employer.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "op", rename_all = "snake_case")]
        pub enum Operation {
            $($variant($type),)*
        }

        $(
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $type {
                #[serde(with = "day")]
                pub on: NaiveDate,
                /// Who does it, for the log; if absent, the author of the file.
                #[serde(default, deserialize_with = "who", skip_serializing_if = "Option::is_none")]
                pub by: Option<String>,
                $($(#[$attribute])* pub $field: $field_type,)*
            }
        )*

        impl Operation {
            #[must_use]
            pub const fn on(&self) -> NaiveDate {
                match self { $(Self::$variant(op) => op.on,)* }
            }

            /// Who does it, if the operation says so.
            #[must_use]
            pub fn by(&self) -> Option<&str> {
                match self { $(Self::$variant(op) => op.by.as_deref(),)* }
            }
        }

        impl Centre {
            /// Does one operation completely, or refuses it and changes nothing.
            ///
            /// `line` is its line in the file, by which `revoke` can name it.
            ///
            /// # Errors
            /// [`Refusal`]: the reason, and what must be done first.
            pub fn apply(&mut self, operation: &Operation, line: u64) -> Result<Applied, Refusal> {
                bound::within_bound(operation)?;
                self.work(operation.on(), Some(line), |work| {
                    work.signed_by(operation.by());
                    match operation {
                        $(Operation::$variant(op) => { let ($work, $op) = (work, op); $does })*
                    }
                    .map(|output| output.of(operation))
                })
            }
        }
    };
}

operations! {
    OpenEmployer(OpenEmployer {
        employer_id: Id, name: String, kind: EmployerKind,
        #[serde(default)] uscc: Option<String>,
        #[serde(default)] agent: Option<Agent>,
        #[serde(default)] address: Option<String>,
        #[serde(default)] phone: Option<String>,
        #[serde(default)] legal_person: Option<String>,
        employer_rate: Rate, employee_rate: Rate, first_month: YearMonth,
        #[serde(default)] channel: Channel,
        #[serde(default)] payday: Option<u8>,
    }) = |work, op| enrolment::open(work, op);

    UpdateBasic(UpdateBasic {
        employer_id: Id,
        #[serde(default)] agent: Option<AgentChange>,
        #[serde(default)] contact: Option<String>,
        #[serde(default)] mobile: Option<String>,
        #[serde(default)] email: Option<String>,
        #[serde(default)] address: Option<String>,
        #[serde(default)] phone: Option<String>,
        #[serde(default)] payday: Option<u8>,
    }) = |work, op| enrolment::update_basic(work, op);

    UpdateKey(UpdateKey {
        employer_id: Id,
        #[serde(default)] name: Option<String>,
        #[serde(default)] kind: Option<EmployerKind>,
        #[serde(default)] uscc: Option<String>,
        #[serde(default)] legal_person: Option<String>,
        #[serde(default)] seal_ref: Option<String>,
        #[serde(default)] reason: String,
        #[serde(default, deserialize_with = "who")] approved_by: Option<String>,
    }) = |work, op| key::update_key(work, op);

    OpenAccount(OpenAccount {
        employer_id: Id,
        #[serde(default)] id_type: DocumentType,
        id_no: String, name: String, base: Money, month: YearMonth,
        #[serde(default)] employee_id: Option<Id>,
    }) = |work, op| {
        let OpenAccount { id_type, id_no, name, base, employee_id, .. } = op.clone();
        let line = OpenLine { id_type, id_no, name, base, employee_id };
        let request = RegisterRequest::Open(vec![line]);
        filing::file(work, &op.employer_id, op.month, &request)
    };

    Unseal(Unseal {
        employer_id: Id, employee_id: Id, month: YearMonth,
        #[serde(default)] base: Option<Money>,
    }) = |work, op| {
        let line = UnsealLine { employee_id: op.employee_id.clone(), base: op.base };
        filing::file(work, &op.employer_id, op.month, &RegisterRequest::Unseal(vec![line]))
    };

    Seal(Seal { employer_id: Id, employee_id: Id, month: YearMonth, reason: String, }) = |work, op| {
        let line = SealLine { employee_id: op.employee_id.clone(), reason: op.reason.clone() };
        filing::file(work, &op.employer_id, op.month, &RegisterRequest::Seal(vec![line]))
    };

    CorrectSealReason(CorrectSealReason { employer_id: Id, employee_id: Id, reason: String, }) =
        |work, op| filing::correct_seal_reason(work, op);

    AdjustBase(AdjustBase { employer_id: Id, employee_id: Id, base: Money, month: YearMonth, }) = |work, op| {
        let line = BaseLine { employee_id: op.employee_id.clone(), base: op.base };
        filing::file(work, &op.employer_id, op.month, &RegisterRequest::AdjustBase(vec![line]))
    };

    AdjustRate(AdjustRate {
        employer_id: Id, employer_rate: Rate, employee_rate: Rate, month: YearMonth,
    }) = |work, op| adjustment::rate(work, op);

    Supplement(Supplement {
        employer_id: Id, employee_id: Id, for_month: YearMonth, amount: Money,
        #[serde(default)] to_month: Option<YearMonth>,
        #[serde(default)] reason: Option<String>,
    }) = |work, op| {
        let (employee_id, reason) = (op.employee_id.clone(), op.reason.clone());
        let (for_month, to_month) = (op.for_month, op.to_month);
        let line = SupplementRequest { employee_id, for_month, to_month, amount: op.amount, reason };
        let month = work.employer(&op.employer_id)?.roster_month;
        filing::file(work, &op.employer_id, month, &RegisterRequest::Supplement(vec![line]))
    };

    FileRegister(FileRegister {
        employer_id: Id, month: YearMonth, register: RegisterRequest,
        #[serde(default, skip_serializing_if = "Vec::is_empty")] beside: Vec<Beside>,
    }) = |work, op| beside::file(work, op);

    SaveRegister(SaveRegister { employer_id: Id, month: YearMonth, register: RegisterRequest, }) =
        |work, op| filing::save(work, op);

    SubmitRegister(SubmitRegister { employer_id: Id, register_id: String, }) =
        |work, op| filing::submit(work, op);

    DiscardRegister(DiscardRegister { employer_id: Id, register_id: String, }) =
        |work, op| filing::discard(work, op);

    Transfer(Transfer { employee_id: Id, from_employer: Id, to_employer: Id, city: String, }) =
        |work, op| transfer::transfer(work, op);

    Remit(Remit { employer_id: Id, month: YearMonth, }) = |work, op| roster::remit(work, op);

    DeleteRoster(DeleteRoster { employer_id: Id, month: YearMonth, }) =
        |work, op| roster::delete(work, op);

    IssueNotice(IssueNotice {
        employer_id: Id,
        #[serde(default)] months: Vec<YearMonth>,
        #[serde(default)] supplements: bool,
        #[serde(default)] from_advance: FromAdvance,
    }) = |work, op| payment::issue(work, op);

    RevokeNotice(RevokeNotice {
        reference: PaymentReference,
        #[serde(default)] parts: Option<PartsGo>,
        #[serde(default)] employer_id: Option<Id>,
    }) = |work, op| {
        work.owns_notice(op.employer_id.as_ref(), op.reference)?;
        payment::revoke(work, op)
    };

    PayFromAdvance(PayFromAdvance {
        reference: PaymentReference,
        #[serde(default)] employer_id: Option<Id>,
    }) = |work, op| {
        work.owns_notice(op.employer_id.as_ref(), op.reference)?;
        settlement::pay_from_advance(work, op)
    };

    Revoke(Revoke {
        employer_id: Id, month: YearMonth,
        #[serde(default)] op_line: Option<u64>,
        #[serde(default)] register_id: Option<String>,
    }) = |work, op| revocation::revoke(work, op);

    CorrectPaid(CorrectPaid {
        employer_id: Id, employee_id: Id, month: YearMonth, amount: Money,
        #[serde(default)] register_id: Option<String>,
        #[serde(default)] reason: String,
        #[serde(default, deserialize_with = "who")] approved_by: Option<String>,
    }) = |work, op| correction::correct_paid(work, op);

    CorrectIdentity(CorrectIdentity {
        employer_id: Id, employee_id: Id,
        #[serde(default)] name: Option<String>,
        #[serde(default)] id_type: Option<DocumentType>,
        #[serde(default)] id_no: Option<String>,
        #[serde(default)] reason: String,
        #[serde(default, deserialize_with = "who")] approved_by: Option<String>,
    }) = |work, op| person::correct_identity(work, op);

    MergeEmployees(MergeEmployees {
        employer_id: Id, employee_id: Id, into: Id,
        #[serde(default)] reason: String,
        #[serde(default, deserialize_with = "who")] approved_by: Option<String>,
    }) = |work, op| person::merge(work, op);

    Defer(Defer {
        employer_id: Id, from: YearMonth, to: YearMonth,
        #[serde(default)] approval: String,
        #[serde(default)] reason: String,
        #[serde(default, deserialize_with = "who")] approved_by: Option<String>,
    }) = |work, op| relief::defer(work, op);

    AllowLowRates(AllowLowRates {
        employer_id: Id, from: YearMonth, to: YearMonth, employer_rate: Rate, employee_rate: Rate,
        #[serde(default)] approval: String,
        #[serde(default)] reason: String,
        #[serde(default, deserialize_with = "who")] approved_by: Option<String>,
    }) = |work, op| relief::allow_low_rates(work, op);

    BookAppointment(BookAppointment {
        employer_id: Id, branch: String,
        #[serde(with = "day")] date: NaiveDate,
        slot: String, business: String,
        #[serde(default)] contact: String,
    }) = |work, op| appointment::book(work, op);

    CancelAppointment(CancelAppointment {
        appointment_id: Id,
        #[serde(default)] employer_id: Option<Id>,
    }) = |work, op| {
        work.owns_appointment(op.employer_id.as_ref(), &op.appointment_id)?;
        appointment::end(work, &op.appointment_id, AppointmentStatus::Cancelled)
    };

    KeepAppointment(KeepAppointment {
        appointment_id: Id,
        #[serde(default)] employer_id: Option<Id>,
    }) = |work, op| {
        work.owns_appointment(op.employer_id.as_ref(), &op.appointment_id)?;
        appointment::end(work, &op.appointment_id, AppointmentStatus::Kept)
    };

    MissAppointment(MissAppointment {
        appointment_id: Id,
        #[serde(default)] employer_id: Option<Id>,
    }) = |work, op| {
        work.owns_appointment(op.employer_id.as_ref(), &op.appointment_id)?;
        appointment::end(work, &op.appointment_id, AppointmentStatus::Missed)
    };
}

impl Operation {
    /// The employers it names; load them and all they have before applying it.
    ///
    /// A notice or an appointment names its own employer: load that one, whatever the operation says. Revoking a
    /// transfer needs the other employer too ([`super::register::Moved`]).
    #[must_use]
    pub fn employers(&self) -> Vec<&Id> {
        match self {
            Self::OpenEmployer(op) => vec![&op.employer_id],
            Self::UpdateBasic(op) => vec![&op.employer_id],
            Self::UpdateKey(op) => vec![&op.employer_id],
            Self::OpenAccount(op) => vec![&op.employer_id],
            Self::Unseal(op) => vec![&op.employer_id],
            Self::Seal(op) => vec![&op.employer_id],
            Self::CorrectSealReason(op) => vec![&op.employer_id],
            Self::AdjustBase(op) => vec![&op.employer_id],
            Self::AdjustRate(op) => vec![&op.employer_id],
            Self::Supplement(op) => vec![&op.employer_id],
            Self::FileRegister(op) => with_others(&op.employer_id, &op.register),
            Self::SaveRegister(op) => with_others(&op.employer_id, &op.register),
            Self::SubmitRegister(op) => vec![&op.employer_id],
            Self::DiscardRegister(op) => vec![&op.employer_id],
            Self::Transfer(op) => vec![&op.from_employer, &op.to_employer],
            Self::Remit(op) => vec![&op.employer_id],
            Self::DeleteRoster(op) => vec![&op.employer_id],
            Self::IssueNotice(op) => vec![&op.employer_id],
            Self::Revoke(op) => vec![&op.employer_id],
            Self::CorrectPaid(op) => vec![&op.employer_id],
            Self::Defer(op) => vec![&op.employer_id],
            Self::AllowLowRates(op) => vec![&op.employer_id],
            Self::CorrectIdentity(op) => vec![&op.employer_id],
            Self::MergeEmployees(op) => vec![&op.employer_id],
            Self::BookAppointment(op) => vec![&op.employer_id],
            Self::RevokeNotice(_)
            | Self::PayFromAdvance(_)
            | Self::CancelAppointment(_)
            | Self::KeepAppointment(_)
            | Self::MissAppointment(_) => vec![],
        }
    }
}

/// The employer, and the destinations of its register's transfers.
fn with_others<'a>(employer_id: &'a Id, register: &'a RegisterRequest) -> Vec<&'a Id> {
    let others = register.transfers().iter().map(|line| &line.to_employer);
    std::iter::once(employer_id).chain(others).collect()
}

impl Output {
    /// Puts the operation's own employer first.
    pub(super) fn of(mut self, operation: &Operation) -> Self {
        if self.employer_id.is_none() {
            self.employer_id = operation.employers().first().map(|id| Id::clone(id));
        }
        self
    }
}
