//! Employers, their known payer accounts, and their terms.
//!
//! A value that an operation changed after the list's date stays, and is reported ([`LaterOperations`]).

use super::change::BOOK;
use super::{COMPARED_TOGETHER, FieldChange, Importing, KeptField, KeptWhy, RowChange, Unfit};
use crate::import::{EmployerRow, Given};
use crate::remittance::enrolment::ImportedTerms;
use crate::remittance::identity::check_uscc;
use crate::remittance::refusal::Side;
use crate::remittance::{Employer, Id, Refusal};
use crate::store::StoreError;
use crate::store::database::columns::select;
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::sql::{Read, params};
use crate::store::database::tx::{Binder, Tx};
use crate::store::operations::{Books, LaterOperations, TermsTaken};
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub(super) const WRITE: &str = "
    insert into employer (centre_id, employer_id, name, uscc, email, contact, mobile)
    select ?1, v.column1, v.column2, v.column3, v.column4, v.column5, v.column6
    from (values …) v where true
    on conflict (centre_id, employer_id) do update set
        name = excluded.name, uscc = excluded.uscc, email = excluded.email,
        contact = excluded.contact, mobile = excluded.mobile";

pub(super) const PAYER: &str = "
    insert into payer_account (centre_id, account_no, employer_id)
        select ?1, v.column1, v.column2 from (values …) v where true
    on conflict (centre_id, account_no, employer_id) do nothing";

pub(super) const PAYER_GONE: &str = "
    delete from payer_account where centre_id = ?1
        and (account_no, employer_id) in (select v.column1, v.column2 from (values …) v)";

/// An employer after the list, with its changed fields and the values not applied.
struct Compared {
    is_known: bool,
    after: Employer,
    changed: Vec<FieldChange>,
    kept: Vec<KeptField>,
}

/// Payer accounts by employer.
type Payers = HashMap<String, BTreeSet<String>>;

