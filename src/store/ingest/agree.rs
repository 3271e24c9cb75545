//! Compares two deliveries of one transaction: whether they agree, what they say together, and which of two
//! contents is kept.
//!
//! Start at [`united`]. An empty field is no contradiction: some of a bank's formats omit the time, the
//! balance, the counterparty or the payer's words.
//!
//! Invariant: the order of the two does not matter.

use crate::remark::{Claim, Reader};
use crate::remittance::{BankTransaction, Counterparty, Direction, Money, RemarkField, Remarks};
use crate::store::database::row::filled;
use chrono::{NaiveDate, NaiveTime};

/// Merges two deliveries of one transaction: each fills the other's empty fields. `None` if they contradict
/// each other.
pub(super) fn united<'a>(
    kept: &BankTransaction<'a>,
    given: &BankTransaction<'a>,
    reader: &Reader,
) -> Option<BankTransaction<'a>> {
    let facts = |transaction: &BankTransaction<'_>| {
        (transaction.booked_on, transaction.direction, transaction.amount, transaction.reversal)
    };
    if facts(kept) != facts(given) {
        return None;
    }
    let (one, other) = (&kept.counterparty, &given.counterparty);
    Some(BankTransaction {
        booked_time: either(kept.booked_time, given.booked_time)?,
        balance: either(kept.balance, given.balance)?,
        counterparty: Counterparty {
            account: either_text(one.account, other.account)?,
            name: either_text(one.name, other.name)?,
            bank_code: either_text(one.bank_code, other.bank_code)?,
            bank_name: either_text(one.bank_name, other.bank_name)?,
        },
        remarks: united_remarks(&kept.remarks, &given.remarks, reader)?,
        contradicted: kept.contradicted || given.contradicted,
        ..*kept
    })
}

/// Merges two optional values; `None` if they differ.
#[expect(clippy::option_option, reason = "silent on both sides, or in contradiction")]
fn either<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<Option<T>> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => None,
        (one, other) => Some(one.or(other)),
    }
}

fn either_text<'a>(one: &'a str, other: &'a str) -> Option<&'a str> {
    either(filled(one), filled(other)).map(Option::unwrap_or_default)
}

/// Merges the remarks of two deliveries. One format may have the payer's words under 附言 and another under 用途:
/// the delivery that contains all the other's words, in any field, is the merged one.
fn united_remarks<'a>(
    kept: &Remarks<'a>,
    given: &Remarks<'a>,
    reader: &Reader,
) -> Option<Remarks<'a>> {
    if kept == given {
        return Some(*kept);
    }
    let (one, other) = (words(kept), words(given));
    let united = match (holds(&one, &other), holds(&other, &one)) {
        // If only the fields differ, the one that is read first is kept.
        (true, true) => {
            if texts(kept) > texts(given) {
                *kept
            } else {
                *given
            }
        }
        (true, false) => *kept,
        (false, true) => *given,
        (false, false) => Remarks {
            postscript: either_text(kept.postscript, given.postscript)?,
            purpose: either_text(kept.purpose, given.purpose)?,
            summary: either_text(kept.summary, given.summary)?,
            note: either_text(kept.note, given.note)?,
        },
    };
    // The reference read from one must not change when the other's words are added.
    let read =
        |remarks: &Remarks<'_>| reader.claim_fields(remarks, &RemarkField::DEFAULT_ORDER).claim;
    let (one, other, both) = (read(kept), read(given), read(&united));
    let holds = match (&one, &other) {
        (Claim::None, other) => both == *other,
        (one, Claim::None) => both == *one,
        (one, other) => one == other && both == *one,
    };
    holds.then_some(united)
}

fn texts<'a>(remarks: &Remarks<'a>) -> [&'a str; 4] {
    [remarks.postscript, remarks.purpose, remarks.summary, remarks.note]
}

/// The non-empty texts, sorted.
fn words<'a>(remarks: &Remarks<'a>) -> Vec<&'a str> {
    let mut words = texts(remarks).to_vec();
    words.retain(|text| !text.is_empty());
    words.sort_unstable();
    words
}

/// Whether `many` contains every text of `few`, at least as often.
fn holds(many: &[&str], few: &[&str]) -> bool {
    let mut many = many.iter();
    few.iter().all(|text| many.any(|other| other == text))
}

/// How much a delivery says: remarks count most, since references are read from them.
pub(super) fn said(transaction: &BankTransaction<'_>) -> [usize; 3] {
    let party = &transaction.counterparty;
    let filled = |texts: &[&str]| texts.iter().filter(|text| !text.is_empty()).count();
    [
        filled(&texts(&transaction.remarks)),
        filled(&[party.account, party.name, party.bank_code, party.bank_name]),
        usize::from(transaction.booked_time.is_some()) + usize::from(transaction.balance.is_some()),
    ]
}

/// Everything the bank said of a transaction, in a fixed order that decides which of two contents is kept.
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

/// A transaction as a row of the standard feed, so that a rejected row can be read again.
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
