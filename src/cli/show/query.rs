//! 查询: an employer's log, registers, transfers, employees and statement.
//!
//! Start at [`show`]. The data is loaded completely and then filtered by the flags; a running balance also counts
//! filtered rows. Identity numbers show their last four characters in every format: with the full number,
//! `--document` finds the employee.

use super::super::args::{ShowArgs, Shown};
use super::super::clock::beijing;
use super::super::failure::Failure;
use super::super::rows::Column;
use super::{Rows, Written};
use crate::remittance::account::masked;
use crate::remittance::ledger::{Posting, VoucherKind};
use crate::remittance::register::{Register, RegisterContent, register_id};
use crate::remittance::{Id, Subject, Total, YearMonth};
use crate::store::{Books, StoreError};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;

/// A column only in JSON and CSV.
macro_rules! for_programs {
    ($key:literal) => {
        Column { key: $key, heading: "", value: |row: &Written| row.value($key) }
    };
}

const LOG: &[Column<Written>] = &[
    column!("on"),
    for_programs!("at"),
    Column { key: "beijing", heading: "at", value: |row: &Written| row.value("beijing") },
    column!("by"),
    column!("kind"),
    column!("what"),
    column!("subject"),
    column!("amount"),
    column!("state"),
    for_programs!("line"),
    for_programs!("counter"),
];
const REGISTERS: &[Column<Written>] = &[
    column!("register_id"),
    column!("kind"),
    column!("month"),
    column!("status"),
    column!("submitted_on"),
    column!("headcount"),
    column!("amount"),
    column!("reference"),
    for_programs!("lines"),
];
const TRANSFERS: &[Column<Written>] = columns![
    "on",
    "register_id",
    "direction",
    "employee_id",
    "name",
    "other_employer",
    "amount",
    "status"
];
const EMPLOYEES: &[Column<Written>] = columns![
    "employee_id",
    "name",
    "document",
    "status",
    "seal_reason",
    "base",
    "monthly",
    "balance",
    "opening_balance",
    "opened_for"
];
const STATEMENT: &[Column<Written>] =
    columns!["on", "voucher", "kind", "reference", "subject", "debit", "credit", "balance"];
const MOVEMENTS: &[Column<Written>] = columns![
    "on",
    "voucher",
    "kind",
    "for_month",
    "reference",
    "employer_share",
    "employee_share",
    "amount",
    "balance"
];

/// A query about an employer.
pub(super) struct Query {
    args: ShowArgs,
    employer: Id,
    month: Option<YearMonth>,
}

/// The flags that apply, besides `--month`.
const fn flags(what: Shown) -> &'static [&'static str] {
    match what {
        Shown::Log => &["kind"],
        Shown::Registers => &["kind", "status"],
        Shown::Transfers => &["status"],
        Shown::Employees => &["status", "name", "document"],
        Shown::Statement => &["employee"],
        Shown::Employer
        | Shown::Employee
        | Shown::Notice
        | Shown::Roster
        | Shown::Ledger
        | Shown::Receipt => &[],
    }
}

/// Refuses a flag that would have no effect.
pub(super) fn check(args: &ShowArgs) -> Result<(), Failure> {
    let given = [
        ("kind", &args.kind),
        ("status", &args.status),
        ("name", &args.name),
        ("document", &args.document),
        ("employee", &args.employee),
    ];
    let known = flags(args.what);
    match given.iter().find(|(flag, value)| value.is_some() && !known.contains(flag)) {
        Some((flag, _)) => {
            Err(Failure::Usage(format!("--{flag} does not go with what is to be shown")))
        }
        None => Ok(()),
    }
}

