//! `duizhang register`: files a whole register from a filled-in sheet, all or nothing.
//!
//! It is one operation, `file_register`, as in `apply`; `template` writes the empty sheet. All errors are reported
//! at once: if some rows cannot be parsed, the others are still judged and then rolled back.

use super::args::{Format, Global, RegisterArgs};
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::problems;
use super::rows::stdout;
use crate::import::{self, ImportError, Register, RegisterRow};
use crate::remittance::beside::Beside;
use crate::remittance::file::OnRefusal;
use crate::remittance::operation::{FileRegister, Said};
use crate::remittance::refusal::{Offender, RefusalCode};
use crate::remittance::template::Template;
use crate::remittance::{Answer, Author, Bilingual, Operation, Refusal, YearMonth};
use std::io::Write;
use std::sync::Arc;

pub(super) fn run(global: &Global, args: &RegisterArgs) -> Result<Done, Failure> {
    let Some(template) = Template::from_name(&args.name) else {
        return Err(Failure::Usage(format!("no template {:?}", args.name)));
    };
    let month: YearMonth =
        args.month.parse().map_err(|error| Failure::Usage(format!("{error}")))?;
    let centre = Centre::write(global)?;
    let file = args.file.display();
    let bytes = std::fs::read(&args.file).doing(|| format!("cannot read {file}"))?;
    let format = centre.settings.format;
    let refused = |errors: &[ImportError]| -> Result<Failure, Failure> {
        problems::tell(format, &args.file, errors)?;
        if let Some(to) = &args.errors {
            problems::write_back(to, &bytes, errors)?;
        }
        let count = errors.len();
        Ok(Failure::because(format!(
            "{count} problems in {file}; nothing of the register was done"
        )))
    };
    let register = match import::register(&bytes, template) {
        Ok(register) => register,
        Err(errors) => return Err(refused(&errors)?),
    };
    problems::tell_notes(&args.file, &register.notes);
    let operation = operation(template, &register, args, month)?;
    let filed = file_it(&centre, args, &register, operation)?;
    let mut errors = register.errors.clone();
    if let Said::Refused(refusal) = &filed.said {
        // If no row of a register can be parsed, nothing is requested: no further error.
        let read = !register.rows.is_empty() || errors.is_empty();
        let offenders = refusal.clone().offenders().into_iter().filter(|_| read);
        errors.extend(offenders.map(|offender| unfit(template, &register, &offender)));
    }
    errors.sort_by_key(|error| (error.line, error.column));
    if !errors.is_empty() {
        if register.errors.is_empty() && format == Format::Table {
            print(&by_file(&filed, &register.rows))?;
        }
        return Err(refused(&errors)?);
    }
    print(&by_file(&filed, &register.rows))?;
    if centre.is_rehearsal() {
        note!(global, "dry run: nothing was written");
    }
    Ok(Done::Fully)
}

/// The parsed rows as one operation.
fn operation(
    template: Template,
    register: &Register,
    args: &RegisterArgs,
    month: YearMonth,
) -> Result<Operation, Failure> {
    let cells: Vec<Vec<&str>> =
        register.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect();
    let request = template.request(cells.iter().map(Vec::as_slice)).map_err(|errors| {
        // The cells were parsed before, so they match the template.
        let first = errors.first().map(ToString::to_string).unwrap_or_default();
        Failure::because(format!("{}: {first}", args.file.display()))
    })?;
    let beside = (1..).zip(&register.rows).filter_map(|(row, line)| {
        let said = line.name.is_some() || line.id_no.is_some() || line.from_number;
        let (name, id_no) = (line.name.clone(), line.id_no.clone());
        said.then_some(Beside { row, name, id_no, zeros_lost: line.from_number })
    });
    Ok(Operation::FileRegister(FileRegister {
        on: args.as_of.as_of.unwrap_or_else(clock::today),
        by: None,
        employer_id: args.employer.as_str().into(),
        month,
        register: request,
        beside: beside.collect(),
    }))
}

