//! 查询打印 from the outside: an employer's log, registers, transfers, employees and statement.

use crate::centre::{Centre, ICBC};
use crate::postgres;
use serde_json::{Value, json};

const MAY: &str = r#"{"op":"open_employer","on":"2026-05-06","employer_id":"H1","name":"手册示例公司","kind":"company","employer_rate":"0.08","employee_rate":"0.08","first_month":"2026-05","channel":"counter","by":"017"}
{"op":"open_employer","on":"2026-05-06","employer_id":"H2","name":"另一公司","kind":"company","employer_rate":"0.08","employee_rate":"0.08","first_month":"2026-05","channel":"counter"}
{"op":"open_account","on":"2026-05-07","employer_id":"H1","id_no":"11010519491231002X","name":"张某","base":"5000.00","month":"2026-05","employee_id":"A1"}
{"op":"open_account","on":"2026-05-07","employer_id":"H1","id_no":"440524194910010012","name":"李某","base":"6000.00","month":"2026-05","employee_id":"A2"}
{"op":"remit","on":"2026-05-09","employer_id":"H1","month":"2026-05"}
{"op":"issue_notice","on":"2026-05-09","employer_id":"H1","months":["2026-05"],"supplements":true}"#;

/// After May's money: A2 moves to the other employer, a base is adjusted and revoked, and more.
const JUNE: &str = r#"{"op":"seal","on":"2026-06-15","employer_id":"H1","employee_id":"A2","month":"2026-06","reason":"离职"}
{"op":"transfer","on":"2026-06-15","employee_id":"A2","from_employer":"H1","to_employer":"H2","city":"柳州市"}
{"op":"adjust_base","on":"2026-06-16","employer_id":"H1","employee_id":"A1","base":"5200.00","month":"2026-06"}
{"op":"revoke","on":"2026-06-16","employer_id":"H1","month":"2026-06","op_line":3}
{"op":"save_register","on":"2026-06-16","employer_id":"H1","month":"2026-06","register":{"seal":[{"employee_id":"A1","reason":"离职"}]}}
{"op":"book_appointment","on":"2026-06-16","employer_id":"H1","branch":"示例网点","date":"2026-06-23","slot":"09:00","business":"开户","contact":"经办人"}"#;

fn apply(centre: &Centre, lines: &str, by: &str) -> Vec<Value> {
    let mut command = centre.run(&["apply", "-", "--by", by]);
    let output = command.write_stdin(lines.to_owned()).assert().code(0).get_output().clone();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A centre in which H1 has done all of that; with May's reference.
fn filed(centre: Centre) -> (Centre, String) {
    let answers = apply(&centre, MAY, "经办人甲");
    let reference = answers.last().unwrap()["reference"].as_str().unwrap().to_owned();
    let remark = format!(
        "{ICBC},H01,2026-06-11,09:00:00,贷,1760.00,6200000000000000009,手册示例公司,转账,{reference}\n"
    );
    centre.feed("inbox/H01.csv", &remark);
    centre.run(&["nightly", "--as-of", "2026-06-12"]).assert().code(0);
    apply(&centre, JUNE, "018");
    (centre, reference)
}

/// The named columns of the output, a row as one text.
fn shown(centre: &Centre, args: &[&str], columns: &[&str]) -> Vec<String> {
    let cell = |row: &Value, key: &str| match row[key].as_str() {
        Some(text) => text.to_owned(),
        None if row[key].is_null() => "-".to_owned(),
        None => row[key].to_string(),
    };
    let rows = centre.json(&[&["show"], args].concat());
    let line = |row: &Value| columns.iter().map(|key| cell(row, key)).collect::<Vec<_>>().join(" ");
    rows.iter().map(line).collect()
}

#[track_caller]
fn same(found: &[String], expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).collect();
    assert_eq!(found, expected);
}

fn everything_is_shown(centre: &Centre, reference: &str) {
    let log =
        shown(centre, &["log", "H1"], &["on", "by", "kind", "what", "subject", "amount", "state"]);
    let booked = log.last().unwrap().split(' ').nth(4).unwrap().to_owned();
    same(
        &log,
        &format!(
            "2026-05-06 017 submitted open_employer 手册示例公司 - -
            2026-05-07 经办人甲 submitted open_account H1-R2 - completed
            2026-05-07 经办人甲 submitted open_account H1-R3 - completed
            2026-05-09 经办人甲 submitted remit 2026-05 1760.00 paid
            2026-05-09 经办人甲 submitted issue_notice {reference} 1760.00 paid
            2026-06-12 - paid settle {reference} 1760.00 paid
            2026-06-15 018 submitted seal H1-R7 - submitted
            2026-06-15 018 submitted transfer H1-R8 - submitted
            2026-06-16 018 submitted adjust_base H1-R9 - revoked
            2026-06-16 018 revoked revoke H1-R9 - revoked
            2026-06-16 018 saved seal H1-R11 - saved
            2026-06-16 018 appointment book_appointment {booked} - booked"
        ),
    );
    let by_kind = |kind: &str, month: &str| {
        shown(centre, &["log", "H1", "--kind", kind, "--month", month], &["what"])
    };
    same(&by_kind("paid", "2026-06"), "settle");
    same(&by_kind("submitted", "2026-06"), "seal\ntransfer\nadjust_base");
    same(&by_kind("revoked", "2026-06"), "revoke");
    same(&by_kind("appointment", "2026-06"), "book_appointment");
    same(&by_kind("appointment", "2026-05"), "");
    let whens = centre.json(&["show", "log", "H1"]);
    assert!(whens[0]["at"].as_i64().unwrap() > 1_700_000_000 && whens[5]["at"].is_null());

    let columns = ["register_id", "kind", "month", "status", "headcount"];
    same(
        &shown(centre, &["registers", "H1"], &columns),
        "H1-R2 open_account 2026-05 completed 1
        H1-R3 open_account 2026-05 completed 1
        H1-R7 seal 2026-06 submitted 1
        H1-R8 transfer_out 2026-06 submitted 1
        H1-R9 adjust_base 2026-06 revoked 1
        H1-R11 seal 2026-06 saved 1",
    );
    same(
        &shown(centre, &["registers", "H1", "--kind", "seal", "--status", "saved"], &columns),
        "H1-R11 seal 2026-06 saved 1",
    );
    let opened = &centre.json(&["show", "registers", "H1", "--month", "2026-05"])[0];
    assert_eq!(opened["lines"], json!([{"employee_id": "A1", "base": "5000.00"}]));

    let columns = ["on", "direction", "employee_id", "name", "other_employer", "amount", "status"];
    same(
        &shown(centre, &["transfers", "H1"], &columns),
        "2026-06-15 out A2 李某 H2 960.00 submitted",
    );
    same(
        &shown(centre, &["transfers", "H2"], &columns),
        "2026-06-15 in A2 李某 H1 960.00 submitted",
    );
}

