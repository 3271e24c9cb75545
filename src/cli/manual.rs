//! Completion scripts and manual pages, generated from the same declaration as `--help`.

use super::args::Arguments;
use super::failure::{Doing, Done, Failure};
use clap::CommandFactory;
use std::io::Write;
use std::path::Path;

pub(super) fn completions(shell: clap_complete::Shell) -> Result<Done, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "duizhang", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Done::Fully)
}

pub(super) fn pages(dir: Option<&Path>) -> Result<Done, Failure> {
    let command = Arguments::command();
    match dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).doing(|| format!("cannot make {}", dir.display()))?;
            clap_mangen::generate_to(command, dir)
                .doing(|| format!("cannot write pages to {}", dir.display()))?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            std::io::stdout().write_all(&page)?;
        }
    }
    Ok(Done::Fully)
}
