//! The centre (公积金中心): everything that employers filed and what became of it.
//!
//! Start at [`Centre::apply`]: it does one operation whole or refuses it whole, and answers with
//! what the employer is told and with the [`Change`]s, which a store writes and
//! [`Centre::undo`] takes back. Nothing else changes a centre, but the payments in
//! `operation/settlement.rs`, which answer in the same way.
//!
//! A centre holds whatever was loaded into it ([`Centre::load`]); [`Operation::employers`](super::Operation::employers) says whose
//! books an operation needs. History (entries, vouchers, log) is written and never read by a rule.
//!
//! Invariant: same centre and same operation give the same bytes; no clock, no chance.

pub mod change;
mod index;
mod noting;
mod posting;
mod table;

pub(crate) use change::Change;
pub(super) use posting::Movement;

use super::answer::Output;
use super::appointment::Appointment;
use super::correction::Correction;
use super::employee::{AccountEntry, AccountStatus, EmployeeAccount};
use super::enrolment::EmployerAccount;
use super::ledger::Voucher;
use super::log::{Author, LogEntry};
use super::payment::IssuedNotice;
use super::policy::Policy;
use super::refusal::Refusal;
use super::register::{Draft, Register};
use super::roster::Roster;
use super::{Id, Money, PartsHere, PaymentReference, YearMonth};
use change::{Entity, Table};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use table::Put;

/// All that is known of the employers that were loaded; read it freely, change it by operations.
///
/// A store need not load an employer whole. Beside the employer's account,
/// - `open_account` needs whoever holds that identity number, there and at other employers, or that employee
///   number there;
/// - the other registers need the accounts they name and those of the same people at other employers, a
///   supplement the heads of the lists and the unpaid supplements too;
/// - `remit` needs every account, and those of the same people at other employers;
/// - `adjust_rate` needs every account where the policy allows one of base and rate;
/// - `issue_notice` needs the lists (their lines may be left out), the unpaid supplements, and the
///   references that are taken ([`Centre::reserve_reference`]);
/// - `issue_notice`, `pay_from_advance` and what takes from an advance balance need the notices that have
///   reserved some of it;
/// - `revoke_notice` needs what came of the notice's money ([`Centre::note_parts_here`]);
/// - `delete_roster` and a settlement need the lists with their lines, the accounts on them, the open
///   registers, and for an account that was transferred away the employer where it is now;
/// - `revoke` needs the register, what was filed after it, and for a transfer both employers;
/// - `correct_paid` needs the line's list or supplement, the employer's corrections and the account wherever it is;
///   the ways of a person (`person.rs`) need every account of the numbers and who holds the identity beside them;
/// - `book_appointment` needs the appointments of that slot.
///
/// Written as JSON it is every thing of every table in the order of the keys: the same state is the
/// same bytes.
#[derive(Clone, Debug, Serialize)]
pub struct Centre {
    #[serde(skip)]
    pub(super) policy: Arc<Policy>,
    pub(super) employers: Table<EmployerAccount>,
    pub(super) accounts: Table<EmployeeAccount>,
    pub(super) entries: Table<AccountEntry>,
    pub(super) drafts: Table<Draft>,
    pub(super) registers: Table<Register>,
    pub(super) rosters: Table<Roster>,
    pub(super) notices: Table<IssuedNotice>,
    pub(super) vouchers: Table<Voucher>,
    pub(super) corrections: Table<Correction>,
    pub(super) appointments: Table<Appointment>,
    pub(super) log: Table<LogEntry>,
    /// Who holds an identity number, by employer; derived from `accounts`.
    #[serde(skip)]
    pub(super) documents: BTreeMap<(String, Id), Id>,
    /// What unpaid supplements ask for, with how many ask for it; derived from `registers`.
    #[serde(skip)]
    pub(super) unpaid: BTreeMap<UnpaidKey, usize>,
    /// What notices that wait have reserved of advance balances; derived from `notices`.
    #[serde(skip)]
    pub(super) reserved: BTreeMap<Id, Money>,
    /// How many a slot holds; derived from `appointments`.
    #[serde(skip)]
    pub(super) slots: BTreeMap<(String, NaiveDate, String), usize>,
    /// References that exist elsewhere in the centre; never given again.
    #[serde(skip)]
    pub(super) references_elsewhere: BTreeSet<PaymentReference>,
    /// What came of the money of notices that wait; only of those that are to be revoked.
    #[serde(skip)]
    pub(super) parts_here: BTreeMap<PaymentReference, PartsHere>,
    /// Which register a line of the present file filed, for `revoke` by `op_line`.
    #[serde(skip)]
    pub(super) lines: BTreeMap<(Id, u64), u32>,
    /// Who acts from now on.
    #[serde(skip)]
    author: Author,
}

