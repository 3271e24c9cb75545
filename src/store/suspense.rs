//! What hangs: lists it, shows it, and records what staff decide.
//!
//! A decision of staff moves the money in the books in the same commit, and the engine never
//! overturns it. Sums are exact: nothing is settled that does not add up to the fen.

use super::bulk::Bulk;
use super::error::Refusal;
use super::listing::reason;
use super::row::{day, day_number, direction, reference_number};
use super::slate::TRANSACTION_COLUMNS;
use super::{Store, StoreError};
use crate::remittance::{Direction, Money, PaymentReference, Reason, RemarkField, Subject};
use crate::suspense::{Act, ItemId, Stage};
use chrono::NaiveDate;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, named_params, params};
use std::collections::BTreeSet;
use std::fmt;

/// Which items to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuspenseFilter {
    pub id: Option<ItemId>,
    pub reason: Option<Reason>,
    /// Also those that hang no longer.
    pub closed_too: bool,
}

/// An item in suspense with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspenseRow {
    pub id: ItemId,
    /// The key of the receiving bank, and its name.
    pub bank: String,
    pub bank_name: String,
    pub booked_on: NaiveDate,
    pub direction: Direction,
    pub amount: Money,
    pub counterparty_account: String,
    pub counterparty_name: String,
    /// Every free text the bank gave, in the default order of fields; the empty ones left out.
    pub remarks: Vec<(RemarkField, String)>,
    /// `None` once it is matched after all.
    pub reason: Option<Reason>,
    pub reference: Option<PaymentReference>,
    /// Matching's explanation, as data.
    pub because: Option<String>,
    pub opened_on: NaiveDate,
    pub closed_on: Option<NaiveDate>,
    pub stage: Stage,
    pub assignee: Option<String>,
    pub note: Option<String>,
    pub resolution: Option<String>,
}

/// Where an act moves the money from suspense; `None` for one that moves none, or more than one way.
const fn subject(act: &Act) -> Option<Subject> {
    match act {
        // Through receipts, as every settlement: the settlement journal takes it from there.
        Act::Settle { .. } => Some(Subject::Receipts),
        Act::Advance { .. } => Some(Subject::Advance),
        Act::Refund => Some(Subject::Refund),
        Act::NotOurs => Some(Subject::Other),
        Act::Split { .. } | Act::CorrectReference { .. } | Act::WaitUntil { .. } | Act::Reverse => {
            None
        }
    }
}

const ITEMS: &str = "
    from suspense_item i
    join bank_transaction t using (centre_id, account_id, serial)
    join collection_account a using (centre_id, account_id)
    join decision d using (centre_id, account_id, serial)
    where i.centre_id = :centre
        and (:account is null or a.account_no = :account)
        and (:serial is null or i.serial = :serial)
        and (:reason is null or d.reason = :reason)
        and (:closed_too or i.closed_on is null)
    order by t.booked_on, i.account_id, i.serial";

impl Store {
    /// The items the filter lets through, oldest booking first.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn suspense(&self, filter: &SuspenseFilter) -> Result<Vec<SuspenseRow>, StoreError> {
        let bulk = Bulk::open(self)?;
        let sql = format!(
            "select {TRANSACTION_COLUMNS}, a.account_no, a.bank_name, d.reason,
                coalesce(d.reference, d.notice), d.because, i.opened_on, i.closed_on, i.state,
                i.assignee, i.note, i.resolution, a.bank {ITEMS}"
        );
        let mut statement = bulk.connection.prepare(&sql)?;
        let mut rows = statement.query(named_params! {
            ":centre": bulk.centre_id,
            ":account": filter.id.as_ref().map(|id| &id.account_no),
            ":serial": filter.id.as_ref().map(|id| &id.serial),
            ":reason": filter.reason.map(Reason::number),
            ":closed_too": filter.closed_too,
        })?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(suspense_row(row)?);
        }
        Ok(items)
    }

    /// Records what staff decided of these items, and moves the money.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where an item no longer hangs, a notice is not open or the sums
    /// differ; nothing is then changed.
    pub fn resolve(
        &self,
        items: &[ItemId],
        act: &Act,
        by: &str,
        note: Option<&str>,
        on: NaiveDate,
    ) -> Result<(), StoreError> {
        let Some(to) = subject(act) else {
            let (id, state) = (act.kind().code().to_owned(), "for the desk".to_owned());
            return Err(StoreError::Refused(Refusal::State {
                what: "act",
                id,
                state,
                wanted: "plain",
            }));
        };
        once("suspense item", items)?;
        if let Act::Settle { notices } = act {
            once("notice", notices)?;
        }
        let bulk = Bulk::open(self)?;
        let centre = bulk.centre_id;
        bulk.atomically(|connection| {
            let keys = items
                .iter()
                .map(|item| hanging(connection, centre, item))
                .collect::<Result<Vec<_>, _>>()?;
            if let Act::Settle { notices } = act {
                settle(connection, centre, &keys, notices, on)?;
                let mut settled = notices.clone();
                settled.sort_unstable();
                super::remittance::spread(&bulk, &settled, on)?;
            }
            if let Act::Advance { employer_id: Some(employer_id) } = act {
                let given = keys.iter().map(|key| key.amount_fen).sum();
                super::remittance::credit_advance(&bulk, employer_id, on, given)?;
            }
            for key in &keys {
                post(connection, centre, key, to, on)?;
                connection
                    .prepare_cached(
                        "update suspense_item set closed_on = ?4, state = 'resolved',
                            resolution = ?5, resolved_by = ?6, resolved_on = ?4,
                            note = coalesce(?7, note)
                         where centre_id = ?1 and account_id = ?2 and serial = ?3",
                    )?
                    .execute(params![
                        centre,
                        key.account_id,
                        key.serial,
                        day_number(on),
                        act.kind().code(),
                        by,
                        note
                    ])?;
            }
            Ok(())
        })
    }
}

