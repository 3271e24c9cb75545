//! Notices. One that money was settled with keeps its amount, employer and standing; one that was issued here
//! is what the books say, whatever a list brings.

use super::super::bulk::{Binder, Bulk};
use super::super::error::Refusal;
use super::super::listed::{LIST, looked_up};
use super::super::notices::notices_listed;
use super::super::row::{day_number, reference, reference_number, status, status_number};
use super::super::sql::{Connection, params};
use super::super::{Store, StoreError, outstanding};
use super::{COMPARED_TOGETHER, Imported, Row};
use crate::remittance::{Money, NoticeStatus, PaymentNotice, PaymentReference, YearMonth};
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Store {
    /// Takes in notices. They are written in the order of their references, which makes a million
    /// of them an append; `notices` is sorted for that.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where a notice that money was settled with would change,
    /// [`StoreError`] where the database fails; nothing is then taken in.
    pub fn import_notices(&self, notices: &mut [PaymentNotice]) -> Result<Imported, StoreError> {
        notices.sort_unstable_by_key(|notice| notice.reference);
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        bulk.atomically(|connection| {
            let mut imported = Imported::default();
            let mut fresh = Vec::with_capacity(notices.len());
            // Above the highest reference there is nothing to compare with.
            let highest = highest(connection, centre)?;
            let older = notices.partition_point(|one| reference_number(one.reference) <= highest);
            let (older, newer) = notices.split_at(older);
            for some in older.chunks(COMPARED_TOGETHER) {
                let known = known_notices(&bulk, some)?;
                let mut changed = Vec::new();
                for notice in some {
                    match known.get(&notice.reference) {
                        None => fresh.push(notice),
                        Some(known) if known.says(notice) => imported.count(&Row::Unchanged),
                        Some(known) if known.issued => {
                            // It says what the books say: that it is paid, by our settlement.
                            known.may_become(notice)?;
                            imported.count(&Row::Unchanged);
                        }
                        Some(known) => {
                            known.may_become(notice)?;
                            changed.push(notice);
                            imported.count(&Row::Changed);
                        }
                    }
                }
                change_notices(&bulk, &changed)?;
            }
            fresh.extend(newer);
            imported.added = fresh.len() as u64;
            bulk.insert("notice", 9, &fresh, |row, notice| {
                row.bind(centre)?;
                bind(row, notice)?;
                // What a core system issues reserves nothing here.
                row.bind(0)?;
                row.bind(true)
            })?;
            let mark = outstanding::mark(connection, centre)?;
            let below = |notice: &&&PaymentNotice| reference_number(notice.reference) < mark;
            let below: Vec<i64> =
                fresh.iter().take_while(below).map(|one| reference_number(one.reference)).collect();
            outstanding::keep(&bulk, &below)?;
            imported.tell(connection, centre)?;
            Ok(imported)
        })
    }
}

/// An employer that is not known, with the first of its notices and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEmployer {
    pub employer_id: String,
    pub first: PaymentReference,
    pub notices: u64,
}

impl Store {
    /// The employers of a list of notices that are not known, in the order of their numbers: their notices can
    /// settle, but nobody can be written to.
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
        let bulk = Bulk::open(self)?;
        let employers: Vec<&str> = named.keys().copied().collect();
        let key = "e.employer_id = v.column1";
        let listed = looked_up(&bulk.connection, LIST, "employer", key, "e");
        let sql = format!("select e.employer_id from {listed}");
        let mut known: BTreeSet<String> = BTreeSet::new();
        let take = |row: &super::super::sql::Row<'_>| {
            known.insert(row.get(0)?);
            Ok(())
        };
        bulk.ask(&sql, 1, &employers, |row, employer| row.bind(*employer), take)?;
        let unknown = named.into_iter().filter(|(employer_id, _)| !known.contains(*employer_id));
        let told = |(employer_id, (first, notices)): (&str, _)| UnknownEmployer {
            employer_id: employer_id.to_owned(),
            first,
            notices,
        };
        Ok(unknown.map(told).collect())
    }

    /// How many notices name employers that are not known, and how many such employers.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn notices_of_unknown_employers(&self) -> Result<(u64, u64), StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = "select count(*), count(distinct n.employer_id) from notice n
            left join employer e on e.centre_id = n.centre_id and e.employer_id = n.employer_id
            where n.centre_id = ?1 and e.employer_id is null";
        bulk.connection.prepare_cached(sql)?.query_row(params![bulk.centre_id], |row| {
            Ok((row.get::<i64>(0)?.cast_unsigned(), row.get::<i64>(1)?.cast_unsigned()))
        })
    }
}

