//! `duizhang alert unblock`: lifts the blocks of many addresses at once; the trail records whose.

use super::args::{Global, UnblockArgs};
use super::centre::Centre;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value};
use super::user;
use crate::store::{BlockedAddress, Unblock};
use crate::suspense::trail::{TrailEntry, TrailEvent};

const BLOCKED: &[Column<BlockedAddress>] = &[
    Column { key: "address", heading: "address", value: |row| Value::text(&row.address) },
    Column { key: "employer_id", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column { key: "status", heading: "status", value: |row| Value::text(&row.reason) },
    Column { key: "since_on", heading: "since", value: |row| Value::Day(row.since_on) },
    Column { key: "detail", heading: "said", value: |row| Value::text(&row.detail) },
];

pub(super) fn run(global: &Global, args: &UnblockArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let which = Unblock {
        status: args.status.clone(),
        domain: args.domain.clone(),
        addresses: args.addresses.clone(),
    };
    let by = args.by.clone().unwrap_or_default();
    let entry = |lifted: &[BlockedAddress]| {
        let addresses: Vec<&str> = lifted.iter().map(|one| one.address.as_str()).collect();
        let subject = args.status.as_ref().or(args.domain.as_ref()).map_or("", String::as_str);
        TrailEntry {
            detail: serde_json::json!({ "by": by, "addresses": addresses }).to_string(),
            ..user::entry(TrailEvent::AddressesUnblocked, subject, "")
        }
    };
    let lifted = centre.store.unblock(&which, global.dry_run, entry)?;
    if global.dry_run {
        note!(global, "dry run: these {} blocks would be lifted", lifted.len());
    } else {
        note!(global, "{} blocks lifted", lifted.len());
    }
    Printer::print(centre.settings.format, BLOCKED, lifted)?;
    Ok(Done::Fully)
}
