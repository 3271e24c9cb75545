//! `refunds`: from the decision in suspense to the bank's debit, with files and exit codes.

use super::centre::{Centre, ICBC};
use std::fs;

const PAYER: &str = "6200000000000000001";

/// S06, 77.00 without a reference, is to be returned.
fn decided() -> Centre {
    let centre = Centre::after_a_night();
    let resolve = ["suspense", "resolve", "S06", "--refund", "--by", "017", "--note", "重复缴款"];
    centre.run(&resolve).args(["--as-of", "2026-06-10"]).assert().code(0);
    centre
}

fn refund(centre: &Centre) -> String {
    centre.json(&["refunds", "list"])[0]["refund"].as_str().unwrap().to_owned()
}

#[test]
fn a_refund_is_listed_exported_once_and_ends_with_the_banks_debit() {
    let centre = decided();
    let listed = centre.json(&["refunds", "list"]);
    assert_eq!(listed.len(), 1);
    let (row, reference) = (&listed[0], refund(&centre));
    assert_eq!(row["reference"], reference.as_str());
    for (key, want) in [
        ("payee", "甲示例有限公司"),
        ("account", PAYER),
        ("amount", "77.00"),
        ("state", "due"),
        ("why", "重复缴款"),
        ("approved_by", "017"),
        ("decided_on", "2026-06-10"),
        ("item", "2100000000000000017/S06"),
    ] {
        assert_eq!(row[key], want, "{key}");
    }
    let table = centre.run(&["refunds", "list"]).output().unwrap();
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("····0001") && !table.contains(PAYER), "{table}");

    centre.run(&["refunds", "export", "--out", "out.csv", "--dry-run"]).assert().code(0);
    assert!(!centre.path().join("out.csv").exists(), "a dry run writes nothing");
    assert_eq!(centre.json(&["refunds", "list"])[0]["state"], "due");
    centre
        .run(&["refunds", "export", "--out", "out.csv", "--as-of", "2026-06-11"])
        .assert()
        .code(0);
    let file = fs::read_to_string(centre.path().join("out.csv")).unwrap();
    assert!(file.starts_with('\u{feff}'));
    let rows: Vec<&str> = file.trim().lines().skip(1).collect();
    let want =
        format!("{reference},甲示例有限公司,{PAYER},,77.00,{reference},重复缴款,2026-05-13,{ICBC}");
    assert_eq!(rows, [want.as_str()]);
    let row = &centre.json(&["refunds", "list"])[0];
    assert_eq!((&row["state"], &row["exported_on"]), (&"exported".into(), &"2026-06-11".into()));
    let again = centre.run(&["refunds", "export"]).output().unwrap();
    assert_eq!(String::from_utf8(again.stdout).unwrap().lines().count(), 1, "nothing twice");
    let again = centre.run(&["refunds", "export", "--again"]).output().unwrap();
    assert_eq!(String::from_utf8(again.stdout).unwrap().lines().count(), 2);
    let trail = centre.json(&["trail", "--event", "exported"]);
    assert_eq!(trail.len(), 2, "each export is told, the rehearsal is not");

    let debit = format!(
        "{ICBC},D1,2026-06-12,09:00:00,借,77.00,{PAYER},甲示例有限公司,转账,退款 {reference}\n"
    );
    centre.feed("inbox/june.csv", &debit);
    centre.run(&["nightly", "--as-of", "2026-06-12"]).assert().code(0);
    assert!(centre.json(&["refunds", "list"]).is_empty());
    let left = &centre.json(&["refunds", "list", "--all"])[0];
    assert_eq!((&left["state"], &left["paid_on"]), (&"refunded".into(), &"2026-06-12".into()));
    assert_eq!(left["debit"], format!("{ICBC}/D1"));
    let rows = centre.json(&["transactions", "--outcome", "refunded"]);
    let serials: Vec<_> = rows.iter().map(|row| row["serial"].as_str().unwrap()).collect();
    assert_eq!(serials, ["D1", "S06"], "both sides");
    centre.run(&["audit"]).assert().code(0);
}

#[test]
fn staff_tie_what_the_bank_does_not_say_and_may_take_it_back() {
    let centre = decided();
    let reference = refund(&centre);
    centre.feed("inbox/june.csv", &format!("{ICBC},D1,2026-06-12,,借,77.00,,,转账,\n"));
    centre.run(&["nightly", "--as-of", "2026-06-12"]).assert().code(0);
    let act = |what: &str, more: &[&str]| {
        let mut words = vec!["refunds", what, &reference, "--by", "017", "--note", "回单核对"];
        words.extend(more);
        words.extend(["--as-of", "2026-06-12"]);
        centre.run(&words).assert()
    };
    let debit = format!("{ICBC}/D1");
    act("paid", &["--debit", &format!("{ICBC}/S07")]).code(1);
    act("paid", &["--debit", "nothing"]).code(2);
    act("not-paid", &[]).code(1);
    act("paid", &["--debit", &debit, "--dry-run"]).code(0);
    assert_eq!(centre.json(&["refunds", "list"]).len(), 1);
    act("paid", &["--debit", &debit]).code(0);
    assert!(centre.json(&["refunds", "list"]).is_empty());
    act("not-paid", &[]).code(0);
    assert_eq!(centre.json(&["refunds", "list"]).len(), 1);
    act("payee", &["--account", "6222 0000 0000 0000 009"]).code(0);
    assert_eq!(centre.json(&["refunds", "list"])[0]["account"], "6222000000000000009");
    act("payee", &["--account", "x"]).code(1);
    centre
        .run(&["refunds", "paid", "RF00260604000017", "--by", "017", "--note", "x"])
        .args(["--debit", &debit])
        .assert()
        .code(2);
    centre.run(&["audit"]).assert().code(0);
}

#[test]
fn a_refund_without_an_account_waits_for_a_person() {
    let centre = Centre::after_a_night();
    centre.feed("inbox/june.csv", &format!("{ICBC},X1,2026-06-11,,贷,9.00,,某人,转账,不知何用\n"));
    centre.run(&["nightly", "--as-of", "2026-06-11"]).assert().code(0);
    let resolve = ["suspense", "resolve", "X1", "--refund", "--by", "017", "--note", "退回"];
    centre.run(&resolve).args(["--as-of", "2026-06-11"]).assert().code(0);
    let export = centre.run(&["refunds", "export"]).output().unwrap();
    assert_eq!(export.status.code(), Some(3));
    assert!(String::from_utf8(export.stderr).unwrap().contains("no account number"));
    assert_eq!(centre.json(&["refunds", "list"])[0]["state"], "due");
}
