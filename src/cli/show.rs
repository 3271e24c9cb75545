//! `duizhang show`: an employer, employee, notice, monthly list, ledger or receipt.
//!
//! Each prints rows as a table, JSON or CSV; money is text in yuan. A notice shows one row per employee.

use self::query::Query;
use super::args::{Global, ShowArgs, Shown};
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::listing::parsed;
use super::rows::{Column, Printer, Value, stdout};
use crate::remittance::correction::LineKey;
use crate::remittance::query::EmployeeView;
use crate::remittance::receipt::Receipt;
use crate::remittance::{
    Id, Language, Localized, Money, NoticeStatus, PaymentReference, YearMonth,
};
use crate::store::{Books, NoticeSheet, StoreError};
use chrono::NaiveDate;
use serde::Serialize;
use std::io::Write;
use std::sync::Arc;

/// A row that the domain serialises as JSON.
#[derive(Clone, Default)]
struct Written(serde_json::Map<String, serde_json::Value>);

impl Written {
    fn new(thing: &impl Serialize) -> Self {
        match serde_json::to_value(thing) {
            Ok(serde_json::Value::Object(map)) => Self(map),
            Ok(_) | Err(_) => Self(serde_json::Map::new()),
        }
    }

    fn with(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Adds all fields of another row.
    fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    fn value(&self, key: &str) -> Value<'_> {
        match self.0.get(key) {
            None | Some(serde_json::Value::Null) => Value::Absent,
            Some(serde_json::Value::String(text)) => match Money::of_any_size(text) {
                // Only money has exactly this form; a table aligns it right, with groups.
                Ok(money) if money.to_string() == *text => Value::amount(money),
                Ok(_) | Err(_) => Value::text(text),
            },
            Some(serde_json::Value::Number(number)) => {
                number.as_i64().map_or(Value::Absent, Value::Number)
            }
            Some(deeper) => Value::nested(deeper),
        }
    }
}

macro_rules! column {
    ($key:literal) => {
        Column { key: $key, heading: $key, value: |row: &Written| row.value($key) }
    };
}

macro_rules! columns {
    ($($key:literal),*) => {
        &[$(column!($key)),*]
    };
}

mod query;

const EMPLOYEE: &[Column<Written>] = columns![
    "employee_id",
    "employer_id",
    "name",
    "status",
    "base",
    "monthly",
    "balance",
    "opening_balance",
    "seal_reason",
    "went_to"
];
const EMPLOYER: &[Column<Written>] = columns![
    "employer_id",
    "name",
    "kind",
    "uscc",
    "agent",
    "address",
    "payday",
    "employer_rate",
    "employee_rate",
    "first_month",
    "roster_month",
    "active",
    "sealed",
    "fund",
    "advance",
    "reserved",
    "free",
    "clearing"
];
const NOTICE: &[Column<Written>] = columns![
    "reference",
    "employer_id",
    "amount",
    "from_advance",
    "payable",
    "issued_on",
    "month",
    "months",
    "status",
    "paid_on",
    "lines"
];
const LINES: &[Column<Written>] = columns![
    "employee_id",
    "for_month",
    "supplement",
    "employer_share",
    "employee_share",
    "total",
    "corrected"
];
const ROSTERS: &[Column<Written>] =
    columns!["employer_id", "month", "headcount", "total", "made_on", "reference", "paid_on"];
const ROSTER: &[Column<Written>] = columns![
    "month",
    "employee_id",
    "base",
    "employer_share",
    "employee_share",
    "total",
    "corrected"
];
const LEDGER: &[Column<Written>] =
    columns!["on", "voucher", "kind", "reference", "subject", "debit", "credit"];

