//! `duizhang feed inspect` and `feed learn`: their flags and help.

use super::AsOf;
use crate::rulebook::bank::{DateOrder, Field};
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum FeedCommand {
    /// Parse only: what is in these files, how each column was understood, and what cannot be read
    #[command(after_help = INSPECT_HELP)]
    Inspect(InspectArgs),
    /// Write a layout file for a statement that is not understood by itself, proved by its own arithmetic
    #[command(after_help = LEARN_HELP)]
    Learn(Box<LearnArgs>),
    /// List the deliveries that were taken in, the latest first
    #[command(after_help = "Examples:\n  duizhang feed list --from 2026-05-01\n  \
        duizhang feed list --format json")]
    List(FeedListArgs),
    /// Take a delivery back whole, while nothing of it is settled
    #[command(after_help = WITHDRAW_HELP)]
    Withdraw(WithdrawArgs),
}

const WITHDRAW_HELP: &str = "\
Everything that came with it goes in one commit: its transactions, what was set aside and flagged, its statements,
what hangs of it. An entry of the audit trail says who took it back and why. It is refused, exit code 1, while
something of it is settled, on an advance balance, returned, refunded, decided by staff or in a proposal; each such
transaction is named. Where another delivery also brought rows of it, or it changed rows of another one, that one is
named: name both, and what is delivered again afterwards is read as new. Letters that were written stay.

Examples:
  duizhang feed list --from 2026-05-01
  duizhang feed withdraw 4599dca0ddfa --by 017 --note '金额列误填流水号' --dry-run
  duizhang feed withdraw 4599dca0ddfa 958e089d0ec8 --by 017 --note '同日两份对账单均有误'";

const INSPECT_HELP: &str = "\
For each block of rows: own account, days, number of rows, whether the balances prove every row; for each
column: its heading, what it was understood as, and why (its heading, a layout in rules/banks, the balances).
With -q one line a file. Exit code 3 where a row or a file cannot be read.

Examples:
  duizhang feed inspect inbox/*/*
  duizhang feed inspect -q inbox/*/*
  duizhang feed inspect --format json may.xml";

const LEARN_HELP: &str = "\
On a terminal it asks which column is what. With --column or --yes it asks nothing: it takes what is given, else
what the headings say, else what contents and balances alone can mean. The whole file is then read in the new way and its balances are
followed; a way that they contradict is not written. The layout goes to rules/banks/NAME.toml of the centre,
with an example of invented rows: nothing of the file's own rows is in it.

Fields: date time account serial flag amount credit debit balance currency counterparty_account
counterparty_name bank_code bank_name payer_account payer_name payee_account payee_name summary postscript
purpose note reversal (or their Chinese names, as `feed inspect` shows them); nothing = is not needed.

Examples:
  duizhang feed learn strange.csv
  duizhang feed learn strange.csv --name rural --bank rural --bank-name 示例农商行 \\
      --column date=项 --column credit=进 --column debit=出 --column balance=剩 --column note=说
  duizhang feed learn strange.csv --column flag=向 --column amount=数 --credit 来 --debit 去 --dry-run";

#[derive(Args, Debug)]
pub(in crate::cli) struct FeedListArgs {
    /// Taken in from this night on
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in crate::cli) from: Option<NaiveDate>,
    /// Taken in up to this night
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in crate::cli) to: Option<NaiveDate>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct WithdrawArgs {
    /// A delivery as `feed list` names it, or how its name begins
    #[arg(required = true, value_name = "FEED")]
    pub(in crate::cli) feeds: Vec<String>,
    /// Who takes it back
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) note: String,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOf,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct InspectArgs {
    /// Bank statements
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct LearnArgs {
    /// A statement of that bank: the longer, the better it proves
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// The layout's name, and its file's: small letters, digits, hyphens [default: from the file's name]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) name: Option<String>,
    /// The key of the bank, as in the list of accounts [default: the layout's name]
    #[arg(long, value_name = "KEY")]
    pub(in crate::cli) bank: Option<String>,
    /// The bank's name [default: the key]
    #[arg(long, value_name = "名称")]
    pub(in crate::cli) bank_name: Option<String>,
    /// What a column is: a field and the column's heading, or #3 for the third column
    #[arg(long, value_name = "FIELD=HEADING", value_parser = column)]
    pub(in crate::cli) column: Vec<(Role, String)>,
    /// How the file says which way money went [default: what the columns and balances show]
    #[arg(long, value_name = "HOW")]
    pub(in crate::cli) amount: Option<AmountHow>,
    /// Words in the direction's column for money in, with commas between
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub(in crate::cli) credit: Vec<String>,
    /// Words in the direction's column for money out
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub(in crate::cli) debit: Vec<String>,
    /// Words in the reversal's column of a row that is one
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub(in crate::cli) reversal: Vec<String>,
    /// For how long the bank's serials are unique: they may begin anew each year, month or day
    #[arg(long, value_name = "PERIOD", default_value = "ever")]
    pub(in crate::cli) serial: SerialFor,
    /// Which part of a date stands first [default: what the rows show]
    #[arg(long, value_name = "ORDER")]
    pub(in crate::cli) dates: Option<Dates>,
    /// The line on which the headings stand, where they are not found by themselves
    #[arg(long, value_name = "N")]
    pub(in crate::cli) header_line: Option<u64>,
    /// Ask nothing: take what is given and what is understood
    #[arg(long, short)]
    pub(in crate::cli) yes: bool,
}

/// What a column is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Role {
    Field(Field),
    /// Of no use.
    Nothing,
}

/// For how long a bank's serials are unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SerialFor {
    Ever,
    Year,
    Month,
    Day,
}

/// How the amounts stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AmountHow {
    /// One column; a minus is money out
    Signed,
    /// One column, and a word for the direction
    Flagged,
    /// A column for money in and one for money out
    Pair,
}

/// Which part of a date stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Dates {
    #[value(name = "year-first")]
    Year,
    #[value(name = "day-first")]
    Day,
    #[value(name = "month-first")]
    Month,
}

impl From<Dates> for DateOrder {
    fn from(dates: Dates) -> Self {
        match dates {
            Dates::Year => Self::YearFirst,
            Dates::Day => Self::DayFirst,
            Dates::Month => Self::MonthFirst,
        }
    }
}

fn column(text: &str) -> Result<(Role, String), String> {
    let (name, heading) =
        text.split_once('=').ok_or("expected FIELD=HEADING, such as date=记账日期")?;
    let role = match name {
        "nothing" => Role::Nothing,
        name => {
            let unknown = || {
                let known: Vec<&str> = Field::all().map(Field::code).collect();
                format!(
                    "no field is called {name:?}; expected one of {}, nothing",
                    known.join(", ")
                )
            };
            Role::Field(Field::named(name).ok_or_else(unknown)?)
        }
    };
    if heading.is_empty() {
        return Err("expected a heading behind the equals sign".to_owned());
    }
    Ok((role, heading.to_owned()))
}
