//! Lists what the store holds: transactions with what became of them, and notices.
//!
//! Lists are streamed row by row to the caller, in the order of their keys: a listing of a million
//! transactions needs no more memory than one of ten.

use super::bulk::Bulk;
use super::row::{day, day_number, direction, reference, status, status_number, unknown};
use super::{Store, StoreError};
use crate::remittance::{
    Direction, Money, NoticeStatus, Outcome, PaymentReference, Reason, RemarkField, YearMonth,
};
use chrono::NaiveDate;
use rusqlite::types::ValueRef;
use rusqlite::{Row, named_params};

/// Which transactions to list; a field that is `None` does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionFilter {
    pub account_no: Option<String>,
    pub outcome: Option<Outcome>,
    pub reason: Option<Reason>,
    /// Read as, or settled, alone or with others.
    pub reference: Option<PaymentReference>,
    pub booked_from: Option<NaiveDate>,
    pub booked_to: Option<NaiveDate>,
}

/// A transaction and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRow {
    pub account_no: String,
    pub bank_name: String,
    pub serial: String,
    pub booked_on: NaiveDate,
    pub direction: Direction,
    pub amount: Money,
    pub counterparty_name: Option<String>,
    /// The free texts, in the default order of fields; those that are empty are left out.
    pub remarks: Vec<(RemarkField, String)>,
    pub reference: Option<PaymentReference>,
    /// `None` until a night has judged it.
    pub outcome: Option<Outcome>,
    /// The reason's code, or the rule's name where it is ignored.
    pub reason: Option<String>,
    /// The notices it settles or is a part of.
    pub notices: Vec<PaymentReference>,
}

/// Which notices to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeFilter {
    pub status: Option<NoticeStatus>,
    pub employer_id: Option<String>,
    pub month: Option<YearMonth>,
    pub reference: Option<PaymentReference>,
}

/// A notice as it stands today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    pub reference: PaymentReference,
    pub employer_id: String,
    pub employer_name: Option<String>,
    pub amount: Money,
    pub issued_on: NaiveDate,
    pub month: YearMonth,
    pub status: NoticeStatus,
    /// The night on which the engine or staff settled it; `None` where it was paid elsewhere.
    pub settled_on: Option<NaiveDate>,
}

const TRANSACTIONS: &str = "
    select a.account_no, a.bank_name, t.serial, t.booked_on, t.direction, t.amount_fen,
        t.counterparty_name, t.postscript, t.purpose, t.summary, t.note,
        coalesce(d.reference, d.notice), d.outcome, d.reason, d.rule, d.notice,
        (select group_concat(reference) from (select reference from allocation l
            where l.centre_id = t.centre_id and l.account_id = t.account_id
            and l.serial = t.serial order by reference))
    from bank_transaction t
    join collection_account a on a.centre_id = t.centre_id and a.account_id = t.account_id
    left join decision d on d.centre_id = t.centre_id and d.account_id = t.account_id
        and d.serial = t.serial
    where t.centre_id = :centre
        and (:account is null or a.account_no = :account)
        and (:outcome is null or d.outcome = :outcome)
        and (:reason is null or d.reason = :reason)
        and (:reference is null or d.reference = :reference or d.notice = :reference
            or exists (select 1 from allocation l where l.centre_id = t.centre_id
                and l.account_id = t.account_id and l.serial = t.serial
                and l.reference = :reference))
        and (:from_day is null or t.booked_on >= :from_day)
        and (:to_day is null or t.booked_on <= :to_day)
    order by t.centre_id, t.account_id, t.serial";

const NOTICES: &str = "
    select n.reference, n.employer_id, e.name, n.amount_fen, n.issued_on, n.month,
        case when s.reference is not null then 2 else n.status end, s.settled_on
    from notice n
    left join settlement s on s.centre_id = n.centre_id and s.reference = n.reference
    left join employer e on e.centre_id = n.centre_id and e.employer_id = n.employer_id
    where n.centre_id = :centre
        and (:reference is null or n.reference = :reference)
        and (:employer is null or n.employer_id = :employer)
        and (:month is null or n.month = :month)
        and (:status is null
            or case when s.reference is not null then 2 else n.status end = :status)
    order by n.centre_id, n.reference";

