//! The list of notices, which is long, so each of its bytes is read once.
//!
//! Start at [`for_each_notice`]; [`notices`] collects its rows. A row is passed on before the file is known to be good,
//! so a caller that stores rows at once must be able to roll back.
//!
//! Invariant: a reference has one content. The same row twice is passed on twice (and collected once); two contents for
//! one reference are an error that names both lines.

use super::List;
use super::error::{Expected, ImportError, Note, Problem};
use super::field::{Reading, amount, day, key, month};
use super::heading::{Column, optional, required};
use super::table::{self, Encoding, Found, Row};
use chrono::NaiveDate;
use remittance::{Money, NoticeStatus, PaymentNotice, PaymentReference, YearMonth};
use std::hash::{DefaultHasher, Hash, Hasher};

pub(super) const COLUMNS: &[Column] = &[
    required("reference"),
    required("employer_id"),
    required("amount"),
    required("issued_on"),
    required("month"),
    optional("status"),
];

/// One notice of the list, borrowed from its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NoticeRow<'a> {
    pub reference: PaymentReference,
    pub employer_id: &'a str,
    pub amount: Money,
    pub issued_on: NaiveDate,
    pub month: YearMonth,
    pub status: NoticeStatus,
}

impl NoticeRow<'_> {
    #[must_use]
    pub fn to_notice(self) -> PaymentNotice {
        PaymentNotice {
            reference: self.reference,
            employer_id: self.employer_id.to_owned(),
            amount: self.amount,
            issued_on: self.issued_on,
            month: self.month,
            status: self.status,
        }
    }
}

/// Parses a list of notices.
///
/// # Errors
/// Every error in it, up to `ERRORS_MAX`.
pub fn notices(bytes: &[u8]) -> Result<List<PaymentNotice>, Vec<ImportError>> {
    let (mut rows, mut lines): (Vec<PaymentNotice>, Vec<u64>) = Default::default();
    let mut repeated = false;
    let take = |row: NoticeRow<'_>, line| {
        rows.push(row.to_notice());
        lines.push(line);
    };
    let (found, columns) = scan(bytes, take, |_| repeated = true)?;
    if repeated {
        let mut seen = std::collections::HashSet::new();
        let fresh: Vec<bool> = rows.iter().map(|row| seen.insert(row.reference)).collect();
        let mut keep = fresh.iter();
        rows.retain(|_| keep.next() == Some(&true));
        let mut keep = fresh.iter();
        lines.retain(|_| keep.next() == Some(&true));
    }
    let Found { encoding, notes, .. } = found;
    Ok(List { rows, lines, columns, encoding, notes })
}

/// Passes every notice of a list to `visit`, in file order.
///
/// # Errors
/// Every error in it, up to `ERRORS_MAX`; discard the rows passed on before.
pub fn for_each_notice(
    bytes: &[u8],
    mut visit: impl FnMut(NoticeRow<'_>),
) -> Result<Encoding, Vec<ImportError>> {
    scan(bytes, |row, _| visit(row), |_| ()).map(|(found, _)| found.encoding)
}

/// The columns of a file, each with its place from 1.
type Places = Vec<(&'static str, usize)>;

fn scan(
    bytes: &[u8],
    mut visit: impl FnMut(NoticeRow<'_>, u64),
    mut repeated: impl FnMut(PaymentReference),
) -> Result<(Found, Places), Vec<ImportError>> {
    let mut reading = Reading::default();
    let mut seen: Vec<Seen> = Vec::with_capacity(bytes.len() / 64);
    let (mut distant, mut places) = (Vec::new(), Places::new());
    let mut found = table::read(bytes, COLUMNS, |row| {
        if reading.full() {
            return;
        }
        let row = match row {
            Ok(row) => row,
            Err(error) => return reading.note(error),
        };
        if places.is_empty() {
            places = row.present();
        }
        if let Some(notice) = notice(&mut reading, &row) {
            distant.extend(is_distant(&notice).then_some(row.line));
            seen.push(Seen::of(&notice, row.line));
            visit(notice, row.line);
        }
    })?;
    seen.sort_unstable();
    for pair in seen.windows(2) {
        let [first, second] = pair else { continue };
        if first.reference != second.reference {
            continue;
        }
        repeated(first.reference);
        if first.content != second.content {
            let problem = Problem::Conflict { line: first.line };
            let found = first.reference.to_string();
            let place = places.iter().find(|(name, _)| *name == "reference").map(|(_, at)| *at);
            reading.note(ImportError::new(second.line, place, "reference", &found, problem));
        }
    }
    if let Some(first) = distant.first() {
        let count = distant.len();
        found.notes.push(Note::new(
            *first,
            format!("有 {count} 份通知书的月份比开具日期早三年以上；请核对"),
            format!("the month of {count} notices is years before they were issued"),
        ));
    }
    reading.finish((found, places))
}

/// How many months after its day of issue no notice can be for.
const MONTHS_AHEAD_MAX: i32 = 24;
/// From how many months before it a notice is noted.
const MONTHS_BEHIND_TOLD: i32 = 36;

/// Whether the month is long before the day of issue.
fn is_distant(notice: &NoticeRow<'_>) -> bool {
    YearMonth::of(notice.issued_on).months_since(notice.month) > MONTHS_BEHIND_TOLD
}

/// A row's entry for finding duplicates; sorted by reference, then line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    reference: PaymentReference,
    line: u64,
    content: u64,
}

impl Seen {
    fn of(notice: &NoticeRow<'_>, line: u64) -> Self {
        // Two contents of one reference with the same 64-bit hash: once in 10^19 conflicts.
        let mut hasher = DefaultHasher::new();
        notice.hash(&mut hasher);
        Self { reference: notice.reference, line, content: hasher.finish() }
    }
}

fn notice<'a>(reading: &mut Reading, row: &Row<'a>) -> Option<NoticeRow<'a>> {
    let reference = reading.must(row, 0, reference);
    let employer_id = reading.must(row, 1, key);
    let amount = reading.must(row, 2, amount);
    let issued_on = reading.must(row, 3, day);
    let month = reading.must(row, 4, |text| {
        let month = month(text)?;
        match issued_on {
            Some(day) if month.months_since(YearMonth::of(day)) > MONTHS_AHEAD_MAX => {
                Err(Expected::new(
                    format!("月份远在开具日期 {day} 之后；请核对年份"),
                    format!("expected a month near the day of issue {day}"),
                ))
            }
            _ => Ok(month),
        }
    });
    let status = reading.may(row, 5, status);
    Some(NoticeRow {
        reference: reference?,
        employer_id: employer_id?,
        amount: amount?,
        issued_on: issued_on?,
        month: month?,
        status: status?.unwrap_or(NoticeStatus::Awaiting),
    })
}

fn reference(text: &str) -> Result<PaymentReference, Expected> {
    text.parse().map_err(|error| {
        Expected::new(
            "应为缴款登记号：字母 P 加 10 位数字",
            format!("{error}, expected P and ten digits"),
        )
    })
}

fn status(text: &str) -> Result<NoticeStatus, Expected> {
    let known = match text {
        "待缴款" | "未缴款" | "待收款" => Some(NoticeStatus::Awaiting),
        "已缴款" | "已收款" => Some(NoticeStatus::Paid),
        "已撤销" | "撤销" => Some(NoticeStatus::Revoked),
        code => NoticeStatus::from_code(code),
    };
    known.ok_or_else(|| {
        Expected::new("应为“待缴款”“已缴款”或“已撤销”", "expected awaiting, paid or revoked")
    })
}