impl Store {
    /// The employer an item belongs to, by the notice that was read or the account that paid; `None`
    /// where that names none, or several.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn employer_of(&self, item: &ItemId) -> Result<Option<String>, StoreError> {
        const SQL: &str = "select employer_id from (select n.employer_id from decision d
                join collection_account a using (centre_id, account_id)
                join notice n on n.centre_id = d.centre_id
                    and n.reference = coalesce(d.reference, d.notice)
                where d.centre_id = ?1 and a.account_no = ?2 and d.serial = ?3
            union all
            select p.employer_id from bank_transaction t
                join collection_account a using (centre_id, account_id)
                join payer_account p on p.centre_id = t.centre_id
                    and p.account_no = t.counterparty_account
                where t.centre_id = ?1 and a.account_no = ?2 and t.serial = ?3
                    and (select count(*) from payer_account q where q.centre_id = p.centre_id
                        and q.account_no = p.account_no) = 1) found
            where exists (select 1 from employer e where e.centre_id = ?1
                and e.employer_id = found.employer_id)
            limit 1";
        let bulk = Bulk::open(self)?;
        let mut select = bulk.connection.prepare(SQL)?;
        let mut rows = select.query(params![bulk.centre_id, item.account_no, item.serial])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }
}

/// Refuses what is named twice: its money would move twice.
fn once<T: Ord + fmt::Display>(what: &'static str, named: &[T]) -> Result<(), StoreError> {
    let mut known = BTreeSet::new();
    for one in named {
        if !known.insert(one) {
            let (id, state) = (one.to_string(), "named twice".to_owned());
            return Err(StoreError::Refused(Refusal::State { what, id, state, wanted: "once" }));
        }
    }
    Ok(())
}

/// An item that hangs, as the store names it.
struct Hanging {
    account_id: i64,
    serial: String,
    amount_fen: i64,
}

fn hanging(connection: &Connection, centre: i64, item: &ItemId) -> Result<Hanging, StoreError> {
    let mut select = connection.prepare_cached(
        "select i.account_id, t.amount_fen, i.state, i.closed_on is null, t.direction
         from suspense_item i
         join bank_transaction t using (centre_id, account_id, serial)
         join collection_account a using (centre_id, account_id)
         where i.centre_id = ?1 and a.account_no = ?2 and i.serial = ?3",
    )?;
    let mut rows = select.query(params![centre, item.account_no, item.serial])?;
    let id = item.to_string();
    let Some(row) = rows.next()? else {
        return Err(StoreError::Refused(Refusal::NoSuch { what: "suspense item", id }));
    };
    let (state, open): (String, bool) = (row.get(2)?, row.get(3)?);
    let what = "suspense item";
    if !open {
        return Err(StoreError::Refused(Refusal::State { what, id, state, wanted: "open" }));
    }
    if direction(row.get(4)?)? == Direction::Debit {
        let state = "a debit".to_owned();
        return Err(StoreError::Refused(Refusal::State { what, id, state, wanted: "a credit" }));
    }
    Ok(Hanging { account_id: row.get(0)?, serial: item.serial.clone(), amount_fen: row.get(1)? })
}

