//! Lists transactions with their decisions, and notices.
//!
//! Rows are streamed to the caller in key order: a listing of a million transactions needs no more memory than
//! one of ten.

use super::{NoticeRow, RowPlace, beside_notice};
use crate::remittance::{
    Direction, Money, NoticeStage, Outcome, PaymentReference, Reason, RemarkField, YearMonth,
};
use crate::store::database::columns::{columns, select};
use crate::store::database::row::{day_number, reference, stage_number};
use crate::store::database::sql::{Read, params};
use crate::store::operations::notices::STAGE;
use crate::store::{Store, StoreError};
use chrono::NaiveDate;
use serde::Serialize;

/// Which transactions to list; `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionFilter {
    pub account_no: Option<String>,
    pub outcome: Option<Outcome>,
    pub reason: Option<Reason>,
    /// Read in the remark, or settled, alone or with others.
    pub reference: Option<PaymentReference>,
    pub booked_from: Option<NaiveDate>,
    pub booked_to: Option<NaiveDate>,
}

/// A transaction and its decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRow {
    /// The short number of its account.
    pub account_id: i64,
    pub account_no: String,
    pub bank_name: String,
    pub serial: String,
    pub booked_on: NaiveDate,
    pub direction: Direction,
    pub amount: Money,
    pub counterparty_name: Option<String>,
    /// The non-empty free texts, in the default order of fields.
    pub remarks: Vec<(RemarkField, String)>,
    pub reference: Option<PaymentReference>,
    /// `None` until a night has judged it.
    pub outcome: Option<Outcome>,
    pub reason: Option<Reason>,
    /// The rule that decided it.
    pub rule: Option<String>,
    /// The notices it settles or is a part of.
    pub notices: Vec<PaymentReference>,
    /// The parts of an allocated transaction; they sum to its amount.
    pub parts: Vec<TransactionPart>,
}

/// A part of an allocated transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransactionPart {
    #[serde(flatten)]
    pub to: PartOf,
    pub amount: Money,
}

/// The destination of a part.
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

columns! {
    pub(in crate::store) struct ListedColumns<'r> of "t" {
        account_id: i64,
        account_no: String = "a.account_no",
        bank_name: String = "a.bank_name",
        serial: String,
        booked_on: NaiveDate,
        direction: Direction,
        amount_fen: Money,
        counterparty_name: Option<String>,
        postscript: Option<&'r str>,
        purpose: Option<&'r str>,
        summary: Option<&'r str>,
        note: Option<&'r str>,
        reference: Option<PaymentReference> = "coalesce(d.reference, d.notice)",
        outcome: Option<Outcome> = "d.outcome",
        reason: Option<Reason> = "d.reason",
        rule: Option<String> = "d.rule",
        notice: Option<PaymentReference> = "d.notice",
        shares: &'r str = "(select string_agg(cast(l.reference as text) || ':' || cast(l.amount_fen as text), ','
                order by l.reference) from allocation l
            where l.centre_id = t.centre_id and l.account_id = t.account_id
            and l.serial = t.serial and l.booked_on = t.booked_on)",
        rest_employer_id: Option<String> = "r.employer_id",
        rest_fen: Option<Money> = "r.amount_fen",
    }
}

/// The tables joined with a transaction.
pub(in crate::store) const BESIDE_TRANSACTION: &str = "
    join collection_account a on a.centre_id = t.centre_id and a.account_id = t.account_id
    left join decision d on d.centre_id = t.centre_id and d.account_id = t.account_id
        and d.serial = t.serial and d.booked_on = t.booked_on
    left join advance_part r on r.centre_id = t.centre_id and r.account_id = t.account_id
        and r.serial = t.serial and r.booked_on = t.booked_on";

