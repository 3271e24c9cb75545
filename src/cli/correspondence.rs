//! `duizhang alert employer` and `confirm`: employers' addresses and preferences.

use super::args::{EmployerArgs, Global};
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::rows::{Column, Printer, Value};
use super::staff;
use super::user;
use crate::alert::Rhythm;
use crate::alert::channel::{Kind, Way};
use crate::alert::staff::token_hash;
use crate::remittance::email;
use crate::store::ContactPreference;
use crate::suspense::trail::TrailEvent;

/// Days to confirm an address.
const CONFIRM_DAYS: i64 = 14;

/// Bytes of a token, too many to guess.
const TOKEN_BYTES: usize = 24;

const CHOICES: &[Column<ContactPreference>] = &[
    Column { key: "employer_id", heading: "employer", value: |row| Value::text(&row.employer_id) },
    Column { key: "name", heading: "name", value: |row| Value::text(&row.name) },
    Column { key: "rhythm", heading: "rhythm", value: |row| Value::text(row.rhythm.code()) },
    Column {
        key: "address",
        heading: "address",
        value: |row| Value::maybe(row.address.as_deref()),
    },
    Column {
        key: "confirmed_by",
        heading: "confirmed by",
        value: |row| Value::maybe(row.confirmed_by.as_deref()),
    },
    Column {
        key: "confirmed_on",
        heading: "",
        value: |row| row.confirmed_on.map_or(Value::Absent, Value::Day),
    },
    Column { key: "others", heading: "others", value: |row| Value::Several(row.others.clone()) },
    Column {
        key: "left_over",
        heading: "no address",
        value: |row| Value::Several(row.left_over.clone()),
    },
    Column { key: "asked", heading: "asked", value: |row| Value::maybe(row.asked.as_deref()) },
    Column {
        key: "blocked",
        heading: "blocked",
        value: |row| Value::maybe(row.blocked.as_deref()),
    },
    Column { key: "together", heading: "", value: |row| Value::Truth(row.together) },
];

/// `duizhang alert employer`
pub(super) fn employer(global: &Global, args: &EmployerArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let changes = args.address.is_some()
        || args.ask.is_some()
        || args.rhythm.is_some()
        || args.together.is_some()
        || !args.channel.is_empty();
    if let (Some(employer), true, false) = (&args.employer, changes, global.dry_run) {
        change(&centre, employer, args)?;
    }
    if changes && global.dry_run {
        note!(global, "dry run: nothing was written");
    }
    let mut choices = centre.store.contact_preferences(args.employer.as_deref())?;
    if args.unreached {
        choices.retain(ContactPreference::is_unreached);
    }
    if let (Some(employer), true) = (&args.employer, choices.is_empty()) {
        return Err(Failure::because(format!("there is no employer {employer:?}")));
    }
    Printer::print(centre.settings.format, CHOICES, choices)?;
    Ok(Done::Fully)
}

fn change(centre: &Centre, employer: &str, args: &EmployerArgs) -> Result<(), Failure> {
    if let Some(rhythm) = args.rhythm.as_deref().and_then(Rhythm::from_code) {
        centre.store.set_rhythm(employer, rhythm)?;
    }
    if let Some(together) = args.together.as_deref() {
        centre.store.set_together(employer, together == "yes")?;
    }
    if let (Some(address), Some(by)) = (&args.address, &args.by) {
        let address = plain(address)?;
        let entry = user::entry(TrailEvent::AddressSet, employer, &address);
        centre.store.set_address(employer, &address, by, clock::today(), &entry)?;
    }
    for given in &args.channel {
        let (kind, ways) = ways(given)?;
        let entry = user::entry(TrailEvent::WaysSet, employer, given);
        centre.store.set_ways(employer, kind.code(), &ways, &entry)?;
    }
    if let Some(address) = &args.ask {
        ask(centre, employer, &plain(address)?)?;
    }
    Ok(())
}

/// The ways for letters of a kind, given as `suspense=sms,mail`.
fn ways(given: &str) -> Result<(Kind, String), Failure> {
    let wrong = || {
        Failure::Usage(format!(
            "--channel: expected suspense, advice or arrears, = and ways of mail, sms, inbox, paper; found {given:?}"
        ))
    };
    let (kind, ways) = given.split_once('=').ok_or_else(wrong)?;
    let kind = Kind::from_code(kind.trim()).ok_or_else(wrong)?;
    if ways.trim().is_empty() {
        return Ok((kind, String::new()));
    }
    let ways = Way::list(ways).ok_or_else(wrong)?;
    Ok((kind, ways.iter().map(|way| way.code()).collect::<Vec<_>>().join(",")))
}

/// Writes the confirmation letter, with a link that has a secret token.
fn ask(centre: &Centre, employer: &str, address: &str) -> Result<(), Failure> {
    let Some(page) = centre.settings.confirm_link() else {
        return Err(Failure::Usage(
            "asking needs desk.url in duizhang.toml: where employers can open the desk's page that confirms"
                .to_owned(),
        ));
    };
    let mut random = [0; TOKEN_BYTES];
    getrandom::fill(&mut random).doing(|| "cannot make a token".to_owned())?;
    let token = hex::encode(random);
    let until = clock::now() + CONFIRM_DAYS * 86_400;
    centre.store.ask_address(employer, address, &token_hash(&token), until)?;
    let name = centre.store.contact_preferences(Some(employer))?.pop().map(|choice| choice.name);
    let link = format!("{page}{token}");
    staff::ask(centre, &name.unwrap_or_default(), address, &link, CONFIRM_DAYS)
}

/// `duizhang alert confirm`
pub(super) fn confirm(global: &Global, token: &str) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    if global.dry_run {
        note!(global, "dry run: nothing was written");
        return Ok(Done::Fully);
    }
    let confirmed =
        centre.store.confirm_address(&token_hash(token), clock::now(), clock::today())?;
    let Some(asked) = confirmed else {
        return Err(Failure::because("no address was asked under this token, or too long ago"));
    };
    let choices = centre.store.contact_preferences(Some(&asked.employer_id))?;
    Printer::print(centre.settings.format, CHOICES, choices)?;
    Ok(Done::Fully)
}

/// Parses one mail address as typed.
fn plain(address: &str) -> Result<String, Failure> {
    email::one(address)
        .ok_or_else(|| Failure::Usage(format!("expected one mail address, found {address:?}")))
}