/// A notice as the store has it.
struct Known {
    employer_id: String,
    amount: Money,
    issued_on: i64,
    month: i32,
    status: i64,
    /// Money was settled with it.
    settled: bool,
    /// It was issued here: our books say what it is, and nobody else.
    issued: bool,
}

impl Known {
    fn says(&self, notice: &PaymentNotice) -> bool {
        self.employer_id == notice.employer_id
            && self.amount == notice.amount
            && self.issued_on == day_number(notice.issued_on)
            && self.month == notice.month.ordinal()
            && self.status == status_number(notice.status)
    }

    /// What money was settled with stays as it is. The core system may learn of our settlement and say
    /// "paid"; it may not take it back. Of what was issued here it may say nothing else than the books.
    fn may_become(&self, notice: &PaymentNotice) -> Result<(), StoreError> {
        if !self.settled && !self.issued {
            return Ok(());
        }
        let issued = self.issued;
        let refuse = |field, before: String, after: String| {
            let reference = notice.reference.to_string();
            let refused = Refusal::NoticeChanged { reference, field, before, after, issued };
            Err(StoreError::Refused(refused))
        };
        if self.amount != notice.amount {
            return refuse("amount", self.amount.to_string(), notice.amount.to_string());
        }
        if self.employer_id != notice.employer_id {
            return refuse("employer_id", self.employer_id.clone(), notice.employer_id.clone());
        }
        let books = if self.settled { NoticeStatus::Paid } else { status(self.status)? };
        if notice.status == NoticeStatus::Revoked || (issued && notice.status != books) {
            return refuse("status", books.to_string(), notice.status.to_string());
        }
        let issued_on = super::super::row::day(self.issued_on)?;
        if issued && issued_on != notice.issued_on {
            return refuse("issued_on", issued_on.to_string(), notice.issued_on.to_string());
        }
        let month = YearMonth::from_ordinal(self.month);
        if issued && month != notice.month {
            return refuse("month", month.to_string(), notice.month.to_string());
        }
        Ok(())
    }
}

/// The highest reference of a centre's notices, as a number.
fn highest(connection: &Connection, centre: i64) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(reference), 0) from notice where centre_id = ?1";
    connection.prepare_cached(sql)?.query_row(params![centre], |row| row.get(0))
}

/// Those of the notices that the store has.
fn known_notices(
    bulk: &Bulk,
    notices: &[PaymentNotice],
) -> Result<HashMap<PaymentReference, Known>, StoreError> {
    let listed = notices_listed(&bulk.connection);
    let sql = format!(
        "select n.reference, n.employer_id, n.amount_fen, n.issued_on, n.month, n.status,
            case when exists (select 1 from settlement s
                where s.centre_id = ?1 and s.reference = n.reference) then 1 else 0 end,
            case when exists (select 1 from notice_part p
                where p.centre_id = ?1 and p.reference = n.reference) then 1 else 0 end
         from {listed}"
    );
    let mut known = HashMap::new();
    bulk.ask(&sql, 1, notices, bind_reference, |row| {
        let kept = Known {
            employer_id: row.get(1)?,
            amount: Money::from_fen(row.get(2)?),
            issued_on: row.get(3)?,
            month: row.get(4)?,
            status: row.get(5)?,
            settled: row.get(6)?,
            issued: row.get(7)?,
        };
        known.insert(reference(row.get(0)?)?, kept);
        Ok(())
    })?;
    Ok(known)
}

fn bind_reference(row: &mut Binder<'_, '_>, notice: &PaymentNotice) -> Result<(), StoreError> {
    row.bind(reference_number(notice.reference))
}

/// Binds the columns of a notice, after the centre.
fn bind(row: &mut Binder<'_, '_>, notice: &PaymentNotice) -> Result<(), StoreError> {
    bind_reference(row, notice)?;
    row.bind(&notice.employer_id)?;
    row.bind(notice.amount.fen())?;
    row.bind(day_number(notice.issued_on))?;
    row.bind(notice.month.ordinal())?;
    row.bind(status_number(notice.status))
}

/// Brings known notices up to date.
fn change_notices(bulk: &Bulk, notices: &[&PaymentNotice]) -> Result<(), StoreError> {
    const SQL: &str = "
        update notice set employer_id = v.column2, amount_fen = v.column3, issued_on = v.column4,
            month = v.column5, status = v.column6, bounded = 1
        from (values …) v where notice.centre_id = ?1 and notice.reference = v.column1";
    bulk.change(SQL, 6, notices, |row, notice| bind(row, notice))?;
    let numbers: Vec<i64> = notices.iter().map(|one| reference_number(one.reference)).collect();
    outstanding::keep(bulk, &numbers)
}
