//! `duizhang nightly`, `ingest` and `match`: the night and its halves.
//!
//! The night itself is in `nightly.rs`. This file finds its input files, shows its steps, writes its report and
//! letters, and prints one summary row.

use super::args::{Global, IngestArgs, NightDay, NightlyArgs};
use super::backoff::with_backoff;
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::mail;
use super::progress::Progress;
use super::reader;
use super::report;
use super::rows::{Column, Printer, Value};
use super::staff;
use super::texts;
use super::turn;
use crate::durable::OperatingSystem;
use crate::nightly::{
    self, Delivery, FileOutcome, Inbox, Intakes, LARGE, RunSettings, RunSummary, shown_path,
};
use crate::remittance::Tally;
use crate::remittance::account::masked;
use crate::store::{DecisionTotals, Ended, Ending, Store, StoreError, Taken, Turn};
use chrono::NaiveDate;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The summary row of a night.
pub(super) struct Summary {
    pub(super) as_of: NaiveDate,
    pub(super) night: RunSummary,
    /// The path of its report.
    page: Option<PathBuf>,
}

impl Summary {
    fn taken(&self) -> Taken {
        self.night.intakes.total()
    }

    fn files(&self) -> u64 {
        let taken = |outcome: &FileOutcome| matches!(outcome, FileOutcome::Taken(_));
        count(self.night.intakes.files.iter().filter(|(_, outcome)| taken(outcome)).count())
    }

