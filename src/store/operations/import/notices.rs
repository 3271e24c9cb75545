//! Notices: one settled with money keeps its amount, employer and status; one issued here keeps everything,
//! whatever a list says.

use super::super::notices::notices_listed;
use super::super::outstanding;
use super::{COMPARED_TOGETHER, FieldChange, Importing, NoticeUnfit, RowChange, Unfit};
use crate::remittance::{Money, NoticeStatus, PaymentNotice, PaymentReference, YearMonth};
use crate::store::database::columns::{columns, columns_of};
use crate::store::database::listed::{LIST, query_in};
use crate::store::database::row::{day_number, reference_number, status, status_number};
use crate::store::database::sql::{Connection, Read, params};
use crate::store::database::tx::{Binder, Tx};
use crate::store::operations::outstanding::AWAITING;
use crate::store::{Store, StoreError};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Importing<'_> {
    /// Imports notices in the order of their references; without the column `status`, statuses stay.
    pub(super) fn notices(
        &mut self,
        notices: &[PaymentNotice],
        status: bool,
    ) -> Result<(), StoreError> {
        let (tx, centre) = (self.tx, self.tx.centre_id);
        let mut fresh = Vec::with_capacity(notices.len());
        // Above the highest reference there is nothing to compare with.
        let highest = highest(&tx.connection, centre)?;
        let older = notices.partition_point(|one| reference_number(one.reference) <= highest);
        let (older, newer) = notices.split_at(older);
        for (part, some) in older.chunks(COMPARED_TOGETHER).enumerate() {
            let known = known_notices(tx, some)?;
            let mut changed = Vec::new();
            for (place, listed) in (part * COMPARED_TOGETHER..).zip(some) {
                let Some(known) = known.get(&listed.reference) else {
                    fresh.push(listed);
                    continue;
                };
                let mut notice = Cow::Borrowed(listed);
                if !status {
                    notice.to_mut().status = crate::store::database::row::status(known.status)?;
                }
                self.compare(place, notice, known, &mut changed)?;
            }
            change_notices(tx, &changed)?;
        }
        fresh.extend(newer);
        for notice in &fresh {
            self.note(&RowChange::added(&notice.reference.to_string()))?;
        }
        let columns = format!("centre_id, {BOUND}, advance_fen, bounded");
        tx.insert("notice", &columns, &fresh, |row, notice| {
            row.bind(centre)?;
            bind(row, notice)?;
            // A notice issued by a core system reserves nothing here.
            row.bind(0)?;
            row.bind(true)
        })?;
        let mark = outstanding::mark(&tx.connection, centre)?;
        let below = |notice: &&&PaymentNotice| reference_number(notice.reference) < mark;
        let below: Vec<i64> =
            fresh.iter().take_while(below).map(|one| reference_number(one.reference)).collect();
        outstanding::keep(tx, &below)?;
        if self.order.full { self.missing_notices(notices) } else { Ok(()) }
    }

    /// Decides on a known notice.
    fn compare<'n>(
        &mut self,
        place: usize,
        notice: Cow<'n, PaymentNotice>,
        known: &Known,
        changed: &mut Vec<Cow<'n, PaymentNotice>>,
    ) -> Result<(), StoreError> {
        if known.says(&notice) {
            self.unchanged();
            return Ok(());
        }
        if let Some(why) = known.may_become(&notice)? {
            let (field, found) = (why.field, why.after.clone());
            self.refuse(place, field, &found, Unfit::Notice(Box::new(why)));
        } else if known.issued {
            // The list says what the books say: the notice is paid, by our settlement.
            self.unchanged();
        } else {
            let key = notice.reference.to_string();
            self.note(&RowChange::known(&key, known.differences(&notice)?, Vec::new()))?;
            changed.push(notice);
        }
        Ok(())
    }

    /// Reports the open notices that a full list lacks, except those issued here.
    fn missing_notices(&mut self, notices: &[PaymentNotice]) -> Result<(), StoreError> {
        let sql = "select n.reference from notice n
            where n.centre_id = ?1 and n.status = ?2
                and not exists (select 1 from settlement s
                    where s.centre_id = n.centre_id and s.reference = n.reference)
                and not exists (select 1 from notice_part p
                    where p.centre_id = n.centre_id and p.reference = n.reference)
            order by 1";
        let mut missing = Vec::new();
        let key = params![self.tx.centre_id, AWAITING];
        self.tx.connection.prepare_cached(sql)?.each(key, |row| {
            let reference: PaymentReference = row.read()?;
            if notices.binary_search_by_key(&reference, |notice| notice.reference).is_err() {
                missing.push(reference);
            }
            Ok(Read::On)
        })?;
        missing.iter().try_for_each(|one| self.note(&RowChange::missing(&one.to_string())))
    }
}

