//! The centre (公积金中心): everything that employers filed, and its results.
//!
//! Start at [`Centre::apply`]: it does one operation completely or refuses it. It returns what the employer is told,
//! and the [`Change`]s: a store writes them, and [`Centre::undo`] reverts them. Apart from the payments in
//! `operation/settlement.rs`, which answer in the same way, nothing else changes a centre.
//!
//! A centre holds what was loaded into it ([`Centre::load`]); [`Operation::employers`](super::Operation::employers)
//! names the employers whose books an operation needs. No rule reads the history (entries, vouchers, log).
//!
//! Invariant: the same centre and the same operation give the same bytes. There is no clock and no randomness.

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

/// All that is known of the loaded employers. Read it freely; change it by operations.
///
/// A store need not load all of an employer. Beside the employer's account,
/// - `open_account` needs the holder of that identity number, there and at other employers, or that employee
///   number there;
/// - the other registers need the accounts they name and those of the same people at other employers; a supplement also
///   needs the list headers and the unpaid supplements;
/// - `remit` needs every account, and those of the same people at other employers;
/// - `adjust_rate` needs every account where the policy allows one of base and rate;
/// - `issue_notice` needs the lists (their lines may be left out), the unpaid supplements, and the
///   taken references ([`Centre::reserve_reference`]);
/// - `issue_notice`, `pay_from_advance` and everything else that takes from an advance balance need the notices that
///   have reserved some of it;
/// - `revoke_notice` needs the notice's money received so far ([`Centre::note_parts_here`]);
/// - `delete_roster` and a settlement need the lists with their lines, the accounts on them, the open registers, and
///   the present employer of an account that was transferred away;
/// - `revoke` needs the register, everything filed after it, and for a transfer both employers;
/// - `correct_paid` needs the line's list or supplement, the employer's corrections and the account wherever it is; the
///   operations of `person.rs` need every account of the numbers and the holder of the identity;
/// - `book_appointment` needs the appointments of that slot.
///
/// As JSON it is every row of every table in key order: the same state gives the same bytes.
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
    /// The unpaid supplements and their counts; derived from `registers`.
    #[serde(skip)]
    pub(super) unpaid: BTreeMap<UnpaidKey, usize>,
    /// What open notices have reserved of advance balances; derived from `notices`.
    #[serde(skip)]
    pub(super) reserved: BTreeMap<Id, Money>,
    /// Appointments in each slot; derived from `appointments`.
    #[serde(skip)]
    pub(super) slots: BTreeMap<(String, NaiveDate, String), usize>,
    /// References that exist elsewhere in the centre; never issued again.
    #[serde(skip)]
    pub(super) references_elsewhere: BTreeSet<PaymentReference>,
    /// Money received for open notices; only for those about to be revoked.
    #[serde(skip)]
    pub(super) parts_here: BTreeMap<PaymentReference, PartsHere>,
    /// The register that each line of the present file filed, for `revoke` by `op_line`.
    #[serde(skip)]
    pub(super) lines: BTreeMap<(Id, u64), u32>,
    /// The author of the operations from now on.
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

    /// Puts a stored row into the centre.
    pub fn load<E: Entity>(&mut self, row: E) {
        let before = E::table(self).get(&row.key()).cloned();
        let after = Some(Arc::new(row));
        self.replay(E::change(Put { before, after }), true);
    }

    /// Records that a reference exists in a part of the centre that is not loaded.
    pub fn reserve_reference(&mut self, reference: PaymentReference) {
        self.references_elsewhere.insert(reference);
    }

    /// Sets who acts from now on, and when; the log repeats it.
    pub fn set_author(&mut self, author: Author) {
        self.author = author;
    }

    /// Begins another file of operations: `op_line` means lines of this file from now on.
    pub fn begin_file(&mut self) {
        self.lines.clear();
    }

    /// Reverts changes, last first; the centre is then as it was before them.
    pub fn undo(&mut self, changes: Vec<Change>) {
        for change in changes.into_iter().rev() {
            self.replay(change, false);
        }
    }

    /// Applies changes that were made elsewhere, say by the process that owns the store.
    pub fn redo(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.replay(change, true);
        }
    }

    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The rows of one kind: `centre.all::<Roster>()`.
    #[must_use]
    pub fn all<E: Entity>(&self) -> &Table<E> {
        E::table(self)
    }

    /// Runs one piece of work and reverts its changes when it refuses.
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

/// An operation that was done: the answer to the employer, and the changes for a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub output: Output,
    /// In the order they were made; [`Centre::undo`] reverts them.
    pub changes: Vec<Change>,
}

/// Employer, employee, month and amount of a supplement.
pub(super) type UnpaidKey = (Id, Id, YearMonth, Money);

/// A piece of work in progress: it writes straight into the centre and records each change for undoing.
pub(super) struct Work<'a> {
    pub(super) centre: &'a mut Centre,
    changes: Vec<Change>,
    pub(super) on: NaiveDate,
    /// The operation's line in the file.
    pub(super) line: Option<u64>,
    pub(super) author: Author,
}

impl Work<'_> {
    /// Takes the author from the operation itself.
    pub(super) fn signed_by(&mut self, by: Option<&str>) {
        if let Some(by) = by {
            self.author.by = Some(by.to_owned());
        }
    }

    /// Refuses a notice of an employer other than the requester, without saying whose it is.
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

    /// The same for an appointment.
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

    /// Tries something and reverts it: answers whether it would be refused.
    pub(super) fn rehearse<T>(
        &mut self,
        does: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let before = self.changes.len();
        // What was only tried must not be named by its line afterwards.
        let line = self.line.take();
        let result = does(self);
        self.line = line;
        let made = self.changes.split_off(before);
        self.centre.undo(made);
        result
    }

    /// Remembers the register that the present line filed.
    pub(super) fn filed(&mut self, employer_id: &Id, ordinal: u32) {
        if let Some(line) = self.line {
            self.centre.lines.insert((employer_id.clone(), line), ordinal);
        }
    }

    pub(super) fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.centre.policy)
    }

    /// A copy of the employer, to change and put back.
    pub(super) fn employer(&self, employer_id: &Id) -> Result<EmployerAccount, Refusal> {
        match self.centre.employers.get(employer_id) {
            Some(employer) => Ok(EmployerAccount::clone(employer)),
            None => Err(Refusal::UnknownEmployer { employer: employer_id.clone() }),
        }
    }

    /// The employer, if it has rates.
    pub(super) fn enrolled(&self, employer_id: &Id) -> Result<EmployerAccount, Refusal> {
        let employer = self.employer(employer_id)?;
        if employer.rates.is_empty() {
            return Err(Refusal::NotEnrolled { employer: employer_id.clone() });
        }
        Ok(employer)
    }

    /// A copy of the employee's live account at the employer, to change and put back.
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

    /// The employee's account, wherever it was moved to from this employer.
    pub(super) fn located(
        &self,
        employer_id: &Id,
        employee_id: &Id,
    ) -> Result<EmployeeAccount, Refusal> {
        let (mut at, mut number) = (employer_id.clone(), employee_id.clone());
        // Each step follows one forwarding record; more steps than accounts would mean a cycle.
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

/// The current lists of an employer from a month on, oldest first.
pub(super) fn rosters_from<'a>(
    centre: &'a Centre,
    employer_id: &'a Id,
    month: YearMonth,
) -> impl DoubleEndedIterator<Item = &'a Arc<Roster>> {
    let all = centre.rosters.from_key((employer_id.clone(), month));
    all.take_while(move |roster| roster.employer_id == *employer_id).collect::<Vec<_>>().into_iter()
}
