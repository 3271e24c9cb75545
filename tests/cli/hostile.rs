//! Malicious files and entries beside a good file of another bank, with the program's exit code and standard error.

use super::centre::{CCB, Centre, ICBC, NIGHT};
use super::workbook::{FAR_CELL, MANY_STRINGS, NO_STRINGS, statement, xls_with_a_far_cell, xlsx};
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

/// Goal: no workbook and no entry of the inbox delays the money of other banks, and logs contain none of their text.
#[test]
fn whatever_lies_in_the_inbox_the_other_bank_s_money_is_matched() {
    let centre = Centre::new();
    let good = statement(CCB, "X1", "7.00", "公积金");
    let beyond = "<row r=\"1048577\"><c r=\"A1048577\"><v>1</v></c></row>";
    for (name, bytes) in [
        ("far.xlsx", xlsx(&format!("{good}{FAR_CELL}"), NO_STRINGS)),
        ("strings.xlsx", xlsx(&good, MANY_STRINGS)),
        ("beyond.xlsx", xlsx(&format!("{good}{beyond}"), NO_STRINGS)),
        ("far.xls", xls_with_a_far_cell()),
        ("strange.csv", "甲公司,王五,P1000000001\n13800000000,x,y\n".as_bytes().to_vec()),
    ] {
        centre.write(&format!("inbox/{CCB}/{name}"), &bytes);
    }
    // It names an account that is none of the centre's.
    let other = "9999000000000012345";
    centre.feed("inbox/other.csv", &format!("{other},X9,2026-05-11,09:00:00,贷,1.00,,甲,转账,x\n"));
    let inbox = centre.path().join("inbox");
    symlink("/etc/passwd", inbox.join("esc\x1b[2J.csv")).unwrap();
    assert!(
        std::process::Command::new("mkfifo").arg(inbox.join("pipe")).status().unwrap().success()
    );
    centre.write("inbox/still.csv.filepart", b"half");
    let began = Instant::now();
    let said = centre.stderr(&["nightly", "--as-of", NIGHT], 3);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let outcomes = centre.outcomes();
    assert_eq!(
        outcomes.len(),
        10,
        "nine of May, and the one that both workbooks bring: {outcomes:?}"
    );
    for want in [
        "far.xls: the reader was stopped: it ended by signal 6",
        "beyond.xlsx: expected cells within 1,048,576 rows and 16,384 columns, found something else",
        "strange.csv: line 1: expected the headings of a statement, found none that is known",
        "other.csv: line 2: own account ····2345 is none of the centre's",
        "esc\\u{1b}[2J.csv: not a regular file but a link",
        "pipe: not a regular file but a pipe",
    ] {
        assert!(said.contains(want), "{want} not in {said}");
    }
    for not in [CCB, ICBC, other, "甲公司", "王五", "13800000000", "\x1b", "filepart", "root:"]
    {
        assert!(!said.contains(not), "{not} in {said}");
    }
    let reason = |name: &str| {
        let place = centre.path().join("quarantine").join(format!("{name}.reason.txt"));
        std::fs::read_to_string(place).unwrap()
    };
    assert!(reason(&format!("{CCB}/strange.csv")).contains("甲公司,王五"));
    assert!(reason("_/other.csv").contains(other), "in full beside the file");
    assert!(reason(&format!("{CCB}/far.xls")).contains("读取该文件时程序异常中止"));
    let report = centre.path().join(format!("reports/suspense-{NIGHT}.html"));
    let report = std::fs::read_to_string(report).unwrap();
    assert!(report.contains("esc\\u{1b}[2J.csv") && !report.contains('\x1b'));
    // While they are there, the exit code asks for a person; nothing else changes.
    centre.stderr(&["nightly", "--as-of", NIGHT], 3);
    assert_eq!(centre.outcomes(), outcomes);
}

#[test]
fn what_is_no_file_is_refused_where_it_is_named() {
    let centre = Centre::new();
    let pipe = centre.path().join("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for name in ["pipe.csv", "/dev/zero", "inbox", "nowhere.csv"] {
        for command in [["ingest", name, "--as-of", NIGHT].as_slice(), &["feed", "inspect", name]] {
            let said = centre.stderr(command, 1);
            assert!(said.contains(&format!("cannot open {name}")), "{command:?}: {said}");
        }
    }
    // A link that a person names is followed: the person means its target.
    symlink("inbox/may.csv", centre.path().join("link.csv")).unwrap();
    let taken = centre.json(&["ingest", "link.csv", "--as-of", NIGHT]);
    assert_eq!(taken[0]["outcome"], "taken");
}

#[test]
fn a_list_in_a_workbook_is_read_whatever_it_says_of_itself() {
    let centre = Centre::new();
    let cells = |line: u32, cells: [&str; 2]| {
        let cell = |(column, text): (char, &str)| {
            format!("<c r=\"{column}{line}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
        };
        let cells: String = ('A'..).zip(cells).map(cell).collect();
        format!("<row r=\"{line}\">{cells}</row>")
    };
    let rows = cells(1, ["employer_id", "name"]) + &cells(2, ["E9", "示例壬公司"]);
    centre.write("employers.xlsx", &xlsx(&rows, MANY_STRINGS));
    let done = centre.json(&["import", "employers", "employers.xlsx"]);
    assert_eq!(done[0]["added"], 1);
    // A cell in a column without a heading is reported, and nothing is imported.
    centre.write("employers.xlsx", &xlsx(&format!("{rows}{FAR_CELL}"), NO_STRINGS));
    let said = centre.stderr(&["import", "employers", "employers.xlsx"], 1);
    assert!(said.contains("employers.xlsx:1048576"), "{said}");
}
