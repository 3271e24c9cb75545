//! `duizhang template`: the sheet to fill in for each register and each list.
//!
//! `.xlsx` gives a workbook with text columns, drop-downs, and instructions on their own sheet. With `--employer`
//! its employees are already filled in. CSV has only the headings: an example would count as a row.

use super::args::{Global, TemplateArgs};
use super::centre::Centre;
use super::failure::{Doing, Done, Failure};
use super::rows::stdout;
use crate::import::{Form, ListName};
use crate::remittance::template::Template;
use crate::remittance::{EmployeeAccount, Id, Policy};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

pub(super) fn run(global: &Global, args: &TemplateArgs) -> Result<Done, Failure> {
    let form = form(global, args)?;
    match &args.out {
        Some(path) if is_workbook(path) => {
            std::fs::write(path, book(&form)?)
                .doing(|| format!("cannot write {}", path.display()))?;
        }
        Some(path) => {
            let csv = ["\u{feff}".as_bytes(), &csv(&form)?].concat();
            std::fs::write(path, csv).doing(|| format!("cannot write {}", path.display()))?;
        }
        None => {
            let mut out = stdout();
            out.write_all(&csv(&form)?)?;
            out.flush()?;
        }
    }
    Ok(Done::Fully)
}

fn form(global: &Global, args: &TemplateArgs) -> Result<Form, Failure> {
    if let Some(list) = ListName::from_name(&args.name) {
        if args.employer.is_some() {
            return Err(Failure::Usage("--employer fills in a register, not a list".to_owned()));
        }
        return Ok(Form::of_list(list));
    }
    let Some(template) = Template::from_name(&args.name) else {
        return Err(Failure::Usage(format!("no template {:?}", args.name)));
    };
    let Some(employer) = &args.employer else {
        // Use the centre's reasons if there is a centre.
        let policy = Centre::read(global).map(|centre| centre.rules.policy.clone());
        let mut form = Form::of_register(template, &reasons(policy.as_ref().ok()));
        if !args.out.as_deref().is_some_and(is_workbook) {
            form.columns.retain(|column| template.columns().contains(&column.heading));
        }
        return Ok(form);
    };
    if template == Template::Open {
        return Err(Failure::Usage("open is for people who are not there yet".to_owned()));
    }
    let centre = Centre::read(global)?;
    let policy = Arc::new(centre.rules.policy.clone());
    let id: Id = employer.as_str().into();
    let people: Option<Vec<EmployeeAccount>> = centre.store.look(Arc::clone(&policy), |books| {
        // The day does not matter: only whether the employer exists is used.
        books.accounts(&id)?;
        let known = books.employer(&id, chrono::NaiveDate::MIN)?;
        let all = books.centre().accounts_of(&id);
        Ok(known.then(|| all.map(|account| EmployeeAccount::clone(account)).collect()))
    })?;
    let Some(people) = people else {
        return Err(Failure::because(format!("no employer {employer}")));
    };
    let name = |code: &str| {
        policy.seal_reason(code).map_or_else(|| code.to_owned(), |reason| reason.name.clone())
    };
    let form = Form::of_register(template, &reasons(Some(&policy)));
    Ok(form.filled_in(template, people.iter(), name))
}

fn is_workbook(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("xlsx"))
}

/// The names of a centre's seal reasons.
fn reasons(policy: Option<&Policy>) -> Vec<String> {
    let known = policy.map(|policy| policy.seal_reasons.as_slice()).unwrap_or_default();
    known.iter().map(|reason| reason.name.clone()).collect()
}

fn csv(form: &Form) -> Result<Vec<u8>, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heads = form.columns.iter().map(|column| column.heading);
    writer.write_record(heads).doing(|| "cannot write CSV".to_owned())?;
    for row in &form.rows {
        writer.write_record(row).doing(|| "cannot write CSV".to_owned())?;
    }
    writer.into_inner().map_err(|_| Failure::because("cannot write CSV"))
}

fn book(form: &Form) -> Result<Vec<u8>, Failure> {
    crate::import::book::form(form).doing(|| "cannot make the workbook".to_owned())
}