/// Settles the notices with the items, where both sum to the same.
fn settle(
    connection: &Connection,
    centre: i64,
    items: &[Hanging],
    notices: &[PaymentReference],
    on: NaiveDate,
) -> Result<(), StoreError> {
    let owed = notices
        .iter()
        .map(|reference| open_amount(connection, centre, *reference))
        .collect::<Result<Vec<_>, _>>()?;
    let given: i64 = items.iter().map(|item| item.amount_fen).sum();
    let wanted: i64 = owed.iter().sum();
    // Several items may pay one notice, one item several; many to many has no single reading.
    if given != wanted || (items.len() > 1 && notices.len() > 1) {
        let (given, wanted) = (Money::from_fen(given), Money::from_fen(wanted));
        let (given, wanted) = (given.to_string(), wanted.to_string());
        return Err(StoreError::Refused(Refusal::Sum { given, wanted }));
    }
    for (reference, fen) in notices.iter().zip(&owed) {
        connection
            .prepare_cached("insert into settlement values (?1, ?2, ?3, ?4)")?
            .execute(params![centre, reference_number(*reference), day_number(on), fen])?;
    }
    let only = match notices {
        [only] => Some(reference_number(*only)),
        _ => None,
    };
    for item in items {
        if only.is_none() {
            for (reference, fen) in notices.iter().zip(&owed) {
                connection
                    .prepare_cached("insert into allocation values (?1, ?2, ?3, ?4, ?5)")?
                    .execute(params![
                        centre,
                        item.account_id,
                        item.serial,
                        reference_number(*reference),
                        fen
                    ])?;
            }
        }
        connection
            .prepare_cached(
                "update decision set outcome = 1, reason = null, rule = 'staff',
                    reference = coalesce(reference, notice), notice = ?4, decided_on = ?5
                 where centre_id = ?1 and account_id = ?2 and serial = ?3",
            )?
            .execute(params![centre, item.account_id, item.serial, only, day_number(on)])?;
    }
    Ok(())
}

/// What an open notice asks for, in fen.
fn open_amount(
    connection: &Connection,
    centre: i64,
    reference: PaymentReference,
) -> Result<i64, StoreError> {
    let mut select = connection.prepare_cached(
        "select amount_fen, status, exists (select 1 from settlement s
            where s.centre_id = n.centre_id and s.reference = n.reference)
         from notice n where centre_id = ?1 and reference = ?2",
    )?;
    let mut rows = select.query(params![centre, reference_number(reference)])?;
    let (what, id) = ("notice", reference.to_string());
    let Some(row) = rows.next()? else {
        return Err(StoreError::Refused(Refusal::NoSuch { what, id }));
    };
    let (status, settled): (i64, bool) = (row.get(1)?, row.get(2)?);
    if settled || status != 1 {
        let state = if status == 3 { "revoked" } else { "paid" }.to_owned();
        return Err(StoreError::Refused(Refusal::State { what, id, state, wanted: "awaiting" }));
    }
    Ok(row.get(0)?)
}

/// Moves an item's money out of suspense.
fn post(
    connection: &Connection,
    centre: i64,
    item: &Hanging,
    to: Subject,
    on: NaiveDate,
) -> Result<(), StoreError> {
    connection.prepare_cached(super::verdict::JOURNAL)?.execute(params![
        centre,
        item.account_id,
        item.serial,
        day_number(on),
        Subject::Suspense.number(),
        to.number(),
        item.amount_fen
    ])?;
    Ok(())
}

/// The stage a row says it is in.
pub(super) fn stage(code: String) -> Result<Stage, StoreError> {
    let unknown =
        || StoreError::Unknown { table: "suspense_item", column: "state", found: code.clone() };
    Stage::from_code(&code).ok_or_else(unknown)
}

fn suspense_row(row: &Row<'_>) -> Result<SuspenseRow, StoreError> {
    let text = |column: usize| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
    let mut remarks = Vec::new();
    for (column, field) in (11..).zip(RemarkField::DEFAULT_ORDER) {
        if let ValueRef::Text(text) = row.get_ref(column)? {
            remarks.push((field, String::from_utf8_lossy(text).into_owned()));
        }
    }
    Ok(SuspenseRow {
        id: ItemId { account_no: row.get(16)?, serial: row.get(1)? },
        bank: row.get(27)?,
        bank_name: row.get(17)?,
        booked_on: day(row.get(2)?)?,
        direction: direction(row.get(4)?)?,
        amount: Money::from_fen(row.get(5)?),
        counterparty_account: text(7)?,
        counterparty_name: text(8)?,
        remarks,
        reason: row.get::<_, Option<i64>>(18)?.map(reason).transpose()?,
        reference: row.get::<_, Option<i64>>(19)?.map(super::row::reference).transpose()?,
        because: row.get(20)?,
        opened_on: day(row.get(21)?)?,
        closed_on: row.get::<_, Option<i64>>(22)?.map(day).transpose()?,
        stage: stage(row.get(23)?)?,
        assignee: row.get(24)?,
        note: row.get(25)?,
        resolution: row.get(26)?,
    })
}
