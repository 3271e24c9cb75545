//! A night that is killed anywhere and run again ends as if it had not been killed.
//!
//! Goal: the machine may fail at any moment of a night. Method: one centre runs undisturbed; copies of it are killed
//! after ever longer times, run again, and compared: transactions, letters, report, books. SIGKILL cannot be caught, so
//! the program has no chance to clean up.

use crate::centre::{Centre, ICBC, LISTS, NIGHT};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

const ROWS: u32 = 3_000;
const KILLS: u32 = 8;

/// A centre before a night's work.
fn prepared() -> Centre {
    let centre = Centre::new();
    let mut notices = String::from("reference,employer_id,amount,issued_on,month\n");
    let mut rows = String::new();
    for number in 0..ROWS {
        let reference = format!("P{:010}", 2_000_000_000 + number);
        notices.push_str(&format!("{reference},E{},100.00,2026-05-01,2026-05\n", number % 3 + 1));
        let (amount, words) = match number % 10 {
            7 => ("100.00", "5月公积金".to_owned()),
            8 => ("99.00", reference),
            9 => ("100.00", reference.to_lowercase()),
            _ => ("100.00", reference),
        };
        let day = 6 + number % 20;
        rows.push_str(&format!(
            "{ICBC},K{number:06},2026-05-{day:02},09:00:00,贷,{amount},6200000000000000001,甲示例有限公司,转账,{words}\n"
        ));
    }
    centre.write("more.csv", notices.as_bytes());
    centre.run(&["import", "notices", "more.csv", "--as-of", LISTS]).assert().code(0);
    centre.feed("inbox/long.csv", &rows);
    centre
}

/// The results of a night without the database, which is queried instead of compared byte by byte.
fn left_behind(centre: &Centre) -> (Vec<serde_json::Value>, BTreeMap<PathBuf, Vec<u8>>) {
    let below = |path: PathBuf| path.strip_prefix(centre.path()).unwrap().to_path_buf();
    let kept = |path: &PathBuf| path.starts_with("outbox") || path.starts_with("reports");
    let files = centre.files().into_iter().map(|(path, bytes)| (below(path), bytes));
    // A spreadsheet has a timestamp of its archive format; its figures are in the others.
    let files = files.filter(|(path, _)| kept(path) && path.extension().unwrap() != "xlsx");
    (centre.json(&["transactions"]), files.collect())
}

#[test]
fn a_night_killed_anywhere_and_run_again_ends_the_same() {
    let undisturbed = prepared();
    let started = Instant::now();
    undisturbed.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let whole = started.elapsed();
    let want = left_behind(&undisturbed);
    let fresh = prepared();
    for kill in 0..KILLS {
        let centre = fresh.copy();
        let after = whole * kill / KILLS + Duration::from_millis(5);
        let mut night = std::process::Command::new(assert_cmd::cargo::cargo_bin("duizhang"))
            .args(["nightly", "--as-of", NIGHT])
            .current_dir(centre.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(after);
        night.kill().unwrap();
        night.wait().unwrap();
        centre.run(&["audit"]).assert().code(0);
        centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
        let got = left_behind(&centre);
        let (digest, wanted) = (centre.digest(), undisturbed.digest());
        assert_eq!(digest, wanted, "books, killed after {after:?} of {whole:?}");
        assert_eq!(got.0, want.0, "transactions, killed after {after:?} of {whole:?}");
        let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&got.1), names(&want.1), "files, killed after {after:?} of {whole:?}");
        for (path, bytes) in &want.1 {
            let same = got.1.get(path) == Some(bytes);
            assert!(same, "{}, killed after {after:?} of {whole:?}", path.display());
        }
        centre.run(&["audit"]).assert().code(0);
    }
}
