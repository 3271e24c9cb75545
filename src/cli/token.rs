//! `duizhang token`: what programs may do at the desk's interface.

use super::args::{Global, TokenCommand};
use super::centre::Centre;
use super::clock;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value, stdout};
use super::user::entry;
use crate::store::ApiToken;
use crate::web::account;
use std::io::Write;

const COLUMNS: &[Column<ApiToken>] = &[
    Column { key: "token", heading: "token", value: |row| Value::text(&row.token_id) },
    Column { key: "name", heading: "for", value: |row| Value::text(&row.name) },
    Column { key: "role", heading: "role", value: |row| Value::text(&row.role) },
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

pub(super) fn run(global: &Global, command: &TokenCommand) -> Result<Done, Failure> {
    match command {
        TokenCommand::List => {
            let centre = Centre::read(global)?;
            Printer::print(centre.settings.format, COLUMNS, centre.store.tokens()?)?;
        }
        TokenCommand::Add { name, role, days } => {
            let centre = Centre::beside(global)?;
            let made = account::token(name, role.role(), "operator", clock::now(), *days);
            let (token, kept) = made.map_err(|error| Failure::because(error.to_string()))?;
            let entry = entry("token-made", &kept.token_id, &kept.role);
            centre.store.add_token(&kept, &entry)?;
            writeln!(stdout(), "{token}")?;
            note!(
                global,
                "it is not kept and not shown again; until {}",
                clock::day(kept.expires_at)
            );
        }
        TokenCommand::Revoke { token } => {
            let entry = entry("token-revoked", token, "");
            Centre::beside(global)?.store.revoke_token(token, clock::now(), &entry)?;
        }
    }
    Ok(Done::Fully)
}
