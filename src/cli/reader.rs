//! `duizhang read-file`, hidden: the child process of [`crate::nightly::child`], started only by nights.

use super::args::ReadFileArgs;
use super::failure::{Done, Failure};
use crate::feed::Look;
use crate::nightly::child::{self, SILENCE_MAX};
use crate::nightly::{Isolation, ReaderProcess};
use std::path::PathBuf;

/// The running program, even if its file was replaced since.
const ITSELF: &str = "/proc/self/exe";

/// Readers in child processes, if the program can be found.
pub(super) fn apart() -> Isolation {
    let itself = PathBuf::from(ITSELF);
    let program = if itself.exists() { Some(itself) } else { std::env::current_exe().ok() };
    program.map_or(Isolation::InProcess, |program| {
        let arguments = vec!["read-file".into()];
        Isolation::Apart(ReaderProcess { program, arguments, patience: SILENCE_MAX })
    })
}

pub(super) fn serve(args: &ReadFileArgs) -> Result<Done, Failure> {
    // Nobody reads its messages: the parent sees how it exits.
    child::serve(|look| misbehave(args, look))?;
    Ok(Done::Fully)
}

#[cfg(not(debug_assertions))]
fn misbehave(_: &ReadFileArgs, _: &Look) {}

/// Misbehaves on purpose, to test the parent.
#[cfg(debug_assertions)]
#[expect(clippy::panic, clippy::infinite_loop, reason = "that is what is tried")]
fn misbehave(args: &ReadFileArgs, look: &Look) {
    let Some(how) = args.misbehave.as_deref().filter(|_| look.begins_with("misbehave")) else {
        return;
    };
    match how {
        "panic" => panic!("as asked"),
        "abort" => std::process::abort(),
        "hang" => loop {
            std::hint::spin_loop();
        },
        "memory" => {
            let mut kept = Vec::new();
            loop {
                kept.push(vec![1_u8; 64 << 20]);
            }
        }
        "stack" => {
            std::hint::black_box(deeper(std::hint::black_box(1)));
        }
        _ => {}
    }
}

#[cfg(debug_assertions)]
#[expect(unconditional_recursion, reason = "that is what is tried")]
fn deeper(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 512]);
    deeper(depth + 1) + room.iter().sum::<u64>()
}
