//! Late remittances (欠缴): the months that employers owe, over the whole centre.
//!
//! Start at [`Store::arrears`]. The domain decides what is due (`crates/remittance/src/arrears.rs`); this
//! module joins employers with their unpaid lists. An employer that never enrolled here has its lists in
//! another system and is no debtor here. Neither is one without active employees; these are counted only for
//! months without a list.

use crate::calendar::WorkingDays;
use crate::remittance::arrears::Owed;
use crate::remittance::{EmployerAccount, Money, PaymentReference, Policy, YearMonth};
use crate::store::database::columns::{columns, columns_of};
use crate::store::database::row::day_number;
use crate::store::database::sql::{Read, params};
use crate::store::database::tx::{Binder, Tx};
use crate::store::posting::Recording;
use crate::store::{Store, StoreError};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// One month of one employer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrear {
    pub employer_id: String,
    pub name: String,
    pub month: YearMonth,
    /// The due date.
    pub due_on: NaiveDate,
    pub days_late: i64,
    /// The number on its list; without a list, the active employees.
    pub headcount: u64,
    /// The amount of its list; `None` without a list.
    pub amount: Option<Money>,
    /// The notice it is on.
    pub reference: Option<PaymentReference>,
}

/// A month that a letter reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldMonth {
    pub letter_id: String,
    pub employer_id: String,
    pub month: YearMonth,
}

/// An unpaid list.
struct Unpaid {
    month: YearMonth,
    amount: Money,
    reference: Option<PaymentReference>,
    headcount: u64,
}

const EMPLOYERS: &str = "select b.employer_no, e.name, b.body from employer_book b
    join employer e using (centre_id, employer_id)
    where b.centre_id = ?1 and b.body is not null and (cast(?2 as text) is null or b.employer_id = ?2)
    order by b.employer_id";

columns! { impl Unpaid of "r" {
    month, amount = "r.total_fen", reference, headcount = "(select count(*)
        from roster_line l where l.centre_id = r.centre_id and l.employer_no = r.employer_no
        and l.month = r.month)",
} }

const UNPAID: &str =
    "from roster r where r.centre_id = ?1 and r.paid_on is null order by r.employer_no, r.month";

/// The number of active employees; the list's one column is the employer's number.
const ACTIVE: &str = "select v.column1, (select count(*) from employee a where a.centre_id = ?1
        and a.employer_no = v.column1 and a.status = 'active')
    from (values …) v";

const TOLD: &str = "select employer_id, month, told_on from arrears_told where centre_id = ?1";

const MARK: &str = "
    insert into arrears_told (centre_id, employer_id, month, told_on)
    select ?1, v.column1, v.column2, v.column3 from (values …) v where true
    on conflict (centre_id, employer_id, month) do update set told_on = excluded.told_on";

impl Store {
    /// The arrears as of a day, ordered by employer and month; of one employer if it is given.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn arrears(
        &self,
        policy: &Policy,
        calendar: &WorkingDays,
        on: NaiveDate,
        employer_id: Option<&str>,
    ) -> Result<Vec<Arrear>, StoreError> {
        arrears(&*self.reading()?, policy, calendar, (on, employer_id))
    }
}

impl Recording {
    /// The arrears as of the day of the run, after its settlements, with the day the employer was last told.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn arrears(
        &self,
        policy: &Policy,
        calendar: &WorkingDays,
    ) -> Result<Vec<(Arrear, Option<NaiveDate>)>, StoreError> {
        let (connection, centre) = (&self.tx.connection, self.tx.centre_id);
        let mut told: BTreeMap<(String, YearMonth), NaiveDate> = BTreeMap::new();
        connection.prepare_cached(TOLD)?.each(params![centre], |row| {
            let (employer_id, month, told_on) = row.read()?;
            told.insert((employer_id, month), told_on);
            Ok(Read::On)
        })?;
        let owed = arrears(&self.tx, policy, calendar, (self.as_of, None))?.into_iter();
        let with_day = |arrear: Arrear| {
            let on = told.get(&(arrear.employer_id.clone(), arrear.month)).copied();
            (arrear, on)
        };
        Ok(owed.map(with_day).collect())
    }

    /// Records that letters of this run told of months.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn arrears_told(&self, months: &[ToldMonth]) -> Result<(), StoreError> {
        told(&self.tx, self.as_of, months)
    }
}

