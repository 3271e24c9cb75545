//! Ingests deliveries file by file: one thread reads, this one writes.

use super::fault::{Fault, is_of_an_entry};
use super::reading::{Message, read_all};
use super::shown::shown;
use super::{Delivery, RunError, RunSettings, Step, Tools, Watch, quarantine};
use crate::feed::FeedFacts;
use crate::store::{FeedMark, IngestSession, RecentNotices, Taken, WorkingSet};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};

/// Messages between reader and writer: limits how far the reader is ahead.
const READ_AHEAD: usize = 8;

/// The outcomes of the deliveries, in order.
#[derive(Clone, Debug, Default)]
pub struct Intakes {
    pub files: Vec<(PathBuf, FileOutcome)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileOutcome {
    Taken(Taken),
    /// The same bytes were ingested before.
    SeenBefore,
    Quarantined(Fault),
    /// The file was written to while being read. Nothing was ingested, and the next run reads it.
    StillWritten,
}

impl Intakes {
    /// The counts of all files, summed.
    #[must_use]
    pub fn total(&self) -> Taken {
        let mut total = Taken::default();
        for (_, outcome) in &self.files {
            if let FileOutcome::Taken(taken) = outcome {
                total.entries += taken.entries;
                total.fresh += taken.fresh;
                total.seen += taken.seen;
                total.conflicting += taken.conflicting;
                total.rejected += taken.rejected;
            }
        }
        total
    }

    pub fn quarantined(&self) -> impl Iterator<Item = (&PathBuf, &Fault)> {
        self.files.iter().filter_map(|(path, outcome)| match outcome {
            FileOutcome::Quarantined(fault) => Some((path, fault)),
            FileOutcome::Taken(_) | FileOutcome::SeenBefore | FileOutcome::StillWritten => None,
        })
    }

    /// The files left for the next run.
    pub fn left(&self) -> impl Iterator<Item = &PathBuf> {
        let left = self.files.iter().filter(|(_, one)| *one == FileOutcome::StillWritten);
        left.map(|(path, _)| path)
    }

    /// Whether a file or a row was rejected.
    #[must_use]
    pub fn set_aside(&self) -> bool {
        let total = self.total();
        total.conflicting + total.rejected > 0 || self.quarantined().next().is_some()
    }
}

/// What ingestion hands to the rest of the night.
#[derive(Debug, Default)]
pub(super) struct Ingested {
    pub(super) intakes: Intakes,
    /// The recent notices, where the night is large.
    pub(super) notices: Option<RecentNotices>,
}

/// Ingests the deliveries and adds new transactions to the working set.
pub(super) fn take_in(
    tools: &Tools<'_>,
    working_set: &mut WorkingSet,
) -> Result<Ingested, RunError> {
    let Tools { store, settings, watch, .. } = *tools;
    if settings.inbox.is_some() {
        forget_what_is_gone(tools)?;
    }
    if settings.deliveries.is_empty() {
        return Ok(Ingested::default());
    }
    if tools.accounts.as_slice().is_empty() {
        return Err(RunError::NoAccounts);
    }
    watch.step(Step::TakeIn, None);
    let large = bytes(&settings.deliveries) >= settings.large_from;
    let ingest_session = store.ingest_session(tools.reader, large)?;
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(READ_AHEAD);
        scope.spawn(move || read_all(tools, &sender));
        // Few notices are looked up one by one later; many are read while the files are read.
        let notices = large.then(|| scope.spawn(|| store.recent_notices()));
        let mut ingester = Ingester {
            ingest_session: &ingest_session,
            settings,
            working_set,
            watch,
            intakes: Intakes::default(),
        };
        ingester.take(&receiver)?;
        let notices = notices
            .map(|reading| reading.join().map_err(|_| RunError::Reader)?.map_err(RunError::from))
            .transpose()?;
        Ok(Ingested { intakes: ingester.intakes, notices })
    })
}

/// Closes quarantined inbox entries that no longer exist.
fn forget_what_is_gone(tools: &Tools<'_>) -> Result<(), RunError> {
    let still: BTreeSet<(String, String)> =
        tools.settings.deliveries.iter().map(|one| (folder(one), held_as(one))).collect();
    for held in tools.store.held_files()? {
        let name = held.file_name.rsplit('/').next().unwrap_or_default();
        let why = held.reason.strip_prefix(name).and_then(|why| why.strip_prefix(": "));
        let is_there = still.contains(&(held.folder.clone(), held.file_name.clone()));
        if why.is_some_and(is_of_an_entry) && !is_there {
            tools.store.release_held(&held)?;
        }
    }
    Ok(())
}

/// Total size of the deliveries. A file without readable metadata counts nothing; reading it reports the fault.
fn bytes(deliveries: &[Delivery]) -> u64 {
    let length = |delivery: &Delivery| {
        std::fs::symlink_metadata(&delivery.path).map_or(0, |file| file.len())
    };
    deliveries.iter().map(length).sum()
}

