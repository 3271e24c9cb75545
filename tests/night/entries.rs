//! Entries of an inbox that are no files: none is opened, copied or followed, and the night continues.

use super::centre::{Backing, Centre, date, every_store, rules};
use super::feed::{account, csv};
use duizhang::nightly::{
    self, Delivery, FileOutcome, Inbox, Isolation, Nobody, ReaderProcess, RunSettings, RunSummary,
};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

fn centre(backing: Backing) -> Centre {
    let centre = Centre::new(backing, &["P1 1000"]);
    std::fs::create_dir_all(inbox(&centre).join(account("icbc"))).unwrap();
    let good = csv(&["S1 05-11 icbc 1000 P1"]);
    std::fs::write(inbox(&centre).join(account("icbc")).join("good.csv"), good).unwrap();
    centre
}

fn inbox(centre: &Centre) -> PathBuf {
    centre.folder.join("inbox")
}

fn deliveries(centre: &Centre) -> Vec<Delivery> {
    Inbox::at(&inbox(centre)).deliveries().unwrap()
}

fn settings(centre: &Centre, as_of: &str) -> RunSettings {
    centre.settings(as_of, &deliveries(centre))
}

fn run(centre: &Centre, settings: &RunSettings) -> RunSummary {
    let night = nightly::run(&centre.store, rules(), settings, &Nobody).unwrap();
    centre.prove("entries");
    night
}

