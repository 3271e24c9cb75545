//! Searches transactions, and shows one as the bank gave it with its decision.
//!
//! Start at [`Store::search_transactions`]: the newest booking first, in day order. A sheet
//! ([`TransactionSheet`]) has all data of one.

use super::super::{Store, StoreError};
use super::listing::{BESIDE_TRANSACTION, ListedColumns, TransactionRow};
use super::{RowPlace, pattern};
use crate::remittance::decision::NOT_OURS;
use crate::remittance::{
    Direction, Money, Outcome, PaymentReference, Reason, RemarkField, Subject,
};
use crate::store::database::columns::{columns, select};
use crate::store::database::row::{day_number, reference_number};
use crate::store::database::sql::{Connection, Row, params};
use crate::store::posting::working_set::{TransactionColumns, transactions_by_serial};
use chrono::{NaiveDate, NaiveTime};

/// Which transactions to show; `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionSearch {
    pub bank: Option<String>,
    pub outcome: Option<Outcome>,
    pub booked_from: Option<NaiveDate>,
    pub booked_to: Option<NaiveDate>,
    /// The night that ingested it.
    pub taken_on: Option<NaiveDate>,
    pub amount: Option<Money>,
    /// Read in its remark, or settled by it, alone or with others.
    pub reference: Option<PaymentReference>,
    pub text: Option<String>,
}

/// A transaction with all its data.
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
    /// In reading order, without empty ones.
    pub remarks: Vec<(RemarkField, String)>,
    /// The bank marks it as a reversal.
    pub reversal: bool,
    pub taken_on: NaiveDate,
    pub outcome: Option<Outcome>,
    pub reason: Option<Reason>,
    /// The rule, if it is no payment.
    pub rule: Option<String>,
    pub explanation: Option<String>,
    pub decided_on: Option<NaiveDate>,
    /// The notices it pays, with the amount for each.
    pub notices: Vec<(PaymentReference, Money)>,
    /// The remainder of an allocation, on an employer's advance balance.
    pub rest: Option<(String, Money)>,
    pub postings: Vec<Posting>,
    /// It is or was in suspense.
    pub item: bool,
}

columns! {
    /// The columns joined with a transaction: of its account `a`, its decision `d` and its item `h`.
    struct SheetColumns {
        account_no: String = "a.account_no",
        bank_name: String = "a.bank_name",
        taken_on: NaiveDate = "t.taken_on",
        outcome: Option<Outcome> = "d.outcome",
        reason: Option<Reason> = "d.reason",
        rule: Option<String> = "d.rule",
        explanation: Option<String> = "d.because",
        decided_on: Option<NaiveDate> = "d.decided_on",
        notice: Option<PaymentReference> = "d.notice",
        opened_on: Option<i64> = "h.opened_on",
    }
}

/// One posting of a transaction's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    pub posted_on: NaiveDate,
    pub debit: Subject,
    pub credit: Subject,
    pub amount: Money,
}

columns! { impl Posting { posted_on, debit, credit, amount = "amount_fen" } }

impl TransactionSheet {
    /// Whether staff decided it.
    #[must_use]
    pub fn by_staff(&self) -> bool {
        matches!(self.rule.as_deref(), Some("staff" | NOT_OURS))
    }
}

impl Store {
    /// The transactions that match a search, at most `limit`, the newest booking first, after a position.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn search_transactions(
        &self,
        search: &TransactionSearch,
        behind: Option<&RowPlace>,
        limit: u32,
    ) -> Result<Vec<TransactionRow>, StoreError> {
        let tx = self.reading()?;
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
        let sql = select::<ListedColumns<'_>>(&format!(
            "from bank_transaction t {BESIDE_TRANSACTION}
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
        ));
        let read = |row: &Row<'_>| row.read::<ListedColumns<'_>>()?.transaction();
        tx.connection.prepare_cached(&sql)?.query_all(values, read)
    }

    /// One transaction with all its data.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn transaction_sheet(
        &self,
        account_id: i64,
        serial: &str,
    ) -> Result<Option<TransactionSheet>, StoreError> {
        let tx = self.reading()?;
        let sql = select::<(TransactionColumns<'_>, SheetColumns)>(&format!(
            "from {}
             join collection_account a using (centre_id, account_id)
             left join decision d using (centre_id, account_id, serial, booked_on)
             left join suspense_item h using (centre_id, account_id, serial, booked_on)
             where t.centre_id = ?1 and t.account_id = ?2 and t.serial = ?3",
            transactions_by_serial(&tx.connection)
        ));
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

/// The sheet without its notices and postings, and the one notice it pays alone.
fn sheet(row: &Row<'_>) -> Result<(TransactionSheet, Option<PaymentReference>), StoreError> {
    let (columns, beside): (TransactionColumns<'_>, SheetColumns) = row.read()?;
    let transaction = columns.transaction()?;
    let party = &transaction.counterparty;
    let sheet = TransactionSheet {
        account_id: columns.account_id,
        serial: transaction.serial.to_owned(),
        booked_on: transaction.booked_on,
        booked_time: transaction.booked_time,
        direction: transaction.direction,
        amount: transaction.amount,
        balance: transaction.balance,
        counterparty_account: party.account.to_owned(),
        counterparty_name: party.name.to_owned(),
        counterparty_bank_code: party.bank_code.to_owned(),
        counterparty_bank_name: party.bank_name.to_owned(),
        remarks: columns.remarks(),
        reversal: transaction.reversal,
        account_no: beside.account_no,
        bank_name: beside.bank_name,
        taken_on: beside.taken_on,
        outcome: beside.outcome,
        reason: beside.reason,
        rule: beside.rule,
        explanation: beside.explanation,
        decided_on: beside.decided_on,
        notices: Vec::new(),
        rest: None,
        postings: Vec::new(),
        item: beside.opened_on.is_some(),
    };
    Ok((sheet, beside.notice))
}

fn allocations(
    connection: &Connection,
    key: &[&dyn crate::store::database::sql::Bind],
) -> Result<Vec<(PaymentReference, Money)>, StoreError> {
    let sql = "select reference, amount_fen from allocation
        where centre_id = ?1 and account_id = ?2 and serial = ?3 order by reference";
    connection.fetch_all::<(PaymentReference, Money)>(sql, key)
}

/// The remainder of an allocation, on an employer's advance balance.
fn rest(
    connection: &Connection,
    key: &[&dyn crate::store::database::sql::Bind],
) -> Result<Option<(String, Money)>, StoreError> {
    let sql = "select employer_id, amount_fen from advance_part
        where centre_id = ?1 and account_id = ?2 and serial = ?3";
    connection.fetch_optional(sql, key)
}

fn postings(
    connection: &Connection,
    key: &[&dyn crate::store::database::sql::Bind],
) -> Result<Vec<Posting>, StoreError> {
    let from = "from journal
        where centre_id = ?1 and account_id = ?2 and serial = ?3 order by step";
    connection.select_all(from, key)
}
