//! `duizhang transactions` and `duizhang notices`: lists the store's rows.

use super::args::{Global, NoticeArgs, TransactionArgs};
use super::centre::Centre;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value};
use crate::remark::Reader;
use crate::remittance::{NoticeStage, Outcome, PaymentReference, Reason, YearMonth};
use crate::store::{NoticeFilter, NoticeRow, StoreError, TransactionFilter, TransactionRow};
use std::str::FromStr;

/// A transaction in the list.
struct Listed {
    row: TransactionRow,
    /// The remark with the reference, else the first one.
    remark: String,
}

const TRANSACTIONS: &[Column<Listed>] = &[
    Column {
        key: "account",
        heading: "account",
        value: |listed| Value::text(&listed.row.account_no),
    },
    Column { key: "serial", heading: "serial", value: |listed| Value::text(&listed.row.serial) },
    Column {
        key: "booked_on",
        heading: "booked",
        value: |listed| Value::Day(listed.row.booked_on),
    },
    Column {
        key: "direction",
        heading: "",
        value: |listed| Value::text(listed.row.direction.code()),
    },
    Column { key: "amount", heading: "amount", value: |listed| listed.amount() },
    Column { key: "remark", heading: "remark", value: |listed| Value::text(&listed.remark) },
    Column {
        key: "reference",
        heading: "reference",
        value: |listed| Value::reference(listed.row.reference),
    },
    Column {
        key: "outcome",
        heading: "outcome",
        value: |listed| Value::maybe(listed.row.outcome.map(Outcome::code)),
    },
    Column { key: "reason", heading: "reason", value: |listed| listed.reason() },
    Column { key: "notice", heading: "notice", value: |listed| listed.notice() },
    Column {
        key: "payer",
        heading: "payer",
        value: |listed| Value::maybe(listed.row.counterparty_name.as_deref()),
    },
    Column { key: "parts", heading: "", value: |listed| listed.parts() },
];

impl Listed {
    fn new(row: TransactionRow, reader: &Reader) -> Self {
        let carries = |text: &str| {
            row.reference.is_some_and(|wanted| reader.claim(text).references().contains(&wanted))
        };
        let texts = || row.remarks.iter().map(|(_, text)| text);
        let remark = texts().find(|text| carries(text)).or_else(|| texts().next());
        let remark = remark.cloned().unwrap_or_default();
        Self { row, remark }
    }

    fn amount(&self) -> Value<'_> {
        Value::amount(self.row.amount)
    }

    fn reason(&self) -> Value<'_> {
        match self.row.outcome {
            Some(Outcome::Suspense | Outcome::Ignored) => Value::maybe(self.row.reason_code()),
            Some(
                Outcome::Matched
                | Outcome::Awaiting
                | Outcome::Returned
                | Outcome::Advance
                | Outcome::RefundDue
                | Outcome::Refunded,
            )
            | None => Value::Absent,
        }
    }

    /// The parts of a split transaction.
    fn parts(&self) -> Value<'_> {
        let parts = &self.row.parts;
        if parts.is_empty() { Value::Absent } else { Value::nested(parts) }
    }

    fn notice(&self) -> Value<'_> {
        match self.row.notices.as_slice() {
            [] => Value::Absent,
            several => {
                let names: Vec<String> = several.iter().map(ToString::to_string).collect();
                Value::Text(names.join(";").into())
            }
        }
    }
}

pub(super) fn transactions(global: &Global, args: &TransactionArgs) -> Result<Done, Failure> {
    let filter = TransactionFilter {
        account_no: args.account.clone(),
        outcome: args.outcome.as_deref().and_then(outcome),
        reason: args.reason.as_deref().map(reason).transpose()?,
        reference: args.reference.as_deref().map(parsed::<PaymentReference>).transpose()?,
        booked_from: args.from,
        booked_to: args.to,
    };
    let centre = Centre::read(global)?;
    let reader = &centre.reader();
    let printer = Printer::new(centre.settings.format, TRANSACTIONS)?;
    show(printer, args.limit, |visit| {
        centre.store.transactions(&filter, |row| visit(Listed::new(row, reader)))
    })
}

const NOTICES: &[Column<NoticeRow>] = &[
    Column {
        key: "reference",
        heading: "reference",
        value: |row| Value::reference(Some(row.reference)),
    },
    Column { key: "employer_id", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column {
        key: "employer",
        heading: "name",
        value: |row| Value::maybe(Some(&*row.employer_name).filter(|name| !name.is_empty())),
    },
    Column { key: "amount", heading: "amount", value: |row| Value::amount(row.amount) },
    Column { key: "issued_on", heading: "issued", value: |row| Value::Day(row.issued_on) },
    Column {
        key: "month",
        heading: "month",
        value: |row| Value::Text(row.month.to_string().into()),
    },
    Column { key: "status", heading: "status", value: |row| Value::text(row.status.code()) },
    Column {
        key: "settled_on",
        heading: "settled",
        value: |row| row.settled_on.map_or(Value::Absent, Value::Day),
    },
    Column { key: "from_advance", heading: "", value: |row| Value::amount(row.from_advance) },
    Column { key: "payable", heading: "", value: |row| Value::amount(row.payable()) },
];

pub(super) fn notices(global: &Global, args: &NoticeArgs) -> Result<Done, Failure> {
    let filter = NoticeFilter {
        status: args.status.as_deref().and_then(NoticeStage::from_code),
        employer_id: args.employer.clone(),
        month: args.month.as_deref().map(parsed::<YearMonth>).transpose()?,
        reference: args.reference.as_deref().map(parsed::<PaymentReference>).transpose()?,
    };
    let centre = Centre::read(global)?;
    let printer = Printer::new(centre.settings.format, NOTICES)?;
    show(printer, args.limit, |visit| centre.store.notices(&filter, visit))
}

/// Prints up to a number of rows from `each`.
fn show<T>(
    mut printer: Printer<T>,
    limit: Option<u64>,
    each: impl FnOnce(&mut dyn FnMut(T) -> bool) -> Result<(), StoreError>,
) -> Result<Done, Failure> {
    let mut left = limit.unwrap_or(u64::MAX);
    let mut failed = None;
    let mut visit = |row: T| {
        if left == 0 {
            return false;
        }
        left -= 1;
        failed = printer.row(&row).err();
        failed.is_none() && left > 0
    };
    if limit != Some(0) {
        each(&mut visit)?;
    }
    match failed {
        Some(failure) => Err(failure),
        None => printer.finish().map(|()| Done::Fully),
    }
}

fn outcome(code: &str) -> Option<Outcome> {
    Outcome::ALL.into_iter().find(|outcome| outcome.code() == code)
}

/// Parses a reason; wrong usage lists them all.
pub(super) fn reason(code: &str) -> Result<Reason, Failure> {
    Reason::from_code(code).ok_or_else(|| {
        let known: Vec<&str> = Reason::ALL.into_iter().map(Reason::code).collect();
        Failure::Usage(format!("no reason {code:?}; there are {}", known.join(", ")))
    })
}

/// Parses a command-line value, or fails as wrong usage.
pub(super) fn parsed<T: FromStr>(text: &str) -> Result<T, Failure>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error| Failure::Usage(format!("{text:?}: {error}")))
}
