//! Output of commands for programs, key by key, and what staff can do with items in suspense.

use crate::centre::{Centre, ICBC, NIGHT};
use std::io::Read;
use std::process::Stdio;

/// The unchanged lines of a command with `--format json`.
fn lines(centre: &Centre, args: &[&str], input: &str) -> Vec<String> {
    let output = centre
        .run(args)
        .args(["--format", "json"])
        .write_stdin(input.as_bytes())
        .assert()
        .get_output()
        .clone();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_transaction_has_the_keys_of_the_contract() {
    let centre = Centre::after_a_night();
    let rows = centre.json(&["transactions", "--reference", "P1000000006"]);
    let row = rows[0].as_object().unwrap();
    #[rustfmt::skip] // A table is read by column.
    let want = [
        ("account",   serde_json::json!(ICBC)),
        ("serial",    "S09".into()),
        ("booked_on", "2026-05-14".into()),
        ("direction", "credit".into()),
        ("amount",    "1000.00".into()),
        ("remark",    "Ｐ１００００００００６".into()),
        ("reference", "P1000000006".into()),
        ("outcome",   "matched".into()),
        ("reason",    serde_json::Value::Null),
        ("notice",    "P1000000006".into()),
    ];
    for (key, value) in want {
        assert_eq!(row.get(key), Some(&value), "{key}");
    }
    let rows = centre.json(&["transactions", "--outcome", "ignored"]);
    assert_eq!((&rows[0]["direction"], &rows[0]["reason"]), (&"debit".into(), &"debit".into()));
    let rows = centre.json(&["transactions", "--reason", "underpaid"]);
    assert_eq!((&rows[0]["serial"], &rows[0]["notice"]), (&"S04".into(), &serde_json::Value::Null));
}

#[test]
fn lists_can_be_narrowed() {
    let centre = Centre::after_a_night();
    #[rustfmt::skip] // A table is read by column.
    let rows: [(&[&str], usize); 8] = [
        (&["transactions"],                              9),
        (&["transactions", "--outcome", "suspense"],     6),
        (&["transactions", "--from", "2026-05-13"],      5),
        (&["transactions", "--to", "2026-05-11"],        2),
        (&["transactions", "--limit", "3"],              3),
        (&["notices", "--status", "paid"],               2),
        (&["notices", "--employer", "E1"],               2),
        (&["suspense", "list", "--reason", "cross-bank"], 2),
    ];
    for (args, want) in rows {
        assert_eq!(centre.json(args).len(), want, "{args:?}");
    }
    let said = centre.stderr(&["transactions", "--reason", "unpaid"], 2);
    assert!(said.contains("underpaid"), "the reasons there are: {said}");
}

#[test]
fn csv_has_a_header_of_the_same_keys() {
    let centre = Centre::after_a_night();
    let output = centre.run(&["notices", "--format", "csv"]).assert().code(0).get_output().clone();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some(
            "reference,employer_id,employer,amount,issued_on,month,status,settled_on,from_advance,payable"
        )
    );
    assert_eq!(
        lines.next(),
        Some(
            "P1000000001,E1,甲示例有限公司,1200.00,2026-05-01,2026-05,paid,2026-06-10,0.00,1200.00"
        )
    );
}

#[test]
fn csv_for_a_spreadsheet_begins_no_formula_and_all_else_is_said_as_it_is() {
    let centre = Centre::new();
    let remark = "=HYPERLINK(\"//evil\") P1906133753";
    let said = |args: &[&str]| {
        let output =
            centre.run(&[&["remark", remark], args].concat()).assert().code(0).get_output().clone();
        String::from_utf8(output.stdout).unwrap()
    };
    let quoted = remark.replace('"', "\"\"");
    let exact = said(&["--format", "csv"]);
    assert!(exact.lines().nth(1).unwrap().starts_with(&format!("\"{quoted}\"")), "{exact}");
    for args in [&["--for-spreadsheet"][..], &["--format", "csv", "--for-spreadsheet"]] {
        let guarded = said(args);
        assert!(guarded.starts_with('\u{FEFF}'), "{guarded:?}");
        assert!(guarded.contains(&format!("\r\n\"'{quoted}\"")), "{guarded:?}");
    }
    centre.stderr(&["remark", remark, "--format", "json", "--for-spreadsheet"], 2);
}

