//! One night: from the files in the inbox to a report, in numbered steps.
//!
//! Start at [`run`]. [`ingest`] and [`judge`] are its halves, for whoever wants them apart. Bytes
//! are read on one thread and rows written on another ([`ingest_files`]); what a night decides is pure
//! ([`crate::matching`]) and is written in one commit ([`crate::store`]).
//!
//! Invariant: a night run twice changes nothing, and a night killed anywhere and run again ends as
//! if it had not been killed: step 2 commits file by file and knows the files it has seen, step 5
//! commits all decisions at once, steps 6 and 7 write from what was committed.

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

/// What a night is told by its shell.
#[derive(Clone, Debug)]
pub struct RunSettings {
    /// The night's day: what is decided is decided as of it.
    pub as_of: NaiveDate,
    /// The shell's day. It decides nothing; but no age and no reminder counts from a day after it.
    pub today: NaiveDate,
    /// Files to take in.
    pub deliveries: Vec<Delivery>,
    /// The folder that was gone through for them: below it no link is followed, and what was set aside there and is
    /// gone waits no longer. None where a person named the files.
    pub inbox: Option<PathBuf>,
    /// How they are read.
    pub isolation: Isolation,
    /// Where copies of files that cannot be taken in go, with the reason beside them.
    pub quarantine: PathBuf,
    /// Who the centre is, in reports and letters.
    pub centre: CentreContact,
    /// When letters wait for a person.
    pub hold: Hold,
    /// Letters to employers are written on any day; else on working days alone.
    pub any_day: bool,
    /// Bytes delivered from which on a night is large ([`LARGE`]).
    pub large_from: u64,
}

/// Bytes delivered from which on a night is large, some 130,000 transactions: it reads the notices of late in one
/// pass, which from 100,000 references on is cheaper than looking them up, and writes on two connections,
/// which many small nights at once would rather share.
pub const LARGE: u64 = 32 * 1024 * 1024;

/// What a night did.
#[derive(Clone, Debug, Default)]
pub struct RunSummary {
    pub intakes: Intakes,
    pub verdict: DecisionTotals,
}

/// Steps of a night, for whoever watches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    TakeIn,
    Load,
    Decide,
    Record,
    Report,
}

/// Watches a night: a progress bar, a log, or nobody.
pub trait Watch: Sync {
    /// A step begins; `total` rows or bytes are to be done where that is known.
    fn step(&self, step: Step, total: Option<u64>);
    /// So many more are done.
    fn advance(&self, count: u64);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Watch for Nobody {
    fn step(&self, _: Step, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
}

/// What every step of a night works with.
struct Tools<'a> {
    store: &'a Store,
    rules: &'a Rulebook,
    reader: &'a Reader,
    accounts: &'a Accounts,
    classifier: &'a TransactionClassifier<'a>,
    settings: &'a RunSettings,
    watch: &'a dyn Watch,
}

/// Takes files in and judges everything that is open.
///
/// # Errors
/// [`RunError`] when the world fails. A strange file or row is no error; it is set aside and
/// counted.
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
        // A run that was killed left transactions that no night has judged, or a second delivery
        // changed what the first had brought: read all that is undecided from the store.
        if left_over || working_set.is_outdated() {
            working_set = undecided(tools)?;
        }
        // 3 to 5.         needs: the working set  gives: decisions, books, letters: one commit
        let verdict = writing::decide_and_record(tools, working_set, notices)?;
        Ok(RunSummary { intakes, verdict })
    })
}

/// Takes files in and judges nothing.
///
/// # Errors
/// [`RunError`] when the world fails.
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

/// Judges everything that is open and takes nothing in.
///
/// # Errors
/// [`RunError`] when the world fails.
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

/// An empty slate, once what staff put off until today is open again.
fn awake(tools: &Tools<'_>) -> Result<WorkingSet, RunError> {
    // What staff put off until a day waits for that day, whatever day a night is told.
    tools.store.wake(tools.settings.as_of.min(tools.settings.today))?;
    Ok(tools.store.new_working_set()?)
}

fn undecided(tools: &Tools<'_>) -> Result<WorkingSet, RunError> {
    let mut working_set = awake(tools)?;
    tools.watch.step(Step::Load, None);
    tools.store.load_undecided(&mut working_set, tools.reader, tools.classifier)?;
    Ok(working_set)
}