impl Importing<'_> {
    /// Imports employers and their known payer accounts.
    pub(super) fn employers(&mut self, rows: &[EmployerRow]) -> Result<(), StoreError> {
        let paid_from = known_payers(self.tx, rows)?;
        for (part, some) in rows.chunks(COMPARED_TOGETHER).enumerate() {
            let known = known_employers(self.tx, some)?;
            let later = self.later_operations(some, &known)?;
            let mut compared = Vec::with_capacity(some.len());
            for (place, row) in (part * COMPARED_TOGETHER..).zip(some) {
                let known = known.get(&row.employer.employer_id);
                let later = later.get(&row.employer.employer_id);
                self.check_uscc(place, row, known);
                compared.push(compare(row, known, later, &paid_from));
            }
            write(self.tx, &compared)?;
            self.terms(part * COMPARED_TOGETHER, some, &later, &mut compared)?;
            for one in compared {
                self.say_employer(one)?;
            }
        }
        if self.order.full { self.missing_employers(rows) } else { Ok(()) }
    }

    /// Operations after the list's date on the employers that the list changes.
    fn later_operations(
        &self,
        rows: &[EmployerRow],
        known: &HashMap<String, Employer>,
    ) -> Result<HashMap<String, LaterOperations>, StoreError> {
        let concerned = rows.iter().map(|row| row.employer.employer_id.as_str());
        let concerned: Vec<&str> = concerned.filter(|id| known.contains_key(*id)).collect();
        if self.order.origin.is_none() {
            return Ok(HashMap::new());
        }
        crate::store::operations::later_operations(self.tx, &concerned, self.order.list_day)
    }

    fn check_uscc(&mut self, place: usize, row: &EmployerRow, known: Option<&Employer>) {
        let Given::Value(uscc) = &row.employer.uscc else { return };
        let is_news = known.and_then(|known| known.uscc.as_ref()) != Some(uscc);
        if let (true, true, Err(why)) = (is_news, self.order.policy.check_uscc, check_uscc(uscc)) {
            let refusal = Refusal::InvalidUscc { value: uscc.clone(), why };
            self.refuse(place, "uscc", uscc, Unfit::Domain(Box::new(refusal)));
        }
    }

    /// Imports the fields besides names and contacts.
    fn terms(
        &mut self,
        first: usize,
        rows: &[EmployerRow],
        later: &HashMap<String, LaterOperations>,
        compared: &mut [Compared],
    ) -> Result<(), StoreError> {
        let mut books = Books::new(self.tx, Arc::clone(&self.order.policy));
        for ((place, row), one) in (first..).zip(rows).zip(compared) {
            if row.terms.is_empty() {
                continue;
            }
            let employer_id = Id::from(row.employer.employer_id.as_str());
            let mut terms = row.terms.clone();
            if let Some(later) = later.get(&row.employer.employer_id) {
                one.kept.extend(keep_terms(&mut books, &employer_id, &mut terms, later)?);
            }
            match books.take_terms(&employer_id, &terms)? {
                Ok(taken) => one.changed.extend(taken.into_iter().flat_map(terms_changed)),
                Err(refusal) => {
                    let (field, found) = refused_terms(&refusal, row);
                    self.refuse(place, field, &found, Unfit::Domain(Box::new(refusal)));
                }
            }
        }
        Ok(())
    }

    fn say_employer(&mut self, one: Compared) -> Result<(), StoreError> {
        let key = &one.after.employer_id;
        if one.is_known && one.changed.is_empty() && one.kept.is_empty() {
            self.unchanged();
            return Ok(());
        }
        let change = if one.is_known {
            RowChange::known(key, one.changed, one.kept)
        } else {
            RowChange { changed: one.changed, ..RowChange::added(key) }
        };
        self.note(&RowChange { name: Some(one.after.name), ..change })
    }

    fn missing_employers(&mut self, rows: &[EmployerRow]) -> Result<(), StoreError> {
        let listed: BTreeSet<&str> =
            rows.iter().map(|row| row.employer.employer_id.as_str()).collect();
        let sql = "select employer_id, name from employer where centre_id = ?1 order by 1";
        let known: Vec<(String, String)> =
            self.tx.connection.fetch_all::<(_, _)>(sql, params![self.tx.centre_id])?;
        for (key, name) in known.into_iter().filter(|(key, _)| !listed.contains(key.as_str())) {
            self.note(&RowChange { name: Some(name), ..RowChange::missing(&key) })?;
        }
        Ok(())
    }
}

/// Compares a row with the stored employer.
fn compare(
    row: &EmployerRow,
    known: Option<&Employer>,
    later: Option<&LaterOperations>,
    paid_from: &Payers,
) -> Compared {
    let listed = &row.employer;
    let was = known.cloned().unwrap_or_default();
    let mut after = Employer {
        employer_id: listed.employer_id.clone(),
        name: listed.name.clone(),
        uscc: canonical(listed.uscc.clone()).over(was.uscc.clone()),
        email: listed.email.clone().over(was.email.clone()),
        contact: listed.contact.clone().over(was.contact.clone()),
        mobile: listed.mobile.clone().over(was.mobile.clone()),
        payer_accounts: Vec::new(),
    };
    let (mut changed, mut kept) = (Vec::new(), Vec::new());
    let key = later.and_then(|later| later.key);
    let basic = later.and_then(|later| later.basic);
    let mut name = Some(after.name);
    {
        let fields = [
            ("name", key, Some(was.name), &mut name),
            ("uscc", key, was.uscc, &mut after.uscc),
            ("email", basic, was.email, &mut after.email),
            ("contact", basic, was.contact, &mut after.contact),
            ("mobile", basic, was.mobile, &mut after.mobile),
        ];
        for (field, later, was, is) in fields.into_iter().filter(|_| known.is_some()) {
            let change = FieldChange::between(field, was.as_deref(), is.as_deref());
            match (change, later) {
                (Some(change), Some(on)) => {
                    kept.push(change.kept(KeptWhy::LaterOperation { on }));
                    *is = was;
                }
                (change, _) => changed.extend(change),
            }
        }
    }
    after.name = name.unwrap_or_default();
    let none = BTreeSet::new();
    let had = paid_from.get(&after.employer_id).unwrap_or(&none);
    let has: BTreeSet<String> = match &listed.payer_accounts {
        Given::Absent => had.clone(),
        Given::Empty => BTreeSet::new(),
        Given::Value(accounts) => accounts.iter().cloned().collect(),
    };
    changed.extend(payers_changed(had, &has));
    after.payer_accounts = has.into_iter().collect();
    Compared { is_known: known.is_some(), after, changed, kept }
}

