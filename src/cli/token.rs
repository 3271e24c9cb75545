//! `duizhang token`: what programs may do through the desk's API.

use super::args::{Global, TokenCommand};
use super::centre::Centre;
use super::clock;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value, stdout};
use super::user::change;
use crate::store::ApiToken;
use crate::suspense::trail::{TrailEntry, TrailEvent};
use crate::web::account;
use std::io::Write;

const COLUMNS: &[Column<ApiToken>] = &[
    Column { key: "token", heading: "token", value: |row| Value::text(&row.token_id) },
    Column { key: "name", heading: "for", value: |row| Value::text(&row.name) },
    Column { key: "role", heading: "role", value: |row| Value::text(&row.role) },
    Column { key: "owner", heading: "owner", value: |row| Value::text(&row.owner) },
    Column { key: "made_by", heading: "made by", value: |row| Value::text(&row.made_by) },
    Column {
        key: "expires_on",
        heading: "until",
        value: |row| Value::Day(clock::day(row.expires_at)),
    },
    Column {
        key: "revoked",
        heading: "revoked",
        value: |row| Value::Truth(row.revoked_at.is_some()),
    },
];

pub(super) fn run(global: &Global, command: &TokenCommand, by: &str) -> Result<Done, Failure> {
    match command {
        TokenCommand::List => {
            let centre = Centre::read(global)?;
            Printer::print(centre.settings.format, COLUMNS, centre.store.tokens()?)?;
        }
        TokenCommand::Add { name, role, owner, days } => {
            let centre = Centre::beside(global)?;
            let owner = account::login(owner).map_err(|unfit| Failure::Usage(unfit.to_string()))?;
            let made = account::token(name, role.role(), &owner, clock::now(), *days);
            let (token, request) = made.map_err(|error| Failure::because(error.to_string()))?;
            change(&centre, by, &request)?;
            writeln!(stdout(), "{token}")?;
            let until = request.token.map(|(_, expires_at)| clock::day(expires_at));
            note!(
                global,
                "it is not kept and not shown again; until {}",
                until.map(|day| day.to_string()).unwrap_or_default()
            );
        }
        TokenCommand::Revoke { token } => {
            let [actor, role] = [by, "operator"].map(str::to_owned);
            let (event, subject) = (TrailEvent::TokenRevoked, token.clone());
            let entry =
                TrailEntry { at: clock::now(), actor, role, event, subject, detail: String::new() };
            Centre::beside(global)?.store.revoke_token(token, clock::now(), &entry)?;
        }
    }
    Ok(Done::Fully)
}
