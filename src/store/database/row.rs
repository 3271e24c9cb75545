//! Converts between domain values and the whole numbers and codes in the database.
//!
//! A column is read directly as its domain type ([`Column`]): a struct of columns names only the type of each
//! field.

use super::columns::{FromRow, RowReader, columns};
use crate::matching::AccountIndex;
use crate::remittance::{
    Direction, Id, Money, NoticeStage, NoticeStatus, Outcome, PaymentReference, Reason,
    RefundReference, Subject, Tally, Total, YearMonth,
};
use crate::store::StoreError;
use crate::suspense::trail::TrailEvent;
use crate::suspense::{ItemId, Person, Stage};
use chrono::{NaiveDate, NaiveTime, Timelike};

/// Days from the first day of chrono's calendar (0001-01-01) to 1970-01-01.
const EPOCH_DAYS: i32 = 719_163;

/// Days since 1970-01-01.
pub(crate) fn day_number(day: NaiveDate) -> i64 {
    use chrono::Datelike;
    i64::from(day.num_days_from_ce() - EPOCH_DAYS)
}

pub(crate) fn day(number: i64) -> Result<NaiveDate, StoreError> {
    i32::try_from(number)
        .ok()
        .and_then(|number| number.checked_add(EPOCH_DAYS))
        .and_then(NaiveDate::from_num_days_from_ce_opt)
        .ok_or_else(|| unknown("a table", "day", number))
}

/// Seconds since midnight.
pub(crate) fn time_number(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight())
}

pub(crate) fn time(number: i64) -> Option<NaiveTime> {
    NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(number).ok()?, 0)
}

pub(crate) const fn direction_number(direction: Direction) -> i64 {
    match direction {
        Direction::Credit => 1,
        Direction::Debit => 2,
    }
}

pub(crate) fn direction(number: i64) -> Result<Direction, StoreError> {
    match number {
        1 => Ok(Direction::Credit),
        2 => Ok(Direction::Debit),
        _ => Err(unknown("bank_transaction", "direction", number)),
    }
}

pub(crate) const fn status_number(status: NoticeStatus) -> i64 {
    match status {
        NoticeStatus::Awaiting => 1,
        NoticeStatus::Paid => 2,
        NoticeStatus::Revoked => 3,
    }
}

/// A notice's stage for a list query: [`status_number`], or 4 if part of its money has arrived.
pub(crate) const fn stage_number(stage: NoticeStage) -> i64 {
    match stage {
        NoticeStage::Awaiting => 1,
        NoticeStage::Paid => 2,
        NoticeStage::Revoked => 3,
        NoticeStage::PartlyReceived => 4,
    }
}

pub(crate) fn stage(number: i64) -> Result<NoticeStage, StoreError> {
    NoticeStage::ALL
        .into_iter()
        .find(|stage| stage_number(*stage) == number)
        .ok_or_else(|| unknown("notice", "status", number))
}

pub(crate) fn status(number: i64) -> Result<NoticeStatus, StoreError> {
    NoticeStatus::ALL
        .into_iter()
        .find(|status| status_number(*status) == number)
        .ok_or_else(|| unknown("notice", "status", number))
}

pub(crate) fn reference_number(reference: PaymentReference) -> i64 {
    reference.number().cast_signed()
}

pub(crate) fn reference(number: i64) -> Result<PaymentReference, StoreError> {
    u64::try_from(number)
        .ok()
        .and_then(PaymentReference::from_number)
        .ok_or_else(|| unknown("a table", "reference", number))
}

/// Types that are read from the number or text of a column.
macro_rules! read_as {
    ($($type:ty: $kept:ty => $read:expr;)+) => {$(
        impl $crate::store::database::sql::Column for $type {
            fn read(
                row: &$crate::store::database::sql::Row<'_>,
                column: usize,
            ) -> Result<Self, $crate::store::StoreError> {
                $read(<$kept as $crate::store::database::sql::Column>::read(row, column)?)
            }
        }
    )+};
}
pub(in crate::store) use read_as;

read_as! {
    NaiveDate: i64 => day;
    Direction: i64 => direction;
    NoticeStage: i64 => stage;
    NoticeStatus: i64 => status;
    PaymentReference: i64 => reference;
    RefundReference: i64 => refund_reference;
    AccountIndex: i64 => account_index;
    Outcome: i64 => outcome;
    Reason: i64 => reason;
    Subject: i64 => subject;
    Money: i64 => |fen| Ok(Self::from_fen(fen));
    YearMonth: i32 => |ordinal| Ok(Self::from_ordinal(ordinal));
    Stage: String => item_stage;
    Person: String => |name| Ok(Self(name));
    TrailEvent: String => |code: String| Ok(Self::from_code(&code));
    Id: String => |id: String| Ok(Self::from(id));
}

fn outcome(number: i64) -> Result<Outcome, StoreError> {
    Outcome::from_number(number).ok_or_else(|| unknown("decision", "outcome", number))
}

fn reason(number: i64) -> Result<Reason, StoreError> {
    Reason::from_number(number).ok_or_else(|| unknown("decision", "reason", number))
}

fn item_stage(code: String) -> Result<Stage, StoreError> {
    Stage::from_code(&code).ok_or_else(|| unknown("suspense_item", "state", code))
}

pub(crate) fn account_index(account_id: i64) -> Result<AccountIndex, StoreError> {
    account_id
        .checked_sub(1)
        .and_then(|index| u16::try_from(index).ok())
        .map(AccountIndex)
        .ok_or_else(|| unknown("bank_transaction", "account_id", account_id))
}

fn refund_reference(number: i64) -> Result<RefundReference, StoreError> {
    u64::try_from(number)
        .ok()
        .and_then(RefundReference::from_number)
        .ok_or_else(|| unknown("refund", "reference", number))
}

fn subject(number: i64) -> Result<Subject, StoreError> {
    Subject::from_number(number).ok_or_else(|| unknown("journal", "subject", number))
}

columns! { impl ItemId { account_no, serial } }

/// A sum in two columns ([`super::sql::in_columns`]), or in the sums of two columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WideTotal(pub(crate) Total);

impl<'r> FromRow<'r> for WideTotal {
    fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError> {
        let (row, fen) = at.pass(2);
        Ok(Self(row.total(fen, fen + 1)?))
    }
}

/// A count, and a sum in two columns.
impl<'r> FromRow<'r> for Tally {
    fn from_row(at: &mut RowReader<'r>) -> Result<Self, StoreError> {
        let (count, WideTotal(amount)) = at.next()?;
        Ok(Self { count, amount })
    }
}

/// A text for the database: an absent field is null, not an empty text.
pub(crate) fn filled(text: &str) -> Option<&str> {
    if text.is_empty() { None } else { Some(text) }
}

pub(crate) fn unknown(
    table: &'static str,
    column: &'static str,
    found: impl ToString,
) -> StoreError {
    StoreError::Unknown { table, column, found: found.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_counted_from_1970() {
        for (text, number) in [("1970-01-01", 0), ("2026-05-11", 20_584), ("1969-12-31", -1)] {
            let date: NaiveDate = text.parse().unwrap();
            assert_eq!(day_number(date), number, "{text}");
            assert_eq!(day(number).unwrap(), date, "{text}");
        }
    }
}