impl Centre {
    /// A centre in which nobody has enrolled yet.
    #[must_use]
    pub fn new(policy: Arc<Policy>) -> Self {
        Self {
            policy,
            employers: Table::default(),
            accounts: Table::default(),
            entries: Table::default(),
            drafts: Table::default(),
            registers: Table::default(),
            rosters: Table::default(),
            notices: Table::default(),
            vouchers: Table::default(),
            corrections: Table::default(),
            appointments: Table::default(),
            log: Table::default(),
            documents: BTreeMap::new(),
            unpaid: BTreeMap::new(),
            reserved: BTreeMap::new(),
            slots: BTreeMap::new(),
            references_elsewhere: BTreeSet::new(),
            parts_here: BTreeMap::new(),
            lines: BTreeMap::new(),
            author: Author::default(),
        }
    }

    /// Puts a stored thing into the centre, as it was written.
    pub fn load<E: Entity>(&mut self, row: E) {
        let before = E::table(self).get(&row.key()).cloned();
        let after = Some(Arc::new(row));
        self.replay(E::change(Put { before, after }), true);
    }

    /// Says that a reference exists in a part of the centre that is not loaded.
    pub fn reserve_reference(&mut self, reference: PaymentReference) {
        self.references_elsewhere.insert(reference);
    }

    /// Says who acts from now on, and when; the log repeats it.
    pub fn set_author(&mut self, author: Author) {
        self.author = author;
    }

    /// Begins another file of operations: `op_line` means lines of this file from now on.
    pub fn begin_file(&mut self) {
        self.lines.clear();
    }

    /// Takes changes back, last first; the centre is then as it was before them.
    pub fn undo(&mut self, changes: Vec<Change>) {
        for change in changes.into_iter().rev() {
            self.replay(change, false);
        }
    }

    /// Does again what was done elsewhere, say by the process that holds the store.
    pub fn redo(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.replay(change, true);
        }
    }

    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The things of one kind: `centre.all::<Roster>()`.
    #[must_use]
    pub fn all<E: Entity>(&self) -> &Table<E> {
        E::table(self)
    }

    /// Runs one piece of work; what it changed is taken back when it refuses.
    pub(super) fn work(
        &mut self,
        on: NaiveDate,
        line: Option<u64>,
        does: impl FnOnce(&mut Work<'_>) -> Result<Output, Refusal>,
    ) -> Result<Applied, Refusal> {
        let author = self.author.clone();
        let mut work = Work { centre: self, changes: Vec::new(), on, line, author };
        let result = does(&mut work);
        let changes = work.changes;
        match result {
            Ok(output) => Ok(Applied { output, changes }),
            Err(refusal) => {
                self.undo(changes);
                Err(refusal)
            }
        }
    }
}

/// An operation that was done: what the employer is told, and what a store writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub output: Output,
    /// In the order they were made; [`Centre::undo`] takes them back.
    pub changes: Vec<Change>,
}

/// Employer, employee, month and amount of a supplement.
pub(super) type UnpaidKey = (Id, Id, YearMonth, Money);

/// A piece of work under way: writes go straight into the centre and are noted for undoing.
pub(super) struct Work<'a> {
    pub(super) centre: &'a mut Centre,
    changes: Vec<Change>,
    /// The day of the operation.
    pub(super) on: NaiveDate,
    /// The line of the file it stands in.
    pub(super) line: Option<u64>,
    pub(super) author: Author,
}