/// The writing thread's state.
struct Ingester<'a> {
    ingest_session: &'a IngestSession<'a>,
    settings: &'a RunSettings,
    working_set: &'a mut WorkingSet,
    watch: &'a dyn Watch,
    intakes: Intakes,
}

impl Ingester<'_> {
    fn take(&mut self, messages: &Receiver<Message>) -> Result<(), RunError> {
        while let Ok(message) = messages.recv() {
            let Message::Begin { place, sha256, answer } = message else {
                return Err(RunError::Reader);
            };
            let delivery = self.settings.deliveries.get(place).ok_or(RunError::Reader)?;
            let known = match &sha256 {
                Some(sha256) => self.ingest_session.knows(&feed_id(delivery, sha256))?,
                None => false,
            };
            answer.send(!known).map_err(|_| RunError::Reader)?;
            let outcome =
                if known { FileOutcome::SeenBefore } else { self.take_file(delivery, messages)? };
            match &outcome {
                FileOutcome::Quarantined(fault) => self.set_aside(delivery, fault)?,
                FileOutcome::StillWritten => {}
                FileOutcome::Taken(_) | FileOutcome::SeenBefore => {
                    self.ingest_session.release(&folder(delivery), &held_as(delivery))?;
                    quarantine::release(&self.settings.quarantine, delivery);
                }
            }
            self.intakes.files.push((delivery.path.clone(), outcome));
        }
        Ok(())
    }

    /// Ingests one file from its beginning to its end in one commit, or rolls it back.
    fn take_file(
        &mut self,
        delivery: &Delivery,
        messages: &Receiver<Message>,
    ) -> Result<FileOutcome, RunError> {
        let mut intake = self.ingest_session.begin(self.settings.as_of, self.working_set)?;
        let (mut statements, mut flags) = (Vec::new(), Vec::new());
        // Index of the first statement of the current delivery: a file, or a member of an archive.
        let mut first = 0;
        loop {
            match messages.recv().map_err(|_| RunError::Reader)? {
                Message::Begin { .. } => return Err(RunError::Reader),
                Message::Batch(batch) => {
                    self.watch.advance(batch.len() as u64);
                    intake.write(batch, self.working_set)?;
                }
                Message::Member => {
                    let of_member = statements.get(first..).unwrap_or_default();
                    intake.next_delivery(of_member, self.working_set)?;
                    first = statements.len();
                }
                Message::Reject(reject) => intake.reject(reject),
                Message::Statement(statement) => statements.push(statement),
                Message::Flag(flag) => flags.push(flag),
                Message::End(Err(fault)) => {
                    intake.abandon(self.working_set)?;
                    let grows = fault == Fault::StillWritten;
                    let aside = FileOutcome::Quarantined(fault);
                    return Ok(if grows { FileOutcome::StillWritten } else { aside });
                }
                Message::End(Ok(facts)) => {
                    let mark = mark(delivery, &facts);
                    let of_member = statements.get(first..).unwrap_or_default();
                    intake.end_delivery(of_member, self.working_set)?;
                    let taken = intake.keep(&mark, &statements, flags)?;
                    return Ok(FileOutcome::Taken(taken));
                }
            }
        }
    }

    fn set_aside(&self, delivery: &Delivery, fault: &Fault) -> Result<(), RunError> {
        // A vanished file is reported only: there is nothing to quarantine.
        if *fault == Fault::Vanished {
            return Ok(());
        }
        let reason = format!("{}: {fault}", file_name(delivery));
        let (folder, name) = (folder(delivery), held_as(delivery));
        if fault.keeps_copy() {
            let inbox = self.settings.inbox.as_deref();
            quarantine::put(&self.settings.quarantine, inbox, delivery, fault)?;
        }
        self.ingest_session.quarantine(&folder, &name, &reason, self.settings.as_of)?;
        Ok(())
    }
}

fn mark(delivery: &Delivery, facts: &FeedFacts) -> FeedMark {
    FeedMark {
        feed_id: feed_id(delivery, &facts.sha256),
        file_name: file_name(delivery),
        format: facts.format,
        encoding: facts.encoding.to_owned(),
    }
}

/// Identifies a feed by its bytes and the account of its folder: a file that names no account is a different feed
/// in another folder.
fn feed_id(delivery: &Delivery, sha256: &[u8; 32]) -> String {
    let mut id = hex::encode(sha256);
    if let Some(account_no) = &delivery.account_no {
        id.push('/');
        id.push_str(account_no);
    }
    id
}

fn file_name(delivery: &Delivery) -> String {
    delivery.path.file_name().map(shown).unwrap_or_default()
}

/// The name of a file in quarantine.
fn held_as(delivery: &Delivery) -> String {
    quarantine::name(delivery)
}

fn folder(delivery: &Delivery) -> String {
    delivery.account_no.clone().unwrap_or_default()
}
