//! `duizhang doctor`: checks a centre's set-up.
//!
//! Each line is one thing that a night needs. A problem says what to do; the exit code is 1 if it would stop a
//! night.

mod mail;

use super::args::Global;
use super::centre::Centre;
use super::clock;
use super::failure::{Done, Failure};
use super::rows::{Column, Printer, Value};
use super::rules;
use super::settings::{FILE_NAME, Settings};
use super::{key, private};
use crate::store::{look_through, sqlite_path};
use chrono::Datelike;
use std::path::{Path, PathBuf};

/// The result of one check.
struct Finding {
    what: &'static str,
    holds: bool,
    detail: String,
}

const COLUMNS: &[Column<Finding>] = &[
    Column { key: "what", heading: "what", value: |row| Value::text(row.what) },
    Column { key: "holds", heading: "ok", value: |row| Value::Truth(row.holds) },
    Column { key: "detail", heading: "found", value: |row| Value::text(&row.detail) },
];

pub(super) fn run(global: &Global) -> Result<Done, Failure> {
    let settings = Settings::load(global)?;
    let mut findings = vec![Finding {
        what: "settings",
        holds: true,
        detail: settings.file.as_ref().map_or_else(
            || "no duizhang.toml here or above: defaults".to_owned(),
            |path| path.display().to_string(),
        ),
    }];
    let rules = rules::load(&settings);
    let year = clock::today().year();
    findings.push(Finding {
        what: "rules",
        holds: rules.is_ok(),
        detail: match (&rules, &settings.rules) {
            (Err(_), _) => "`duizhang rules check` shows what is wrong".to_owned(),
            (Ok(_), Some(folder)) => folder.display().to_string(),
            (Ok(_), None) => "built in".to_owned(),
        },
    });
    if let Ok(rules) = &rules {
        let holds = rules.calendar.known(year);
        let detail = if holds { "known" } else { "add its holidays to rules/calendar/" };
        findings.push(Finding { what: "calendar", holds, detail: format!("{year}: {detail}") });
    }
    let centre = rules.is_ok().then(|| Centre::read(global));
    let read_only =
        matches!(&centre, Some(Ok(centre)) if centre.store.is_read_only().unwrap_or(false));
    for (what, path) in [
        ("inbox", &settings.inbox),
        ("quarantine", &settings.quarantine),
        ("reports", &settings.reports),
        ("outbox", &settings.outbox),
    ] {
        findings.push(if read_only { untouched(what, path) } else { folder(what, path) });
    }
    findings.push(eyes(&settings));
    findings.extend(mail::findings(&settings));
    findings.extend(file(&settings.database));
    if let Some(centre) = centre {
        findings.extend(database(centre, read_only));
    }
    let sound = findings.iter().all(|finding| finding.holds);
    Printer::print(settings.format, COLUMNS, findings)?;
    if sound { Ok(Done::Fully) } else { Err(Failure::because("not everything is in its place")) }
}

fn folder(what: &'static str, path: &Path) -> Finding {
    let shown = path.display();
    match path.metadata() {
        Ok(data) if data.is_dir() && !data.permissions().readonly() => {
            Finding { what, holds: true, detail: shown.to_string() }
        }
        Ok(_) => Finding {
            what,
            holds: false,
            detail: format!("{shown}: not a folder one can write to"),
        },
        Err(error) => Finding { what, holds: false, detail: format!("{shown}: {error}") },
    }
}

/// Whether other users of this machine can read the centre's files: no problem for a night, but a risk.
fn eyes(settings: &Settings) -> Finding {
    let mut paths =
        vec![settings.beside(""), settings.beside(FILE_NAME), key::place(None, settings)];
    paths.extend(settings.database.strip_prefix("sqlite://").map(PathBuf::from));
    let shut = paths.first().is_some_and(|folder| !private::is_open_to_others(&here(folder)));
    let open: Vec<String> = paths
        .iter()
        // A file in a closed folder cannot be reached.
        .filter(|path| !(shut && path.parent() == paths.first().map(PathBuf::as_path)))
        .filter(|path| private::is_open_to_others(&here(path)))
        .map(|path| here(path).display().to_string())
        .collect();
    let detail = match open.as_slice() {
        [] => "the centre's own".to_owned(),
        _ => format!("others can read {0}; chmod go= {0}", open.join(" ")),
    };
    Finding { what: "eyes of others", holds: true, detail }
}

fn here(path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() }
}

/// A folder that is not checked, because the database is only read and no night writes to it.
fn untouched(what: &'static str, path: &Path) -> Finding {
    let detail = format!("{}: not needed, the database is only read", path.display());
    Finding { what, holds: true, detail }
}

/// Checks the integrity of the database file, page by page.
fn file(database: &str) -> Option<Finding> {
    let what = "database file";
    let Some(path) = sqlite_path(database) else {
        let detail = "PostgreSQL looks after its own pages: `pg_amcheck` walks them".to_owned();
        return Some(Finding { what, holds: true, detail });
    };
    if !path.exists() {
        return None;
    }
    let found = look_through(&path).map_err(|error| Failure::from(error).sentence());
    let holds = found.is_ok();
    let detail = found.err().unwrap_or_else(|| format!("{}: whole", path.display()));
    Some(Finding { what, holds, detail })
}

/// Held letters: no problem for a night, but their employers are not notified.
fn waiting(centre: &Centre) -> Finding {
    let detail = match centre.store.count_held_letters().unwrap_or_default() {
        0 => "none".to_owned(),
        count => format!("{count} wait for a person: `duizhang alert hold` shows them and why"),
    };
    Finding { what: "letters held", holds: true, detail }
}

/// Notices of unknown employers: no problem for a night, but they get no letters.
fn strangers(centre: &Centre) -> Finding {
    let (notices, employers) = centre.store.notices_of_unknown_employers().unwrap_or_default();
    let detail = match notices {
        0 => "all known".to_owned(),
        _ => format!(
            "{notices} notices of {employers} employers that are not known: they can settle, nobody can be \
             written to; `duizhang import employers FILE`"
        ),
    };
    Finding { what: "employers of notices", holds: true, detail }
}

fn database(centre: Result<Centre, Failure>, read_only: bool) -> Vec<Finding> {
    let centre = match centre {
        Ok(centre) => centre,
        Err(failure) => {
            return vec![Finding { what: "database", holds: false, detail: failure.sentence() }];
        }
    };
    let accounts = centre.store.accounts().map_or(0, |accounts| accounts.len());
    let night = centre.store.latest_night(clock::today()).ok().flatten();
    vec![
        Finding {
            what: "database",
            holds: true,
            detail: if read_only {
                format!("{}: can only be read; no night runs on it", centre.store.shown())
            } else {
                centre.store.shown()
            },
        },
        Finding {
            what: "accounts",
            holds: accounts > 0,
            detail: match accounts {
                0 => "none: `duizhang import accounts FILE`".to_owned(),
                count => format!("{count} collection accounts"),
            },
        },
        strangers(&centre),
        waiting(&centre),
        Finding {
            what: "last night",
            holds: true,
            detail: night.map_or_else(|| "none yet".to_owned(), |night| night.to_string()),
        },
    ]
}
