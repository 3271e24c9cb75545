//! The command line: what can be asked, and how the answer is printed.
//!
//! Start at [`args`], which is the whole face; [`run`] hands each command to its module below. A
//! command reads settings ([`settings`]), calls the library, and prints rows ([`rows`]) to standard
//! output; all else goes to standard error. Here, and nowhere deeper, are the clock, the
//! environment, files and the exit code ([`failure`]).
//!
//! Invariant: standard output holds data and nothing but data, in the form that `--format` asks.

mod args;
mod failure;
mod init;
mod log;
mod manual;
mod progress;
mod rows;
mod settings;

use args::{Arguments, Command};
use clap::Parser;
use failure::{Done, Failure};
use std::process::ExitCode;

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // `--help` is an answer, anything else wrong usage: clap knows which stream and code.
        Err(error) => error.exit(),
    };
    log::start(&arguments.global);
    match run(&arguments) {
        Ok(done) => done.exit_code(),
        Err(failure) => failure.report(&arguments.global),
    }
}

fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let global = &arguments.global;
    match &arguments.command {
        Command::Init(args) => init::run(global, args),
        Command::Completions { shell } => manual::completions(*shell),
        Command::Man { dir } => manual::pages(dir.as_deref()),
        _ => Err(Failure::because("not wired yet")),
    }
}