/// Records that letters of a night told of months.
pub(in crate::store) fn told(
    tx: &Tx,
    night: NaiveDate,
    months: &[ToldMonth],
) -> Result<(), StoreError> {
    let on = day_number(night);
    tx.change(MARK, months, |row, told| {
        row.bind(&told.employer_id)?;
        row.bind(told.month.ordinal())?;
        row.bind(on)
    })
}

/// The arrears as of a day, of one employer or of all.
fn arrears(
    tx: &Tx,
    policy: &Policy,
    calendar: &WorkingDays,
    (on, employer_id): (NaiveDate, Option<&str>),
) -> Result<Vec<Arrear>, StoreError> {
    let (connection, centre) = (&tx.connection, tx.centre_id);
    let mut unpaid: BTreeMap<i64, Vec<Unpaid>> = BTreeMap::new();
    let columns = columns_of::<Unpaid>();
    let lists = format!("select r.employer_no, {columns} {UNPAID}");
    connection.prepare_cached(&lists)?.each(params![centre], |row| {
        let (number, list): (i64, Unpaid) = row.read()?;
        unpaid.entry(number).or_default().push(list);
        Ok(Read::On)
    })?;
    let mut debtors = Vec::new();
    let key = params![centre, employer_id.map(str::to_owned)];
    connection.prepare_cached(EMPLOYERS)?.each(key, |row| {
        let (number, name, body): (i64, &str, &str) = row.read()?;
        let employer: EmployerAccount = crate::store::operations::employer_of(body)?;
        let lists = unpaid.remove(&number).unwrap_or_default();
        let months: Vec<YearMonth> = lists.iter().map(|list| list.month).collect();
        let owed = employer.owed(policy, &months, on, |day| calendar.working_day_from(day));
        if !employer.rates.is_empty() && !owed.is_empty() {
            let (employer_id, name) = (employer.employer_id.to_string(), name.to_owned());
            debtors.push(Debtor { number, employer_id, name, lists, owed });
        }
        Ok(Read::On)
    })?;
    // A list has its own headcount: only employers without one are counted, few among all.
    let active = active(tx, &debtors)?;
    Ok(debtors.iter().flat_map(|debtor| debtor.arrears(&active, on)).collect())
}

/// The active employees of employers that owe a month without a list.
fn active(tx: &Tx, debtors: &[Debtor]) -> Result<BTreeMap<i64, u64>, StoreError> {
    let unlisted = |debtor: &&Debtor| debtor.owed.iter().any(|owed| debtor.list(owed).is_none());
    let numbers: Vec<i64> = debtors.iter().filter(unlisted).map(|one| one.number).collect();
    let mut active = BTreeMap::new();
    let bind = |row: &mut Binder<'_, '_>, number: &i64| row.bind(*number);
    tx.ask(ACTIVE, &numbers, bind, |row| {
        let (number, count) = row.read()?;
        active.insert(number, count);
        Ok(())
    })?;
    Ok(active)
}

/// An employer and its due months.
struct Debtor {
    number: i64,
    employer_id: String,
    name: String,
    lists: Vec<Unpaid>,
    owed: Vec<Owed>,
}

impl Debtor {
    /// The list of a month; `None` if there is none.
    fn list(&self, owed: &Owed) -> Option<&Unpaid> {
        self.lists.iter().find(|list| list.month == owed.month)
    }

    /// Its arrears, without months with nobody to remit for and lists of zero.
    fn arrears(&self, active: &BTreeMap<i64, u64>, on: NaiveDate) -> Vec<Arrear> {
        let active = active.get(&self.number).copied().unwrap_or_default();
        let arrear = |owed: &Owed| {
            let list = self.list(owed);
            let headcount = list.map_or(active, |list| list.headcount);
            let owes = headcount > 0 && list.is_none_or(|list| list.amount > Money::ZERO);
            owes.then(|| Arrear {
                employer_id: self.employer_id.clone(),
                name: self.name.clone(),
                month: owed.month,
                due_on: owed.due_on,
                days_late: (on - owed.due_on).num_days(),
                headcount,
                amount: list.map(|list| list.amount),
                reference: list.and_then(|list| list.reference),
            })
        };
        self.owed.iter().filter_map(arrear).collect()
    }
}
