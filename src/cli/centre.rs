//! An opened centre: settings, rules, database and, for writers, the claim.
//!
//! Start at [`Centre::read`] for commands that only read and [`Centre::write`] for commands that change data. With
//! `--dry-run` a writer gets a temporary copy of the database, so that it runs every step of the real command.

use super::args::{AsOf, Global};
use super::claim::CentreClaim;
use super::clock;
use super::failure::{Doing, Failure};
use super::rules;
use super::settings::Settings;
use super::signing;
use crate::alert::CentreContact;
use crate::nightly;
use crate::remark::Reader;
use crate::report;
use crate::rulebook::Rulebook;
use crate::store::Store;
use chrono::NaiveDate;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) struct Centre {
    pub(super) settings: Settings,
    pub(super) rules: Rulebook,
    pub(super) store: Store,
    _claim: Option<CentreClaim>,
    rehearsal: Option<Scratch>,
}

/// Why a centre is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Look,
    ChangeBeside,
    /// Exclusive: takes the lock, waiting this long.
    Change(Duration),
}

impl Centre {
    /// Opens a centre for reading.
    pub(super) fn read(global: &Global) -> Result<Self, Failure> {
        Self::open(global, Purpose::Look)
    }

    /// Opens a centre to change what nights do not use: people, tokens. Does not wait for a night.
    pub(super) fn beside(global: &Global) -> Result<Self, Failure> {
        Self::open(global, Purpose::ChangeBeside)
    }

    /// Opens a centre to change it: exclusively, unless it is a dry run.
    pub(super) fn write(global: &Global) -> Result<Self, Failure> {
        Self::write_after(global, Duration::ZERO)
    }

    /// The same, waiting for another run to finish.
    pub(super) fn write_after(global: &Global, backoff: Duration) -> Result<Self, Failure> {
        Self::open(global, Purpose::Change(backoff))
    }

    /// Opens one centre of many to change it; fails at once if another run holds it.
    pub(super) fn claim(global: &Global, settings: Settings) -> Result<Self, Failure> {
        Self::of(global, settings, Purpose::Change(Duration::ZERO))
    }

    fn open(global: &Global, purpose: Purpose) -> Result<Self, Failure> {
        Self::of(global, Settings::load(global)?, purpose)
    }

    /// Opens a centre; a writer of the night's data takes the claim.
    fn of(global: &Global, mut settings: Settings, purpose: Purpose) -> Result<Self, Failure> {
        let rules = rules::load(&settings)?;
        let code = settings.centre.code.clone();
        let mut store = Store::open(&settings.database, &code, false)?;
        let (mut claim, mut rehearsal) = (None, None);
        if purpose != Purpose::Look && global.dry_run {
            let scratch = Scratch::make()?;
            store = store.rehearsal(&scratch.path.join("rehearsal.db"))?;
            settings.quarantine = scratch.path.join("quarantine");
            settings.reports = scratch.path.join("reports");
            settings.outbox = scratch.path.join("outbox");
            rehearsal = Some(scratch);
        } else if let Purpose::Change(backoff) = purpose {
            let taken = CentreClaim::take(&store, &code, backoff)?;
            store = taken.store();
            claim = Some(taken);
        }
        Ok(Self { settings, rules, store, _claim: claim, rehearsal })
    }

    /// Creates a centre's database; `init` creates the folder.
    pub(super) fn found(settings: &Settings) -> Result<(), Failure> {
        Store::open(&settings.database, &settings.centre.code, true)?.close();
        Ok(())
    }

    /// Whether this is a dry run.
    pub(super) const fn is_rehearsal(&self) -> bool {
        self.rehearsal.is_some()
    }

    /// The centre's contact for letters.
    pub(super) fn contact(&self) -> CentreContact {
        self.settings.contact()
    }

    /// The report of the night of this day.
    pub(super) fn report(&self, as_of: NaiveDate) -> Result<report::Report, Failure> {
        let Settings { centre, .. } = &self.settings;
        let name = report::Centre { centre_id: centre.code.clone(), name: centre.name.clone() };
        let mut report = nightly::report(&self.store, &self.rules, name, as_of)?;
        if let Some(head) = &mut report.trail {
            signing::sign(&self.settings, head)?;
        }
        Ok(report)
    }

    /// The requested night, else the last one, else today.
    pub(super) fn night(&self, asked: &AsOf) -> Result<NaiveDate, Failure> {
        if let Some(day) = asked.as_of {
            return Ok(day);
        }
        let today = clock::today();
        Ok(self.store.latest_night(today)?.unwrap_or(today))
    }

    pub(super) fn reader(&self) -> Reader {
        Reader::new(&self.rules.remark)
    }
}

/// A temporary folder, deleted on drop.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn make() -> Result<Self, Failure> {
        let name = format!("duizhang-dry-run-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let fresh = |path: &Path| {
            if path.exists() {
                // Left by a killed process with our process id.
                std::fs::remove_dir_all(path)?;
            }
            std::fs::create_dir(path)
        };
        fresh(&path).doing(|| format!("cannot make {}", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It is in a place that the system cleans up.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
