//! `duizhang read-file`, hidden: the other side of [`crate::nightly::child`], started by nights and by nobody else.

use super::args::ReadFileArgs;
use super::failure::{Done, Failure};
use crate::feed::Look;
use crate::nightly::child::{self, SILENCE_MAX};
use crate::nightly::{Isolation, ReaderProcess};
use std::path::PathBuf;

/// The program itself, also where another has been put in its place since it was started.
const ITSELF: &str = "/proc/self/exe";

/// Readers in processes of their own, where the program can be found.
pub(super) fn apart() -> Isolation {
    let itself = PathBuf::from(ITSELF);
    let program = if itself.exists() { Some(itself) } else { std::env::current_exe().ok() };
    program.map_or(Isolation::InProcess, |program| {
        let arguments = vec!["read-file".into()];
        Isolation::Apart(ReaderProcess { program, arguments, patience: SILENCE_MAX })
    })
}

pub(super) fn serve(args: &ReadFileArgs) -> Result<Done, Failure> {
    // Nobody hears what it would say here: its parent knows by how it ends.
    child::serve(|look| misbehave(args, look))?;
    Ok(Done::Fully)
}

#[cfg(not(debug_assertions))]
fn misbehave(_: &ReadFileArgs, _: &Look) {}

/// What no reader shall do; for the tests of whoever has to live with it.
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
