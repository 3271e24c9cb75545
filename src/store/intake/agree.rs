//! Two deliveries of one identity: whether they say the same, and which of two contents stands.
//!
//! Invariant: what is decided here does not depend on which came first.

use super::super::row::filled;
use crate::remittance::{BankTransaction, Counterparty, Direction, Money};
use chrono::{NaiveDate, NaiveTime};

/// Whether two deliveries of one identity say the same.
///
/// Time, balance and the other side's bank are in one of a bank's formats and not in another: where
/// one delivery is silent on them there is no contradiction. Everything else must be equal, silence
/// included: a remark that appears only later could change the reading.
pub(super) fn agree(kept: &BankTransaction<'_>, given: &BankTransaction<'_>) -> bool {
    fn compatible<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
        one.is_none() || other.is_none() || one == other
    }
    let facts = |transaction: &BankTransaction<'_>| {
        (transaction.booked_on, transaction.direction, transaction.amount, transaction.reversal)
    };
    let (one, other) = (&kept.counterparty, &given.counterparty);
    facts(kept) == facts(given)
        && kept.remarks == given.remarks
        && (one.account, one.name) == (other.account, other.name)
        && compatible(kept.booked_time, given.booked_time)
        && compatible(kept.balance, given.balance)
        && compatible(filled(one.bank_code), filled(other.bank_code))
        && compatible(filled(one.bank_name), filled(other.bank_name))
}

/// Two deliveries that agree, as one: what either leaves out, the other says. So it does not matter
/// which format of one night came first.
pub(super) fn united<'a>(
    kept: &BankTransaction<'a>,
    given: &BankTransaction<'a>,
) -> BankTransaction<'a> {
    let filled = |one: &'a str, other: &'a str| if one.is_empty() { other } else { one };
    let (one, other) = (&kept.counterparty, &given.counterparty);
    BankTransaction {
        booked_time: kept.booked_time.or(given.booked_time),
        balance: kept.balance.or(given.balance),
        counterparty: Counterparty {
            bank_code: filled(one.bank_code, other.bank_code),
            bank_name: filled(one.bank_name, other.bank_name),
            ..kept.counterparty
        },
        ..*kept
    }
}

/// Everything the bank said of a transaction, in one order: which of two contents stands.
pub(super) type Content<'a> = (
    (NaiveDate, Option<NaiveTime>, Direction, Money, Option<Money>, bool),
    [&'a str; 4],
    [&'a str; 4],
);

pub(super) fn content<'a>(transaction: &BankTransaction<'a>) -> Content<'a> {
    let (party, remarks) = (&transaction.counterparty, &transaction.remarks);
    (
        (
            transaction.booked_on,
            transaction.booked_time,
            transaction.direction,
            transaction.amount,
            transaction.balance,
            transaction.reversal,
        ),
        [party.account, party.name, party.bank_code, party.bank_name],
        [remarks.postscript, remarks.purpose, remarks.summary, remarks.note],
    )
}

/// The first field in which two transactions of one identity differ, for the clerk.
pub(super) fn difference(aside: &BankTransaction<'_>, stands: &BankTransaction<'_>) -> String {
    let fields = |transaction: &BankTransaction<'_>| {
        let (party, remarks) = (transaction.counterparty, transaction.remarks);
        [
            ("交易日期", transaction.booked_on.to_string()),
            ("交易金额", transaction.amount.to_string()),
            ("借贷标志", transaction.direction.to_string()),
            ("附言", remarks.postscript.to_owned()),
            ("用途", remarks.purpose.to_owned()),
            ("摘要", remarks.summary.to_owned()),
            ("备注", remarks.note.to_owned()),
            ("对方账号", party.account.to_owned()),
            ("对方户名", party.name.to_owned()),
            ("对方行号", party.bank_code.to_owned()),
            ("对方开户行", party.bank_name.to_owned()),
            ("交易时间", transaction.booked_time.map(|time| time.to_string()).unwrap_or_default()),
            ("余额", transaction.balance.map(|balance| balance.to_string()).unwrap_or_default()),
            ("冲正标志", transaction.reversal.to_string()),
        ]
    };
    let differing = fields(aside).into_iter().zip(fields(stands)).find(|(one, other)| one != other);
    match differing {
        Some(((field, found), (_, kept))) => {
            format!("{field} is {kept:?} already, found {found:?}")
        }
        None => String::new(),
    }
}

/// A transaction as a row of the standard feed, so that what was set aside can be read again.
pub(super) fn written(transaction: &BankTransaction<'_>) -> String {
    let (party, remarks) = (transaction.counterparty, transaction.remarks);
    [
        transaction.serial.to_owned(),
        transaction.booked_on.to_string(),
        transaction.booked_time.map(|time| time.to_string()).unwrap_or_default(),
        match transaction.direction {
            Direction::Credit => "贷".to_owned(),
            Direction::Debit => "借".to_owned(),
        },
        transaction.amount.to_string(),
        transaction.balance.map(|balance| balance.to_string()).unwrap_or_default(),
        party.account.to_owned(),
        party.name.to_owned(),
        party.bank_code.to_owned(),
        party.bank_name.to_owned(),
        remarks.summary.to_owned(),
        remarks.postscript.to_owned(),
        remarks.purpose.to_owned(),
        remarks.note.to_owned(),
    ]
    .join(",")
}
