//! Loads parts of an employer into the centre in memory.
//!
//! Memory already equals the transaction, so loaded data is never overwritten. Absent data is queried again: a
//! person who is not there now may be enrolled by the next line.

use super::super::StoreError;
use super::advance::NoticeColumns;
use super::notices::notices_listed;
use super::{Books, Scope, thing};
use crate::remittance::change::Entity;
use crate::remittance::employee::{AccountStatus, EmployeeAccount};
use crate::remittance::payment::reference_candidates;
use crate::remittance::register::{Draft, Register};
use crate::remittance::roster::{Roster, RosterLine};
use crate::remittance::{Employer, EmployerAccount, Id, Money, PaymentReference};
use crate::remittance::{YearMonth, appointment::Appointment};
use crate::store::database::columns::{columns, columns_of, select};
use crate::store::database::row::reference_number;
use crate::store::database::row::unknown;
use crate::store::database::sql::{Bind, params};
use crate::store::operations::outstanding::AWAITING;
use chrono::NaiveDate;
use std::sync::{Arc, LazyLock};

/// Kinds of rows in `employer_record`.
pub(super) const DRAFT: i64 = 1;
pub(super) const REGISTER: i64 = 2;
pub(super) const VOUCHER: i64 = 3;
pub(super) const LOG: i64 = 4;

/// Queries that run per employer, notice or account are built once.
static EMPLOYER: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {}, b.employer_no, b.body
         from employer e left join employer_book b using (centre_id, employer_id)
         where e.centre_id = ?1 and e.employer_id = ?2",
        columns_of::<Employer>()
    )
});

static ACCOUNTS: LazyLock<String> =
    LazyLock::new(|| select::<AccountColumns<'_>>("from employee e"));

columns! {
    /// The row of an account `e`.
    pub(super) struct AccountColumns<'r> of "e" {
        pub(super) employee_no: i64,
        pub(super) employee_id: &'r str,
        name: &'r str,
        id_no: &'r str,
        base_fen: Money,
        status: &'r str,
        detail: &'r str,
        opened_for: Option<YearMonth>,
        years: &'r str,
        base_adjusted: &'r str,
        balance_fen: Money,
        entries: u32,
        opening: Option<Money> = "(select o.amount_fen from opening_balance o where o.centre_id = e.centre_id
            and o.employer_no = e.employer_no and o.employee_no = e.employee_no)",
    }
}

const OF_NUMBER: &str = "where e.centre_id = ?1 and e.employer_no = ?2 and e.employee_id = ?3";
/// The plus keeps SQLite from scanning all the employer's accounts for one person: it uses the index on
/// identity numbers instead.
const OF_PERSON: &str = "where e.centre_id = ?1 and +e.employer_no = ?2 and e.id_no = ?3";

static NOTICE: LazyLock<String> = LazyLock::new(|| {
    select::<NoticeColumns<'_>>(
        "from notice n
         left join notice_part p using (centre_id, reference)
         left join settlement s using (centre_id, reference)
         where n.centre_id = ?1 and n.reference = ?2",
    )
});

