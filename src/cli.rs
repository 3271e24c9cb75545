//! The command line: parses commands and prints their results.
//!
//! Start at [`args`], the whole interface; [`run`] passes each command to its module below. A command reads
//! settings ([`settings`]), calls the library, and prints rows ([`rows`]) to standard output; everything else goes
//! to standard error. Clock, environment, files and exit code ([`failure`]) belong here and nowhere deeper.
//!
//! Invariant: standard output has only data, in the form that `--format` selects.

/// Prints an important message to standard error; a closed stream is not an error.
macro_rules! tell {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

/// Prints a message to standard error, unless `--quiet` is set.
macro_rules! note {
    ($global:expr, $($text:tt)*) => {
        if $global.quiet == 0 {
            tell!($($text)*);
        }
    };
}

mod apply;
mod archive;
mod args;
mod arrears;
mod audit;
mod backoff;
mod calls;
mod came_back;
mod centre;
mod centres;
mod claim;
mod clock;
mod correspondence;
mod demo;
mod doctor;
mod failure;
mod feed;
mod held;
mod import;
mod init;
mod key;
mod letters;
mod listing;
mod log;
mod mail;
mod manual;
mod moving;
mod night;
mod outbox;
mod private;
mod problems;
mod progress;
mod reader;
mod refunds;
mod register;
mod reissue;
mod remark;
mod report;
mod rows;
mod rules;
mod serve;
mod settings;
mod show;
mod signing;
mod staff;
mod suspense;
mod template;
mod texts;
mod token;
mod trail;
mod trial;
mod turn;
mod unblock;
mod user;

use args::{AlertCommand, Arguments, Command, FeedCommand, Global, RulesCommand};
use clap::Parser;
use failure::{Done, Failure};
use std::process::ExitCode;

/// Runs the command of this process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // `--help` is a result, anything else wrong usage: clap chooses stream and code.
        Err(error) => error.exit(),
    };
    log::start(&arguments.global);
    match run(&arguments) {
        Ok(done) => done.exit_code(),
        Err(failure) => explained(failure, &arguments.global).report(&arguments.global),
    }
}

/// Adds the database file to a failure of the database.
fn explained(failure: Failure, global: &Global) -> Failure {
    if failure.store_errors().next().is_none() {
        return failure;
    }
    match settings::Settings::load(global) {
        Ok(settings) => failure.explained(&settings.database),
        Err(_) => failure,
    }
}

fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let global = &arguments.global;
    match &arguments.command {
        Command::Demo(args) => demo::run(global, args),
        Command::Init(args) => init::run(global, args),
        Command::Import { command } => import::run(global, command),
        Command::Nightly(args) if args.command.is_some() => centres::status(global),
        Command::Nightly(args) => match &args.centres {
            Some(asked) => centres::run(global, args, asked),
            None => night::nightly(global, args),
        },
        Command::Migrate(args) => moving::migrate(global, args),
        Command::Distribute(args) => moving::distribute(global, args),
        Command::Archive(args) => archive::run(global, args),
        Command::Ingest(args) => night::ingest(global, args),
        Command::Match(args) => night::judge(global, args),
        Command::ReadFile(args) => reader::serve(args),
        Command::Remark(args) => remark::run(global, args),
        Command::Feed { command: FeedCommand::Inspect(args) } => feed::inspect::run(global, args),
        Command::Feed { command: FeedCommand::Learn(args) } => feed::learn::run(global, args),
        Command::Feed { command: FeedCommand::List(args) } => feed::withdraw::list(global, args),
        Command::Feed { command: FeedCommand::Withdraw(args) } => {
            feed::withdraw::withdraw(global, args)
        }
        Command::Apply(args) => apply::run(global, args),
        Command::Show(args) => show::run(global, args),
        Command::Template(args) => template::run(global, args),
        Command::Register(args) => register::run(global, args),
        Command::Transactions(args) => listing::transactions(global, args),
        Command::Notices(args) => listing::notices(global, args),
        Command::Suspense { command } => suspense::run(global, command),
        Command::Refunds { command } => refunds::run(global, command),
        Command::Report(args) => report::run(global, args),
        Command::Arrears(args) => arrears::run(global, args),
        Command::Audit(args) => audit::run(global, args),
        Command::Trail(args) => trail::run(global, args),
        Command::Rules { command: RulesCommand::Check } => rules::check(global),
        Command::Rules { command: RulesCommand::Test } => rules::test(global),
        Command::Alert { command } => alert(global, command),
        Command::Serve(args) => serve::run(global, args),
        Command::User { command, by } => user::run(global, command, by),
        Command::Token { command, by } => token::run(global, command, by),
        Command::Doctor => doctor::run(global),
        Command::Completions { shell } => manual::completions(*shell),
        Command::Man { dir } => manual::pages(dir.as_deref()),
    }
}

fn alert(global: &Global, command: &AlertCommand) -> Result<Done, Failure> {
    match command {
        AlertCommand::Preview(args) => letters::preview(global, args),
        AlertCommand::Hold(args) => held::hold(global, args),
        AlertCommand::Calls(args) => calls::run(global, args),
        AlertCommand::Release(args) => held::release(global, args),
        AlertCommand::Drop(args) => held::drop(global, args),
        AlertCommand::Send { now } => mail::send(global, *now),
        AlertCommand::Status(args) => outbox::status(global, args),
        AlertCommand::Unblock(args) => unblock::run(global, args),
        AlertCommand::Test { address } => trial::run(global, address),
        AlertCommand::List(args) => outbox::list(global, args),
        AlertCommand::Retry(args) => outbox::retry(global, args),
        AlertCommand::GiveUp(args) => outbox::give_up(global, args),
        AlertCommand::Bounces(args) => came_back::run(global, args),
        AlertCommand::Employer(args) => correspondence::employer(global, args),
        AlertCommand::Confirm { token } => correspondence::confirm(global, token),
    }
}