impl Store {
    /// Passes every transaction that matches the filter to `show`; `show` says whether to go on.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn transactions(
        &self,
        filter: &TransactionFilter,
        mut show: impl FnMut(TransactionRow) -> bool,
    ) -> Result<(), StoreError> {
        let tx = self.reading()?;
        let sql = select::<ListedColumns<'_>>(&format!(
            "from bank_transaction t {BESIDE_TRANSACTION}
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
        ));
        let mut statement = tx.connection.prepare_cached(&sql)?;
        let values = params![
            tx.centre_id,
            filter.account_no,
            filter.outcome.map(Outcome::number),
            filter.reason.map(Reason::number),
            filter.reference.map(crate::store::database::row::reference_number),
            filter.booked_from.map(day_number),
            filter.booked_to.map(day_number),
        ];
        statement.each(values, |row| {
            Ok(if show(row.read::<ListedColumns<'_>>()?.transaction()?) {
                Read::On
            } else {
                Read::Enough
            })
        })
    }

    /// Passes every notice that matches the filter to `show`; `show` says whether to go on.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn notices(
        &self,
        filter: &NoticeFilter,
        mut show: impl FnMut(NoticeRow) -> bool,
    ) -> Result<(), StoreError> {
        let tx = self.reading()?;
        let beside = beside_notice();
        let sql = select::<NoticeRow>(&format!(
            "from notice n {beside}
             where n.centre_id = ?1
                and (?2 is null or n.reference = ?2)
                and (?3 is null or n.employer_id = ?3)
                and (?4 is null or n.month = ?4)
                and (?5 is null or {STAGE} = ?5)
             order by n.centre_id, n.reference"
        ));
        let mut statement = tx.connection.prepare_cached(&sql)?;
        let values = params![
            tx.centre_id,
            filter.reference.map(crate::store::database::row::reference_number),
            filter.employer_id,
            filter.month.map(YearMonth::ordinal),
            filter.status.map(stage_number),
        ];
        statement.each(values, |row| Ok(if show(row.read()?) { Read::On } else { Read::Enough }))
    }
}

impl ListedColumns<'_> {
    /// The row for a list.
    pub(in crate::store) fn transaction(self) -> Result<TransactionRow, StoreError> {
        let parts = parts(self.shares, self.rest_employer_id.zip(self.rest_fen))?;
        let texts = [self.postscript, self.purpose, self.summary, self.note];
        let remarks = RemarkField::DEFAULT_ORDER.into_iter().zip(texts);
        Ok(TransactionRow {
            account_id: self.account_id,
            account_no: self.account_no,
            bank_name: self.bank_name,
            serial: self.serial,
            booked_on: self.booked_on,
            direction: self.direction,
            amount: self.amount_fen,
            counterparty_name: self.counterparty_name,
            remarks: remarks.filter_map(|(field, text)| Some((field, text?.to_owned()))).collect(),
            reference: self.reference,
            outcome: self.outcome,
            reason: self.reason,
            rule: self.rule,
            notices: match self.notice {
                Some(notice) => vec![notice],
                None => parts.iter().filter_map(|part| part.to.notice()).collect(),
            },
            parts,
        })
    }
}

/// The parts of an allocated transaction, from its notices and its advance balance.
fn parts(shares: &str, rest: Option<(String, Money)>) -> Result<Vec<TransactionPart>, StoreError> {
    let mut parts = Vec::new();
    for share in shares.split_terminator(',') {
        let (number, fen) = share.split_once(':').unwrap_or_default();
        let (Ok(number), Ok(fen)) = (number.parse::<i64>(), fen.parse::<i64>()) else {
            let found = share.to_owned();
            return Err(StoreError::Unknown { table: "allocation", column: "reference", found });
        };
        let to = PartOf::Notice(reference(number)?);
        parts.push(TransactionPart { to, amount: Money::from_fen(fen) });
    }
    parts.extend(
        rest.map(|(employer_id, amount)| TransactionPart {
            to: PartOf::Advance(employer_id),
            amount,
        }),
    );
    Ok(parts)
}

impl TransactionRow {
    /// The reason's code, or the rule's name if it is ignored.
    #[must_use]
    pub fn reason_code(&self) -> Option<&str> {
        let ignored = self.outcome == Some(Outcome::Ignored);
        self.reason.map(Reason::code).or_else(|| self.rule.as_deref().filter(|_| ignored))
    }

    /// The notice that its full amount pays or is a part of; none if it is allocated to several.
    #[must_use]
    pub fn notice(&self) -> Option<PaymentReference> {
        self.notices.first().copied().filter(|_| self.parts.is_empty())
    }

    /// The first free text that is not empty.
    #[must_use]
    pub fn remark(&self) -> &str {
        self.remarks.first().map_or("", |(_, text)| text)
    }

    /// Its position in a list by day, for the next page.
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