impl Books<'_> {
    /// Loads an employer; says whether it exists.
    pub fn employer(&mut self, employer_id: &Id, on: NaiveDate) -> Result<bool, StoreError> {
        if self.centre.employer(employer_id).is_some() {
            return Ok(true);
        }
        let key = params![self.tx.centre_id, employer_id.as_str()];
        let found: Option<(Employer, Option<i64>, Option<String>)> =
            self.tx.connection.fetch_optional(&EMPLOYER, key)?;
        let Some((known, number, body)) = found else { return Ok(false) };
        let mut employer = match body {
            Some(body) => thing::<EmployerAccount>("employer_book", "body", &body)?,
            None => EmployerAccount::known(&known, on),
        };
        if employer.rates.is_empty() {
            // It has never remitted, so the month is a mere default.
            employer.first_month = YearMonth::of(on);
            employer.roster_month = employer.first_month;
        }
        // The last imported list decides name and contact.
        employer.name = known.name;
        employer.uscc = known.uscc;
        employer.agent.name = known.contact.unwrap_or_default();
        employer.agent.mobile = known.mobile;
        employer.agent.email = known.email;
        if let Some(number) = number {
            self.numbers.insert(employer_id.clone(), number);
        }
        self.centre.load(employer);
        Ok(true)
    }

    /// The employer's number; `None` while none of its data is stored.
    pub(super) fn number(&mut self, employer_id: &Id) -> Result<Option<i64>, StoreError> {
        if let Some(number) = self.numbers.get(employer_id) {
            return Ok(Some(*number));
        }
        let select =
            "select employer_no from employer_book where centre_id = ?1 and employer_id = ?2";
        let mut select = self.tx.connection.prepare_cached(select)?;
        let key = params![self.tx.centre_id, employer_id.as_str()];
        let found: Option<i64> = select.query_row_optional(key, |row| row.read())?;
        if let Some(number) = found {
            self.numbers.insert(employer_id.clone(), number);
        }
        Ok(found)
    }

    /// Loads every account of an employer.
    pub fn accounts(&mut self, employer_id: &Id) -> Result<(), StoreError> {
        if self.whole.insert((employer_id.clone(), Scope::Accounts)) {
            self.load_accounts(employer_id, "where e.centre_id = ?1 and e.employer_no = ?2", &[])?;
        }
        Ok(())
    }

    /// Loads one account of an employer.
    pub fn account(&mut self, employer_id: &Id, employee_id: &Id) -> Result<(), StoreError> {
        if self.centre.account(employer_id, employee_id).is_some() {
            return Ok(());
        }
        self.load_accounts(employer_id, OF_NUMBER, &[&employee_id.as_str()])
    }

    /// Loads the holder of an identity number at an employer.
    pub(super) fn holder(&mut self, employer_id: &Id, id_no: &str) -> Result<(), StoreError> {
        self.load_accounts(employer_id, OF_PERSON, &[&id_no])
    }

    /// Loads an account at every employer it has moved to since it was at this one.
    pub(super) fn follow(
        &mut self,
        employer_id: &Id,
        employee_id: &Id,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        let (mut at, mut number) = (employer_id.clone(), employee_id.clone());
        loop {
            self.account(&at, &number)?;
            match self.centre.account(&at, &number).map(|found| &found.status) {
                Some(AccountStatus::Transferred { to }) => at = to.clone(),
                Some(AccountStatus::Merged { into }) => number = into.clone(),
                Some(AccountStatus::Active | AccountStatus::Sealed { .. }) | None => return Ok(()),
            }
            self.employer(&at, on)?;
        }
    }

    fn load_accounts(
        &mut self,
        employer_id: &Id,
        which: &str,
        values: &[&dyn Bind],
    ) -> Result<(), StoreError> {
        let Some(number) = self.number(employer_id)? else { return Ok(()) };
        let tx = self.tx;
        let mut select = tx.connection.prepare_cached(&format!("{} {which}", *ACCOUNTS))?;
        let mut all: Vec<&dyn Bind> = vec![&tx.centre_id, &number];
        all.extend(values);
        let mut rows = select.query(&all)?;
        while let Some(row) = rows.next()? {
            let found: AccountColumns<'_> = row.read()?;
            let employee_id: Id = found.employee_id.into();
            if self.centre.account(employer_id, &employee_id).is_some() {
                continue;
            }
            self.seats.insert((employer_id.clone(), employee_id), found.employee_no);
            self.centre.load(found.account(employer_id)?);
        }
        Ok(())
    }

    /// Loads the heads of an employer's lists.
    pub fn rosters(&mut self, employer_id: &Id) -> Result<(), StoreError> {
        let Some(number) = self.number(employer_id)? else { return Ok(()) };
        if !self.whole.insert((employer_id.clone(), Scope::Rosters)) {
            return Ok(());
        }
        let select = "select month, ordinal, made_on, total_fen, reference, paid_on from roster
            where centre_id = ?1 and employer_no = ?2";
        let heads = self.tx.connection.fetch_all(select, params![self.tx.centre_id, number])?;
        for (month, ordinal, made_on, total, reference, paid_on) in heads {
            if self.centre.roster(employer_id, month).is_some() {
                continue;
            }
            self.centre.load(Roster {
                employer_id: employer_id.clone(),
                month,
                ordinal,
                made_on,
                total,
                reference,
                paid_on,
                lines: Arc::default(),
            });
        }
        Ok(())
    }

    /// Loads the lines of a list whose head is loaded.
    pub fn roster_lines(&mut self, employer_id: &Id, month: YearMonth) -> Result<(), StoreError> {
        let Some(number) = self.number(employer_id)? else { return Ok(()) };
        let Some(head) = self.centre.roster(employer_id, month).cloned() else { return Ok(()) };
        if !head.lines.is_empty() {
            return Ok(());
        }
        let select = "select e.employee_id, l.base_fen, l.employer_fen, l.employee_fen
            from roster_line l join employee e using (centre_id, employer_no, employee_no)
            where l.centre_id = ?1 and l.employer_no = ?2 and l.month = ?3 order by e.employee_id";
        let mut select = self.tx.connection.prepare_cached(select)?;
        let mut rows = select.query(params![self.tx.centre_id, number, month.ordinal()])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            let (employee_id, base, employer_share, employee_share): (&str, _, _, _) =
                row.read()?;
            let employee_id = employee_id.into();
            lines.push(RosterLine { employee_id, base, employer_share, employee_share });
        }
        self.centre.load(Roster { lines: Arc::new(lines), ..Roster::clone(&head) });
        Ok(())
    }

    /// Loads an employer's registers that are in force and unpaid.
    pub(super) fn open_registers(&mut self, employer_id: &Id) -> Result<(), StoreError> {
        if self.whole.insert((employer_id.clone(), Scope::OpenRegisters)) {
            self.records::<Register>(
                employer_id,
                REGISTER,
                "and +kind = ?3 and open = 1 and ordinal >= ?4",
                0,
            )?;
        }
        Ok(())
    }

    /// Loads every register of an employer, the completed ones too.
    pub(super) fn all_registers(&mut self, employer_id: &Id) -> Result<(), StoreError> {
        self.records::<Register>(employer_id, REGISTER, "and kind = ?3 and ordinal >= ?4", 0)
    }

    pub(super) fn register(&mut self, employer_id: &Id, ordinal: u32) -> Result<(), StoreError> {
        self.records::<Register>(employer_id, REGISTER, "and kind = ?3 and ordinal = ?4", ordinal)
    }

    pub(super) fn draft(&mut self, employer_id: &Id, ordinal: u32) -> Result<(), StoreError> {
        self.records::<Draft>(employer_id, DRAFT, "and kind = ?3 and ordinal = ?4", ordinal)
    }

    /// Loads rows of `employer_record`.
    pub(super) fn records<E: Entity + serde::de::DeserializeOwned>(
        &mut self,
        employer_id: &Id,
        kind: i64,
        which: &str,
        ordinal: u32,
    ) -> Result<(), StoreError> {
        let Some(number) = self.number(employer_id)? else { return Ok(()) };
        let select = "select body from employer_record
            where centre_id = ?1 and employer_no = ?2";
        let mut select = self.tx.connection.prepare_cached(&format!("{select} {which}"))?;
        let mut rows = select.query(params![self.tx.centre_id, number, kind, ordinal])?;
        while let Some(row) = rows.next()? {
            let text = row.read()?;
            let found: E = thing("employer_record", "body", text)?;
            if self.centre.all::<E>().get(&found.key()).is_none() {
                self.centre.load(found);
            }
        }
        Ok(())
    }

    /// Loads a notice, with its lists and supplements.
    pub fn notice(&mut self, wanted: PaymentReference) -> Result<Option<Id>, StoreError> {
        if let Some(notice) = self.centre.notice(wanted) {
            return Ok(Some(notice.employer_id.clone()));
        }
        let mut select = self.tx.connection.prepare_cached(&NOTICE)?;
        let mut rows = select.query(params![self.tx.centre_id, reference_number(wanted)])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let notice = row.read::<NoticeColumns<'_>>()?.notice(wanted)?;
        let employer_id = notice.employer_id.clone();
        self.centre.load(notice);
        Ok(Some(employer_id))
    }

    /// Reserves the references that the employer's next notice must avoid.
    pub(super) fn reserve(
        &mut self,
        employer_id: &Id,
        months: &[YearMonth],
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        let Some(employer) = self.centre.employer(employer_id).cloned() else { return Ok(()) };
        let mut sorted = months.to_vec();
        sorted.sort_unstable();
        for candidate in reference_candidates(&employer, &sorted, on) {
            if !self.is_near(candidate)? {
                break;
            }
            self.centre.reserve_reference(candidate);
        }
        Ok(())
    }

    /// Whether a reference exists, or differs by one typing error from an open notice's.
    fn is_near(&self, wanted: PaymentReference) -> Result<bool, StoreError> {
        let slips = wanted.slips().map(|(slip, _)| reference_number(slip));
        let near: Vec<i64> = std::iter::once(reference_number(wanted)).chain(slips).collect();
        let sql = format!(
            "select n.reference, n.status, s.settled_on from {}
             left join settlement s on s.centre_id = ?1 and s.reference = n.reference",
            notices_listed(&self.tx.connection)
        );
        let mut found = false;
        self.tx.ask(
            &sql,
            &near,
            |row, number| row.bind(*number),
            |row| {
                let (number, status, settled_on): (i64, i64, Option<i64>) = row.read()?;
                let awaits = status == AWAITING && settled_on.is_none();
                found |= awaits || number == reference_number(wanted);
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// Loads the appointments of a day, or one by id.
    pub(super) fn appointments(
        &mut self,
        on: Option<NaiveDate>,
        appointment_id: &str,
    ) -> Result<(), StoreError> {
        let select = "select body from appointment where centre_id = ?1
            and (held_on = ?2 or (?2 is null and appointment_id = ?3))";
        let mut select = self.tx.connection.prepare_cached(select)?;
        let key = params![self.tx.centre_id, super::day_or_none(on), appointment_id];
        let mut rows = select.query(key)?;
        while let Some(row) = rows.next()? {
            let text = row.read()?;
            let found: Appointment = thing("appointment", "body", text)?;
            if self.centre.all::<Appointment>().get(&found.key()).is_none() {
                self.centre.load(found);
            }
        }
        Ok(())
    }
}

impl AccountColumns<'_> {
    pub(super) fn account(self, employer_id: &Id) -> Result<EmployeeAccount, StoreError> {
        let detail = self.detail;
        let status = match self.status {
            "active" => AccountStatus::Active,
            "sealed" => AccountStatus::Sealed { reason: detail.to_owned() },
            "transferred" => AccountStatus::Transferred { to: detail.into() },
            "merged" => AccountStatus::Merged { into: detail.into() },
            code => return Err(unknown("employee", "status", code)),
        };
        Ok(EmployeeAccount {
            employer_id: employer_id.clone(),
            employee_id: self.employee_id.into(),
            name: self.name.to_owned(),
            id_no: self.id_no.to_owned(),
            base: self.base_fen,
            status,
            opened_for: self.opened_for.unwrap_or(YearMonth::from_ordinal(0)),
            years: thing("employee", "years", self.years)?,
            base_adjusted: thing("employee", "base_adjusted", self.base_adjusted)?,
            balance: self.balance_fen,
            entries: self.entries,
            opening: self.opening.unwrap_or_default(),
        })
    }
}
