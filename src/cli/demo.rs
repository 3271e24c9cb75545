//! `duizhang demo`: a whole centre in a folder, its nights run, its report to look at.
//!
//! It goes the way a real centre goes: `init`, `import`, files into the inbox, night after night.
//! The folder stays, so that every other command can be tried on it.

use super::args::{DemoArgs, Global};
use super::centre::Centre;
use super::failure::{Doing, Done, Failure};
use super::rows::Printer;
use super::{init, night};
use crate::demo;
use crate::import;
use crate::nightly::Inbox;
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
    init::make(global, dir, demo::NAME)?;
    let config = dir.join(super::settings::FILE_NAME);
    let global = Global { config: Some(config), database: None, rules: None, ..global.clone() };
    let centre = Centre::write(&global)?;
    lists(dir, &centre, &story)?;
    let mut rows = Vec::new();
    let mut page = PathBuf::new();
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
        let (summary, written) = night::run(&global, &centre, deliveries, night.as_of)?;
        rows.push(summary);
        page = written;
    }
    Printer::print(centre.settings.format, night::COLUMNS, rows)?;
    closing_words(dir, &page);
    Ok(Done::Fully)
}

fn closing_words(dir: &Path, page: &Path) {
    let page = page.canonicalize().unwrap_or_else(|_| page.to_path_buf());
    eprintln!();
    eprintln!("The report of the last night, for a browser:\n  {}", page.display());
    eprintln!("One file was not a statement; it lies in {}.", dir.join("quarantine").display());
    eprintln!("Look around:");
    eprintln!("  cd {}", dir.display());
    eprintln!("  duizhang suspense list");
    eprintln!("  duizhang transactions --outcome suspense --format csv");
    eprintln!("  duizhang audit");
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