    fn quarantined(&self) -> u64 {
        count(self.night.intakes.quarantined().count())
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

pub(super) const COLUMNS: &[Column<Summary>] = &[
    Column { key: "as_of", heading: "night", value: |row| Value::Day(row.as_of) },
    Column { key: "files", heading: "files", value: |row| Value::count(row.files()) },
    Column {
        key: "quarantined",
        heading: "quarantined",
        value: |row| Value::count(row.quarantined()),
    },
    Column { key: "new", heading: "new", value: |row| Value::count(row.taken().fresh) },
    Column { key: "seen", heading: "seen", value: |row| Value::count(row.taken().seen) },
    Column {
        key: "rejected",
        heading: "rejected",
        value: |row| Value::count(row.taken().rejected),
    },
    Column {
        key: "conflicting",
        heading: "conflicting",
        value: |row| Value::count(row.taken().conflicting),
    },
    Column { key: "judged", heading: "", value: |row| Value::count(row.night.verdict.judged) },
    Column { key: "matched", heading: "matched", value: |row| tally(row.night.verdict.matched) },
    Column { key: "awaiting", heading: "awaiting", value: |row| tally(row.night.verdict.awaiting) },
    Column { key: "suspense", heading: "suspense", value: |row| tally(row.night.verdict.suspense) },
    Column { key: "returned", heading: "returned", value: |row| tally(row.night.verdict.returned) },
    Column { key: "ignored", heading: "ignored", value: |row| tally(row.night.verdict.ignored) },
    Column { key: "refunded", heading: "", value: |row| tally(row.night.verdict.refunded) },
    Column { key: "opened", heading: "", value: |row| tally(row.night.verdict.opened) },
    Column { key: "cleared", heading: "", value: |row| tally(row.night.verdict.cleared) },
    Column {
        key: "letters",
        heading: "letters",
        value: |row| Value::count(row.night.verdict.letters),
    },
    Column { key: "printed", heading: "", value: |row| Value::count(row.night.verdict.printed) },
    Column {
        key: "letters_held",
        heading: "",
        value: |row| Value::count(row.night.verdict.letters_held),
    },
];

fn tally(tally: Tally) -> Value<'static> {
    Value::count(tally.count)
}

/// `duizhang nightly`
pub(super) fn nightly(global: &Global, args: &NightlyArgs) -> Result<Done, Failure> {
    let wait = Duration::from_secs(args.lock_wait);
    let centre = with_backoff(|| Centre::write_after(global, wait))?;
    let turn = turn::of(&centre.store, turn::asked(&args.day), args.day.accept_clock)?;
    let worked = of(global, &centre, args.inbox.as_deref(), turn, !args.no_report);
    let settings = centre.settings.clone();
    if worked.as_ref().is_err_and(Failure::is_damage) {
        return worked.map(|(_, done)| done);
    }
    let told = worked.and_then(|(summary, done)| say(global, &centre, summary, done));
    // Sending may take an hour, so release the centre first. An alarm about a failure is sent too.
    drop(centre);
    if !turn.is_over() {
        mail::after_a_night(global, &settings);
    }
    told
}

/// Prints the summary of a night.
fn say(global: &Global, centre: &Centre, summary: Summary, done: Done) -> Result<Done, Failure> {
    let page = summary.page.clone();
    Printer::print(centre.settings.format, COLUMNS, [summary])?;
    if centre.is_rehearsal() {
        note!(global, "dry run: nothing was written");
    } else if let Some(page) = page {
        note!(global, "report: {}", page.display());
    }
    Ok(done)
}

/// A complete night of a centre: files, books, letters, report, and a record of how it ended.
pub(super) fn of(
    global: &Global,
    centre: &Centre,
    inbox: Option<&Path>,
    turn: Turn,
    with_report: bool,
) -> Result<(Summary, Done), Failure> {
    let as_of = turn.as_of;
    let work = || {
        // Check first: a damaged file must not be written to.
        if !centre.is_rehearsal() {
            centre.store.look_through_when_due(clock::now())?;
        }
        let inbox = inbox.unwrap_or(&centre.settings.inbox);
        let quiet = Duration::from_secs(centre.settings.inbox_quiet_seconds);
        let found = Inbox::at(inbox).quiet_for(quiet, clock::instant()).deliveries()?;
        let mut summary = run(global, centre, Some(inbox), found, turn)?;
        let done = held(&summary.night.verdict, told(&summary.night.intakes));
        let done = letters_held(&centre.store, done)?;
        if with_report {
            summary.page = reported(global, centre, turn)?;
        }
        Ok((summary, done))
    };
    let worked = with_backoff(work).map_err(|failure| failure.explained(&centre.settings.database));
    if worked.as_ref().is_err_and(Failure::is_damage) {
        return worked;
    }
    let (ending, failure) = match &worked {
        Ok((_, Done::Fully)) => (Ending::Done, None),
        Ok((_, Done::InputSetAside)) => (Ending::SetAside, None),
        Err(failure) => (Ending::Failed, Some(Failure::sentence(failure))),
    };
    if let Some(failure) = &failure {
        staff::failed(centre, as_of, failure);
    }
    let ended = Ended { night: as_of, ended_at: clock::now(), ending, failure };
    // The last night stays the last one.
    if turn.is_over() {
        return worked;
    }
    if let Err(error) = centre.store.end_night(&ended) {
        tracing::warn!(%error, "how the night ended could not be noted");
    }
    worked
}

/// Runs one night and writes its letters.
pub(super) fn run(
    global: &Global,
    centre: &Centre,
    inbox: Option<&Path>,
    deliveries: Vec<Delivery>,
    turn: Turn,
) -> Result<Summary, Failure> {
    let progress = Progress::start(global, "the night begins");
    let settings = settings(centre, inbox, deliveries, turn.as_of);
    let night = nightly::run(&centre.store, &centre.rules, &settings, &progress)?;
    deliver(centre, turn)?;
    Ok(Summary { as_of: turn.as_of, night, page: None })
}

/// Writes the letters that need a file.
fn deliver(centre: &Centre, turn: Turn) -> Result<u64, Failure> {
    // A past night wrote no letters; those of its day were written when it ran.
    if turn.is_over() {
        return Ok(0);
    }
    let settings = &centre.settings;
    if !settings.centre.demo {
        texts::distribute(settings, (&centre.store, &centre.rules), turn.as_of)?;
    }
    // Files of released letters, in case an earlier run was interrupted.
    mail::file_released(settings, &centre.store, &centre.rules)?;
    let (outbox, transport) = (&settings.outbox, mail::transport(settings));
    Ok(nightly::deliver_to(&OperatingSystem, outbox, &centre.store, turn.as_of, transport)?)
}

/// Writes the night's report and returns its path. The report of a past night is not rewritten.
fn reported(global: &Global, centre: &Centre, turn: Turn) -> Result<Option<PathBuf>, Failure> {
    if !turn.is_over() {
        return write_report(global, centre, turn.as_of).map(Some);
    }
    let report = centre.report(turn.as_of)?;
    if report::stands(&centre.settings.reports, &report) {
        note!(global, "the report of {} stands as it was written", turn.as_of);
        return Ok(None);
    }
    let pages = report::write(&centre.settings.reports, &report, centre.settings.language())?;
    Ok(pages.into_iter().next())
}

/// Writes the night's report and returns its path.
pub(super) fn write_report(
    global: &Global,
    centre: &Centre,
    as_of: NaiveDate,
) -> Result<PathBuf, Failure> {
    let _progress = Progress::start(global, "writing the report");
    let report = centre.report(as_of)?;
    let pages = report::write(&centre.settings.reports, &report, centre.settings.language())?;
    let page = pages.into_iter().next().unwrap_or_default();
    staff::tell(centre, &report, &page)?;
    Ok(page)
}

fn settings(
    centre: &Centre,
    inbox: Option<&Path>,
    deliveries: Vec<Delivery>,
    as_of: NaiveDate,
) -> RunSettings {
    let quarantine = centre.settings.quarantine.clone();
    RunSettings {
        as_of,
        today: clock::today(),
        deliveries,
        inbox: inbox.map(Path::to_path_buf),
        isolation: reader::apart(),
        quarantine,
        centre: centre.contact(),
        hold: centre.settings.letters.hold,
        any_day: centre.settings.letters.window == crate::alert::Window::Always,
        large_from: LARGE,
    }
}

/// A path for logs: a folder name of only digits is an account number.
fn in_log(path: &Path) -> String {
    let is_account = |name: &str| name.len() >= 8 && name.bytes().all(|byte| byte.is_ascii_digit());
    let name = |name: &str| if is_account(name) { masked(name) } else { name.to_owned() };
    shown_path(path).split('/').map(name).collect::<Vec<_>>().join("/")
}

/// Prints what was rejected; returns whether anything was.
fn told(intakes: &Intakes) -> Done {
    for (path, fault) in intakes.quarantined() {
        // The full message is in the text beside the copy; logs must not contain a file's content.
        tell!("quarantined: {}: {}", in_log(path), fault.in_log());
    }
    for path in intakes.left() {
        tell!("left for the next run: {}: somebody wrote into it while it was read", in_log(path));
    }
    for (path, outcome) in &intakes.files {
        if let FileOutcome::Taken(taken) = outcome {
            let (rejected, conflicting) = (taken.rejected, taken.conflicting);
            if rejected + conflicting > 0 {
                tell!(
                    "set aside: {}: {rejected} rows unreadable, {conflicting} rows that contradict \
                     what the bank said before; the report names them",
                    in_log(path)
                );
            }
        }
    }
    if intakes.set_aside() { Done::InputSetAside } else { Done::Fully }
}

/// Reports rows that were changed since they were written, if the night found any.
fn held(verdict: &DecisionTotals, done: Done) -> Done {
    if verdict.held == 0 {
        return done;
    }
    tell!(
        "held: {} notices and transactions are not as they were written, and nothing was decided by \
         them; `duizhang audit` names them",
        verdict.held
    );
    Done::InputSetAside
}

/// Reports held letters and the reasons, of this night and earlier ones.
fn letters_held(store: &Store, done: Done) -> Result<Done, StoreError> {
    let waiting = store.count_held_letters()?;
    if waiting == 0 {
        return Ok(done);
    }
    for night in store.held_nights()? {
        tell!("letters held: {}", super::held::sentence(&night));
    }
    tell!(
        "letters held: {waiting} wait, nothing of them is sent or printed; look through them with `duizhang \
         alert hold` or at the desk, then `duizhang alert release` or `duizhang alert drop`"
    );
    Ok(Done::InputSetAside)
}

/// One ingested file.
struct Intake {
    file: String,
    outcome: FileOutcome,
}

const INTAKES: &[Column<Intake>] = &[
    Column { key: "file", heading: "file", value: |row| Value::text(&row.file) },
    Column { key: "outcome", heading: "outcome", value: |row| Value::text(row.code()) },
    Column { key: "entries", heading: "entries", value: |row| row.figure(|taken| taken.entries) },
    Column { key: "new", heading: "new", value: |row| row.figure(|taken| taken.fresh) },
    Column { key: "seen", heading: "seen", value: |row| row.figure(|taken| taken.seen) },
    Column {
        key: "rejected",
        heading: "rejected",
        value: |row| row.figure(|taken| taken.rejected),
    },
    Column {
        key: "conflicting",
        heading: "conflicting",
        value: |row| row.figure(|taken| taken.conflicting),
    },
];

impl Intake {
    fn code(&self) -> &'static str {
        match self.outcome {
            FileOutcome::Taken(_) => "taken",
            FileOutcome::SeenBefore => "seen-before",
            FileOutcome::Quarantined(_) => "quarantined",
            FileOutcome::StillWritten => "left",
        }
    }

