//! News of notices: the bank reversed a payment, or the notice is open again and must be paid again.
//!
//! Start at [`Recording::notice_news`]. A row belongs to a notice and not to a transaction, since one transfer
//! can have paid notices of several employers. The state is read from the books each time; the row only records
//! what the employer was told. The night records the bank's reversals, the desk those of staff.
//!
//! Invariant: a row is written in the commit that makes it true, and marked in the commit of the letter that
//! reports it.

use crate::alert::{NewsStage, NoticeTold, Payback};
use crate::matching::AccountIndex;
use crate::remittance::{Money, NoticeStatus, Outcome, PaymentReference, YearMonth};
use crate::store::StoreError;
use crate::store::database::columns::{columns, select};
use crate::store::database::row::{day_number, reference_number, status_number, unknown};
use crate::store::database::sql::{Connection, Read, params};
use crate::store::database::tx::{Binder, Tx};
use crate::store::posting::Recording;
use crate::store::posting::working_set::account_id;
use chrono::NaiveDate;

/// A bank's debit that reverses a settled credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankReversal {
    pub account: AccountIndex,
    pub serial: String,
    pub booked_on: NaiveDate,
    /// The credit, in the same account.
    pub credit: (String, NaiveDate),
}

/// A notice with news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeNewsRow {
    pub reference: PaymentReference,
    pub ordinal: i64,
    pub employer_id: String,
    pub month: YearMonth,
    pub amount: Money,
    pub told: NoticeTold,
    /// The bank started it, not staff.
    pub by_bank: bool,
    /// The bank's debit, if it was seen before staff acted.
    pub payback: Option<(AccountIndex, Payback)>,
}

/// Records that a letter told of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeMark {
    pub reference: PaymentReference,
    pub ordinal: i64,
    /// Reminders count from this letter.
    pub news: bool,
    pub said: Option<NewsStage>,
    pub reminded_days: u32,
    pub until: Option<NaiveDate>,
    pub done: bool,
}

/// The one notice that a credit settled; `column4` and `column5` are the credit.
const NOTE_ONE: &str = "
    insert into notice_news (centre_id, reference, ordinal, cause, account_id, serial, booked_on, noted_on,
        reminded_days, done)
    select ?1, d.notice, 1 + coalesce((select max(u.ordinal) from settlement_undone u
            where u.centre_id = ?1 and u.reference = d.notice), 0),
        'bank', v.column1, v.column2, v.column3, v.column6, 0, 0
    from (values …) v
    join decision d on d.centre_id = ?1 and d.account_id = v.column1 and d.serial = v.column4
        and d.booked_on = v.column5 and d.outcome = 1 and d.notice is not null
    where true
    on conflict (centre_id, reference, ordinal) do nothing";

/// The several notices it settled.
const NOTE_SEVERAL: &str = "
    insert into notice_news (centre_id, reference, ordinal, cause, account_id, serial, booked_on, noted_on,
        reminded_days, done)
    select ?1, a.reference, 1 + coalesce((select max(u.ordinal) from settlement_undone u
            where u.centre_id = ?1 and u.reference = a.reference), 0),
        'bank', v.column1, v.column2, v.column3, v.column6, 0, 0
    from (values …) v
    join allocation a on a.centre_id = ?1 and a.account_id = v.column1 and a.serial = v.column4
        and a.booked_on = v.column5
    where true
    on conflict (centre_id, reference, ordinal) do nothing";

/// A notice that was just reversed.
const REOPENED: &str = "
    insert into notice_news (centre_id, reference, ordinal, cause, noted_on, reminded_days, done)
    select u.centre_id, u.reference, u.ordinal, cast(?3 as text), cast(?4 as integer), 0, 0
    from settlement_undone u where u.centre_id = ?1 and u.reference = ?2
        and u.ordinal = (select max(x.ordinal) from settlement_undone x
            where x.centre_id = ?1 and x.reference = ?2)
    on conflict (centre_id, reference, ordinal) do update set done = 0";

columns! {
    /// The news `w` of a notice `n` and its state: its settlement `s`, its reversal `u`, and the debit `t` with
    /// its decision `d`.
    struct NewsColumns of "w" {
        reference: PaymentReference,
        ordinal: i64,
        cause: String,
        noted_on: NaiveDate,
        told_on: Option<NaiveDate>,
        said: Option<String>,
        reminded_days: u32,
        until_on: Option<NaiveDate>,
        employer_id: String = "n.employer_id",
        amount_fen: Money = "n.amount_fen",
        month: YearMonth = "n.month",
        status: i64 = "n.status",
        is_settled: bool = "case when s.reference is null then 0 else 1 end",
        is_undone: bool = "case when u.reference is null then 0 else 1 end",
        outcome: Option<i64> = "d.outcome",
        account: Option<AccountIndex> = "w.account_id",
        debit_booked_on: Option<NaiveDate> = "t.booked_on",
        debit_fen: Option<Money> = "t.amount_fen",
    }
}

const OPEN: &str = "from notice_news w
    join notice n on n.centre_id = w.centre_id and n.reference = w.reference
    left join settlement s on s.centre_id = w.centre_id and s.reference = w.reference
    left join settlement_undone u on u.centre_id = w.centre_id and u.reference = w.reference
        and u.ordinal = w.ordinal
    left join bank_transaction t on t.centre_id = w.centre_id and t.account_id = w.account_id
        and t.serial = w.serial and t.booked_on = w.booked_on
    left join decision d on d.centre_id = w.centre_id and d.account_id = w.account_id
        and d.serial = w.serial and d.booked_on = w.booked_on
    where w.centre_id = ?1 and w.done = 0
    order by n.employer_id, w.reference, w.ordinal";

