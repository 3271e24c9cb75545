//! Writes the changes of operations: in batches, in key order.

use super::super::StoreError;
use super::load::{DRAFT, LOG, REGISTER, VOUCHER};
use super::outstanding;
use super::{Books, day_or_none, text_of};
use crate::remittance::appointment::Appointment;
use crate::remittance::change::{Change, Entity, Put};
use crate::remittance::correction::Correction;
use crate::remittance::employee::{AccountEntry, AccountStatus, EmployeeAccount, EntryKind};
use crate::remittance::ledger::{Voucher, VoucherKind};
use crate::remittance::payment::{IssuedNotice, NoticeState};
use crate::remittance::register::Register;
use crate::remittance::roster::Roster;
use crate::remittance::{EmployerAccount, Id, Money, PaymentReference, Subject, Total, YearMonth};
use crate::store::database::columns::insert_into;
use crate::store::database::month::Cut;
use crate::store::database::row::{day_number, reference_number, status_number};
use crate::store::database::sql::{Connection, params};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// The objects one operation changed, each once, with its first and last state.
#[derive(Default)]
struct Changed {
    employers: BTreeMap<Id, Put<EmployerAccount>>,
    accounts: BTreeMap<(Id, Id), Put<EmployeeAccount>>,
    entries: BTreeMap<(Id, Id, u32), Put<AccountEntry>>,
    rosters: BTreeMap<(Id, YearMonth), Put<Roster>>,
    notices: BTreeMap<PaymentReference, Put<IssuedNotice>>,
    registers: BTreeMap<(Id, u32), Put<Register>>,
}

fn merge<E: Entity>(into: &mut BTreeMap<E::Key, Put<E>>, put: Put<E>) {
    let Some(row) = put.after.as_ref().or(put.before.as_ref()) else { return };
    match into.entry(row.key()) {
        Entry::Vacant(place) => {
            place.insert(put);
        }
        Entry::Occupied(place) => place.into_mut().after = put.after,
    }
}

const UPDATE_ACCOUNT: &str =
    "update employee set name = ?4, id_no = ?5, base_fen = ?6, status = ?7,
        detail = ?8, opened_for = ?9, years = ?10, base_adjusted = ?11, balance_fen = ?12,
        entries = ?13
    where centre_id = ?1 and employer_no = ?2 and employee_no = ?3";

/// Sets the balances of accounts in the system before this one.
pub(in crate::store) const OPENING: &str = "
    insert into opening_balance (centre_id, employer_no, employee_no, amount_fen)
        select ?1, v.column1, v.column2, v.column3 from (values …) v
    where true
    on conflict (centre_id, employer_no, employee_no) do update set amount_fen = excluded.amount_fen";

pub(in crate::store) const OPENING_GONE: &str = "
    delete from opening_balance where centre_id = ?1
        and (employer_no, employee_no) in (select v.column1, v.column2 from (values …) v)";

const EMPLOYER: &str = "insert into employer (centre_id, employer_id, name, uscc, email, contact,
        mobile)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    on conflict (centre_id, employer_id) do update set name = excluded.name, uscc = excluded.uscc,
        email = excluded.email, contact = excluded.contact, mobile = excluded.mobile";

