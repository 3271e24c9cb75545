//! Every command, flag and help text.
//!
//! Names are part of the contract and never change. Help teaches by example: each command ends with what one would
//! really type. Values are only parsed here; the module that runs the command interprets them.

mod alert;
mod arrears;
mod audit;
mod desk;
mod feed;
mod format;
mod held;
mod import;
mod nights;
mod refund;
mod show;

pub(super) use alert::*;
pub(super) use arrears::*;
pub(super) use audit::AuditArgs;
pub(super) use desk::*;
pub(super) use feed::*;
pub(super) use format::*;
pub(super) use held::*;
pub(super) use import::*;
pub(super) use nights::*;
pub(super) use refund::*;
pub(super) use show::*;

use crate::remittance::Outcome;
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Reconciles bank statements with payment notices for housing-provident-fund centres (公积金对账).
#[derive(Debug, Parser)]
#[command(name = "duizhang", version, max_term_width = 100, after_help = FIRST_STEPS)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

const FIRST_STEPS: &str = "\
First steps:
  duizhang demo                     see a whole centre, its nights and its report
  duizhang init gjj && cd gjj       begin a real one
  duizhang import accounts accounts.csv
  duizhang import notices notices.csv
  cp ~/bank/2026-05-11.csv inbox/
  duizhang nightly                  ingest, read, match, post, suspend, report, alert

Exit codes:
  0 done   1 failed, nothing half-written   2 wrong usage or a bad rule file
  3 done, but input was set aside   4 another run holds this centre";

/// What every command understands.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct Global {
    /// The database [default: the one in duizhang.toml, else sqlite://duizhang.db]
    #[arg(long, global = true, value_name = "URL", env = "DUIZHANG_DATABASE", hide_env = true)]
    pub(super) database: Option<String>,
    /// The centre in the database [default: the one in duizhang.toml, else 1]
    #[arg(long, global = true, value_name = "ID", env = "DUIZHANG_CENTRE", hide_env = true)]
    pub(super) centre: Option<String>,
    /// The settings file [default: duizhang.toml here or in a folder above]
    #[arg(long, global = true, value_name = "FILE", env = "DUIZHANG_CONFIG", hide_env = true)]
    pub(super) config: Option<PathBuf>,
    /// The centre's own rules, which replace the built-in ones file by file
    #[arg(long, global = true, value_name = "DIR", env = "DUIZHANG_RULES", hide_env = true)]
    pub(super) rules: Option<PathBuf>,
    /// How to print data: table, json (one object a line) or csv
    #[arg(long, global = true, value_name = "FORM", env = "DUIZHANG_FORMAT", hide_env = true)]
    #[arg(hide_possible_values = true)]
    pub(super) format: Option<Format>,
    /// CSV as a spreadsheet may open it: with a BOM, and no cell begins a formula
    #[arg(long, global = true)]
    pub(super) for_spreadsheet: bool,
    /// Do everything, print what would be, and write nothing
    #[arg(long, global = true)]
    pub(super) dry_run: bool,
    /// Say less on standard error; twice: errors only
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "verbose")]
    pub(super) quiet: u8,
    /// Say more on standard error; twice: everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// How to write log lines on standard error: text or json
    #[arg(long, global = true, value_name = "FORM", env = "DUIZHANG_LOG_FORMAT", hide_env = true)]
    #[arg(default_value = "text", hide_default_value = true, hide_possible_values = true)]
    pub(super) log_format: LogFormat,
    /// No colours, as `NO_COLOR` asks of every program
    #[arg(long, global = true, hide = true, env = "NO_COLOR")]
    #[arg(num_args = 0..=1, default_missing_value = "1")]
    pub(super) no_color: Option<String>,
}

