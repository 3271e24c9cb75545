//! Arguments of `duizhang refunds`: list, export for the bank, and what the bank's movements do not show.

use super::AsOf;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

pub(in crate::cli) const REFUNDS_HELP: &str = "\
A refund is decided in suspense (`suspense resolve --refund`, or 退款 at the desk). It is due until the bank is
told (`export`) and until the bank's debit is seen: a debit over its amount, to the payee's account, with its
reference in the remark, is tied to it by the night. What does not say so is tied here, by a person.

Examples:
  duizhang refunds list
  duizhang refunds export --out refunds.csv
  duizhang refunds paid RF48260604000017 --debit 2100000000000000017/S88 --by 017 --note '回单核对'";

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RefundCommand {
    /// List what was decided to be returned and has not left yet
    #[command(after_help = "Examples:\n  duizhang refunds list --format json\n  \
        duizhang refunds list --state refunded\n\n\
        The table masks account numbers; JSON and CSV have them whole.")]
    List(RefundListArgs),
    /// Write what is due as a file for the bank (CSV), and mark it as exported
    #[command(after_help = "Examples:\n  duizhang refunds export --out refunds.csv\n  \
        duizhang refunds export --again --out refunds.csv\n\n\
        What was exported is not exported again unless --again says so. A refund without an account\n\
        number, or with a change that waits for approval, stays; the exit code is then 3.")]
    Export(RefundExportArgs),
    /// Say that this debit of the bank paid a refund
    Paid {
        #[command(flatten)]
        act: RefundAct,
        /// The debit, as ACCOUNT/SERIAL
        #[arg(long, value_name = "ACCOUNT/SERIAL")]
        debit: String,
    },
    /// Take back that a debit paid it: the refund is still to leave
    NotPaid {
        #[command(flatten)]
        act: RefundAct,
    },
    /// Say that this credit brought a refund back (退票): it is due again
    Returned {
        #[command(flatten)]
        act: RefundAct,
        /// The credit, as ACCOUNT/SERIAL
        #[arg(long, value_name = "ACCOUNT/SERIAL")]
        credit: String,
    },
    /// Say that the bank did not carry out what was exported: it is due again
    Recall {
        #[command(flatten)]
        act: RefundAct,
    },
    /// Correct whom a refund goes to, while it is due
    #[command(after_help = "Example:\n  duizhang refunds payee RF48260604000017 \
        --account 6222000000000000001 --by 017 --note '单位来函更正'")]
    Payee {
        #[command(flatten)]
        act: RefundAct,
        /// The whole account number
        #[arg(long, value_name = "NO")]
        account: String,
        /// The payee [default: stays]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// The payee's bank [default: stays]
        #[arg(long, value_name = "NAME")]
        bank: Option<String>,
    },
}

#[derive(Args, Debug)]
pub(in crate::cli) struct RefundListArgs {
    /// Only in this state [default: due and exported]
    #[arg(long, value_name = "STATE", conflicts_with = "all")]
    pub(in crate::cli) state: Option<RefundStateName>,
    /// Also what left, and what was reversed
    #[arg(long)]
    pub(in crate::cli) all: bool,
}

/// A state, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RefundStateName {
    Due,
    Exported,
    Refunded,
    Reversed,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct RefundExportArgs {
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Also what was exported before and has not left
    #[arg(long)]
    pub(in crate::cli) again: bool,
    /// Who takes it out
    #[arg(long, value_name = "WHO", default_value = "operator")]
    pub(in crate::cli) by: String,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOf,
}

/// A refund, who says something of it, and why.
#[derive(Args, Debug)]
pub(in crate::cli) struct RefundAct {
    /// The refund, as `refunds list` names it
    #[arg(value_name = "REFUND")]
    pub(in crate::cli) refund: String,
    /// Who says so
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) note: String,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOf,
}