impl Books<'_> {
    /// Writes changes, in the order in which they were made.
    pub(super) fn write(&mut self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut changed = Changed::default();
        let mut records = Vec::new();
        for change in changes {
            match change {
                Change::Employer(put) => merge(&mut changed.employers, put),
                Change::Account(put) => merge(&mut changed.accounts, put),
                Change::Entry(put) => merge(&mut changed.entries, put),
                Change::Roster(put) => merge(&mut changed.rosters, put),
                Change::Notice(put) => merge(&mut changed.notices, put),
                Change::Register(put) => merge(&mut changed.registers, put),
                Change::Draft(_)
                | Change::Voucher(_)
                | Change::Log(_)
                | Change::Correction(_)
                | Change::Appointment(_) => records.push(change),
            }
        }
        for employer in changed.employers.into_values().filter_map(|put| put.after) {
            self.write_employer(&employer)?;
        }
        self.write_accounts(changed.accounts.into_values().collect())?;
        let entries = changed.entries.into_values().filter_map(|put| put.after).collect();
        self.write_entries(entries)?;
        for put in changed.rosters.into_values() {
            self.write_roster(put)?;
        }
        for put in changed.notices.into_values() {
            self.write_notice(put)?;
        }
        for put in changed.registers.into_values() {
            if let Some(row) = put.after {
                let open = row.is_open();
                self.record(&row.employer_id, REGISTER, row.ordinal, open, &text_of(&*row)?)?;
            }
        }
        records.into_iter().try_for_each(|change| self.write_record(change))
    }

    fn write_record(&mut self, change: Change) -> Result<(), StoreError> {
        match change {
            Change::Draft(put) => match (put.before, put.after) {
                (_, Some(row)) => {
                    self.record(&row.employer_id, DRAFT, row.ordinal, false, &text_of(&*row)?)
                }
                (Some(row), None) => {
                    let number = self.number_or_new(&row.employer_id)?;
                    let sql = "delete from employer_record where centre_id = ?1
                        and employer_no = ?2 and kind = ?3 and ordinal = ?4";
                    let key = params![self.tx.centre_id, number, DRAFT, row.ordinal];
                    self.tx.connection.prepare_cached(sql)?.execute(key)?;
                    Ok(())
                }
                (None, None) => Ok(()),
            },
            Change::Voucher(Put { after: Some(row), .. }) => {
                self.record(&row.employer_id, VOUCHER, row.ordinal, false, &text_of(&*row)?)?;
                self.write_advance(&row)
            }
            Change::Log(Put { after: Some(row), .. }) => {
                self.record(&row.employer_id, LOG, row.ordinal, false, &text_of(&*row)?)
            }
            Change::Appointment(Put { after: Some(row), .. }) => self.write_appointment(&row),
            Change::Correction(Put { after: Some(row), .. }) => self.write_correction(&row),
            Change::Employer(_)
            | Change::Account(_)
            | Change::Entry(_)
            | Change::Register(_)
            | Change::Roster(_)
            | Change::Notice(_)
            | Change::Voucher(_)
            | Change::Log(_)
            | Change::Correction(_)
            | Change::Appointment(_) => Ok(()),
        }
    }

    /// The employer's number, assigned if it has none.
    fn number_or_new(&mut self, employer_id: &Id) -> Result<i64, StoreError> {
        if let Some(number) = self.number(employer_id)? {
            return Ok(number);
        }
        let number = new_number(&self.tx.connection, self.tx.centre_id, employer_id.as_str())?;
        self.numbers.insert(employer_id.clone(), number);
        Ok(number)
    }

    fn write_employer(&mut self, employer: &EmployerAccount) -> Result<(), StoreError> {
        let number = self.number_or_new(&employer.employer_id)?;
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let known = employer.as_employer();
        connection.prepare_cached(EMPLOYER)?.execute(params![
            centre,
            known.employer_id,
            known.name,
            known.uscc,
            known.email,
            known.contact,
            known.mobile
        ])?;
        let sql = "update employer_book set body = ?3 where centre_id = ?1 and employer_no = ?2";
        connection.prepare_cached(sql)?.execute(params![centre, number, text_of(employer)?])?;
        Ok(())
    }

    fn write_accounts(&mut self, accounts: Vec<Put<EmployeeAccount>>) -> Result<(), StoreError> {
        let mut fresh = Vec::new();
        for put in accounts {
            let had = put.before.as_ref().map(|row| row.opening).unwrap_or_default();
            match (put.before, put.after) {
                (None, Some(row)) => {
                    let number = self.number_or_new(&row.employer_id)?;
                    let seat = self.new_seat(&row, number)?;
                    self.write_opening((number, seat), (had, row.opening))?;
                    fresh.push((number, seat, row));
                }
                (Some(_), Some(row)) => {
                    let (number, seat) = self.place(&row.employer_id, &row.employee_id)?;
                    self.update_account(number, seat, &row)?;
                    self.write_opening((number, seat), (had, row.opening))?;
                }
                (Some(row), None) => {
                    let (number, seat) = self.place(&row.employer_id, &row.employee_id)?;
                    let sql = "delete from employee
                        where centre_id = ?1 and employer_no = ?2 and employee_no = ?3";
                    let key = params![self.tx.centre_id, number, seat];
                    self.tx.connection.prepare_cached(sql)?.execute(key)?;
                }
                (None, None) => {}
            }
        }
        fresh.sort_unstable_by_key(|(number, seat, _)| (*number, *seat));
        let centre = self.tx.centre_id;
        insert_into!(self.tx, "employee", &fresh, |(number, seat, row)| {
            centre_id: centre,
            employer_no: number,
            employee_no: seat,
            employee_id: row.employee_id.as_str(),
            name: &row.name,
            id_no: &row.id_no,
            base_fen: row.base.fen(),
            status: row.status.code(),
            detail: detail(&row.status),
            opened_for: row.opened_for.ordinal(),
            years: text_of(&row.years)?,
            base_adjusted: text_of(&row.base_adjusted)?,
            balance_fen: row.balance.fen(),
            entries: row.entries,
        })
    }

    /// Writes an account's opening balance, if it moved with the account.
    fn write_opening(
        &self,
        (number, seat): (i64, i64),
        (had, has): (Money, Money),
    ) -> Result<(), StoreError> {
        if had == has {
            return Ok(());
        }
        let place = [(number, seat)];
        if has.is_zero() {
            return self.tx.change(OPENING_GONE, &place, |row, (number, seat)| {
                row.bind(*number)?;
                row.bind(*seat)
            });
        }
        self.tx.change(OPENING, &place, |row, (number, seat)| {
            row.bind(*number)?;
            row.bind(*seat)?;
            row.bind(has.fen())
        })
    }

    fn update_account(
        &self,
        number: i64,
        seat: i64,
        row: &EmployeeAccount,
    ) -> Result<(), StoreError> {
        self.tx.connection.prepare_cached(UPDATE_ACCOUNT)?.execute(params![
            self.tx.centre_id,
            number,
            seat,
            row.name,
            row.id_no,
            row.base.fen(),
            row.status.code(),
            detail(&row.status),
            row.opened_for.ordinal(),
            text_of(&row.years)?,
            text_of(&row.base_adjusted)?,
            row.balance.fen(),
            row.entries
        ])?;
        Ok(())
    }

    /// A new account's number: the next one at its employer.
    fn new_seat(&mut self, row: &EmployeeAccount, number: i64) -> Result<i64, StoreError> {
        let next = match self.next_seats.get(&row.employer_id) {
            Some(next) => *next,
            None => next_seat(&self.tx.connection, self.tx.centre_id, number)?,
        };
        self.next_seats.insert(row.employer_id.clone(), next + 1);
        self.seats.insert((row.employer_id.clone(), row.employee_id.clone()), next);
        Ok(next)
    }

    /// The numbers of a stored account.
    fn place(&mut self, employer_id: &Id, employee_id: &Id) -> Result<(i64, i64), StoreError> {
        let number = self.number_or_new(employer_id)?;
        let seat = self.seats.get(&(employer_id.clone(), employee_id.clone())).copied();
        let lost = || StoreError::Unknown {
            table: "employee",
            column: "employee_id",
            found: employee_id.to_string(),
        };
        Ok((number, seat.ok_or_else(lost)?))
    }

    fn write_entries(&mut self, entries: Vec<Arc<AccountEntry>>) -> Result<(), StoreError> {
        self.tx.months(Cut::Posted, entries.iter().map(|entry| entry.on))?;
        let mut placed = Vec::with_capacity(entries.len());
        for entry in entries {
            let (number, seat) = self.place(&entry.employer_id, &entry.employee_id)?;
            placed.push((number, seat, entry));
        }
        placed.sort_unstable_by_key(|(number, seat, entry)| (*number, *seat, entry.position));
        let centre = self.tx.centre_id;
        insert_into!(self.tx, "account_entry", &placed, |(number, seat, entry)| {
            centre_id: centre,
            employer_no: number,
            employee_no: seat,
            position: entry.position,
            posted_on: day_number(entry.on),
            kind: kind_number(entry.kind),
            for_month: entry.for_month.map(YearMonth::ordinal),
            reference: entry.reference.map(reference_number),
            amount_fen: entry.amount.fen(),
            employer_fen: entry.employer_share.fen(),
            employee_fen: entry.employee_share.fen(),
            balance_fen: entry.balance.fen(),
            voucher: entry.voucher,
        })
    }

    fn write_roster(&mut self, put: Put<Roster>) -> Result<(), StoreError> {
        let centre = self.tx.centre_id;
        let Some(row) = put.after.as_ref().or(put.before.as_ref()) else { return Ok(()) };
        let number = self.number_or_new(&row.employer_id)?;
        let month = row.month.ordinal();
        if put.before.is_some() {
            let sql = "delete from roster where centre_id = ?1 and employer_no = ?2 and month = ?3";
            let key = params![centre, number, month];
            self.tx.connection.prepare_cached(sql)?.execute(key)?;
        }
        let Some(row) = put.after else {
            let sql =
                "delete from roster_line where centre_id = ?1 and employer_no = ?2 and month = ?3";
            let key = params![centre, number, month];
            self.tx.connection.prepare_cached(sql)?.execute(key)?;
            return Ok(());
        };
        let sql = "insert into roster (centre_id, employer_no, month, ordinal, made_on,
                total_fen, reference, paid_on)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.tx.connection.prepare_cached(sql)?.execute(params![
            centre,
            number,
            month,
            row.ordinal,
            day_number(row.made_on),
            row.total.fen(),
            row.reference.map(reference_number),
            day_or_none(row.paid_on)
        ])?;
        if put.before.is_some() {
            // The status of a list changes; its lines do not.
            return Ok(());
        }
        let mut lines = Vec::with_capacity(row.lines.len());
        for line in row.lines.iter() {
            lines.push((self.place(&row.employer_id, &line.employee_id)?.1, line));
        }
        lines.sort_unstable_by_key(|(seat, _)| *seat);
        insert_into!(self.tx, "roster_line", &lines, |(seat, line)| {
            centre_id: centre,
            employer_no: number,
            month: month,
            employee_no: seat,
            base_fen: line.base.fen(),
            employer_fen: line.employer_share.fen(),
            employee_fen: line.employee_share.fen(),
        })
    }

    fn write_notice(&mut self, put: Put<IssuedNotice>) -> Result<(), StoreError> {
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let Some(row) = put.after else { return Ok(()) };
        let reference = reference_number(row.reference);
        if put.before.is_none() {
            let sql = "insert into notice (centre_id, reference, employer_id, amount_fen,
                    issued_on, month, status, advance_fen, bounded)
                values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)";
            connection.prepare_cached(sql)?.execute(params![
                centre,
                reference,
                row.employer_id.as_str(),
                row.amount.fen(),
                day_number(row.issued_on),
                row.month.ordinal(),
                status_number(row.status.into()),
                row.from_advance.fen()
            ])?;
            outstanding::keep(self.tx, &[reference])?;
            let (months, supplements) = (text_of(&row.months)?, text_of(&row.supplements)?);
            let sql = "insert into notice_part (centre_id, reference, months, supplements)
                values (?1, ?2, ?3, ?4)";
            connection.execute(sql, params![centre, reference, months, supplements])?;
        }
        if put.before.is_some_and(|before| before.from_advance != row.from_advance) {
            let sql = "update notice set advance_fen = ?3 where centre_id = ?1 and reference = ?2";
            let values = params![centre, reference, row.from_advance.fen()];
            connection.prepare_cached(sql)?.execute(values)?;
        }
        match row.status {
            NoticeState::Awaiting => {}
            NoticeState::Revoked => {
                let sql = "update notice set status = ?3 where centre_id = ?1 and reference = ?2";
                let status = status_number(row.status.into());
                connection.prepare_cached(sql)?.execute(params![centre, reference, status])?;
            }
            // The night writes its settlements itself; one from the advance balance is written here.
            NoticeState::Paid => {
                let sql = "insert into settlement (centre_id, reference, settled_on, amount_fen)
                    values (?1, ?2, ?3, ?4)
                    on conflict (centre_id, reference) do nothing";
                let (on, fen) = (day_or_none(row.paid_on), row.amount.fen());
                connection.prepare_cached(sql)?.execute(params![centre, reference, on, fen])?;
            }
        }
        Ok(())
    }

    /// Writes a voucher's effect on the employer's advance balance.
    fn write_advance(&mut self, voucher: &Voucher) -> Result<(), StoreError> {
        let advance = voucher.postings.iter().filter(|posting| posting.subject == Subject::Advance);
        let moved: Total =
            advance.map(|posting| Total::from(posting.credit) - posting.debit.into()).sum();
        let fen = moved.nearest_money().fen();
        if fen == 0 {
            return Ok(());
        }
        // The amount of a correction was not paid out for its notice.
        let paid = voucher.reference.filter(|_| voucher.kind != VoucherKind::Correction);
        let number = self.number_or_new(&voucher.employer_id)?;
        let sql = "insert into advance_entry (centre_id, employer_no, ordinal, posted_on,
                amount_fen, reference)
            values (?1, ?2, ?3, ?4, ?5, ?6)";
        self.tx.connection.prepare_cached(sql)?.execute(params![
            self.tx.centre_id,
            number,
            voucher.ordinal,
            day_number(voucher.on),
            fen,
            paid.map(reference_number)
        ])?;
        Ok(())
    }

    fn write_correction(&mut self, row: &Correction) -> Result<(), StoreError> {
        let (number, seat) = self.place(&row.employer_id, &row.employee_id)?;
        let sql = "insert into correction (centre_id, employer_no, ordinal, employee_no, month,
                register, reference, corrected_on, employer_fen, employee_fen, reason, done_by,
                approved_by)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        self.tx.connection.prepare_cached(sql)?.execute(params![
            self.tx.centre_id,
            number,
            row.ordinal,
            seat,
            row.month.ordinal(),
            row.register,
            reference_number(row.reference),
            day_number(row.on),
            row.employer_share.fen(),
            row.employee_share.fen(),
            row.reason,
            row.by,
            row.approved_by
        ])?;
        Ok(())
    }

    fn write_appointment(&self, row: &Appointment) -> Result<(), StoreError> {
        let sql = "insert into appointment (centre_id, appointment_id, held_on, body)
            values (?1, ?2, ?3, ?4)
            on conflict (centre_id, appointment_id) do update set
                held_on = excluded.held_on, body = excluded.body";
        self.tx.connection.prepare_cached(sql)?.execute(params![
            self.tx.centre_id,
            row.appointment_id.as_str(),
            day_number(row.date),
            text_of(row)?
        ])?;
        Ok(())
    }

    fn record(
        &mut self,
        employer_id: &Id,
        kind: i64,
        ordinal: u32,
        open: bool,
        body: &str,
    ) -> Result<(), StoreError> {
        let number = self.number_or_new(employer_id)?;
        let sql = "insert into employer_record (centre_id, employer_no, kind, ordinal, open, body)
            values (?1, ?2, ?3, ?4, ?5, ?6)
            on conflict (centre_id, employer_no, kind, ordinal) do update set
                open = excluded.open, body = excluded.body";
        let row = params![self.tx.centre_id, number, kind, ordinal, i64::from(open), body];
        self.tx.connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }
}