impl Global {
    /// Whether colour is unwanted (<https://no-color.org>: set and not empty).
    pub(super) fn no_colour(&self) -> bool {
        self.no_color.as_ref().is_some_and(|value| !value.is_empty())
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a small, realistic centre, run nights on it, and say where the report is
    #[command(after_help = "Examples:\n  duizhang demo\n  duizhang demo /tmp/centre")]
    Demo(DemoArgs),
    /// Begin a centre: database, duizhang.toml, rules/, inbox/, reports/, outbox/
    #[command(
        after_help = "Examples:\n  duizhang init\n  duizhang init gjj --name 示例市住房公积金管理中心"
    )]
    Init(InitArgs),
    /// Take in lists of accounts, employers, employees or notices, as CSV or XLSX
    #[command(after_help = import::IMPORT_HELP)]
    Import {
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// The night: ingest, read, match, post, suspend, report, alert
    #[command(
        after_help = "Examples:\n  duizhang nightly\n  duizhang nightly --as-of 2026-05-12 --dry-run\n  \
        duizhang nightly --centres all --workers 4\n  duizhang nightly status\n\n\
        The same night twice changes nothing. A file that cannot be read is set aside in\n\
        quarantine/ with the reason beside it, and the exit code is 3."
    )]
    Nightly(NightlyArgs),
    /// Copy a centre from one database to another and prove that both are equal
    #[command(
        after_help = "Example:\n  duizhang migrate --from sqlite://duizhang.db --to postgres://db.example.org/gjj\n\n\
        Nothing of the centre may be in the target before. The source is read and stays as it is."
    )]
    Migrate(MigrateArgs),
    /// Take months that are over off the tables of every night (PostgreSQL)
    #[command(
        after_help = "Examples:\n  duizhang archive --before 2024-01 --dry-run\n  duizhang archive --before 2024-01\n\n\
        A month goes when nothing in it can change any more, for all centres at once. Its tables move to\n\
        the schema `archive`; dump them, then drop them. The audit goes on proving every fen."
    )]
    Archive(ArchiveArgs),
    /// Print or run the statements that place the tables of a Citus cluster by centre
    #[command(
        after_help = "Examples:\n  duizhang distribute\n  duizhang distribute --run --database postgres://coordinator/gjj"
    )]
    Distribute(DistributeArgs),
    /// Take bank statements in, judge nothing
    #[command(
        after_help = "Examples:\n  duizhang ingest statement.xml\n  duizhang ingest --account 2105400009300123456 may.csv"
    )]
    Ingest(IngestArgs),
    /// Read one file for a night, in a process with limits; nights start it themselves
    #[command(hide = true)]
    ReadFile(ReadFileArgs),
    /// Judge what has been taken in
    #[command(after_help = "Example:\n  duizhang match --as-of 2026-06-03")]
    Match(NightDay),
    /// Explain what is read in a remark
    #[command(after_help = "Examples:\n  duizhang remark 'Ｐ１９０６１３３７５３示例公司5月'\n  \
        cut -d, -f13 feed.csv | duizhang remark --format json")]
    Remark(RemarkArgs),
    /// Look into bank statements, teach how one is read; list what was delivered, take a delivery back
    Feed {
        #[command(subcommand)]
        command: FeedCommand,
    },
    /// Apply what employers file: one operation a line, as JSON
    #[command(after_help = APPLY_HELP)]
    Apply(ApplyArgs),
    /// Show an employer, its employees, registers, log or statement, a notice, a list, a receipt
    #[command(
        after_help = "Examples:\n  duizhang show employee E0000000000000001 --format json\n  \
        duizhang show roster 450200001 --month 2026-05\n  \
        duizhang show log 450200001 --kind submitted --month 2026-05\n  \
        duizhang show registers 450200001 --status completed --format json\n  \
        duizhang show employees 450200001 --status sealed\n  \
        duizhang show statement 450200001 --employee E0000000000000001\n  \
        duizhang show receipt P1906133753 --out receipt.html"
    )]
    Show(ShowArgs),
    /// Write the template of a register in bulk, as CSV or XLSX
    #[command(after_help = "Examples:\n  duizhang template open > open.csv\n  \
        duizhang template seal --out seal.xlsx")]
    Template(TemplateArgs),
    /// File a register in bulk from a filled-in template: all of it or nothing
    #[command(
        after_help = "Examples:\n  duizhang register open may.csv --employer E9 --month 2026-05\n  \
        duizhang register seal left.xlsx --employer E9 --month 2026-05 --as-of 2026-05-08"
    )]
    Register(RegisterArgs),
    /// List what banks reported and what became of it
    #[command(
        after_help = "Examples:\n  duizhang transactions --outcome suspense --format csv\n  \
        duizhang transactions --account 2105400009300123456 --from 2026-05-01 --to 2026-05-31"
    )]
    Transactions(TransactionArgs),
    /// List payment notices and how each stands
    #[command(after_help = "Example:\n  duizhang notices --status awaiting --month 2026-05")]
    Notices(NoticeArgs),
    /// Look at and resolve what is in suspense
    Suspense {
        #[command(subcommand)]
        command: SuspenseCommand,
    },
    /// What is to be returned: list it, export it for the bank, tie what paid it
    #[command(after_help = REFUNDS_HELP)]
    Refunds {
        #[command(subcommand)]
        command: RefundCommand,
    },
    /// Write the suspense report: HTML, XLSX, CSV, JSON
    #[command(
        after_help = "Examples:\n  duizhang report\n  duizhang report --out /srv/reports --as-of 2026-05-12"
    )]
    Report(ReportArgs),
    /// Employers that have not remitted by the day the law gives, month by month
    #[command(
        after_help = "A month is due five days from the payday (rules/policy.toml), or on the next working day; a deferred one after the deferral.\n\nExamples:\n  duizhang arrears\n  duizhang arrears --as-of 2026-06-30 --format csv\n  duizhang arrears --employer 450200001"
    )]
    Arrears(ArrearsArgs),
    /// Prove the books: every fen of every feed is in exactly one place, and no row was changed by hand
    #[command(after_help = audit::HELP)]
    Audit(AuditArgs),
    /// Print the audit trail: what people did, each entry chained to the one before
    #[command(
        after_help = "Examples:\n  duizhang trail --actor wang\n  duizhang --format json trail > trail.jsonl"
    )]
    Trail(TrailArgs),
    /// Check rule files and run the examples in them
    Rules {
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Look at letters, send them, and say whom they go to
    Alert {
        #[command(subcommand)]
        command: AlertCommand,
    },
    /// Serve the web desk, where staff work through what is in suspense
    #[command(after_help = desk::SERVE_HELP)]
    Serve(ServeArgs),
    /// Look after the people of the desk
    User {
        #[command(subcommand)]
        command: UserCommand,
        /// Who does it, as the trail names them: at the command line it is one person's act
        #[arg(long, global = true, value_name = "WHO", value_parser = who, default_value = "operator")]
        by: String,
    },
    /// Look after the tokens of programs that use the desk's JSON interface
    Token {
        #[command(subcommand)]
        command: TokenCommand,
        /// Who does it, as the trail names them: at the command line it is one person's act
        #[arg(long, global = true, value_name = "WHO", value_parser = who, default_value = "operator")]
        by: String,
    },
    /// Say whether this machine, folder and database are in order
    Doctor,
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  duizhang completions bash > /etc/bash_completion.d/duizhang"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one page a command into a folder
    Man {
        /// Where to write pages [default: the main page, to standard output]
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

const APPLY_HELP: &str = r#"One answer a line: {"line":1,"ok":true,…} or {"line":1,"ok":false,"error":"code","message":…,
"message_zh":…} with what the refusal is about beside it: "employee", "value", "least", "most", "month" …
The first refusal undoes the whole file (exit code 1); with --keep-going refused lines are left
out and the rest is done (exit code 3).

Example:
  echo '{"op":"remit","on":"2026-05-11","employer_id":"E1","month":"2026-05"}' | duizhang apply -"#;

#[derive(Args, Debug)]
pub(super) struct ApplyArgs {
    /// Operations, one JSON object a line; - is standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Leave refused lines out and go on
    #[arg(long)]
    pub(super) keep_going: bool,
    /// Who does it, as the log names them; a line may name somebody itself, as "by"
    #[arg(long, value_name = "WHO", value_parser = who)]
    pub(super) by: Option<String>,
}

/// Who does something, as an operation would name them.
fn who(text: &str) -> Result<String, String> {
    let name = text.trim();
    let bounded = (1..=64).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if bounded { Ok(name.to_owned()) } else { Err("expected a name of 1 to 64 characters".into()) }
}

#[derive(Args, Debug)]
pub(super) struct TemplateArgs {
    /// The register or the list
    #[arg(value_name = "NAME")]
    #[arg(value_parser = ["open", "unseal", "seal", "adjust-base", "supplement", "transfer",
        "accounts", "employers", "employees", "notices"])]
    pub(super) name: String,
    /// Where to write it; .xlsx makes a workbook [default: CSV to standard output]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// The employer whose people stand in it already
    #[arg(long, value_name = "ID")]
    pub(super) employer: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct RegisterArgs {
    /// The register
    #[arg(value_name = "NAME")]
    #[arg(value_parser = ["open", "unseal", "seal", "adjust-base", "supplement", "transfer"])]
    pub(super) name: String,
    /// The filled-in template, CSV or XLSX
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// The employer that files it
    #[arg(long, value_name = "ID")]
    pub(super) employer: String,
    /// The roster month it is for
    #[arg(long, value_name = "YYYY-MM")]
    pub(super) month: String,
    /// Who files it, as the log names them
    #[arg(long, value_name = "WHO", value_parser = who)]
    pub(super) by: Option<String>,
    /// Where to write the sheet back, with a column 错误, if anything is wrong; .xlsx marks the cells
    #[arg(long, value_name = "FILE")]
    pub(super) errors: Option<PathBuf>,
    #[command(flatten)]
    pub(super) as_of: AsOf,
}

