//! Runs the nights of many centres: `duizhang nightly --centres all --workers N`, on any number of machines.
//!
//! Start at [`run`]. A worker takes a centre from the list, claims it, runs its night and releases it. A centre
//! held by another machine is retried until that machine finishes or its claim expires. Nights of different centres
//! share nothing, so a failure does not stop the others.
//!
//! Invariant: this command runs a centre once, and never while another holds it.

use super::args::{Global, NightlyArgs};
use super::backoff::with_backoff;
use super::centre::Centre;
use super::clock;
use super::failure::{Done, Failure};
use super::mail;
use super::night::{self, Summary};
use super::rows::{Column, Printer, Value};
use super::settings::Settings;
use super::turn;
use crate::store::{Ending, Lease, Store};
use chrono::NaiveDate;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a worker waits when all remaining centres are held by others.
const ASKED_EVERY: Duration = Duration::from_millis(500);

/// The result of one centre.
struct Outcome {
    code: String,
    what: What,
}

enum What {
    Done(Box<Summary>, Done),
    /// Another machine already ran this night.
    DoneBefore,
    /// The day is not this centre's next one.
    Refused(String),
    Failed(String),
}

const COLUMNS: &[Column<Outcome>] = &[
    Column { key: "centre", heading: "centre", value: |row| Value::text(&row.code) },
    Column { key: "ending", heading: "ending", value: |row| Value::text(row.ending()) },
    Column { key: "judged", heading: "judged", value: |row| row.figure(|n| n.verdict.judged) },
    Column {
        key: "matched",
        heading: "matched",
        value: |row| row.figure(|n| n.verdict.matched.count),
    },
    Column {
        key: "suspense",
        heading: "suspense",
        value: |row| row.figure(|n| n.verdict.suspense.count),
    },
    Column { key: "failure", heading: "failure", value: Outcome::failure },
];

impl Outcome {
    fn ending(&self) -> &'static str {
        match &self.what {
            What::Done(_, Done::Fully) => Ending::Done.code(),
            What::Done(_, Done::InputSetAside) => Ending::SetAside.code(),
            What::DoneBefore => "done-before",
            What::Refused(_) => "refused",
            What::Failed(_) => Ending::Failed.code(),
        }
    }

    fn figure(&self, of: fn(&crate::nightly::RunSummary) -> u64) -> Value<'static> {
        match &self.what {
            What::Done(summary, _) => Value::count(of(&summary.night)),
            What::DoneBefore | What::Refused(_) | What::Failed(_) => Value::Absent,
        }
    }

    fn failure(&self) -> Value<'_> {
        match &self.what {
            What::Refused(why) | What::Failed(why) => Value::text(why),
            What::Done(..) | What::DoneBefore => Value::Absent,
        }
    }
}

/// The remaining centres.
struct Work {
    left: Mutex<VecDeque<String>>,
    outcomes: Mutex<Vec<Outcome>>,
}

/// Runs the nights of the requested centres.
pub(super) fn run(global: &Global, args: &NightlyArgs, asked: &str) -> Result<Done, Failure> {
    if global.dry_run {
        let sentence = "--dry-run rehearses one centre: leave --centres out, or give --centre CODE";
        return Err(Failure::Usage(sentence.to_owned()));
    }
    let settings = Settings::load(global)?;
    let store = Store::of_all_centres(&settings.database, false)?;
    // The same day for all, even if midnight passes.
    let as_of = turn::asked(&args.day);
    turn::not_to_come(as_of, clock::today(), args.day.accept_clock)?;
    let work = Work { left: Mutex::new(codes(&store, asked)?), outcomes: Mutex::default() };
    // A SQLite file has one writer: more workers would only wait.
    let workers = if store.path().is_some() { 1 } else { args.workers.max(1) };
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| work_through(global, args, &settings, as_of, &work));
        }
    });
    let mut outcomes = work.outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by(|one, other| one.code.cmp(&other.code));
    let failed = outcomes.iter().filter(|one| matches!(one.what, What::Failed(_))).count();
    let refused = outcomes.iter().filter(|one| matches!(one.what, What::Refused(_))).count();
    let aside = outcomes.iter().any(|one| matches!(one.what, What::Done(_, Done::InputSetAside)));
    let count = outcomes.len();
    Printer::print(settings.format, COLUMNS, outcomes)?;
    if failed > 0 {
        return Err(Failure::because(format!("the night failed in {failed} of {count} centres")));
    }
    if refused > 0 {
        return Err(Failure::Usage(format!(
            "the night's day is out of turn in {refused} of {count} centres"
        )));
    }
    Ok(if aside { Done::InputSetAside } else { Done::Fully })
}