    fn figure(&self, of: fn(&Taken) -> u64) -> Value<'static> {
        match &self.outcome {
            FileOutcome::Taken(taken) => Value::count(of(taken)),
            FileOutcome::SeenBefore | FileOutcome::Quarantined(_) | FileOutcome::StillWritten => {
                Value::Absent
            }
        }
    }
}

/// `duizhang ingest`
pub(super) fn ingest(global: &Global, args: &IngestArgs) -> Result<Done, Failure> {
    for path in &args.files {
        // A file that cannot be opened, or is not a file, is the caller's mistake, not a bank's.
        super::feed::open(path).doing(|| format!("cannot open {}", shown_path(path)))?;
    }
    let centre = Centre::write(global)?;
    let delivery =
        |path: &PathBuf| Delivery { account_no: args.account.clone(), path: path.clone() };
    let deliveries = args.files.iter().map(delivery).collect();
    let as_of = args.as_of.as_of.unwrap_or_else(clock::today);
    let settings = settings(&centre, None, deliveries, as_of);
    let progress = Progress::start(global, "taking in");
    let work = || Ok(nightly::ingest(&centre.store, &centre.rules, &settings, &progress)?);
    let intakes = with_backoff(work)?;
    drop(progress);
    let done = told(&intakes);
    let rows = intakes
        .files
        .into_iter()
        .map(|(path, outcome)| Intake { file: shown_path(&path), outcome });
    Printer::print(centre.settings.format, INTAKES, rows)?;
    Ok(done)
}

