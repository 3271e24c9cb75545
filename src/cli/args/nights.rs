//! Arguments of nights and of moving or distributing their database.

use super::AsOf;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(in crate::cli) struct NightlyArgs {
    /// Where the banks' files are [default: inbox/]
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) inbox: Option<PathBuf>,
    /// Write no report; `duizhang report` makes it later from what was committed
    #[arg(long)]
    pub(in crate::cli) no_report: bool,
    /// Nights of many centres of one database: `all`, or their codes with commas between
    #[arg(long, value_name = "CODES")]
    pub(in crate::cli) centres: Option<String>,
    /// How many centres to work on at once, with --centres
    #[arg(long, value_name = "N", default_value_t = 1, requires = "centres")]
    pub(in crate::cli) workers: usize,
    /// Also centres whose night is done already, with --centres
    #[arg(long, requires = "centres")]
    pub(in crate::cli) again: bool,
    #[command(subcommand)]
    pub(in crate::cli) command: Option<NightlyCommand>,
    /// How long to wait for another run that holds this centre, instead of ending with 4
    #[arg(long, value_name = "SECONDS", default_value_t = 0, hide_default_value = true)]
    pub(in crate::cli) lock_wait: u64,
    #[command(flatten)]
    pub(in crate::cli) day: NightDay,
}

/// The day of a night; no other command asks whether its day is in its turn.
#[derive(Args, Debug)]
pub(in crate::cli) struct NightDay {
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOf,
    /// Also as of a day before the last night, or after today
    #[arg(long)]
    pub(in crate::cli) accept_clock: bool,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum NightlyCommand {
    /// List the centres of the database: who works on each, and how its last night ended
    Status,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct MigrateArgs {
    /// The database to copy from
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) from: String,
    /// The database to copy to; on PostgreSQL it must exist, its tables are made
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) to: String,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ArchiveArgs {
    /// The first month that stays, as 2024-01
    #[arg(long, value_name = "MONTH")]
    pub(in crate::cli) before: String,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOf,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct DistributeArgs {
    /// Run the statements, each in a transaction of its own, and leave out what is placed already
    #[arg(long)]
    pub(in crate::cli) run: bool,
}