const MARK: &str = "
    update notice_news set reminded_days = v.column4, done = v.column5, said = v.column7, marked_on = v.column3,
        told_on = case v.column6 when 1 then v.column3 else coalesce(notice_news.told_on, v.column3) end,
        until_on = case v.column6 when 1 then v.column8 else coalesce(notice_news.until_on, v.column8) end
    from (values …) v
    where notice_news.centre_id = ?1 and notice_news.reference = v.column1 and notice_news.ordinal = v.column2";

const DISMISS: &str = "
    update notice_news set done = 1, marked_on = v.column3 from (values …) v
    where notice_news.centre_id = ?1 and notice_news.reference = v.column1 and notice_news.ordinal = v.column2";

impl Recording {
    /// Records the notices whose payments the bank reversed.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn note_taken_back(&self, debits: &[BankReversal]) -> Result<(), StoreError> {
        let on = day_number(self.turn.counts_from());
        let bind = |row: &mut Binder<'_, '_>, debit: &BankReversal| {
            row.bind(account_id(debit.account))?;
            row.bind(&debit.serial)?;
            row.bind(day_number(debit.booked_on))?;
            row.bind(&debit.credit.0)?;
            row.bind(day_number(debit.credit.1))?;
            row.bind(on)
        };
        self.tx.change(NOTE_ONE, debits, bind)?;
        self.tx.change(NOTE_SEVERAL, debits, bind)
    }

    /// Passes on every notice with pending news, employer by employer.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails or holds what this release does not know.
    pub fn notice_news(&self) -> Result<Vec<NoticeNewsRow>, StoreError> {
        let mut rows = Vec::new();
        let sql = select::<NewsColumns>(OPEN);
        self.tx.connection.prepare_cached(&sql)?.each(params![self.tx.centre_id], |row| {
            rows.push(row.read::<NewsColumns>()?.news()?);
            Ok(Read::On)
        })?;
        Ok(rows)
    }

    /// Marks what letters told.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn told_of_notices(&self, marks: &[(String, NoticeMark)]) -> Result<(), StoreError> {
        told(&self.tx, self.as_of, marks)
    }

    /// Marks notices as done: nothing more will be reported.
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn dismiss_notices(&self, keys: &[(PaymentReference, i64)]) -> Result<(), StoreError> {
        let on = day_number(self.as_of);
        self.tx.change(DISMISS, keys, |row, (reference, ordinal)| {
            row.bind(reference_number(*reference))?;
            row.bind(*ordinal)?;
            row.bind(on)
        })
    }
}

/// Marks what letters of a night told of notices; each mark comes with its letter's id.
pub(in crate::store) fn told(
    tx: &Tx,
    night: NaiveDate,
    marks: &[(String, NoticeMark)],
) -> Result<(), StoreError> {
    let on = day_number(night);
    tx.change(MARK, marks, |row, (_, mark)| {
        row.bind(reference_number(mark.reference))?;
        row.bind(mark.ordinal)?;
        row.bind(on)?;
        row.bind(mark.reminded_days)?;
        row.bind(mark.done)?;
        row.bind(mark.news)?;
        row.bind(mark.said.map(NewsStage::code))?;
        row.bind(mark.until.map(day_number))
    })
}

impl NewsColumns {
    fn news(self) -> Result<NoticeNewsRow, StoreError> {
        let stage = self.stage();
        let read = |code: &str| {
            NewsStage::from_code(code).ok_or_else(|| unknown("notice_news", "said", code))
        };
        let booked = self.debit_booked_on.zip(self.debit_fen);
        let payback = self.account.zip(booked);
        Ok(NoticeNewsRow {
            reference: self.reference,
            ordinal: self.ordinal,
            by_bank: self.cause == "bank",
            told: NoticeTold {
                stage,
                noted_on: self.noted_on,
                told_on: self.told_on,
                said: self.said.as_deref().map(read).transpose()?,
                reminded_days: self.reminded_days,
                until: self.until_on,
            },
            employer_id: self.employer_id,
            amount: self.amount_fen,
            month: self.month,
            payback: payback
                .map(|(account, (booked_on, amount))| (account, Payback { booked_on, amount })),
        })
    }

    /// The stage of the notice.
    fn stage(&self) -> NewsStage {
        let in_suspense = self.outcome == Some(Outcome::Suspense.number());
        match (self.is_settled, self.is_undone) {
            _ if self.status == status_number(NoticeStatus::Revoked) => NewsStage::Revoked,
            (true, false) if in_suspense => NewsStage::TakenBack,
            (true, _) => NewsStage::Settled,
            _ if self.status == status_number(NoticeStatus::Paid) => NewsStage::Settled,
            (false, _) => NewsStage::Reopened,
        }
    }
}

/// Records that a notice was reversed, by the bank or by staff.
pub(in crate::store) fn reopened(
    tx: &Tx,
    notice: PaymentReference,
    by_bank: bool,
    on: i64,
) -> Result<(), StoreError> {
    let cause = if by_bank { "bank" } else { "staff" };
    let values = params![tx.centre_id, reference_number(notice), cause, on];
    let connection: &Connection = &tx.connection;
    connection.prepare_cached(REOPENED)?.execute(values).map(|_| ())
}