/// Every file below a folder, with its content.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(contents(&path));
        } else {
            found.push((path.to_string_lossy().into_owned(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

/// Fills an inbox with every kind of non-file; returns how each is listed as held, and why.
fn strange(centre: &Centre) -> Vec<(String, &'static str)> {
    let inbox = inbox(centre);
    let secret = centre.folder.join("secret.csv");
    std::fs::write(&secret, csv(&["X1 05-11 icbc 7 -"])).unwrap();
    std::fs::create_dir_all(centre.folder.join("elsewhere")).unwrap();
    std::fs::write(centre.folder.join("elsewhere/x.csv"), csv(&["X2 05-11 icbc 7 -"])).unwrap();
    let own = inbox.join(account("icbc"));
    assert!(Command::new("mkfifo").arg(inbox.join("pipe.csv")).status().unwrap().success());
    // The path of a socket is short, so it is created elsewhere and moved.
    let near = tempfile::Builder::new().prefix("s").tempdir_in("/tmp").unwrap();
    drop(UnixListener::bind(near.path().join("s")).unwrap());
    let moved = Command::new("mv").arg(near.path().join("s")).arg(own.join("socket.csv")).status();
    assert!(moved.unwrap().success());
    symlink(&secret, inbox.join("out.csv")).unwrap();
    symlink(own.join("good.csv"), own.join("in.csv")).unwrap();
    symlink("nowhere", own.join("dangling.csv")).unwrap();
    symlink(".", inbox.join("here")).unwrap();
    symlink("/", own.join("root")).unwrap();
    symlink("/dev/zero", inbox.join("zero.csv")).unwrap();
    symlink(centre.folder.join("elsewhere"), inbox.join(account("ccb"))).unwrap();
    symlink(&secret, inbox.join("esc\x1b[2J.csv")).unwrap();
    symlink(&secret, inbox.join(OsStr::from_bytes(b"\xff.csv"))).unwrap();
    std::fs::File::create(inbox.join("holes.csv")).unwrap().set_len(1 << 40).unwrap();
    let deep = (0..20).fold(own.join("deep"), |path, _| path.join("d"));
    std::fs::create_dir_all(deep).unwrap();
    let icbc = account("icbc");
    let deepest = format!("{icbc}/deep{}", "/d".repeat(15));
    vec![
        ("pipe.csv".to_owned(), "not a regular file but a pipe"),
        (format!("{icbc}/socket.csv"), "not a regular file but a socket"),
        ("out.csv".to_owned(), "not a regular file but a link"),
        (format!("{icbc}/in.csv"), "not a regular file but a link"),
        (format!("{icbc}/dangling.csv"), "not a regular file but a link"),
        ("here".to_owned(), "not a regular file but a link"),
        (format!("{icbc}/root"), "not a regular file but a link"),
        ("zero.csv".to_owned(), "not a regular file but a link"),
        (account("ccb").to_owned(), "not a regular file but a link"),
        ("esc\\u{1b}[2J.csv".to_owned(), "not a regular file but a link"),
        ("\\xff.csv".to_owned(), "not a regular file but a link"),
        (deepest, "not a regular file but a folder"),
        ("holes.csv".to_owned(), "larger than 16 GiB"),
    ]
}

#[test]
fn an_entry_that_is_no_file_is_set_aside_by_name_and_the_night_goes_on() {
    every_store(|backing| {
        let centre = centre(backing);
        let mut want = strange(&centre);
        for as_of in ["05-11", "05-12"] {
            let night = run(&centre, &settings(&centre, as_of));
            assert!(night.intakes.set_aside(), "{as_of}");
            assert_eq!(night.intakes.quarantined().count(), want.len(), "{as_of}");
            centre.expect("the good file", &["S1 matched P1"]);
            let mut held = centre.store.run_details(date(as_of)).unwrap().quarantined;
            held.sort();
            want.sort();
            assert_eq!(held.len(), want.len(), "{held:?}");
            for ((name, reason), (wanted, why)) in held.iter().zip(&want) {
                assert_eq!(name, wanted);
                assert!(reason.contains(why) && !reason.contains("line"), "{reason}");
            }
            assert_eq!(contents(&centre.folder.join("quarantine")), [], "nothing is copied");
        }
        println!("hostile entries: {}", want.len());
        // After they are removed nobody waits for them, and the night is good.
        std::fs::remove_dir_all(inbox(&centre)).unwrap();
        std::fs::create_dir_all(inbox(&centre)).unwrap();
        let night = run(&centre, &settings(&centre, "05-13"));
        assert!(!night.intakes.set_aside());
        assert!(centre.store.run_details(date("05-13")).unwrap().quarantined.is_empty());
    });
}

#[test]
fn the_inbox_itself_may_be_reached_by_a_link() {
    let centre = centre(super::centre::named("sqlite"));
    let link = centre.folder.join("link");
    symlink(inbox(&centre), &link).unwrap();
    let found = Inbox::at(&link).deliveries().unwrap();
    let settings = RunSettings { inbox: Some(link), ..centre.settings("05-11", &found) };
    assert!(!run(&centre, &settings).intakes.set_aside());
    centre.expect("by a link", &["S1 matched P1"]);
}

/// Goal: no event between listing and opening makes the night follow a link. Method: the inbox is listed, then a folder
/// and a file are replaced, and one is removed.
#[test]
fn what_is_another_thing_by_the_time_it_is_opened_is_not_followed() {
    every_store(|backing| {
        let centre = centre(backing);
        let (inbox, elsewhere) = (inbox(&centre), centre.folder.join("elsewhere"));
        std::fs::create_dir_all(&elsewhere).unwrap();
        let secret = csv(&["X1 05-11 ccb 7 -"]);
        for folder in [inbox.join(account("ccb")), elsewhere.clone()] {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("x.csv"), &secret).unwrap();
        }
        for name in ["becomes-a-link.csv", "goes.csv"] {
            std::fs::write(inbox.join(name), &secret).unwrap();
        }
        let settings = settings(&centre, "05-11");
        std::fs::rename(inbox.join(account("ccb")), centre.folder.join("was")).unwrap();
        symlink(&elsewhere, inbox.join(account("ccb"))).unwrap();
        std::fs::remove_file(inbox.join("becomes-a-link.csv")).unwrap();
        symlink(elsewhere.join("x.csv"), inbox.join("becomes-a-link.csv")).unwrap();
        std::fs::remove_file(inbox.join("goes.csv")).unwrap();
        let night = run(&centre, &settings);
        let mut said: Vec<String> =
            night.intakes.quarantined().map(|(_, fault)| fault.to_string()).collect();
        said.sort();
        assert_eq!(
            said,
            [
                "it was gone when it was to be opened",
                "not a regular file but a link, and nothing of it is opened",
                "not a regular file but behind a link, and nothing of it is opened",
            ]
        );
        centre.expect("the good file alone", &["S1 matched P1"]);
        assert_eq!(contents(&centre.folder.join("quarantine")), []);
        // A removed entry is no longer held; the links are.
        assert_eq!(centre.store.held_files().unwrap().len(), 2);
    });
}

/// Goal: no link in the quarantine folder is written through, and a name of any length has its copy. Method: links
/// occupy the places of copies, reasons and folders; their targets must not change.
#[test]
fn a_copy_is_whole_and_goes_through_no_link() {
    let centre = centre(super::centre::named("sqlite"));
    let (quarantine, outside) = (centre.folder.join("quarantine"), centre.folder.join("outside"));
    let bad = csv(&["X1 05-11 nobody 7 -"]);
    let long = format!("{}.csv", "流".repeat(83));
    assert_eq!(long.len(), 253);
    std::fs::create_dir_all(inbox(&centre).join("123")).unwrap();
    for name in ["bad.csv", &format!("{}xx", &long), "123/bad.csv", "esc\x1b.csv"] {
        std::fs::write(inbox(&centre).join(name), &bad).unwrap();
    }
    std::fs::create_dir_all(quarantine.join("_")).unwrap();
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::write(outside.join("victim"), "as it was").unwrap();
    symlink(outside.join("victim"), quarantine.join("_/bad.csv")).unwrap();
    symlink(outside.join("victim"), quarantine.join("_/bad.csv.reason.txt")).unwrap();
    symlink(outside.join("victim"), quarantine.join("_/bad.csv.duizhang-tmp")).unwrap();
    symlink(&outside, quarantine.join("123")).unwrap();
    for as_of in ["05-11", "05-12"] {
        let night = run(&centre, &settings(&centre, as_of));
        assert_eq!(night.intakes.quarantined().count(), 4);
        let kept = contents(&outside);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].1, b"as it was");
        let held = contents(&quarantine);
        assert_eq!(held.len(), 8, "{held:?}");
        let copies = held.iter().filter(|(_, content)| content == bad.as_bytes()).count();
        assert_eq!(copies, 4, "each copy is whole");
        assert!(held.iter().all(|(name, _)| !name.contains('\x1b')));
    }
    // Different content under the same name is another copy.
    let other = csv(&["X9 05-11 nobody 9 -"]);
    std::fs::write(inbox(&centre).join("bad.csv"), &other).unwrap();
    run(&centre, &settings(&centre, "05-13"));
    assert_eq!(std::fs::read_to_string(quarantine.join("_/bad.csv")).unwrap(), other);
}

/// Goal: a file written during its read is neither ingested nor quarantined. Method: its reader's process writes into
/// it before reading. The next run, without a writer, ingests it.
#[test]
fn a_file_that_grows_while_it_is_read_is_left_for_the_next_run() {
    every_store(|backing| {
        let centre = centre(backing);
        let growing = inbox(&centre).join("growing.csv");
        std::fs::write(&growing, csv(&["S2 05-11 ccb 5 -"])).unwrap();
        let script = format!("echo >> '{}'; exec '{}' read-file", growing.display(), BINARY);
        let apart = ReaderProcess {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            patience: Duration::from_secs(10),
        };
        let mut settings = settings(&centre, "05-11");
        settings.deliveries.retain(|delivery| delivery.path == growing);
        settings.isolation = Isolation::Apart(apart);
        let night = run(&centre, &settings);
        assert_eq!(night.intakes.files, [(growing.clone(), FileOutcome::StillWritten)]);
        assert!(!night.intakes.set_aside());
        assert!(centre.said().is_empty());
        assert_eq!(contents(&centre.folder.join("quarantine")), []);
        settings.isolation = Isolation::InProcess;
        run(&centre, &settings);
        centre.expect("whole now", &["S2 suspense no-reference"]);
    });
}

const BINARY: &str = env!("CARGO_BIN_EXE_duizhang");

#[test]
fn a_quiet_time_leaves_young_files_for_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    for (name, age) in [("old.csv", 61), ("young.csv", 59), ("of-tomorrow.csv", -86_400)] {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        let at = Duration::from_secs(1_800_000_000_u64.checked_add_signed(-age).unwrap());
        file.set_modified(std::time::SystemTime::UNIX_EPOCH + at).unwrap();
    }
    let found = |seconds| -> Vec<String> {
        let inbox = Inbox::at(folder.path()).quiet_for(Duration::from_secs(seconds), now);
        let name = |one: &Delivery| one.path.file_name().unwrap().to_string_lossy().into_owned();
        inbox.deliveries().unwrap().iter().map(name).collect()
    };
    assert_eq!(found(0), ["of-tomorrow.csv", "old.csv", "young.csv"]);
    assert_eq!(found(60), ["of-tomorrow.csv", "old.csv"]);
}
