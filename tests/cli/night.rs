//! A night for scripts and schedulers: exit codes, files, and what does not change.
//!
//! Each test runs the real binary on a small centre in a folder of its own.

use crate::centre::{CCB, Centre, ICBC, NIGHT};
use std::fs;
use std::time::Duration;

#[test]
fn every_line_of_a_night_ends_where_the_contract_says() {
    let centre = Centre::after_a_night();
    let got = centre.outcomes();
    #[rustfmt::skip] // A table is read by column.
    let want = [
        ("S01", "matched"),
        ("S02", "suspense/cross-bank"),
        ("S03", "suspense/cross-bank"),
        ("S04", "suspense/underpaid"),
        ("S05", "suspense/notice-revoked"),
        ("S06", "suspense/no-reference"),
        ("S07", "ignored/debit"),
        ("S08", "suspense/unknown-reference"),
        ("S09", "matched"),
    ];
    for (serial, outcome) in want {
        assert_eq!(got[serial], outcome, "{serial}");
    }
    assert_eq!(got.len(), want.len());
    centre.run(&["audit"]).assert().code(0);
}

#[test]
fn a_night_leaves_a_report_in_four_forms_and_letters_to_those_with_an_address() {
    let centre = Centre::after_a_night();
    for ending in ["html", "xlsx", "csv", "json"] {
        let path = centre.path().join(format!("reports/suspense-{NIGHT}.{ending}"));
        assert!(path.metadata().unwrap().len() > 100, "{}", path.display());
    }
    let letters = centre.json(&["alert", "preview"]);
    let mut to: Vec<&str> =
        letters.iter().map(|letter| letter["recipient"].as_str().unwrap()).collect();
    to.sort_unstable();
    assert_eq!(to, ["", "gjj@e1.example.com", "gjj@e2.example.com"], "E3 has no address");
    let count = |folder: &str, ending: &str| {
        let files = fs::read_dir(centre.path().join(folder)).unwrap().map(Result::unwrap);
        files.filter(|file| file.path().extension().is_some_and(|found| found == ending)).count()
    };
    assert_eq!((count("outbox", "eml"), count("outbox/print", "html")), (2, 1));
    let mailed = letters.iter().find(|letter| letter["recipient"] != "").unwrap();
    let message = mailed["message"].as_str().unwrap();
    assert!(message.contains("Auto-Submitted: auto-generated"));
}

#[test]
fn a_night_run_twice_changes_no_byte() {
    let centre = Centre::after_a_night();
    let (before, digest) = (centre.files(), centre.digest());
    let output = centre.run(&["nightly", "--as-of", NIGHT, "--format", "json"]).assert().code(0);
    let row: serde_json::Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    assert_eq!((&row["new"], &row["letters"]), (&0.into(), &0.into()));
    assert_eq!(centre.digest(), digest);
    let after = centre.files();
    let changed: Vec<_> = after
        .iter()
        .filter(|(path, bytes)| before.get(*path) != Some(bytes))
        .map(|(path, _)| path)
        // The database counts its own commits.
        .filter(|path| path.extension().is_none_or(|ending| ending != "db"))
        .collect();
    assert!(changed.is_empty(), "{changed:?}");
    assert_eq!(before.len(), after.len());
}