/// The centres of `all` or of a list of codes.
fn codes(store: &Store, asked: &str) -> Result<VecDeque<String>, Failure> {
    let known = store.leases()?;
    if asked == "all" {
        return Ok(known.into_iter().map(|lease| lease.code).collect());
    }
    let asked = asked.split(',').map(str::trim).filter(|code| !code.is_empty());
    asked
        .map(|code| match known.iter().any(|lease| lease.code == code) {
            true => Ok(code.to_owned()),
            false => Err(Failure::Usage(format!(
                "no centre {code:?} in the database; `duizhang nightly status` lists them"
            ))),
        })
        .collect()
}

/// One worker: runs centre after centre until none is left.
fn work_through(
    global: &Global,
    args: &NightlyArgs,
    settings: &Settings,
    as_of: NaiveDate,
    work: &Work,
) {
    loop {
        let next = work.left.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(code) = next else { return };
        let what = match one(global, args, settings, as_of, &code) {
            Ok(Some(what)) => what,
            Ok(None) => {
                work.left.lock().unwrap_or_else(PoisonError::into_inner).push_back(code);
                std::thread::sleep(ASKED_EVERY);
                continue;
            }
            Err(failure) => What::Failed(failure.sentence()),
        };
        let outcome = Outcome { code, what };
        note!(global, "centre {}: {}", outcome.code, outcome.ending());
        work.outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
    }
}

/// Runs one centre's night; `None` while another holds it.
fn one(
    global: &Global,
    args: &NightlyArgs,
    settings: &Settings,
    as_of: NaiveDate,
    code: &str,
) -> Result<Option<What>, Failure> {
    let settings = settings.of_centre(global, code)?;
    let last = with_backoff(|| Ok(Store::open(&settings.database, code, false)?.lease()?))?.last;
    let done = last.is_some_and(|last| last.night == as_of && last.ending != Ending::Failed);
    if done && !args.again {
        return Ok(Some(What::DoneBefore));
    }
    let centre = match with_backoff(|| Centre::claim(global, settings.clone())) {
        Err(Failure::Held(_)) => return Ok(None),
        other => other?,
    };
    let turn = match turn::of(&centre.store, as_of, args.day.accept_clock) {
        Err(Failure::Usage(why)) => return Ok(Some(What::Refused(why))),
        other => other?,
    };
    let worked = night::of(global, &centre, None, turn, !args.no_report);
    let settings = centre.settings.clone();
    drop(centre);
    if !turn.is_over() && !worked.as_ref().is_err_and(Failure::is_damage) {
        mail::after_a_night(global, &settings);
    }
    let (summary, done) = worked?;
    Ok(Some(What::Done(Box::new(summary), done)))
}

const STATUS: &[Column<(Lease, i64)>] = &[
    Column { key: "centre", heading: "centre", value: |row| Value::text(&row.0.code) },
    Column { key: "state", heading: "state", value: |row| Value::text(state(row)) },
    Column { key: "holder", heading: "holder", value: holder },
    Column { key: "since", heading: "since", value: |row| held(row, row.0.claimed_at) },
    Column { key: "until", heading: "until", value: |row| held(row, row.0.lease_until) },
    Column {
        key: "night",
        heading: "last night",
        value: |row| row.0.last.as_ref().map_or(Value::Absent, |last| Value::Day(last.night)),
    },
    Column {
        key: "ending",
        heading: "ending",
        value: |row| last(row, |last| Value::text(last.ending.code())),
    },
    Column { key: "ended", heading: "ended", value: |row| last(row, |last| at(last.ended_at)) },
    Column {
        key: "failure",
        heading: "failure",
        value: |row| match row.0.last.as_ref().and_then(|last| last.failure.as_deref()) {
            Some(failure) => Value::text(failure),
            None => Value::Absent,
        },
    },
];

fn last(row: &(Lease, i64), of: fn(&crate::store::Ended) -> Value<'static>) -> Value<'static> {
    row.0.last.as_ref().map_or(Value::Absent, of)
}

/// Whether the centre is held now.
fn state((lease, now): &(Lease, i64)) -> &'static str {
    if lease.is_held_at(*now) { "working" } else { "free" }
}

fn holder(row: &(Lease, i64)) -> Value<'_> {
    if row.0.is_held_at(row.1) { Value::text(&row.0.holder) } else { Value::Absent }
}

fn held(row: &(Lease, i64), instant: i64) -> Value<'static> {
    if row.0.is_held_at(row.1) { at(instant) } else { Value::Absent }
}

/// An instant in Beijing time.
fn at(seconds: i64) -> Value<'static> {
    match clock::beijing(seconds) {
        shown if shown.is_empty() => Value::Absent,
        shown => Value::Text(shown.into()),
    }
}

/// `duizhang nightly status`
pub(super) fn status(global: &Global) -> Result<Done, Failure> {
    let settings = Settings::load(global)?;
    let store = Store::of_all_centres(&settings.database, false)?;
    let now = clock::now();
    let rows = store.leases()?.into_iter().map(|lease| (lease, now));
    Printer::print(settings.format, STATUS, rows)?;
    Ok(Done::Fully)
}
