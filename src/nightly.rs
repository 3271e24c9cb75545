//! One night: from the files in the inbox to a report, in numbered steps.
//!
//! Start at [`run`]. Its two halves, [`ingest`] and [`judge`], can also be called on their own. One thread reads
//! bytes and another writes rows ([`ingest_files`]). The decisions are pure ([`crate::matching`]) and are written
//! in one commit ([`crate::store`]).
//!
//! Invariant: running a night twice changes nothing, and a night that was killed anywhere and run again ends as if
//! nothing had happened. Step 2 commits file by file and skips files it has seen, step 5 commits all decisions at
//! once, and steps 6 and 7 write only what was committed.

pub mod child;
pub mod error;
mod fault;
pub mod inbox;
mod ingest_files;
mod letters;
mod missing;
mod opening;
mod outbox;
mod quarantine;
mod reading;
mod reporting;
mod shown;
mod suggesting;
mod texts;
mod wording;
mod writing;

pub use child::{Isolation, ReaderProcess};
pub use error::RunError;
pub use fault::Fault;
pub use inbox::{Delivery, Inbox};
pub use ingest_files::{FileOutcome, Intakes};
pub use missing::{MissingFeed, missing_feeds};
pub use outbox::{
    Letterhead, Reissued, Transport, deliver_to, file_released, join, print_page, reissue,
    write_anew_or_text,
};
pub(crate) use reporting::night_point;
pub use reporting::{explanation, report, report_item, warnings};
pub use shown::shown_path;
pub use suggesting::Advice;
pub use texts::{Distributed, Texts, distribute, distribute_released};
pub use wording::line_by_line;

use self::ingest_files::Ingested;
use crate::alert::{CentreContact, Hold};
use crate::matching::TransactionClassifier;
use crate::remark::Reader;
use crate::rulebook::Rulebook;
use crate::store::{Accounts, DecisionTotals, Store, WorkingSet};
use chrono::NaiveDate;
use std::path::PathBuf;

/// The settings of a night, filled by its caller.
#[derive(Clone, Debug)]
pub struct RunSettings {
    /// The day of the night: all decisions are made as of this day.
    pub as_of: NaiveDate,
    /// The caller's date. It decides nothing, but no age and no reminder counts from a later day.
    pub today: NaiveDate,
    /// Files to ingest.
    pub deliveries: Vec<Delivery>,
    /// The inbox folder that was scanned for the deliveries. No link below it is followed, and a quarantine entry
    /// whose file is gone is closed. `None` where a person named the files.
    pub inbox: Option<PathBuf>,
    pub isolation: Isolation,
    /// Where copies of rejected files go, each with its reason in a text file.
    pub quarantine: PathBuf,
    /// The centre's name and contact in reports and letters.
    pub centre: CentreContact,
    /// When letters are held for approval.
    pub hold: Hold,
    /// Write letters to employers on any day instead of only on working days.
    pub any_day: bool,
    /// A night with at least this many delivered bytes is large ([`LARGE`]).
    pub large_from: u64,
}

/// A night with at least this many delivered bytes, about 130,000 transactions, is large. It reads the recent
/// notices in one pass, which is cheaper than looking them up from 100,000 references on. It also writes on two
/// connections, which many small nights running at once should share instead.
pub const LARGE: u64 = 32 * 1024 * 1024;

#[derive(Clone, Debug, Default)]
pub struct RunSummary {
    pub intakes: Intakes,
    pub verdict: DecisionTotals,
}

/// Steps of a night, as reported to [`Watch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    TakeIn,
    Load,
    Decide,
    Record,
    Report,
}

/// Follows the progress of a night: a progress bar, a log, or nobody.
pub trait Watch: Sync {
    /// A step begins; `total` is its number of rows or bytes where known.
    fn step(&self, step: Step, total: Option<u64>);
    /// `count` more rows or bytes are done.
    fn advance(&self, count: u64);
}