/// A valid credit code in capitals; any other text unchanged.
fn canonical(uscc: Given<String>) -> Given<String> {
    match uscc {
        Given::Value(text) => Given::Value(check_uscc(&text).unwrap_or(text)),
        Given::Absent | Given::Empty => uscc,
    }
}

fn payers_changed(had: &BTreeSet<String>, has: &BTreeSet<String>) -> Option<FieldChange> {
    let text = |accounts: &BTreeSet<String>| {
        let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
        Some(accounts.join(";")).filter(|text| !text.is_empty())
    };
    FieldChange::between("payer_accounts", text(had).as_deref(), text(has).as_deref())
}

/// Removes from a list's terms the fields that a later operation changed; gives the removed ones.
fn keep_terms(
    books: &mut Books<'_>,
    employer_id: &Id,
    terms: &mut ImportedTerms,
    later: &LaterOperations,
) -> Result<Vec<KeptField>, StoreError> {
    books.employer(employer_id, NaiveDate::default())?;
    let Some(known) = books.centre().employer(employer_id) else { return Ok(Vec::new()) };
    let mut kept = Vec::new();
    if let Some(on) = later.basic {
        let days = [known.payday, terms.payday.take().unwrap_or(known.payday)];
        let [was, is] = days.map(|day| day.map(|day| day.to_string()));
        let payday = FieldChange::between("payday", was.as_deref(), is.as_deref());
        let listed = terms.address.take().unwrap_or_else(|| known.address.clone());
        let address = FieldChange::between("address", known.address.as_deref(), listed.as_deref());
        let fields = payday.into_iter().chain(address);
        kept.extend(fields.map(|change| change.kept(KeptWhy::LaterOperation { on })));
    }
    if let Some(on) = later.rates
        && let Some(period) = terms.rates.take()
    {
        let was = known.rates.last().map(crate::store::operations::rates_said);
        let is = crate::store::operations::rates_said(&period);
        let change = FieldChange::between("rates", was.as_deref(), Some(&is));
        kept.extend(change.map(|change| change.kept(KeptWhy::LaterOperation { on })));
    }
    Ok(kept)
}

/// The list's changes to an employer's books, and the old books for undo.
fn terms_changed(taken: TermsTaken) -> Vec<FieldChange> {
    let day = |day: Option<u8>| day.map(|day| day.to_string());
    let rates = |account: &crate::remittance::EmployerAccount| {
        account.rates.last().map(crate::store::operations::rates_said)
    };
    let TermsTaken { before, after, book_before, book_after } = taken;
    let fields = [
        ("rates", rates(&before), rates(&after)),
        ("payday", day(before.payday), day(after.payday)),
        ("address", before.address.clone(), after.address.clone()),
        (BOOK, book_before, Some(book_after)),
    ];
    let between = |(field, before, after): (&'static str, Option<String>, Option<String>)| {
        FieldChange::between(field, before.as_deref(), after.as_deref())
    };
    fields.into_iter().filter_map(between).collect()
}

