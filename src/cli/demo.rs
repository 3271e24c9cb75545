//! `duizhang demo`: creates a whole centre in a folder, runs its nights, and writes its report.
//!
//! It works like a real centre: `init`, `import`, files into the inbox, night after night. The folder stays, so
//! that every other command can be tried on it.

use super::args::{DemoArgs, Global};
use super::centre::Centre;
use super::failure::{Doing, Done, Failure};
use super::listing::parsed;
use super::rows::Printer;
use super::{init, night, private};
use crate::demo;
use crate::import;
use crate::nightly::Inbox;
use crate::remittance::Reason;
use crate::report::{Holds, Suggestion};
use crate::store::Turn;
use crate::suspense::{Act, ItemId, Moment};
use chrono::NaiveDate;
use std::path::{Path, PathBuf};

pub(super) fn run(global: &Global, args: &DemoArgs) -> Result<Done, Failure> {
    if global.dry_run {
        return Err(Failure::Usage(
            "a demo is made to be looked at; --dry-run makes none".to_owned(),
        ));
    }
    let dir = &args.dir;
    if dir.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::because(format!(
            "{} is not empty; name a folder that is absent or empty: duizhang demo DIR",
            dir.display()
        )));
    }
    let story = demo::centre();
    init::make(global, dir, &init::settings_text(demo::NAME, demo::ADDRESS, true))?;
    let config = dir.join(super::settings::FILE_NAME);
    let global = Global { config: Some(config), database: None, rules: None, ..global.clone() };
    let centre = Centre::write(&global)?;
    lists(dir, &centre, &story)?;
    let mut rows = Vec::new();
    let mut page = PathBuf::new();
    let last = story.nights.last().map(|night| night.as_of);
    for night in &story.nights {
        if let Some((name, text)) = &night.notices {
            put(&dir.join("lists").join(name), text.as_bytes())?;
            let mut list = import::notices(text.as_bytes()).map_err(unexpected)?.rows;
            centre.store.import_notices(&mut list)?;
        }
        for (path, bytes) in &night.inbox {
            put(&dir.join("inbox").join(path), bytes)?;
        }
        let deliveries = Inbox::at(&centre.settings.inbox).deliveries()?;
        let turn = Turn { as_of: night.as_of, today: night.as_of, last: None };
        let inbox = Some(centre.settings.inbox.as_path());
        rows.push(night::run(&global, &centre, inbox, deliveries, turn)?);
        page = night::write_report(&global, &centre, night.as_of)?;
        // No staff act after the last night, so its report shows the current suspense.
        if night.as_of >= STAFF_FROM && Some(night.as_of) != last {
            staff(&centre, night.as_of)?;
        }
    }
    private::close(dir)?;
    Printer::print(centre.settings.format, night::COLUMNS, rows)?;
    closing_words(&global, dir, &page);
    Ok(Done::Fully)
}

/// The day from which the story's staff act.
const STAFF_FROM: NaiveDate = NaiveDate::from_ymd_opt(2026, 5, 8).unwrap();

/// Age of items that staff act on: before, the employer has not answered; after, they have given up.
const HEARD_AFTER_DAYS: std::ops::RangeInclusive<u32> = 12..=30;

/// Staff's decisions on the day after a night: the employer has confirmed the nearest notice, or asked for its
/// second payment back.
fn staff(centre: &Centre, on: NaiveDate) -> Result<(), Failure> {
    for item in centre.report(on)?.items {
        if !HEARD_AFTER_DAYS.contains(&item.age_days) {
            continue;
        }
        let exact = |suggestion: &&Suggestion| {
            suggestion.amount == item.amount
                && suggestion.evidence.iter().all(|evidence| evidence.holds != Holds::No)
        };
        let (decision, note) = match item.reason {
            Reason::NoticeAlreadyPaid => (Act::Refund, "重复缴款，单位来函申请退回"),
            Reason::NoReference | Reason::UnreadableReference | Reason::UnknownReference => {
                match item.suggestions.first().filter(exact) {
                    Some(found) => (Act::settle(vec![found.reference]), "电话核实，单位来函确认"),
                    None => continue,
                }
            }
            Reason::SeveralReferences
            | Reason::NoticeRevoked
            | Reason::Overpaid
            | Reason::CrossBank
            | Reason::CrossMonth
            | Reason::Underpaid
            | Reason::AmbiguousParts
            | Reason::ReversalOfMatched
            | Reason::PayerDisagrees
            | Reason::ReversalUnclear => continue,
        };
        let id = parsed::<ItemId>(&item.item_id)?;
        centre.store.resolve(&[id], &decision, "演示员工", note, Moment::midnight(on))?;
    }
    Ok(())
}

fn closing_words(global: &Global, dir: &Path, page: &Path) {
    let page = page.canonicalize().unwrap_or_else(|_| page.to_path_buf());
    note!(
        global,
        "\nThe report of the last night, for a browser:\n  {}\n\
         Letters to employers lie in outbox/, what could not be read in quarantine/. Look around:\n  \
         cd {}\n  \
         duizhang suspense list\n  \
         duizhang transactions --outcome suspense --format csv\n  \
         duizhang audit",
        page.display(),
        dir.display()
    );
}

fn lists(dir: &Path, centre: &Centre, story: &demo::Demo) -> Result<(), Failure> {
    put(&dir.join("lists/accounts.csv"), story.accounts.as_bytes())?;
    put(&dir.join("lists/employers.csv"), story.employers.as_bytes())?;
    let accounts = import::accounts(story.accounts.as_bytes()).map_err(unexpected)?.rows;
    centre.store.import_accounts(&accounts)?;
    let employers = import::employers(story.employers.as_bytes()).map_err(unexpected)?.rows;
    centre.store.import_employers(&employers)?;
    Ok(())
}

fn unexpected(errors: Vec<import::ImportError>) -> Failure {
    let first = errors.first().map(ToString::to_string).unwrap_or_default();
    Failure::because(format!("the demo's own list is wrong: {first}"))
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, bytes)
    };
    write().doing(|| format!("cannot write {}", path.display()))
}
