//! Arguments of `duizhang show` and its filters.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct ShowArgs {
    /// What
    pub(in crate::cli) what: Shown,
    /// The employer's or employee's number, or the notice's reference
    pub(in crate::cli) id: String,
    /// Only of this roster month; of a log, ledger or statement, of this month of the calendar
    #[arg(long, value_name = "YYYY-MM")]
    pub(in crate::cli) month: Option<String>,
    /// Log: submitted, paid, revoked, appointment, changed, saved, corrected. Registers: the operation, such as seal
    #[arg(long, value_name = "KIND")]
    pub(in crate::cli) kind: Option<String>,
    /// Registers, transfers: submitted, completed, revoked, saved. Employees: active, sealed, transferred, merged
    #[arg(long, value_name = "STATUS")]
    pub(in crate::cli) status: Option<String>,
    /// Employees whose name has this in it
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) name: Option<String>,
    /// The employee with this document number, whole
    #[arg(long, value_name = "NUMBER")]
    pub(in crate::cli) document: Option<String>,
    /// The statement of this employee's account
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) employee: Option<String>,
    /// Where to write a receipt [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
}

/// What can be shown of the remittance books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Shown {
    Employer,
    Employee,
    Notice,
    Roster,
    Ledger,
    Receipt,
    /// What the employer did: who, when, and how it stands by now
    Log,
    /// What it filed for changes, supplements and adjustments, and what it saved
    Registers,
    /// Who came from another employer, and who went to one
    Transfers,
    /// Its employees
    Employees,
    /// Its ledger with running balances, or an employee's movements
    Statement,
}