/// The column that a refusal of terms concerns, and its content.
fn refused_terms(refusal: &Refusal, row: &EmployerRow) -> (&'static str, String) {
    let side = if let Refusal::RateBelowMinimum { side, .. }
    | Refusal::RateAboveMaximum { side, .. } = refusal
    {
        *side
    } else {
        Side::Employer
    };
    let rate = row.terms.rates.map(|period| match side {
        Side::Employer => ("employer_rate", period.employer_rate.to_string()),
        Side::Employee => ("employee_rate", period.employee_rate.to_string()),
    });
    rate.unwrap_or(("employer_id", row.employer.employer_id.clone()))
}

/// The employers of the list that exist, without their payer accounts.
fn known_employers(tx: &Tx, rows: &[EmployerRow]) -> Result<HashMap<String, Employer>, StoreError> {
    let listed = query_in(&tx.connection, LIST, "employer", "e.employer_id = v.column1", "e");
    let sql = select::<Employer>(&format!("from {listed}"));
    let mut known = HashMap::new();
    let id = |row: &mut Binder<'_, '_>, one: &EmployerRow| row.bind(&one.employer.employer_id);
    tx.ask(&sql, rows, id, |row| {
        let kept: Employer = row.read()?;
        known.insert(kept.employer_id.clone(), kept);
        Ok(())
    })?;
    Ok(known)
}

/// The known payer accounts, if the list has any. They are few and indexed by account, so all are read.
fn known_payers(tx: &Tx, rows: &[EmployerRow]) -> Result<Payers, StoreError> {
    let mut known = Payers::new();
    let listed: BTreeSet<&str> = rows
        .iter()
        .filter(|row| !row.employer.payer_accounts.is_absent())
        .map(|row| row.employer.employer_id.as_str())
        .collect();
    if listed.is_empty() {
        return Ok(known);
    }
    let sql = "select employer_id, account_no from payer_account where centre_id = ?1";
    tx.connection.prepare_cached(sql)?.each(params![tx.centre_id], |row| {
        let (employer_id, account_no): (&str, &str) = row.read()?;
        if listed.contains(employer_id) {
            known.entry(employer_id.to_owned()).or_default().insert(account_no.to_owned());
        }
        Ok(Read::On)
    })?;
    Ok(known)
}

/// Updates employers and their payer accounts.
fn write(tx: &Tx, compared: &[Compared]) -> Result<(), StoreError> {
    let written: Vec<&Compared> =
        compared.iter().filter(|one| !one.is_known || !one.changed.is_empty()).collect();
    let employers: Vec<&Employer> = written.iter().map(|one| &one.after).collect();
    write_employers(tx, &employers)?;
    let (mut gone, mut come) = (Vec::<(String, &str)>::new(), Vec::<(String, &str)>::new());
    for one in written {
        let id = one.after.employer_id.as_str();
        let change = one.changed.iter().find(|change| change.field == "payer_accounts");
        let Some(change) = change else { continue };
        let had = change.before.as_deref().unwrap_or_default();
        let had: BTreeSet<&str> = had.split(';').filter(|text| !text.is_empty()).collect();
        let has: BTreeSet<&str> = one.after.payer_accounts.iter().map(String::as_str).collect();
        gone.extend(had.difference(&has).map(|account| ((*account).to_owned(), id)));
        come.extend(has.difference(&had).map(|account| ((*account).to_owned(), id)));
    }
    tx.change(PAYER_GONE, &gone, bind_payer)?;
    tx.change(PAYER, &come, bind_payer)
}

pub(super) fn write_employers(tx: &Tx, employers: &[&Employer]) -> Result<(), StoreError> {
    tx.change(WRITE, employers, |row, employer| {
        row.bind(&employer.employer_id)?;
        row.bind(&employer.name)?;
        row.bind(&employer.uscc)?;
        row.bind(&employer.email)?;
        row.bind(&employer.contact)?;
        row.bind(&employer.mobile)
    })
}

pub(super) fn bind_payer(
    row: &mut Binder<'_, '_>,
    (account, employer): &(String, &str),
) -> Result<(), StoreError> {
    row.bind(account)?;
    row.bind(*employer)
}
