//! Letters are on the disk before the store says so, at any power cut.
//!
//! Start at the first test. Goal: after a cut at any step, every letter marked as filed is completely on the disk, and
//! the next night writes the others. Method: a disk in memory that forgets unsynced data, as ext4 may: the content of
//! files never synced is lost, and so are names in unsynced folders. It dies at each step in turn. `.ci/slow` does the
//! same with the program itself and a real ext4 (`tests/cli/power_cut.rs`).

use super::centre::{Backing, Centre, every_store};
use super::feed::csv;
use duizhang::alert::LetterState;
use duizhang::durable::Disk;
use duizhang::nightly::{Transport, deliver_to};
use duizhang::store::OutboxFilter;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Error};
use std::path::{Path, PathBuf};

/// The content of a disk: names of files, and their content by number.
#[derive(Clone, Default)]
struct Held {
    names: BTreeMap<PathBuf, usize>,
    contents: Vec<Vec<u8>>,
}

/// A disk in memory with a switch.
#[derive(Default)]
struct Memory {
    now: RefCell<Held>,
    synced: RefCell<Held>,
    steps: Cell<usize>,
    /// The step at which it dies.
    dies_at: Cell<Option<usize>>,
    /// It reports a sync without doing it.
    lies: bool,
}

impl Memory {
    fn step(&self) -> io::Result<()> {
        self.steps.set(self.steps.get() + 1);
        match self.dies_at.get() {
            Some(step) if self.steps.get() > step => Err(Error::other("no power")),
            Some(_) | None => Ok(()),
        }
    }

    /// Restores the power; unsynced data is lost.
    fn power_back(&self) {
        let synced = self.synced.borrow().clone();
        *self.now.borrow_mut() = synced;
        self.dies_at.set(None);
    }

    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        let now = self.now.borrow();
        now.names.get(path).map(|number| now.contents[*number].clone())
    }
}

impl Disk for Memory {
    fn holds(&self, path: &Path, content: &[u8]) -> io::Result<bool> {
        Ok(self.read(path).is_some_and(|found| found == content))
    }

    fn make_folder(&self, _: &Path) -> io::Result<Option<File>> {
        self.step().map(|()| None)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.step()?;
        let mut now = self.now.borrow_mut();
        now.contents.push(content.to_vec());
        let number = now.contents.len() - 1;
        now.names.insert(path.to_owned(), number);
        // Its place on the disk is empty until it is synced.
        self.synced.borrow_mut().contents.push(Vec::new());
        Ok(())
    }

    fn sync(&self, _: Option<&File>, files: &[PathBuf]) -> io::Result<()> {
        self.step()?;
        if !self.lies {
            let (now, mut synced) = (self.now.borrow(), self.synced.borrow_mut());
            for file in files {
                let number = now.names[file];
                synced.contents[number] = now.contents[number].clone();
            }
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        let mut now = self.now.borrow_mut();
        let number = now.names.remove(from).unwrap();
        now.names.insert(to.to_owned(), number);
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.step()?;
        let (now, mut synced) = (self.now.borrow(), self.synced.borrow_mut());
        synced.names.retain(|path, _| path.parent() != Some(folder));
        for (path, number) in &now.names {
            if path.parent() == Some(folder) {
                synced.names.insert(path.clone(), *number);
            }
        }
        Ok(())
    }
}

const FOLDER: &str = "/outbox";

/// A centre with a night's letters to five employers, one of them on paper; no file is written yet.
fn with_letters(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000"]);
    let employers: Vec<String> = (2..=5_u32)
        .map(|number| {
            let address = if number == 5 { String::new() } else { format!("e{number}@e.example") };
            format!("E{number},示例{number}公司,{address},622200000000000000{number}")
        })
        .collect();
    centre.employers(&employers.join("\n"));
    let rows: Vec<String> = (2..=5)
        .map(|number| format!("S{number} 05-11 icbc 7{number} - from=622200000000000000{number} by=示例{number}公司"))
        .collect();
    centre.night_of("05-12", &[csv(&rows)]);
    centre
}

fn deliver(centre: &Centre, disk: &Memory, night: &str) -> bool {
    let night = super::centre::date(night);
    deliver_to(disk, Path::new(FOLDER), &centre.store, night, Transport::Files).is_ok()
}

/// The letters marked as filed without a complete file, and the number of marked ones.
fn lost(centre: &Centre, disk: &Memory) -> (Vec<String>, usize) {
    let rows = centre.store.outbox(&OutboxFilter::default()).unwrap();
    let filed: Vec<_> = rows.iter().filter(|row| row.state == LetterState::Filed).collect();
    let mut lost = Vec::new();
    centre
        .store
        .letters(super::centre::date("05-12"), |letter| {
            let is_filed = filed.iter().any(|row| row.letter_id == letter.letter_id);
            let place = Path::new(FOLDER).join(format!("{}.eml", letter.letter_id));
            if is_filed && disk.read(&place).as_deref() != Some(letter.message.as_bytes()) {
                lost.push(letter.letter_id);
            }
            true
        })
        .unwrap();
    (lost, filed.len())
}

/// The number of complete files under their own names.
fn whole(disk: &Memory) -> usize {
    let now = disk.now.borrow();
    let own = |path: &&PathBuf| path.extension().is_some_and(|ending| ending != "tmp");
    now.names.keys().filter(own).filter(|path| !disk.read(path).unwrap().is_empty()).count()
}

#[test]
fn a_power_cut_at_any_step_loses_no_letter() {
    every_store(|backing| {
        let centre = with_letters(backing);
        let steps = {
            let disk = Memory::default();
            assert!(deliver(&centre, &disk, "05-12"));
            assert_eq!((lost(&centre, &disk).1, whole(&disk)), (3, 4));
            disk.steps.get()
        };
        for step in 0..=steps {
            centre.tamper("update outbox set state = 'waiting' where state = 'filed'");
            centre.tamper("update night set filed = 0 where filed = 1");
            let disk = Memory::default();
            disk.dies_at.set(Some(step));
            let done = deliver(&centre, &disk, "05-12");
            assert_eq!(done, step == steps);
            disk.power_back();
            let (gone, filed) = lost(&centre, &disk);
            assert_eq!((gone, filed), (Vec::new(), if done { 3 } else { 0 }), "step {step}");
            // That night is not run again; the next one finds what is missing.
            assert!(deliver(&centre, &disk, "05-13"));
            disk.power_back();
            assert_eq!((lost(&centre, &disk), whole(&disk)), ((Vec::new(), 3), 4), "step {step}");
        }
        println!("the power was cut at {} steps", steps + 1);
    });
}

#[test]
fn a_disk_that_only_says_that_it_syncs_is_found_out_by_this_test() {
    let (centre, disk) =
        (with_letters(super::centre::SQLITE), Memory { lies: true, ..Memory::default() });
    assert!(deliver(&centre, &disk, "05-12"));
    disk.power_back();
    assert_eq!(lost(&centre, &disk).0.len(), 3, "all that were filed are empty");
    // Files are trusted for their content, not their name: the same night writes them again.
    let honest = Memory { now: disk.now.clone(), synced: disk.synced.clone(), ..Memory::default() };
    assert!(deliver(&centre, &honest, "05-12"));
    honest.power_back();
    assert_eq!((lost(&centre, &honest).0, whole(&honest)), (Vec::new(), 4));
}