pub(super) fn run(global: &Global, args: &ShowArgs) -> Result<Done, Failure> {
    query::check(args)?;
    let centre = Centre::read(global)?;
    let month = args.month.as_deref().map(parsed::<YearMonth>).transpose()?;
    let id = Id::from(args.id.trim());
    let on = clock::today();
    let query = Query::of(args, month);
    let asked =
        |answer: query::Answer| look(&centre, |books| query::show(books, &query, on, answer));
    let found = match args.what {
        Shown::Employer => {
            look(&centre, |books| employer(books, &id, on))?.map(|rows| (EMPLOYER, rows))
        }
        Shown::Employee => {
            let rows = look(&centre, |books| employee(books, &id, on))?;
            Some((EMPLOYEE, rows)).filter(|(_, rows)| !rows.is_empty())
        }
        Shown::Ledger => {
            look(&centre, |books| ledger(books, &id, month, on))?.map(|rows| (LEDGER, rows))
        }
        Shown::Roster => look(&centre, |books| roster(books, &id, month, on))?,
        Shown::Notice => {
            let reference = parsed::<PaymentReference>(&args.id)?;
            let table = centre.settings.format == super::args::Format::Table;
            look(&centre, |books| notice(books, reference, table, on))?
        }
        Shown::Receipt => return receipt(&centre, args, on),
        Shown::Log => asked(Query::log)?,
        Shown::Registers => asked(Query::registers)?,
        Shown::Transfers => asked(Query::transfers)?,
        Shown::Employees => asked(Query::employees)?,
        Shown::Statement => asked(Query::statement)?,
    };
    let Some((columns, rows)) = found else { return Err(unknown(args)) };
    Printer::print(centre.settings.format, columns, rows)?;
    Ok(Done::Fully)
}