/// Files the rows; rolls back if others could not be parsed.
fn file_it(
    centre: &Centre,
    args: &RegisterArgs,
    register: &Register,
    operation: Operation,
) -> Result<Answer, Failure> {
    let policy = Arc::new(centre.rules.policy.clone());
    let author = Author { by: args.by.clone(), at: Some(clock::now()) };
    let unread = register.errors.first().map(|error| {
        let refusal = Refusal::Unreadable { found: error.problem.to_string() };
        (2, Err(refusal))
    });
    let lines = std::iter::once((1, Ok(operation))).chain(unread);
    let mut first = None;
    centre.store.apply_file(policy, author, lines, OnRefusal::UndoAll, |answer| {
        first.get_or_insert_with(|| answer.clone());
    })?;
    first.ok_or_else(|| Failure::because("the register was not judged"))
}

fn print(answer: &Answer) -> Result<(), Failure> {
    let mut out = stdout();
    // An answer is always valid JSON.
    let _ = serde_json::to_writer(&mut out, answer);
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

/// The refusal of a line, at its place in the file.
fn unfit(template: Template, register: &Register, offender: &Offender) -> ImportError {
    let refusal = &offender.refusal;
    let Bilingual { zh, en } = Bilingual::of(refusal);
    let index = offender.row.and_then(|row| usize::try_from(row).ok());
    // A register of one line is refused like that single line.
    let only = (register.rows.len() == 1 && !of_the_whole(refusal.code())).then_some(1);
    let row = index.or(only).and_then(|row| register.rows.get(row.checked_sub(1)?));
    let name = offender.beside(&zh).map(|name| format!("（{name}）")).unwrap_or_default();
    match row {
        Some(row) => {
            let field = column_of(template, refusal.code());
            register.unfit(row, template, field, Bilingual::new(format!("{name}{zh}"), en))
        }
        None => ImportError::of_file(Bilingual { zh, en }),
    }
}

/// Whether a refusal is about the whole register and not a line.
fn of_the_whole(code: RefusalCode) -> bool {
    matches!(
        code,
        RefusalCode::UnknownEmployer
            | RefusalCode::NotEnrolled
            | RefusalCode::NothingFiled
            | RefusalCode::RosterExists
            | RefusalCode::MonthNotNext
    )
}

/// The column of a refusal; the employee's column if it is about the employee.
fn column_of(template: Template, code: RefusalCode) -> &'static str {
    use RefusalCode as Code;
    const COLUMNS: &[(&[RefusalCode], &[&str])] = &[
        (&[Code::BaseBelowFloor, Code::BaseAboveCap, Code::BaseAlreadyAdjusted], &["缴存基数"]),
        (
            &[
                Code::CapExceeded,
                Code::AmountNotPositive,
                Code::AmountTooLarge,
                Code::AmountDiffers,
            ],
            &["补缴金额", "缴存基数"],
        ),
        (&[Code::InvalidIdNo], &["身份证号"]),
        (&[Code::EmptyName], &["姓名"]),
        (&[Code::InvalidSealReason], &["封存原因"]),
        (&[Code::MonthTooOld, Code::MonthNotNext, Code::DoubleRemittance], &["补缴月份"]),
        (&[Code::InvalidSpan], &["补缴至月份"]),
        (&[Code::OutsideCity], &["转入城市"]),
        (&[Code::SameEmployer, Code::UnknownEmployer], &["转入单位编号"]),
    ];
    if code == RefusalCode::NameDiffers {
        return "姓名";
    }
    let row = COLUMNS.iter().find(|(codes, _)| codes.contains(&code));
    let wanted = row.map_or::<&[&str], _>(&[], |(_, names)| names);
    let columns = template.columns();
    let found = wanted.iter().find_map(|name| columns.iter().find(|column| *column == name));
    found.or(columns.first()).copied().unwrap_or_default()
}

/// The answer with file row numbers.
fn by_file(answer: &Answer, rows: &[RegisterRow]) -> Answer {
    let row_of = |row: u64| {
        let index = usize::try_from(row).ok().and_then(|row| row.checked_sub(1));
        index.and_then(|index| rows.get(index)).map_or(row, |row| row.line)
    };
    match &answer.said {
        Said::Done(output) => {
            let mut output = output.clone();
            output.employees.iter_mut().for_each(|employee| employee.row = row_of(employee.row));
            Answer { said: Said::Done(output), ..answer.clone() }
        }
        Said::Refused(refusal) => {
            let refusal = refusal.clone().with_rows(row_of);
            Answer { said: Said::Refused(refusal), ..answer.clone() }
        }
    }
}
