//! The low-water mark: below it only the listed few notices are open.
//!
//! Start at [`mark`]. A centre keeps its notices for ever and a night must not scan them all: it reads those
//! above the mark, and the list. [`advance`] moves the mark up once a month, past notices of earlier months. If
//! references do not increase with time, the mark stays low and all notices are scanned.
//!
//! Invariant: an open notice below the mark is in `notice_outstanding`, so code that inserts or reopens a
//! notice must call [`keep`].

use crate::remittance::NoticeStatus;
use crate::remittance::YearMonth;
use crate::store::StoreError;
use crate::store::database::sql::{Connection, params};
use crate::store::database::tx::Tx;
use chrono::{Datelike, Months, NaiveDate};

/// The stored status of an open notice.
pub(in crate::store) const AWAITING: i64 =
    crate::store::database::row::status_number(NoticeStatus::Awaiting);

/// Notices of the last months stay above the mark: most late ones are not older.
const MONTHS_ABOVE: u32 = 3;

/// The first reference above the mark, as a number.
pub(in crate::store) fn mark(connection: &Connection, centre: i64) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(reference), 0) from notice_mark where centre_id = ?1";
    connection.fetch_one(sql, params![centre])
}

/// Lists those of these open notices that are below the mark.
pub(in crate::store) fn keep(tx: &Tx, references: &[i64]) -> Result<(), StoreError> {
    const SQL: &str = "
        insert into notice_outstanding (centre_id, reference)
        select m.centre_id, v.column1 from (values …) v
        join notice_mark m on m.centre_id = ?1 and m.reference > v.column1
        where true on conflict (centre_id, reference) do nothing";
    tx.change(SQL, references, |row, reference| row.bind(*reference))
}

/// Moves the mark up to the first recently issued notice, and lists the open ones below it.
pub(in crate::store) fn advance(tx: &Tx, as_of: NaiveDate) -> Result<(), StoreError> {
    let (connection, centre) = (&tx.connection, tx.centre_id);
    let first = as_of.with_day(1).and_then(|day| day.checked_sub_months(Months::new(MONTHS_ABOVE)));
    let Some(month) = first.and_then(|day| YearMonth::new(day.year(), day.month())) else {
        return Ok(());
    };
    let from = mark(connection, centre)?;
    let sql =
        "select reference from notice where centre_id = ?1 and reference >= ?2 and month >= ?3
        order by centre_id, reference limit 1";
    let key = params![centre, from, month.ordinal()];
    let Some(to) = connection.fetch_optional::<i64>(sql, key)? else { return Ok(()) };
    if to <= from {
        return Ok(());
    }
    // A count, which no planner turns into a join: it has no statistics on recent months and would compare
    // every notice with every settlement.
    let sql = "insert into notice_outstanding (centre_id, reference)
        select n.centre_id, n.reference from notice n
        where n.centre_id = ?1 and n.reference >= ?2 and n.reference < ?3 and n.status = ?4
            and (select count(*) from settlement s
                where s.centre_id = n.centre_id and s.reference = n.reference) = 0
        on conflict (centre_id, reference) do nothing";
    connection.prepare_cached(sql)?.execute(params![centre, from, to, AWAITING])?;
    let sql = "insert into notice_mark (centre_id, reference)
        values (?1, ?2)
        on conflict (centre_id) do update set reference = excluded.reference";
    connection.prepare_cached(sql)?.execute(params![centre, to])?;
    Ok(())
}