fn look<T>(
    centre: &Centre,
    look: impl FnOnce(&mut Books<'_>) -> Result<T, StoreError>,
) -> Result<T, Failure> {
    Ok(centre.store.look(Arc::new(centre.rules.policy.clone()), look)?)
}

fn unknown(args: &ShowArgs) -> Failure {
    let (what, id) = match args.what {
        Shown::Employee => ("employee", &args.id),
        Shown::Notice | Shown::Receipt => ("notice", &args.id),
        Shown::Employer
        | Shown::Ledger
        | Shown::Log
        | Shown::Registers
        | Shown::Transfers
        | Shown::Employees
        | Shown::Statement => ("employer", &args.id),
        Shown::Roster => ("employer with such a list", &args.id),
    };
    Failure::because(format!("no {what} {id}"))
}

fn employer(
    books: &mut Books<'_>,
    id: &Id,
    on: NaiveDate,
) -> Result<Option<Vec<Written>>, StoreError> {
    if !books.employer(id, on)? {
        return Ok(None);
    }
    books.accounts(id)?;
    books.reservations(id)?;
    let clearing = books.clearing(id)?;
    let view = books.centre().employer_view(id);
    Ok(view.map(|view| vec![Written::new(&view).with("clearing", clearing.to_string())]))
}

fn employee(books: &mut Books<'_>, id: &Id, on: NaiveDate) -> Result<Vec<Written>, StoreError> {
    books.employee(id, on)?;
    // An account left behind by a transfer or merger is history, unless there is no other.
    let mut views: Vec<_> = books.centre().accounts_by_number(id).collect();
    let is_sign = |view: &EmployeeView<'_>| view.went_to.is_some();
    views.sort_by_key(is_sign);
    let gone = views.first().is_some_and(is_sign);
    views.retain(|view| gone || !is_sign(view));
    Ok(views.iter().map(Written::new).collect())
}

fn ledger(
    books: &mut Books<'_>,
    id: &Id,
    month: Option<YearMonth>,
    on: NaiveDate,
) -> Result<Option<Vec<Written>>, StoreError> {
    if !books.employer(id, on)? {
        return Ok(None);
    }
    books.ledger(id)?;
    let vouchers = books.centre().ledger(id);
    let vouchers =
        vouchers.filter(|voucher| month.is_none_or(|month| YearMonth::of(voucher.on) == month));
    let rows = vouchers.flat_map(|voucher| {
        let whole = Written::new(&**voucher);
        voucher.postings.iter().map(move |posting| {
            let row = Written::new(posting).with("voucher", voucher.ordinal);
            ["on", "kind", "reference"]
                .into_iter()
                .fold(row, |row, key| row.with(key, whole.0.get(key).cloned().unwrap_or_default()))
        })
    });
    Ok(Some(rows.collect()))
}

type Rows = (&'static [Column<Written>], Vec<Written>);

fn roster(
    books: &mut Books<'_>,
    id: &Id,
    month: Option<YearMonth>,
    on: NaiveDate,
) -> Result<Option<Rows>, StoreError> {
    if !books.employer(id, on)? {
        return Ok(None);
    }
    books.rosters(id)?;
    books.corrections(id)?;
    let months: Vec<YearMonth> = books.centre().rosters(id).map(|roster| roster.month).collect();
    for each in months.iter().filter(|each| month.is_none_or(|month| **each == month)) {
        books.roster_lines(id, *each)?;
    }
    let Some(month) = month else {
        let heads = books
            .centre()
            .rosters(id)
            .map(|roster| Written::new(&**roster).with("headcount", roster.headcount()));
        return Ok(Some((ROSTERS, heads.collect())));
    };
    let Some(roster) = books.centre().roster(id, month) else { return Ok(None) };
    let rows = roster.lines.iter().map(|line| {
        let total = Money::together([line.employer_share, line.employee_share]);
        let key = LineKey { employee_id: &line.employee_id, month, register: None };
        Written::new(line)
            .with("month", month.to_string())
            .with("total", total.to_string())
            .with("corrected", books.centre().corrected(id, key).to_string())
    });
    Ok(Some((ROSTER, rows.collect())))
}

fn notice(
    books: &mut Books<'_>,
    reference: PaymentReference,
    table: bool,
    on: NaiveDate,
) -> Result<Option<Rows>, StoreError> {
    let Some(NoticeSheet { notice, .. }) = books.notice_sheet(reference, on)? else {
        return Ok(None);
    };
    let lines: Vec<Written> = books
        .centre()
        .lines_of(&notice)
        .filter(|_| notice.has_lines())
        .map(|line| {
            let total = Money::together([line.employer_share, line.employee_share]);
            Written::new(&line).with("total", total.to_string())
        })
        .collect();
    if table && !lines.is_empty() {
        return Ok(Some((LINES, lines)));
    }
    let status = NoticeStatus::from(notice.status).code();
    let lines: Vec<serde_json::Value> =
        lines.into_iter().map(|line| serde_json::Value::Object(line.0)).collect();
    let row = Written::new(&notice)
        .with("from_advance", notice.deduction().to_string())
        .with("payable", notice.payable().to_string())
        .with("status", status)
        .with("lines", lines);
    Ok(Some((NOTICE, vec![row])))
}

fn receipt(centre: &Centre, args: &ShowArgs, on: NaiveDate) -> Result<Done, Failure> {
    let reference = parsed::<PaymentReference>(&args.id)?;
    let sheet = look(centre, |books| books.notice_sheet(reference, on))?;
    let Some(sheet) = sheet else { return Err(unknown(args)) };
    let NoticeSheet { notice, employer_name, successors } = &sheet;
    let rules = &centre.rules;
    let page = Receipt {
        notice,
        employer_name,
        accounts: &centre.store.accounts()?,
        handbook: &rules.remark.handbook_sentences(),
        last_working_days: &rules.calendar.last_working_days(notice.month, notice.issued_on, on),
        successors,
    };
    let page = page.html().map_err(|none| {
        Failure::because(format!("{none}\n{}", none.in_language(Language::Chinese)))
    })?;
    match &args.out {
        Some(path) => {
            std::fs::write(path, page).doing(|| format!("cannot write {}", path.display()))?;
        }
        None => {
            let mut out = stdout();
            out.write_all(page.as_bytes())?;
            out.flush()?;
        }
    }
    Ok(Done::Fully)
}
