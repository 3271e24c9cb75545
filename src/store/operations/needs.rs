//! What each operation needs loaded, as documented at [`crate::remittance::Centre`].

use super::super::StoreError;
use super::Books;
use super::notices::parts_here;
use crate::remittance::document::identity;
use crate::remittance::employee::employee_id;
use crate::remittance::operation::{
    CorrectIdentity, CorrectPaid, MergeEmployees, OpenAccount, Revoke,
};
use crate::remittance::person::new_identity;
use crate::remittance::register::{
    Draft, OpenLine, Register, RegisterContent, RegisterRequest, register_ordinal,
};
use crate::remittance::{EmployeeAccount, Id, Operation, PaymentReference};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The number of lines from which all the employer's accounts are read at once.
const MANY_LINES: usize = 64;

impl Books<'_> {
    /// Loads what an operation concerns.
    pub(super) fn need(&mut self, operation: &Operation) -> Result<(), StoreError> {
        let on = operation.on();
        for employer_id in operation.employers() {
            self.employer(employer_id, on)?;
        }
        match operation {
            Operation::OpenEmployer(_)
            | Operation::UpdateBasic(_)
            | Operation::UpdateKey(_)
            | Operation::Defer(_)
            | Operation::AllowLowRates(_) => Ok(()),
            Operation::AdjustRate(op) if self.centre.policy().one_of_base_and_rate => {
                self.accounts(&op.employer_id)
            }
            Operation::AdjustRate(_) => Ok(()),
            Operation::OpenAccount(op) => self.need_opening(op),
            Operation::Unseal(op) => self.person(&op.employer_id, &op.employee_id),
            Operation::Seal(op) => self.account(&op.employer_id, &op.employee_id),
            Operation::CorrectSealReason(op) => self.account(&op.employer_id, &op.employee_id),
            Operation::AdjustBase(op) => self.account(&op.employer_id, &op.employee_id),
            Operation::Supplement(op) => {
                self.open_registers(&op.employer_id)?;
                self.rosters(&op.employer_id)?;
                self.person(&op.employer_id, &op.employee_id)
            }
            Operation::FileRegister(op) => {
                // Another account's number may differ only in its leading zeros.
                if op.beside.iter().any(|beside| beside.zeros_lost) {
                    self.accounts(&op.employer_id)?;
                }
                self.need_request(&op.employer_id, &op.register, on)
            }
            Operation::SaveRegister(op) => self.need_request(&op.employer_id, &op.register, on),
            Operation::SubmitRegister(op) => self.need_draft(&op.employer_id, &op.register_id, on),
            Operation::DiscardRegister(op) => self.need_draft(&op.employer_id, &op.register_id, on),
            Operation::Transfer(op) => {
                self.need_transfer(&op.from_employer, &op.to_employer, &op.employee_id)
            }
            Operation::Remit(op) => self.people_listed(&op.employer_id),
            Operation::DeleteRoster(op) => {
                self.rosters(&op.employer_id)?;
                self.roster_lines(&op.employer_id, op.month)?;
                self.open_registers(&op.employer_id)?;
                self.need_everybody(&op.employer_id, on)
            }
            Operation::IssueNotice(op) => {
                self.rosters(&op.employer_id)?;
                self.open_registers(&op.employer_id)?;
                self.reservations(&op.employer_id)?;
                self.reserve(&op.employer_id, &op.months, on)
            }
            Operation::RevokeNotice(op) => self.need_revoked(op.reference, on),
            Operation::PayFromAdvance(op) => self.need_lines(op.reference, on),
            Operation::Revoke(op) => self.need_revocation(op, on),
            Operation::CorrectPaid(op) => self.need_correction(op),
            Operation::CorrectIdentity(op) => self.need_person(op),
            Operation::MergeEmployees(op) => self.need_merge(op),
            Operation::BookAppointment(op) => self.appointments(Some(op.date), ""),
            Operation::CancelAppointment(op) => self.need_appointment(&op.appointment_id, on),
            Operation::KeepAppointment(op) => self.need_appointment(&op.appointment_id, on),
            Operation::MissAppointment(op) => self.need_appointment(&op.appointment_id, on),
        }
    }

    /// For a notice to be revoked: the payments received for it, its lists and supplements.
    fn need_revoked(
        &mut self,
        reference: PaymentReference,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        let Some(employer_id) = self.notice(reference)? else { return Ok(()) };
        self.employer(&employer_id, on)?;
        let here = parts_here(&self.tx.connection, self.tx.centre_id, reference)?;
        self.centre.note_parts_here(reference, here);
        self.rosters(&employer_id)?;
        self.open_registers(&employer_id)
    }

    /// Loads what a settlement of a notice needs: its lists and supplements, and their accounts wherever they
    /// are now.
    pub(super) fn need_lines(
        &mut self,
        reference: PaymentReference,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        let Some(employer_id) = self.notice(reference)? else { return Ok(()) };
        self.employer(&employer_id, on)?;
        let Some(notice) = self.centre.notice(reference).cloned() else { return Ok(()) };
        self.reservations(&employer_id)?;
        self.rosters(&employer_id)?;
        self.open_registers(&employer_id)?;
        for month in &notice.months {
            self.roster_lines(&employer_id, *month)?;
        }
        if !notice.months.is_empty() {
            self.accounts(&employer_id)?;
        }
        let lines = self.centre.lines_of(&notice);
        let people: Vec<Id> = lines.map(|line| line.employee_id.clone()).collect();
        people.iter().try_for_each(|employee_id| self.follow(&employer_id, employee_id, on))
    }

    /// Loads what a reversal of a settlement needs: the same, and the registers that the settlement completed.
    pub(super) fn need_completed(
        &mut self,
        reference: PaymentReference,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        if let Some(employer_id) = self.notice(reference)? {
            self.all_registers(&employer_id)?;
            self.corrections(&employer_id)?;
        }
        self.need_lines(reference, on)
    }

    /// Every account of an employer, wherever it has moved.
    fn need_everybody(&mut self, employer_id: &Id, on: NaiveDate) -> Result<(), StoreError> {
        self.accounts(employer_id)?;
        let people = self.centre.accounts_of(employer_id);
        let people: Vec<Id> = people.map(|account| account.employee_id.clone()).collect();
        people.iter().try_for_each(|employee_id| self.follow(employer_id, employee_id, on))
    }

    fn need_opening(&mut self, op: &OpenAccount) -> Result<(), StoreError> {
        let line = OpenLine {
            id_type: op.id_type,
            id_no: op.id_no.clone(),
            name: String::new(),
            base: op.base,
            employee_id: op.employee_id.clone(),
        };
        self.need_room(&op.employer_id, &line, op.on)?;
        self.people_of(&op.employer_id, &RegisterRequest::Open(vec![line]), op.on)
    }

    /// The holders of the identity number or the employee number there.
    fn need_room(
        &mut self,
        employer_id: &Id,
        line: &OpenLine,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        let Ok(id_no) = identity(line.id_type, &line.id_no, on) else { return Ok(()) };
        self.holder(employer_id, &id_no)?;
        if let Some(employee_id) = &line.employee_id {
            return self.account(employer_id, employee_id);
        }
        // The number is derived, and incremented while another person has it.
        let mut attempt = 0;
        loop {
            let candidate = employee_id(&id_no, attempt);
            self.account(employer_id, &candidate)?;
            if self.centre.account(employer_id, &candidate).is_none() {
                return Ok(());
            }
            attempt += 1;
        }
    }

    fn need_request(
        &mut self,
        employer_id: &Id,
        request: &RegisterRequest,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        if request.len() >= MANY_LINES {
            self.accounts(employer_id)?;
        }
        let people: Vec<&Id> = match request {
            RegisterRequest::Open(lines) if lines.len() < MANY_LINES => {
                for line in lines {
                    self.need_room(employer_id, line, on)?;
                }
                Vec::new()
            }
            RegisterRequest::Open(_) => Vec::new(),
            RegisterRequest::Unseal(lines) => lines.iter().map(|line| &line.employee_id).collect(),
            RegisterRequest::Seal(lines) => lines.iter().map(|line| &line.employee_id).collect(),
            RegisterRequest::AdjustBase(lines) => {
                lines.iter().map(|line| &line.employee_id).collect()
            }
            RegisterRequest::Supplement(lines) => {
                self.open_registers(employer_id)?;
                self.rosters(employer_id)?;
                lines.iter().map(|line| &line.employee_id).collect()
            }
            RegisterRequest::Transfer(lines) => {
                for line in lines {
                    self.employer(&line.to_employer, on)?;
                    self.need_transfer(employer_id, &line.to_employer, &line.employee_id)?;
                }
                Vec::new()
            }
        };
        people.into_iter().try_for_each(|employee_id| self.account(employer_id, employee_id))?;
        self.people_of(employer_id, request, on)
    }

    fn need_draft(
        &mut self,
        employer_id: &Id,
        register_id: &str,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        let Some(ordinal) = register_ordinal(employer_id, register_id) else { return Ok(()) };
        self.draft(employer_id, ordinal)?;
        let draft = self.centre.all::<Draft>().get(&(employer_id.clone(), ordinal)).cloned();
        match draft {
            Some(draft) => self.need_request(employer_id, &draft.request, on),
            None => Ok(()),
        }
    }

    fn need_transfer(&mut self, from: &Id, to: &Id, employee_id: &Id) -> Result<(), StoreError> {
        self.account(from, employee_id)?;
        self.account(to, employee_id)?;
        let leaving = self.centre.account(from, employee_id);
        match leaving.map(|account| account.id_no.clone()) {
            Some(id_no) => self.holder(to, &id_no),
            None => Ok(()),
        }
    }

    fn need_revocation(&mut self, op: &Revoke, on: NaiveDate) -> Result<(), StoreError> {
        let employer_id = &op.employer_id;
        let by_line = op.op_line.and_then(|line| self.filed.get(&(employer_id.clone(), line)));
        let register_id = op.register_id.as_ref().or(by_line);
        let ordinal = register_id.and_then(|id| register_ordinal(employer_id, id));
        let Some(ordinal) = ordinal else { return Ok(()) };
        self.need_order(employer_id, ordinal)?;
        let key = (employer_id.clone(), ordinal);
        let Some(register) = self.centre.all::<Register>().get(&key).cloned() else {
            return Ok(());
        };
        let people: Vec<&Id> = match &register.content {
            RegisterContent::Open(lines) => lines.iter().map(|line| &line.employee_id).collect(),
            RegisterContent::Unseal(lines) => lines.iter().map(|line| &line.employee_id).collect(),
            RegisterContent::Seal(lines) => lines.iter().map(|line| &line.employee_id).collect(),
            RegisterContent::SealReason(line) => vec![&line.employee_id],
            RegisterContent::AdjustBase(lines) => {
                lines.iter().map(|line| &line.employee_id).collect()
            }
            RegisterContent::AdjustRate(_) => Vec::new(),
            RegisterContent::Supplement(lines) => {
                lines.iter().map(|line| &line.employee_id).collect()
            }
            RegisterContent::TransferOut(moved) | RegisterContent::TransferIn(moved) => {
                self.employer(&moved.other_employer, on)?;
                self.need_order(&moved.other_employer, moved.other_ordinal)?;
                self.account(&moved.other_employer, &moved.employee_id)?;
                vec![&moved.employee_id]
            }
        };
        people.into_iter().try_for_each(|employee_id| self.follow(employer_id, employee_id, on))
    }

    /// A register and the later ones that may be in force.
    fn need_order(&mut self, employer_id: &Id, ordinal: u32) -> Result<(), StoreError> {
        self.open_registers(employer_id)?;
        self.rosters(employer_id)?;
        self.register(employer_id, ordinal)
    }

    /// The line with its earlier corrections, and the account wherever it is.
    fn need_correction(&mut self, op: &CorrectPaid) -> Result<(), StoreError> {
        let employer_id = &op.employer_id;
        match op.register_id.as_ref().map(|id| register_ordinal(employer_id, id)) {
            Some(Some(ordinal)) => self.register(employer_id, ordinal)?,
            Some(None) => return Ok(()),
            None => {
                self.rosters(employer_id)?;
                self.roster_lines(employer_id, op.month)?;
            }
        }
        self.corrections(employer_id)?;
        self.follow(employer_id, &op.employee_id, op.on)
    }

    /// Every account of a number, and the holders of the new identity number.
    fn need_person(&mut self, op: &CorrectIdentity) -> Result<(), StoreError> {
        self.employee(&op.employee_id, op.on)?;
        let was = self.centre.account(&op.employer_id, &op.employee_id);
        let Some(Ok(id_no)) = was.map(|was| new_identity(op, &was.id_no)) else { return Ok(()) };
        let accounts = self.centre.accounts_by_number(&op.employee_id);
        let employers: Vec<Id> = accounts.map(|account| account.employer_id.clone()).collect();
        employers.iter().try_for_each(|employer_id| self.holder(employer_id, &id_no))
    }

    /// Every account of both numbers, and the holders of the survivor's identity number.
    fn need_merge(&mut self, op: &MergeEmployees) -> Result<(), StoreError> {
        self.employee(&op.employee_id, op.on)?;
        self.employee(&op.into, op.on)?;
        let accounts = self.centre.all::<EmployeeAccount>().iter();
        let (stays, ends): (Vec<_>, Vec<_>) =
            accounts.cloned().partition(|account| account.employee_id == op.into);
        let numbers: BTreeSet<&str> = stays.iter().map(|account| account.id_no.as_str()).collect();
        for account in ends.iter().filter(|account| account.employee_id == op.employee_id) {
            numbers.iter().try_for_each(|id_no| self.holder(&account.employer_id, id_no))?;
        }
        Ok(())
    }

    fn need_appointment(&mut self, appointment_id: &Id, on: NaiveDate) -> Result<(), StoreError> {
        use crate::remittance::appointment::Appointment;
        self.appointments(None, appointment_id.as_str())?;
        let found = self.centre.all::<Appointment>().get(appointment_id);
        match found.map(|appointment| appointment.employer_id.clone()) {
            Some(employer_id) => self.employer(&employer_id, on).map(|_| ()),
            None => Ok(()),
        }
    }
}
