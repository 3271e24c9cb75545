//! `duizhang alert hold`, `release` and `drop`: held letters.

use chrono::NaiveDate;
use clap::Args;

/// Which of the held letters are meant.
#[derive(Args, Debug)]
pub(in crate::cli) struct HeldChoice {
    /// Letters, each by the beginning of its number
    #[arg(value_name = "LETTER")]
    pub(in crate::cli) letters: Vec<String>,
    /// Those that the night of this day wrote
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in crate::cli) night: Option<NaiveDate>,
    /// Those that tell of an item that was open for this reason, such as no-reference
    #[arg(long, value_name = "REASON")]
    pub(in crate::cli) reason: Option<String>,
    /// Those that tell of a row of this file, by its name or the beginning of its number
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) file: Option<String>,
    /// All of them
    #[arg(long)]
    pub(in crate::cli) all: bool,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct HoldArgs {
    #[command(flatten)]
    pub(in crate::cli) choice: HeldChoice,
    /// Hold letters that wait to be sent, instead of listing those that are held: who holds them
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", requires = "by")]
    pub(in crate::cli) note: Option<String>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ReleaseArgs {
    #[command(flatten)]
    pub(in crate::cli) choice: HeldChoice,
    /// Who has looked
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) by: String,
    /// What there is to say about it
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) note: Option<String>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct DropArgs {
    #[command(flatten)]
    pub(in crate::cli) choice: HeldChoice,
    /// Who has looked
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) by: String,
    /// Why they are not to go
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) note: String,
}