#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Watch for Nobody {
    fn step(&self, _: Step, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
}

/// What every step of a night needs.
struct Tools<'a> {
    store: &'a Store,
    rules: &'a Rulebook,
    reader: &'a Reader,
    accounts: &'a Accounts,
    classifier: &'a TransactionClassifier<'a>,
    settings: &'a RunSettings,
    watch: &'a dyn Watch,
}

/// Ingests files and judges everything that is open.
///
/// # Errors
/// [`RunError`] when the environment fails. A malformed file or row is not an error; it is rejected and counted.
pub fn run(
    store: &Store,
    rules: &Rulebook,
    settings: &RunSettings,
    watch: &dyn Watch,
) -> Result<RunSummary, RunError> {
    with_tools(store, rules, settings, watch, |tools, left_over| {
        // 2. Take in.     needs: files                gives: fresh transactions in the working set
        let mut working_set = awake(tools)?;
        let Ingested { intakes, notices } = ingest_files::take_in(tools, &mut working_set)?;
        // A killed run leaves transactions that no night has judged, or a second delivery changes what the first
        // one brought. Then the undecided transactions must be read again from the store.
        if left_over || working_set.is_outdated() {
            working_set = undecided(tools)?;
        }
        // 3 to 5.         needs: the working set  gives: decisions, books, letters: one commit
        let verdict = writing::decide_and_record(tools, working_set, notices)?;
        Ok(RunSummary { intakes, verdict })
    })
}

/// Ingests files and judges nothing.
///
/// # Errors
/// [`RunError`] when the environment fails.
pub fn ingest(
    store: &Store,
    rules: &Rulebook,
    settings: &RunSettings,
    watch: &dyn Watch,
) -> Result<Intakes, RunError> {
    with_tools(store, rules, settings, watch, |tools, _| {
        Ok(ingest_files::take_in(tools, &mut WorkingSet::default())?.intakes)
    })
}

/// Judges everything that is open and ingests nothing.
///
/// # Errors
/// [`RunError`] when the environment fails.
pub fn judge(
    store: &Store,
    rules: &Rulebook,
    settings: &RunSettings,
    watch: &dyn Watch,
) -> Result<DecisionTotals, RunError> {
    with_tools(store, rules, settings, watch, |tools, left_over| {
        let working_set = if left_over { undecided(tools)? } else { awake(tools)? };
        writing::decide_and_record(tools, working_set, None)
    })
}

/// 1. Know.   needs: the store   gives: accounts, readers; whether an earlier run left work over
fn with_tools<T>(
    store: &Store,
    rules: &Rulebook,
    settings: &RunSettings,
    watch: &dyn Watch,
    work: impl FnOnce(&Tools<'_>, bool) -> Result<T, RunError>,
) -> Result<T, RunError> {
    let accounts = Accounts::new(store.accounts()?);
    let left_over = store.has_unjudged_feeds()?;
    let numbers = accounts.as_slice().iter().map(|account| account.account_no.clone());
    let classifier = TransactionClassifier::new(&rules.matching, numbers);
    let reader = Reader::new(&rules.remark);
    let (accounts, classifier, reader) = (&accounts, &classifier, &reader);
    work(&Tools { store, rules, reader, accounts, classifier, settings, watch }, left_over)
}

/// An empty working set, after reopening the items that staff snoozed until today.
fn awake(tools: &Tools<'_>) -> Result<WorkingSet, RunError> {
    // A snoozed item waits for its real day, even where the night runs as of a later one.
    tools.store.wake(tools.settings.as_of.min(tools.settings.today))?;
    Ok(tools.store.new_working_set()?)
}

fn undecided(tools: &Tools<'_>) -> Result<WorkingSet, RunError> {
    let mut working_set = awake(tools)?;
    tools.watch.step(Step::Load, None);
    tools.store.load_undecided(&mut working_set, tools.reader, tools.classifier)?;
    Ok(working_set)
}