/// Assigns an employer the next number of the centre.
fn new_number(connection: &Connection, centre: i64, employer_id: &str) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(employer_no), 0) + 1 from employer_book where centre_id = ?1";
    let number: i64 = connection.fetch_one(sql, params![centre])?;
    let sql = "insert into employer_book (centre_id, employer_no, employer_id, body)
        values (?1, ?2, ?3, null)";
    connection.prepare_cached(sql)?.execute(params![centre, number, employer_id])?;
    Ok(number)
}

/// The next free number among an employer's accounts.
fn next_seat(connection: &Connection, centre: i64, number: i64) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(employee_no), 0) + 1 from employee
        where centre_id = ?1 and employer_no = ?2";
    let mut select = connection.prepare_cached(sql)?;
    select.query_row(params![centre, number], |row| row.read())
}

/// The detail of an account's status, beside its code.
fn detail(status: &AccountStatus) -> Option<&str> {
    match status {
        AccountStatus::Active => None,
        AccountStatus::Sealed { reason } => Some(reason),
        AccountStatus::Transferred { to } => Some(to.as_str()),
        AccountStatus::Merged { into } => Some(into.as_str()),
    }
}

pub(super) const fn kind_number(kind: EntryKind) -> i64 {
    match kind {
        EntryKind::Remittance => 1,
        EntryKind::Supplement => 2,
        EntryKind::TransferOut => 3,
        EntryKind::TransferIn => 4,
        EntryKind::Correction => 11,
        EntryKind::MergeOut => 12,
        EntryKind::MergeIn => 13,
    }
}
