//! `duizhang apply`: executes employers' operations, one per line, with one answer line each.
//!
//! Answers are printed when the result of the whole file is certain, so that an "ok" from a completed file can be
//! trusted. Blank lines are skipped.

use super::args::{ApplyArgs, Global};
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::rows::stdout;
use crate::remittance::email::Addresses;
use crate::remittance::file::{OnRefusal, malformed};
use crate::remittance::{Author, Operation, Refusal};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::Arc;

pub(super) fn run(global: &Global, args: &ApplyArgs) -> Result<Done, Failure> {
    let centre = Centre::write(global)?;
    let name = if is_stdin(&args.file) {
        "standard input".to_owned()
    } else {
        args.file.display().to_string()
    };
    let input: Box<dyn BufRead> = if is_stdin(&args.file) {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = std::fs::File::open(&args.file);
        Box::new(BufReader::new(file.doing(|| format!("cannot read {name}"))?))
    };
    let on_refusal = if args.keep_going { OnRefusal::KeepGoing } else { OnRefusal::UndoAll };
    let policy = Arc::new(centre.rules.policy.clone());
    let author = Author { by: args.by.clone(), at: Some(clock::now()) };
    let (mut answers, mut unread) = (Vec::new(), None);
    let lines = lines(input, &mut unread);
    let applied = centre.store.apply_file(policy, author, lines, on_refusal, |answer| {
        // Writing to memory cannot fail, and an answer is always valid JSON.
        let _ = serde_json::to_writer(&mut answers, answer);
        answers.push(b'\n');
    })?;
    let mut out = stdout();
    out.write_all(&answers)?;
    out.flush()?;
    if let Some(error) = unread {
        return Err(error).doing(|| format!("cannot read {name} to its end"));
    }
    if let Some(line) = applied.undone_at {
        return Err(Failure::because(format!(
            "line {line} was refused; nothing of {name} was done (--keep-going leaves such lines out)"
        )));
    }
    if centre.is_rehearsal() {
        note!(global, "dry run: nothing was written");
    }
    let (done, refused) = (applied.done, applied.refused);
    note!(global, "{done} operations done, {refused} refused");
    Ok(if refused > 0 { Done::InputSetAside } else { Done::Fully })
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Reports text in an operation's mail field that is not an address. The operation runs anyway, and letters go on
/// paper.
fn tell_left_over(line: u64, operation: &Operation) {
    let typed = if let Operation::OpenEmployer(op) = operation {
        op.agent.as_ref().and_then(|agent| agent.email.as_deref())
    } else if let Operation::UpdateBasic(op) = operation {
        let agent = op.agent.as_ref().and_then(|agent| agent.email.as_deref());
        op.email.as_deref().or(agent)
    } else {
        None
    };
    let left_over = typed.map(|typed| Addresses::read(typed).left_over).unwrap_or_default();
    if !left_over.is_empty() {
        tell!(
            "line {line}: email {:?} is no mail address, or one more than three",
            left_over.join(";")
        );
    }
}

/// The operations of a file with line numbers from 1. An error that ends the reading is refused as the last line
/// and kept in `unread`.
fn lines(
    input: Box<dyn BufRead>,
    unread: &mut Option<std::io::Error>,
) -> impl Iterator<Item = (u64, Result<Operation, Refusal>)> {
    (1..).zip(input.split(b'\n')).filter_map(move |(number, line)| match line {
        Ok(bytes) if bytes.trim_ascii().is_empty() => None,
        Ok(bytes) => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(&bytes);
            let operation = serde_json::from_slice(bytes).map_err(malformed);
            if let Ok(operation) = &operation {
                tell_left_over(number, operation);
            }
            Some((number, operation))
        }
        Err(error) => {
            let refusal = malformed(&error);
            *unread = Some(error);
            Some((number, Err(refusal)))
        }
    })
}
