//! The invented centre, run by `duizhang demo` as a newcomer would.
//!
//! Its files are readable, except the one that is meant to fail, and its last night shows every kind of mistake.

use assert_cmd::Command;
use duizhang::feed::inspect::inspect;
use duizhang::remittance::{Outcome, Reason};
use duizhang::rulebook::bank::BankLayouts;
use std::collections::BTreeSet;
use std::io::Cursor;
use tempfile::TempDir;

#[test]
fn every_delivery_of_the_demo_is_read_but_what_is_meant_to_fail() {
    let layouts = BankLayouts::shipped().unwrap();
    let (mut broken, mut rejected) = (Vec::new(), Vec::new());
    for night in duizhang::demo::centre().nights {
        for (path, bytes) in night.inbox {
            let mut rejects = Vec::new();
            let summary = inspect(&path, &mut Cursor::new(bytes), &layouts, &mut |reject| {
                rejects.push(reject.to_string());
            });
            rejected.extend(rejects);
            match summary.error {
                Some(_) => broken.push(path),
                None => {
                    assert_ne!(summary.balance_ok, Some(false), "{path}");
                    assert!(summary.entries > 0, "{path}");
                }
            }
        }
    }
    assert_eq!(broken, ["对账单下载.csv"]);
    assert_eq!(rejected.len(), 1, "one row was typed by hand: {rejected:?}");
}

#[test]
fn the_demo_shows_every_outcome_and_its_books_are_whole() {
    let dir = TempDir::new().unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::cargo_bin("duizhang").unwrap();
        command.current_dir(dir.path()).args(args).assert().code(0).get_output().clone()
    };
    let output = run(&["demo", "centre"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("suspense-2026-06-03.html"), "it says where the report is: {said}");
    let config = ["--config", "centre/duizhang.toml"];
    let output = run(&[&["transactions", "--format", "json"], &config[..]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        seen.insert(row["outcome"].as_str().unwrap().to_owned());
        if row["outcome"] == "suspense" {
            seen.insert(row["reason"].as_str().unwrap().to_owned());
        }
    }
    let by_staff = [Outcome::Advance, Outcome::RefundDue, Outcome::Refunded];
    let by_engine = |outcome: &Outcome| !by_staff.contains(outcome);
    let outcomes = Outcome::ALL.into_iter().filter(by_engine).map(Outcome::code);
    let outcomes: Vec<&str> = outcomes.collect();
    let reasons = Reason::ALL.map(Reason::code);
    for code in outcomes.iter().chain(&reasons) {
        assert!(seen.contains(*code), "no transaction ends as {code}");
    }
    run(&[&["audit"], &config[..]].concat());
    // A second demo does not overwrite the first.
    let mut again = Command::cargo_bin("duizhang").unwrap();
    again.current_dir(dir.path()).args(["demo", "centre"]).assert().code(1);
}
