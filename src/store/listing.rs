//! Lists what the store holds: transactions with what became of them, and notices.
//!
//! Lists are streamed row by row to the caller, in the order of their keys: a listing of a million
//! transactions needs no more memory than one of ten.

use super::notices::STAGE;
use super::row::{day, day_number, direction, reference, stage_number, unknown};
use super::shown::{NoticeRow, RowPlace, beside_notice, notice_columns, notice_row};
use super::sql::{Read, Row, params};
use super::tx::Tx;
use super::{Store, StoreError};
use crate::remittance::{
    Direction, Money, NoticeStage, Outcome, PaymentReference, Reason, RemarkField, YearMonth,
};
use chrono::NaiveDate;
use serde::Serialize;

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
    /// The small number of its account.
    pub account_id: i64,
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
    pub reason: Option<Reason>,
    /// The rule that decided it.
    pub rule: Option<String>,
    /// The notices it settles or is a part of.
    pub notices: Vec<PaymentReference>,
    /// How much went where, of one that is split; they sum to its amount.
    pub parts: Vec<TransactionPart>,
}

/// A part of a split transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransactionPart {
    #[serde(flatten)]
    pub to: PartOf,
    pub amount: Money,
}

/// Where a part of a transaction went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartOf {
    Notice(PaymentReference),
    /// The advance balance of this employer.
    Advance(String),
}

/// Which notices to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeFilter {
    pub status: Option<NoticeStage>,
    pub employer_id: Option<String>,
    pub month: Option<YearMonth>,
    pub reference: Option<PaymentReference>,
}

/// The columns of a transaction, in the order [`transaction_row`] reads them.
pub(super) const TRANSACTION: &str = "
    a.account_no, a.bank_name, t.serial, t.booked_on, t.direction, t.amount_fen,
        t.counterparty_name, t.postscript, t.purpose, t.summary, t.note,
        coalesce(d.reference, d.notice), d.outcome, d.reason, d.rule, d.notice,
        (select string_agg(cast(l.reference as text) || ':' || cast(l.amount_fen as text), ','
                order by l.reference) from allocation l
            where l.centre_id = t.centre_id and l.account_id = t.account_id
            and l.serial = t.serial and l.booked_on = t.booked_on),
        r.employer_id, r.amount_fen, t.account_id";

/// What is known beside a transaction.
pub(super) const BESIDE_TRANSACTION: &str = "
    join collection_account a on a.centre_id = t.centre_id and a.account_id = t.account_id
    left join decision d on d.centre_id = t.centre_id and d.account_id = t.account_id
        and d.serial = t.serial and d.booked_on = t.booked_on
    left join advance_part r on r.centre_id = t.centre_id and r.account_id = t.account_id
        and r.serial = t.serial and r.booked_on = t.booked_on";

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
        let tx = Tx::open(self)?;
        let sql = format!(
            "select {TRANSACTION} from bank_transaction t {BESIDE_TRANSACTION}
             where t.centre_id = ?1
                 and (?2 is null or a.account_no = ?2)
                 and (?3 is null or d.outcome = ?3)
                 and (?4 is null or d.reason = ?4)
                 and (?5 is null or d.reference = ?5 or d.notice = ?5
                     or exists (select 1 from allocation l where l.centre_id = t.centre_id
                         and l.account_id = t.account_id and l.serial = t.serial
                         and l.booked_on = t.booked_on and l.reference = ?5))
                 and (?6 is null or t.booked_on >= ?6)
                 and (?7 is null or t.booked_on <= ?7)
             order by t.centre_id, t.account_id, t.serial"
        );
        let mut statement = tx.connection.prepare_cached(&sql)?;
        let values = params![
            tx.centre_id,
            filter.account_no,
            filter.outcome.map(Outcome::number),
            filter.reason.map(Reason::number),
            filter.reference.map(super::row::reference_number),
            filter.booked_from.map(day_number),
            filter.booked_to.map(day_number),
        ];
        statement.each(values, |row| {
            Ok(if show(transaction_row(row)?) { Read::On } else { Read::Enough })
        })
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
        let tx = Tx::open(self)?;
        let (columns, beside) = (notice_columns(), beside_notice());
        let sql = format!(
            "select {columns} from notice n {beside}
             where n.centre_id = ?1
                and (?2 is null or n.reference = ?2)
                and (?3 is null or n.employer_id = ?3)
                and (?4 is null or n.month = ?4)
                and (?5 is null or {STAGE} = ?5)
             order by n.centre_id, n.reference"
        );
        let mut statement = tx.connection.prepare_cached(&sql)?;
        let values = params![
            tx.centre_id,
            filter.reference.map(super::row::reference_number),
            filter.employer_id,
            filter.month.map(YearMonth::ordinal),
            filter.status.map(stage_number),
        ];
        statement
            .each(values, |row| Ok(if show(notice_row(row)?) { Read::On } else { Read::Enough }))
    }
}