impl Store {
    /// Gives every transaction the filter lets through to `show`; `show` says whether to go on.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn transactions(
        &self,
        filter: &TransactionFilter,
        mut show: impl FnMut(TransactionRow) -> bool,
    ) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        let mut statement = bulk.connection.prepare(TRANSACTIONS)?;
        let mut rows = statement.query(named_params! {
            ":centre": bulk.centre_id,
            ":account": filter.account_no,
            ":outcome": filter.outcome.map(Outcome::number),
            ":reason": filter.reason.map(Reason::number),
            ":reference": filter.reference.map(super::row::reference_number),
            ":from_day": filter.booked_from.map(day_number),
            ":to_day": filter.booked_to.map(day_number),
        })?;
        while let Some(row) = rows.next()? {
            if !show(transaction_row(row)?) {
                break;
            }
        }
        Ok(())
    }

    /// Gives every notice the filter lets through to `show`; `show` says whether to go on.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn notices(
        &self,
        filter: &NoticeFilter,
        mut show: impl FnMut(NoticeRow) -> bool,
    ) -> Result<(), StoreError> {
        let bulk = Bulk::open(self)?;
        let mut statement = bulk.connection.prepare(NOTICES)?;
        let mut rows = statement.query(named_params! {
            ":centre": bulk.centre_id,
            ":reference": filter.reference.map(super::row::reference_number),
            ":employer": filter.employer_id,
            ":month": filter.month.map(YearMonth::ordinal),
            ":status": filter.status.map(status_number),
        })?;
        while let Some(row) = rows.next()? {
            let notice = NoticeRow {
                reference: reference(row.get(0)?)?,
                employer_id: row.get(1)?,
                employer_name: row.get(2)?,
                amount: Money::from_fen(row.get(3)?),
                issued_on: day(row.get(4)?)?,
                month: YearMonth::from_ordinal(row.get(5)?),
                status: status(row.get(6)?)?,
                settled_on: row.get::<_, Option<i64>>(7)?.map(day).transpose()?,
            };
            if !show(notice) {
                break;
            }
        }
        Ok(())
    }
}

fn transaction_row(row: &Row<'_>) -> Result<TransactionRow, StoreError> {
    let remarks = (7..).zip(RemarkField::DEFAULT_ORDER);
    let remarks = remarks
        .filter_map(|(column, field)| match row.get_ref(column) {
            Ok(ValueRef::Text(text)) => Some(Ok((field, String::from_utf8_lossy(text).into()))),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
        .collect::<Result<_, _>>()?;
    let notice: Option<i64> = row.get(15)?;
    let split: Option<String> = row.get(16)?;
    let decided = row.get::<_, Option<i64>>(12)?.map(outcome).transpose()?;
    Ok(TransactionRow {
        account_no: row.get(0)?,
        bank_name: row.get(1)?,
        serial: row.get(2)?,
        booked_on: day(row.get(3)?)?,
        direction: direction(row.get(4)?)?,
        amount: Money::from_fen(row.get(5)?),
        counterparty_name: row.get(6)?,
        remarks,
        reference: row.get::<_, Option<i64>>(11)?.map(reference).transpose()?,
        outcome: decided,
        reason: match (row.get::<_, Option<i64>>(13)?, decided) {
            (Some(number), _) => Some(reason(number)?.code().to_owned()),
            (None, Some(Outcome::Ignored)) => row.get(14)?,
            (None, _) => None,
        },
        notices: match (notice, split) {
            (Some(number), _) => vec![reference(number)?],
            (None, Some(numbers)) => numbers
                .split(',')
                .filter_map(|number| number.parse().ok())
                .map(reference)
                .collect::<Result<_, _>>()?,
            (None, None) => Vec::new(),
        },
    })
}

pub(crate) fn outcome(number: i64) -> Result<Outcome, StoreError> {
    Outcome::from_number(number).ok_or_else(|| unknown("decision", "outcome", number))
}

pub(crate) fn reason(number: i64) -> Result<Reason, StoreError> {
    Reason::from_number(number).ok_or_else(|| unknown("decision", "reason", number))
}