#[derive(Args, Debug)]
pub(super) struct DemoArgs {
    /// Where to make it; must be empty or absent
    #[arg(default_value = "duizhang-demo")]
    pub(super) dir: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct InitArgs {
    /// The centre's folder; nothing in it is overwritten
    #[arg(default_value = ".")]
    pub(super) dir: PathBuf,
    /// The centre's name, as letters and reports show it
    #[arg(long, default_value = "示例市住房公积金管理中心")]
    pub(super) name: String,
}

#[derive(Args, Debug)]
pub(super) struct AsOf {
    /// The day it is taken to be [default: today in Beijing, or the last night for what only looks]
    #[arg(long, value_name = "YYYY-MM-DD", env = "DUIZHANG_AS_OF", hide_env = true)]
    pub(super) as_of: Option<NaiveDate>,
}

#[derive(Args, Debug)]
pub(super) struct ReadFileArgs {
    /// For tests: what the reader does wrong, with a file that asks for it
    #[cfg(debug_assertions)]
    #[arg(long, value_name = "HOW", hide = true)]
    pub(super) misbehave: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct IngestArgs {
    /// Bank statements in any format that `feed inspect` knows
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The account of files that name none themselves
    #[arg(long, value_name = "NO")]
    pub(super) account: Option<String>,
    #[command(flatten)]
    pub(super) as_of: AsOf,
}

#[derive(Args, Debug)]
pub(super) struct RemarkArgs {
    /// The remark; without it, one remark a line from standard input
    pub(super) text: Option<String>,
    /// Standard input is one JSON string a line, so that a remark may hold line breaks
    #[arg(long, conflicts_with = "text")]
    pub(super) stdin_json: bool,
}

#[derive(Args, Debug)]
pub(super) struct TransactionArgs {
    /// Only of this account of the centre
    #[arg(long, value_name = "NO")]
    pub(super) account: Option<String>,
    /// Only with this outcome
    #[arg(long, value_parser = Outcome::ALL.map(Outcome::code))]
    pub(super) outcome: Option<String>,
    /// Only with this reason, such as underpaid
    #[arg(long, value_name = "CODE")]
    pub(super) reason: Option<String>,
    /// Only with this reference
    #[arg(long, value_name = "P…")]
    pub(super) reference: Option<String>,
    /// Booked on this day or later
    #[arg(long, value_name = "DAY")]
    pub(super) from: Option<NaiveDate>,
    /// Booked on this day or earlier
    #[arg(long, value_name = "DAY")]
    pub(super) to: Option<NaiveDate>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u64>,
}

#[derive(Args, Debug)]
pub(super) struct NoticeArgs {
    /// Only this reference
    #[arg(long, value_name = "P…")]
    pub(super) reference: Option<String>,
    /// Only of this employer
    #[arg(long, value_name = "ID")]
    pub(super) employer: Option<String>,
    /// Only with this status
    #[arg(long, value_parser = ["awaiting", "partly-received", "paid", "revoked"])]
    pub(super) status: Option<String>,
    /// Only for this roster month
    #[arg(long, value_name = "YYYY-MM")]
    pub(super) month: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub(super) enum SuspenseCommand {
    /// List what is in suspense, oldest first
    #[command(after_help = "Example:\n  duizhang suspense list --reason underpaid")]
    List(SuspenseListArgs),
    /// Show one item: what was read, why it is open, what comes nearest
    Show {
        /// The item, as `suspense list` names it, or the end of its serial
        id: String,
        #[command(flatten)]
        as_of: AsOf,
    },
    /// Close items by a decision of staff, which the engine never overturns
    #[command(after_help = "Examples:\n  \
        duizhang suspense resolve 260511000017 --notice P1906133753 --by 017 --note '单位来函确认'\n  \
        duizhang suspense resolve 260511000017 --refund --by 017 --note '重复缴款，原路退回'\n\n\
        duizhang suspense resolve 260511000017 --notice P1906133753 --from-advance auto --by 017 --note '余款从暂存款补足'\n\n\
        Several items may together pay one notice, one item several notices; the sums must be equal, with what\n\
        the advance balance adds to the money for one notice.")]
    Resolve(ResolveArgs),
}

#[derive(Args, Debug)]
pub(super) struct SuspenseListArgs {
    /// Only with this reason, such as underpaid
    #[arg(long, value_name = "CODE")]
    pub(super) reason: Option<String>,
    /// Only received at this bank
    #[arg(long, value_name = "KEY")]
    pub(super) bank: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u64>,
    #[command(flatten)]
    pub(super) as_of: AsOf,
}

#[derive(Args, Debug)]
pub(super) struct ResolveArgs {
    /// The items, as `suspense list` names them, or the ends of their serials
    #[arg(required = true, value_name = "ID")]
    pub(super) ids: Vec<String>,
    #[command(flatten)]
    pub(super) how: Decision,
    /// What the employer's advance balance adds to pay the notice, or `auto` for what is missing
    #[arg(long, value_name = "AMOUNT|auto", requires = "notice")]
    pub(super) from_advance: Option<String>,
    /// Whose advance balance it goes to [default: the employer of the notice that was read]
    #[arg(long, value_name = "ID", requires = "advance")]
    pub(super) employer: Option<String>,
    /// Who decides
    #[arg(long, value_name = "WHO")]
    pub(super) by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(super) note: String,
    #[command(flatten)]
    pub(super) as_of: AsOf,
}

/// Exactly one way out of suspense.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(super) struct Decision {
    /// It pays this notice; may be given several times
    #[arg(long, value_name = "P…")]
    pub(super) notice: Vec<String>,
    /// It goes to the employer's advance balance (单位暂存款)
    #[arg(long)]
    pub(super) advance: bool,
    /// It is to be returned to the payer; `refunds` sees it out
    #[arg(long)]
    pub(super) refund: bool,
    /// It is no remittance
    #[arg(long)]
    pub(super) not_ours: bool,
}

#[derive(Args, Debug)]
pub(super) struct ReportArgs {
    /// Where to write it [default: reports/]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) as_of: AsOf,
}

#[derive(Args, Debug)]
pub(super) struct TrailArgs {
    /// Only about this item, proposal or person
    #[arg(long, value_name = "ID")]
    pub(super) subject: Option<String>,
    /// Only by this person
    #[arg(long, value_name = "WHO")]
    pub(super) actor: Option<String>,
    /// Only this event, such as approved
    #[arg(long, value_name = "EVENT")]
    pub(super) event: Option<String>,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// Read every rule file; the first thing wrong in each is shown in its place
    Check,
    /// Run the examples that stand beside the rules
    Test,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_face_of_the_program_is_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}
