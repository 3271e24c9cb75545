//! `duizhang user`: the people who may use the desk.
//!
//! A password is typed on the terminal or read from a file. It is never an argument, which every process on the
//! machine could read. One person with access to the database's machine can act here alone, so the trail records it
//! as such and approvers are notified.

use super::args::{Global, PasswordArgs, RoleName, UserAddArgs, UserCommand};
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::rows::{Column, Printer, Value};
use super::staff;
use crate::remittance::{Language, Localized};
use crate::store::Person;
use crate::suspense::trail::{TrailEntry, TrailEvent};
use crate::suspense::{AccessKind, AccessRequest, Role};
use crate::web::account::{self, Newcomer};
use crate::web::password::{self, Checker};
use std::io::{BufRead, IsTerminal};
use std::path::Path;

pub(super) fn run(global: &Global, command: &UserCommand, by: &str) -> Result<Done, Failure> {
    let centre = if matches!(command, UserCommand::List) {
        Centre::read(global)?
    } else {
        Centre::beside(global)?
    };
    let request = match command {
        UserCommand::List => {
            Printer::print(centre.settings.format, COLUMNS, centre.store.people()?)?;
            return Ok(Done::Fully);
        }
        UserCommand::Add(args) => add(&centre, args)?,
        UserCommand::Disable { login } => AccessRequest::plain(AccessKind::Lock, &known(login)?),
        UserCommand::Enable { login } => AccessRequest::plain(AccessKind::Enable, &known(login)?),
        UserCommand::Reset { login, password } => {
            let login = known(login)?;
            let chosen = ask(password)?;
            let name = centre.store.person(&login)?.map(|person| person.name).unwrap_or_default();
            let checked = passwords(&centre).check(&chosen, &login, &name);
            checked.map_err(|weak| Failure::because(weak.in_language(Language::English)))?;
            account::reset(&login, &password::hash(&chosen)?, !password.keep)
        }
        UserCommand::Role { login, role } => AccessRequest {
            role: Some(role.role()),
            ..AccessRequest::plain(AccessKind::Role, &known(login)?)
        },
    };
    change(&centre, by, &request)?;
    if centre.is_rehearsal() {
        note!(global, "dry run: nothing was written");
    }
    Ok(Done::Fully)
}

/// Changes somebody's access as one person's act, recorded as such; approvers are notified.
pub(super) fn change(centre: &Centre, by: &str, request: &AccessRequest) -> Result<(), Failure> {
    let renewed = &centre.rules.desk.renewed;
    centre.store.change_access(renewed, by, request, clock::moment(None))?;
    staff::access(&centre.settings, &centre.rules, &centre.store)
}

fn passwords(centre: &Centre) -> Checker<'_> {
    Checker { rules: &centre.rules.login, centre: &centre.settings.centre.name }
}

const COLUMNS: &[Column<Person>] = &[
    Column { key: "login", heading: "login", value: |row| Value::text(&row.person_id) },
    Column { key: "name", heading: "name", value: |row| Value::text(&row.name) },
    Column { key: "role", heading: "role", value: |row| Value::text(&row.role) },
    Column {
        key: "second_factor",
        heading: "second factor",
        value: |row| Value::Truth(row.second_factor.is_some()),
    },
    Column {
        key: "may_log_in",
        heading: "may log in",
        value: |row| Value::Truth(row.disabled_at.is_none()),
    },
];

impl RoleName {
    pub(super) const fn role(self) -> Role {
        match self {
            Self::Clerk => Role::Clerk,
            Self::Approver => Role::Approver,
            Self::Administrator => Role::Administrator,
            Self::Auditor => Role::Auditor,
        }
    }
}

fn known(login: &str) -> Result<String, Failure> {
    account::login(login).map_err(|unfit| Failure::Usage(unfit.to_string()))
}

fn add(centre: &Centre, args: &UserAddArgs) -> Result<AccessRequest, Failure> {
    let login = known(&args.login)?;
    let newcomer = Newcomer {
        name: args.name.clone().unwrap_or_else(|| login.clone()),
        login,
        role: args.role.role(),
        password: ask(&args.password)?,
        password_given: !args.password.keep,
    };
    let checked = newcomer.check(&passwords(centre));
    checked.map_err(|unfit| Failure::because(unfit.to_string()))?;
    Ok(newcomer.request(&password::hash(&newcomer.password)?))
}

/// A trail entry for an act at the command line.
pub(super) fn entry(event: TrailEvent, subject: &str, detail: &str) -> TrailEntry {
    let [actor, role] = ["operator"; 2].map(str::to_owned);
    let subject = subject.to_owned();
    TrailEntry { at: clock::now(), actor, role, event, subject, detail: account::detail(detail) }
}

/// The password from the chosen source.
fn ask(args: &PasswordArgs) -> Result<String, Failure> {
    let first_line = |mut from: Box<dyn BufRead>| {
        let mut line = String::new();
        from.read_line(&mut line).doing(|| "cannot read the password".to_owned())?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    match args.password_file.as_deref() {
        Some(path) if path == Path::new("-") => first_line(Box::new(std::io::stdin().lock())),
        Some(path) => {
            let file = std::fs::File::open(path);
            let file = file.doing(|| format!("cannot read {}", path.display()))?;
            first_line(Box::new(std::io::BufReader::new(file)))
        }
        None if std::io::stdin().is_terminal() => typed(),
        None => Err(Failure::Usage(
            "a password is typed on a terminal, or read with --password-file FILE (- is standard \
             input)"
                .to_owned(),
        )),
    }
}

/// Asks twice without echo.
fn typed() -> Result<String, Failure> {
    let terminal = console::Term::stderr();
    let once = |prompt: &str| {
        terminal.write_str(prompt)?;
        terminal.read_secure_line()
    };
    let asked = once("Password (15 characters or more): ").doing(|| "cannot ask".to_owned())?;
    let again = once("The same again: ").doing(|| "cannot ask".to_owned())?;
    if asked == again { Ok(asked) } else { Err(Failure::because("the two were not the same")) }
}