impl Work<'_> {
    /// The operation itself says who does it.
    pub(super) fn signed_by(&mut self, by: Option<&str>) {
        if let Some(by) = by {
            self.author.by = Some(by.to_owned());
        }
    }

    /// Refuses a notice of another employer than the one that asks, without saying whose it is.
    pub(super) fn owns_notice(
        &self,
        employer_id: Option<&Id>,
        reference: PaymentReference,
    ) -> Result<(), Refusal> {
        let (Some(employer), Some(notice)) = (employer_id, self.centre.notice(reference)) else {
            return Ok(());
        };
        if notice.employer_id == *employer {
            return Ok(());
        }
        Err(Refusal::NoticeOfAnother { employer: employer.clone(), reference })
    }

    /// Refuses an appointment of another employer than the one that asks, likewise.
    pub(super) fn owns_appointment(
        &self,
        employer_id: Option<&Id>,
        appointment: &Id,
    ) -> Result<(), Refusal> {
        let booked = self.centre.appointments.get(appointment);
        let (Some(employer), Some(booked)) = (employer_id, booked) else { return Ok(()) };
        if booked.employer_id == *employer {
            return Ok(());
        }
        let (employer, appointment) = (employer.clone(), appointment.clone());
        Err(Refusal::AppointmentOfAnother { employer, appointment })
    }

    pub(super) fn put<E: Entity>(&mut self, row: E) {
        let key = row.key();
        self.write(key, Some(Arc::new(row)));
    }

    pub(super) fn remove<E: Entity>(&mut self, key: E::Key) {
        self.write::<E>(key, None);
    }

    fn write<E: Entity>(&mut self, key: E::Key, after: Option<Arc<E>>) {
        let before = E::table_mut(self.centre).write(key, after.clone());
        let put = Put { before, after };
        E::reindex(self.centre, &put);
        self.changes.push(E::change(put));
    }

    /// Tries something and takes it back: whether it would be refused.
    pub(super) fn rehearse<T>(
        &mut self,
        does: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let before = self.changes.len();
        // Nothing that is only tried can be named by its line afterwards.
        let line = self.line.take();
        let result = does(self);
        self.line = line;
        let made = self.changes.split_off(before);
        self.centre.undo(made);
        result
    }

    /// Remembers which register the present line filed.
    pub(super) fn filed(&mut self, employer_id: &Id, ordinal: u32) {
        if let Some(line) = self.line {
            self.centre.lines.insert((employer_id.clone(), line), ordinal);
        }
    }

    pub(super) fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.centre.policy)
    }

    /// The employer, to be changed and put back.
    pub(super) fn employer(&self, employer_id: &Id) -> Result<EmployerAccount, Refusal> {
        match self.centre.employers.get(employer_id) {
            Some(employer) => Ok(EmployerAccount::clone(employer)),
            None => Err(Refusal::UnknownEmployer { employer: employer_id.clone() }),
        }
    }

    /// The employer, where it has rates to remit by.
    pub(super) fn enrolled(&self, employer_id: &Id) -> Result<EmployerAccount, Refusal> {
        let employer = self.employer(employer_id)?;
        if employer.rates.is_empty() {
            return Err(Refusal::NotEnrolled { employer: employer_id.clone() });
        }
        Ok(employer)
    }

    /// The employee's live account at the employer, to be changed and put back.
    pub(super) fn account(
        &self,
        employer_id: &Id,
        employee_id: &Id,
    ) -> Result<EmployeeAccount, Refusal> {
        let employee = employee_id.clone();
        match self.centre.accounts.get(&(employer_id.clone(), employee_id.clone())) {
            None => Err(Refusal::UnknownEmployee { employer: employer_id.clone(), employee }),
            Some(account) => match &account.status {
                AccountStatus::Transferred { to } => {
                    Err(Refusal::AccountTransferred { employee, to_employer: to.clone() })
                }
                AccountStatus::Merged { into } => {
                    Err(Refusal::NumberMerged { employee, into: into.clone() })
                }
                AccountStatus::Active | AccountStatus::Sealed { .. } => {
                    Ok(EmployeeAccount::clone(account))
                }
            },
        }
    }

    /// The employee's account wherever it went since it was at this employer.
    pub(super) fn located(
        &self,
        employer_id: &Id,
        employee_id: &Id,
    ) -> Result<EmployeeAccount, Refusal> {
        let (mut at, mut number) = (employer_id.clone(), employee_id.clone());
        // Each step follows one sign; more steps than accounts would be a circle of records.
        for _ in 0..=self.centre.accounts.len() {
            match self.centre.accounts.get(&(at.clone(), number.clone())) {
                Some(account) => match &account.status {
                    AccountStatus::Transferred { to } => at = to.clone(),
                    AccountStatus::Merged { into } => number = into.clone(),
                    AccountStatus::Active | AccountStatus::Sealed { .. } => {
                        return Ok(EmployeeAccount::clone(account));
                    }
                },
                None => break,
            }
        }
        Err(Refusal::AccountNotLoaded { employee: number, to_employer: at })
    }
}

/// The standing lists of an employer from a month on, oldest first.
pub(super) fn rosters_from<'a>(
    centre: &'a Centre,
    employer_id: &'a Id,
    month: YearMonth,
) -> impl DoubleEndedIterator<Item = &'a Arc<Roster>> {
    let all = centre.rosters.from_key((employer_id.clone(), month));
    all.take_while(move |roster| roster.employer_id == *employer_id).collect::<Vec<_>>().into_iter()
}