#[test]
fn the_order_of_files_and_lines_changes_nothing() {
    let one = Centre::after_a_night();
    let other = Centre::new();
    fs::remove_file(other.path().join("inbox/may.csv")).unwrap();
    let mut lines: Vec<&str> = crate::centre::MAY.lines().collect();
    lines.reverse();
    let (second, first) = lines.split_at(4);
    // Overlapping, reversed, in two files.
    other.feed("inbox/a.csv", &format!("{}\n{}\n", second.join("\n"), first[0]));
    other.feed("inbox/b.csv", &format!("{}\n", first.join("\n")));
    other.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    assert_eq!(one.json(&["transactions"]), other.json(&["transactions"]));
    assert_eq!(one.digest(), other.digest());
    assert_eq!(one.books_digest(), other.books_digest());
    let letter_ids = |centre: &Centre| {
        let letters = centre.json(&["alert", "preview"]);
        letters.iter().map(|letter| letter["letter_id"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(letter_ids(&one), letter_ids(&other));
}

#[test]
fn ingest_and_match_are_the_halves_of_a_night() {
    let centre = Centre::new();
    let intakes = centre.json(&["ingest", "inbox/may.csv", "--as-of", NIGHT]);
    assert_eq!((&intakes[0]["outcome"], &intakes[0]["new"]), (&"taken".into(), &9.into()));
    assert!(centre.outcomes().values().all(String::is_empty), "nothing is judged yet");
    let verdict = centre.json(&["match", "--as-of", NIGHT]);
    assert_eq!((&verdict[0]["matched"], &verdict[0]["suspense"]), (&2.into(), &6.into()));
    assert_eq!(centre.outcomes(), Centre::after_a_night().outcomes());
    let again = centre.json(&["ingest", "inbox/may.csv", "--as-of", NIGHT]);
    assert_eq!(again[0]["outcome"], "seen-before");
}

#[test]
fn a_file_that_cannot_be_read_lies_in_quarantine_and_the_code_is_3() {
    let centre = Centre::new();
    centre.write("inbox/login.csv", "<html>会话超时</html>\n".as_bytes());
    let said = centre.stderr(&["nightly", "--as-of", NIGHT], 3);
    assert!(said.contains("login.csv"), "{said}");
    let mut held = Vec::new();
    for (path, _) in centre.files() {
        let below = path.strip_prefix(centre.path()).unwrap();
        if below.starts_with("quarantine") {
            held.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    assert_eq!(held, ["login.csv", "login.csv.reason.txt"]);
    assert_eq!(centre.outcomes().len(), 9, "the other file went in");
    // The same night again: still quarantined, nothing new.
    centre.stderr(&["nightly", "--as-of", NIGHT], 3);
}

#[test]
fn a_file_without_an_account_belongs_to_the_account_of_its_folder() {
    let centre = Centre::new();
    fs::remove_file(centre.path().join("inbox/may.csv")).unwrap();
    let feed = "交易日期,收入金额,支出金额,附言,交易流水号\n20260511,900.00,,P1000000005,X1\n";
    let (gbk, _, _) = encoding_rs::GB18030.encode(feed);
    centre.write(&format!("inbox/{CCB}/gbk.csv"), &gbk);
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let rows = centre.json(&["transactions"]);
    assert_eq!((&rows[0]["account"], &rows[0]["outcome"]), (&CCB.into(), &"matched".into()));
    // Directly in the inbox its owner is unknown.
    centre.write("inbox/gbk2.csv", feed.replace("X1", "X2").as_bytes());
    centre.stderr(&["nightly", "--as-of", NIGHT], 3);
    assert_eq!(centre.json(&["transactions"]).len(), 1);
}

#[test]
fn a_row_that_cannot_be_read_is_set_aside_and_the_code_is_3() {
    let centre = Centre::new();
    let row = |serial, day| format!("{ICBC},{serial},2026-05-{day},09:00:00,贷,1.00,,,转账,x\n");
    let rows = format!("{}{}", row("S10", 15), row("S11", 32));
    centre.feed("inbox/more.csv", &rows);
    let said = centre.stderr(&["nightly", "--as-of", NIGHT], 3);
    assert!(said.contains("1 rows unreadable"), "{said}");
    let report = fs::read_to_string(centre.path().join(format!("reports/suspense-{NIGHT}.json")));
    assert!(report.unwrap().contains("more.csv:3"), "the report names the place");
}

#[test]
fn the_same_identity_with_other_content_is_set_aside_and_named() {
    let centre = Centre::after_a_night();
    let rows = format!("{ICBC},S01,2026-05-11,09:00:00,贷,1200.01,,,转账,P1000000001\n");
    centre.feed("inbox/changed.csv", &rows);
    let said = centre.stderr(&["nightly", "--as-of", "2026-06-11"], 3);
    assert!(said.contains("1 rows that contradict"), "{said}");
    assert_eq!(centre.outcomes()["S01"], "matched");
    centre.run(&["audit"]).assert().code(0);
}

#[test]
fn two_real_equal_payments_are_two_payments() {
    let centre = Centre::new();
    let row = |serial: &str| {
        format!("{ICBC},{serial},2026-05-15,10:00:00,贷,900.00,,乙示例有限公司,转账,P1000000005\n")
    };
    centre.feed("inbox/twice.csv", &format!("{}{}", row("T1"), row("T2")));
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let outcomes = centre.outcomes();
    assert_eq!(outcomes["T1"], "matched");
    assert_eq!(outcomes["T2"], "suspense/notice-already-paid");
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let centre = Centre::new();
    let before = centre.files();
    let dry = centre.json(&["nightly", "--as-of", NIGHT, "--dry-run"]);
    assert_eq!(centre.files(), before, "not a byte");
    let wet = centre.json(&["nightly", "--as-of", NIGHT]);
    assert_eq!(dry, wet);
}

#[test]
fn another_run_that_holds_the_centre_ends_in_4() {
    let centre = Centre::after_a_night();
    let lock = centre.path().join("duizhang.db.1.lock");
    let open = fs::File::options().create(true).truncate(false).write(true).open(lock);
    let held = open.unwrap();
    held.lock().unwrap();
    let said = centre.stderr(&["nightly", "--as-of", NIGHT], 4);
    assert!(said.contains("another run holds the centre"), "{said}");
    // Reading commands do not wait.
    centre.run(&["transactions"]).assert().code(0);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(400));
            drop(held);
        });
        centre.run(&["nightly", "--as-of", NIGHT, "--lock-wait", "60"]).assert().code(0);
    });
}

