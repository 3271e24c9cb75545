//! A night killed anywhere and run again ends as if it had not been killed.
//!
//! Start at the last test. It runs this program again as a child that runs one night, and kills it (SIGKILL) at moments
//! spread over an undisturbed night, from the first file to the last commit; then the night is run again and every
//! table is compared.

use super::centre::{Backing, Centre, every_store, named, same, scratch};
use super::feed::csv;
use super::postgres;
use duizhang::nightly::Inbox;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Passes the kind of database and the centre's folder to the child.
const STORE: &str = "DUIZHANG_TEST_STORE";
const FOLDER: &str = "DUIZHANG_TEST_NIGHT";

/// How often a night is killed and how many rows it has; `.ci/slow` raises both by these names.
const KILLS: (&str, u32) = ("DUIZHANG_KILLS", 10);
const ROWS: (&str, u32) = ("DUIZHANG_KILL_ROWS", 3_000);

fn asked((name, otherwise): (&str, u32)) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

const FILES: usize = 8;
const AS_OF: &str = "06-02";

/// The child's part; without the variables it does nothing.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let centre = Centre::at(named(&std::env::var(STORE).unwrap()), folder);
    centre.try_night(AS_OF, &Inbox::at(&folder.join("inbox")).deliveries().unwrap()).unwrap();
}

fn start(backing: Backing, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::child", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(STORE, backing.name)
        .envs(postgres::url().map(|url| ("TEST_POSTGRES_URL", url)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Notices and files of every kind: parts over files, overlaps, conflicts, reversals.
fn lay_inbox(centre: &Centre) {
    let mut notices = Vec::new();
    let mut rows = Vec::new();
    let count = usize::try_from(asked(ROWS)).unwrap();
    for number in 1..=count / 2 {
        let amount = 100 + number % 900;
        let (half, day) = (amount / 2, 1 + number % 28);
        let rest = amount - half;
        notices.push(format!("P{} {amount}", number % 10_000));
        let reference = number % 10_000;
        match number % 10 {
            0 => rows.push(format!("A{number} 05-{day:02} icbc {half} P{reference}")),
            1 => rows.push(format!("A{number} 05-{day:02} ccb {amount} -")),
            2 => {
                rows.push(format!("A{number} 05-{day:02} icbc {amount} P{reference}"));
                rows.push(format!("B{number} 05-{day:02} icbc -{amount} P{reference} reversal"));
            }
            _ => {
                rows.push(format!("A{number} 05-{day:02} icbc {half} P{reference}"));
                rows.push(format!("B{number} 05-{day:02} icbc {rest} P{reference}"));
            }
        }
    }
    notices.truncate(9_999);
    centre.notices(&notices.iter().map(String::as_str).collect::<Vec<_>>());
    let inbox = centre.folder.join("inbox");
    std::fs::create_dir_all(&inbox).unwrap();
    // Spreads the rows over the files, so that parts of a notice are in different ones.
    let mut files: Vec<Vec<&str>> = vec![Vec::new(); FILES];
    for (place, row) in rows.iter().enumerate() {
        files[place % FILES].push(row);
        if place % 50 == 0 {
            files[(place + 3) % FILES].push(row);
        }
    }
    files[2].push("A7 05-08 icbc 1 P7");
    files[5].push("A7 05-08 icbc 2 P7");
    files.push(vec!["X0 05-08 icbc 2 P7", "X1 05-08 nobody 2 P7"]);
    for (number, rows) in files.iter().enumerate() {
        std::fs::write(inbox.join(format!("{number}.csv")), csv(rows)).unwrap();
    }
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copied(&path, &place)
        } else {
            let _ = std::fs::copy(&path, &place).unwrap();
        }
    }
}

#[test]
fn a_night_killed_anywhere_and_run_again_ends_as_if_it_had_not_been() {
    let kills = asked(KILLS);
    every_store(|backing| {
        let prepared = Centre::new(backing, &[]);
        lay_inbox(&prepared);
        let work = scratch();
        let place = |name: &str| {
            let folder = work.path().join(name);
            copied(&prepared.folder, &folder);
            (backing.copy)(&prepared.folder, &folder);
            folder
        };
        let whole = place("whole");
        let began = Instant::now();
        assert!(start(backing, &whole).wait().unwrap().success());
        let took = began.elapsed();
        let want = Centre::at(backing, &whole);
        want.prove("undisturbed");
        let (digest, dump) = (want.digest(), want.dump());
        assert!(dump["decision"].len() > usize::try_from(asked(ROWS)).unwrap() * 8 / 10);
        let mut cut_short = 0;
        let mut folder = place("killed");
        for kill in 0..kills {
            // A new night from time to time; in between, one night is killed repeatedly.
            if kill % 5 == 0 {
                folder = place(&format!("killed-{kill}"));
            }
            let mut child = start(backing, &folder);
            std::thread::sleep(moment(took, kill, kills));
            cut_short += u32::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
            Centre::at(backing, &folder).prove("right after the kill");
            if kill % 5 == 4 || kill + 1 == kills {
                assert!(start(backing, &folder).wait().unwrap().success());
                let ended = Centre::at(backing, &folder);
                ended.prove("run again");
                assert_eq!(ended.digest(), digest, "kill {kill}");
                same(&dump, &ended.dump(), &format!("kill {kill}"));
            }
        }
        println!("a night takes {took:?}; {cut_short} of {kills} were cut short");
        assert!(cut_short * 5 > kills, "only {cut_short} kills hit a running night");
    });
}

/// Moments spread evenly over the night, mixing early and late.
fn moment(took: Duration, kill: u32, kills: u32) -> Duration {
    took * (kill * 7 % kills) / kills
}
