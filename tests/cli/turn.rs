//! A run with a wrong day: it is refused, and it can be forced.

use crate::centre::{Centre, NIGHT};
use std::fs;

/// A day far in the future.
const TO_COME: &str = "2099-01-02";
const GONE_BY: &str = "2026-06-09";

fn latest(centre: &Centre) -> String {
    let status = centre.json(&["nightly", "status"]);
    status[0]["night"].as_str().unwrap().to_owned()
}

#[test]
fn a_day_out_of_turn_is_refused_before_anything_is_touched() {
    let centre = Centre::after_a_night();
    centre.feed("inbox/june.csv", "2100000000000000017,S20,2026-06-09,09:00:00,贷,1.00,,,转账,x\n");
    let (files, digest) = (centre.files(), centre.digest());
    for (command, day, words) in [
        ("nightly", GONE_BY, NIGHT),
        ("match", GONE_BY, NIGHT),
        ("nightly", TO_COME, "after today"),
        ("match", TO_COME, "after today"),
    ] {
        let said = centre.stderr(&[command, "--as-of", day], 2);
        assert!(said.contains(words) && said.contains("--accept-clock"), "{command} {day}: {said}");
        let said = centre.stderr(&[command, "--as-of", day, "--dry-run"], 2);
        assert!(said.contains(words), "{command} {day}, dry: {said}");
        let output = centre.run(&[command]).env("DUIZHANG_AS_OF", day).assert().code(2);
        assert!(output.get_output().stdout.is_empty());
    }
    let said = centre.stderr(&["nightly", "--centres", "all", "--as-of", TO_COME], 2);
    assert!(said.contains("after today"), "{said}");
    let args = ["nightly", "--centres", "all", "--as-of", GONE_BY, "--format", "json"];
    let output = centre.run(&args).assert().code(2).get_output().clone();
    let row: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(row["ending"], "refused", "{row}");
    assert_eq!(centre.digest(), digest);
    let changed: Vec<_> = centre
        .files()
        .into_iter()
        .filter(|(path, bytes)| files.get(path) != Some(bytes))
        .filter(|(path, _)| path.extension().is_none_or(|ending| ending != "db"))
        .collect();
    assert!(changed.is_empty(), "{changed:?}");
    // No other command refuses a day, and the last night can be repeated.
    centre.run(&["ingest", "inbox/june.csv", "--as-of", GONE_BY]).assert().code(0);
    centre.run(&["report", "--as-of", GONE_BY]).assert().code(0);
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    centre.run(&["match", "--as-of", NIGHT]).assert().code(0);
}

#[test]
fn a_night_of_a_day_gone_by_writes_no_letter_and_overwrites_no_report() {
    let centre = Centre::after_a_night();
    let letters = || centre.json(&["alert", "list"]);
    let before = letters();
    let report = centre.write("reports/suspense-2026-06-09.html", b"as it was that morning");
    fs::remove_dir_all(centre.path().join("outbox")).unwrap();
    centre.run(&["nightly", "--as-of", GONE_BY, "--accept-clock"]).assert().code(0);
    assert_eq!(fs::read(&report).unwrap(), b"as it was that morning");
    assert!(!centre.path().join("reports/suspense-2026-06-09.json").exists());
    assert_eq!(letters(), before);
    assert!(
        !centre.path().join("outbox").exists(),
        "nor the files of letters that were written then"
    );
    assert_eq!(latest(&centre), NIGHT, "the last night stays the last one");
    centre.stderr(&["nightly", "--as-of", GONE_BY], 2);
    centre.run(&["match", "--as-of", GONE_BY, "--accept-clock"]).assert().code(0);
    // `match` alone counts as a night too.
    centre.run(&["match", "--as-of", "2026-06-12"]).assert().code(0);
    let said = centre.stderr(&["nightly", "--as-of", "2026-06-11"], 2);
    assert!(said.contains("2026-06-12"), "{said}");
}

#[test]
fn a_last_night_of_a_day_to_come_is_none() {
    let centre = Centre::after_a_night();
    centre.run(&["nightly", "--as-of", TO_COME, "--accept-clock"]).assert().code(0);
    // The next run needs no flag, though 2099 was the latest day.
    centre.run(&["nightly", "--as-of", "2026-06-11"]).assert().code(0);
    assert_eq!(latest(&centre), "2026-06-11");
    assert!(centre.path().join("reports/suspense-2026-06-11.html").exists());
    for row in centre.json(&["suspense", "list"]) {
        assert!(row["age_days"].as_i64().is_none_or(|age| age >= 0), "{row}");
    }
    let said = centre.stderr(&["nightly", "--as-of", "2026-06-10"], 2);
    assert!(said.contains("2026-06-11"), "{said}");
    fs::create_dir_all(centre.path().join("inbox/1")).unwrap();
    let centres = centre.json(&["nightly", "--centres", "all", "--as-of", "2026-06-11"]);
    assert_eq!(centres[0]["ending"], "done-before");
    let centres = centre.json(&["nightly", "--centres", "all", "--as-of", "2026-06-12"]);
    assert_eq!(centres[0]["ending"], "done");
    // Reading commands take the last unforced night as the last one.
    centre.run(&["nightly", "--as-of", TO_COME, "--accept-clock"]).assert().code(0);
    let report = centre.run(&["report"]).assert().code(0).get_output().clone();
    assert!(String::from_utf8(report.stdout).unwrap().contains("suspense-2026-06-12"));
}