#[test]
fn a_wrong_rule_is_shown_in_its_place_and_the_code_is_2() {
    let centre = Centre::new();
    let path = centre.path().join("rules/matching.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("lag_working_days", "lag_workin_days")).unwrap();
    for command in [&["nightly", "--as-of", NIGHT][..], &["rules", "check"], &["audit"]] {
        let said = centre.stderr(command, 2);
        assert!(said.contains("rules/matching.toml:"), "{said}");
        assert!(said.contains("lag_workin_days"), "the line is shown: {said}");
    }
    fs::remove_file(&path).unwrap();
    centre.run(&["rules", "check"]).assert().code(0);
    centre.write("rules/remarks.toml", b"");
    let said = centre.stderr(&["rules", "check"], 2);
    assert!(said.contains("remarks.toml"), "a mistyped file name is no rule: {said}");
}

#[test]
fn a_wrong_setting_is_shown_in_its_place_and_the_code_is_2() {
    let centre = Centre::new();
    centre.write("duizhang.toml", "databse = \"sqlite://duizhang.db\"\n".as_bytes());
    let said = centre.stderr(&["audit"], 2);
    assert!(said.contains("duizhang.toml:1:1") && said.contains("databse"), "{said}");
}

#[test]
fn what_the_world_breaks_is_1_and_says_what_to_do() {
    let centre = Centre::new();
    let said = centre.stderr(&["audit", "--database", "sqlite://nowhere.db"], 1);
    assert!(said.contains("nowhere.db") && said.contains("duizhang init"), "{said}");
    let said = centre.stderr(&["ingest", "absent.csv"], 1);
    assert!(said.contains("cannot open absent.csv"), "{said}");
    let said = centre.stderr(&["nightly", "--inbox", "nowhere"], 1);
    assert!(said.contains("nowhere"), "{said}");
}