/// An unknown employer, with the first of its notices and their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEmployer {
    pub employer_id: String,
    pub first: PaymentReference,
    pub notices: u64,
}

impl Store {
    /// The unknown employers in a list of notices, ordered by number: their notices can be settled, but no
    /// letter can be sent.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn unknown_employers(
        &self,
        notices: &[PaymentNotice],
    ) -> Result<Vec<UnknownEmployer>, StoreError> {
        let mut named: BTreeMap<&str, (PaymentReference, u64)> = BTreeMap::new();
        for notice in notices {
            let (first, count) = named.entry(&notice.employer_id).or_insert((notice.reference, 0));
            *first = notice.reference.min(*first);
            *count += 1;
        }
        let tx = self.reading()?;
        let employers: Vec<&str> = named.keys().copied().collect();
        let key = "e.employer_id = v.column1";
        let listed = query_in(&tx.connection, LIST, "employer", key, "e");
        let sql = format!("select e.employer_id from {listed}");
        let mut known: BTreeSet<String> = BTreeSet::new();
        let take = |row: &crate::store::database::sql::Row<'_>| {
            known.insert(row.read()?);
            Ok(())
        };
        tx.ask(&sql, &employers, |row, employer| row.bind(*employer), take)?;
        let unknown = named.into_iter().filter(|(employer_id, _)| !known.contains(*employer_id));
        let told = |(employer_id, (first, notices)): (&str, _)| UnknownEmployer {
            employer_id: employer_id.to_owned(),
            first,
            notices,
        };
        Ok(unknown.map(told).collect())
    }

    /// The number of notices that name unknown employers, and the number of such employers.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn notices_of_unknown_employers(&self) -> Result<(u64, u64), StoreError> {
        let tx = self.reading()?;
        let sql = "select count(*), count(distinct n.employer_id) from notice n
            left join employer e on e.centre_id = n.centre_id and e.employer_id = n.employer_id
            where n.centre_id = ?1 and e.employer_id is null";
        tx.connection.fetch_one::<(u64, u64)>(sql, params![tx.centre_id])
    }
}

/// A stored notice.
pub(super) struct Known {
    employer_id: String,
    amount: Money,
    issued_on: i64,
    month: i32,
    status: i64,
    /// It was settled with money.
    settled: bool,
    /// It was issued here: only our books may change it.
    issued: bool,
}

columns! { impl Known of "n" {
    employer_id, amount = "n.amount_fen", issued_on, month, status,
    settled = "case when exists (select 1 from settlement s
        where s.centre_id = n.centre_id and s.reference = n.reference) then 1 else 0 end",
    issued = "case when exists (select 1 from notice_part p
        where p.centre_id = n.centre_id and p.reference = n.reference) then 1 else 0 end",
} }

impl Known {
    /// Whether it was settled with money or issued here.
    pub(super) const fn is_fixed(&self) -> bool {
        self.settled || self.issued
    }

    pub(super) fn to_notice(
        &self,
        reference: PaymentReference,
    ) -> Result<PaymentNotice, StoreError> {
        Ok(PaymentNotice {
            reference,
            employer_id: self.employer_id.clone(),
            amount: self.amount,
            issued_on: crate::store::database::row::day(self.issued_on)?,
            month: YearMonth::from_ordinal(self.month),
            status: status(self.status)?,
        })
    }

    fn says(&self, notice: &PaymentNotice) -> bool {
        self.employer_id == notice.employer_id
            && self.amount == notice.amount
            && self.issued_on == day_number(notice.issued_on)
            && self.month == notice.month.ordinal()
            && self.status == status_number(notice.status)
    }