const VERDICTS: &[Column<DecisionTotals>] = &[
    Column { key: "judged", heading: "judged", value: |row| Value::count(row.judged) },
    Column { key: "matched", heading: "matched", value: |row| tally(row.matched) },
    Column { key: "awaiting", heading: "awaiting", value: |row| tally(row.awaiting) },
    Column { key: "suspense", heading: "suspense", value: |row| tally(row.suspense) },
    Column { key: "returned", heading: "returned", value: |row| tally(row.returned) },
    Column { key: "ignored", heading: "ignored", value: |row| tally(row.ignored) },
    Column { key: "refunded", heading: "", value: |row| tally(row.refunded) },
    Column { key: "opened", heading: "opened", value: |row| tally(row.opened) },
    Column { key: "cleared", heading: "cleared", value: |row| tally(row.cleared) },
    Column { key: "letters", heading: "letters", value: |row| Value::count(row.letters) },
];

/// `duizhang match`
pub(super) fn judge(global: &Global, day: &NightDay) -> Result<Done, Failure> {
    let centre = Centre::write(global)?;
    let turn = turn::of(&centre.store, turn::asked(day), day.accept_clock)?;
    let settings = settings(&centre, None, Vec::new(), turn.as_of);
    let progress = Progress::start(global, "judging");
    let work = || Ok(nightly::judge(&centre.store, &centre.rules, &settings, &progress)?);
    let verdict = with_backoff(work)?;
    deliver(&centre, turn)?;
    drop(progress);
    Printer::print(centre.settings.format, VERDICTS, [verdict])?;
    let done = held(&verdict, Done::Fully);
    if verdict.letters_held == 0 { Ok(done) } else { Ok(letters_held(&centre.store, done)?) }
}
