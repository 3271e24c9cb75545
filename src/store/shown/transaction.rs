//! Transactions: searched, and one as the bank gave it with what became of it.
//!
//! Start at [`Store::search_transactions`]: the newest booking first, along an order of days. A sheet
//! ([`TransactionSheet`]) is everything there is of one.

use super::super::listing::{
    BESIDE_TRANSACTION, TRANSACTION, TransactionRow, outcome, reason, transaction_row,
};
use super::super::row::{day, day_number, direction, reference, reference_number, time};
use super::super::sql::{Connection, Row, params};
use super::super::tx::Tx;
use super::super::working_set::{TRANSACTION_COLUMNS, transactions_by_serial};
use super::super::{Store, StoreError};
use super::{RowPlace, pattern};
use crate::remittance::decision::NOT_OURS;
use crate::remittance::{
    Direction, Money, Outcome, PaymentReference, Reason, RemarkField, Subject,
};
use chrono::{NaiveDate, NaiveTime};

/// Which transactions to show; a field that is `None` does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionSearch {
    pub bank: Option<String>,
    pub outcome: Option<Outcome>,
    pub booked_from: Option<NaiveDate>,
    pub booked_to: Option<NaiveDate>,
    /// The night that brought it.
    pub taken_on: Option<NaiveDate>,
    pub amount: Option<Money>,
    /// Read in it, or settled by it, alone or with others.
    pub reference: Option<PaymentReference>,
    pub text: Option<String>,
}

/// A transaction, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionSheet {
    pub account_id: i64,
    pub account_no: String,
    pub bank_name: String,
    pub serial: String,
    pub booked_on: NaiveDate,
    pub booked_time: Option<NaiveTime>,
    pub direction: Direction,
    pub amount: Money,
    pub balance: Option<Money>,
    pub counterparty_account: String,
    pub counterparty_name: String,
    pub counterparty_bank_code: String,
    pub counterparty_bank_name: String,
    /// In reading order; the empty ones left out.
    pub remarks: Vec<(RemarkField, String)>,
    /// The bank marks it as undoing another.
    pub reversal: bool,
    pub taken_on: NaiveDate,
    pub outcome: Option<Outcome>,
    pub reason: Option<Reason>,
    /// The rule, where it is no payment.
    pub rule: Option<String>,
    pub explanation: Option<String>,
    pub decided_on: Option<NaiveDate>,
    /// The notices it pays, with how much of it each.
    pub notices: Vec<(PaymentReference, Money)>,
    /// What a split left on an employer's advance balance.
    pub rest: Option<(String, Money)>,
    pub postings: Vec<Posting>,
    /// It is, or was, in suspense.
    pub item: bool,
}

/// One step of a transaction's money through the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    pub posted_on: NaiveDate,
    pub debit: Subject,
    pub credit: Subject,
    pub amount: Money,
}

impl TransactionSheet {
    /// Whether staff decided it, and not the engine.
    #[must_use]
    pub fn by_staff(&self) -> bool {
        matches!(self.rule.as_deref(), Some("staff" | NOT_OURS))
    }
}

impl Store {
    /// Transactions that are searched for, at most `limit`, the newest booking first, behind a place.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn search_transactions(
        &self,
        search: &TransactionSearch,
        behind: Option<&RowPlace>,
        limit: u32,
    ) -> Result<Vec<TransactionRow>, StoreError> {
        let tx = Tx::open(self)?;
        let start = RowPlace { key: i64::MAX, account_id: 0, serial: String::new() };
        let behind = behind.unwrap_or(&start);
        let values = params![
            tx.centre_id,
            behind.key,
            behind.account_id,
            behind.serial,
            search.bank,
            search.outcome.map(Outcome::number),
            search.booked_from.map(day_number),
            search.booked_to.map(day_number),
            search.taken_on.map(day_number),
            search.amount.map(Money::fen),
            search.reference.map(reference_number),
            search.text.as_deref().filter(|text| !text.trim().is_empty()).map(pattern),
            limit,
        ];
        let sql = format!(
            "select {TRANSACTION} from bank_transaction t {BESIDE_TRANSACTION}
             where t.centre_id = ?1 and (t.booked_on, t.account_id, t.serial) < (?2, ?3, ?4)
                 and (?5 is null or a.bank = ?5)
                 and (?6 is null or d.outcome = ?6)
                 and (?7 is null or t.booked_on >= ?7)
                 and (?8 is null or t.booked_on <= ?8)
                 and (?9 is null or t.taken_on = ?9)
                 and (?10 is null or t.amount_fen = ?10)
                 and (?11 is null or d.reference = ?11 or d.notice = ?11
                     or exists (select 1 from allocation l where l.centre_id = t.centre_id
                         and l.account_id = t.account_id and l.serial = t.serial
                         and l.booked_on = t.booked_on and l.reference = ?11))
                 and (?12 is null
                     or lower(coalesce(t.counterparty_name, '') || ' ' || coalesce(t.postscript, '') || ' '
                         || coalesce(t.purpose, '') || ' ' || coalesce(t.summary, '') || ' '
                         || coalesce(t.note, '') || ' ' || t.serial) like ?12 escape '!')
             order by t.booked_on desc, t.account_id desc, t.serial desc limit ?13"
        );
        tx.connection.prepare_cached(&sql)?.query_all(values, transaction_row)
    }

    /// One transaction with all there is of it.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn transaction_sheet(
        &self,
        account_id: i64,
        serial: &str,
    ) -> Result<Option<TransactionSheet>, StoreError> {
        let tx = Tx::open(self)?;
        let sql = format!(
            "select {TRANSACTION_COLUMNS}, a.account_no, a.bank_name, t.taken_on, d.outcome, d.reason,
                d.rule, d.because, d.decided_on, d.notice, h.opened_on
             from {}
             join collection_account a using (centre_id, account_id)
             left join decision d using (centre_id, account_id, serial, booked_on)
             left join suspense_item h using (centre_id, account_id, serial, booked_on)
             where t.centre_id = ?1 and t.account_id = ?2 and t.serial = ?3",
            transactions_by_serial(&tx.connection)
        );
        let (connection, key) = (&tx.connection, params![tx.centre_id, account_id, serial]);
        let mut select = connection.prepare_cached(&sql)?;
        let Some((mut sheet, notice)) = select.query_row_optional(key, sheet)? else {
            return Ok(None);
        };
        sheet.notices = match notice {
            Some(reference) => vec![(reference, sheet.amount)],
            None => allocations(connection, key)?,
        };
        sheet.rest = rest(connection, key)?;
        sheet.postings = postings(connection, key)?;
        Ok(Some(sheet))
    }
}

