//! Arguments of `duizhang import` and its undo.

use super::who;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use std::path::PathBuf;

pub(in crate::cli) const IMPORT_HELP: &str = "\
All of a file or nothing of it. UTF-8 or GB18030, columns by name in any order:
  accounts   account_no,bank,bank_name,account_name
  employers  employer_id,name[,uscc,email,contact,mobile,payer_accounts]
  notices    reference,employer_id,amount,issued_on,month[,status]
  employees  employee_id,employer_id,name,id_no,base,status[,id_type,opening_balance]
A column that is left out changes nothing, an empty cell clears. What changes is said, before and
after; what an operation did later, and what money rests on, stays and is told.

Examples:
  duizhang import accounts accounts.csv
  duizhang import employees june.csv --by wang --as-of 2026-06-01 --full
  duizhang import notices 2026-05.xlsx --dry-run
  duizhang import undo 3f9a";

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ImportCommand {
    /// The centre's collection accounts
    Accounts(ImportArgs),
    /// Employers, how to reach them and what they pay from
    Employers(ImportArgs),
    /// Employees: one account a person at an employer
    Employees(ImportArgs),
    /// Payment notices of a core system
    Notices(ImportArgs),
    /// Take an import back, while nothing rests on it
    #[command(after_help = "Example:\n  duizhang import undo 3f9a --by wang")]
    Undo(ImportUndoArgs),
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ImportArgs {
    /// CSV, XLSX or any other kind of sheet
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Who takes it in, as the trail names them [default: command line]
    #[arg(long, value_name = "WHO", value_parser = who)]
    pub(in crate::cli) by: Option<String>,
    /// The day of which the list says how things stood; what operations changed later stays [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", env = "DUIZHANG_AS_OF", hide_env = true)]
    pub(in crate::cli) as_of: Option<NaiveDate>,
    /// The list has all that there is: tell what is known and missing in it
    #[arg(long)]
    pub(in crate::cli) full: bool,
    /// Where to write the sheet back, with a column 错误, if anything is wrong; .xlsx marks the cells
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) errors: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ImportUndoArgs {
    /// The import, as it was said at its end; its first characters will do
    #[arg(value_name = "ID")]
    pub(in crate::cli) import: String,
    /// Who takes it back, as the trail names them [default: command line]
    #[arg(long, value_name = "WHO", value_parser = who)]
    pub(in crate::cli) by: Option<String>,
}