    /// Why a list's change is refused, if it is. A notice settled with money stays unchanged: the core system
    /// may adopt our settlement as "paid", but not undo it. For one issued here, the list must equal the books.
    fn may_become(&self, notice: &PaymentNotice) -> Result<Option<NoticeUnfit>, StoreError> {
        let issued = self.issued;
        if !self.settled && !issued {
            return Ok(None);
        }
        let books = if self.settled { NoticeStatus::Paid } else { status(self.status)? };
        let revoked = notice.status == NoticeStatus::Revoked;
        let changes = self.differences(notice)?.into_iter().filter_map(|change| {
            let before = match &*change.field {
                "status" if revoked || (issued && notice.status != books) => books.to_string(),
                "status" => return None,
                "issued_on" | "month" if !issued => return None,
                _ => change.before.unwrap_or_default(),
            };
            Some((change.field, before, change.after.unwrap_or_default()))
        });
        let found = changes.into_iter().next().map(|(field, before, after)| {
            let field = FIELDS.into_iter().find(|known| *known == field).unwrap_or_default();
            NoticeUnfit { reference: notice.reference.to_string(), field, before, after, issued }
        });
        Ok(found)
    }

    /// The fields that a list changes, in the order of the checks.
    fn differences(&self, notice: &PaymentNotice) -> Result<Vec<FieldChange>, StoreError> {
        let issued_on = crate::store::database::row::day(self.issued_on)?.to_string();
        let was = [
            self.amount.to_string(),
            self.employer_id.clone(),
            status(self.status)?.to_string(),
            issued_on,
            YearMonth::from_ordinal(self.month).to_string(),
        ];
        let is = [
            notice.amount.to_string(),
            notice.employer_id.clone(),
            notice.status.to_string(),
            notice.issued_on.to_string(),
            notice.month.to_string(),
        ];
        let fields = FIELDS.into_iter().zip(was.iter().zip(&is));
        let between = |(field, (was, is)): (_, (&String, &String))| {
            FieldChange::between(field, Some(was), Some(is))
        };
        Ok(fields.filter_map(between).collect())
    }
}

/// The columns of a notice besides its reference.
const FIELDS: [&str; 5] = ["amount", "employer_id", "status", "issued_on", "month"];

/// The highest reference of a centre's notices, as a number.
fn highest(connection: &Connection, centre: i64) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(reference), 0) from notice where centre_id = ?1";
    connection.fetch_one(sql, params![centre])
}

/// The stored ones of these notices.
fn known_notices(
    tx: &Tx,
    notices: &[PaymentNotice],
) -> Result<HashMap<PaymentReference, Known>, StoreError> {
    let references: Vec<PaymentReference> = notices.iter().map(|one| one.reference).collect();
    known_numbers(tx, &references)
}

/// The references that belong to stored notices.
pub(super) fn known_numbers(
    tx: &Tx,
    references: &[PaymentReference],
) -> Result<HashMap<PaymentReference, Known>, StoreError> {
    let listed = notices_listed(&tx.connection);
    let columns = columns_of::<Known>();
    let sql = format!("select n.reference, {columns} from {listed}");
    let mut known = HashMap::new();
    let bind = |row: &mut Binder<'_, '_>, one: &PaymentReference| row.bind(reference_number(*one));
    tx.ask(&sql, references, bind, |row| {
        let (reference, kept) = row.read()?;
        known.insert(reference, kept);
        Ok(())
    })?;
    Ok(known)
}

fn bind_reference(row: &mut Binder<'_, '_>, notice: &PaymentNotice) -> Result<(), StoreError> {
    row.bind(reference_number(notice.reference))
}

/// The columns that [`bind`] binds.
const BOUND: &str = "reference, employer_id, amount_fen, issued_on, month, status";

/// Binds the columns of a notice, after the centre.
fn bind(row: &mut Binder<'_, '_>, notice: &PaymentNotice) -> Result<(), StoreError> {
    bind_reference(row, notice)?;
    row.bind(&notice.employer_id)?;
    row.bind(notice.amount.fen())?;
    row.bind(day_number(notice.issued_on))?;
    row.bind(notice.month.ordinal())?;
    row.bind(status_number(notice.status))
}

/// Updates known notices.
pub(super) fn change_notices(
    tx: &Tx,
    notices: &[Cow<'_, PaymentNotice>],
) -> Result<(), StoreError> {
    const SQL: &str = "
        update notice set employer_id = v.column2, amount_fen = v.column3, issued_on = v.column4,
            month = v.column5, status = v.column6, bounded = 1
        from (values …) v where notice.centre_id = ?1 and notice.reference = v.column1";
    tx.change(SQL, notices, |row, notice| bind(row, notice))?;
    let numbers: Vec<i64> = notices.iter().map(|one| reference_number(one.reference)).collect();
    outstanding::keep(tx, &numbers)
}