/// The function that answers a query.
pub(super) type Answer = fn(&Query, &mut Books<'_>) -> Result<Rows, StoreError>;

/// The rows of an answer; `None` for an unknown employer.
pub(super) fn show(
    books: &mut Books<'_>,
    query: &Query,
    on: NaiveDate,
    answer: Answer,
) -> Result<Option<Rows>, StoreError> {
    if !books.employer(&query.employer, on)? {
        return Ok(None);
    }
    answer(query, books).map(Some)
}

impl Query {
    pub(super) fn of(args: &ShowArgs, month: Option<YearMonth>) -> Self {
        Self { args: args.clone(), employer: Id::from(args.id.trim()), month }
    }

    fn is_month(&self, month: YearMonth) -> bool {
        self.month.is_none_or(|wanted| wanted == month)
    }

    /// 操作日志.
    pub(super) fn log(&self, books: &mut Books<'_>) -> Result<Rows, StoreError> {
        books.history(&self.employer)?;
        let centre = books.centre();
        let entries = centre.log(&self.employer).filter(|entry| {
            self.is_month(YearMonth::of(entry.on)) && is(&self.args.kind, entry.kind.code())
        });
        let rows = entries.map(|entry| {
            let row = Written::new(&**entry).with("state", centre.state_of(entry));
            row.with("beijing", entry.at.map(beijing))
        });
        Ok((LOG, rows.collect()))
    }

    /// 变更/补缴/基数调整清册查询: filed and saved registers.
    pub(super) fn registers(&self, books: &mut Books<'_>) -> Result<Rows, StoreError> {
        books.history(&self.employer)?;
        let centre = books.centre();
        let filed = centre.registers(&self.employer).map(|register| {
            let (kind, lines) = (register.content.code(), lines(&register.content));
            let row = Written::new(&**register).with("register_id", register.register_id());
            let amount = Some(register.amount()).filter(|amount| !amount.is_zero());
            (
                register.month,
                kind,
                row.with("amount", amount.map(|amount| amount.to_string())),
                lines,
            )
        });
        let saved = centre.drafts(&self.employer).map(|draft| {
            let (kind, lines) = (draft.request.operation(), lines(&draft.request));
            let id = register_id(&draft.employer_id, draft.ordinal);
            let row = Written::new(&**draft).with("register_id", id).with("status", "saved");
            (draft.month, kind, row, lines)
        });
        let rows = filed.chain(saved).filter(|(month, kind, row, _)| {
            let status = row.0.get("status").and_then(|status| status.as_str());
            self.is_month(*month)
                && is(&self.args.kind, kind)
                && is(&self.args.status, status.unwrap_or_default())
        });
        let rows = rows.map(|(_, kind, row, lines)| {
            row.with("kind", kind).with("headcount", lines.len()).with("lines", lines)
        });
        Ok((REGISTERS, rows.collect()))
    }

    /// 职工转移查询, in and out.
    pub(super) fn transfers(&self, books: &mut Books<'_>) -> Result<Rows, StoreError> {
        books.history(&self.employer)?;
        books.accounts(&self.employer)?;
        books.ledger(&self.employer)?;
        let centre = books.centre();
        let moved = |ordinal: u32| {
            let mut vouchers = centre.ledger(&self.employer);
            let voucher = vouchers.find(|voucher| voucher.ordinal == ordinal)?;
            voucher.postings.first().map(|posting| posting.debit)
        };
        let row = |register: &Register| {
            let (direction, line) = match &register.content {
                RegisterContent::TransferIn(line) => ("in", line),
                RegisterContent::TransferOut(line) => ("out", line),
                RegisterContent::Open(_)
                | RegisterContent::Unseal(_)
                | RegisterContent::Seal(_)
                | RegisterContent::SealReason(_)
                | RegisterContent::AdjustBase(_)
                | RegisterContent::AdjustRate(_)
                | RegisterContent::Supplement(_) => return None,
            };
            let name = centre.account(&self.employer, &line.employee_id);
            Some(
                Written::new(line)
                    .with("on", register.submitted_on.to_string())
                    .with("register_id", register.register_id())
                    .with("direction", direction)
                    .with("name", name.map(|account| account.name.clone()))
                    .with("amount", moved(register.ordinal).unwrap_or_default().to_string())
                    .with("status", register.status.code()),
            )
        };
        let registers = centre.transfers(&self.employer).filter(|register| {
            self.is_month(register.month) && is(&self.args.status, register.status.code())
        });
        Ok((TRANSFERS, registers.filter_map(|register| row(register)).collect()))
    }

    /// 职工信息查询.
    pub(super) fn employees(&self, books: &mut Books<'_>) -> Result<Rows, StoreError> {
        books.accounts(&self.employer)?;
        let centre = books.centre();
        let document = self.args.document.as_ref().map(|number| number.trim().to_uppercase());
        // An account left behind by a transfer or merger is shown only when asked for by status.
        let accounts = centre.accounts_of(&self.employer).filter(|account| {
            let here = account.is_active() || account.seal_reason().is_some();
            (here || self.args.status.is_some())
                && is(&self.args.status, account.status.code())
                && self.args.name.as_ref().is_none_or(|name| account.name.contains(name.trim()))
                && document.as_ref().is_none_or(|number| *number == account.id_no)
        });
        let rows = accounts.filter_map(|account| {
            let view = centre.employee_view(&self.employer, &account.employee_id)?;
            let opened = Some(account.opened_for).filter(|month| month.ordinal() > 0);
            Some(
                Written::new(&view)
                    .with("document", masked(&account.id_no))
                    .with("opened_for", opened.map(|month| month.to_string())),
            )
        });
        Ok((EMPLOYEES, rows.collect()))
    }

    /// 单位流水账 with each subject's balance after each posting.
    pub(super) fn statement(&self, books: &mut Books<'_>) -> Result<Rows, StoreError> {
        if let Some(employee) = &self.args.employee {
            return self.movements(books, &Id::from(employee.trim()));
        }
        books.ledger(&self.employer)?;
        let vouchers = books.centre().ledger(&self.employer).map(|voucher| {
            let head = Written::new(&**voucher).with("voucher", voucher.ordinal);
            (voucher.on, head, voucher.postings.clone())
        });
        let whole = books.settled_whole(&self.employer)?.into_iter().map(|settled| {
            let kind = VoucherKind::SettlementWithoutLines;
            let head = Written::default()
                .with("on", settled.on.to_string())
                .with("kind", serde_json::to_value(kind).unwrap_or_default())
                .with("reference", settled.reference.to_string());
            let deposit = Posting::debit(Subject::BankDeposit, settled.amount);
            let clearing = Posting::credit(Subject::Clearing, settled.amount);
            (settled.on, head, vec![deposit, clearing])
        });
        let mut all: Vec<_> = vouchers.chain(whole).collect();
        // Stable sort: vouchers of one day keep the employer's own order.
        all.sort_by_key(|(on, ..)| *on);
        let mut balances: BTreeMap<Subject, Total> = BTreeMap::new();
        let mut rows = Vec::new();
        for (on, head, postings) in all {
            for posting in postings {
                let balance = balances.entry(posting.subject).or_default();
                *balance += posting.moves().into();
                if self.is_month(YearMonth::of(on)) {
                    let row = Written::new(&posting).with("balance", balance.to_string());
                    rows.push(head.clone().and(row));
                }
            }
        }
        Ok((STATEMENT, rows))
    }

    /// 个人明细 of one employee.
    fn movements(&self, books: &mut Books<'_>, employee: &Id) -> Result<Rows, StoreError> {
        books.statement(&self.employer, employee)?;
        let entries = books.centre().statement(&self.employer, employee);
        let entries = entries.filter(|entry| self.is_month(YearMonth::of(entry.on)));
        Ok((MOVEMENTS, entries.map(|entry| Written::new(&**entry)).collect()))
    }
}

fn is(wanted: &Option<String>, found: &str) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted.replace('-', "_") == found.replace('-', "_"))
}

/// The lines of a register of any kind: the value under its single key.
fn lines(content: &impl Serialize) -> Vec<serde_json::Value> {
    let Ok(serde_json::Value::Object(kinds)) = serde_json::to_value(content) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for (_, content) in kinds {
        if let serde_json::Value::Array(several) = content {
            lines.extend(several);
        } else {
            lines.push(content);
        }
    }
    lines
}