fn people_and_money_are_shown(centre: &Centre, reference: &str) {
    let columns = ["employee_id", "name", "document", "status", "base", "balance"];
    let employees = |args: &[&str]| shown(centre, &[&["employees"], args].concat(), &columns);
    same(&employees(&["H1"]), "A1 张某 ····002X active 5000.00 800.00");
    same(&employees(&["H1", "--status", "transferred"]), "A2 李某 ····0012 transferred 0.00 0.00");
    same(&employees(&["H2", "--name", "李"]), "A2 李某 ····0012 sealed 6000.00 960.00");
    same(&employees(&["H2", "--status", "active"]), "");
    same(
        &employees(&["H1", "--document", "11010519491231002x"]),
        "A1 张某 ····002X active 5000.00 800.00",
    );
    same(&employees(&["H1", "--document", "440524194910010012"]), "");

    let columns = ["on", "kind", "reference", "subject", "debit", "credit", "balance"];
    same(
        &shown(centre, &["statement", "H1"], &columns),
        &format!(
            "2026-06-12 settlement {reference} 101 住房公积金存款 1760.00 0.00 1760.00
            2026-06-12 settlement {reference} 201 住房公积金 0.00 1760.00 1760.00
            2026-06-15 transfer_out - 201 住房公积金 960.00 0.00 800.00
            2026-06-15 transfer_out - 21906 内部转移 0.00 960.00 960.00"
        ),
    );
    // Entries outside a month count in its balances.
    let later = shown(centre, &["statement", "H2", "--month", "2026-06"], &columns);
    same(
        &later,
        "2026-06-15 transfer_in - 21906 内部转移 960.00 0.00 -960.00
        2026-06-15 transfer_in - 201 住房公积金 0.00 960.00 960.00",
    );
    let columns = ["on", "kind", "for_month", "reference", "employer_share", "amount", "balance"];
    let movements = |employer: &str, employee: &str| {
        shown(centre, &["statement", employer, "--employee", employee], &columns)
    };
    same(
        &movements("H1", "A2"),
        &format!(
            "2026-06-12 remittance 2026-05 {reference} 480.00 960.00 960.00
            2026-06-15 transfer_out - - 0.00 -960.00 0.00"
        ),
    );
    same(&movements("H2", "A2"), "2026-06-15 transfer_in - - 0.00 960.00 960.00");
    same(&movements("H1", "A9"), "");
}

#[test]
fn what_an_employer_did_and_has_is_shown() {
    let (centre, reference) = filed(Centre::after_a_night());
    everything_is_shown(&centre, &reference);
    people_and_money_are_shown(&centre, &reference);
    // Also as a table and as CSV; a number is masked in every format.
    let csv = centre.run(&["show", "employees", "H1", "--format", "csv"]).assert().code(0);
    let csv = String::from_utf8(csv.get_output().stdout.clone()).unwrap();
    assert!(
        csv.starts_with("employee_id,name,document,status,") && !csv.contains("11010519491231002X")
    );
    let table = centre.run(&["show", "log", "H1"]).assert().code(0);
    let table = String::from_utf8(table.get_output().stdout.clone()).unwrap();
    assert!(table.contains("issue_notice") && table.contains("1,760.00"), "{table}");

    // A notice without lines is in no voucher, but the statement has it.
    let imported = shown(&centre, &["statement", "E1"], &["kind", "subject", "credit", "balance"]);
    let clearing = imported.iter().rev().find(|row| row.contains("待分摊")).unwrap();
    let held = &centre.json(&["show", "employer", "E1"])[0]["clearing"];
    assert!(clearing.ends_with(held.as_str().unwrap()), "{clearing}, {held}");
}

#[test]
fn it_is_the_same_on_postgresql() {
    let Some(database) = postgres::database("history") else { return };
    let (centre, reference) = filed(Centre::on(&database, "1"));
    everything_is_shown(&centre, &reference);
    people_and_money_are_shown(&centre, &reference);
}

#[test]
fn an_unknown_employer_fails_and_a_flag_that_does_not_go_with_it_is_wrong_usage() {
    let centre = Centre::after_a_night();
    for what in ["log", "registers", "transfers", "employees", "statement"] {
        assert!(centre.stderr(&["show", what, "H9"], 1).contains("no employer H9"), "{what}");
    }
    for flags in [
        ["log", "--name"],
        ["employees", "--kind"],
        ["statement", "--status"],
        ["employer", "--employee"],
    ] {
        let said = centre.stderr(&["show", flags[0], "E1", flags[1], "x"], 2);
        assert!(said.contains(&format!("{} does not go", flags[1])), "{said}");
    }
}