/// The sheet without its notices and postings, and the notice it pays alone.
fn sheet(row: &Row<'_>) -> Result<(TransactionSheet, Option<PaymentReference>), StoreError> {
    let text = |column| row.text(column).map(str::to_owned);
    let mut remarks = Vec::new();
    for (column, field) in (11..).zip(RemarkField::DEFAULT_ORDER) {
        if let Some(text) = row.text_or_null(column)? {
            remarks.push((field, text.to_owned()));
        }
    }
    let notice = row.get::<Option<i64>>(25)?.map(reference).transpose()?;
    let sheet = TransactionSheet {
        account_id: row.get(0)?,
        serial: text(1)?,
        booked_on: day(row.get(2)?)?,
        booked_time: row.get::<Option<i64>>(3)?.and_then(time),
        direction: direction(row.get(4)?)?,
        amount: Money::from_fen(row.get(5)?),
        balance: row.get::<Option<i64>>(6)?.map(Money::from_fen),
        counterparty_account: text(7)?,
        counterparty_name: text(8)?,
        counterparty_bank_code: text(9)?,
        counterparty_bank_name: text(10)?,
        remarks,
        reversal: row.get::<i64>(15)? == 1,
        account_no: text(17)?,
        bank_name: text(18)?,
        taken_on: day(row.get(19)?)?,
        outcome: row.get::<Option<i64>>(20)?.map(outcome).transpose()?,
        reason: row.get::<Option<i64>>(21)?.map(reason).transpose()?,
        rule: row.get(22)?,
        explanation: row.get(23)?,
        decided_on: row.get::<Option<i64>>(24)?.map(day).transpose()?,
        notices: Vec::new(),
        rest: None,
        postings: Vec::new(),
        item: row.get::<Option<i64>>(26)?.is_some(),
    };
    Ok((sheet, notice))
}

fn allocations(
    connection: &Connection,
    key: &[&dyn super::super::sql::Bind],
) -> Result<Vec<(PaymentReference, Money)>, StoreError> {
    let sql = "select reference, amount_fen from allocation
        where centre_id = ?1 and account_id = ?2 and serial = ?3 order by reference";
    connection
        .prepare_cached(sql)?
        .query_all(key, |row| Ok((reference(row.get(0)?)?, Money::from_fen(row.get(1)?))))
}

/// What a split left on an employer's advance balance.
fn rest(
    connection: &Connection,
    key: &[&dyn super::super::sql::Bind],
) -> Result<Option<(String, Money)>, StoreError> {
    let sql = "select employer_id, amount_fen from advance_part
        where centre_id = ?1 and account_id = ?2 and serial = ?3";
    connection
        .prepare_cached(sql)?
        .query_row_optional(key, |row| Ok((row.get(0)?, Money::from_fen(row.get(1)?))))
}

fn postings(
    connection: &Connection,
    key: &[&dyn super::super::sql::Bind],
) -> Result<Vec<Posting>, StoreError> {
    let sql = "select posted_on, debit, credit, amount_fen from journal
        where centre_id = ?1 and account_id = ?2 and serial = ?3 order by step";
    let subject = |number: i64| {
        Subject::from_number(number)
            .ok_or_else(|| super::super::row::unknown("journal", "subject", number))
    };
    connection.prepare_cached(sql)?.query_all(key, |row| {
        Ok(Posting {
            posted_on: day(row.get(0)?)?,
            debit: subject(row.get(1)?)?,
            credit: subject(row.get(2)?)?,
            amount: Money::from_fen(row.get(3)?),
        })
    })
}