#[test]
fn a_remark_is_answered_line_by_line() {
    let centre = Centre::new();
    assert_eq!(
        lines(&centre, &["remark"], "P1906133753\r\n\nP1906133753 P1906133754\n"),
        [
            r#"{"remark":"P1906133753","plain":"P1906133753","reference":"P1906133753","certainty":"certain","candidates":["P1906133753"],"advice":[],"span":[0,11]}"#,
            r#"{"remark":"","plain":"","reference":null,"certainty":"none","candidates":[],"advice":[],"span":null}"#,
            r#"{"remark":"P1906133753 P1906133754","plain":"P1906133753 P1906133754","reference":null,"certainty":"ambiguous","candidates":["P1906133753","P1906133754"],"advice":["several_references"],"span":null}"#,
        ]
    );
    assert_eq!(
        lines(&centre, &["remark", "--stdin-json"], "\"P190613\\n3753\"\n"),
        [
            r#"{"remark":"P190613\n3753","plain":"P1906133753","reference":"P1906133753","certainty":"certain","candidates":["P1906133753"],"advice":["broken_by_space"],"span":[0,12]}"#
        ]
    );
}

#[test]
fn a_file_is_inspected_without_a_database() {
    let centre = Centre::new();
    std::fs::remove_file(centre.path().join("duizhang.db")).unwrap();
    let got = lines(&centre, &["feed", "inspect", "inbox/may.csv", "duizhang.toml"], "");
    // `feed.rs` tests the blocks after it.
    let (figures, _) = got[0].split_once(",\"blocks\":").unwrap();
    assert_eq!(
        figures,
        r#"{"file":"inbox/may.csv","format":"csv","encoding":"utf-8","statements":2,"entries":9,"transactions":9,"sum_credit":"3916.99","sum_debit":"15.00","currency":"CNY","opening":null,"closing":null,"balance_ok":null,"rejected":0,"error":null,"flags":[]"#
    );
    assert!(got[1].contains(r#""error":""#), "{}", got[1]);
    centre.run(&["feed", "inspect", "inbox/may.csv"]).assert().code(0);
    centre.run(&["feed", "inspect", "duizhang.toml"]).assert().code(3);
}

#[test]
fn an_import_takes_all_of_a_file_or_nothing() {
    let centre = Centre::new();
    let bad = "reference,employer_id,amount,issued_on,month\n\
               P2000000001,E1,10.00,2026-05-01,2026-05\n\
               P2000000002,E1,10.001,2026-05-01,2026-05\n";
    centre.write("bad.csv", bad.as_bytes());
    let said = centre.stderr(&["import", "notices", "bad.csv"], 1);
    assert!(
        said.contains("bad.csv:3:C: amount \"10.001\": expected at most two decimals"),
        "{said}"
    );
    assert!(centre.json(&["notices", "--reference", "P2000000001"]).is_empty());
    let good = bad.replace("10.001", "10.00");
    let (gbk, _, _) = encoding_rs::GB18030.encode(&good);
    centre.write("good.csv", &gbk);
    let dry = centre.json(&["import", "notices", "good.csv", "--dry-run"]);
    assert_eq!(dry[0]["added"], 2);
    assert!(centre.json(&["notices", "--reference", "P2000000001"]).is_empty());
    let done = centre.json(&["import", "notices", "good.csv"]);
    assert_eq!((&done[0]["added"], &done[0]["unchanged"]), (&2.into(), &0.into()));
    let again = centre.json(&["import", "notices", "good.csv"]);
    assert_eq!((&again[0]["added"], &again[0]["unchanged"]), (&0.into(), &2.into()));
}

#[test]
fn what_staff_decide_moves_the_money_and_stays() {
    let centre = Centre::after_a_night();
    let by = ["--by", "017", "--note", "来函确认", "--as-of", "2026-06-11"];
    let resolve = |ids: &[&str], how: &[&str], code: i32| {
        let args = [&["suspense", "resolve"], ids, how, &by].concat();
        centre.stderr(&args, code)
    };
    // The sums must be equal; then two parts at two banks pay one notice.
    assert!(resolve(&["S02"], &["--notice", "P1000000002"], 1).contains("expected amounts"));
    resolve(&["S02", "S03"], &["--notice", "P1000000002"], 0);
    resolve(&["S05"], &["--refund"], 0);
    resolve(&["S06"], &["--advance"], 0);
    resolve(&["S08"], &["--not-ours"], 0);
    assert!(resolve(&["S05"], &["--refund"], 1).contains("nothing hangs under"));
    assert_eq!(centre.outcomes()["S02"], "matched");
    assert_eq!(centre.json(&["suspense", "list"]).len(), 1);
    let places = centre.json(&["audit"]);
    let at = |place: &str| {
        let row = places.iter().find(|row| row["place"] == place).unwrap();
        row["amount"].as_str().unwrap().to_owned()
    };
    assert_eq!(at("employee-accounts"), "2700.00");
    assert_eq!((at("refund-due"), at("advance")), ("300.00".into(), "77.00".into()));
    // Lists give the outcome of the money, not its suspense.
    let outcomes = centre.outcomes();
    let said = ["S05", "S06", "S08"].map(|serial| outcomes[serial].as_str());
    assert_eq!(said, ["refund-due", "advance", "ignored/not-ours"]);
    // The next run changes none of it.
    centre.run(&["nightly", "--as-of", "2026-06-12"]).assert().code(0);
    assert_eq!(centre.json(&["suspense", "list"]).len(), 1);
    assert_eq!(centre.json(&["audit"]), places);
}

#[test]
fn an_item_is_shown_with_why_and_what_comes_nearest() {
    let centre = Centre::after_a_night();
    let output = centre.run(&["suspense", "show", "S04"]).assert().code(0).get_output().clone();
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["underpaid", "少缴", "799.99", "[P1000000003]", "nearest notices"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let item = &centre.json(&["suspense", "show", "S04"])[0];
    assert_eq!(item["reason"], "underpaid");
    centre.stderr(&["suspense", "show", "nothing"], 1);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let centre = Centre::after_a_night();
    let mut remarks = std::process::Command::new(assert_cmd::cargo::cargo_bin("duizhang"))
        .args(["remark", "--format", "json", "P1906133753"])
        .current_dir(centre.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(remarks.stdout.take());
    let mut said = String::new();
    remarks.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((remarks.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
fn doctor_says_what_is_in_its_place_and_what_is_not() {
    let centre = Centre::new();
    centre.run(&["doctor"]).assert().code(0);
    std::fs::remove_dir(centre.path().join("outbox")).unwrap();
    let output = centre.run(&["doctor", "--format", "json"]).assert().code(1).get_output().clone();
    assert!(String::from_utf8(output.stdout).unwrap().contains(r#""what":"outbox","holds":false"#));
    assert!(NIGHT > "2026");
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let centre = Centre::after_a_night();
    let elsewhere = centre.path().join("elsewhere.toml");
    std::fs::write(&elsewhere, "[centre]\ncode = \"other\"\n").unwrap();
    let count = |command: &mut assert_cmd::Command| {
        let output = command.args(["transactions", "--format", "json"]).assert().code(0);
        output.get_output().stdout.iter().filter(|byte| **byte == b'\n').count()
    };
    assert_eq!(count(centre.run(&[]).env("DUIZHANG_CENTRE", "other")), 0);
    assert_eq!(count(centre.run(&["--centre", "1"]).env("DUIZHANG_CENTRE", "other")), 9);
    assert_eq!(count(centre.run(&[]).env("DUIZHANG_CONFIG", &elsewhere)), 0);
}