/// Reads the columns of [`TRANSACTION`].
pub(super) fn transaction_row(row: &Row<'_>) -> Result<TransactionRow, StoreError> {
    let remarks = (7..).zip(RemarkField::DEFAULT_ORDER);
    let remarks = remarks
        .filter_map(|(column, field)| match row.text_or_null(column) {
            Ok(text) => text.map(|text| Ok((field, text.to_owned()))),
            Err(error) => Some(Err(error)),
        })
        .collect::<Result<_, _>>()?;
    let notice: Option<i64> = row.get(15)?;
    let parts = parts(row)?;
    Ok(TransactionRow {
        account_id: row.get(19)?,
        account_no: row.get(0)?,
        bank_name: row.get(1)?,
        serial: row.get(2)?,
        booked_on: day(row.get(3)?)?,
        direction: direction(row.get(4)?)?,
        amount: Money::from_fen(row.get(5)?),
        counterparty_name: row.get(6)?,
        remarks,
        reference: row.get::<Option<i64>>(11)?.map(reference).transpose()?,
        outcome: row.get::<Option<i64>>(12)?.map(outcome).transpose()?,
        reason: row.get::<Option<i64>>(13)?.map(reason).transpose()?,
        rule: row.get(14)?,
        notices: match notice {
            Some(number) => vec![reference(number)?],
            None => parts.iter().filter_map(|part| part.to.notice()).collect(),
        },
        parts,
    })
}

/// How much of a split transaction went to which notice, and to an advance balance.
fn parts(row: &Row<'_>) -> Result<Vec<TransactionPart>, StoreError> {
    let mut parts = Vec::new();
    for share in row.text(16)?.split_terminator(',') {
        let (number, fen) = share.split_once(':').unwrap_or_default();
        let (Ok(number), Ok(fen)) = (number.parse::<i64>(), fen.parse::<i64>()) else {
            let found = share.to_owned();
            return Err(StoreError::Unknown { table: "allocation", column: "reference", found });
        };
        let to = PartOf::Notice(reference(number)?);
        parts.push(TransactionPart { to, amount: Money::from_fen(fen) });
    }
    if let Some((employer_id, fen)) = row.get::<Option<String>>(17)?.zip(row.get(18)?) {
        let to = PartOf::Advance(employer_id);
        parts.push(TransactionPart { to, amount: Money::from_fen(fen) });
    }
    Ok(parts)
}

impl TransactionRow {
    /// The reason's code, or the rule's name where it is ignored.
    #[must_use]
    pub fn reason_code(&self) -> Option<&str> {
        let ignored = self.outcome == Some(Outcome::Ignored);
        self.reason.map(Reason::code).or_else(|| self.rule.as_deref().filter(|_| ignored))
    }

    /// The notice that it pays, or is a part of, with all of it; none where it is split.
    #[must_use]
    pub fn notice(&self) -> Option<PaymentReference> {
        self.notices.first().copied().filter(|_| self.parts.is_empty())
    }

    /// The first free text that is not empty.
    #[must_use]
    pub fn remark(&self) -> &str {
        self.remarks.first().map_or("", |(_, text)| text)
    }

    /// Where it stands in a list by day, for the page behind it.
    #[must_use]
    pub fn place(&self) -> RowPlace {
        let key = day_number(self.booked_on);
        RowPlace { key, account_id: self.account_id, serial: self.serial.clone() }
    }
}

impl PartOf {
    const fn notice(&self) -> Option<PaymentReference> {
        match self {
            Self::Notice(reference) => Some(*reference),
            Self::Advance(_) => None,
        }
    }
}

pub(crate) fn outcome(number: i64) -> Result<Outcome, StoreError> {
    Outcome::from_number(number).ok_or_else(|| unknown("decision", "outcome", number))
}

pub(crate) fn reason(number: i64) -> Result<Reason, StoreError> {
    Reason::from_number(number).ok_or_else(|| unknown("decision", "reason", number))
}
