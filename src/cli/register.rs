//! `duizhang register`: a register in bulk from a filled-in template, whole or not at all.
//!
//! It is one operation, `file_register`, as `apply` knows it; `template` writes the empty sheet.

use super::args::{Global, RegisterArgs};
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::rows::stdout;
use crate::import::{self, RegisterRow};
use crate::remittance::file::OnRefusal;
use crate::remittance::operation::{FileRegister, Said};
use crate::remittance::register::RegisterRequest;
use crate::remittance::template::Template;
use crate::remittance::{Answer, Author, Operation, YearMonth};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

pub(super) fn run(global: &Global, args: &RegisterArgs) -> Result<Done, Failure> {
    let Some(template) = Template::from_name(&args.name) else {
        return Err(Failure::Usage(format!("no template {:?}", args.name)));
    };
    let month: YearMonth =
        args.month.parse().map_err(|error| Failure::Usage(format!("{error}")))?;
    let centre = Centre::write(global)?;
    let (request, rows) = request(template, &args.file)?;
    let operation = Operation::FileRegister(FileRegister {
        on: args.as_of.as_of.unwrap_or_else(clock::today),
        by: None,
        employer_id: args.employer.as_str().into(),
        month,
        register: request,
    });
    let policy = Arc::new(centre.rules.policy.clone());
    let mut answers = Vec::new();
    let one = std::iter::once((1, Ok(operation)));
    let author = Author { by: args.by.clone(), at: Some(clock::now()) };
    let applied = centre.store.apply_file(policy, author, one, OnRefusal::UndoAll, |answer| {
        // Writing into memory cannot fail, nor can an answer be no JSON.
        let _ = serde_json::to_writer(&mut answers, &by_file(answer, &rows));
        answers.push(b'\n');
    })?;
    stdout().write_all(&answers)?;
    if applied.undone_at.is_some() {
        return Err(Failure::because("the register was refused; nothing of it was done"));
    }
    if centre.is_rehearsal() {
        note!(global, "dry run: nothing was written");
    }
    Ok(Done::Fully)
}

/// The answer with each line that cannot be done by its row in the file.
fn by_file(answer: &Answer, rows: &[u64]) -> Answer {
    let row_of = |row: u64| {
        let index = usize::try_from(row).ok().and_then(|row| row.checked_sub(1));
        index.and_then(|index| rows.get(index)).copied().unwrap_or(row)
    };
    match &answer.said {
        Said::Done(_) => answer.clone(),
        Said::Refused(refusal) => {
            let refusal = refusal.clone().with_rows(row_of);
            Answer { said: Said::Refused(refusal), ..answer.clone() }
        }
    }
}

/// The register in the file with the rows its lines stand in, or everything that is wrong in it.
fn request(template: Template, path: &Path) -> Result<(RegisterRequest, Vec<u64>), Failure> {
    let file = path.display();
    let bytes = std::fs::read(path).doing(|| format!("cannot read {file}"))?;
    let rows = import::register(&bytes, template).map_err(|errors| {
        for error in errors {
            tell!("{file}:{error}");
        }
        Failure::because(format!("{file} is not taken in"))
    })?;
    let cells: Vec<Vec<&str>> =
        rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect();
    let request = template.request(cells.iter().map(Vec::as_slice)).map_err(|errors| {
        for error in errors {
            let row = rows.get(error.row.saturating_sub(1)).map_or(0, |row: &RegisterRow| row.line);
            tell!("{file}:{row}: {}: {}", error.column, error.message);
        }
        Failure::because(format!("{file} is not taken in"))
    })?;
    Ok((request, rows.iter().map(|row| row.line).collect()))
}
